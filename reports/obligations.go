package reports

import (
	"fmt"
	"maps"
	"slices"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/ledger"
	"ratable/revrec"
)

// obligations are the remaining performance obligations (606-10-50-13), what is left out of them (50-14) and why, and how they
// come out of deferred revenue.
func (d *drawing) obligations() error {
	all, err := revrec.ListUndelivered(d.ctx, d.q, d.revenue())
	if err != nil {
		return err
	}
	sales, err := contracts.Sales(d.ctx, d.q, d.Entity.ID)
	if err != nil {
		return err
	}
	short := map[contracts.ID]bool{}
	for _, s := range sales {
		short[s.Contract] = d.By == "expedient" && !s.First.Start.AddMonths(12).Before(s.First.End)
	}
	var kept, left []revrec.Undelivered
	for _, u := range all {
		if short[u.Contract] {
			left = append(left, u)
		} else {
			kept = append(kept, u)
		}
	}
	t := d.remaining(kept)
	d.add(t)
	d.leftOut(all, left)
	return d.remainingBridge(all, left, t.of("total", d.zero()))
}

// remaining is a row for each contract and a column for each time it may be served in.
func (d *drawing) remaining(kept []revrec.Undelivered) *Table {
	t := newTable("obligations", "", code("contract", "Contract"))
	years := d.years(kept)
	if d.By == "years" {
		for _, y := range years {
			t.Columns = append(t.Columns, figure(fmt.Sprintf("in_%d", y), fmt.Sprint(y)))
		}
	} else {
		t.Columns = append(t.Columns, figure("within_12_months", "Within 12 months"), figure("in_13_to_24", "In 13 to 24"), figure("later", "Later"))
	}
	t.Columns = append(t.Columns, figure("fixed", "Fixed fees"), figure("prepaid", "Prepaid, as used"), figure("total", "Remaining"))
	t.Empty = "Nothing is left to serve"
	for _, u := range kept {
		if u.Remaining().IsZero() && u.Fixed.IsZero() {
			continue
		}
		cells := []Cell{contract(int64(u.Contract))}
		if d.By == "years" {
			for _, y := range years {
				sum := d.zero()
				for m, a := range u.ByMonth {
					if m.Year() == y {
						sum = sum.Add(a)
					}
				}
				cells = append(cells, is(sum, schedule))
			}
		} else {
			year1, year2, later := u.Bands(d.Month)
			cells = append(cells, is(year1, schedule), is(year2, schedule), is(later, schedule))
		}
		t.line(append(cells, is(u.Fixed, schedule), is(u.Prepaid, schedule), is(u.Remaining(), schedule))...)
	}
	t.total(d.zero())
	chart := &Chart{Title: "Remaining, by when it is served", Head: "When", Series: []Series{{Name: "Fixed fees"}}}
	for _, c := range t.Columns[1 : len(t.Columns)-3] {
		chart.Labels = append(chart.Labels, c.Label)
		chart.Series[0].Values = append(chart.Series[0].Values, t.of(c.Name, d.zero()))
	}
	chart.Labels = append(chart.Labels, "Prepaid, as used")
	chart.Series[0].Values = append(chart.Series[0].Values, t.of("prepaid", d.zero()))
	d.out.Chart = chart
	return t
}

func (d *drawing) years(kept []revrec.Undelivered) []int {
	seen := map[int]bool{d.Month.Next().Year(): true}
	for _, u := range kept {
		for m := range u.ByMonth {
			seen[m.Year()] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// leftOut lists what is no part of the note and why, contract by contract.
func (d *drawing) leftOut(all, short []revrec.Undelivered) {
	t := newTable("left_out", "Left out, and why", code("contract", "Contract"), words("reason", "Reason"), figure("amount", "Amount"))
	t.Empty = "Nothing is left out"
	put := func(u revrec.Undelivered, reason string, amount money.Amount) {
		if !amount.IsZero() {
			t.line(contract(int64(u.Contract)), says(reason), is(amount, schedule))
		}
	}
	for _, u := range all {
		put(u, "Usage, billed as used (50-14(b))", u.Variable)
		put(u, "After a period the customer may leave with: not promised", u.Ending)
		put(u, "Passed on as an agent: not our price", u.Passed)
		put(u, "Served before, booked later: its month was closed", u.Late)
	}
	for _, u := range short {
		put(u, "To last a year or less (50-14(a), elected here)", u.Remaining())
	}
	t.total(d.zero())
	d.add(t)
}

// remainingBridge leads from deferred revenue to the note, each term added up from rows of its own.
func (d *drawing) remainingBridge(all, short []revrec.Undelivered, remaining money.Amount) error {
	sum := func(list []revrec.Undelivered, of func(revrec.Undelivered) money.Amount) money.Amount {
		out := d.zero()
		for _, u := range list {
			out = out.Add(of(u))
		}
		return out
	}
	deferred := sum(all, func(u revrec.Undelivered) money.Amount { return u.Deferred })
	booked, err := d.booked(ledger.DeferredRevenue)
	if err != nil {
		return err
	}
	t := newTable("bridge", "From deferred revenue to the note", words("term", "Term"), figure("amount", "Amount"))
	terms := []int{
		t.line(says("Deferred revenue, in the ledger"), is(booked.Neg(), d.standing("ledger", int(ledger.DeferredRevenue)))),
		t.line(says("Set off on the same line against what is not billed"), is(deferred.Add(booked))),
		t.line(says("Neither billed nor earned (backlog)"), is(sum(all, func(u revrec.Undelivered) money.Amount { return u.Backlog }))),
		t.line(says("Less usage"), is(sum(all, func(u revrec.Undelivered) money.Amount { return u.Variable.Neg() }))),
		t.line(says("Less what the customer may still leave"), is(sum(all, func(u revrec.Undelivered) money.Amount { return u.Ending.Neg() }))),
		t.line(says("Less what is passed on"), is(sum(all, func(u revrec.Undelivered) money.Amount { return u.Passed.Neg() }))),
		t.line(says("Less what was served before"), is(sum(all, func(u revrec.Undelivered) money.Amount { return u.Late.Neg() }))),
		t.line(says("Less contracts of a year or less"), is(sum(short, func(u revrec.Undelivered) money.Amount { return u.Remaining().Neg() }))),
	}
	n := t.sum(Total, "Remaining performance obligation", terms)
	d.add(t)
	d.check("Bridge", "deferred and backlog less what is left out", t.Rows[n].Cells[1].Amount, "the note", remaining)
	net, err := d.scheduleNet()
	if err != nil {
		return err
	}
	unbilled, err := d.booked(ledger.UnbilledReceivable)
	if err != nil {
		return err
	}
	d.check("Deferred less unbilled", "by the schedule", net, "trial balance", booked.Add(unbilled).Neg())
	d.note("Fixed fees that are agreed and not served, and balances that are paid and not used; renewals and periods that the customer may leave are not promised. Ways to leave out: usage by right to invoice (50-14(b)) always, contracts of a year or less (50-14(a)) when asked for. The ledger keeps a line either as deferred or as unbilled; the schedule knows both, and their difference is the same.")
	return nil
}

// scheduleNet is deferred revenue less unbilled receivables, by the schedule.
func (d *drawing) scheduleNet() (money.Amount, error) {
	net := d.zero()
	found, err := revrec.Deferred(d.ctx, d.q, d.revenue())
	for _, b := range found {
		net = net.Add(b.Net())
	}
	return net, err
}
