package revrec

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/contracts"
	"ratable/internal/formula"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// judging is a random contract with a ramp and a setup, judged once or twice, as the oracle sees it.
type judging struct {
	life     *life
	versions []verdict
	term     period.Span
}

// verdict is what one assessment says.
type verdict struct {
	from     period.Date
	alone    map[string]int64 // stand-alone prices, by line; none: as stated
	even     bool             // the ramp is leveled
	expected int64            // credits of the seats
}

func drawJudging(t *rapid.T) *judging {
	months := rapid.IntRange(2, 30).Draw(t, "months")
	term := period.NewSpan(day("2026-01-15"), day("2026-01-15").AddMonths(months))
	cut := term.Start.AddMonths(rapid.IntRange(1, months-1).Draw(t, "the ramp steps after"))
	every := rapid.SampledFrom([]string{"month", "quarter", "term"}).Draw(t, "every")
	price := func(label string) string {
		return fmt.Sprintf("%d.%02d", rapid.IntRange(0, 900).Draw(t, label), rapid.IntRange(0, 99).Draw(t, label+" cents"))
	}
	step := func(from, end period.Date, label string) contracts.Step {
		return contracts.Step{From: from, Through: end.AddDays(-1), Quantity: dec("3"), UnitPrice: dec(price(label))}
	}
	seats := contracts.Line{ID: "seats", Product: "platform", Fixed: &contracts.Fixed{Every: every, In: contracts.Advance,
		Ramp: []contracts.Step{step(term.Start, cut, "first price"), step(cut, term.End, "second price")}}}
	if every == "term" {
		seats.Fixed.Ramp, seats.Fixed.Quantity, seats.Fixed.UnitPrice = nil, dec("1"), dec(price("price"))
	}
	setup := once("setup", "setup", price("setup"), term.Start.AddDays(rapid.IntRange(0, 40).Draw(t, "set up after")).String())
	d := document(seats, setup)
	d.Term.From, d.Term.Through = term.Start, term.End.AddDays(-1)
	return &judging{life: begin(agreement(d)), term: term}
}

// verdict draws an assessment and hands it to the engine as a document.
func (j *judging) verdict(t *rapid.T, from period.Date) {
	v := verdict{from: from, even: rapid.Bool().Draw(t, "even"), expected: rapid.Int64Range(0, 20000).Draw(t, "expected credits")}
	text := fmt.Sprintf("contract: C-1\neffective: %s\nreason: drawn\n", from)
	if rapid.Bool().Draw(t, "allocated") {
		v.alone = map[string]int64{"seats": rapid.Int64Range(1, 500_000).Draw(t, "seats alone"), "setup": rapid.Int64Range(0, 90_000).Draw(t, "setup alone")}
		text += fmt.Sprintf("allocation: relative\npromises:\n  - {line: seats, standalone: %s}\n  - {line: setup, standalone: %s}\n", cents(v.alone["seats"]), cents(v.alone["setup"]))
	}
	if v.even {
		text += fmt.Sprintf("leveling:\n  - {lines: [seats], from: %s, through: %s}\n", j.term.Start, j.term.End.AddDays(-1))
	}
	if v.expected > 0 {
		text += fmt.Sprintf("variable:\n  - {name: outages, direction: lowers, amount: %s, lines: [seats]}\n", cents(v.expected))
	}
	j.life.assess(t, text)
	j.versions = append(j.versions, v)
}

func cents(minor int64) money.Amount { return money.Of(minor, "EUR") }

// known is what Charges says, by line: priced pieces and credits. What is charged is not what is tested here.
func (j *judging) known(t *rapid.T) (priced map[string][]contracts.Piece, credits []contracts.Piece) {
	pieces, err := contracts.Charges(*j.life.agreement(), book, j.life.facts.Usage, end.End())
	if err != nil {
		t.Fatal(err)
	}
	priced = map[string][]contracts.Piece{}
	for _, p := range pieces {
		if p.Kind == contracts.Concession {
			credits = append(credits, p)
		} else {
			priced[p.Line] = append(priced[p.Line], p)
		}
	}
	return priced, credits
}

