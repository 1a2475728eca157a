package contracts

import (
	"strings"
	"testing"
)

func spending(terms string) string {
	return head + `
term: {from: 2026-02-01, through: 2026-04-30}
lines:
  - {id: a, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}
  - {id: b, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.5}}}
` + terms
}

// trueUps are the true-ups among pieces, as expect wants them.
func trueUps(t *testing.T, a Agreement, calls map[string]int64, until string, want ...string) []Piece {
	t.Helper()
	var out []Piece
	for _, p := range charge(t, a, used(calls), until) {
		if p.Kind == TrueUp {
			out = append(out, p)
		}
	}
	expect(t, out, want...)
	return out
}

func TestAMinimumCutByTheEndOfTheContractIsProrated(t *testing.T) {
	source := head + `
term: {from: 2026-02-01, through: 2026-02-28}
lines: [{id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.01}}}]
commitments: [{id: min, product: prepaid, lines: [calls], amount: 10, every: month}]
`
	ended := strings.Replace(source, "2026-02-28", "2026-02-25", 1) + "effective: 2026-02-25\nreason: left\nending: {cause: convenience"
	calls := map[string]int64{"2026-02-03": 800}
	trueUps(t, agreement(t, source, ended+"}\n"), calls, "2026-03-01", "min true_up 2026-02-01..2026-02-25 0.93") // 10.00 x 25/28 - 8.00
	trueUps(t, agreement(t, source, ended+", commitments: full}\n"), calls, "2026-03-01", "min true_up 2026-02-01..2026-02-25 2.00")
}

func TestACommitmentForTheTermIsProratedOrDueInFullWhenTheTermIsCut(t *testing.T) {
	source := head + `
term: {from: 2026-01-01, through: 2026-12-31}
lines: [{id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}]
commitments: [{id: min, product: prepaid, lines: [calls], amount: 3650, every: term}]
`
	ended := strings.Replace(source, "2026-12-31", "2026-06-30", 1) + "effective: 2026-06-30\nreason: left\nending: {cause: convenience"
	trueUps(t, agreement(t, source, ended+"}\n"), nil, "2026-07-01", "min true_up 2026-01-01..2026-06-30 1810.00") // 181 days
	trueUps(t, agreement(t, source, ended+", commitments: full}\n"), nil, "2026-07-01", "min true_up 2026-01-01..2026-06-30 3650.00")
}

func TestUnitsCommittedAndNotUsedAreChargedAtTheirPrice(t *testing.T) {
	a := agreement(t, spending(`commitments: [{id: min, product: prepaid, lines: [a], units: 1000, unit_price: 0.8, every: quarter}]`))
	got := trueUps(t, a, map[string]int64{"2026-02-03": 300, "2026-03-03": 450}, "2026-05-01", "min true_up 2026-02-01..2026-04-30 200.00") // 250 x 0.8
	if d := got[0].Detail; d.Quantity.String() != "250" || d.CommittedUnits.String() != "1000" || d.UsedUnits.String() != "750" {
		t.Errorf("it is explained by %+v", d)
	}
}

// 1200 of a: the first is met by 1000 of it, the rest of 200 flows to the second.
func TestInAWaterfallOnlyTheRestFlowsToTheNextCommitment(t *testing.T) {
	terms := `
commitments:
  - {id: second, product: prepaid, lines: [a], amount: 500, every: month, FLOW2}
  - {id: first, product: prepaid, lines: [a], amount: 1000, every: month, FLOW1}
`
	flows := strings.NewReplacer("FLOW1", "flow: waterfall, priority: 1", "FLOW2", "flow: waterfall, priority: 2").Replace(terms)
	calls := map[string]int64{"2026-02-03": 1200, "2026-03-03": 600}
	trueUps(t, agreement(t, spending(flows)), calls, "2026-04-01",
		"second true_up 2026-02-01..2026-02-28 300.00",
		"second true_up 2026-03-01..2026-03-31 500.00",
		"first true_up 2026-03-01..2026-03-31 400.00")
	each := strings.NewReplacer(", FLOW1", "", ", FLOW2", "").Replace(terms)
	trueUps(t, agreement(t, spending(each)), calls, "2026-04-01",
		"first true_up 2026-03-01..2026-03-31 400.00")
}

