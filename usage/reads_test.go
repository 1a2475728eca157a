package usage

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/period"
)

// An event each quarter of an hour: a day of the seller's zone has 92, 96 or 100.
func TestADayIsTheSellersWhetherItHas23Or24Or25Hours(t *testing.T) {
	w := newWorld(t)
	feed := func(customer, from, until string) {
		start, end := used("", "", "", from, "0").OccurredAt, used("", "", "", until, "0").OccurredAt
		var events []Event
		for at := start; at.Before(end); at = at.Add(15 * time.Minute) {
			events = append(events, used(customer+at.String(), customer, "calls", at.Format(time.RFC3339), "1"))
		}
		w.ingest(t, events...)
	}
	feed("acme", "2026-03-27T00:00:00Z", "2026-03-31T00:00:00Z")
	feed("chai", "2026-03-27T00:00:00Z", "2026-03-30T00:00:00Z")
	feed("bolt", "2026-03-07T00:00:00Z", "2026-03-10T00:00:00Z")
	// now is June 2026: the autumn that is over is last year's.
	feed("acme", "2025-10-25T00:00:00Z", "2025-10-28T00:00:00Z")
	for _, c := range []struct {
		customer, day, events string
		hours                 int
	}{
		{"acme", "2026-03-28", "96", 24}, {"acme", "2026-03-29", "92", 23}, {"acme", "2026-03-30", "96", 24},
		{"acme", "2025-10-25", "88", 22}, // the feed began at 02:00 in Berlin
		{"acme", "2025-10-26", "100", 25}, {"acme", "2025-10-27", "96", 24},
		{"bolt", "2026-03-08", "92", 23}, {"bolt", "2026-03-07", "96", 24},
		{"chai", "2026-03-27", "74", 19}, // began at 05:30 in Kolkata: half an hour, then 18
		{"chai", "2026-03-28", "96", 24},
	} {
		if got := w.day(t, c.customer, "calls", c.day); got != c.events {
			t.Errorf("%s has %s events on %s, not %s", c.customer, got, c.day, c.events)
		}
		if got := w.hours(t, c.customer, c.day); len(got) != c.hours {
			t.Errorf("%s has %d hours on %s, not %d: %v", c.customer, len(got), c.day, c.hours, got)
		}
	}
	w.proveRollups(t)
}

func (w *world) hours(t *testing.T, customer, date string) []Hour {
	t.Helper()
	c, day := w.customer[customer], mustDate(t, date)
	zones := map[string]string{"acme": "Europe/Berlin", "bolt": "America/New_York", "chai": "Asia/Kolkata"}
	zone, err := time.LoadLocation(zones[customer])
	if err != nil {
		t.Fatal(err)
	}
	hours, err := Hours(context.Background(), w.db, c.Account, c.ID, w.meter["calls"].ID, period.NewSpan(day, day.AddDays(1)), zone)
	if err != nil {
		t.Fatal(err)
	}
	return hours
}

func TestHoursBeginOnTheClockOfTheZone(t *testing.T) {
	w := newWorld(t)
	w.ingest(t,
		used("1", "chai", "calls", "2026-03-01T10:15:00Z", "1"), // 15:45 in Kolkata
		used("2", "chai", "calls", "2026-03-01T10:29:59Z", "2"), // 15:59:59
		used("3", "chai", "calls", "2026-03-01T10:30:00Z", "4")) // 16:00
	var got []string
	for _, h := range w.hours(t, "chai", "2026-03-01") {
		got = append(got, fmt.Sprintf("%s %s in %d", h.StartsAt.Format("15:04"), h.Quantity, h.Events))
	}
	if diff := cmp.Diff([]string{"15:00 3 in 2", "16:00 4 in 1"}, got); diff != "" {
		t.Errorf("hours (-want +got):\n%s", diff)
	}
}

