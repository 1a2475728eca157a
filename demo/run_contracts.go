package demo

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// reach says how far a contract of the open month got.
type reach int

const (
	approved reach = iota
	submitted
	drafted
)

// reaches names the contracts that are not approved yet.
var reaches = map[string]reach{"C-1013": submitted, "C-1014": drafted}

// signedOn is the day a document is entered: some days before it takes effect,
// those that wait in the last days of the story.
func (s *story) signedOn(d contracts.Document) period.Date {
	if reaches[d.Contract] != approved {
		return period.MaxDate(s.today.AddDays(-2), s.today.MonthOf().First())
	}
	return period.MaxDate(s.begins(), d.Start().AddDays(-9))
}

// signings groups the documents by the day they are entered.
func (s *story) signings() map[period.Date][]contracts.Document {
	out := map[period.Date][]contracts.Document{}
	for _, d := range s.documents {
		on := s.signedOn(d)
		out[on] = append(out[on], d)
	}
	return out
}

// sign enters documents: one of sales prepares and submits, one of finance
// approves. All of a day stand or none.
func (f *filling) sign(ctx context.Context, on period.Date, documents []contracts.Document) error {
	return f.db.Tx(ctx, func(tx pgx.Tx) error {
		for i, d := range documents {
			if err := f.signOne(ctx, tx, on, d, i); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *filling) signOne(ctx context.Context, tx pgx.Tx, on period.Date, d contracts.Document, i int) error {
	if entered, err := f.entered(ctx, tx, d); err != nil || entered {
		return err
	}
	seller, approver := f.people["sofia"], f.people["farah"]
	if i%2 == 1 {
		seller, approver = f.people["tomas"], f.people["felix"]
	}
	if _, err := contracts.Prepare(ctx, tx, d, on, seller); err != nil {
		return err
	}
	if reaches[d.Contract] == drafted {
		return nil
	}
	if err := contracts.Submit(ctx, tx, d.Contract, "Signed by the customer; paper attached to the deal", seller); err != nil {
		return err
	}
	if reaches[d.Contract] == submitted {
		return nil
	}
	return contracts.Approve(ctx, tx, d.Contract, "Prices and terms match the paper", approver)
}

// entered finds a version that an interrupted fill left.
func (f *filling) entered(ctx context.Context, tx pgx.Tx, d contracts.Document) (bool, error) {
	c, err := contracts.Get(ctx, tx, d.Contract)
	if fault.Kind(err) == fault.NotFound {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for contract %s: %w", d.Contract, err)
	}
	for _, r := range c.History {
		if r.EffectiveOn == d.Start() {
			return true, nil
		}
	}
	return false, nil
}
