package scenario

import (
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/revrec"
)

// What must hold of the books as a whole.

// earned asks that when all is over everything billed is revenue.
func (l *life) earned() error {
	for key, p := range l.family.Standing.Lines {
		if !p.Billed.Sub(p.Earned).IsZero() || !p.Deferred.IsZero() || !p.Unbilled.IsZero() {
			return fmt.Errorf("line %s: %s is billed, %s earned, %s stays deferred, %s unbilled", key.Line, p.Billed, p.Earned, p.Deferred, p.Unbilled)
		}
	}
	return nil
}

// receivable holds the ledger's receivable against the documents less what was
// paid, and asks that no document is open below nothing that nobody paid.
func (l *life) receivable() error {
	var booked, asked money.Amount
	for _, e := range l.book.entries {
		for _, p := range e.Postings {
			if p.Account == ledger.AccountsReceivable || p.Account == ledger.CustomerBalance {
				booked = booked.Add(p.Amount)
			}
		}
	}
	for _, d := range standing(l.family.documents) {
		asked = asked.Add(d.Total)
	}
	for _, r := range l.book.receipts {
		asked = asked.Sub(r.Amount)
	}
	if !booked.Sub(asked).IsZero() {
		return fmt.Errorf("%s is receivable in the ledger, but documents less payments come to %s", booked, asked)
	}
	moved := l.moved()
	for number, open := range l.book.open {
		if open := open.Add(moved[number]); open.Sign() < 0 && !l.paid[number] && !l.nets(number) {
			return fmt.Errorf("%s stands open on %s, which nobody paid", open, number)
		}
	}
	return nil
}

// moved is what invoices correct of other documents. The receivable of an invoice is its total, so what it charges again of
// an older one (a concession taken back) is asked for under its own number, though a later credit of it lowers the older
// one's: that one is open for the difference. (Life 10100: 1 and its tax of 1 asked for again, then credited.)
func (l *life) moved() map[string]money.Amount {
	out := map[string]money.Amount{}
	for _, d := range standing(l.family.documents) {
		if d.Kind != entities.Invoice {
			continue
		}
		gross := make([]money.Amount, len(d.Lines))
		for i, x := range d.Lines {
			gross[i] = x.Amount.Sub(x.Fee)
		}
		for _, r := range d.TaxRows {
			gross[r.Line-1] = gross[r.Line-1].Add(r.Tax)
		}
		for i, x := range d.Lines {
			if x.Corrects != nil {
				out[x.Corrects.Document] = out[x.Corrects.Document].Add(gross[i])
				out[d.Number] = out[d.Number].Sub(gross[i])
			}
		}
	}
	return out
}

// nets says whether a document set credits against its own charges without naming a line they lower.
func (l *life) nets(number string) bool {
	_, d, err := l.find(number)
	return err == nil && slices.ContainsFunc(d.Lines, func(x invoicing.Line) bool { return x.Corrects == nil && x.Amount.Sign() < 0 })
}

// balanced asks that the trial balance comes to nothing, and that what a line has
// deferred less unbilled is what was billed of it and not earned.
func (l *life) balanced() error {
	var sum money.Amount
	for _, e := range l.book.entries {
		for _, p := range e.Postings {
			sum = sum.Add(p.Amount)
		}
	}
	if !sum.IsZero() {
		return fmt.Errorf("the trial balance is off by %s", sum)
	}
	for key, p := range l.family.Standing.Lines {
		if !p.Deferred.Sub(p.Unbilled).Sub(p.Billed.Sub(p.Earned)).IsZero() {
			return fmt.Errorf("line %s: %s deferred and %s unbilled, but %s billed and %s earned", key.Line, p.Deferred, p.Unbilled, p.Billed, p.Earned)
		}
		if p.Deferred.Sign() < 0 || p.Unbilled.Sign() < 0 || p.Deferred.Sign() > 0 && p.Unbilled.Sign() > 0 {
			return fmt.Errorf("line %s has %s deferred and %s unbilled at once", key.Line, p.Deferred, p.Unbilled)
		}
	}
	return nil
}

