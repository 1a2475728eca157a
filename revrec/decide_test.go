package revrec

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/contracts"
	"ratable/internal/period"
	"ratable/ledger"
)

func TestAYearPaidInAdvanceIsEarnedByDays(t *testing.T) {
	l := begin(agreement(document(fixed("seats", "platform", "10", "120", "year", contracts.Advance))))
	year := period.NewSpan(day("2026-01-01"), day("2027-01-01"))
	l.bill(day("2026-01-01"), "seats", contracts.FixedFee, year, eur("1200"))
	l.run(t, "2026-03")
	want := map[string]string{"2026-01": "101.92", "2026-02": "92.05", "2026-03": "101.92"} // 1200 x 31/365, 59/365, 90/365
	if diff := cmp.Diff(want, l.posted()); diff != "" {
		t.Errorf("revenue by month (-due +booked):\n%s", diff)
	}
	if got := balance(l.entries, ledger.DeferredRevenue); got != eur("-904.11") {
		t.Errorf("deferred revenue after a quarter is %s, 1200.00 billed less 295.89 earned is owed", got.Neg())
	}
	if rows := l.facts.Stored.Next - 1; rows != 12 {
		t.Errorf("%d schedule rows, the term has 12 months known in advance", rows)
	}
}

func TestUsageIsEarnedBeforeItIsBilled(t *testing.T) {
	l := begin(agreement(document(perCall("calls", "0.005", "month"))))
	l.use("2026-01-10", "1001") // 5.005
	l.run(t, "2026-01")
	if got := balance(l.entries, ledger.UnbilledReceivable); got != eur("5.01") {
		t.Errorf("unbilled receivable is %s, 1001 calls at 0.005 are 5.01", got)
	}
	january := month("2026-01").Span()
	l.bill(day("2026-02-01"), "calls", contracts.Metered, january, eur("5.01"))
	if got := balance(l.entries, ledger.UnbilledReceivable); !got.IsZero() {
		t.Errorf("unbilled receivable is %s after everything was billed", got)
	}
}

func TestASecondRunBooksNothing(t *testing.T) {
	l := begin(agreement(document(fixed("seats", "platform", "10", "100", "quarter", contracts.Arrears), perCall("calls", "0.01", "month"))))
	l.use("2026-02-03", "500")
	l.run(t, "2026-04")
	for _, through := range []string{"2026-04", "2026-01", "2026-03"} {
		if p := l.run(t, through); !p.Empty() {
			t.Errorf("a run through %s after one through 2026-04 appends %d rows and %d entries", through, len(p.Rows), len(p.Entries))
		}
	}
}

func TestLateUsageOfAClosedMonthIsBookedInTheFirstOpenOne(t *testing.T) {
	l := begin(agreement(document(perCall("calls", "0.01", "month"))))
	l.use("2026-01-05", "1000")
	l.run(t, "2026-02")
	l.closed.Close(1, month("2026-02"))
	l.use("2026-01-31", "300")
	p := l.run(t, "2026-03")
	if len(p.Entries) != 1 {
		t.Fatalf("%d entries for one late event", len(p.Entries))
	}
	e := p.Entries[0]
	if e.BookedOn != day("2026-03-31") || e.Source != "revenue:C-1:2026-01:2" {
		t.Errorf("late usage of January is %s booked on %s, due is revenue:C-1:2026-01:2 on 2026-03-31", e.Source, e.BookedOn)
	}
	for _, posting := range e.Postings {
		if posting.Month != month("2026-01") {
			t.Errorf("%s %s belongs to %s, the calls were made in January", posting.Account, posting.Amount, posting.Month)
		}
	}
	if got := l.posted()["2026-01"]; got != "13.00" {
		t.Errorf("January earned %s, 1300 calls at 0.01 are 13.00", got)
	}
}

func TestAnAmendmentMovesRevenueToItsNewSpans(t *testing.T) {
	first := document(fixed("seats", "platform", "10", "365", "year", contracts.Advance))
	second := document(fixed("seats", "platform", "20", "365", "year", contracts.Advance))
	second.Effective, second.Reason = day("2026-07-01"), "more seats"
	l := begin(agreement(first))
	l.run(t, "2026-02")
	*l.agreement() = agreement(first, second)
	l.run(t, "2026-12")
	want := map[string]string{
		"2026-01": "310.00", "2026-02": "280.00", "2026-03": "310.00", "2026-04": "300.00", "2026-05": "310.00", "2026-06": "300.00",
		"2026-07": "620.00", "2026-08": "620.00", "2026-09": "600.00", "2026-10": "620.00", "2026-11": "600.00", "2026-12": "620.00",
	}
	if diff := cmp.Diff(want, l.posted()); diff != "" {
		t.Errorf("revenue by month (-due +booked):\n%s", diff)
	}
	for key, c := range l.facts.Stored.cells {
		if len(c.open) > 0 {
			t.Errorf("%s %s of %s has rows that are not recognized after the last run", key.Line, key.Span, key.Month)
		}
	}
}

