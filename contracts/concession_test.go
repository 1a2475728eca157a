package contracts

import (
	"testing"

	"ratable/internal/money"
	"ratable/internal/period"
)

func TestAConcessionNeverLowersAChargeBelowZero(t *testing.T) {
	seats := "\nlines:\n  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 90.00, every: month}}\n"
	support := "\nlines:\n  - {id: support, product: platform, fixed: {quantity: 1, unit_price: 10.00, every: month}}\n"
	term := head + "term: {from: 2026-01-01, through: 2026-01-31}\nreason: renegotiated"
	a := agreement(t, term+seats)
	month := period.NewSpan(day("2026-01-01"), day("2026-02-01"))
	for _, amount := range []int64{50_00, 70_00} {
		a.Concessions = append(a.Concessions, Granted{Line: "seats", Span: month, Amount: money.Of(amount, "USD"), Reason: "outage", GrantedOn: day("2026-01-20")})
	}
	expect(t, charge(t, a, nil, "2026-02-01"),
		"seats concession 2026-01-01..2026-01-31 -50.00",
		"seats concession 2026-01-01..2026-01-31 -40.00", // what the first left of 90
		"seats fixed 2026-01-01..2026-01-31 90.00")

	gone := agreement(t, term+seats, term+support)
	gone.Concessions = a.Concessions
	expect(t, charge(t, gone, nil, "2026-02-01"),
		"seats concession 2026-01-01..2026-01-31 0.00",
		"seats concession 2026-01-01..2026-01-31 0.00",
		"support fixed 2026-01-01..2026-01-31 10.00")
}

func TestAConcessionGrantedLaterDoesNotTakeTheChargeOfAnEarlierOne(t *testing.T) {
	a := agreement(t, head+`term: {from: 2026-01-01, through: 2026-03-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 90.00, every: quarter}}
`)
	grant := func(from, to string, minor int64) {
		a.Concessions = append(a.Concessions, Granted{Line: "seats", Span: period.NewSpan(day(from), day(to)), Amount: money.Of(minor, "USD"), Reason: "outage", GrantedOn: day("2026-03-20")})
	}
	grant("2026-02-01", "2026-04-01", 80_00)
	grant("2026-01-01", "2026-02-01", 30_00)
	pieces := charge(t, a, nil, "2026-04-01")
	for range 2 { // limiting again, as the plan does, changes nothing
		expect(t, pieces,
			"seats concession 2026-01-01..2026-01-31 -10.00", // what the first left of 90
			"seats fixed 2026-01-01..2026-03-31 90.00",
			"seats concession 2026-02-01..2026-03-31 -80.00")
		pieces = LimitConcessions(pieces)
	}
}
