package demo

import (
	"context"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// judgment is what an accountant judged about a contract, on a day of the story's calendar.
type judgment struct {
	on       period.Date
	document string
	approved bool // otherwise it waits for somebody
}

// judgments show the steps that a contract does not spell out: a price shared over what was sold together, a discount of the
// first year spread over both years, credits for outages that are to be expected; and one that waits.
var judgments = []judgment{
	{period.NewDate(2025, 12, 4), `contract: C-1007
effective: 2025-12-01
reason: Onboarding is sold below what we take for it alone; the seats carry a part of it
allocation: relative
promises:
  - {line: onboarding, standalone: 8000, memo: What we take of customers who buy it later}
  - {line: seats, standalone: 93600, memo: What manufacturers of this size pay for eighty seats and three years}
`, true},
	{period.NewDate(2026, 4, 20), `contract: C-1019
effective: 2026-04-15
reason: Two years are committed and the service is the same in both, so the start-up discount of the first year belongs to both
leveling:
  - {lines: [platform], from: 2026-04-15, through: 2028-04-14, reason: The discount of forty percent ends after a year}
`, true},
	{period.NewDate(2026, 6, 3), `contract: C-1003
effective: 2026-06-01
reason: With ninety seats the promise of 99.9 percent is tested for the first time; history says what it may cost
variable:
  - name: outages
    direction: lowers
    method: expected_value
    outcomes: [{probability: 75, amount: 0}, {probability: 20, amount: 1500}, {probability: 5, amount: 6000}]
    lines: [seats]
    until: 2027-11-30
    why: Four years of outages of our own; nothing like this customer's load, so nothing is left out
`, true},
	{period.NewDate(2026, 11, 2), `contract: C-1016
effective: 2026-11-01
reason: A part of the start credit will not be used
breakage:
  - {line: start, expected_use: 2900, reason: Of nine start credits that ran out since 2023 a tenth was left}
`, false},
}

// judge has finance assess contracts, and the accountant look at it.
func (f *filling) judge(at func(period.Date, string, func(context.Context) error)) {
	for _, j := range judgments {
		on := f.story.move(j.on)
		at(on, "an assessment", func(ctx context.Context) error {
			return f.db.Tx(ctx, func(tx pgx.Tx) error { return f.assess(ctx, tx, j) })
		})
	}
	at(f.Today.MonthOf().First().AddDays(3), "an accounting policy", func(ctx context.Context) error {
		return f.db.Tx(ctx, func(tx pgx.Tx) error { return f.proposePolicy(ctx, tx) })
	})
}

var isoDay = regexp.MustCompile(`\d{4}-\d\d-\d\d`)

// moveDays moves every day in a text.
func (s *story) moveDays(text []byte) []byte {
	return isoDay.ReplaceAllFunc(text, func(day []byte) []byte {
		d, err := period.ParseDate(string(day))
		if err != nil {
			panic(err) // written in this package
		}
		return []byte(s.move(d).String())
	})
}

func (f *filling) assess(ctx context.Context, tx pgx.Tx, j judgment) error {
	x, err := revrec.ParseAssessment(f.story.moveDays([]byte(j.document)))
	if err != nil {
		return fmt.Errorf("read the assessment of %s: %w", j.on, err)
	}
	c, err := contracts.Get(ctx, tx, x.Contract)
	if err != nil {
		return err
	}
	if known, err := revrec.Assessments(ctx, tx, c.Account, c.ID); err != nil || len(known) > 0 {
		return err
	}
	made, err := revrec.ProposeAssessment(ctx, tx, x, f.people["felix"])
	if err != nil || !j.approved {
		return err
	}
	return revrec.ApproveAssessment(ctx, tx, made.Contract, made.Number, "Read beside the contract and the price list", f.people["alma"])
}

// proposePolicy asks to show credits on an account of their own from next month on.
func (f *filling) proposePolicy(ctx context.Context, tx pgx.Tx) error {
	e, ok := f.entities.ByCode("nlus")
	if !ok {
		return fault.New(fault.NotFound, "the story has no American company")
	}
	known, err := ledger.PolicyVersions(ctx, tx, e.ID, ledger.USGAAP)
	if err != nil || len(known) > 0 {
		return err
	}
	p := ledger.DefaultPolicy()
	p.Credits = ledger.ContraAccount
	_, err = ledger.ProposePolicy(ctx, tx, ledger.PolicyVersion{Entity: e.ID, Book: ledger.USGAAP, Effective: f.Today.MonthOf().End(), Policy: p,
		Reason: "The board wants to see what credits cost, beside what is sold"}, f.people["alma"])
	return err
}
