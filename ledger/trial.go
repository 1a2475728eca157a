package ledger

import (
	"cmp"
	"iter"
	"slices"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Filter selects entries for a trial balance or an export. A zero field does not
// narrow: no entity is all entities, no currency all currencies, no From since
// ever, no Through up to the last entry. No book is the primary one.
//
// Functional shows everything in the currency of its entity; Currency is then that
// currency.
type Filter struct {
	Entity        entities.ID
	Currency      money.Currency
	From, Through period.Date // booked on, both inclusive
	Known         int64       // as known at this place in the known order; 0 is all that is known
	Book          Book
	Functional    bool
}

// Primary is the book that is meant where none is named.
const Primary = USGAAP

// Shows says whether entries of one book belong to what another shows: its own, and those of every book.
func (b Book) Shows(of Book) bool { return of == "" || of == cmp.Or(b, Primary) }

// covers says whether the filter wants an entry, leaving its day aside.
func (f Filter) covers(e Entry) bool {
	return (f.Entity == 0 || e.Entity == f.Entity) && f.Book.Shows(e.Book) && (f.Currency == "" || f.currency(e) == f.Currency)
}

// currency is the one an entry is shown in.
func (f Filter) currency(e Entry) money.Currency {
	if f.Functional && len(e.Postings) > 0 {
		return e.Postings[0].Functional.Currency()
	}
	return e.Currency
}

// shown is the entry as the filter shows it: in its own currency or, without what moves nothing there, in the entity's.
func (f Filter) shown(e Entry) Entry {
	kept := make([]Posting, 0, len(e.Postings))
	e.Currency = f.currency(e)
	for _, p := range e.Postings {
		if f.Functional {
			p.Amount = p.Functional
		}
		if !p.Amount.IsZero() {
			kept = append(kept, p)
		}
	}
	e.Postings = kept
	return e
}

// ended says whether a day lies after the filter's last.
func (f Filter) ended(on period.Date) bool { return !f.Through.IsZero() && on.After(f.Through) }

// Trial is a trial balance: one row per account and currency with anything
// booked, by currency and account number. Currencies are never added up.
type Trial struct {
	Filter Filter
	Rows   []TrialRow
}

// TrialRow is one account in one currency. Opening and Closing are signed, debit
// positive; Debit and Credit are what the filter's days brought, both positive.
type TrialRow struct {
	Account                         Account
	Currency                        money.Currency
	Opening, Debit, Credit, Closing money.Amount
}

// Totals adds the rows up by currency: Opening and Closing are zero and Debit
// equals Credit, or something is wrong. Account is 0 in them.
func (t Trial) Totals() []TrialRow {
	var out []TrialRow
	for _, r := range t.Rows {
		if len(out) == 0 || out[len(out)-1].Currency != r.Currency {
			out = append(out, newTrialRow(0, r.Currency))
		}
		sum := &out[len(out)-1]
		sum.Opening, sum.Closing = sum.Opening.Add(r.Opening), sum.Closing.Add(r.Closing)
		sum.Debit, sum.Credit = sum.Debit.Add(r.Debit), sum.Credit.Add(r.Credit)
	}
	return out
}

// Row is one row of the balance, all zeros when nothing is booked there.
func (t Trial) Row(a Account, c money.Currency) TrialRow {
	for _, r := range t.Rows {
		if r.Account == a && r.Currency == c {
			return r
		}
	}
	return newTrialRow(a, c)
}

func newTrialRow(a Account, c money.Currency) TrialRow {
	zero := money.Zero(c)
	return TrialRow{a, c, zero, zero, zero, zero}
}

// Tally draws up the trial balance of entries in memory, as TrialBalance does of
// those in the database.
func Tally(entries iter.Seq2[Entry, error], f Filter) (Trial, error) {
	type key struct {
		currency money.Currency
		account  Account
	}
	rows := map[key]TrialRow{}
	for e, err := range entries {
		if err != nil {
			return Trial{}, err
		}
		if !f.covers(e) || f.ended(e.BookedOn) {
			continue
		}
		e = f.shown(e)
		for _, p := range e.Postings {
			k := key{e.Currency, p.Account}
			row, ok := rows[k]
			if !ok {
				row = newTrialRow(p.Account, e.Currency)
			}
			rows[k] = row.book(p.Amount, e.BookedOn.Before(f.From))
		}
	}
	t := Trial{Filter: f}
	for _, row := range rows {
		t.Rows = append(t.Rows, row)
	}
	slices.SortFunc(t.Rows, func(a, b TrialRow) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Account, b.Account))
	})
	return t, nil
}

func (r TrialRow) book(amount money.Amount, before bool) TrialRow {
	r.Closing = r.Closing.Add(amount)
	switch {
	case before:
		r.Opening = r.Opening.Add(amount)
	case amount.Sign() > 0:
		r.Debit = r.Debit.Add(amount)
	default:
		r.Credit = r.Credit.Sub(amount)
	}
	return r
}

// Each hands entries over one by one, as the exports take them, in order of day
// and otherwise as they stand.
func Each(entries []Entry) iter.Seq2[Entry, error] {
	sorted := slices.Clone(entries)
	slices.SortStableFunc(sorted, func(a, b Entry) int { return a.BookedOn.Compare(b.BookedOn) })
	return func(yield func(Entry, error) bool) {
		for _, e := range sorted {
			if !yield(e, nil) {
				return
			}
		}
	}
}