// caughtUp holds the months that were recognized one by one against one run for
// all of them.
func (l *life) caughtUp() error {
	type cell struct {
		line  string
		kind  contracts.Kind
		span  period.Span
		month period.Month
	}
	planned := map[cell]money.Amount{}
	for _, r := range l.book.rows {
		c := cell{r.Line, r.Kind, r.Span, r.Month}
		planned[c] = planned[c].Add(r.Amount)
	}
	facts := l.revrec(l.family, ledger.NewMonths())
	facts.Standing, facts.Stored = ledger.NewStanding(), revrec.NewStored()
	once, err := revrec.Decide(l.s.world.Catalog, facts, period.NewMonth(2031, 12))
	if err != nil {
		return err
	}
	for _, r := range once.Rows {
		c := cell{r.Line, r.Kind, r.Span, r.Month}
		planned[c] = planned[c].Sub(r.Amount)
	}
	for c, difference := range planned {
		if !difference.IsZero() {
			return fmt.Errorf("%s %s %s: the runs scheduled %s more in %s than one run does", c.line, c.kind, c.span, difference, c.month)
		}
	}
	type earning struct {
		line    string
		account ledger.Account
		month   period.Month
	}
	booked := map[earning]money.Amount{}
	add := func(entries []ledger.Entry, sign func(money.Amount) money.Amount) {
		for _, e := range entries {
			for _, p := range e.Postings {
				if p.Account == ledger.Revenue || p.Account == ledger.OverageRevenue {
					k := earning{p.Line, p.Account, p.Month}
					booked[k] = booked[k].Add(sign(p.Amount))
				}
			}
		}
	}
	add(l.book.entries, func(x money.Amount) money.Amount { return x })
	add(once.Entries, money.Amount.Neg)
	for k, difference := range booked {
		if !difference.IsZero() {
			return fmt.Errorf("line %s: the runs booked %s less revenue of %s than one run does", k.line, difference, k.month)
		}
	}
	return nil
}

// reported draws up the waterfall: its rows are what was billed in a month, its
// columns the revenue of a month that was recognized, and what it says is still
// to be earned of what is billed is deferred revenue, line by line.
func (l *life) reported() error {
	a := l.agreement()
	scheduled, billed := l.book.scheduled(), l.book.billed(a.Entity, a.Currency)
	first, columns := across(scheduled)
	if columns == 0 {
		return nil
	}
	table := revrec.DrawUp(scheduled, billed, first, columns, a.Currency)
	asked, revenue := map[period.Month]money.Amount{}, map[period.Month]money.Amount{}
	last := period.Month{}
	for _, e := range l.book.entries {
		for _, x := range e.Billed {
			asked[x.BookedOn.MonthOf()] = asked[x.BookedOn.MonthOf()].Add(x.Amount)
		}
		for _, p := range e.Postings {
			if p.Account == ledger.Revenue || p.Account == ledger.OverageRevenue {
				m := e.BookedOn.MonthOf()
				if revenue[m] = revenue[m].Sub(p.Amount); last.Before(m) {
					last = m
				}
			}
		}
	}
	for _, row := range table.Rows {
		if want := asked[row.Billed]; !row.Billed.IsZero() && !row.Total.Sub(want).IsZero() {
			return fmt.Errorf("the waterfall has %s billed in %s; it was %s", row.Total, row.Billed, want)
		}
	}
	for i, month := range table.Months {
		if got := table.Sum.Cells[i]; !last.Before(month) && !got.Sub(revenue[month]).IsZero() {
			return fmt.Errorf("the waterfall has %s earned in %s; the ledger has %s", got, month, revenue[month])
		}
	}
	balances := revrec.Balances(scheduled, billed, last, a.Currency)
	for _, b := range balances {
		p := l.family.Standing.Position(int64(b.Contract), b.Line)
		if !b.Net().Sub(p.Deferred.Sub(p.Unbilled)).IsZero() {
			return fmt.Errorf("line %s: the schedule leaves %s to be earned and %s unbilled; the ledger has %s and %s", b.Line, b.Remaining, b.Unbilled, p.Deferred, p.Unbilled)
		}
	}
	return nil
}
