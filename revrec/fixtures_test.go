package revrec

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/usage"
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

func eur(s string) money.Amount {
	a, err := money.ParseAmount(s, "EUR")
	if err != nil {
		panic(err)
	}
	return a
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

var since = period.NewDate(2020, time.January, 1)

// products of the tests, one for each way of earning.
var (
	sold = []catalog.Product{
		{ID: 1, Code: "platform", StartsOn: since, Name: "Platform", TaxCode: "saas", Unit: "month", Recognition: catalog.Ratable},
		{ID: 2, Code: "calls", StartsOn: since, Name: "Calls", TaxCode: "saas", Unit: "call", Recognition: catalog.AsUsed},
		{ID: 3, Code: "setup", StartsOn: since, Name: "Setup", TaxCode: "saas", Unit: "piece", Recognition: catalog.PointInTime},
		{ID: 4, Code: "prepaid", StartsOn: since, Name: "Prepaid calls", TaxCode: "saas", Unit: "period", Recognition: catalog.AsUsed},
	}
	metered = []catalog.Meter{{ID: 1, Code: "calls", Name: "Calls", Unit: "call", Aggregation: catalog.Sum}}
	book    = catalog.New(sold, metered, nil)
	calls   = usage.Key{Customer: 1, Meter: "calls"}
)

func fixed(id, product, quantity, price, every string, in contracts.Timing) contracts.Line {
	return contracts.Line{ID: id, Product: product, Fixed: &contracts.Fixed{Quantity: dec(quantity), UnitPrice: dec(price), Every: every, In: in}}
}

func perCall(id, price, every string) contracts.Line {
	return contracts.Line{ID: id, Product: "calls", Usage: &contracts.Usage{Meter: "calls", Every: every, Price: catalog.Price{Model: "per_unit", Amount: dec(price)}}}
}

// maker gets what we pass on as an agent.
const maker customers.ID = 77

// document is a contract of one year.
func document(lines ...contracts.Line) contracts.Document {
	return contracts.Document{
		Contract: "C-1", Entity: "rde", Customer: "acme", Currency: "EUR",
		Term: contracts.Term{From: day("2026-01-01"), Through: day("2026-12-31")}, Lines: lines,
	}
}

func agreement(versions ...contracts.Document) contracts.Agreement {
	a := contracts.Agreement{Account: 1, Contract: 1, Number: "C-1", Entity: 1, Customer: 1, Payer: 1, Currency: "EUR", Users: map[string]customers.ID{"maker": maker}}
	for i, d := range versions {
		a.Versions = append(a.Versions, contracts.Version{Number: i + 1, EffectiveOn: d.Start(), Document: d})
	}
	return a
}

// life is the facts of one account that a test moves on, with the books they
// lead to.
type life struct {
	facts   Facts
	entries []ledger.Entry
	closed  *ledger.Months
}

func begin(a contracts.Agreement) *life {
	l := &life{closed: ledger.NewMonths()}
	l.facts = Facts{
		Account: a.Account, Agreements: []contracts.Agreement{a}, Usage: &usage.Days{},
		Standing: ledger.NewStanding(), Stored: NewStored(), FirstOpen: l.closed.FirstOpen,
	}
	return l
}

func (l *life) agreement() *contracts.Agreement { return &l.facts.Agreements[0] }

func (l *life) use(on string, quantity string) { l.facts.Usage.Add(calls, day(on), dec(quantity)) }

// run recognizes through a month.
func (l *life) run(t testing.TB, through string) Plan { return l.runTo(t, month(through)) }

func (l *life) runTo(t fataler, through period.Month) Plan {
	t.Helper()
	p, err := Decide(book, l.facts, through)
	if err != nil {
		t.Fatalf("decide through %s: %v", through, err)
	}
	for _, e := range p.Entries {
		if err := e.Check(); err != nil {
			t.Fatalf("decide through %s: %v", through, err)
		}
	}
	l.facts.Book(p)
	l.entries = append(l.entries, p.Entries...)
	return p
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// bill asks for what a line's span is worth, as invoicing would.
func (l *life) bill(on period.Date, line string, kind contracts.Kind, span period.Span, amount money.Amount) {
	s, key := l.facts.Standing, ledger.LineKey{Contract: 1, Line: line}
	deferred, unbilled := ledger.Settle(s.Lines[key], amount, money.Zero("EUR"))
	e := ledger.Entry{Account: 1, Seq: s.Next, Entity: 1, Source: "invoice", BookedOn: on, Currency: "EUR"}
	event := ledger.Issue
	if amount.Sign() < 0 {
		event = ledger.Credited
	}
	e.Billed = []ledger.Billed{{Event: event, Contract: 1, Line: line, Kind: string(kind), Span: span, Amount: amount, Document: "I", DocumentLine: 1, BookedOn: on}}
	for _, p := range []ledger.Posting{ledger.Debit(ledger.AccountsReceivable, amount), ledger.Credit(ledger.DeferredRevenue, deferred), ledger.Debit(ledger.UnbilledReceivable, unbilled)} {
		if p.Amount.IsZero() {
			continue
		}
		if p.Account != ledger.AccountsReceivable {
			p.Contract, p.Line = 1, line
		}
		e.Postings = append(e.Postings, p)
	}
	s.Book(e)
	l.entries = append(l.entries, e)
}

// recognized adds up revenue by key.
func (l *life) recognized() map[Key]money.Amount {
	out := map[Key]money.Amount{}
	for key, c := range l.facts.Stored.cells {
		if !c.recognized.zero() {
			out[key] = c.recognized.amount
		}
	}
	return out
}

// posted adds up the ledger's revenue by the month it belongs to.
func (l *life) posted() map[string]string {
	sums := map[period.Month]money.Amount{}
	for _, e := range l.entries {
		for _, p := range e.Postings {
			if p.Account == ledger.Revenue || p.Account == ledger.OverageRevenue {
				sums[p.Month] = sums[p.Month].Sub(p.Amount)
			}
		}
	}
	out := map[string]string{}
	for m, a := range sums {
		if !a.IsZero() {
			out[m.String()] = a.String()
		}
	}
	return out
}

func balance(entries []ledger.Entry, account ledger.Account) money.Amount {
	sum := money.Zero("EUR")
	for _, e := range entries {
		for _, p := range e.Postings {
			if p.Account == account {
				sum = sum.Add(p.Amount)
			}
		}
	}
	return sum
}
