package opening

import (
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/ledger"
	"ratable/revrec"
)

// earnings brings over what had been earned, contract by contract: rows of the schedule, recognized on the eve.
func (d *deciding) earnings() {
	schedules, err := d.revenue.ScheduleOf(d.world.Catalog, d.file.lastMonth())
	if err != nil {
		d.err = err
		return
	}
	for _, i := range d.contracts {
		a, _ := d.agreement(d.file.Contracts[i].Contract)
		found := map[string]earned{}
		lines := d.linesOf(i, schedules[a.Contract])
		for _, line := range lines {
			if e, ok := d.line(i, a, line, schedules[a.Contract]); ok {
				found[line] = e
			}
		}
		if len(found) == len(lines) {
			d.book(a, lines, found)
		}
	}
}

// linesOf are the lines the file names and those that our schedule has before the cut-over.
func (d *deciding) linesOf(i int, rows []revrec.Row) []string {
	var out []string
	for _, l := range d.file.Contracts[i].Lines {
		out = append(out, l.Line)
	}
	for _, r := range rows {
		if !slices.Contains(out, r.Line) && !r.Month.After(d.file.lastMonth()) {
			out = append(out, r.Line)
		}
	}
	return out
}

// line compares what had been earned of a line with what we compute, and treats the difference as the file says.
func (d *deciding) line(i int, a contracts.Agreement, line string, rows []revrec.Row) (earned, bool) {
	past, future := divide(rows, line, d.file.lastMonth())
	zero := money.Zero(a.Currency)
	_, j := d.place(a.Number, line)
	if j < 0 {
		d.blame(fmt.Sprintf("contracts[%d].lines", i), a.Number, "lack the line %s, of which %s had been earned by the cut-over as we compute it: say what the other system had", line, ours(past, a.Currency).Display())
		return earned{}, false
	}
	recognized, computed := d.amount(d.file.Contracts[i].Lines[j].Recognized), ours(past, a.Currency)
	at := fmt.Sprintf("contracts[%d].lines[%d]", i, j)
	if _, _, sold := a.Latest().Document.Sells(line); !sold && len(past)+len(future) == 0 {
		d.blame(at+".line", line, "is no line of contract %s", a.Number)
		return earned{}, false
	}
	if recognized == zero.Add(computed) {
		return attribute(past, recognized, revrec.Row{}), true
	}
	eve, ok := onEve(a, d.pieces[a.Contract], line, d.file.lastMonth(), a.Currency)
	if _, any := weightsOf(past); !any && !ok {
		d.blame(at+".recognized", recognized.String(), "must be 0: nothing of the line is served before the cut-over, by its contract")
		return earned{}, false
	}
	e := attribute(past, recognized, eve)
	difference := Difference{Contract: a.Number, Line: line, What: Recognized, Old: recognized, Ours: computed, Treatment: d.treatmentOf(i, j)}
	switch {
	case difference.Treatment == None:
		difference.Refused = "choose keep (the old figure stands, the rest is earned over the rest of the term) or correct (the difference is caught up in the first month), or correct the contract or its usage"
	case slices.ContainsFunc(past, func(r revrec.Row) bool { return !r.PassedOn.IsZero() }):
		difference.Refused = "we are the agent for a part of it: bring over what the contract says, and correct the share in the contract"
	case difference.Treatment == Keep:
		if err := e.keep(future, recognized); err != nil {
			difference.Refused = err.Error()
		}
	}
	d.out.Differences = append(d.out.Differences, difference)
	return e, true
}

// book appends the rows of a contract's lines and the entries that recognize them: on the eve what the other system had earned,
// and on the cut-over day what of ours it had not.
func (d *deciding) book(a contracts.Agreement, lines []string, found map[string]earned) {
	eve := recognizing{d: d, a: a, source: "opening:earned:" + a.Number, memo: "Earned before the cut-over, contract " + a.Number}
	corrected := recognizing{d: d, a: a, source: "opening-correction:" + a.Number, memo: "Corrected at the cut-over, contract " + a.Number, late: true}
	for _, line := range lines {
		e := found[line]
		d.out.Carried = append(d.out.Carried, e.carried...)
		d.revenue.Carried = append(d.revenue.Carried, e.carried...)
		for n, r := range e.rows {
			eve.add(r, e.old[n])
		}
	}
	eve.close()
	for _, line := range lines {
		e := found[line]
		for n, r := range e.rows {
			if rest := r.Amount.Sub(e.old[n]); len(e.carried) == 0 && !rest.IsZero() {
				r.PassedOn = money.Zero(a.Currency)
				corrected.add(r, rest)
			}
		}
	}
	corrected.close()
}