func TestAWaterfallFillsALongCommitmentBeforeShortOnesBehindIt(t *testing.T) {
	a := agreement(t, spending(`
commitments:
  - {id: quarter, product: prepaid, lines: [a], amount: 1000, every: quarter, flow: waterfall, priority: 1}
  - {id: month, product: prepaid, lines: [a], amount: 100, every: month, flow: waterfall, priority: 2}
`))
	trueUps(t, a, map[string]int64{"2026-02-03": 700, "2026-03-03": 350, "2026-04-03": 90}, "2026-05-01",
		"month true_up 2026-02-01..2026-02-28 100.00", // all of February went to the quarter
		"month true_up 2026-03-01..2026-03-31 50.00",  // 300 of March too
		"month true_up 2026-04-01..2026-04-30 10.00")
}

// The inner commitment of 400 over b: b came to 150, its true-up is 250. Both
// count for the outer one of 1000: 300 of a, 150 of b, 250: missing are 300.
func TestWhatACommitmentWithinAnotherIsChargedCountsForBoth(t *testing.T) {
	a := agreement(t, spending(`
commitments:
  - {id: outer, product: prepaid, lines: [a], amount: 1000, every: month}
  - {id: inner, product: prepaid, lines: [b], amount: 400, every: month, within: outer}
`))
	got := trueUps(t, a, map[string]int64{"2026-02-03": 300}, "2026-03-01",
		"outer true_up 2026-02-01..2026-02-28 300.00",
		"inner true_up 2026-02-01..2026-02-28 250.00")
	if s := got[0].Detail.Spent.String(); s != "700.00" {
		t.Errorf("for the outer one %s were counted", s)
	}
}

func TestAPrepaidAmountMayCountForACommitment(t *testing.T) {
	a := agreement(t, spending(`
prepaid: [{id: pool, product: prepaid, lines: [b], amount: 200, every: month}]
commitments: [{id: min, product: prepaid, lines: [a, pool], amount: 1000, every: month}]
`))
	trueUps(t, a, map[string]int64{"2026-02-03": 300}, "2026-03-01", "min true_up 2026-02-01..2026-02-28 500.00")
}

func TestACommitmentCountsFromItsFirstToItsLastDay(t *testing.T) {
	a := agreement(t, spending(`commitments: [{id: min, product: prepaid, lines: [a], amount: 310, every: month, from: 2026-03-01, through: 2026-03-10}]`))
	calls := map[string]int64{"2026-02-03": 1000, "2026-03-20": 40}
	trueUps(t, a, calls, "2026-03-31") // March's usage may still grow
	trueUps(t, a, calls, "2026-04-01", "min true_up 2026-03-01..2026-03-10 60.00")
}

// February counts for February's minimum alone, although the quarter that the
// amendment makes of it lies over February too.
func TestAChargeCountsOnceWhereAnAmendmentChangesTheLengthOfPeriods(t *testing.T) {
	version := func(amendment, every string) string {
		return spending("commitments: [{id: min, product: prepaid, lines: [a], amount: 890, every: " + every + "}]\n" + amendment)
	}
	a := agreement(t, version("", "month"), version("effective: 2026-02-15\nreason: longer", "quarter"))
	trueUps(t, a, map[string]int64{"2026-02-03": 400, "2026-03-03": 100}, "2026-05-01",
		"min true_up 2026-02-01..2026-02-14 45.00",  // 890 x 14/28 - 400
		"min true_up 2026-02-15..2026-04-30 650.00") // 890 x 75/89 - 100
}
