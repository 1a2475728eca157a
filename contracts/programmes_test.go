package contracts_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// charity is a programme of a year with 5,000 to give, answered for by whoever adds it.
func (o office) charity(by access.Actor) contracts.Programme {
	o.Helper()
	p := contracts.Programme{Code: "charity", Name: "Charities", Owner: by.UserID, Budget: money.Of(5000_00, "USD"), Days: period.NewSpan(day("2026-01-01"), day("2027-01-01"))}
	o.must(o.tx(func(ctx context.Context, tx pgx.Tx) error { return contracts.AddProgramme(ctx, tx, p, by) }))
	return p
}

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func given(programme string) string {
	return document + `
discounts:
  - {id: free, percent: 100, lines: [seats], programme: ` + programme + `}
credits:
  - {id: gift, kind: promotional, amount: 300, programme: ` + programme + `, reason: welcome, through: 2026-06-30}
`
}

func TestNothingIsGivenUnderAProgrammeThatIsNotThereOrHasEnded(t *testing.T) {
	o := open(t)
	_, err := o.prepare(given("charity"), o.Sales)
	o.refused(err, fault.Invalid, "discounts[0].programme: is not the code of a programme (charity)")
	p := o.charity(o.Finance)
	if _, err := o.prepare(given("charity"), o.Sales); err != nil {
		t.Fatal(err)
	}
	_, err = o.prepare(given("chairty"), o.Sales)
	o.refused(err, fault.Invalid, "is not the code of a programme; there are charity (chairty)")
	p.Reason = "other days"
	for _, c := range []struct{ from, end, says string }{
		{"2026-01-01", "2026-12-01", "ends on 2026-11-30; let through be that day or an earlier one"},
		{"2026-02-01", "2027-01-01", "begins on 2026-02-01; give nothing under it before"},
		{"2025-01-01", "2026-01-01", "ended on 2025-12-31; choose another programme"},
	} {
		p.Days = period.NewSpan(day(c.from), day(c.end))
		o.must(o.tx(func(ctx context.Context, tx pgx.Tx) error { return contracts.ReviseProgramme(ctx, tx, p, o.Finance) }))
		_, err = o.prepare(given("charity"), o.Sales)
		o.refused(err, fault.Invalid, c.says)
	}
}

func TestAProgrammeNeedsAnOwnerABudgetAndAnEnd(t *testing.T) {
	o := open(t)
	add := func(p contracts.Programme, by access.Actor) error {
		return o.tx(func(ctx context.Context, tx pgx.Tx) error { return contracts.AddProgramme(ctx, tx, p, by) })
	}
	err := add(contracts.Programme{Code: "x"}, o.Finance)
	o.refused(err, fault.Invalid, "name: is missing")
	for _, want := range []string{"owner: is missing", "budget: must be more than zero", "starts: is missing"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not said of\n%v", want, err)
		}
	}
	p := o.charity(o.Finance)
	o.refused(add(p, o.Finance), fault.Conflict, "")
	o.refused(add(p, o.Sales), fault.Denied, "")
	p.Owner = 99999
	p.Code = "other"
	o.refused(add(p, o.Finance), fault.Invalid, "is nobody who works here")
	p.Code, p.Owner = "charity", o.Finance.UserID
	revise := func(p contracts.Programme) error {
		return o.tx(func(ctx context.Context, tx pgx.Tx) error { return contracts.ReviseProgramme(ctx, tx, p, o.Finance) })
	}
	o.refused(revise(p), fault.Invalid, "reason: is missing")
	p.Reason, p.Budget = "a good year", money.Of(9000_00, "EUR")
	o.refused(revise(p), fault.Invalid, "is in another currency than before, USD")
	p.Budget = money.Of(9000_00, "USD")
	o.must(revise(p))
	all, err := contracts.LoadProgrammes(t.Context(), o.DB)
	o.must(err)
	if len(all) != 1 || all[0].Version != 2 || all[0].Budget != p.Budget {
		t.Errorf("there are %+v", all)
	}
}

// Ten seats at 40.00 a month for nothing: 400.00 each month of the year, and a
// credit of 300.00 for calls that nobody made yet.
func TestTheReportSaysWhatAProgrammeGaveHoldsToAndHasLeft(t *testing.T) {
	o := open(t)
	o.charity(o.Finance)
	_, err := o.prepare(given("charity"), o.Sales)
	o.must(err)
	o.must(o.take(contracts.Submit, "", o.Sales))
	o.must(o.take(contracts.Approve, "fine", o.Finance))
	all, err := contracts.ProgrammeReport(t.Context(), o.DB, day("2026-03-15"))
	o.must(err)
	if len(all) != 1 {
		t.Fatalf("reported are %+v", all)
	}
	s := all[0]
	if s.Given != money.Of(1200_00, "USD") || s.Ahead != money.Of(3900_00, "USD") || s.Left != money.Of(-100_00, "USD") {
		t.Errorf("given %s, ahead %s, left %s", s.Given, s.Ahead, s.Left)
	}
	if len(s.Contracts) != 1 || s.Contracts[0].Number != "C-7" || len(s.Contracts[0].Lines) != 12 {
		t.Errorf("it is given by %+v", s.Contracts)
	}
}
