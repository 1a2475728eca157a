package subledger

import (
	"cmp"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
)

// Fall is a row of the waterfall: what was billed in a month (or used, where nothing was billed before), or taken back in it, and
// when that is earned.
type Fall struct {
	Booked period.Month
	Total  money.Amount
	Earned map[period.Month]money.Amount
	Beyond money.Amount // earned after the horizon
}

// takesBack are kinds that take back what was billed.
var takesBack = map[Kind]bool{Credit: true, Void: true, Refund: true, Cancel: true, Uncollectible: true, Dispute: true, DisputeWon: true, DisputeLost: true}

// Waterfall lays revenue out by the month it was billed in. What is earned without a bill falls in the month it belongs to. What is
// taken back is a row below zero of its own month, and never changes the row of what was billed: it is what the journal with it
// earns less than the journal without. The horizon is the last month shown; none shows all.
func Waterfall(facts []Fact, s Setup, through period.Date, horizon period.Month) ([]Fall, error) {
	var kept, back []Fact
	for _, f := range facts {
		if takesBack[f.Kind] {
			back = append(back, f)
		} else {
			kept = append(kept, f)
		}
	}
	slices.SortStableFunc(back, func(x, y Fact) int { return cmp.Or(x.On.Compare(y.On), cmp.Compare(ranks[x.Kind], ranks[y.Kind])) })
	entries, err := Journal(kept, s, through)
	if err != nil {
		return nil, err
	}
	w := &waterfall{horizon: horizon}
	w.billed(entries)
	for _, f := range back {
		kept = append(kept, f)
		with, err := Journal(kept, s, through)
		if err != nil {
			return nil, err
		}
		for _, e := range with {
			w.add(f.On.MonthOf(), e.On.MonthOf(), e.revenue())
		}
		for _, e := range entries {
			w.add(f.On.MonthOf(), e.On.MonthOf(), e.revenue().Neg())
		}
		entries = with
	}
	slices.SortFunc(w.rows, func(a, b Fall) int { return a.Booked.Compare(b.Booked) })
	return w.rows, nil
}

type waterfall struct {
	horizon period.Month
	rows    []Fall
}

func (w *waterfall) billed(entries []Entry) {
	billed := billedIn(entries)
	for _, e := range entries {
		row, known := billed[e.Document]
		if !known {
			row = e.Postings[len(e.Postings)-1].Month
		}
		w.add(row, e.On.MonthOf(), e.revenue())
	}
}

func (w *waterfall) add(row, column period.Month, amount money.Amount) {
	if amount.IsZero() {
		return
	}
	i := slices.IndexFunc(w.rows, func(f Fall) bool { return f.Booked == row })
	if i < 0 {
		i, w.rows = len(w.rows), append(w.rows, Fall{Booked: row, Earned: map[period.Month]money.Amount{}, Beyond: amount.Sub(amount)})
	}
	w.rows[i].Total = w.rows[i].Total.Add(amount)
	if !w.horizon.IsZero() && column.After(w.horizon) {
		w.rows[i].Beyond = w.rows[i].Beyond.Add(amount)
		return
	}
	if w.rows[i].Earned[column] = w.rows[i].Earned[column].Add(amount); w.rows[i].Earned[column].IsZero() {
		delete(w.rows[i].Earned, column)
	}
}
