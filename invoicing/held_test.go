package invoicing

import (
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
	plan := func(on period.Date) []Change { return Plan(append(Due(pieces, on), Held(pieces, stood, on)...), stood) }
	if changes := plan(day(8, 20)); len(changes) != 0 {
		t.Errorf("on the day it is agreed the amendment changes %v; nothing is due before 1 September", changes)
	}
	changes := plan(day(9, 1))
	if len(changes) != 1 || changes[0].Delta() != money.Of(-8902, "USD") || changes[0].Piece.Span != after {
		t.Errorf("on 1 September the changes are %v; -89.02 for September are due", changes)
	}
}