// oracle is the revenue of a line before a day beside what is stated, by kind, reckoned in fractions from the raw figures.
func (j *judging) oracle(t *rapid.T, line string, before period.Date) map[contracts.Kind]int64 {
	out := map[contracts.Kind]int64{}
	i := -1
	for k, v := range j.versions { // in force on the last day of the month
		if v.from.Before(before) {
			i = k
		}
	}
	if i < 0 {
		return out
	}
	v := j.versions[i]
	priced, credits := j.known(t)
	earned, whole := map[string]int64{}, map[string]int64{}
	for id, pieces := range priced {
		for _, p := range pieces {
			whole[id] += p.Amount.Minor()
			if id == "setup" {
				if p.Span.Start.Before(before) {
					earned[id] += p.Amount.Minor()
				}
			} else {
				earned[id] += oracleDays(p, before)
			}
		}
	}
	if line == "seats" && v.even {
		done := period.MinDate(before, j.term.End).Sub(j.term.Start)
		level := oracleRound(big.NewRat(whole["seats"]*int64(max(done, 0)), int64(j.term.Days())))
		out[Leveling], earned["seats"] = level-earned["seats"], level
	}
	part := func(amount int64) int64 { // as much of it as of the line
		if whole[line] == 0 {
			return -1
		}
		return oracleRound(big.NewRat(0, 1).Mul(big.NewRat(amount, 1), big.NewRat(earned[line], whole[line])))
	}
	if v.alone != nil {
		// Two shares: the one with the larger fraction left over gets the odd cent, on a tie the first.
		total, alone := whole["seats"]+whole["setup"], v.alone["seats"]+v.alone["setup"]
		floor := new(big.Int).Div(big.NewInt(0).Mul(big.NewInt(total), big.NewInt(v.alone["seats"])), big.NewInt(alone)).Int64()
		rest := new(big.Int).Mod(big.NewInt(0).Mul(big.NewInt(total), big.NewInt(v.alone["seats"])), big.NewInt(alone)).Int64()
		if 2*rest >= alone {
			floor++
		}
		carve := floor - whole["seats"]
		if line == "setup" {
			carve = -carve
		}
		out[Allocation] = part(carve)
	}
	if line == "seats" && v.expected > 0 {
		came := int64(0)
		for _, p := range credits {
			came -= oracleDays(p, before)
		}
		out[Refundable] = -max(0, part(v.expected)-came)
	}
	return out
}

func TestWhatIsJudgedAgreesWithAnIndependentOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := drawJudging(t)
		if priced, _ := j.known(t); slices.ContainsFunc([]string{"seats", "setup"}, func(id string) bool { return sumOf(priced[id]) == 0 }) {
			return // of a promise without a price, see the story of the free one
		}
		j.live(t)
		j.life.runTo(t, end)
		got := map[Key]int64{}
		for key, c := range j.life.facts.Stored.cells {
			if Adjusts(key.Kind) {
				got[Key{Line: key.Line, Kind: key.Kind, Month: key.Month}] += c.recognized.amount.Minor()
			}
		}
		for _, line := range []string{"seats", "setup"} {
			sums := map[contracts.Kind]int64{}
			for m := month("2026-01"); !m.After(month("2028-12")); m = m.Next() {
				want := j.oracle(t, line, m.End())
				for _, kind := range []contracts.Kind{Allocation, Leveling, Refundable} {
					sums[kind] += got[Key{Line: line, Kind: kind, Month: m}]
					if sums[kind] != want[kind] {
						t.Fatalf("%s %s through %s: the oracle has %d beside what is stated, the engine %d", line, kind, m, want[kind], sums[kind])
					}
				}
			}
		}
	})
}

// live lets credits, bills, closings, judgments and runs happen in any order.
func (j *judging) live(t *rapid.T) {
	l, last := j.life, j.term.Start
	for i := range rapid.IntRange(1, 14).Draw(t, "steps") {
		on := j.term.Start.AddDays(rapid.IntRange(0, j.term.Days()-1).Draw(t, "day"))
		switch rapid.SampledFrom([]string{"judge", "judge", "credit", "bill", "close", "run", "run"}).Draw(t, fmt.Sprintf("step %d", i)) {
		case "judge":
			last = period.MaxDate(last, on)
			j.verdict(t, last)
		case "credit":
			span := period.NewSpan(on, period.MinDate(on.AddDays(rapid.IntRange(1, 60).Draw(t, "days")), j.term.End))
			l.agreement().Concessions = append(l.agreement().Concessions, contracts.Granted{
				ID: int64(i), Line: "seats", Span: span, Amount: cents(rapid.Int64Range(1, 9999).Draw(t, "credit")), Reason: "outage", GrantedOn: on})
		case "bill":
			l.bill(on, "seats", contracts.FixedFee, period.NewSpan(on, on.AddDays(30)), cents(rapid.Int64Range(1, 20000).Draw(t, "billed")))
		case "close":
			l.closed.Close(1, on.MonthOf())
		case "run":
			l.runTo(t, on.MonthOf())
		}
	}
}

