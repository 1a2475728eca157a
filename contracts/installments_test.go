package contracts

import (
	"testing"

	"ratable/internal/money"
	"ratable/internal/period"
)

// paid is a line for 2026 paid in installments, with the amendments' lists.
func paid(t *testing.T, list string, amendments ...string) Agreement {
	t.Helper()
	version := func(amendment, list string) string {
		return head + amendment + `
lines:
  - {id: license, product: platform, fixed: {every: term, installments: [` + list + `]}}
`
	}
	documents := []string{version(year2026, list)}
	for i := 0; i < len(amendments); i += 2 {
		documents = append(documents, version(amendments[i], amendments[i+1]))
	}
	return agreement(t, documents...)
}

const halves = "{on: 2026-01-01, amount: 6000}, {on: 2026-07-01, amount: 6000}"

func served(t *testing.T, pieces []Piece, from, through string) {
	t.Helper()
	for _, p := range pieces {
		if want := period.Through(day(from), day(through)); p.Served() != want {
			t.Errorf("%s serves %s, not %s", named(p), p.Served(), want)
		}
	}
}

func TestInstallmentsAreAskedForOnTheirDaysAndServeTheWholeLine(t *testing.T) {
	pieces := charge(t, paid(t, halves), nil, "2026-01-01")
	expect(t, pieces, "license fixed 2026-01-01..2026-01-01 6000.00", "license fixed 2026-07-01..2026-07-01 6000.00")
	served(t, pieces, "2026-01-01", "2026-12-31")
	if p := pieces[1]; p.BillOn != day("2026-07-01") || p.Description != "Platform, installment 2 of 2" {
		t.Errorf("the second is %q, billed on %s", p.Description, p.BillOn)
	}
}

func TestAnInstallmentBeforeTheLineOrAfterItIsKnownByTheNearestDayAndBilledOnItsOwn(t *testing.T) {
	pieces := charge(t, paid(t, "{on: 2025-11-01, amount: 1000}, {on: 2025-12-01, amount: 2000}, {on: 2026-01-01, amount: 3000}, {on: 2027-02-01, amount: 4000}"), nil, "2026-01-01")
	expect(t, pieces,
		"license fixed 2026-01-01..2026-01-01 1000.00", "license fixed 2026-01-02..2026-01-02 2000.00",
		"license fixed 2026-01-03..2026-01-03 3000.00", "license fixed 2026-12-31..2026-12-31 4000.00")
	served(t, pieces, "2026-01-01", "2026-12-31")
	for i, want := range []string{"2025-11-01", "2025-12-01", "2026-01-01", "2027-02-01"} {
		if pieces[i].BillOn != day(want) {
			t.Errorf("installment %d is billed on %s, not %s", i+1, pieces[i].BillOn, want)
		}
	}
}

func TestAnAmendedListCountsForTheWholeLine(t *testing.T) {
	a := paid(t, halves, year2026+"effective: 2026-04-01\nreason: more", "{on: 2026-01-01, amount: 6000}, {on: 2026-05-01, amount: 500}, {on: 2026-07-01, amount: 7000.50}")
	pieces := charge(t, a, nil, "2026-01-01")
	expect(t, pieces,
		"license fixed 2026-01-01..2026-01-01 6000.00", "license fixed 2026-05-01..2026-05-01 500.00", "license fixed 2026-07-01..2026-07-01 7000.50")
	served(t, pieces, "2026-01-01", "2026-12-31")
}

func TestACreditLowersAnInstallmentForItsDayOrForAnyDayItPaysFor(t *testing.T) {
	a := paid(t, halves)
	for _, span := range []period.Span{period.Through(day("2026-01-01"), day("2026-01-01")), period.Through(day("2026-03-01"), day("2026-03-31"))} {
		a.Concessions = []Granted{{Line: "license", Span: span, Amount: money.Of(50_00, "USD"), Reason: "outage", GrantedOn: day("2026-04-03")}}
		pieces := charge(t, a, nil, "2026-05-01")
		if got := sum(pieces, net1); got != 11950_00 {
			t.Errorf("a credit of 50.00 for %s leaves %d minor units of 12000.00", span, got)
		}
		for _, p := range pieces {
			if p.Kind == Concession && p.Span.Days() == 1 && p.Served().Days() != 365 {
				t.Errorf("the credit of an installment is earned over %s", p.Served())
			}
		}
	}
}

const ended = "\nterm: {from: 2026-01-01, through: 2026-06-30}\neffective: 2026-06-01\nreason: sold\nending: {cause: convenience, refund: "

// 181 of 365 days of 12000 are 5950.68.
func TestAnEndGivesBackWhatInstallmentsPaidBeyondTheDaysServed(t *testing.T) {
	front := "{on: 2026-01-01, amount: 9000}, {on: 2026-07-01, amount: 3000}"
	for _, c := range []struct{ list, refund, want string }{
		{front, "unused", "license fixed 2026-01-01..2026-01-01 5950.68"},
		{front, "none", "license fixed 2026-01-01..2026-01-01 9000.00"},
		{halves, "none", "license fixed 2026-01-01..2026-01-01 6000.00"},
	} {
		pieces := charge(t, paid(t, c.list, ended+c.refund+"}", c.list), nil, "2026-07-01")
		expect(t, pieces, c.want)
		served(t, pieces, "2026-01-01", "2026-06-30")
	}
}

func TestWhatWasServedAndNotAskedForYetIsDueAtTheEnd(t *testing.T) {
	back := "{on: 2026-01-01, amount: 3000}, {on: 2026-10-01, amount: 9000}"
	for _, refund := range []string{"unused", "none"} {
		pieces := charge(t, paid(t, back, ended+refund+"}", back), nil, "2026-07-01")
		expect(t, pieces, "license fixed 2026-01-01..2026-01-01 3000.00", "license fixed 2026-06-30..2026-06-30 2950.68")
		if pieces[1].BillOn != day("2026-07-01") {
			t.Errorf("the rest is billed on %s", pieces[1].BillOn)
		}
	}
}
