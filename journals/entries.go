package journals

import (
	"fmt"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/ledger"
)

// occurrence is one time that a journal is posted: its own day, and the day it is taken back on, if it is.
type occurrence struct {
	n        int
	on, back period.Date
}

// occurrences are the days a journal counts on, up to and with one. Without repetition there is one, however late.
func (j Journal) occurrences(through period.Date) []occurrence {
	if j.Every == "" {
		return []occurrence{{0, j.On, j.ReversesOn}}
	}
	days := period.Recurrence{Anchor: j.On, Cadence: j.Every}
	last := period.MinDate(j.Through, through)
	var out []occurrence
	for n := 0; ; n++ {
		on := days.Nth(n)
		if on.After(last) {
			return out
		}
		o := occurrence{n: n, on: on}
		if !j.ReversesOn.IsZero() {
			o.back = on.MonthOf().End()
		}
		out = append(out, o)
	}
}

// place is where the next entries of a journal go.
type place struct {
	account customers.AccountID
	seq     int64
	day     func(period.Date) period.Date // the day itself, or the first open one after it
}

// post makes the entries of an occurrence; number gives each its own. It is pure: approving and the run append what it returns.
func (j Journal) post(o occurrence, at place, number func(on period.Date) string) ([]ledger.Entry, []Posted) {
	on := at.day(o.on)
	entries := []ledger.Entry{j.entry(o, at.account, at.seq, on, number(on), Whole)}
	posted := []Posted{{at.account, j.ID, o.n, Whole, sourceNumber(entries[0]), on, at.seq, j.Reverses}}
	if !o.back.IsZero() {
		back := at.day(o.back)
		e := j.entry(o, at.account, at.seq+1, back, number(back), Reversal)
		e.Memo = fmt.Sprintf("Reversal of %s: %s", posted[0].Number, j.Reason)
		entries, posted = append(entries, e), append(posted, Posted{at.account, j.ID, o.n, Reversal, sourceNumber(e), back, at.seq + 1, 0})
	}
	return entries, posted
}

const sourcePrefix = "manual:"

func sourceNumber(e ledger.Entry) string { return e.Source[len(sourcePrefix):] }

// entry is the journal as the ledger takes it. An amount that belongs to no month of its own belongs to the month of its
// day, also where that is closed and the entry stands in a later one; taken back, it belongs to the month of that.
func (j Journal) entry(o occurrence, account customers.AccountID, seq int64, on period.Date, number string, part Part) ledger.Entry {
	e := ledger.Entry{Account: account, Seq: seq, Entity: j.Entity, Source: sourcePrefix + number, BookedOn: on, Currency: j.Currency, Book: j.Book, Adjusting: true,
		Memo: fmt.Sprintf("%s: %s", number, j.Reason)}
	for _, l := range j.Lines {
		p := ledger.Posting{Account: l.Account, Amount: l.Amount, Customer: l.Customer, Contract: l.Contract, Line: l.Line, Document: l.Document, Month: l.Month}
		own := o.on
		if part == Reversal {
			own, p.Amount = o.back, p.Amount.Neg()
		}
		if p.Month.IsZero() || part == Reversal {
			p.Month = own.MonthOf()
		}
		e.Postings = append(e.Postings, p)
	}
	return e
}

// Preview is what approving the journal would post first: the entry, and the one that takes it back.
func (j Journal) Preview() []ledger.Entry {
	entries, _ := j.post(j.occurrences(j.On)[0], place{account: 1, seq: 1, day: func(d period.Date) period.Date { return d }},
		func(period.Date) string { return j.Number() })
	return entries
}
