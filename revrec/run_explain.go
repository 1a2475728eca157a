package revrec

import (
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/usage"
)

// Reasons is all that stands behind what a line of a contract earns in a month.
type Reasons struct {
	Explained []Explanation   // the formulas, charge by charge, by what is known now
	Rows      []ScheduledRow  // the schedule as it became known, and which entry recognized it
	Billed    []ledger.Billed // what was asked for the days that earn in the month
	Used      []Used          // what was counted, day by day, of the periods that earn in the month
}

// Used is a day's usage of a meter that a line counts.
type Used struct {
	Customer customers.ID
	Meter    string
	Day      period.Date
	Quantity decimal.Decimal
}

// Why loads what stands behind a line's revenue of a month: it prices the contract again, as a run does. NotFound: a contract
// that the account does not have.
func Why(ctx context.Context, q postgres.Querier, account customers.AccountID, contract contracts.ID, line string, month period.Month) (Reasons, error) {
	var out Reasons
	facts, err := LoadFacts(ctx, q, []customers.AccountID{account}, month)
	if err != nil {
		return out, fmt.Errorf("explain line %s: %w", line, err)
	}
	sold, err := catalog.Load(ctx, q)
	if err != nil {
		return out, fmt.Errorf("explain line %s: %w", line, err)
	}
	if out.Explained, err = facts[0].Explain(sold, contract, line, month); err != nil {
		return out, fmt.Errorf("explain line %s: %w", line, err)
	}
	out.Used = facts[0].used(contract, line, out.Explained, month)
	rows, err := ContractRows(ctx, q, account, contract)
	if err != nil {
		return out, err
	}
	for _, r := range rows {
		if r.Line == line && r.Month == month {
			out.Rows = append(out.Rows, r)
		}
	}
	billed, err := ledger.BilledOfLine(ctx, q, account, ledger.LineKey{Contract: int64(contract), Line: line})
	if err != nil {
		return out, err
	}
	for _, b := range billed {
		if out.touches(b.Span, month) {
			out.Billed = append(out.Billed, b)
		}
	}
	return out, nil
}

// touches says whether a bill is for days whose service earns in the month.
func (r Reasons) touches(billed period.Span, month period.Month) bool {
	for _, x := range r.Explained {
		if x.Piece.Touches(billed) {
			return true
		}
	}
	return billed.Overlaps(month.Span())
}

// Explain says why a line earns what it does in a month, by what is known now: with usage up to the later of the month and the
// last one recognized. NotFound: a contract that the account does not have.
func (f Facts) Explain(c *catalog.Catalog, contract contracts.ID, line string, month period.Month) ([]Explanation, error) {
	if !slices.ContainsFunc(f.Agreements, func(a contracts.Agreement) bool { return a.Contract == contract }) {
		return nil, fault.New(fault.NotFound, "contract %d has no version that counts", contract)
	}
	earning, err := f.earning(c, later(month, f.Stored.lastRecognized()))
	if err != nil {
		return nil, err
	}
	return append(earning.explain(contract, line, month), explainCarried(earning.schedule(contract), contract, f.Carried, line, month)...), nil
}

// used lists the days that a line counted: from the first day of the periods that earn in the month to the month's end.
func (f Facts) used(contract contracts.ID, line string, explained []Explanation, month period.Month) []Used {
	var days period.Span
	for i, x := range explained {
		if i == 0 || x.Piece.Period.Start.Before(days.Start) {
			days.Start = x.Piece.Period.Start
		}
		days.End = month.End()
	}
	var out []Used
	for _, key := range f.counted(contract, line) {
		f.Usage.Each(key, days, func(day period.Date, quantity decimal.Decimal) {
			out = append(out, Used{key.Customer, key.Meter, day, quantity})
		})
	}
	return out
}

// counted are the meters that a line reads in any version, and whose usage of them.
func (f Facts) counted(contract contracts.ID, line string) []usage.Key {
	var out []usage.Key
	for _, a := range f.Agreements {
		for _, v := range a.Versions {
			for _, l := range v.Document.Lines {
				if a.Contract != contract || l.ID != line || l.Usage == nil {
					continue
				}
				whose := []customers.ID{a.Customer}
				if len(l.Users) > 0 {
					whose = nil
				}
				for _, external := range l.Users {
					whose = append(whose, a.Users[external])
				}
				for _, customer := range whose {
					if key := (usage.Key{Customer: customer, Meter: l.Usage.Meter}); !slices.Contains(out, key) {
						out = append(out, key)
					}
				}
			}
		}
	}
	return out
}
