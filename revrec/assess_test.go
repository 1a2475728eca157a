package revrec

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/ledger"
)

// bundle is a contract whose setup is sold dear and whose seats are cheap.
func bundle() []contracts.Line {
	return []contracts.Line{once("setup", "setup", "600", "2026-01-15"), fixed("seats", "platform", "1", "1200", "year", contracts.Advance)}
}

const shared = `
effective: 2026-01-01
reason: sold together below what they sell for alone
allocation: relative
promises:
  - {line: setup, standalone: 500}
  - {line: seats, standalone: 1500}
`

func (w *world) propose(t testing.TB, contract, text string, by access.Actor) Judgment {
	t.Helper()
	x, err := ParseAssessment([]byte("contract: " + contract + text))
	if err != nil {
		t.Fatal(err)
	}
	var j Judgment
	w.tx(t, func(tx pgx.Tx) (err error) { j, err = ProposeAssessment(ctx, tx, x, by); return err })
	return j
}

func (w *world) approve(t testing.TB, j Judgment, by access.Actor) {
	t.Helper()
	w.tx(t, func(tx pgx.Tx) error { return ApproveAssessment(ctx, tx, j.Contract, j.Number, "read and agreed", by) })
}

func TestAJudgmentCountsOnceASecondPersonHasApprovedIt(t *testing.T) {
	w := newWorld(t, 1, bundle()...)
	w.run(t, "2026-02-01")
	j := w.propose(t, "C-0", shared, w.anna)
	if !j.Waits() || j.Promises[0].Stated.String() != "600" || j.Promises[1].Stated.String() != "1200" {
		t.Errorf("what the contract says of its promises is not frozen: %+v", j.Promises)
	}
	if r := w.run(t, "2026-02-01"); r.Rows != 0 {
		t.Errorf("a proposal moved %d rows before anybody approved it", r.Rows)
	}
	for who, by := range map[string]access.Actor{"who proposed it": w.anna, "sales": w.seller, "the program": clerk} {
		err := w.db.Tx(ctx, func(tx pgx.Tx) error { return ApproveAssessment(ctx, tx, "C-0", 1, "", by) })
		if !errors.Is(err, fault.Denied) {
			t.Errorf("%s approves it: %v", who, err)
		}
	}
	w.approve(t, j, w.bert)
	err := w.db.Tx(ctx, func(tx pgx.Tx) error { return ApproveAssessment(ctx, tx, "C-0", 1, "", w.boss) })
	if !errors.Is(err, fault.Conflict) {
		t.Errorf("it is approved again: %v", err)
	}
	if r := w.run(t, "2026-02-01"); r.Entries != 1 || r.Revenue["EUR"] != eur("-137.26") {
		t.Errorf("the run books %d entries of %s; of the setup 150.00 are the seats', of which 12.74 in January", r.Entries, r.Revenue["EUR"])
	}
	all, err := Assessments(ctx, w.db, w.accounts[0], j.Lead)
	if err != nil || len(all) != 1 || all[0].Event != "approved" || all[0].DecidedBy != w.bert.UserID || all[0].Reason != "read and agreed" {
		t.Errorf("the contract's judgments are %+v (%v)", all, err)
	}
	trail, err := access.AuditPage(ctx, w.db, access.AuditFilter{Subject: j.Subject()})
	if err != nil || len(trail) != 3 { // proposed, requested, approved
		t.Errorf("the audit trail has %d lines about it (%v)", len(trail), err)
	}
}

