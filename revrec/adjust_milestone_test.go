package revrec

import (
	"testing"

	"ratable/contracts"
)

// A milestone that is still to come has no days to move, and nothing of it is earned.
func TestAMilestoneStillToComeCanBeJudged(t *testing.T) {
	golive := contracts.Line{ID: "golive", Product: "platform", Once: &contracts.Once{Quantity: dec("1"), UnitPrice: dec("500"), Milestone: "it runs"}}
	for _, more := range []string{
		"releases: [{line: golive, on: 2026-04-07, late: sliding}]\n",
		"releases: [{line: golive, on: 2026-04-07, late: condense}]\n",
		"modification: {version: 2, treatment: cumulative_catch_up}\n",
	} {
		l := begin(agreement(document(golive, fixed("seats", "platform", "1", "1200", "year", contracts.Advance))))
		l.amend("2026-03-01", func(d *contracts.Document) { d.Lines[1].Fixed.Quantity = dec("2") })
		x, err := ParseAssessment([]byte("contract: C-1\neffective: 2026-03-01\nreason: r\nallocation: relative\npromises: [{line: golive, standalone: 500}, {line: seats, standalone: 1200}]\nvariable: [{name: bonus, direction: adds, amount: 330}]\n" + more))
		if err != nil {
			t.Fatal(err)
		}
		if x, err = Fill(x, book, l.facts); err != nil {
			t.Fatalf("%s: %v", more, err)
		}
		l.facts.Assessed = append(l.facts.Assessed, Assessed{1, 1, x})
		for _, r := range l.run(t, "2026-12").Rows {
			if r.Line == "golive" && !Adjusts(r.Kind) {
				t.Errorf("%s: %s of the milestone is scheduled for %s, which is not met", more, r.Amount, r.Month)
			}
		}
	}
}
