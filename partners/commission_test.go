package partners

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
)

// sold is a referral contract at a percentage, with documents that are paid and credited in any order.
func sold(id contracts.ID, percent string) contracts.Agreement {
	d := contracts.Document{Contract: fmt.Sprintf("C-%d", id), Reseller: &contracts.Reseller{Kind: contracts.Referral, Partner: "scout", CommissionPercent: decimal.RequireFromString(percent)}}
	return contracts.Agreement{Account: 1, Contract: id, Number: d.Contract, Entity: 1, Currency: "USD", Users: map[string]customers.ID{"scout": 9}, Versions: []contracts.Version{{Number: 1, EffectiveOn: day("2026-01-01"), Document: d}}}
}

func document(number string, kind invoicing.Kind, lines ...invoicing.Line) invoicing.Issued {
	var d invoicing.Issued
	d.Number, d.Kind, d.Account, d.Currency, d.IssuedOn, d.Lines = number, kind, 1, "USD", day("2026-01-01"), lines
	return d
}

func receivable(seq int64, source, number string, amount money.Amount) ledger.Entry {
	p := ledger.Debit(ledger.AccountsReceivable, amount)
	p.Document = number
	return ledger.Entry{Account: 1, Seq: seq, Entity: 1, Source: source, BookedOn: day("2026-01-01"), Currency: "USD", Postings: []ledger.Posting{p}}
}

// Whatever happens in whatever order, what stands accrued is each contract's percentage of what was collected, found here
// with big.Rat from the facts alone; a second look finds nothing.
func TestAccrualsAddUpToThePercentageOfWhatWasCollected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percents := []string{"10", "7.25"}
		agreements := []contracts.Agreement{sold(1, percents[0]), sold(2, percents[1])}
		type paper struct{ net, paid, asked [2]int64 } // by contract; paid and asked in [0]
		papers := map[string]*paper{}
		var documents []invoicing.Issued
		var entries, accrued []ledger.Entry
		next := int64(1)
		book := func(source, number string, minor int64) {
			entries = append(entries, receivable(next, source, number, money.Of(minor, "USD")))
			next++
		}
		for i := range rapid.IntRange(1, 20).Draw(t, "steps") {
			number := fmt.Sprintf("I-%d", rapid.IntRange(1, 3).Draw(t, "invoice"))
			p := papers[number]
			switch step := rapid.SampledFrom([]string{"issue", "pay", "pay", "credit", "back"}).Draw(t, "step"); {
			case p == nil:
				p = &paper{net: [2]int64{rapid.Int64Range(1, 99999).Draw(t, "net 1"), rapid.Int64Range(0, 99999).Draw(t, "net 2")}}
				papers[number] = p
				p.asked[0] = (p.net[0] + p.net[1]) * 108 / 100
				documents = append(documents, document(number, entities.Invoice, invoicing.Line{Contract: 1, Amount: money.Of(p.net[0], "USD")}, invoicing.Line{Contract: 2, Amount: money.Of(p.net[1], "USD")}))
				book("invoice:"+number, number, p.asked[0])
			case step == "pay":
				minor := rapid.Int64Range(1, 150000).Draw(t, "paid")
				p.paid[0] += minor
				book(fmt.Sprintf("receipt:R-%d", i), number, -minor)
			case step == "back" && p.paid[0] > 0:
				minor := rapid.Int64Range(1, p.paid[0]).Draw(t, "taken back")
				p.paid[0] -= minor
				book(fmt.Sprintf("application:R-%d", i), number, minor)
			case step == "credit" && p.net[0] > 1:
				minor := rapid.Int64Range(1, p.net[0]-1).Draw(t, "credited")
				p.net[0], p.asked[0] = p.net[0]-minor, p.asked[0]-minor
				documents = append(documents, document(fmt.Sprintf("CN-%d", i), entities.CreditNote, invoicing.Line{Contract: 1, Amount: money.Of(-minor, "USD"), Corrects: &invoicing.Reference{Document: number, Line: 1}}))
				book(fmt.Sprintf("credit_note:CN-%d", i), number, -minor)
			}
			if rapid.Bool().Draw(t, "run") {
				accrued = append(accrued, run(t, agreements, documents, entries, accrued, &next)...)
			}
		}
		accrued = append(accrued, run(t, agreements, documents, entries, accrued, &next)...)
		for c := range agreements {
			want := new(big.Rat)
			for _, p := range papers {
				got := min(p.paid[0], p.asked[0])
				part := new(big.Rat).Mul(big.NewRat(got, p.asked[0]), big.NewRat(p.net[c], 1))
				want.Add(want, part.Mul(part, decimal.RequireFromString(percents[c]).Rat()))
			}
			stands := money.Zero("USD")
			for _, a := range ledger.AccruedOf(accrued, forever) {
				if a.Contract == int64(c+1) {
					stands = stands.Add(a.Amount)
				}
			}
			off := new(big.Rat).Sub(want.Mul(want, big.NewRat(1, 100)), big.NewRat(stands.Minor(), 1))
			if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
				t.Errorf("contract %d: %s is accrued, should be %s cents", c+1, stands, want.FloatString(2))
			}
		}
		if again := run(t, agreements, documents, entries, accrued, &next); len(again) > 0 {
			t.Errorf("a second run books %d entries", len(again))
		}
	})
}

func run(t *rapid.T, agreements []contracts.Agreement, documents []invoicing.Issued, entries, accrued []ledger.Entry, next *int64) []ledger.Entry {
	f := Of(1, agreements, documents, append(append([]ledger.Entry(nil), entries...), accrued...), *next, nil, day("2026-12-31"))
	out := Decide(f, day("2026-12-31"))
	seen := map[string]bool{}
	for _, e := range append(append([]ledger.Entry(nil), accrued...), out...) {
		if err := e.Check(); err != nil || seen[e.Source] {
			t.Fatalf("%s: %v, booked before: %v", e.Source, err, seen[e.Source])
		}
		seen[e.Source] = true
	}
	*next += int64(len(out))
	return out
}

func TestTheCommissionIsAtThePercentageOfTheDayTheDocumentWasIssued(t *testing.T) {
	a := sold(1, "10")
	later := a.Versions[0].Document
	later.Reseller = &contracts.Reseller{Kind: contracts.Referral, Partner: "scout", CommissionPercent: decimal.NewFromInt(20)}
	a.Versions = append(a.Versions, contracts.Version{Number: 2, EffectiveOn: day("2026-02-01"), Document: later})
	f := Facts{Account: 1, Agreements: []contracts.Agreement{a}, Next: 1}
	for number, on := range map[string]string{"I-1": "2026-01-01", "I-2": "2026-02-01"} {
		f.Nets = append(f.Nets, invoicing.Net{Account: 1, Document: number, Contract: 1, IssuedOn: day(on), Amount: usd("100.00")})
		f.Collected = append(f.Collected, ledger.Collected{Account: 1, Document: number, Asked: usd("100.00"), Paid: usd("100.00")})
	}
	f.FirstOpen = func(entities.ID, period.Month) period.Month { return period.NewMonth(2026, 3) }
	if got := Decide(f, day("2026-02-10")); len(got) != 1 || got[0].Postings[0].Amount != usd("30.00") || got[0].BookedOn != day("2026-03-01") {
		t.Errorf("booked %+v, should be 10.00 and 20.00 on the first open day", got)
	}
}