func TestWhatWasRejectedEarnsNothing(t *testing.T) {
	w := newWorld(t, 1, bundle()...)
	j := w.propose(t, "C-0", shared, w.anna)
	x := j.Assessment
	if err := w.db.Tx(ctx, func(tx pgx.Tx) error { _, err := ProposeAssessment(ctx, tx, x, w.anna); return err }); !errors.Is(err, fault.Conflict) {
		t.Errorf("a second judgment is proposed while one waits: %v", err)
	}
	w.tx(t, func(tx pgx.Tx) error { return RejectAssessment(ctx, tx, "C-0", 1, "the setup sells for more", w.boss) })
	if r := w.run(t, "2026-02-01"); r.Revenue["EUR"] != eur("701.92") {
		t.Errorf("%s is earned, as stated it is 600 and 1,200 x 31/365", r.Revenue["EUR"])
	}
	if waiting, err := WaitingAssessments(ctx, w.db); err != nil || len(waiting) != 0 {
		t.Errorf("%d judgments wait (%v)", len(waiting), err)
	}
	if second := w.propose(t, "C-0", shared, w.anna); second.Number != 2 {
		t.Errorf("proposed anew it is number %d", second.Number)
	}
}

func TestTheLibraryIsFrozenWhenAJudgmentIsProposed(t *testing.T) {
	w := newWorld(t, 0)
	w.tx(t, func(tx pgx.Tx) error {
		for _, p := range []catalog.Product{
			{Code: "license", StartsOn: since, Name: "License", TaxCode: "saas", Unit: "seat", Recognition: catalog.Ratable,
				Standalone: []catalog.Standalone{{Currency: "EUR", Every: "month", Low: dec("40"), Mid: dec("50"), High: dec("60")}}},
			{Code: "course", StartsOn: since, Name: "Course", TaxCode: "saas", Unit: "day", Recognition: catalog.PointInTime,
				Standalone: []catalog.Standalone{{Currency: "EUR", Price: dec("900")}}},
		} {
			if _, err := catalog.AddProductVersion(ctx, tx, p, clerk); err != nil {
				return err
			}
		}
		return nil
	})
	w.sign(t, 0, fixed("seats", "license", "10", "30", "month", contracts.Advance), once("course", "course", "1200", "2026-02-01"))
	j := w.propose(t, "C-0", "\neffective: 2026-01-01\nreason: bundle\nallocation: relative\npromises: [{line: seats}, {line: course}]\n", w.anna)
	// Ten seats for a year: 30.00 is below the range, so that its low end, 40.00, stands for it.
	want := []AssessedPromise{
		{Line: "seats", Library: &LibraryPrice{Product: "license", Version: 1, Every: "month", Unit: dec("40"), Method: "low end of the range"}},
		{Line: "course", Library: &LibraryPrice{Product: "course", Version: 1, Unit: dec("900"), Method: "observable price"}},
	}
	for i, alone := range []string{"4800", "900"} {
		stated, standalone := dec([]string{"3600", "1200"}[i]), dec(alone)
		want[i].Stated, want[i].Standalone = &stated, &standalone
	}
	if diff := cmp.Diff(want, j.Promises); diff != "" {
		t.Errorf("frozen (-by hand +proposed):\n%s", diff)
	}
}

