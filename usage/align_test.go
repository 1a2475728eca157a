package usage

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
)

// oddZones have days that begin on a quarter or half of UTC's hour, nights that
// are half an hour longer, and a day that never was.
var oddZones = []struct {
	zone  string
	about string // UTC: something happens to its clock
}{
	{"Asia/Kathmandu", "2026-03-01T18:15:00Z"},      // +05:45: its midnight
	{"America/St_Johns", "2026-03-08T05:30:00Z"},    // -03:30: 2 o'clock is 3 o'clock
	{"America/St_Johns", "2025-11-02T04:30:00Z"},    // 2 o'clock is 1 o'clock
	{"Australia/Lord_Howe", "2026-04-04T15:00:00Z"}, // half an hour back
	{"Australia/Lord_Howe", "2025-10-04T15:30:00Z"}, // half an hour ahead
	{"Pacific/Apia", "2011-12-30T10:00:00Z"},        // from the end of 29 December to 31 December
	{"Pacific/Chatham", "2026-04-04T14:45:00Z"},     // +13:45 to +12:45
	{"Europe/Berlin", "2026-03-29T01:00:00Z"},
	{"America/New_York", "2025-11-02T06:00:00Z"},
	{"UTC", "2026-02-28T00:00:00Z"},
}

// sell makes a seller in a zone and a customer of its own.
func (w *world) sell(t *testing.T, code, zone string) {
	t.Helper()
	err := w.db.Tx(context.Background(), func(tx pgx.Tx) error {
		seller, err := entities.Create(context.Background(), tx, entities.Entity{Code: code, Name: code, Country: "DE", City: "Berlin", TimeZone: zone, Currency: "EUR"}, tester)
		if err != nil {
			return err
		}
		return w.sellTo(tx, code, seller.ID, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Events of sellers in odd zones, most of them at the very instants at which a
// quarter hour, a day or a billing period begins: what periods of any anchor come
// to is what PostgreSQL counts event by event on its own calendar.
func TestUsageIsAlignedToAnyPeriodInAnyZone(t *testing.T) {
	w := newWorld(t)
	r := rand.New(rand.NewPCG(3, 5))
	var events []Event
	for i, z := range oddZones {
		code := fmt.Sprintf("seller%d", i)
		w.sell(t, code, z.zone)
		about, err := time.Parse(time.RFC3339, z.about)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation(z.zone)
		if err != nil {
			t.Fatal(err)
		}
		for j := range 150 {
			at := about.Add(time.Duration(r.IntN(400)-200) * 15 * time.Minute) // two days on either side
			if j%3 == 0 {                                                      // the midnight on which a period begins
				at = period.DateOf(about, zone).AddDays(r.IntN(80) - 40).Time(zone)
			}
			at = at.Add([]time.Duration{0, -time.Microsecond, time.Microsecond}[r.IntN(3)])
			events = append(events, Event{Source: "test", ID: fmt.Sprintf("%d-%d", i, j), Customer: code, Meter: "calls", OccurredAt: at, Quantity: decimal.New(int64(1+r.IntN(999)), -2)})
		}
	}
	w.ingest(t, events...)
	for _, e := range events[:200] { // corrections are aligned alike
		if r.IntN(3) > 0 {
			continue
		}
		w.correct(t, Correction{Customer: e.Customer, Source: "test", ID: e.ID, Action: Amend, OccurredAt: e.OccurredAt.Add(time.Duration(r.IntN(9)-4) * 6 * time.Hour), Reason: "moved"})
	}
	w.proveRollups(t)
	for i, z := range oddZones {
		about, _ := time.Parse(time.RFC3339, z.about)
		for _, anchorDay := range []int{1, 15, 29, 30, 31} {
			anchor := period.NewDate(about.Year()-1, time.October, anchorDay)
			w.provePeriods(t, fmt.Sprintf("seller%d", i), z.zone, period.Recurrence{Anchor: anchor, Cadence: period.Monthly}, about)
		}
	}
}

func (w *world) provePeriods(t *testing.T, customer, zone string, rec period.Recurrence, about time.Time) {
	t.Helper()
	c := w.customer[customer]
	middle := period.DateOf(about, time.UTC)
	span := period.NewSpan(middle.AddDays(-70), middle.AddDays(70))
	all, err := LoadDays(context.Background(), w.db, []customers.AccountID{c.Account}, span.Start.AddDays(-40), span.End.AddDays(40))
	if err != nil {
		t.Fatal(err)
	}
	sum := decimal.Zero
	for _, p := range rec.Within(span) {
		got := all[c.Account].Quantity(Key{c.ID, "calls"}, p)
		var want decimal.Decimal
		err := w.db.QueryRow(context.Background(), `
			select coalesce(sum(quantity), 0) from usage.counted
			where customer_id = $1 and to_char(occurred_at at time zone $2, 'YYYY-MM-DD') >= $3 and to_char(occurred_at at time zone $2, 'YYYY-MM-DD') < $4`,
			int64(c.ID), zone, p.Start.String(), p.End.String()).Scan(&want)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Equal(want) {
			t.Errorf("%s anchored on %s: %s comes to %s, event by event to %s", zone, rec.Anchor, p, got, want)
		}
		sum = sum.Add(got)
	}
	var whole decimal.Decimal
	if err := w.db.QueryRow(context.Background(), `select coalesce(sum(quantity), 0) from usage.counted where customer_id = $1`, int64(c.ID)).Scan(&whole); err != nil {
		t.Fatal(err)
	}
	if !sum.Equal(whole) {
		t.Errorf("%s anchored on %s: the periods come to %s together, all events to %s: one is in two periods or in none", zone, rec.Anchor, sum, whole)
	}
}