func sumOf(pieces []contracts.Piece) (sum int64) {
	for _, p := range pieces {
		sum += p.Amount.Minor()
	}
	return sum
}

func TestWhatIsAllocatedComesToThePriceAndNothingIsLeftBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := drawJudging(t)
		j.live(t)
		j.life.runTo(t, end)
		priced, credits := j.known(t)
		charged := sumOf(priced["seats"]) + sumOf(priced["setup"]) + sumOf(credits)
		open := balance(j.life.entries, ledger.RefundLiability)
		earned := j.life.total("seats").Add(j.life.total("setup"))
		if earned.Minor() != charged+open.Minor() { // a liability is negative
			t.Errorf("charged %s, of it %s expected back: earned is %s", cents(charged), open.Neg(), earned)
		}
		for _, account := range []ledger.Account{ledger.AdjustmentLiability, ledger.ContractAsset, ledger.ContractLiability} {
			if sum := balance(j.life.entries, account); !sum.IsZero() {
				t.Errorf("all is earned, and %s is left on %s", sum, account)
			}
		}
	})
}

func TestAnAssessmentTakenBackLeavesNothingBehind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := drawJudging(t)
		j.live(t)
		through := month("2026-01").Add(rapid.IntRange(0, 30).Draw(t, "through"))
		j.life.runTo(t, through)
		j.life.assess(t, "contract: C-1\neffective: 2026-01-15\nreason: none of it was so\n")
		j.life.runTo(t, through)
		for _, account := range []ledger.Account{ledger.AdjustmentLiability, ledger.AdjustmentRevenue, ledger.ContractAsset, ledger.ContractLiability, ledger.RefundLiability} {
			if sum := balance(j.life.entries, account); !sum.IsZero() {
				t.Errorf("%s is left on %s", sum, account)
			}
		}
		plain := begin(*j.life.agreement())
		plain.runTo(t, later(through, j.life.facts.Stored.lastRecognized()))
		want := plain.posted()
		got := j.life.posted()
		for m := range got {
			if _, ok := want[m]; !ok && got[m] == "0.00" {
				delete(got, m)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("revenue by month (-never judged +judged and taken back):\n%s", diff)
		}
	})
}

func TestManyRunsOfWhatIsJudgedEarnWhatOneCatchUpEarns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := drawJudging(t)
		j.live(t)
		through := later(month("2026-01").Add(rapid.IntRange(0, 30).Draw(t, "through")), j.life.facts.Stored.lastRecognized())
		j.life.runTo(t, through)
		one := begin(*j.life.agreement())
		one.facts.Assessed = j.life.facts.Assessed
		one.runTo(t, through)
		many := j.life.recognized()
		for key, amount := range many {
			if amount.IsZero() {
				delete(many, key)
			}
		}
		if diff := cmp.Diff(one.recognized(), many); diff != "" {
			t.Errorf("earned by key (-one run +many runs):\n%s", diff)
		}
		closed := j.life.closed.ClosedThrough(1)
		asset, liability := balance(j.life.entries, ledger.ContractAsset), balance(j.life.entries, ledger.ContractLiability)
		if !asset.IsZero() && !liability.IsZero() || asset.Sign() < 0 || liability.Sign() > 0 {
			t.Errorf("the contract shows an asset of %s and a liability of %s (closed through %s)", asset, liability.Neg(), closed)
		}
		for key, p := range j.life.facts.Standing.Lines {
			if p.Deferred.Minor()-p.Unbilled.Minor() != p.Billed.Minor()-p.Earned.Minor() {
				t.Errorf("line %s: deferred %s less unbilled %s is not billed %s less earned %s: what is judged has moved it", key.Line, p.Deferred, p.Unbilled, p.Billed, p.Earned)
			}
		}
		if p := j.life.runTo(t, through); !p.Empty() {
			t.Errorf("a second run appends %d rows and %d entries", len(p.Rows), len(p.Entries))
		}
	})
}

