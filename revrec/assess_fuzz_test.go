package revrec

import (
	"errors"
	"testing"

	"ratable/contracts"
	"ratable/internal/fault"
)

// fuzzed is a contract with a line of every kind.
func fuzzed() *life {
	d := document(fixed("seats", "platform", "3", "120", "quarter", contracts.Advance), perCall("calls", "0.01", "month"), once("setup", "setup", "99.99", "2026-01-15"))
	d.Prepaid = []contracts.Prepaid{{ID: "pack", Product: "prepaid", Lines: []string{"calls"}, Amount: dec("10"), Every: "quarter"}}
	l := begin(agreement(d))
	l.use("2026-01-10", "3000")
	l.use("2026-04-10", "100")
	l.amend("2026-05-01", func(d *contracts.Document) { d.Lines[0].Fixed.Quantity = dec("5") })
	return l
}

// Whatever is typed is read or refused with what is wrong; what is accepted is exported as it is read again, and is earned without
// a panic, balanced, and once.
func FuzzAnAssessmentIsRefusedOrEarned(f *testing.F) {
	head := "contract: C-1\neffective: 2026-02-01\nreason: r\n"
	for _, more := range []string{
		"", "allocation: relative\npromises: [{line: seats, standalone: 5}, {line: setup, residual: true}, {line: pack, standalone: 1}, {line: right, standalone: 2, from: 2026-09-01}]\n",
		"variable:\n  - {name: a, direction: lowers, percent: 10, lines: [calls]}\n  - {name: b, direction: adds, outcomes: [{probability: 50, amount: 3}, {probability: 50, amount: 0}], method: expected_value, until: 2026-08-01, actual: [setup]}\n",
		"leveling: [{lines: [seats], from: 2026-01-01, through: 2026-12-31}]\nholds: [{reason: r, owner: o, from: 2026-03-05}]\n",
		"promises: [{line: setup, satisfied: percent}, {line: seats, with: calls}]\nprogress: [{line: setup, on: 2026-04-01, percent: 33.3}]\nreleases: [{line: seats, on: 2026-03-15, late: sliding}]\n",
		"modification: {version: 2, treatment: prospective}\nschedules: [{line: seats, percents: [60, 40], reason: r}]\nfinancing: [{line: seats, rate_percent: 7, reason: r}]\n",
		"breakage: [{line: pack, expected_use: 7, reason: r}]\nminimums: [{commitment: calls, lines: [calls], from: 2026-01-01, through: 2026-06-30, amount: 50, policy: ratable, reason: r}]\n",
		"payable_to_customer: [{name: slotting, amount: 12, reason: r}]\nvariable: [{name: v, direction: adds, amount: 5}]\nbooks: [{book: ifrs, variable: v, constrained: 2}]\n",
	} {
		f.Add(head + more)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := ParseAssessment([]byte(text))
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("refused as %v", err)
			}
			return
		}
		exported, err := ExportAssessment(x)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseAssessment(exported)
		if err != nil {
			t.Fatalf("what was exported is refused: %v\n%s", err, exported)
		}
		if twice, err := ExportAssessment(again); err != nil || string(twice) != string(exported) {
			t.Fatalf("exported again it reads otherwise (%v):\n%s\n%s", err, exported, twice)
		}
		l := fuzzed()
		if x, err = Fill(x, book, l.facts); err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("refused as %v", err)
			}
			return
		}
		l.facts.Assessed = append(l.facts.Assessed, Assessed{1, 1, x})
		for _, through := range []string{"2026-01", "2026-06", "2027-06"} {
			l.run(t, through)
			if p := l.run(t, through); !p.Empty() {
				t.Errorf("a second run through %s appends %d rows and %d entries", through, len(p.Rows), len(p.Entries))
			}
		}
	})
}
