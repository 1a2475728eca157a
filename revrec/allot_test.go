package revrec

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// grid adds shares up by row and column; the row "" is what is not billed.
func grid(shares []share) map[string]map[string]string {
	sums := map[period.Month]map[period.Month]money.Amount{}
	for _, s := range shares {
		if sums[s.billed] == nil {
			sums[s.billed] = map[period.Month]money.Amount{}
		}
		sums[s.billed][s.earned] = sums[s.billed][s.earned].Add(s.amount)
	}
	out := map[string]map[string]string{}
	for billed, row := range sums {
		for earned, a := range row {
			if a.IsZero() {
				continue
			}
			if out[billed.String()] == nil {
				out[billed.String()] = map[string]string{}
			}
			out[billed.String()][earned.String()] = a.String()
		}
	}
	return out
}

func earnings(pairs ...string) map[period.Month]money.Amount {
	out := map[period.Month]money.Amount{}
	for i := 0; i < len(pairs); i += 2 {
		out[month(pairs[i])] = eur(pairs[i+1])
	}
	return out
}

func quarter() period.Span { return period.NewSpan(day("2026-01-01"), day("2026-04-01")) }

func TestACreditLowersTheMonthsItIsForInItsOwnRow(t *testing.T) {
	march := month("2026-03").Span()
	got := grid(allot([]billing{{month("2026-01"), quarter(), eur("300")}, {month("2026-03"), march, eur("-40")}},
		earnings("2026-01", "100", "2026-02", "100", "2026-03", "60")))
	want := map[string]map[string]string{
		"2026-01": {"2026-01": "100.00", "2026-02": "100.00", "2026-03": "100.00"},
		"2026-03": {"2026-03": "-40.00"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("waterfall (-due +drawn):\n%s", diff)
	}
}

func TestUsageEarnedBeforeItsBillStandsInTheRowOfWhatIsNotBilled(t *testing.T) {
	got := grid(allot(nil, earnings("2026-01", "7.50")))
	if diff := cmp.Diff(map[string]map[string]string{"": {"2026-01": "7.50"}}, got); diff != "" {
		t.Errorf("waterfall (-due +drawn):\n%s", diff)
	}
}

func TestAConcessionIsAChargeInAMirror(t *testing.T) {
	got := grid(allot([]billing{{month("2026-03"), quarter(), eur("-15")}}, earnings("2026-01", "-10", "2026-02", "-10", "2026-03", "-10")))
	want := map[string]map[string]string{ // 15.00 by days: 31/90, 28/90, 31/90
		"2026-03": {"2026-01": "-5.17", "2026-02": "-4.66", "2026-03": "-5.17"},
		"":        {"2026-01": "-4.83", "2026-02": "-5.34", "2026-03": "-4.83"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("waterfall (-due +drawn):\n%s", diff)
	}
}

// Seats added on 15 May serve from then on: nothing of their bill is earned in
// April, whatever the other seats earn there.
func TestAnAdditionIsEarnedOnItsOwnDays(t *testing.T) {
	day := func(m time.Month, d int) period.Date { return period.NewDate(2026, m, d) }
	got := grid(allot([]billing{
		{month("2026-04"), period.NewSpan(day(4, 1), day(7, 1)), eur("910")},
		{month("2026-05"), period.NewSpan(day(5, 15), day(7, 1)), eur("235")},
	}, earnings("2026-04", "300", "2026-05", "395", "2026-06", "450")))
	want := map[string]map[string]string{
		"2026-04": {"2026-04": "300.00", "2026-05": "310.00", "2026-06": "300.00"},
		"2026-05": {"2026-05": "85.00", "2026-06": "150.00"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("waterfall (-due +drawn):\n%s", diff)
	}
}

// January was closed when 30.00 more of it became known, February when 10.00 did:
// they are earned where they are booked, each by the bill that asked for it.
func TestLateUsageIsEarnedByTheBillThatAskedForIt(t *testing.T) {
	january := month("2026-01").Span()
	got := grid(allot([]billing{{month("2026-02"), january, eur("130")}, {month("2026-03"), january, eur("10")}},
		earnings("2026-01", "100", "2026-02", "30", "2026-03", "10")))
	want := map[string]map[string]string{
		"2026-02": {"2026-01": "100.00", "2026-02": "30.00"},
		"2026-03": {"2026-03": "10.00"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("waterfall (-due +drawn):\n%s", diff)
	}
}

func TestAVoidedChargeLeavesTwoRowsThatCancel(t *testing.T) {
	got := grid(allot([]billing{{month("2026-01"), month("2026-01").Span(), eur("100")}, {month("2026-02"), month("2026-01").Span(), eur("-100")}}, nil))
	want := map[string]map[string]string{"2026-01": {"2026-01": "100.00"}, "2026-02": {"2026-01": "-100.00"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("waterfall (-due +drawn):\n%s", diff)
	}
}

func TestBothMarginsOfTheWaterfallAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var billed []billing
		rows, columns := map[period.Month]money.Amount{}, map[period.Month]money.Amount{}
		at := month("2026-01")
		for range rapid.IntRange(0, 5).Draw(t, "billings") {
			at = at.Add(rapid.IntRange(0, 3).Draw(t, "later"))
			from := day("2026-01-01").AddDays(rapid.IntRange(0, 300).Draw(t, "from"))
			b := billing{at, period.NewSpan(from, from.AddDays(rapid.IntRange(1, 200).Draw(t, "days"))), money.Of(rapid.Int64Range(-1000, 2000).Draw(t, "billed"), "EUR")}
			billed, rows[at] = append(billed, b), rows[at].Add(b.amount)
		}
		for range rapid.IntRange(0, 8).Draw(t, "earnings") {
			m := month("2026-01").Add(rapid.IntRange(0, 14).Draw(t, "month"))
			columns[m] = columns[m].Add(money.Of(rapid.Int64Range(-500, 1000).Draw(t, "earned"), "EUR"))
		}
		for _, s := range allot(billed, columns) {
			rows[s.billed] = rows[s.billed].Sub(s.amount)
			columns[s.earned] = columns[s.earned].Sub(s.amount)
		}
		for m, left := range rows {
			if !left.IsZero() && !m.IsZero() {
				t.Errorf("%s of what was billed in %s is in no column", left, m)
			}
		}
		for m, left := range columns {
			if !left.IsZero() {
				t.Errorf("%s of what is earned in %s is in no row", left, m)
			}
		}
	})
}

func TestClustersJoinSpansThatShareDays(t *testing.T) {
	spans := []period.Span{
		period.NewSpan(day("2026-02-01"), day("2026-03-01")), period.NewSpan(day("2026-01-01"), day("2026-02-01")),
		period.NewSpan(day("2026-01-20"), day("2026-01-25")), period.NewSpan(day("2026-02-10"), day("2026-04-01")),
	}
	if diff := cmp.Diff([][]int{{1, 2}, {0, 3}}, clusters(spans)); diff != "" {
		t.Errorf("clusters:\n%s", diff)
	}
}

func TestTheWaterfallPutsMonthsOutsideItsColumnsBeforeAndBeyond(t *testing.T) {
	w := waterfall([]share{
		{month("2026-01"), month("2025-12"), eur("1")}, {month("2026-01"), month("2026-02"), eur("2")},
		{period.Month{}, month("2026-01"), eur("4")}, {month("2025-12"), month("2026-03"), eur("8")},
	}, month("2026-01"), 2, "EUR")
	want := WaterfallTable{
		Months: []period.Month{month("2026-01"), month("2026-02")},
		Rows: []WaterfallRow{
			{month("2025-12"), eur("0"), []money.Amount{eur("0"), eur("0")}, eur("8"), eur("8")},
			{month("2026-01"), eur("1"), []money.Amount{eur("0"), eur("2")}, eur("0"), eur("3")},
			{period.Month{}, eur("0"), []money.Amount{eur("4"), eur("0")}, eur("0"), eur("4")},
		},
		Sum: WaterfallRow{period.Month{}, eur("1"), []money.Amount{eur("4"), eur("2")}, eur("8"), eur("15")},
	}
	if diff := cmp.Diff(want, w); diff != "" {
		t.Errorf("waterfall (-due +drawn):\n%s", diff)
	}
}

func TestAScheduleShowsWhatIsBookedAndWhere(t *testing.T) {
	key := func(m string) Key {
		return Key{Contract: 1, Line: "seats", Kind: contracts.FixedFee, Span: quarter(), Month: month(m)}
	}
	got := table([]Scheduled{
		{Account: 1, Key: key("2026-01"), Column: month("2026-02"), Amount: eur("10"), Recognized: true},
		{Account: 1, Key: key("2026-03"), Column: month("2026-03"), Amount: eur("20")},
	}, "EUR")
	cells := []ScheduleCell{
		{eur("10"), eur("10"), month("2026-02")}, {eur("0"), eur("0"), period.Month{}}, {eur("20"), eur("0"), period.Month{}},
	}
	want := ScheduleTable{
		Months: []period.Month{month("2026-01"), month("2026-02"), month("2026-03")},
		Lines:  []ScheduleLine{{"seats", contracts.FixedFee, cells, eur("30"), eur("10")}},
		Sum:    ScheduleLine{"", "", cells, eur("30"), eur("10")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("schedule (-due +shown):\n%s", diff)
	}
}
