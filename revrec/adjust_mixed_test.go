package revrec

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/ledger"
)

// Everything an assessment can say is said at once, again and again, of a contract that is amended, billed, closed and run in
// between. In the end what is earned is what was charged and the interest on it, and every balance that assessments opened is gone.
func TestHoweverMuchIsJudgedAtOnceEverythingIsEarnedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := func(label string) string { return cents(rapid.Int64Range(100, 90_000).Draw(t, label)).String() }
		l := begin(agreement(document(
			fixed("seats", "platform", "3", price("seats"), rapid.SampledFrom([]string{"month", "quarter", "year"}).Draw(t, "every"), contracts.Advance),
			once("setup", "setup", price("setup"), "2026-01-20"), once("build", "setup", price("build"), "2026-02-01"), perCall("calls", "0.05", "month"))))
		l.use("2026-03-10", fmt.Sprint(rapid.IntRange(0, 4000).Draw(t, "calls")))
		maybe := func(label, text string) string {
			if rapid.Bool().Draw(t, label) {
				return text
			}
			return ""
		}
		judge := func(on string, last bool) {
			text := fmt.Sprintf("contract: C-1\neffective: %s\nreason: drawn\n", on)
			alone := ""
			if allocated := rapid.Bool().Draw(t, "allocated"); allocated {
				text += "allocation: relative\n"
			}
			alone = ", standalone: "
			text += "promises:\n  - {line: seats" + alone + price("seats alone") + "}\n  - {line: setup" + alone + price("setup alone") + maybe("with", ", with: seats") + "}\n  - {line: build, satisfied: percent" + alone + price("build alone") + "}\n" +
				"progress:\n  - {line: build, on: 2026-03-15, percent: 12.345}\n  - {line: build, on: 2026-08-31, percent: 60}\n  - {line: build, on: 2026-12-05, percent: 100}\n"
			text += maybe("even", "leveling: [{lines: [seats], from: 2026-01-01, through: 2026-12-31}]\n")
			text += maybe("financed", fmt.Sprintf("financing: [{line: seats, rate_percent: %d, paid_on: 2025-06-30, reason: r}]\n", rapid.IntRange(1, 15).Draw(t, "rate")))
			text += maybe("late", "releases: [{line: setup, on: 2026-04-10}]\n")
			if !last {
				text += maybe("held", "holds: [{line: seats, reason: r, owner: o}]\n")
				text += maybe("credits", "variable: [{name: v, direction: lowers, percent: 7.5, lines: [calls]}, {name: w, direction: lowers, amount: 33.33}]\n")
				text += maybe("by days", "minimums: [{commitment: calls, lines: [calls], from: 2026-01-01, through: 2026-12-31, amount: 50, policy: ratable, reason: r}]\n")
			}
			l.assess(t, text)
		}
		for m := 1; m <= 11; m += rapid.IntRange(1, 6).Draw(t, "months between") {
			on := fmt.Sprintf("2026-%02d-%02d", m, rapid.IntRange(1, 28).Draw(t, "day"))
			judge(on, false)
			if rapid.Bool().Draw(t, "amended") {
				l.amend(fmt.Sprintf("2026-%02d-01", m+1), func(d *contracts.Document) {
					d.Lines[0].Fixed.Quantity = dec(fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "seats then")))
				})
			}
			if rapid.Bool().Draw(t, "closed") {
				l.runTo(t, month(on[:7]))
				l.closed.Close(1, month(on[:7]))
			}
			l.runTo(t, month(on[:7]))
		}
		judge("2026-12-01", true)
		l.runTo(t, month("2027-06"))
		pieces, err := contracts.Charges(*l.agreement(), book, l.facts.Usage, end.End())
		if err != nil {
			t.Fatal(err)
		}
		earned := money.Zero("EUR")
		for _, line := range []string{"seats", "setup", "build", "calls"} {
			earned = earned.Add(l.total(line))
		}
		interest := balance(l.entries, ledger.InterestExpense).Add(balance(l.entries, ledger.InterestIncome))
		if earned.Sub(interest).Minor() != sumOf(pieces) {
			t.Errorf("charged %s, earned %s with interest of %s", money.Of(sumOf(pieces), "EUR"), earned, interest)
		}
		for _, account := range []ledger.Account{ledger.AdjustmentLiability, ledger.ContractAsset, ledger.ContractLiability, ledger.RefundLiability, ledger.FinancingLiability} {
			if sum := balance(l.entries, account); !sum.IsZero() {
				t.Errorf("all is earned, and %s is left on %s", sum, account)
			}
		}
		for key, p := range l.facts.Standing.Lines {
			if p.Deferred.Minor()-p.Unbilled.Minor() != p.Billed.Minor()-p.Earned.Minor() {
				t.Errorf("line %s: deferred %s less unbilled %s is not billed %s less earned %s", key.Line, p.Deferred, p.Unbilled, p.Billed, p.Earned)
			}
		}
		if p := l.runTo(t, month("2027-06")); !p.Empty() {
			t.Errorf("a second run appends %d rows and %d entries", len(p.Rows), len(p.Entries))
		}
	})
}
