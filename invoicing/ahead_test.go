package invoicing

import (
	"strings"
	"testing"
	"time"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

func TestAnAmendmentAgreedAheadLeavesTheBillAloneUntilItsDay(t *testing.T) {
	day := func(m time.Month, d int) period.Date { return period.NewDate(2026, m, d) }
	quarter := period.NewSpan(day(7, 1), day(10, 1))
	before, after := period.NewSpan(day(7, 1), day(9, 1)), period.NewSpan(day(9, 1), day(10, 1))
	fee := func(span period.Span, cents int64) contracts.Piece {
		return contracts.Piece{Line: "seats", Kind: contracts.FixedFee, Span: span, Period: quarter, Amount: money.Of(cents, "USD"), BillOn: span.Start, Closed: true}
	}
	// 1,365.00 for 92 days; 12 seats instead of 15 for the last 30: 356.09.
	pieces := []contracts.Piece{fee(before, 91989), fee(after, 35609)}
	stood := []ledger.Stood{{
		Piece:  ledger.Piece{LineKey: ledger.LineKey{Contract: 1, Line: "seats"}, Kind: string(contracts.FixedFee), Span: quarter},
		Amount: money.Of(136500, "USD"), Times: 1, Document: "US-2026-000003", DocumentLine: 1,
	}}
	plan := func(on period.Date) []Change {
		return Plan(append(Due(pieces, on), BilledAhead(pieces, stood, on)...), stood)
	}
	if changes := plan(day(8, 20)); len(changes) != 0 {
		t.Errorf("on the day it is agreed the amendment changes %v; nothing is due before 1 September", changes)
	}
	changes := plan(day(9, 1))
	if len(changes) != 1 || changes[0].Delta() != money.Of(-8902, "USD") || changes[0].Piece.Span != after {
		t.Errorf("on 1 September the changes are %v; -89.02 for September are due", changes)
	}
}

func TestABillAndItsCorrectionsAreHeldAsOneAmount(t *testing.T) {
	year := period.NewSpan(date("2026-01-01"), date("2027-01-01"))
	stands := func(from, to string, cents int64) ledger.Stood {
		return ledger.Stood{Piece: ledger.Piece{LineKey: ledger.LineKey{Contract: 1, Line: "seats"}, Kind: string(contracts.FixedFee),
			Span: period.NewSpan(date(from), date(to))}, Amount: usd(cents), Times: 1}
	}
	stood := []ledger.Stood{stands("2026-01-01", "2027-01-01", 365_00), stands("2026-07-01", "2027-01-01", -184_00)}
	fee := contracts.Piece{Line: "seats", Kind: contracts.FixedFee, Span: year, Period: year, Amount: usd(100_00), BillOn: year.End, Closed: true}
	conceded := contracts.Piece{Line: "seats", Kind: contracts.Concession, Span: year, Wanted: usd(365_00), Closed: true, BillOn: year.Start}
	asked := Asked([]contracts.Piece{fee, conceded}, stood, date("2026-08-01"))
	if len(asked) != 2 || asked[0].Amount != usd(-181_00) || asked[1].Amount != usd(181_00) || asked[1].Span.End != date("2026-07-01") {
		t.Errorf("365.00 less 184.00 for the second half stands as %v; it is 181.00 for the first, and a concession takes no more", asked)
	}
}

const quarterly = `
contract: C-1
entity: rtus
customer: BRW-0417
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
reason: renegotiated
`

func TestAConcessionStaysWithAChargeThatStandsUntilAnAmendment(t *testing.T) {
	b := newBook(brandywine)
	b.sign(t, quarterly+"lines: [{id: seats, product: platform, fixed: {quantity: 1, unit_price: 900.00, every: quarter}}]")
	invoice := last(b.bill(t, "2026-01-01"))
	a := &b.facts.Agreements[0]
	a.Concessions = append(a.Concessions, concede(invoice.Lines[0], invoice.Number, usd(700_00), "outage", "2026-01-10"))
	b.bill(t, "2026-01-10")
	b.sign(t, quarterly+"effective: 2026-02-01\nlines: [{id: seats, product: platform, fixed: {quantity: 1, unit_price: 60.00, every: quarter, in: arrears}}]")
	for _, on := range []string{"2026-01-20", "2026-02-01"} {
		for _, d := range b.bill(t, on) {
			t.Errorf("on %s: %s; the bill stands to the end of March, and so does its credit", on, printedLines(d))
		}
	}
	if got := printedLines(last(b.bill(t, "2026-04-01"))); !strings.Contains(got, "on") || b.stands("seats") != usd(0) {
		t.Errorf("after the quarter %s stands billed for it, with %s", b.stands("seats"), got)
	}
}
