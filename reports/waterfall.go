package reports

import (
	"maps"
	"slices"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// ahead is how many months the waterfall shows, from two before the month on: a year, as wide as a screen.
const ahead = 12

// waterfall lays out what was billed when and is earned when, and with an earlier close why it changed since.
func (d *drawing) waterfall() error {
	first := d.Month.Add(-2)
	if d.Since.IsZero() {
		w, err := revrec.Waterfall(d.ctx, d.q, d.revenue(), first, ahead)
		if err != nil {
			return err
		}
		d.staircase("waterfall", "", w, true)
		return d.waterfallAgrees(w)
	}
	known, closed, err := ledger.KnownAt(d.ctx, d.q, d.Entity.ID, d.Since)
	if err != nil {
		return err
	}
	if !closed {
		return fault.InvalidFields(fault.Field{Path: "since", Value: d.Since.String(), Message: "was not closed, so that nobody knows what was known then; choose a closed month"})
	}
	then, now := revrec.Moment{AsOf: d.Since, Known: known}, revrec.Moment{AsOf: d.Month, Known: ledger.Now}
	c, err := revrec.CompareWaterfalls(d.ctx, d.q, d.revenue(), then, now, first, ahead)
	if err != nil {
		return err
	}
	d.difference(c, first)
	d.staircase("now", "As known now, through "+d.Month.First().Format("Jan 2006"), c.Now, true)
	d.staircase("then", "As known when "+d.Since.First().Format("Jan 2006")+" was closed", c.Then, false)
	d.differenceByContract(c)
	return d.waterfallAgrees(c.Now)
}

// staircase is a waterfall as a table: what was billed in a month down, when it is earned across.
func (d *drawing) staircase(name, title string, w revrec.WaterfallTable, linked bool) {
	t := newTable(name, title, code("billed_in", "Billed in"), figure("billed", "Billed"), figure("before", "Before"))
	for _, m := range w.Months {
		t.Columns = append(t.Columns, figure(m.String(), m.First().Format("Jan 2006")))
	}
	t.Columns = append(t.Columns, figure("beyond", "Beyond"))
	t.Empty, t.Sparse = "Nothing is billed and nothing earned", true
	for _, r := range w.Rows {
		cells := []Cell{says("Not billed"), is(r.Total), is(r.Before)}
		was := "not-billed"
		if !r.Billed.IsZero() {
			was = r.Billed.String()
			cells[0] = says(r.Billed.First().Format("Jan 2006"))
			if linked {
				cells[1].Link = to(ToInvoices, "", "entity", d.Entity.ID, "currency", d.Currency, "from", r.Billed.First(), "through", r.Billed.Last())
			}
		}
		for i, a := range r.Cells {
			c := is(a)
			if linked && !a.IsZero() {
				c.Link = to(ToCell, was+"/"+w.Months[i].String(), "entity", d.Entity.ID, "currency", d.Currency, "month", d.Month)
			}
			cells = append(cells, c)
		}
		t.line(append(cells, is(r.Beyond))...)
	}
	t.total(d.zero(), func(column int) Link {
		if i := column - 3; linked && i >= 0 && i < len(w.Months) && !w.Months[i].After(d.Month) {
			m := w.Months[i]
			return to(ToPostings, "", "entity", d.Entity.ID, "currency", d.Currency, "ledger", ledger.Income, "from", m.First(), "through", m.Last())
		}
		return Link{}
	})
	d.add(t)
	if d.out.Chart != nil || !linked {
		return
	}
	chart := &Chart{Title: "Earned by month, as known now", Head: "Month", Series: []Series{{Name: "Earned", Values: w.Sum.Cells}}}
	for _, m := range w.Months {
		chart.Labels = append(chart.Labels, m.First().Format("Jan 2006"))
	}
	d.out.Chart = chart
}

// waterfallAgrees holds the column of the report's month against the revenue of the ledger.
func (d *drawing) waterfallAgrees(w revrec.WaterfallTable) error {
	found, err := ledger.ReleasedByMonth(d.ctx, d.q, ledger.Filter{Entity: d.Entity.ID, Currency: d.Currency, Book: d.Book, From: d.Month.First(), Through: d.Month.Last()})
	if err != nil {
		return err
	}
	booked := d.zero()
	for _, r := range found {
		booked = booked.Add(r.Deferred).Add(r.Unbilled).Sub(r.Elsewhere) // the waterfall is of contracts
	}
	column := d.zero()
	for i, m := range w.Months {
		if m == d.Month {
			column = w.Sum.Cells[i]
		}
	}
	d.check("Earned in "+d.Month.First().Format("Jan 2006"), "waterfall", column, "booked by recognition, with what is passed on as an agent", booked)
	d.note("Rows are the months in which something was billed, credited or voided: a credit is a row of its own month, and the row of the invoice does not change. Columns are the months it is earned in; the last row is what is earned and not billed. Tax is not in it. At the price: of what we sell as an agent, the part of others is in it.")
	return nil
}

// causeWords say why the schedule changed.
var causeWords = map[revrec.Cause]string{
	revrec.NewContract: "New contracts and lines", revrec.Amended: "Amendments", revrec.CreditedBack: "Credits granted",
	revrec.LateUsage: "Late and corrected usage", revrec.NewUsage: "Usage since", revrec.Reestimated: "Re-estimated and assessed",
	revrec.BookedLater: "Booked later: the month was closed", revrec.BilledAhead: "Billed, not used yet",
}

// difference explains what changed since the earlier close, cause by cause and month by month.
func (d *drawing) difference(c revrec.Compared, first period.Month) {
	t := newTable("difference", "Difference by cause", words("cause", "Cause"), figure("before", "Before"))
	for _, m := range c.Now.Months {
		t.Columns = append(t.Columns, figure(m.String(), m.First().Format("Jan 2006")))
	}
	t.Columns = append(t.Columns, figure("beyond", "Beyond"), figure("total", "Total"))
	t.Empty, t.Sparse = "Nothing changed since", true
	sums := map[revrec.Cause][]money.Amount{}
	for _, x := range c.Differences {
		if sums[x.Cause] == nil {
			sums[x.Cause] = make([]money.Amount, len(t.Columns)-1)
		}
		at := min(max(x.Earned.Sub(first)+1, 0), len(c.Now.Months)+1)
		sums[x.Cause][at] = sums[x.Cause][at].Add(x.Amount)
		sums[x.Cause][len(t.Columns)-2] = sums[x.Cause][len(t.Columns)-2].Add(x.Amount)
	}
	chart := &Chart{Title: "What changed in each month, by cause", Stacked: true, Head: "Month"}
	for _, m := range c.Now.Months {
		chart.Labels = append(chart.Labels, m.First().Format("Jan 2006"))
	}
	for _, cause := range revrec.Causes {
		cells, something := []Cell{says(causeWords[cause])}, false
		for _, a := range sums[cause] {
			cells, something = append(cells, is(d.zero().Add(a))), something || !a.IsZero()
		}
		if something {
			t.line(cells...)
			drawn := Series{Name: causeWords[cause]}
			for _, a := range sums[cause][1 : len(c.Now.Months)+1] {
				drawn.Values = append(drawn.Values, d.zero().Add(a))
			}
			chart.Series = append(chart.Series, drawn)
		}
	}
	if n := len(chart.Series); n > 0 && n <= mostColors {
		d.out.Chart = chart
	}
	t.total(d.zero())
	d.add(t)
	d.check("Difference", "by cause", t.of("total", d.zero()), "now less then", c.Now.Sum.Total.Sub(c.Then.Sum.Total))
}

// differenceByContract says whose it is, with a column for each cause there is.
func (d *drawing) differenceByContract(c revrec.Compared) {
	t := newTable("by_contract", "Difference by contract", code("contract", "Contract"))
	column := map[revrec.Cause]int{}
	for _, cause := range revrec.Causes {
		if slices.ContainsFunc(c.Differences, func(x revrec.Difference) bool { return x.Cause == cause && !x.Amount.IsZero() }) {
			column[cause] = len(t.Columns) - 1
			t.Columns = append(t.Columns, figure(string(cause), causeWords[cause]))
		}
	}
	t.Columns, t.Sparse = append(t.Columns, figure("total", "Total")), true
	sums := map[int64][]money.Amount{}
	for _, x := range c.Differences {
		if x.Amount.IsZero() {
			continue
		}
		id := int64(x.Contract)
		if sums[id] == nil {
			sums[id] = make([]money.Amount, len(t.Columns)-1)
		}
		sums[id][column[x.Cause]] = sums[id][column[x.Cause]].Add(x.Amount)
		sums[id][len(t.Columns)-2] = sums[id][len(t.Columns)-2].Add(x.Amount)
	}
	for _, id := range slices.Sorted(maps.Keys(sums)) {
		cells, something := []Cell{contract(id)}, false
		for _, a := range sums[id] {
			cells, something = append(cells, is(d.zero().Add(a), schedule)), something || !a.IsZero()
		}
		if something {
			t.line(cells...)
		}
	}
	t.total(d.zero())
	d.add(t)
}