// recognizing is an entry that recognizes rows of one contract, all on one day.
type recognizing struct {
	d            *deciding
	a            contracts.Agreement
	source, memo string
	late         bool // on the cut-over day, as revenue of ours
	plan         revrec.Plan
	order        []string
	sums         map[string]money.Amount
	postings     []ledger.Posting
}

// add recognizes so much of a row.
func (x *recognizing) add(r revrec.Row, amount money.Amount) {
	if amount.IsZero() && r.PassedOn.IsZero() {
		return
	}
	next := x.d.revenue.Stored.Next
	r.ID, r.Entity, r.Amount = next, x.a.Entity, amount
	x.d.revenue.Book(revrec.Plan{Rows: []revrec.Row{r}})
	account := ledger.OpeningBalance
	if x.late {
		account = revrec.RevenueAccount(r.Kind)
	}
	if x.sums == nil {
		x.sums = map[string]money.Amount{}
	}
	if _, seen := x.sums[r.Line]; !seen {
		x.order = append(x.order, r.Line)
	}
	x.sums[r.Line] = x.sums[r.Line].Add(amount)
	p := ledger.Credit(account, amount)
	p.Contract, p.Line, p.Schedule, p.Month = int64(x.a.Contract), r.Line, r.ID, r.Month
	if !amount.IsZero() {
		x.postings = append(x.postings, p)
	}
	x.plan.Rows = append(x.plan.Rows, r)
	x.plan.Recognized = append(x.plan.Recognized, revrec.Recognition{Row: r.ID})
}

// close settles the lines and books the entry.
func (x *recognizing) close() {
	if len(x.postings) == 0 {
		return
	}
	d, day := x.d, x.d.file.eve()
	if x.late {
		day = d.file.CutOver
	}
	e := ledger.Entry{Account: d.out.Account, Seq: d.revenue.Standing.Next, Entity: x.a.Entity, Currency: x.a.Currency, BookedOn: day, Source: x.source, Memo: x.memo}
	nothing := money.Zero(x.a.Currency)
	for _, line := range x.order {
		deferred, unbilled := ledger.Settle(d.revenue.Standing.Position(int64(x.a.Contract), line), nothing, x.sums[line])
		for _, p := range []ledger.Posting{ledger.Credit(ledger.DeferredRevenue, deferred), ledger.Debit(ledger.UnbilledReceivable, unbilled)} {
			if !p.Amount.IsZero() {
				p.Contract, p.Line, p.Month = int64(x.a.Contract), line, day.MonthOf()
				e.Postings = append(e.Postings, p)
			}
		}
	}
	e.Postings = append(e.Postings, x.postings...)
	for i := range e.Postings {
		e.Postings[i].Customer = x.a.Payer
	}
	for i, r := range x.plan.Rows {
		// What the other system had earned was recognized in its own months, by its own books; the waterfall shows it there.
		of := &x.plan.Recognized[i]
		of.Entry, of.Month = e.Seq, r.Month
		if x.late {
			of.Month = day.MonthOf()
		}
		of.Late = of.Month != r.Month
	}
	x.plan.Entries = []ledger.Entry{e}
	d.revenue.Book(revrec.Plan{Entries: x.plan.Entries, Recognized: x.plan.Recognized})
	d.out.Plan.Rows = append(d.out.Plan.Rows, x.plan.Rows...)
	d.out.Plan.Entries = append(d.out.Plan.Entries, e)
	d.out.Plan.Recognized = append(d.out.Plan.Recognized, x.plan.Recognized...)
}
