package ledger

import (
	"time"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Recorded is an entry as it stands in the book.
type Recorded struct {
	Entry
	KnownOrder int64
	RecordedAt time.Time // for audit only
}

// Total is what the entry moves: the sum of its debits.
func (e Entry) Total() money.Amount {
	total := money.Zero(e.Currency)
	for _, p := range e.Postings {
		if p.Amount.Sign() > 0 {
			total = total.Add(p.Amount)
		}
	}
	return total
}

// EntryFilter narrows a page of entries; a zero field does not narrow. The fields
// from Contract on want one posting that has them all.
type EntryFilter struct {
	Entity  entities.ID
	Account customers.AccountID
	Source  string       // whole, or its first words: "invoice" finds "invoice:RUS-2026-000123"
	Month   period.Month // booked in
	Book    Book         // what it shows; empty: the primary one

	Contract int64
	Line     string
	Document string
	Ledger   Account

	Sort  Sort
	After EntryCursor // the last entry of the page before
	Limit int         // 0: 50; at most 500
}

// Sort is an order of entries or postings; "-" before it turns it round. Equals stand as in the order of days.
// Amounts of different currencies are not compared: they stand apart.
type Sort string

// The orders there are.
const (
	InOrder  Sort = "" // entries: the latest day first; postings: the earliest first
	ByDay    Sort = "day"
	ByAmount Sort = "amount" // of an entry what it moves, of a posting with its sign
)

// EntryCursor is a place in the list of entries; zero is its beginning.
type EntryCursor struct {
	BookedOn   period.Date
	KnownOrder int64
}

// Cursor is the entry's place in EntriesPage.
func (r Recorded) Cursor() EntryCursor { return EntryCursor{r.BookedOn, r.KnownOrder} }

// OnExchange finds what exchange rates gained and lost. It is no type of the chart: both sides are.
const OnExchange Type = "exchange"

// PostingFilter narrows a page of postings; a zero field does not narrow. With
// the fields of a trial balance row or of a line's balance it lists what that
// number is made of.
type PostingFilter struct {
	Filter
	Account  customers.AccountID
	Customer customers.ID
	Ledger   Account
	Type     Type // every account of a type: Income finds what was earned, overage or not
	Contract int64
	Line     string
	Document string

	Sort  Sort
	After PostingCursor // the last posting of the page before
	Limit int           // 0: 50; at most 500
}

// PostingCursor is a place in the list of postings; zero is its beginning.
type PostingCursor struct {
	BookedOn period.Date
	Account  customers.AccountID
	Seq      int64
	N        int
}

// Posted is a posting with what its entry says of it. Posting.Account is the
// ledger's, Book the paying account whose entry it is.
type Posted struct {
	Posting
	Book     customers.AccountID
	Seq      int64
	N        int
	Entity   entities.ID
	Source   string
	BookedOn period.Date
	Memo     string
	Rules    Book // the book it is in alone; empty: every book
}

// Cursor is the posting's place in PostingsPage.
func (p Posted) Cursor() PostingCursor { return PostingCursor{p.BookedOn, p.Book, p.Seq, p.N} }

// LineFilter narrows a page of balances by contract line; a zero field does not
// narrow.
type LineFilter struct {
	Entity      entities.ID
	Account     customers.AccountID
	Contract    int64
	Currency    money.Currency
	Through     period.Date // booked on, inclusive
	Outstanding bool        // only lines with something deferred or unbilled

	After LineCursor // the last line of the page before
	Limit int        // 0: 50; at most 500
}

// LineCursor is a place in the list of lines; zero is its beginning.
type LineCursor struct {
	Account customers.AccountID
	LineKey
}

// LineBalance is where a line of a contract stands at the end of a day.
type LineBalance struct {
	Account customers.AccountID
	LineKey
	Currency money.Currency
	Position
}

// Cursor is the line's place in LinesPage.
func (b LineBalance) Cursor() LineCursor { return LineCursor{b.Account, b.LineKey} }

func pageSize(limit int) int {
	switch {
	case limit <= 0:
		return 50
	case limit > 500:
		return 500
	}
	return limit
}
