package scenario

import (
	"cmp"
	"maps"
	"slices"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/payments"
	"ratable/revrec"
)

// book is what was appended, in the order it was.
type book struct {
	entries    []ledger.Entry
	open       map[string]money.Amount // receivable by document
	receipts   []payments.Receipt
	closed     []Closing
	rows       []scheduleRow
	recognized map[rowKey]revrec.Recognition
}

// rowKey names a schedule row: its place is counted within its account.
type rowKey struct{ account, id int64 }

type scheduleRow struct {
	rowKey
	revrec.Row
}

// Closing is a month that was closed.
type Closing struct {
	Entity string
	Month  period.Month
	On     period.Date
}

func newBook() book {
	return book{open: map[string]money.Amount{}, recognized: map[rowKey]revrec.Recognition{}}
}

// enter takes an entry in and keeps the open receivables.
func (b *book) enter(e ledger.Entry) {
	b.entries = append(b.entries, e)
	for _, p := range e.Postings {
		if p.Account == ledger.AccountsReceivable {
			b.open[p.Document] = b.open[p.Document].Add(p.Amount)
		}
	}
}

// plan takes in what a recognition run appends beside its entries.
func (b *book) plan(account int64, p revrec.Plan) {
	for _, r := range p.Rows {
		b.rows = append(b.rows, scheduleRow{rowKey{account, r.ID}, r})
	}
	for _, r := range p.Recognized {
		b.recognized[rowKey{account, r.Row}] = r
	}
}

// firstMonth is the month of an entity's first entry, or otherwise when it has
// none.
func (b *book) firstMonth(entity entities.ID, otherwise period.Month) period.Month {
	first := otherwise
	for _, e := range b.entries {
		if m := e.BookedOn.MonthOf(); e.Entity == entity && m.Before(first) {
			first = m
		}
	}
	return first
}

// scheduled adds the schedule of the primary book up by piece, month and column, as the database's
// report does.
func (b *book) scheduled() []revrec.Scheduled {
	sums, passed := map[revrec.Scheduled]money.Amount{}, map[revrec.Scheduled]money.Amount{}
	for _, r := range b.rows {
		if !ledger.Primary.Shows(r.Book) {
			continue
		}
		s := revrec.Scheduled{Account: customers.AccountID(r.account), Key: r.Key, Recognition: r.Recognition, Column: r.Month}
		if done, ok := b.recognized[r.rowKey]; ok {
			s.Recognized, s.Column = true, done.Month
		}
		sums[s], passed[s] = sums[s].Add(r.Amount), passed[s].Add(r.PassedOn)
	}
	var out []revrec.Scheduled
	for s, amount := range sums {
		if key := s; !amount.IsZero() || !passed[key].IsZero() {
			s.Amount, s.PassedOn = amount, passed[key]
			out = append(out, s.Reported())
		}
	}
	slices.SortFunc(out, func(x, y revrec.Scheduled) int {
		return cmp.Or(cmp.Compare(x.Contract, y.Contract), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Kind, y.Kind),
			x.Span.Start.Compare(y.Span.Start), x.Span.End.Compare(y.Span.End), x.Month.Compare(y.Month), x.Column.Compare(y.Column))
	})
	return out
}

// billed adds up billed records by piece and month of booking.
func (b *book) billed(entity entities.ID, currency money.Currency) []ledger.BilledSum {
	sums := map[ledger.BilledSum]money.Amount{}
	for _, e := range b.entries {
		for _, x := range e.Billed {
			if e.Entity == entity && e.Currency == currency {
				piece := ledger.Piece{LineKey: ledger.LineKey{Contract: x.Contract, Line: x.Line}, Kind: x.Kind, Span: x.Span}
				key := ledger.BilledSum{Account: e.Account, Piece: piece, BookedIn: x.BookedOn.MonthOf()}
				sums[key] = sums[key].Add(x.Amount)
			}
		}
	}
	out := slices.Collect(maps.Keys(sums))
	for i := range out {
		out[i].Amount = sums[out[i]]
	}
	slices.SortFunc(out, func(x, y ledger.BilledSum) int {
		return cmp.Or(cmp.Compare(x.Contract, y.Contract), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Kind, y.Kind),
			x.Span.Start.Compare(y.Span.Start), x.Span.End.Compare(y.Span.End), x.BookedIn.Compare(y.BookedIn))
	})
	return out
}
