package ledger

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

var (
	ctx   = context.Background()
	clerk = access.System("ledger test")
	anna  = access.Actor{UserID: 1, Name: "Anna", Roles: []access.Role{access.Accountant}}
	bert  = access.Actor{UserID: 2, Name: "Bert", Roles: []access.Role{access.Accountant}}
)

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func month(s string) period.Month {
	m, err := period.ParseMonth(s)
	if err != nil {
		panic(err)
	}
	return m
}

func amount(s string, c money.Currency) money.Amount {
	a, err := money.ParseAmount(s, c)
	if err != nil {
		panic(err)
	}
	return a
}

func usd(s string) money.Amount { return amount(s, "USD") }

// book is a database with two legal entities.
type book struct {
	db       *postgres.DB
	rus, rde entities.ID
}

func openBook(t testing.TB) book {
	t.Helper()
	b := book{db: pgtest.New(t)}
	err := b.db.Tx(ctx, func(tx pgx.Tx) error {
		for _, code := range []string{"rus", "rde"} { // in order: tests write their keys, 1 and 2
			id := map[string]*entities.ID{"rus": &b.rus, "rde": &b.rde}[code]
			e, err := entities.Create(ctx, tx, entities.Entity{Code: code, Name: code, Country: "DE", City: "Berlin", TimeZone: "UTC", Currency: "USD"}, clerk)
			if err != nil {
				return err
			}
			*id = e.ID
		}
		return entities.RecordRates(ctx, tx, published, clerk)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// published are rates through the year of the tests.
var published = func() (out []entities.Rate) {
	for i, on := 0, day("2025-11-20"); on.Before(day("2027-01-01")); i, on = i+1, on.AddDays(5) {
		out = append(out, entities.Rate{Base: "EUR", Quote: "USD", On: on, Rate: decimal.New(10800+int64(i*37%400), -4), Source: "ECB"},
			entities.Rate{Base: "EUR", Quote: "JPY", On: on, Rate: decimal.New(15800+int64(i*61%900), -2), Source: "ECB"},
			entities.Rate{Base: "KWD", Quote: "USD", On: on, Rate: decimal.New(32500+int64(i*13%200), -4), Source: "bank"})
	}
	return out
}()

// converted are entries as they stand once they are appended in this order.
func (b book) converted(entries ...Entry) []Entry {
	c := newConverter(func(entities.ID) money.Currency { return "USD" }, entities.NewRates(published))
	out := make([]Entry, len(entries))
	for i, e := range entries {
		var err error
		if out[i], err = c.Convert(e); err != nil {
			panic(err)
		}
	}
	return out
}

func (b book) append(t testing.TB, entries ...Entry) {
	t.Helper()
	if err := b.try(entries...); err != nil {
		t.Fatalf("book %d entries: %v", len(entries), err)
	}
}

func (b book) try(entries ...Entry) error {
	return b.db.Tx(ctx, func(tx pgx.Tx) error { return Append(ctx, tx, entries) })
}

// revenue is the simplest entry that balances: earned and not billed.
func (b book) revenue(account customers.AccountID, seq int64, on string, amount money.Amount) Entry {
	d := day(on)
	earned := Credit(Revenue, amount)
	earned.Contract, earned.Line, earned.Month, earned.Schedule = 7, "seats", d.MonthOf(), 70+seq
	unbilled := Debit(UnbilledReceivable, amount)
	unbilled.Contract, unbilled.Line = 7, "seats"
	return Entry{
		Account: account, Seq: seq, Entity: b.rus, Source: fmt.Sprintf("revenue:C-%d:%s", seq, on), BookedOn: d, Currency: amount.Currency(),
		Memo: "Revenue of " + on, Postings: []Posting{unbilled, earned},
	}
}

// invoice asks for net and tax on a line that has earned nothing yet.
func (b book) invoice(account customers.AccountID, seq int64, number, on string, net, tax money.Amount) Entry {
	d := day(on)
	receivable, owed, deferred := Debit(AccountsReceivable, net.Add(tax)), Credit(TaxLiability, tax), Credit(DeferredRevenue, net)
	for _, p := range []*Posting{&receivable, &owed, &deferred} {
		p.Customer, p.Document = 40, number
	}
	deferred.Contract, deferred.Line = 7, "seats"
	return Entry{
		Account: account, Seq: seq, Entity: b.rus, Source: "invoice:" + number, BookedOn: d, Currency: net.Currency(),
		Memo: "Invoice " + number + " to Acme", Postings: []Posting{receivable, owed, deferred},
		Billed: []Billed{{Event: Issue, Contract: 7, Line: "seats", Kind: "fixed", Span: d.MonthOf().Span(), Amount: net,
			Document: number, DocumentLine: 1, BookedOn: d, DueOn: d.AddDays(30)}},
	}
}

// anyEntries draws the life of one account: balanced entries of any postings,
// issued, credited and voided lines, entries that book no money at all, each on
// the day of the one before or later.
func anyEntries(t *rapid.T, account customers.AccountID, entity entities.ID, currency money.Currency) []Entry {
	on := day("2025-11-20")
	var out []Entry
	for seq := range rapid.IntRange(1, 8).Draw(t, "entries") {
		on = on.AddDays(rapid.IntRange(0, 40).Draw(t, "days"))
		e := Entry{Account: account, Seq: int64(seq + 1), Entity: entity, Source: fmt.Sprintf("test:%d", seq), BookedOn: on, Currency: currency, Memo: "drawn"}
		e.Postings = anyPostings(t, currency)
		for range rapid.IntRange(0, 3).Draw(t, "billed") {
			e.Billed = append(e.Billed, anyBilled(t, e))
		}
		if len(e.Postings) == 0 && len(e.Billed) == 0 {
			e.Billed = append(e.Billed, anyBilled(t, e))
		}
		out = append(out, e)
	}
	return out
}

func anyPostings(t *rapid.T, currency money.Currency) []Posting {
	var out []Posting
	sum := money.Zero(currency)
	for range rapid.IntRange(0, 4).Draw(t, "postings") {
		p := anyPosting(t)
		p.Amount = money.Of(rapid.Int64Range(-1_000_000_00, 1_000_000_00).Draw(t, "amount"), currency)
		if !p.Amount.IsZero() {
			out, sum = append(out, p), sum.Add(p.Amount)
		}
	}
	if !sum.IsZero() {
		p := anyPosting(t)
		p.Amount = sum.Neg()
		out = append(out, p)
	}
	return out
}

func anyPosting(t *rapid.T) Posting {
	p := Posting{Account: rapid.SampledFrom(Chart).Draw(t, "account").Account}
	if rapid.Bool().Draw(t, "of a line") {
		k := anyLine(t)
		p.Contract, p.Line = k.Contract, k.Line
	}
	if rapid.Bool().Draw(t, "of a document") {
		p.Customer, p.Document = 40, rapid.SampledFrom([]string{"D-1", "D-2"}).Draw(t, "document")
	}
	if p.Account == Revenue {
		p.Month, p.Schedule = month("2025-12"), 9
	}
	return p
}

func anyLine(t *rapid.T) LineKey {
	return LineKey{rapid.Int64Range(1, 2).Draw(t, "contract"), rapid.SampledFrom([]string{"seats", "api"}).Draw(t, "line")}
}

func anyBilled(t *rapid.T, e Entry) Billed {
	k := anyLine(t)
	start := rapid.SampledFrom([]string{"2025-12-01", "2026-01-01"}).Draw(t, "span")
	return Billed{
		Event: rapid.SampledFrom([]Event{Issue, Issue, Credited, Void}).Draw(t, "event"), Contract: k.Contract, Line: k.Line,
		Kind: rapid.SampledFrom([]string{"fixed", "usage"}).Draw(t, "kind"), Span: day(start).MonthOf().Span(),
		Amount:   money.Of(rapid.Int64Range(-500_00, 500_00).Draw(t, "billed"), e.Currency),
		Document: fmt.Sprintf("D-%d", e.Seq), DocumentLine: rapid.IntRange(1, 9).Draw(t, "line"), BookedOn: e.BookedOn, DueOn: e.BookedOn.AddDays(30),
	}
}

// collect reads a stream to its end.
func collect(t testing.TB, entries func(yield func(Entry, error) bool)) []Entry {
	t.Helper()
	var out []Entry
	for e, err := range entries {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return slices.Clip(out)
}
