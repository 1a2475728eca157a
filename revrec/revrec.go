// Package revrec decides what has been earned.
//
// It owns the revenue schedule (what each piece of a contract earns in each
// month), the record of which schedule rows are recognized, recognition runs,
// the closing of months as far as revenue is concerned, and the reports that
// follow: contract schedule, deferred waterfall, deferred balance. It owns what an
// accountant judges about a contract under the five steps (Assessment): documents,
// dated and approved, whose effect is rows of kinds of their own beside the rows of
// what is stated, and other patterns of those.
//
// It does not own the price of anything (contracts), what is billed (invoicing;
// revrec reads what stands billed from the ledger), or the balances (ledger).
//
// Times: a row's Month is the month the revenue belongs to (attribution), fixed
// by the service span; an entry's BookedOn lies in that month, or in the first
// open one when it is closed. An assessment counts from its effective day: what it
// makes of months before is caught up in the month of that day.
//
// Invariants: the months of a piece that is over add up to its amount to the
// cent; a schedule row is recognized once; a second run appends nothing; running
// month by month earns the same, per line, kind, span and month, as one run that
// catches up. What assessments add comes to nothing over a contract once all is
// met, but for estimates and interest; it never moves what is deferred or unbilled.
package revrec

import (
	"cmp"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Key names one month of one piece of a contract: what a schedule row is for.
type Key struct {
	Contract contracts.ID
	Line     string // lineage
	Kind     contracts.Kind
	Span     period.Span
	Month    period.Month // attribution
	Book     ledger.Book  // empty: every book
}

// compare is the order in which schedules are kept and shown: by month within
// contracts, then in the order of the service.
func (k Key) compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Contract, o.Contract), k.Month.Compare(o.Month), cmp.Compare(k.Line, o.Line),
		cmp.Compare(k.Kind, o.Kind), k.Span.Start.Compare(o.Span.Start), k.Span.End.Compare(o.Span.End), cmp.Compare(k.Book, o.Book))
}

// Row is one line of the stored schedule. Rows are differences: the sum of a
// key's rows is what is scheduled for it as known now.
type Row struct {
	ID int64 // its place in the account's schedule, from 1
	Key
	Entity      entities.ID
	Amount      money.Amount // earned of the price: what leaves deferred revenue
	PassedOn    money.Amount // of it what is not our revenue, because we are the agent
	Recognition catalog.Recognition
	Version     int // of the contract, that priced it
	Assessment  int // number of the assessment that judged it; 0: none, it is earned as stated
}

// Recognition records that a row has been recognized. Entry is the place of the
// booking, 0 when the row and others of its line and month came to nothing, so
// that there was nothing to book.
type Recognition struct {
	Row   int64
	Entry int64
	Month period.Month // booked in; never before the row's own
	Late  bool         // it is not the row's own: that was closed
}
