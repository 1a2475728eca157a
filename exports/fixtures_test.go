package exports

import (
	"context"
	"flag"
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/ledger"
)

var (
	ctx    = context.Background()
	update = flag.Bool("update", false, "rewrite the goldens")
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func month(s string) period.Month { return day(s + "-01").MonthOf() }

func amount(s string, c money.Currency) money.Amount {
	a, err := money.ParseAmount(s, c)
	if err != nil {
		panic(err)
	}
	return a
}

const (
	acme     customers.ID = 40
	tricky   customers.ID = 41
	sevenYrs int64        = 7
)

// ours are our entities, and published what their currencies cost.
var (
	ours = entities.NewDirectory([]entities.Entity{
		{ID: 1, Code: "nlus", Name: "Northlight Systems, Inc.", Country: "US", Currency: "USD"},
		{ID: 2, Code: "nleu", Name: "Northlight Systems GmbH", Country: "DE", Currency: "EUR"},
	})
	published = entities.NewRates([]entities.Rate{
		{Base: "EUR", Quote: "USD", On: day("2026-01-29"), Rate: decimal.RequireFromString("1.0837"), Source: "ECB"},
		{Base: "EUR", Quote: "JPY", On: day("2026-01-29"), Rate: decimal.RequireFromString("161.37"), Source: "ECB"},
		{Base: "EUR", Quote: "KWD", On: day("2026-01-29"), Rate: decimal.RequireFromString("0.3331"), Source: "ECB"},
	})
)

// standing are entries as a database holds them: with what they come to in the currency of their entity.
func standing(entries []ledger.Entry) []ledger.Entry {
	c := ledger.NewConverter(ours, published)
	for i, e := range entries {
		var err error
		if entries[i], err = c.Convert(e); err != nil {
			panic(err)
		}
	}
	return entries
}

// small is a book whose names try whatever a person may have typed.
func small(t Target) Book {
	return Book{
		Entities: ours,
		Customers: map[customers.ID]Party{
			acme:   {ID: acme, ExternalID: "acme", Name: `Acme, "Inc."`, Country: "US", Region: "NY"},
			tricky: {ID: tricky, ExternalID: "bolt", Name: "=cmd|'/c calc'!A1; [2020-01-01] (1) | Bölt: 🚀", Country: "DE"},
		},
		Contracts: map[int64]string{sevenYrs: "C-7"},
		Buyers:    map[int64]customers.ID{sevenYrs: acme},
		Products:  map[ProductKey]string{{sevenYrs, "seats"}: "platform"},
		Mapping:   NewMapping(1, Default(day("2020-01-01"))),
		Target:    t,
	}
}

func usd(s string) money.Amount { return amount(s, "USD") }

// fewEntries are an invoice, its revenue and its payment.
func fewEntries() []ledger.Entry {
	receivable, tax, deferred := ledger.Debit(ledger.AccountsReceivable, usd("107.00")), ledger.Credit(ledger.TaxLiability, usd("7.00")), ledger.Credit(ledger.DeferredRevenue, usd("100.00"))
	for _, p := range []*ledger.Posting{&receivable, &tax, &deferred} {
		p.Customer, p.Document = acme, "NLUS-2026-000001"
	}
	deferred.Contract, deferred.Line = sevenYrs, "seats"
	released, earned := ledger.Debit(ledger.DeferredRevenue, usd("40.00")), ledger.Credit(ledger.Revenue, usd("40.00"))
	for _, p := range []*ledger.Posting{&released, &earned} {
		p.Contract, p.Line = sevenYrs, "seats"
	}
	earned.Month, earned.Schedule = month("2026-01"), 71
	cash, paid, more := ledger.Debit(ledger.Cash, usd("1234.50")), ledger.Credit(ledger.AccountsReceivable, usd("1234.00")), ledger.Credit(ledger.AccountsReceivable, usd("0.50"))
	for _, p := range []*ledger.Posting{&cash, &paid, &more} {
		p.Customer = tricky
	}
	paid.Document, more.Document = "NLUS-2026-000002", "NLUS-2026-000003"
	return standing([]ledger.Entry{
		{Account: 1, Seq: 1, Entity: 1, Source: "invoice:NLUS-2026-000001", BookedOn: day("2026-01-01"), Currency: "USD", Memo: "Invoice NLUS-2026-000001 to Acme", Postings: []ledger.Posting{receivable, tax, deferred}},
		{Account: 2, Seq: 9, Entity: 1, Source: "receipt:5", BookedOn: day("2026-01-30"), Currency: "USD", Memo: "+1 ; not a comment | not a note\r\n2026-03-01 * \"not\" an entry", Postings: []ledger.Posting{cash, paid, more}},
		{Account: 1, Seq: 2, Entity: 1, Source: "revenue:C-7:2026-01", BookedOn: day("2026-01-31"), Currency: "USD", Memo: "Revenue of January 2026", Postings: []ledger.Posting{released, earned}},
	})
}

// anyEntries draws balanced entries of one currency in order of day, with amounts from one minor unit to millions.
func anyEntries(t *rapid.T, c money.Currency) []ledger.Entry {
	on := day("2026-01-29")
	var out []ledger.Entry
	for n := range rapid.IntRange(1, 6).Draw(t, "entries") {
		on = on.AddDays(rapid.IntRange(0, 1).Draw(t, "days"))
		e := ledger.Entry{Account: customers.AccountID(1 + n%2), Seq: int64(n + 1), Entity: 1, BookedOn: on, Currency: c,
			Source: fmt.Sprintf("%s:%d", rapid.SampledFrom([]string{"invoice", "receipt", "revenue"}).Draw(t, "kind"), n), Memo: anyText(t)}
		sum := money.Zero(c)
		for range rapid.IntRange(1, 5).Draw(t, "postings") {
			a := money.Of(rapid.Int64Range(-1_000_000_00, 1_000_000_00).Draw(t, "amount"), c)
			if a.IsZero() {
				continue
			}
			sum = sum.Add(a)
			e.Postings = append(e.Postings, anyPosting(t, a))
		}
		if !sum.IsZero() {
			e.Postings = append(e.Postings, anyPosting(t, sum.Neg()))
		}
		if len(e.Postings) > 0 {
			out = append(out, e)
		}
	}
	return standing(out)
}

func anyPosting(t *rapid.T, a money.Amount) ledger.Posting {
	p := ledger.Posting{Account: rapid.SampledFrom(ledger.Chart).Draw(t, "account").Account, Amount: a}
	p.Customer = rapid.SampledFrom([]customers.ID{acme, tricky}).Draw(t, "customer")
	if rapid.Bool().Draw(t, "of a contract") {
		p.Contract, p.Line, p.Month = sevenYrs, "seats", month("2026-01")
	}
	return p
}

// anyText draws what people type, and what breaks files.
func anyText(t *rapid.T) string {
	return rapid.StringOf(rapid.SampledFrom([]rune("abc XYZ 0129.,;:|\"'=+-@\t\r\n[](){}<>\\/*!&#%^~ßé日🚀"))).Draw(t, "text")
}
