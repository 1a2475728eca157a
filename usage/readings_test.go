package usage

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
)

// everyMeter adds up in each of the ways there are; two declare dimensions.
var everyMeter = []catalog.Meter{
	{Code: "plain", Aggregation: catalog.Sum},
	{Code: "traffic", Aggregation: catalog.Sum, Dimensions: []string{"region", "tier"}},
	{Code: "requests", Aggregation: catalog.Count, Dimensions: []string{"region"}},
	{Code: "peak", Aggregation: catalog.Max, Dimensions: []string{"region"}},
	{Code: "level", Aggregation: catalog.Last},
	{Code: "people", Aggregation: catalog.Unique, UniqueBy: "user", Dimensions: []string{"region"}},
}

func (w *world) addEveryMeter(t testing.TB) {
	t.Helper()
	err := w.db.Tx(context.Background(), func(tx pgx.Tx) (err error) {
		for _, m := range everyMeter {
			m.Name, m.Unit = m.Code, "unit"
			if w.meter[m.Code], err = catalog.AddMeter(context.Background(), tx, m, tester); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// byHand is what a reading comes to by the end of each day with something used:
// all events are looked at again for every day.
func byHand(events []Occurrence, meterOf []string, r Reading, s period.Span) []string {
	var out []string
	for day := s.Start; day.Before(s.End); day = day.AddDays(1) {
		total, touched := decimal.Zero, false
		for _, c := range r.Customers {
			var last *Occurrence
			users := map[string]bool{}
			most := decimal.Zero
			for i, o := range events {
				if o.Customer != c || meterOf[i] != r.Meter.Code || o.Day.Before(s.Start) || o.Day.After(day) || !asked(o.Dimensions, r) {
					continue
				}
				touched = touched || o.Day == day
				switch r.Meter.Aggregation {
				case catalog.Sum:
					total = total.Add(o.Quantity)
				case catalog.Count:
					total = total.Add(decimal.NewFromInt(1))
				}
				if o.Quantity.Cmp(most) > 0 {
					most = o.Quantity
				}
				if user, given := o.Dimensions["user"]; given {
					users[user] = true
				}
				// Latest day, then latest instant, then the greater id.
				if last == nil || o.Day.After(last.Day) || o.Day == last.Day && (o.At.After(last.At) || o.At.Equal(last.At) && o.ID > last.ID) {
					last = &events[i]
				}
			}
			switch {
			case r.Meter.Aggregation == catalog.Max:
				total = total.Add(most)
			case r.Meter.Aggregation == catalog.Unique:
				total = total.Add(decimal.NewFromInt(int64(len(users))))
			case r.Meter.Aggregation == catalog.Last && last != nil:
				total = total.Add(last.Quantity)
			}
		}
		if touched {
			out = append(out, fmt.Sprintf("%s %s", day, total))
		}
	}
	return out
}

func asked(dimensions map[string]string, r Reading) bool {
	for name, want := range r.Where {
		if dimensions[name] != want {
			return false
		}
	}
	for name, unwanted := range r.Not {
		for _, u := range unwanted {
			if dimensions[name] == u {
				return false
			}
		}
	}
	return true
}

func read(t interface{ Fatal(...any) }, d *Days, r Reading, s period.Span) []string {
	var out []string
	err := d.Running(r, s, func(day period.Date, total decimal.Decimal) { out = append(out, fmt.Sprintf("%s %s", day, total)) })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// readingsOf are the ways to ask for a meter that its dimensions allow.
func readingsOf(m catalog.Meter, who ...customers.ID) []Reading {
	out := []Reading{{Customers: who, Meter: m}}
	if m.Declares("region") {
		out = append(out,
			Reading{Customers: who, Meter: m, Where: map[string]string{"region": "eu"}},
			Reading{Customers: who, Meter: m, Not: map[string][]string{"region": {"eu", "us"}}})
	}
	if m.Declares("tier") {
		out = append(out, Reading{Customers: who, Meter: m, Where: map[string]string{"tier": "gold"}, Not: map[string][]string{"region": {"eu"}}})
	}
	return out
}

func drawDimensions(r *rand.Rand) map[string]string {
	out := map[string]string{"noise": fmt.Sprint(r.IntN(1000))} // not declared by any meter
	for name, values := range map[string][]string{"region": {"eu", "us", "jp"}, "tier": {"gold", "free"}, "user": {"ann", "bob", "cem", "dee"}} {
		if i := r.IntN(len(values) + 1); i < len(values) {
			out[name] = values[i]
		}
	}
	return out
}

// Events come in any order, in several calls, some of them twice and some late;
// what is loaded equals all of them counted by hand, and so does what `simulate`
// holds in memory.
func TestWhatIsLoadedEqualsACountByHand(t *testing.T) {
	w := newWorld(t)
	w.addEveryMeter(t)
	r := rand.New(rand.NewPCG(7, 11))
	zones := map[string]*time.Location{"acme": berlin(t), "acme-lab": berlin(t)}
	var events []Event
	var happened []Occurrence
	var meterOf []string
	memory := &Days{}
	for i := range 900 {
		m := everyMeter[r.IntN(len(everyMeter))]
		who := []string{"acme", "acme-lab"}[r.IntN(2)]
		at := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(14*24*6)) * 10 * time.Minute)
		e := Event{Source: "test", ID: fmt.Sprintf("%04d", i), Customer: who, Meter: m.Code, OccurredAt: at, Quantity: decimal.New(int64(r.IntN(5000)), -2), Dimensions: drawDimensions(r)}
		events = append(events, e)
		o := Occurrence{Customer: w.customer[who].ID, Day: period.DateOf(at, zones[who]), At: at, ID: e.ID, Source: "test", Quantity: e.Quantity, Dimensions: e.Dimensions}
		happened, meterOf = append(happened, o), append(meterOf, m.Code)
		memory.Record(w.meter[m.Code], o)
	}
	shuffled := slices.Clone(events)
	r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for part := range slices.Chunk(shuffled, 70) {
		w.ingest(t, append(part, part[0])...)
	}
	w.proveRollups(t)

	account := w.customer["acme"].Account
	span := period.NewSpan(mustDate(t, "2026-03-22"), mustDate(t, "2026-04-02"))
	all, err := LoadDays(context.Background(), w.db, []customers.AccountID{account}, span.Start, span.End, "plain")
	if err != nil {
		t.Fatal(err)
	}
	both := []customers.ID{w.customer["acme"].ID, w.customer["acme-lab"].ID}
	for _, who := range [][]customers.ID{both[:1], both[1:], both} {
		for _, m := range everyMeter {
			for _, reading := range readingsOf(w.meter[m.Code], who...) {
				want := byHand(happened, meterOf, reading, span)
				if diff := cmp.Diff(want, read(t, all[account], reading, span)); diff != "" {
					t.Errorf("%s where %v, not %v, of %v, loaded (-by hand +loaded):\n%s", m.Code, reading.Where, reading.Not, who, diff)
				}
				if diff := cmp.Diff(want, read(t, memory, reading, span)); diff != "" {
					t.Errorf("%s where %v, not %v, of %v, in memory (-by hand +memory):\n%s", m.Code, reading.Where, reading.Not, who, diff)
				}
			}
		}
		if len(who) == 1 {
			w.proveTotals(t, happened, meterOf, who[0], span)
		}
		loaded, err := all[account].Occurrences(Reading{Customers: who, Meter: w.meter["plain"]}, span)
		if err != nil {
			t.Fatal(err)
		}
		held, err := memory.Occurrences(Reading{Customers: who, Meter: w.meter["plain"]}, span)
		if err != nil || len(loaded) == 0 {
			t.Fatal(len(loaded), err)
		}
		if diff := cmp.Diff(held, loaded); diff != "" {
			t.Errorf("single events differ (-memory +loaded):\n%s", diff)
		}
	}
}

// proveTotals holds the meters as SQL reads them against a count by hand.
func (w *world) proveTotals(t *testing.T, happened []Occurrence, meterOf []string, who customers.ID, span period.Span) {
	t.Helper()
	totals, err := Totals(context.Background(), w.db, span)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range everyMeter {
		var got string
		for _, total := range totals {
			if total.Customer == who && total.Meter == w.meter[m.Code].ID {
				got = total.Quantity.String()
			}
		}
		days := byHand(happened, meterOf, Reading{Customers: []customers.ID{who}, Meter: w.meter[m.Code]}, span)
		if _, want, _ := strings.Cut(days[len(days)-1], " "); want != got {
			t.Errorf("%s of customer %d comes to %s in SQL, by hand to %s", m.Code, who, got, want)
		}
	}
}

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestEventsThatWereNotLoadedAreNotNothing(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"))
	account := w.customer["acme"].Account
	span := period.NewSpan(mustDate(t, "2026-03-01"), mustDate(t, "2026-04-01"))
	all, err := LoadDays(context.Background(), w.db, []customers.AccountID{account}, span.Start, span.End)
	if err != nil {
		t.Fatal(err)
	}
	reading := Reading{Customers: []customers.ID{w.customer["acme"].ID}, Meter: w.meter["calls"]}
	if found, err := all[account].Occurrences(reading, span); err == nil {
		t.Errorf("the meter's events were not loaded, and read as %v", found)
	}
	reading.Meter.Aggregation = catalog.Max
	if total, err := all[account].Total(reading, span); err == nil {
		t.Errorf("the meter's events were not loaded, and come to %s", total)
	}
}

func TestARecountNamesADayOfADimensionThatIsWrong(t *testing.T) {
	w := newWorld(t)
	w.addEveryMeter(t)
	eu := used("1", "acme", "traffic", "2026-03-01T10:00:00Z", "5")
	eu.Dimensions = map[string]string{"region": "eu", "noise": "1"}
	w.ingest(t, eu, used("2", "acme", "traffic", "2026-03-01T11:00:00Z", "7"))
	w.proveRollups(t)
	if _, err := pgtest.Admin(t, w.db).Exec(context.Background(), `update usage.dimension_days set quantity = quantity + 1 where dimensions = '{"region": "eu"}'`); err != nil {
		t.Fatal(err)
	}
	found, err := Recount(context.Background(), w.db, w.customer["acme"].Account)
	if err != nil || len(found) != 1 {
		t.Fatalf("one wrong day is found as %v (%v)", found, err)
	}
	want := Discrepancy{"dimension_days", w.customer["acme"].ID, w.meter["traffic"].ID, `2026-03-01 {"region": "eu"}`, decimal.NewFromInt(6), decimal.NewFromInt(5), 1, 1}
	if diff := cmp.Diff(want, found[0]); diff != "" {
		t.Errorf("(-planted +found):\n%s", diff)
	}
}

func TestTheOrderOfArrivalDoesNotMatterInMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var happened []Occurrence
		var meterOf []string
		m := rapid.SampledFrom(everyMeter).Draw(t, "meter")
		start := period.NewDate(2026, time.March, 1)
		for i := range rapid.IntRange(0, 25).Draw(t, "events") {
			day := start.AddDays(rapid.IntRange(0, 6).Draw(t, "day"))
			o := Occurrence{
				Customer: customers.ID(rapid.IntRange(1, 2).Draw(t, "customer")), Day: day, ID: fmt.Sprintf("%02d", i), Source: "test",
				At:       day.Time(time.UTC).Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hour")) * time.Hour),
				Quantity: decimal.NewFromInt(rapid.Int64Range(0, 9).Draw(t, "quantity")), Dimensions: map[string]string{},
			}
			for name, values := range map[string][]string{"region": {"", "eu", "us"}, "user": {"", "ann", "bob"}} {
				if v := rapid.SampledFrom(values).Draw(t, name); v != "" {
					o.Dimensions[name] = v
				}
			}
			happened, meterOf = append(happened, o), append(meterOf, m.Code)
		}
		days := &Days{}
		for _, o := range rapid.Permutation(happened).Draw(t, "order") {
			days.Record(m, o)
		}
		span := period.NewSpan(start.AddDays(rapid.IntRange(0, 3).Draw(t, "from")), start.AddDays(rapid.IntRange(4, 7).Draw(t, "end")))
		for _, r := range readingsOf(m, 1, 2) {
			if diff := cmp.Diff(byHand(happened, meterOf, r, span), read(t, days, r, span)); diff != "" {
				t.Fatalf("%s where %v, not %v (-by hand +read):\n%s", m.Code, r.Where, r.Not, diff)
			}
		}
	})
}

func TestAGuessComesToWhatWasGuessed(t *testing.T) {
	for _, m := range everyMeter {
		days := &Days{}
		day := mustDate(t, "2026-03-01")
		days.Expect(1, m, day, decimal.NewFromInt(12))
		total, err := days.Total(Reading{Customers: []customers.ID{1}, Meter: m}, period.NewSpan(day, day.AddDays(31)))
		if err != nil || !total.Equal(decimal.NewFromInt(12)) {
			t.Errorf("12 are expected of a %s meter, and read as %s (%v)", m.Aggregation, total, err)
		}
	}
}
