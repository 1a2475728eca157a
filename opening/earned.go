package opening

import (
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/revrec"
)

// earned is what a line had earned on the eve: by month, as the other system had it, and as our schedule has it.
type earned struct {
	rows    []revrec.Row     // of our schedule, through the eve
	old     []money.Amount   // of each row, what the other system had earned
	carried []revrec.Carried // kept: what moves between months
}

// ours is what our engine computes through the eve.
func ours(rows []revrec.Row, c money.Currency) money.Amount {
	sum := money.Zero(c)
	for _, r := range rows {
		sum = sum.Add(r.Amount)
	}
	return sum
}

// past and future divide the rows of a line at the end of the month of the eve. What an assessment adds is not in them.
func divide(rows []revrec.Row, line string, eve period.Month) (past, future []revrec.Row) {
	for _, r := range rows {
		switch {
		case r.Line != line || revrec.Adjusts(r.Kind):
		case r.Month.After(eve):
			future = append(future, r)
		default:
			past = append(past, r)
		}
	}
	return past, future
}

// attribute shares what the other system had earned of a line over the months of our schedule: as we have it, where both come to
// the same, and else the difference by what each month earns. What was earned before we schedule anything belongs to the month
// of the eve.
func attribute(past []revrec.Row, recognized money.Amount, eve revrec.Row) earned {
	e := earned{rows: slices.Clone(past)}
	for _, r := range past {
		e.old = append(e.old, r.Amount)
	}
	difference := recognized.Sub(ours(past, recognized.Currency()))
	if difference.IsZero() {
		return e
	}
	weights, any := weightsOf(past)
	if !any {
		e.rows, e.old = append(e.rows, eve), append(e.old, difference)
		return e
	}
	for i, share := range money.Allocate(difference, weights) {
		e.old[i] = e.old[i].Add(share)
	}
	return e
}

func weightsOf(rows []revrec.Row) (weights []decimal.Decimal, any bool) {
	for _, r := range rows {
		w := decimal.Zero
		if r.Amount.Sign() > 0 {
			w, any = decimal.NewFromInt(r.Amount.Minor()), true
		}
		weights = append(weights, w)
	}
	return weights, any
}

// keep lets the old figures stand: months before the cut-over earn them, and what that is more or less than ours is earned less or
// more over the months to come, by what each of them earns. An error says why that cannot be, and the way out.
func (e *earned) keep(future []revrec.Row, recognized money.Amount) error {
	var rest []revrec.Row
	for _, r := range slices.Concat(e.rows, future) {
		if !r.PassedOn.IsZero() {
			return fmt.Errorf("we are the agent for a part of it: choose correct")
		}
		if r.Recognition == catalog.AsUsed {
			return fmt.Errorf("it is earned as it is used, so nothing is known of the months to come: choose correct, or bring the usage of the months before (ratable import usage)")
		}
	}
	for _, r := range future {
		if r.Amount.Sign() > 0 {
			rest = append(rest, r)
		}
	}
	difference := recognized.Sub(ours(e.rows, recognized.Currency()))
	left := ours(rest, recognized.Currency())
	if len(rest) == 0 || difference.Cmp(left) > 0 {
		return fmt.Errorf("only %s is left of its price to be earned over the rest of the term: choose correct, or amend the contract", left.Display())
	}
	weights, _ := weightsOf(rest)
	sums := map[revrec.Key]money.Amount{}
	for i, r := range e.rows {
		sums[r.Key] = sums[r.Key].Add(e.old[i].Sub(r.Amount))
	}
	for i, share := range money.Allocate(difference.Neg(), weights) {
		sums[rest[i].Key] = sums[rest[i].Key].Add(share)
	}
	for _, key := range slices.SortedFunc(maps.Keys(sums), compareKeys) {
		if !sums[key].IsZero() {
			e.carried = append(e.carried, revrec.Carried{Key: key, Amount: sums[key]})
		}
	}
	return nil
}

func compareKeys(a, b revrec.Key) int {
	if c := a.Month.Compare(b.Month); c != 0 {
		return c
	}
	if c := a.Span.Start.Compare(b.Span.Start); c != 0 {
		return c
	}
	return len(a.Kind) - len(b.Kind)
}

// onEve is the row that holds what was earned of a line of which our schedule has nothing through the eve. False: nothing of it is
// served in that month, so that nothing can have been earned.
func onEve(a contracts.Agreement, pieces []contracts.Piece, line string, eve period.Month, c money.Currency) (revrec.Row, bool) {
	for _, p := range pieces {
		if p.Line == line && p.Amount.Sign() > 0 && p.Served().Overlaps(eve.Span()) {
			span := p.Span
			if !span.Overlaps(eve.Span()) {
				continue
			}
			return revrec.Row{Key: revrec.Key{Contract: a.Contract, Line: line, Kind: p.Kind, Span: span, Month: eve}, Entity: a.Entity,
				Amount: money.Zero(c), PassedOn: money.Zero(c), Recognition: recognitionOf(p), Version: p.Version}, true
		}
	}
	return revrec.Row{}, false
}

func recognitionOf(p contracts.Piece) catalog.Recognition {
	if p.Recognition == "" {
		return catalog.Ratable
	}
	return p.Recognition
}
