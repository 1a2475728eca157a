package payments

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestABucketBeginsTheDayAfterTheOneBefore(t *testing.T) {
	due := day("2026-01-31")
	for late, want := range map[int]Bucket{-5: NotDue, 0: NotDue, 1: Late1, 30: Late1, 31: Late31, 60: Late31, 61: Late61, 90: Late61, 91: Late91, 120: Late91, 121: Late121, 4000: Late121} {
		if got := BucketOf(due, due.AddDays(late)); got != want {
			t.Errorf("%d days late is in %s, should be in %s", late, got, want)
		}
	}
}

func TestTheAgeingOfADayCountsWhatWasBookedByThen(t *testing.T) {
	w := newWorld(t)
	jan, feb := w.bill("2026-01-01"), w.bill("2026-02-01") // due 31 January and 3 March
	w.record(w.transfer("acme", "1000.00", "2026-03-10", jan["acme"]))
	w.record(w.transfer("bolt", "324.00", "2026-02-15", jan["bolt"]))
	w.record(w.transfer("bolt", "11.00", "2026-02-15", "tip"))
	w.credit(feb["acme"], "100.00", "2026-03-20") // and 8.00 of tax
	for on, want := range map[string][]string{    // by payer: buckets, open, unapplied
		"2025-12-31": nil,
		"2026-01-31": {"acme 1080.00 0.00 0.00 0.00 0.00 0.00 = 1080.00 - 0.00", "bolt 324.00 0.00 0.00 0.00 0.00 0.00 = 324.00 - 0.00"},
		"2026-03-03": {"acme 1080.00 0.00 1080.00 0.00 0.00 0.00 = 2160.00 - 0.00", "bolt 324.00 0.00 0.00 0.00 0.00 0.00 = 324.00 - 11.00"},
		"2026-06-30": {"acme 0.00 0.00 0.00 0.00 972.00 80.00 = 1052.00 - 0.00", "bolt 0.00 0.00 0.00 0.00 324.00 0.00 = 324.00 - 11.00"},
	} {
		report, err := Ageing(ctx, w.db, day(on), Scope{Entity: w.seller.ID, Currency: "USD"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range report.Rows {
			name := "acme"
			if row.Payer == w.customer["bolt"].ID {
				name = "bolt"
			}
			got = append(got, name+" "+row.text())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("on %s (-should be +is):\n%s", on, diff)
		}
	}
	report, err := Ageing(ctx, w.db, day("2026-06-30"), Scope{Account: w.customer["acme"].Account})
	if err != nil || len(report.Totals) != 1 || report.Totals[0].text() != "0.00 0.00 0.00 0.00 972.00 80.00 = 1052.00 - 0.00" {
		t.Fatalf("the totals of one account are %+v (%v)", report.Totals, err)
	}
	if d := report.Rows[0].Documents; len(d) != 2 || d[0].Number != jan["acme"] || d[0].DaysLate != 150 || d[1].Open != usd("972.00") {
		t.Errorf("the documents behind it are %+v", d)
	}
	w.prove()
}

func (r AgeingRow) text() string {
	s := ""
	for _, b := range r.Buckets {
		s += b.String() + " "
	}
	return s + "= " + r.Open.String() + " - " + r.Unapplied.String()
}

func TestReceiptsAreListedPageByPageAndAddedUp(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	w.record(w.transfer("acme", "1000.00", "2026-01-10", jan["acme"]))
	w.record(w.transfer("acme", "30.00", "2026-01-10", "100% tip_"))
	w.record(w.transfer("bolt", "324.00", "2026-01-09", jan["bolt"]))
	w.record(w.transfer("bolt", "7.00", "2026-01-11", ""))
	list := func(f Filter) (out []string) {
		t.Helper()
		rows, err := ListReceipts(ctx, w.db, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			out = append(out, r.ReceivedOn.Format("2")+": "+r.Amount.String()+" left "+r.Unapplied().String())
		}
		return out
	}
	var paged []string
	f := Filter{Limit: 1}
	for {
		rows, err := ListReceipts(ctx, w.db, f)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			break
		}
		paged = append(paged, rows[0].ReceivedOn.Format("2")+": "+rows[0].Amount.String()+" left "+rows[0].Unapplied().String())
		f.Before = rows[0].Cursor()
	}
	all := []string{"11: 7.00 left 7.00", "10: 30.00 left 30.00", "10: 1000.00 left 0.00", "9: 324.00 left 0.00"}
	for name, c := range map[string]struct{ want, got []string }{
		"page by page": {all, paged},
		"unapplied":    {all[:2], list(Filter{Unapplied: true})},
		"of a payer":   {all[1:3], list(Filter{Payer: w.customer["acme"].ID})},
		"in days":      {all[1:3], list(Filter{From: day("2026-01-10"), Through: day("2026-01-10")})},
		"a percent":    {all[1:2], list(Filter{Search: "100% TIP_"})},
		"no wildcard":  {nil, list(Filter{Search: "1_0"})},
		"by number":    {all[3:], list(Filter{Search: "r-000003"})},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-should be +is):\n%s", name, diff)
		}
	}
	sums, err := Sums(ctx, w.db, Filter{Payer: w.customer["acme"].ID, Limit: 1})
	if err != nil || len(sums) != 1 || sums[0] != (Sum{2, usd("1030.00"), usd("1000.00"), usd("30.00")}) {
		t.Errorf("the sums are %+v (%v)", sums, err)
	}
}
