package contracts

import "testing"

func TestWhatIsChargedOnceATermIsNotChargedTwiceByAnAmendment(t *testing.T) {
	version := func(amendment, price string) string {
		return head + amendment + `
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: license, product: platform, fixed: {quantity: 1, unit_price: ` + price + `, every: term}}
`
	}
	a := agreement(t, version("", "3650"), version("effective: 2026-07-01\nreason: price", "7300"))
	expect(t, charge(t, a, nil, "2026-01-01"),
		"license fixed 2026-01-01..2026-06-30 1810.00", // 181 days at 10
		"license fixed 2026-07-01..2026-12-31 3680.00") // 184 days at 20
}

func TestAFeeForTheTermIsChargedOnceHoweverLongTheTermBecomes(t *testing.T) {
	expect(t, charge(t, licensed(t, "effective: 2027-01-01\nreason: longer", "2027-12-31"), nil, "2026-01-01"),
		"license fixed 2026-01-01..2026-12-31 1000.00")
}

// licensed is a fee of 1000 for 2026 whose term an amendment moves.
func licensed(t *testing.T, amendments ...string) Agreement {
	t.Helper()
	version := func(amendment, through string) string {
		return head + amendment + `
term: {from: 2026-01-01, through: ` + through + `}
lines:
  - {id: license, product: platform, fixed: {quantity: 1, unit_price: 1000, every: term}}
`
	}
	documents := []string{version("", "2026-12-31")}
	for i := 0; i < len(amendments); i += 2 {
		documents = append(documents, version(amendments[i], amendments[i+1]))
	}
	return agreement(t, documents...)
}

func TestALineAddedInMidTermIsSoldForWhatIsLeftOfIt(t *testing.T) {
	before := head + `
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 10, every: year}}
`
	after := before + `
  - {id: onboarding, product: platform, fixed: {quantity: 1, unit_price: 500, every: term}}
effective: 2026-07-01
reason: onboarding of a second team
`
	expect(t, charge(t, agreement(t, before, after), nil, "2026-01-01"),
		"seats fixed 2026-01-01..2026-12-31 10.00",
		"onboarding fixed 2026-07-01..2026-12-31 500.00")
}

func TestACommitmentRaisedInMidPeriodIsHeldAgainstAllThatWasSpentInIt(t *testing.T) {
	version := func(amendment, amount string) string {
		return head + amendment + `
term: {from: 2026-02-01, through: 2026-03-31}
lines:
  - id: calls
    product: api
    usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}
commitments:
  - {id: minimum, product: prepaid, lines: [calls], amount: ` + amount + `, every: month}
`
	}
	a := agreement(t, version("", "1000"), version("effective: 2026-02-15\nreason: more", "2000"))
	expect(t, charge(t, a, used(map[string]int64{"2026-02-03": 1200}), "2026-03-01"),
		"calls usage 2026-02-01..2026-02-28 1200.00",
		"minimum true_up 2026-02-01..2026-02-28 300.00") // 14 days of 1000 and 14 of 2000, less 1200
}

func TestACapIsDrawnInTheOrderOfItsLines(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-01-31}
lines:
  - {id: cheap, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
  - {id: dear, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 2}}}
prepaid:
  - {id: prepaid, product: prepaid, lines: [dear, cheap], amount: 250, every: month}
`)
	expect(t, charge(t, a, used(map[string]int64{"2026-01-10": 100}), "2026-02-01"),
		"cheap overage 2026-01-01..2026-01-31 50.00", // 200 of the 250 went to the line named first
		"cheap usage 2026-01-01..2026-01-31 0.00",
		"dear usage 2026-01-01..2026-01-31 0.00",
		"prepaid prepayment 2026-01-01..2026-01-31 250.00")
}

// 150 at 2 fill the cap of 200 and leave 100 above it. A volume price that falls
// to 1 makes all of it worth 160: nothing is above the cap any more.
func TestUsageThatBecomesCheaperGivesBackItsOverageFirst(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-01-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: volume, tiers: [{up_to: 150, unit: 2}, {unit: 1}]}}}
prepaid:
  - {id: prepaid, product: prepaid, lines: [calls], amount: 200, every: month, overage: {factor: 3}}
`)
	days := used(map[string]int64{"2026-01-10": 150, "2026-01-20": 10})
	expect(t, charge(t, a, days, "2026-01-15"),
		"calls overage 2026-01-01..2026-01-31 300.00",
		"calls usage 2026-01-01..2026-01-31 0.00",
		"prepaid prepayment 2026-01-01..2026-01-31 200.00")
	expect(t, charge(t, a, days, "2026-02-01"),
		"calls usage 2026-01-01..2026-01-31 0.00",
		"prepaid prepayment 2026-01-01..2026-01-31 200.00")
}

func TestAFlatFeeUnderACapIsDrawnFromItToo(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-01-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: flat, amount: 120}}}
prepaid:
  - {id: prepaid, product: prepaid, lines: [calls], amount: 100, every: month}
`)
	expect(t, charge(t, a, nil, "2026-02-01"),
		"calls overage 2026-01-01..2026-01-31 20.00",
		"calls usage 2026-01-01..2026-01-31 0.00",
		"prepaid prepayment 2026-01-01..2026-01-31 100.00")
}

func TestALineThatAnAmendmentPutsUnderACapIsDrawnFromIt(t *testing.T) {
	version := func(amendment, lines string) string {
		return head + amendment + `
term: {from: 2026-01-01, through: 2026-02-28}
lines:
  - {id: a, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
  - {id: b, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
prepaid:
  - {id: prepaid, product: prepaid, lines: [` + lines + `], amount: 100, every: month}
`
	}
	a := agreement(t, version("", "a"), version("effective: 2026-02-01\nreason: one cap for both", "a, b"))
	expect(t, charge(t, a, used(map[string]int64{"2026-02-10": 80}), "2026-03-01"),
		"a usage 2026-01-01..2026-01-31 0.00", "a usage 2026-02-01..2026-02-28 0.00",
		"b usage 2026-01-01..2026-01-31 0.00", "b overage 2026-02-01..2026-02-28 60.00", "b usage 2026-02-01..2026-02-28 0.00",
		"prepaid prepayment 2026-01-01..2026-01-31 100.00", "prepaid prepayment 2026-02-01..2026-02-28 100.00")
}

func TestUsageOfMoreThanCanBeBookedIsRefusedAndNotAPanic(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-01-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 999999999999}}}
`)
	_, err := Charges(a, sold, used(map[string]int64{"2026-01-10": 1_000_000_000}), day("2026-02-01"))
	if err == nil {
		t.Error("a charge of 10^21 dollars is accepted")
	}
}