// Every month of every line has formulas beside it that come to what is recognized, worked out again from their words.
func TestWhatExplainsAJudgedFigureComesToIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := drawJudging(t)
		j.live(t)
		if rapid.Bool().Draw(t, "held") {
			on := j.term.Start.AddDays(rapid.IntRange(0, j.term.Days()-1).Draw(t, "held from"))
			j.life.assess(t, fmt.Sprintf("contract: C-1\neffective: %s\nreason: held\nholds: [{line: seats, reason: r, owner: o}]\n", on))
		}
		j.life.runTo(t, end)
		want := map[period.Month]money.Amount{}
		for key, c := range j.life.facts.Stored.cells {
			if key.Line == "seats" {
				want[key.Month] = want[key.Month].Add(c.recognized.amount)
			}
		}
		for m, amount := range want {
			explained, err := j.life.facts.Explain(book, 1, "seats", m)
			if err != nil {
				t.Fatal(err)
			}
			sum := eur("0")
			for _, x := range explained {
				figure, err := formula.Evaluate(x.Formula, "EUR")
				if err != nil || figure != x.Earned {
					t.Fatalf("%s %s: the formula %s comes to %s (%v), %s is earned", m, x.Piece.Kind, x.Formula, figure, err, x.Earned)
				}
				sum = sum.Add(figure)
			}
			if sum != amount {
				t.Fatalf("%s: what is explained comes to %s, what is recognized to %s", m, sum, amount)
			}
		}
	})
}

// What is paid and what is served are worth the same at the rate of the loan, to a cent for every month; in between what is owed
// is what was paid with interest less what was served with interest, reckoned month by month by another way.
func TestALoanIsWorthWhatIsServedForIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := document(fixed("seats", "platform", "1", cents(rapid.Int64Range(10_000, 9_000_000).Draw(t, "price")).String(), "term", contracts.Advance))
		months, percent := rapid.IntRange(13, 60).Draw(t, "months"), rapid.Int64Range(1, 20).Draw(t, "percent")
		d.Term.Through = day("2026-01-01").AddMonths(months).AddDays(-1)
		paidOn := day("2026-01-01").AddMonths(rapid.IntRange(0, months+24).Draw(t, "paid after"))
		l := begin(agreement(d))
		l.assess(t, fmt.Sprintf("contract: C-1\neffective: 2026-01-01\nreason: r\nfinancing: [{line: seats, rate_percent: %d, paid_on: %s, reason: r}]\n", percent, paidOn))
		l.runTo(t, end.Add(60))
		if sum := balance(l.entries, ledger.FinancingLiability); !sum.IsZero() {
			t.Errorf("%s is still owed", sum)
		}
		earned := map[period.Month]int64{}
		for _, e := range l.entries {
			for _, p := range e.Postings {
				if isRevenue(p.Account) {
					earned[p.Month] -= p.Amount.Minor()
				}
			}
		}
		// A naive bank: whole years by multiplying, the days of the last one by their share.
		naive := func(on period.Date) *big.Rat {
			grown, start := big.NewRat(1, 1), period.MinDate(paidOn, day("2026-02-01"))
			for !start.AddMonths(12).After(on) {
				grown.Mul(grown, big.NewRat(100+percent, 100))
				start = start.AddMonths(12)
			}
			share := big.NewRat(int64(on.Sub(start))*percent, int64(start.AddMonths(12).Sub(start))*100)
			return grown.Mul(grown, share.Add(share, big.NewRat(1, 1)))
		}
		worth := new(big.Rat)
		for m, minor := range earned {
			worth.Add(worth, new(big.Rat).Quo(big.NewRat(minor, 1), naive(m.End())))
		}
		due := new(big.Rat).Quo(big.NewRat(l.agreement().Versions[0].Document.Lines[0].Fixed.UnitPrice.Shift(2).IntPart(), 1), naive(paidOn))
		if off := new(big.Rat).Sub(worth, due); off.Abs(off).Cmp(big.NewRat(int64(months), 1)) > 0 {
			t.Errorf("what is served is worth %s, what is paid %s", worth.FloatString(2), due.FloatString(2))
		}
	})
}
