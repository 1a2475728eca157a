package contracts

import (
	"testing"

	"ratable/internal/money"
)

// onTrial is a seat at 310 a month and calls at 1, ten of them free.
func onTrial(t *testing.T, amendments ...string) Agreement {
	t.Helper()
	documents := []string{}
	for _, amendment := range amendments {
		documents = append(documents, head+`
term: {from: 2026-01-01, through: 2026-02-28}
`+amendment+`
lines:
  - {id: seat, product: platform, fixed: {quantity: 1, unit_price: 310, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 31, every: month, price: {model: per_unit, amount: 1}}}
`)
	}
	return agreement(t, documents...)
}

func TestATrialIsShownAtListAndFreeAndConvertsByItself(t *testing.T) {
	pieces := charge(t, onTrial(t, "trial: {through: 2026-01-10}"), used(map[string]int64{"2026-01-10": 100, "2026-01-11": 100}), "2026-03-01")
	expect(t, pieces,
		"seat fixed 2026-01-01..2026-01-10 0.00", // 10 of 31 days
		"seat fixed 2026-01-11..2026-01-31 210.00",
		"seat fixed 2026-02-01..2026-02-28 310.00",
		"calls usage 2026-01-01..2026-01-10 0.00",  // 10 calls included
		"calls usage 2026-01-11..2026-01-31 79.00", // 21 included
		"calls usage 2026-02-01..2026-02-28 0.00")
	for i, gross := range map[int]int64{0: 10000, 3: 9000} {
		p := pieces[i]
		if r := p.Detail.Reduced; len(r) != 1 || r[0].Kind != ByTrial || r[0].Amount != money.Of(gross, "USD") || p.Detail.List != r[0].Amount {
			t.Errorf("%s is worth %s and lowered by %v", named(p), p.Detail.List, r)
		}
		for _, v := range p.Values {
			if !v.Amount.IsZero() {
				t.Errorf("%s earns %s", named(p), v.Amount)
			}
		}
	}
}

func TestATrialThatEndsTakesItsLinesAway(t *testing.T) {
	days := used(map[string]int64{"2026-01-10": 100, "2026-01-11": 100})
	expect(t, charge(t, onTrial(t, "trial: {through: 2026-01-10, then: end}"), days, "2026-03-01"),
		"seat fixed 2026-01-01..2026-01-10 0.00", "calls usage 2026-01-01..2026-01-10 0.00")
	expect(t, charge(t, onTrial(t, "trial: {through: 2026-01-10, lines: [calls], then: end}"), days, "2026-03-01"),
		"seat fixed 2026-01-01..2026-01-31 310.00", "seat fixed 2026-02-01..2026-02-28 310.00",
		"calls usage 2026-01-01..2026-01-10 0.00")
	expect(t, charge(t, onTrial(t, "trial: {through: 2026-01-10, then: end}", "effective: 2026-02-01\nreason: back"), days, "2026-03-01"),
		"seat fixed 2026-01-01..2026-01-10 0.00", "seat fixed 2026-02-01..2026-02-28 310.00",
		"calls usage 2026-01-01..2026-01-10 0.00", "calls usage 2026-02-01..2026-02-28 0.00")
}

func TestATrialIsExtendedShortenedOrConvertedByAnAmendment(t *testing.T) {
	for _, c := range []struct{ amendment, free, paid string }{
		{"effective: 2026-01-05\nreason: longer\ntrial: {through: 2026-01-20}", "2026-01-01..2026-01-20 0.00", "2026-01-21..2026-01-31 110.00"},
		{"effective: 2026-01-05\nreason: shorter\ntrial: {through: 2026-01-07}", "2026-01-01..2026-01-07 0.00", "2026-01-08..2026-01-31 240.00"},
		{"effective: 2026-01-05\nreason: paid", "2026-01-01..2026-01-04 0.00", "2026-01-05..2026-01-31 270.00"},
		{"effective: 2026-01-15\nreason: other words\ntrial: {through: 2026-01-10}", "2026-01-01..2026-01-10 0.00", "2026-01-11..2026-01-31 210.00"},
	} {
		pieces := charge(t, onTrial(t, "trial: {through: 2026-01-10, then: convert}", c.amendment), nil, "2026-01-01")
		expect(t, pieces, "seat fixed "+c.free, "seat fixed "+c.paid, "seat fixed 2026-02-01..2026-02-28 310.00")
	}
}

func TestAFeeForTheTermIsFreeForTheDaysOfATrial(t *testing.T) {
	expect(t, charge(t, agreement(t, head+year2026+`
trial: {through: 2026-01-31}
lines:
  - {id: license, product: platform, fixed: {quantity: 1, unit_price: 3650, every: term}}
`), nil, "2026-01-01"),
		"license fixed 2026-01-01..2026-01-31 0.00", "license fixed 2026-02-01..2026-12-31 3340.00")
}

func TestWhatIsAskedForOnceInATrialIsFree(t *testing.T) {
	pieces := deliver(t, agreement(t, head+year2026+`
trial: {through: 2026-01-31}
lines:
  - {id: setup, product: setup, once: {unit_price: 100, on: 2026-01-31}}
  - {id: training, product: setup, once: {unit_price: 100, on: 2026-02-01}}
`), "2026-01-01")
	expect(t, pieces, "setup once 2026-01-31..2026-01-31 0.00", "training once 2026-02-01..2026-02-01 100.00")
}

func TestAMinimumIsNotOwedForDaysOfATrialNorMetByWhatWasFree(t *testing.T) {
	terms := func(trial string) Agreement {
		return agreement(t, head+`
term: {from: 2026-01-01, through: 2026-02-28}
trial: {through: 2026-01-20`+trial+`}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
  - {id: jobs, product: api, usage: {meter: api.calls, every: month, price: {model: flat, amount: 5}}}
commitments: [{id: min, product: prepaid, lines: [calls], amount: 310, every: month}]
`)
	}
	calls := map[string]int64{"2026-01-10": 500, "2026-01-25": 40, "2026-02-10": 400}
	// 11 of 31 days: 110.00 less 40.00
	trueUps(t, terms(""), calls, "2026-03-01", "min true_up 2026-01-21..2026-01-31 70.00")
	trueUps(t, terms(", lines: [calls]"), calls, "2026-03-01", "min true_up 2026-01-21..2026-01-31 70.00")
	// A trial of other lines leaves the minimum alone.
	trueUps(t, terms(", lines: [jobs]"), map[string]int64{"2026-01-25": 40, "2026-02-10": 400}, "2026-03-01", "min true_up 2026-01-01..2026-01-31 270.00")
}
