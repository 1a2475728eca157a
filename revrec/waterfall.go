package revrec

import (
	"cmp"
	"maps"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Scheduled is revenue of a piece in a month: booked there, or to be.
type Scheduled struct {
	Account customers.AccountID
	Key
	Recognition catalog.Recognition
	Column      period.Month // booked in, when recognized; else the month it belongs to
	Amount      money.Amount // earned of the price
	PassedOn    money.Amount // of it what is not revenue
	Recognized  bool
}

// Reported is how reports read a row: the interest of one that is financed is none of the price.
func (s Scheduled) Reported() Scheduled {
	if Adjusts(s.Kind) {
		s.Amount, s.PassedOn = s.Net(), s.PassedOn.Sub(s.PassedOn)
	}
	return s
}

// Net is the revenue of it.
func (s Scheduled) Net() money.Amount { return s.Amount.Sub(s.PassedOn) }

// WaterfallTable is the deferred revenue waterfall: a row for each month in which
// something was billed, credited or voided, a column for each month in which it
// is earned, at the price, which is what is deferred: an agent's part is taken of it
// as it is earned, not before. Tax is not in it. The last row is what is earned and not billed.
//
// The sum of a row is what was billed in the month, the sum of a column the
// revenue of that month in the ledger, with what was passed on as an agent, as far as it has been recognized; in a
// month that has not, what is scheduled and what was billed for its usage.
type WaterfallTable struct {
	Months []period.Month // columns
	Rows   []WaterfallRow
	Sum    WaterfallRow
}

// WaterfallRow is one row. Before and Beyond are the months outside the columns.
type WaterfallRow struct {
	Billed period.Month // no month: not billed, and in the sum
	Before money.Amount
	Cells  []money.Amount // in the order of the columns
	Beyond money.Amount
	Total  money.Amount
}

// cut is what was billed and is scheduled for one cluster of one line and kind.
type cut struct {
	lineKind
	billed []billing
	earned map[period.Month]money.Amount
}

// cuts brings both sides together, cluster by cluster, in order of line.
func cuts(scheduled []Scheduled, billed []ledger.BilledSum, asOf period.Month) []cut {
	return cutsOf(scheduled, billed, lastRecognized(scheduled), asOf)
}

// cutsOf are those of some contracts, when recognized is the last month with revenue booked of all.
func cutsOf(scheduled []Scheduled, billed []ledger.BilledSum, recognized, asOf period.Month) []cut {
	type side struct {
		scheduled []Scheduled
		billed    []billing
	}
	sides := map[lineKind]*side{}
	of := func(key lineKind) *side {
		if sides[key] == nil {
			sides[key] = &side{}
		}
		return sides[key]
	}
	for _, s := range scheduled {
		x := of(lineKind{s.Contract, s.Line, billedAs(s.Kind)})
		x.scheduled = append(x.scheduled, s)
	}
	for _, b := range billed {
		x := of(lineKind{contracts.ID(b.Contract), b.Line, contracts.Kind(b.Kind)})
		x.billed = append(x.billed, billing{b.BookedIn, b.Span, b.Amount})
	}
	var out []cut
	for _, key := range slices.SortedFunc(maps.Keys(sides), lineKind.compare) {
		x := sides[key]
		spans := make([]period.Span, 0, len(x.scheduled)+len(x.billed))
		for _, s := range x.scheduled {
			spans = append(spans, s.Span)
		}
		for _, b := range x.billed {
			spans = append(spans, b.span)
		}
		for _, members := range clusters(spans) {
			c := cut{lineKind: key, earned: map[period.Month]money.Amount{}}
			for _, i := range members {
				if i < len(x.scheduled) {
					s := x.scheduled[i]
					c.earned[s.Column] = c.earned[s.Column].Add(s.Amount)
				} else {
					c.billed = append(c.billed, x.billed[i-len(x.scheduled)])
				}
			}
			slices.SortStableFunc(c.billed, func(a, b billing) int { return a.month.Compare(b.month) })
			c.expect(recognized, asOf)
			out = append(out, c)
		}
	}
	return out
}

// expect adds what is billed for usage and not scheduled yet, because its month
// has not been recognized: it will be earned by the end of its service. Without
// it the open month would look as if more had been billed than is ever earned.
func (c *cut) expect(recognized, asOf period.Month) {
	if len(c.billed) == 0 {
		return
	}
	var rest money.Amount
	var last period.Month
	for _, b := range c.billed {
		rest = rest.Add(b.amount)
		if m := b.span.End.AddDays(-1).MonthOf(); m.After(last) {
			last = m
		}
	}
	for _, amount := range c.earned {
		rest = rest.Sub(amount)
	}
	if month, ok := awaited(c.kind, rest, last, recognized, asOf); ok {
		c.earned[month] = c.earned[month].Add(rest)
	}
}

// awaited is the month by which the rest of what is billed will be earned, given the last month of its service.
func awaited(kind contracts.Kind, rest money.Amount, last, recognized, asOf period.Month) (period.Month, bool) {
	if kind == contracts.FixedFee || kind == contracts.Concession {
		return last, false // their schedule is known to the end of the term
	}
	if kind == contracts.Prepayment && !last.After(recognized) && !last.After(asOf) {
		last = later(recognized, asOf).Next() // what is left of a balance is used up or lapses later
	}
	return last, rest.Sign() > 0 && last.After(recognized)
}

func later(a, b period.Month) period.Month {
	if b.After(a) {
		return b
	}
	return a
}

// lastRecognized is the last month with revenue booked.
func lastRecognized(scheduled []Scheduled) period.Month {
	var last period.Month
	for _, s := range scheduled {
		if s.Recognized && s.Column.After(last) {
			last = s.Column
		}
	}
	return last
}

// waterfall lays out shares in columns, one month after another from first.
func waterfall(shares []share, first period.Month, columns int, currency money.Currency) WaterfallTable {
	zero := money.Zero(currency)
	t := WaterfallTable{Months: make([]period.Month, columns)}
	for i := range t.Months {
		t.Months[i] = first.Add(i)
	}
	empty := func(billed period.Month) *WaterfallRow {
		row := &WaterfallRow{Billed: billed, Before: zero, Beyond: zero, Total: zero, Cells: make([]money.Amount, columns)}
		for i := range row.Cells {
			row.Cells[i] = zero
		}
		return row
	}
	rows, sum := map[period.Month]*WaterfallRow{}, empty(period.Month{})
	for _, s := range shares {
		if rows[s.billed] == nil {
			rows[s.billed] = empty(s.billed)
		}
		rows[s.billed].add(s.earned.Sub(first), s.amount)
		sum.add(s.earned.Sub(first), s.amount)
	}
	for _, row := range rows {
		if !row.nothing() {
			t.Rows = append(t.Rows, *row)
		}
	}
	slices.SortFunc(t.Rows, func(a, b WaterfallRow) int {
		if a.Billed.IsZero() != b.Billed.IsZero() { // what is not billed stands last
			return cmp.Compare(ordinal(a), ordinal(b))
		}
		return a.Billed.Compare(b.Billed)
	})
	t.Sum = *sum
	return t
}

// nothing says that all of a row came to nothing in the end.
func (r *WaterfallRow) nothing() bool {
	return r.Before.IsZero() && r.Beyond.IsZero() && r.Total.IsZero() &&
		!slices.ContainsFunc(r.Cells, func(a money.Amount) bool { return !a.IsZero() })
}

func ordinal(r WaterfallRow) int {
	if r.Billed.IsZero() {
		return 1
	}
	return 0
}

func (r *WaterfallRow) add(column int, amount money.Amount) {
	switch {
	case column < 0:
		r.Before = r.Before.Add(amount)
	case column >= len(r.Cells):
		r.Beyond = r.Beyond.Add(amount)
	default:
		r.Cells[column] = r.Cells[column].Add(amount)
	}
	r.Total = r.Total.Add(amount)
}
