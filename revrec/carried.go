package revrec

import (
	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Carried is what a month of a piece earns beside what its schedule says, because the contract began in another system whose
// figures stand: what that system had earned too much or too little by the cut-over is earned less or more over the rest of the
// term. Those of a line add up to nothing.
type Carried struct {
	Key
	Amount money.Amount
}

// carry adds to a computed schedule what was brought over beside it. What belongs to months that are no longer served, since
// the contract ended before its term, is earned in the last one that is.
func carry(rows []Row, contract contracts.ID, carried []Carried) []Row {
	list := newRows(rows)
	changed := false
	for _, c := range carried {
		if c.Contract != contract {
			continue
		}
		key := c.Key
		if last, ok := lastServed(rows, c.Line, c.Kind); ok && last.Month.Before(c.Month) {
			key = last
		}
		row, ok := list[key]
		if !ok {
			row = Row{Key: key, Amount: money.Zero(c.Amount.Currency()), PassedOn: money.Zero(c.Amount.Currency()), Recognition: catalog.Ratable, Version: 1}
		}
		row.Amount = row.Amount.Add(c.Amount)
		list[key], changed = row, true
		if row.Amount.IsZero() && row.PassedOn.IsZero() {
			delete(list, key)
		}
	}
	if !changed {
		return rows
	}
	return list.sorted()
}

// lastServed is the latest month of a line that is scheduled.
func lastServed(rows []Row, line string, kind contracts.Kind) (last Key, ok bool) {
	var month period.Month
	for _, r := range rows {
		if r.Line == line && r.Kind == kind && !r.Month.Before(month) {
			last, month, ok = r.Key, r.Month, true
		}
	}
	return last, ok
}

// explainCarried says what a line earns in a month beside its schedule, because it was brought over.
func explainCarried(rows []Row, contract contracts.ID, carried []Carried, line string, month period.Month) []Explanation {
	was := newRows(rows)
	var out []Explanation
	for _, r := range carry(rows, contract, carried) {
		moved := r.Amount.Sub(was[r.Key].Amount)
		if r.Line != line || r.Month != month || moved.IsZero() {
			continue
		}
		out = append(out, Explanation{
			Piece:  contracts.Piece{Line: line, Kind: r.Kind, Span: r.Span, Period: r.Span, Version: r.Version, Description: "Brought over", Amount: money.Zero(moved.Currency())},
			Earned: moved, Formula: less("0", moved.Neg()), Rule: "Brought over from another system whose figure stands",
			Because: "what it had earned otherwise than the contract says by the cut-over is made up for over the rest of the term, by what each month earns",
		})
	}
	return out
}