func TestDaysAreLoadedForWholeAccountsAndSayHowFarTheySpeak(t *testing.T) {
	w := newWorld(t)
	w.ingest(t,
		used("1", "acme", "calls", "2026-02-28T12:00:00Z", "1"), // before the span
		used("2", "acme", "calls", "2026-03-01T12:00:00Z", "2"),
		used("3", "acme-lab", "calls", "2026-03-31T12:00:00Z", "4"),
		used("4", "acme", "calls", "2026-04-01T12:00:00Z", "8"), // after it
		used("5", "acme", "storage", "2026-03-05T12:00:00Z", "16"))
	acme, lab, bolt := w.customer["acme"], w.customer["acme-lab"], w.customer["bolt"]
	march := period.NewMonth(2026, time.March).Span()
	all, err := LoadDays(context.Background(), w.db, []customers.AccountID{acme.Account, bolt.Account}, march.Start, march.End)
	if err != nil {
		t.Fatal(err)
	}
	wide := period.NewSpan(march.Start.AddDays(-60), march.End.AddDays(60))
	for _, c := range []struct {
		account customers.AccountID
		key     Key
		want    string
	}{
		{acme.Account, Key{acme.ID, "calls"}, "2"}, {acme.Account, Key{lab.ID, "calls"}, "4"},
		{acme.Account, Key{acme.ID, "storage"}, "16"}, {bolt.Account, Key{bolt.ID, "calls"}, "0"},
	} {
		if got := all[c.account].Quantity(c.key, wide).String(); got != c.want {
			t.Errorf("%v has %s in March, not %s", c.key, got, c.want)
		}
	}
	if got := all[bolt.Account].Through(); got != march.End.AddDays(-1) {
		t.Errorf("an account without usage speaks through %s, not the last of March", got)
	}
}

func TestDaysAddUpInAnyOrder(t *testing.T) {
	var d Days
	k := Key{1, "calls"}
	first := period.NewDate(2026, time.March, 1)
	for i, day := range []int{5, 1, 3, 3, 9, 2, 5} {
		d.Add(k, first.AddDays(day), decimal.New(int64(1<<i), 0))
	}
	var got []string
	d.Each(k, period.NewSpan(first.AddDays(2), first.AddDays(9)), func(day period.Date, q decimal.Decimal) {
		got = append(got, fmt.Sprint(day.Sub(first), "=", q))
	})
	if diff := cmp.Diff([]string{"2=32", "3=12", "5=65"}, got); diff != "" {
		t.Errorf("days 2 to 8 (-want +got):\n%s", diff)
	}
	if d.Through() != first.AddDays(9) {
		t.Errorf("the last day added is %s", d.Through())
	}
	var none *Days
	if !none.Quantity(k, period.NewSpan(first, first.AddDays(9))).IsZero() || !none.Through().IsZero() {
		t.Error("no days are not empty")
	}
}

func TestThePagesOfEventsShowEachOnceInOrder(t *testing.T) {
	w := newWorld(t)
	var events []Event
	var want []string
	for i := range 25 {
		at := time.Date(2026, 3, 1, 0, i/3, 0, 0, time.UTC) // three at the same instant
		e := used(fmt.Sprint(i), "acme", "calls", at.Format(time.RFC3339), "1")
		e.Dimensions = map[string]string{"n": fmt.Sprint(i)}
		events = append(events, e)
		want = append(want, at.Format("15:04"))
	}
	w.ingest(t, append(events, used("x", "acme-lab", "calls", "2026-03-01T00:00:00Z", "1"), used("y", "acme", "storage", "2026-03-01T00:00:00Z", "1"))...)
	c := w.customer["acme"]
	filter := EventFilter{Account: c.Account, Customer: c.ID, Meter: w.meter["calls"].ID,
		From: now.AddDate(-1, 0, 0), Until: now, Limit: 4}
	var got []string
	seen := make(map[string]bool)
	for {
		page, err := EventsPage(context.Background(), w.db, filter)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			got = append(got, e.OccurredAt.Format("15:04"))
			if seen[e.ID] || e.Customer != "acme" || e.Meter != "calls" || e.Dimensions["n"] != e.ID {
				t.Errorf("unexpected on a page: %+v", e)
			}
			seen[e.ID] = true
		}
		filter.After = page[len(page)-1].At
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}
