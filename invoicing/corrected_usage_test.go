package invoicing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/usage"
)

// refusing is acme's contract, which takes usage through the fifth of the next month.
var refusing = strings.Replace(acme, "po_number", "late_usage: refuse, refuse_after_days: 5, po_number", 1)

// calling is acme's event of a day of 2026, sent at a moment.
func calling(t *testing.T, c *invoicingtest.Company, id, on, quantity, sent string) usage.Receipt {
	t.Helper()
	now, err := time.Parse(time.RFC3339, sent)
	if err != nil {
		t.Fatal(err)
	}
	got, err := usage.Ingest(t.Context(), c.DB, []usage.Event{{Source: "gw", ID: id, Customer: "acme", Meter: "api.calls",
		OccurredAt: invoicingtest.Day(on).Time(c.US.Location()).Add(12 * time.Hour), Quantity: decimal.RequireFromString(quantity)}}, now, c.Finance)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func corrected(t *testing.T, c *invoicingtest.Company, x usage.Correction) {
	t.Helper()
	x.Customer, x.Source, x.Reason = "acme", "gw", "read again"
	if _, err := usage.Correct(t.Context(), c.DB, []usage.Correction{x}, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), c.Finance); err != nil {
		t.Fatal(err)
	}
}

// January: 2,500 calls, of which 1,000 are included, at 0.10.
func TestACorrectionOfBilledUsageIsBilledAsItsDifference(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	calling(t, c, "1", "2026-01-20", "2000", "2026-01-21T10:00:00Z")
	calling(t, c, "2", "2026-01-21", "500", "2026-01-22T10:00:00Z")
	c.Bill(t, "2026-02-01")
	more := decimal.NewFromInt(2700)
	corrected(t, c, usage.Correction{ID: "1", Action: usage.Amend, Quantity: &more})
	c.Bill(t, "2026-02-02") // an addition waits for the regular day
	c.Bill(t, "2026-03-01")
	corrected(t, c, usage.Correction{ID: "2", Action: usage.Retract})
	c.Bill(t, "2026-03-02") // a credit does not wait
	corrected(t, c, usage.Correction{ID: "2", Action: usage.Restore})
	away := usage.Correction{ID: "2", Action: usage.Amend, OccurredAt: invoicingtest.Day("2026-03-10").Time(c.US.Location())}
	corrected(t, c, away) // January's 500 are March's, whose 1,000 are included
	c.Bill(t, "2026-03-03")
	c.Bill(t, "2026-04-01")
	calls := func() (out []string) {
		for _, text := range lines(c.Documents(t, c.Account("acme"))) {
			if strings.Contains(text, " calls ") {
				out = append(out, text)
			}
		}
		return out
	}
	want := []string{
		"RTUS-2026-000001 calls 2026-01-01..2026-01-31 150.00",
		"RTUS-2026-000002 calls 2026-01-01..2026-01-31 70.00",
		"RTUS-CN-2026-000001 calls 2026-01-01..2026-01-31 -50.00 corrects RTUS-2026-000002/1",
		"RTUS-2026-000003 calls 2026-03-01..2026-03-31 0.00", // shown beside the quarter's seats
	}
	if got := calls(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("billed\n  %s\nowed\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
	expectBalanced(t, c.DB)
}

func TestLateUsageThatIsRefusedIsNotBilledUntilSomebodyTakesIt(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, refusing)
	calling(t, c, "1", "2026-01-20", "2500", "2026-01-21T10:00:00Z")
	c.Bill(t, "2026-02-01")
	if got := calling(t, c, "2", "2026-01-31", "300", "2026-02-05T23:00:00Z"); got.Accepted != 1 {
		t.Errorf("on the last day in New York: %+v", got)
	}
	if got := calling(t, c, "3", "2026-01-31", "9000", "2026-02-06T05:00:00Z"); got.Quarantined != 1 {
		t.Errorf("a day later: %+v", got)
	}
	c.Bill(t, "2026-03-01")
	list, err := usage.QuarantinePage(t.Context(), c.DB, usage.QuarantineFilter{Reason: usage.Late})
	if err != nil || len(list) != 1 || list[0].Contract != "C-1" || list[0].Deadline.String() != "2026-02-05" {
		t.Fatalf("the refused event is shown as %+v (%v)", list, err)
	}
	if _, err := usage.AcceptLate(t.Context(), c.DB, []usage.StrayID{list[0].Stray}, "our gateway was down", c.Finance); err != nil {
		t.Fatal(err)
	}
	c.Bill(t, "2026-04-01")
	var got []string
	for _, d := range c.Documents(t, c.Account("acme")) {
		for _, text := range lines([]invoicing.Issued{d}) {
			if strings.Contains(text, " calls ") {
				got = append(got, text)
			}
		}
	}
	want := []string{
		"RTUS-2026-000001 calls 2026-01-01..2026-01-31 150.00",
		"RTUS-2026-000002 calls 2026-01-01..2026-01-31 30.00",
		"RTUS-2026-000003 calls 2026-01-01..2026-01-31 900.00",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("billed\n  %s\nowed\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
	expectBalanced(t, c.DB)
}

// An amendment, a renewal and the end of a contract each say anew until when its
// usage is taken.
func TestWhatIsAgreedAnewSaysUntilWhenUsageIsTaken(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	deadlines := func() int {
		t.Helper()
		ds, err := usage.LoadDeadlines(t.Context(), c.DB, c.Account("acme"))
		if err != nil {
			t.Fatal(err)
		}
		return len(ds)
	}
	c.Sign(t, acme)
	if n := deadlines(); n != 0 {
		t.Errorf("%d deadlines where nothing is refused", n)
	}
	c.Sign(t, strings.Replace(refusing, "billing:", "effective: 2026-04-01\nreason: stricter\nbilling:", 1))
	if n := deadlines(); n != 2 { // open through March, then refusing
		t.Errorf("%d deadlines, not 2", n)
	}
	if got := calling(t, c, "1", "2026-03-31", "5", "2026-06-01T10:00:00Z"); got.Accepted != 1 {
		t.Errorf("March is taken whenever it comes: %+v", got)
	}
	if got := calling(t, c, "2", "2026-04-01", "5", "2026-06-01T10:00:00Z"); got.Quarantined != 1 {
		t.Errorf("April is refused in June: %+v", got)
	}
	second := strings.NewReplacer("C-1", "C-2", "effective: 2026-04-01\nreason: stricter\n", "").Replace(acme)
	c.Sign(t, second)
	if got := calling(t, c, "3", "2026-04-01", "5", "2026-06-01T10:00:00Z"); got.Accepted != 1 {
		t.Errorf("another contract takes the same usage whenever it comes: %+v", got)
	}
	c.Sign(t, strings.Replace(acme, "billing:", "effective: 2026-05-01\nreason: lenient\nbilling:", 1))
	if got := calling(t, c, "4", "2026-05-02", "5", "2026-08-01T10:00:00Z"); got.Accepted != 1 {
		t.Errorf("nobody refuses May any more: %+v", got)
	}
}
