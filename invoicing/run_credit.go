package invoicing

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Credit is a person's wish to give back part of an invoice line.
type Credit struct {
	Invoice string
	Line    int          // of the invoice, counted from 1
	Amount  money.Amount // before tax, positive
	Reason  string       // printed on the credit note
	On      period.Date
	Asked   bool // somebody asked for it (AskCredit): granting it answers the request, which takes another person
}

// PreviewCredit shows the credit note that GrantCredit would issue.
func PreviewCredit(ctx context.Context, db *postgres.DB, c Credit) (Draft, error) {
	var out Draft
	err := db.Snapshot(ctx, func(tx pgx.Tx) error {
		drafts, _, err := decideCredit(ctx, tx, c)
		if err == nil {
			out = drafts.Drafts[0]
		}
		return err
	})
	if err != nil {
		return out, fmt.Errorf("preview a credit on %s: %w", c.Invoice, err)
	}
	return out, nil
}

// GrantCredit records the concession in the contract and issues its credit note
// in the same transaction: what is due falls by a fact, and the note is only its
// document. It returns the credit note.
func GrantCredit(ctx context.Context, db *postgres.DB, c Credit, by access.Actor) (Document, error) {
	var out Document
	grant := func(tx pgx.Tx) error {
		batch, granted, err := decideCredit(ctx, tx, c)
		if err != nil {
			return err
		}
		w, err := LoadWorld(ctx, tx, c.On)
		if err != nil {
			return err
		}
		if err := guardCredit(w, batch.facts, granted.invoice, c, by); err != nil {
			return err
		}
		if c.Asked {
			if err := access.Decide(ctx, tx, CreditSubject(granted.invoice, c), access.Approve, "", by); err != nil {
				return err
			}
		}
		if err := contracts.Grant(ctx, tx, granted.number, granted.Granted, by); err != nil {
			return err
		}
		if err := appendDrafts(ctx, tx, 0, w, []decided{batch}, by); err != nil {
			return err
		}
		out, err = latestDocument(ctx, tx, batch.facts.Account)
		return err
	}
	var err error
	for range attempts {
		if err = db.Tx(ctx, grant); !errors.Is(err, fault.Conflict) {
			break
		}
	}
	if err != nil {
		return out, fmt.Errorf("credit invoice %s: %w", c.Invoice, err)
	}
	return out, nil
}

// AskCredit asks a person of finance for a credit that is beyond the asker. What could not be granted is not asked for.
func AskCredit(ctx context.Context, tx pgx.Tx, c Credit, by access.Actor) error {
	if err := by.Require(access.Support, access.Finance); err != nil {
		return fmt.Errorf("ask for a credit on %s: %w", c.Invoice, err)
	}
	d, err := Get(ctx, tx, c.Invoice)
	if err == nil {
		_, _, err = decideCredit(ctx, tx, c)
	}
	if err != nil {
		return fmt.Errorf("ask for a credit on %s: %w", c.Invoice, err)
	}
	return access.RequestApproval(ctx, tx, CreditSubject(d, c), c.Reason, by)
}

type granted struct {
	number  string
	invoice Issued
	contracts.Granted
}

// decideCredit loads the account of an invoice and decides the credit.
func decideCredit(ctx context.Context, tx pgx.Tx, c Credit) (decided, granted, error) {
	invoice, err := Get(ctx, tx, c.Invoice)
	if err != nil {
		return decided{}, granted{}, err
	}
	w, err := LoadWorld(ctx, tx, c.On)
	if err != nil {
		return decided{}, granted{}, err
	}
	facts, err := LoadFacts(ctx, tx, []customers.AccountID{invoice.Account}, c.On)
	if err != nil {
		return decided{}, granted{}, err
	}
	f := facts[0]
	if f.Originals, err = LoadOriginals(ctx, tx, invoice.Account); err != nil {
		return decided{}, granted{}, err
	}
	g, draft, err := DecideCredit(w, f, invoice, c)
	if err != nil {
		return decided{}, granted{}, err
	}
	return decided{facts: f, Decision: Decision{Drafts: []Draft{draft}}}, granted{invoice.Lines[c.Line-1].ContractNumber, invoice, g}, nil
}

// concession turns the wish into the contract's fact, refusing what cannot be.
func concession(invoice Issued, c Credit) (granted, error) {
	if c.Line < 1 || c.Line > len(invoice.Lines) {
		return granted{}, fault.InvalidFields(fault.Field{Path: "line", Value: fmt.Sprint(c.Line), Message: fmt.Sprintf("is not a line of %s, which has %d", c.Invoice, len(invoice.Lines))})
	}
	if invoice.Voided != nil {
		return granted{}, fault.New(fault.Conflict, "%s was voided on %s", c.Invoice, invoice.Voided.On)
	}
	if contracts.Voids(c.Reason) {
		return granted{}, fault.InvalidFields(fault.Field{Path: "reason", Value: fault.Shown(c.Reason), Message: "is kept for invoices that are taken back: cancel the invoice, or say it in other words"})
	}
	if c.Amount.Sign() <= 0 || c.Amount.Currency() != invoice.Currency {
		return granted{}, fault.InvalidFields(fault.Field{Path: "amount", Value: c.Amount.String(), Message: fmt.Sprintf("must be more than zero, in %s", invoice.Currency)})
	}
	if c.On.Before(invoice.IssuedOn) {
		return granted{}, fault.InvalidFields(fault.Field{Path: "on", Value: c.On.String(), Message: fmt.Sprintf("is before the invoice's day %s", invoice.IssuedOn)})
	}
	line := invoice.Lines[c.Line-1]
	return granted{line.ContractNumber, invoice, contracts.Granted{
		Line: line.Line, Span: line.Span, Amount: c.Amount, Reason: c.Reason, GrantedOn: c.On, Invoice: c.Invoice,
	}}, nil
}

// creditable refuses to give back more than the line still holds.
func creditable(originals []Original, c Credit) error {
	for _, o := range originals {
		if o.Document == c.Invoice && o.Line == c.Line {
			if c.Amount.Cmp(o.Left()) > 0 {
				return fault.InvalidFields(fault.Field{Path: "amount", Value: c.Amount.String(), Message: fmt.Sprintf("is more than the %s %s left on this line", o.Left().Display(), o.Amount.Currency())})
			}
			return nil
		}
	}
	return fault.InvalidFields(fault.Field{Path: "line", Value: fmt.Sprint(c.Line), Message: "is no charge that can be credited"})
}
