package revrec

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// beside adds up what is recognized beside what is stated, by month, before a month.
func (l *life) beside(before period.Month) map[string]int64 {
	sums := map[period.Month]money.Amount{}
	for key, c := range l.facts.Stored.cells {
		if Adjusts(key.Kind) && key.Month.Before(before) {
			sums[key.Month] = sums[key.Month].Add(c.recognized.amount)
		}
	}
	out := map[string]int64{}
	for m, sum := range sums {
		out[m.String()] = sum.Minor()
	}
	return out
}

// Contracts are amended on the first of a month, judged before and after in any way, and in the end everything charged is earned
// and nothing is left beside. An amendment alone changes no month before its own.
func TestHoweverAnAmendmentIsJudgedThePriceIsEarnedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := func(label string) string {
			return fmt.Sprintf("%d.%02d", rapid.IntRange(1, 500).Draw(t, label), rapid.IntRange(0, 99).Draw(t, "cents"))
		}
		d := document(fixed("seats", "platform", "7", cents("seats"), rapid.SampledFrom([]string{"month", "quarter", "year"}).Draw(t, "every"), contracts.Advance),
			fixed("support", "platform", "1", cents("support"), "year", contracts.Advance), once("setup", "setup", cents("setup"), "2026-01-20"))
		l := begin(agreement(d))
		judgment := func(from string, more string) string {
			text := fmt.Sprintf("contract: C-1\neffective: %s\nreason: drawn\n%s", from, more)
			if rapid.Bool().Draw(t, "allocated") {
				text += fmt.Sprintf("allocation: relative\npromises: [{line: seats, standalone: %s}, {line: support, standalone: %s}, {line: setup, standalone: %s}]\n",
					cents("seats alone"), cents("support alone"), cents("setup alone"))
			}
			if rapid.Bool().Draw(t, "even") {
				text += "leveling: [{lines: [seats], from: 2026-01-01, through: 2026-12-31}]\n"
			}
			return text
		}
		l.assess(t, judgment("2026-01-01", ""))
		for m := 3; m <= 11; m += rapid.IntRange(1, 5).Draw(t, "months between") {
			on := fmt.Sprintf("2026-%02d-01", m)
			l.runTo(t, month(on[:7]).Prev())
			before := l.beside(month(on[:7]))
			l.amend(on, func(d *contracts.Document) {
				d.Lines[0].Fixed.Quantity, d.Lines[1].Fixed.UnitPrice = dec(fmt.Sprint(rapid.IntRange(0, 20).Draw(t, "seats then"))), dec(cents("support then"))
				if rapid.IntRange(0, 5).Draw(t, "ends") == 0 {
					d.Term.Through = day(on).AddDays(rapid.IntRange(0, 40).Draw(t, "days left"))
					d.Ending = &contracts.Ending{Cause: contracts.Convenience, Refund: contracts.Unused}
				}
			})
			if rapid.Bool().Draw(t, "judged anew") {
				treatment := rapid.SampledFrom([]Treatment{SeparateContract, Prospective, CumulativeCatchUp}).Draw(t, "treatment")
				l.assess(t, judgment(on, fmt.Sprintf("modification: {version: %d, treatment: %s}\n", len(l.agreement().Versions), treatment)))
			}
			l.runTo(t, month(on[:7]).Prev())
			for m, after := range l.beside(month(on[:7])) {
				// A period that is cut rounds its months anew: a cent of a line moves between them.
				if d := after - before[m]; d < -4 || d > 4 {
					t.Fatalf("an amendment of %s makes what stands beside %s in %s %d minor units", on, m, fmt.Sprint(before[m]), after)
				}
			}
			if l.agreement().Latest().Document.Ending != nil {
				break
			}
		}
		l.runTo(t, end)
		pieces, err := contracts.Charges(*l.agreement(), book, l.facts.Usage, end.End())
		if err != nil {
			t.Fatal(err)
		}
		earned := l.total("seats").Add(l.total("support")).Add(l.total("setup"))
		if earned.Minor() != sumOf(pieces) {
			t.Errorf("charged %s, earned %s", money.Of(sumOf(pieces), "EUR"), earned)
		}
		for _, account := range []ledger.Account{ledger.AdjustmentLiability, ledger.ContractAsset, ledger.ContractLiability} {
			if sum := balance(l.entries, account); !sum.IsZero() {
				t.Errorf("all is earned, and %s is left on %s", sum, account)
			}
		}
	})
}

// An integration for 1,000 is 30 % done when its scope grows to 1,600 and what was done is 25 % of it: 400 - 300 at once. Seats that
// are added to it go on as they are.
func TestAScopeThatChangesIsCaughtUp(t *testing.T) {
	l := begin(agreement(document(fixed("build", "platform", "1", "1000", "year", contracts.Advance))))
	text := "contract: C-1\neffective: %s\nreason: hours\npromises: [{line: build, satisfied: percent}]\nprogress: [{line: build, on: 2026-03-31, percent: 30}%s]\n"
	l.assess(t, fmt.Sprintf(text, "2026-01-01", ""))
	l.run(t, "2026-03")
	l.facts.Agreements[0].Versions[0].Document.Lines[0].Fixed.UnitPrice = dec("1000")
	l.amend("2026-05-01", func(d *contracts.Document) {
		d.Lines = append(d.Lines, once("scope", "setup", "600", "2026-05-01"))
	})
	l.assess(t, `
contract: C-1
effective: 2026-05-01
reason: not distinct from what was done
promises: [{line: build, satisfied: percent}, {line: scope, satisfied: percent}]
progress:
  - {line: build, on: 2026-03-31, percent: 30}
  - {line: build, on: 2026-05-01, percent: 25}
  - {line: scope, on: 2026-05-01, percent: 25}
modification: {version: 2, treatment: cumulative_catch_up}
`)
	l.run(t, "2026-05")
	if diff := cmp.Diff(map[string]string{"2026-03": "300.00", "2026-05": "100.00"}, l.posted()); diff != "" {
		t.Errorf("earned (-by hand +booked):\n%s", diff)
	}
}