func TestApprovedJudgmentsBookExactlyTheirPreview(t *testing.T) {
	w := newWorld(t, 1, bundle()...)
	w.run(t, "2026-04-01")
	x, err := ParseAssessment([]byte("contract: C-0" + shared + "leveling: [{lines: [seats], from: 2026-01-01, through: 2026-12-31}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	before := w.books(t)
	seen, err := Preview(ctx, w.db, x, month("2026-03"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, w.books(t)); diff != "" {
		t.Errorf("a preview booked something:\n%s", diff)
	}
	if len(seen.Without.Entries) != 0 || len(seen.Contracts) != 1 || seen.Contracts[0].Without.Sum.Scheduled != seen.Contracts[0].With.Sum.Scheduled {
		t.Errorf("without it %d entries; %d contracts change, in all from %v", len(seen.Without.Entries), len(seen.Contracts), seen.Contracts)
	}
	var j Judgment
	w.tx(t, func(tx pgx.Tx) (err error) { j, err = ProposeAssessment(ctx, tx, x, w.anna); return err })
	w.approve(t, j, w.boss)
	facts, err := LoadFacts(ctx, w.db, w.accounts, month("2026-03"))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Decide(book, facts[0], month("2026-03"))
	if err != nil {
		t.Fatal(err)
	}
	exact := cmp.Comparer(func(a, b money.Amount) bool { return a == b })
	days := cmpopts.EquateComparable(period.Date{}, period.Month{}, period.Span{})
	if diff := cmp.Diff(seen.With, plan, exact, days); diff != "" {
		t.Errorf("the next run (-previewed +decided):\n%s", diff)
	}
	w.run(t, "2026-04-01")
}

func TestTwoRunsAtTheSameMomentBookAJudgmentOnce(t *testing.T) {
	books := make([][]string, 2)
	for i, runs := range []int{1, 4} {
		w := newWorld(t, 6, bundle()...)
		w.run(t, "2026-02-01")
		for n := range 6 {
			w.approve(t, w.propose(t, "C-"+string(rune('0'+n)), shared, w.anna), w.boss)
		}
		var running sync.WaitGroup
		for k := range runs {
			running.Go(func() {
				if r, err := Run(ctx, w.db, Options{AsOf: day("2026-05-01"), Batch: 1 + k}, clerk); err != nil || len(r.Failures) > 0 {
					t.Error(err, r.Failures)
				}
			})
		}
		running.Wait()
		books[i] = w.books(t)
	}
	if diff := cmp.Diff(books[0], books[1]); diff != "" {
		t.Errorf("books (-one run +four at once):\n%s", diff)
	}
}

func TestReportsTellWhatIsStatedFromWhatIsJudged(t *testing.T) {
	w := newWorld(t, 1, bundle()...)
	w.bill(t, w.accounts[0], "2026-01-01", "I-1", "seats", contracts.FixedFee, document().Term.Span(), eur("1200"))
	w.approve(t, w.propose(t, "C-0", shared, w.anna), w.boss)
	w.run(t, "2026-03-01")
	f := Filter{Entity: w.entity, Currency: "EUR", AsOf: month("2026-02")}
	lines, err := Deferred(ctx, w.db, f)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := ledger.LinesPage(ctx, w.db, ledger.LineFilter{Entity: w.entity, Currency: "EUR", Through: day("2026-02-28")})
	if err != nil || len(pages) != len(lines) {
		t.Fatal(pages, err)
	}
	for i, l := range lines {
		if at := pages[i]; l.Net() != at.Deferred.Sub(at.Unbilled) || l.Recognized != at.Earned {
			t.Errorf("line %s: the schedule has %s (earned %s), the ledger %s less %s (earned %s)", l.Line, l.Net(), l.Recognized, at.Deferred, at.Unbilled, at.Earned)
		}
	}
	if lines[0].Adjusted != eur("24.25") || lines[1].Adjusted != eur("-150") { // 150 x 59/365
		t.Errorf("judged besides: seats %s, setup %s", lines[0].Adjusted, lines[1].Adjusted)
	}
	drawn, err := Waterfall(ctx, w.db, f, month("2026-01"), 12)
	if err != nil {
		t.Fatal(err)
	}
	if got := drawn.Sum.Cells[0]; got != eur("564.66") { // 600 - 150 + 101.92 + 12.74
		t.Errorf("the waterfall has %s in January, by hand 564.66", got)
	}
	left, err := Remaining(ctx, w.db, f)
	if err != nil || len(left) != 1 || left[0].Total() != eur("1131.78") { // 1,350 x 306/365
		t.Errorf("promised and not served is %v (%v), by hand 1,350.00 x 306/365 = 1,131.78", left, err)
	}
}

func TestJudgmentsAreNeverChanged(t *testing.T) {
	w := newWorld(t, 1, bundle()...)
	w.approve(t, w.propose(t, "C-0", shared, w.anna), w.boss)
	for _, sql := range []string{
		`update revrec.assessments set reason = 'other'`, `delete from revrec.assessments`,
		`update revrec.assessment_decisions set event = 'rejected'`, `delete from revrec.assessment_decisions`,
	} {
		err := pgtest.Admin(t, w.db).Tx(ctx, func(tx pgx.Tx) error { _, err := tx.Exec(ctx, sql); return err })
		if !errors.Is(err, fault.Denied) {
			t.Errorf("%s: %v, want a refusal", sql, err)
		}
	}
}

func TestAWrongJudgmentIsRefusedByLineAndKey(t *testing.T) {
	l := begin(agreement(document(bundle()...)))
	for text, want := range map[string]string{
		"contract: C-1\neffective: 2026-01-01\n":                                                                                                                            "reason: is missing",
		"contract: C-1\neffective: 2026-01-01\nreason: r\nlevel: 1\n":                                                                                                       "level: is not a key known here",
		"contract: C-1\neffective: 2026-01-01\nreason: r\nholds: [{line: seats, reason: r}]\n":                                                                              "holds[0].owner: is missing",
		"contract: C-1\neffective: 2026-01-01\nreason: r\nholds: [{line: seat, reason: r, owner: o}]\n":                                                                     "holds[0].line: is no line of the contract",
		"contract: C-9\neffective: 2026-01-01\nreason: r\n":                                                                                                                 "contract: is no approved contract of this account",
		"contract: C-1\neffective: 2026-01-01\nreason: r\nallocation: relative\npromises: [{line: seats, standalone: 5}]\n":                                                 "is a line with a fixed price and no promise",
		"contract: C-1\neffective: 2026-01-01\nreason: r\nallocation: relative\npromises: [{line: seats}, {line: setup}]\n":                                                 "is not in the library of stand-alone prices",
		"contract: C-1\neffective: 2026-01-01\nreason: r\nvariable: [{name: x, direction: adds, outcomes: [{probability: 60, amount: 1}, {probability: 60, amount: 2}]}]\n": "add up to",
		"contract: C-1\neffective: 2026-01-01\nreason: r\nprogress: [{line: seats, on: 2026-02-01, percent: 20}]\n":                                                         "is not met by progress",
		"contract: C-1\neffective: 2026-01-01\nreason: r\ncombined: [{contract: C-2, reason: r}]\n":                                                                         "is no approved contract of the same paying family",
	} {
		x, err := ParseAssessment([]byte(text))
		if err == nil {
			_, err = Fill(x, book, l.facts)
		}
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v, should say %q", text, err, want)
		}
	}
}

func TestBooksDifferInTheDatabaseByWhatTheyEstimate(t *testing.T) {
	w := newWorld(t, 1, fixed("seats", "platform", "1", "730", "year", contracts.Advance))
	j := w.propose(t, "C-0", `
effective: 2026-01-01
reason: bonus
variable:
  - {name: bonus, direction: adds, amount: 365, constrained: 292, why: out of our hands, lines: [seats]}
books:
  - {book: ifrs, variable: bonus, constrained: 182.50}
`, w.anna)
	w.approve(t, j, w.boss)
	w.run(t, "2026-03-01")
	if r := w.run(t, "2026-03-01"); r.Rows != 0 || r.Entries != 0 {
		t.Errorf("a second run appends %d rows and %d entries", r.Rows, r.Entries)
	}
	for rules, want := range map[ledger.Book][2]string{"": {"165.20", "47.20"}, ledger.USGAAP: {"165.20", "47.20"}, ledger.IFRS: {"147.50", "29.50"}} { // 59 x 2.80, 59 x 2.50
		trial, err := ledger.TrialBalance(ctx, w.db, ledger.Filter{Entity: w.entity, Currency: "EUR", Through: day("2026-02-28"), Book: rules})
		if err != nil {
			t.Fatal(err)
		}
		got := map[ledger.Account]money.Amount{}
		for _, row := range trial.Rows {
			got[row.Account] = row.Closing
		}
		if got[ledger.Revenue] != eur("-"+want[0]) || got[ledger.ContractAsset] != eur(want[1]) {
			t.Errorf("book %q has revenue of %s and a contract asset of %s, by hand %s and %s", rules, got[ledger.Revenue].Neg(), got[ledger.ContractAsset], want[0], want[1])
		}
		scheduled, err := loadScheduled(ctx, w.db, Filter{Entity: w.entity, Currency: "EUR", AsOf: month("2026-02"), Book: rules})
		if err != nil {
			t.Fatal(err)
		}
		sum := eur("0")
		for _, s := range scheduled {
			if !s.Month.After(month("2026-02")) {
				sum = sum.Add(s.Net())
			}
		}
		if sum != eur(want[0]) {
			t.Errorf("the schedule of book %q has %s, by hand %s", rules, sum, want[0])
		}
	}
	at, err := ledger.LoadStandings(ctx, w.db, w.accounts)
	if err != nil {
		t.Fatal(err)
	}
	if p := at[w.accounts[0]].Position(int64(j.Lead), "seats"); p.Earned != eur("118") || p.Unbilled != eur("118") {
		t.Errorf("the line stands at %+v; what books see otherwise is none of what is stated", p)
	}
}

// Interest is none of the revenue in any report, and the loan moves no line.
func TestReportsShowTheRevenueOfWhatIsFinancedAndNotItsInterest(t *testing.T) {
	w := newWorld(t, 1, fixed("seats", "platform", "1", "1200", "year", contracts.Advance))
	w.bill(t, w.accounts[0], "2026-01-01", "I-1", "seats", contracts.FixedFee, document().Term.Span(), eur("1200"))
	w.approve(t, w.propose(t, "C-0", "\neffective: 2026-01-01\nreason: paid two years ahead\nfinancing: [{line: seats, rate_percent: 6, paid_on: 2024-01-01, reason: significant}]\n", w.anna), w.boss)
	w.run(t, "2026-04-01")
	if r := w.run(t, "2026-04-01"); r.Rows != 0 || r.Entries != 0 {
		t.Errorf("a second run appends %d rows and %d entries", r.Rows, r.Entries)
	}
	trial, err := ledger.TrialBalance(ctx, w.db, ledger.Filter{Entity: w.entity, Currency: "EUR", Through: day("2026-03-31")})
	if err != nil {
		t.Fatal(err)
	}
	f := Filter{Entity: w.entity, Currency: "EUR", AsOf: month("2026-03")}
	position, err := PositionOf(ctx, w.db, f)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := Waterfall(ctx, w.db, f, month("2024-01"), 27)
	if err != nil {
		t.Fatal(err)
	}
	sum := eur("0")
	for _, cell := range drawn.Sum.Cells {
		sum = sum.Add(cell)
	}
	revenue := trial.Row(ledger.Revenue, "EUR").Closing.Neg()
	if revenue.Cmp(eur("295.89")) <= 0 || sum != revenue { // 1,200 x 90/365 and what is for time
		t.Errorf("the trial balance has revenue of %s, the waterfall %s; 295.89 of it is stated", revenue, sum)
	}
	interest, loan := trial.Row(ledger.InterestExpense, "EUR").Closing, trial.Row(ledger.FinancingLiability, "EUR").Closing
	if interest.Sign() <= 0 || revenue.Sub(eur("295.89")).Sub(interest) != loan {
		t.Errorf("interest of %s, less what was earned for time, is not the %s that is owed", interest, loan.Neg())
	}
	booked, err := ledger.BookedLines(ctx, w.db, w.entity, "EUR", month("2026-03"))
	if err != nil || len(booked) != 1 || len(position.Lines) != 1 {
		t.Fatal(booked, position.Lines, err)
	}
	if b, l := booked[0], position.Lines[0]; b.Earned != eur("295.89") || l.Recognized != b.Earned || l.Net() != b.Deferred.Sub(b.Unbilled) || l.Adjusted != revenue.Sub(b.Earned) {
		t.Errorf("the line in the book %+v and in the schedule %+v", b, l)
	}
}