func TestRowsThatCancelBeforeTheirMonthBookNothing(t *testing.T) {
	first := document(fixed("seats", "platform", "10", "365", "year", contracts.Advance))
	ended := document(fixed("seats", "platform", "10", "365", "year", contracts.Advance))
	ended.Term.Through, ended.Effective = day("2026-06-30"), day("2026-06-01")
	l := begin(agreement(first))
	l.run(t, "2026-05")
	*l.agreement() = agreement(first, ended)
	p := l.run(t, "2026-08")
	for _, e := range p.Entries {
		if e.BookedOn.After(day("2026-06-30")) {
			t.Errorf("%s books on %s for a contract that ended on 2026-06-30", e.Source, e.BookedOn)
		}
	}
	for key, c := range l.facts.Stored.cells {
		if !key.Month.After(month("2026-08")) && len(c.open) > 0 {
			t.Errorf("%s of %s in %s still waits for recognition", key.Line, key.Span, key.Month)
		}
	}
	for _, r := range p.Recognized {
		if r.Month.After(month("2026-06")) && r.Entry != 0 {
			t.Errorf("row %d of %s names entry %d, it and its opposite book nothing", r.Row, r.Month, r.Entry)
		}
	}
}

func TestAConcessionLowersTheRevenueOfItsService(t *testing.T) {
	l := begin(agreement(document(fixed("seats", "platform", "1", "310", "month", contracts.Advance))))
	l.run(t, "2026-02")
	a := l.agreement()
	january := month("2026-01").Span()
	a.Concessions = []contracts.Granted{
		{ID: 1, Line: "seats", Span: january, Amount: eur("31"), Reason: "outage", GrantedOn: day("2026-03-02")},
		{ID: 2, Line: "seats", Span: january, Amount: eur("10"), Reason: "goodwill", GrantedOn: day("2026-03-09")},
	}
	l.run(t, "2026-02")
	if got := l.posted()["2026-01"]; got != "269.00" {
		t.Errorf("January earned %s, 310.00 less two credits of 31.00 and 10.00 is 269.00", got)
	}
}

func TestOverageIsBookedAsItself(t *testing.T) {
	d := document(perCall("calls", "0.10", "month"))
	d.Prepaid = []contracts.Prepaid{{ID: "cap", Product: "prepaid", Lines: []string{"calls"}, Amount: dec("100"), Every: "quarter"}}
	l := begin(agreement(d))
	l.use("2026-01-15", "600") // 60 of the cap
	l.use("2026-02-15", "700") // 40 of the cap, 30 above
	l.run(t, "2026-03")
	if got := balance(l.entries, ledger.OverageRevenue); got != eur("-30") {
		t.Errorf("overage revenue is %s, 130.00 used of a cap of 100.00 leaves 30.00", got.Neg())
	}
	want := map[string]string{"2026-01": "60.00", "2026-02": "70.00"}
	if diff := cmp.Diff(want, l.posted()); diff != "" {
		t.Errorf("revenue by month (-due +booked):\n%s", diff)
	}
}

func TestAPieceDeliveredOnceIsEarnedOnItsFirstDay(t *testing.T) {
	d := document(fixed("setup", "setup", "1", "5000", "term", contracts.Advance))
	l := begin(agreement(d))
	l.run(t, "2026-02")
	if diff := cmp.Diff(map[string]string{"2026-01": "5000.00"}, l.posted()); diff != "" {
		t.Errorf("revenue by month (-due +booked):\n%s", diff)
	}
}

func TestAFixedFeeForSomethingEarnedAsUsedIsEarnedByDays(t *testing.T) {
	l := begin(agreement(document(fixed("base", "calls", "1", "365", "year", contracts.Advance))))
	l.run(t, "2026-02")
	if diff := cmp.Diff(map[string]string{"2026-01": "31.00", "2026-02": "28.00"}, l.posted()); diff != "" {
		t.Errorf("revenue by month (-due +booked):\n%s", diff)
	}
}

func TestDecidingChangesNothingItIsGiven(t *testing.T) {
	l := begin(agreement(document(fixed("seats", "platform", "10", "100", "quarter", contracts.Advance), perCall("calls", "0.01", "month"))))
	l.use("2026-01-03", "500")
	l.run(t, "2026-01")
	l.use("2026-01-04", "500")
	first, err := Decide(book, l.facts, month("2026-03"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decide(book, l.facts, month("2026-03"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("deciding twice (-first +second):\n%s", diff)
	}
}

func TestAnEntitysCloseIsNotHeldByAnothersContracts(t *testing.T) {
	l := begin(agreement(document(fixed("seats", "platform", "10", "365", "year", contracts.Advance))))
	if got := l.facts.of(2).exceptions(book, month("2026-01"), nil); len(got) != 0 {
		t.Errorf("entity 2 has no contract, yet %v", got)
	}
	if got := l.facts.of(1).exceptions(book, month("2026-01"), nil); len(got) != 2 {
		t.Errorf("entity 1 has revenue and a fee that are not booked, found is %v", got)
	}
}

func TestOverageThatIsTakenBackLaterStaysInTheMonthThatEarnedIt(t *testing.T) {
	d := document(perCall("calls", "0.10", "quarter"))
	d.Prepaid = []contracts.Prepaid{{ID: "cap", Product: "prepaid", Lines: []string{"calls"}, Amount: dec("10"), Every: "quarter"}}
	l := begin(agreement(d))
	l.use("2026-01-15", "200")  // 10 of the cap, 10 above
	l.use("2026-02-15", "-150") // counted wrongly: 5 of the cap in all, nothing above
	l.run(t, "2026-03")
	want := map[string]string{"2026-01": "20.00", "2026-02": "-15.00", "2026-03": "5.00"} // in March the rest of the cap lapses
	if diff := cmp.Diff(want, l.posted()); diff != "" {
		t.Errorf("revenue by month (-due +booked):\n%s", diff)
	}
}
