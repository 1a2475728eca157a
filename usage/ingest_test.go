package usage

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
)

func TestAnEventCountsOnceForEver(t *testing.T) {
	w := newWorld(t)
	first := []Event{
		used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"),
		used("2", "acme", "calls", "2026-03-01T10:14:59Z", "2.5"),
		used("3", "bolt", "storage", "2026-03-01T10:00:00Z", "1"),
	}
	if got := w.ingest(t, first...); got.Accepted != 3 || got.Repeated != 0 {
		t.Errorf("three new events: %+v", got)
	}
	// The same spelled otherwise, in another zone, twice in one batch, beside a new one.
	again := used("1", "acme", "calls", "2026-03-01T11:00:00+01:00", "5.000")
	fresh := used("4", "acme", "calls", "2026-03-01T10:15:00Z", "1")
	if got := w.ingest(t, again, fresh, first[1], again, fresh); got.Accepted != 1 || got.Repeated != 4 || len(got.Conflicts) != 0 {
		t.Errorf("one new event among repeats: %+v", got)
	}
	if got := w.day(t, "acme", "calls", "2026-03-01"); got != "8.5" {
		t.Errorf("acme used 8.5 calls on the day, the rollup has %s", got)
	}
	if got, want := w.counts(t), "4 events, 3 buckets, 2 days, 0 conflicts, 0 quarantined, 0 released, 2 audited"; got != want {
		t.Errorf("the tables hold %s, not %s", got, want)
	}
	w.proveRollups(t)
}

func TestARepeatLeavesNoTraceNotEvenInTheAudit(t *testing.T) {
	w := newWorld(t)
	e := used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5")
	w.ingest(t, e)
	before := w.counts(t)
	if got := w.ingest(t, e); got.Repeated != 1 {
		t.Errorf("a repeat: %+v", got)
	}
	if after := w.counts(t); after != before {
		t.Errorf("a repeat changed the tables from %s to %s", before, after)
	}
}

func TestTheSameIDFromAnotherSourceOrForAnotherAccountIsAnotherEvent(t *testing.T) {
	w := newWorld(t)
	e := used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5")
	elsewhere, other := e, e
	elsewhere.Source = "test2"
	other.Customer = "bolt"
	if got := w.ingest(t, e, elsewhere, other); got.Accepted != 3 {
		t.Errorf("three different events: %+v", got)
	}
	shared, err := SharedIDs(context.Background(), w.db, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []SharedID{{Source: "test", ID: "1", Accounts: []customers.AccountID{w.customer["acme"].Account, w.customer["bolt"].Account}}}
	if diff := cmp.Diff(want, shared); diff != "" {
		t.Errorf("an id seen under two accounts is to be reported (-want +got):\n%s", diff)
	}
}

func TestARepeatWithOtherContentIsReportedWithBothContents(t *testing.T) {
	w := newWorld(t)
	kept := used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5")
	kept.Dimensions = map[string]string{"region": "eu"}
	w.ingest(t, kept)

	var offered []Event
	for _, change := range []func(*Event){
		func(e *Event) { e.Quantity = decimal.New(6, 0) },
		func(e *Event) { e.OccurredAt = e.OccurredAt.Add(time.Microsecond) },
		func(e *Event) { e.Meter = "storage" },
		func(e *Event) { e.Customer = "acme-lab" }, // of the same account
		func(e *Event) { e.Dimensions = nil },
		func(e *Event) { e.Dimensions = map[string]string{"region": "us"} },
	} {
		e := kept
		change(&e)
		offered = append(offered, e)
	}
	var want []Conflict
	for _, o := range offered {
		want = append(want, Conflict{Kept: kept, Offered: o})
	}
	for range 2 { // sent twice, reported twice, kept once
		got := w.ingest(t, offered...)
		if diff := cmp.Diff(want, got.Conflicts, equalDecimals); diff != "" || got.Accepted+got.Repeated != 0 {
			t.Errorf("receipt %+v, conflicts (-offered +reported):\n%s", got, diff)
		}
	}
	list, err := Conflicts(context.Background(), w.db, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != len(offered) {
		t.Errorf("%d conflicts are kept, not %d", len(list), len(offered))
	}
	for _, c := range list {
		if diff := cmp.Diff(kept, c.Kept, equalDecimals); diff != "" || c.Account != w.customer["acme"].Account {
			t.Errorf("a listed conflict of account %d names as kept:\n%s", c.Account, diff)
		}
	}
	if got := w.day(t, "acme", "calls", "2026-03-01"); got != "5" {
		t.Errorf("the first content counts: 5 calls, not %s", got)
	}
	w.proveRollups(t)
}

func TestOfTwoContentsInOneBatchTheFirstCounts(t *testing.T) {
	w := newWorld(t)
	first := used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5")
	second := used("1", "acme", "calls", "2026-03-01T10:00:00Z", "7")
	got := w.ingest(t, first, second, second, first)
	want := Receipt{Accepted: 1, Repeated: 1, Conflicts: []Conflict{{Kept: first, Offered: second}, {Kept: first, Offered: second}}}
	if diff := cmp.Diff(want, got, equalDecimals); diff != "" {
		t.Errorf("receipt (-want +got):\n%s", diff)
	}
	w.proveRollups(t)
}

func TestABadEventRefusesTheWholeCallWithItsName(t *testing.T) {
	w := newWorld(t)
	good := used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5")
	negative := used("2", "acme", "calls", "2026-03-01T10:00:00Z", "-5")
	future := used("3", "acme", "calls", "2026-06-16T12:00:01Z", "1")
	broken := used("4", "acme", "calls", "2026-03-01T10:00:00Z", "1")
	broken.Source = "a\xffb"
	_, err := Ingest(context.Background(), w.db, []Event{good, negative, future, broken}, now, tester)
	for _, want := range []string{
		`events[1].quantity: event "2" of source "test": quantity is negative: usage is never taken back by a negative event (-5)`,
		`events[2].occurred_at: event "3" of source "test": occurred_at 2026-06-16T12:00:01Z is more than a day ahead of now, 2026-06-15T12:00:00Z`,
		`events[3].source: event "4" of source "a` + "\uFFFD" + `b": source is not valid UTF-8`,
	} {
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("the batch was answered:\n%v\nwithout:\n%s", err, want)
		}
	}
	if got, want := w.counts(t), "0 events, 0 buckets, 0 days, 0 conflicts, 0 quarantined, 0 released, 0 audited"; got != want {
		t.Errorf("a refused call left %s", got)
	}
	if got := w.ingest(t, used("5", "acme", "calls", "2026-06-16T12:00:00Z", "1")); got.Accepted != 1 {
		t.Errorf("an event exactly a day ahead is taken: %+v", got)
	}
}

func TestAnUnknownCustomerOrMeterWaitsInQuarantineUntilItIsKnown(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	strays := []Event{
		used("1", "dora", "calls", "2026-03-01T10:00:00Z", "1"),
		used("2", "acme", "tokens", "2026-03-01T10:00:00Z", "2"),
		used("3", "dora", "tokens", "2026-03-01T10:00:00Z", "4"),
		used("1", "dora", "calls", "2026-03-01T10:00:00Z", "9"), // other content: it waits too
	}
	if got := w.ingest(t, append(strays, strays[0])...); got.Quarantined != 4 || got.Repeated != 1 {
		t.Errorf("four strays and a repeat: %+v", got)
	}
	if got := w.ingest(t, strays...); got.Quarantined != 0 || got.Repeated != 4 {
		t.Errorf("the strays again: %+v", got)
	}
	waiting, err := Quarantine(ctx, w.db, Cursor{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, q := range waiting {
		got = append(got, q.ID+" "+q.Quantity.String()+" "+q.Reason)
	}
	want := []string{"1 1 unknown customer", "2 2 unknown meter", "3 4 unknown customer and meter", "1 9 unknown customer"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the quarantine lists (-want +got):\n%s", diff)
	}
	replay := func(what string, want Receipt) {
		t.Helper()
		got, err := Replay(ctx, w.db, tester)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, equalDecimals); diff != "" {
			t.Errorf("replay %s (-want +got):\n%s", what, diff)
		}
	}
	replay("while nothing is known", Receipt{Quarantined: 4})
	w.addCustomer(t, "dora", "acme")
	replay("when the customer is known", Receipt{Accepted: 1, Quarantined: 2, Conflicts: []Conflict{{Kept: strays[0], Offered: strays[3]}}})
	w.addMeter(t, "tokens")
	// Sent again before the replay: counted once all the same.
	if got := w.ingest(t, strays[1]); got.Accepted != 1 {
		t.Errorf("a stray sent again when it is known: %+v", got)
	}
	replay("when the meter is known", Receipt{Accepted: 1, Repeated: 1})
	replay("with nothing left", Receipt{})
	if got := w.day(t, "dora", "calls", "2026-03-01") + w.day(t, "dora", "tokens", "2026-03-01") + w.day(t, "acme", "tokens", "2026-03-01"); got != "142" {
		t.Errorf("the days have %s, not 1, 4 and 2", got)
	}
	w.proveRollups(t)
}

func TestTwoReplaysAtTheSameMomentCountOnce(t *testing.T) {
	w := newWorld(t)
	var strays []Event
	for i := range 500 {
		strays = append(strays, used(fmt.Sprint(i), "dora", "calls", "2026-03-01T10:00:00Z", "1"))
	}
	w.ingest(t, strays...)
	w.addCustomer(t, "dora", "acme")
	accepted := make([]int, 4)
	together(4, func(i int) {
		r, err := Replay(context.Background(), w.db, tester)
		if err != nil {
			t.Errorf("replay: %v", err)
		}
		accepted[i] = r.Accepted
	})
	if got := accepted[0] + accepted[1] + accepted[2] + accepted[3]; got != 500 {
		t.Errorf("500 events were accepted %d times", got)
	}
	w.proveRollups(t)
}

// together runs n functions at once and waits for all.
func together(n int, fn func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	all.Wait()
}

func TestWritersWithTheSameEventsAtOnceEndWithRollupsEqualToARecount(t *testing.T) {
	w := newWorld(t)
	names := []string{"acme", "acme-lab", "bolt", "chai"}
	var events []Event
	for i := range 1200 {
		at := time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 7 * time.Minute)
		events = append(events, used(fmt.Sprint(i), names[i%4], []string{"calls", "storage"}[i%2], at.Format(time.RFC3339), fmt.Sprint(i%9)))
	}
	const writers = 6
	var mu sync.Mutex
	var total Receipt
	together(writers, func(i int) {
		// Each writer sends everything, in its own order and own batches.
		random := rand.New(rand.NewPCG(1, uint64(i)))
		mine := make([]Event, len(events))
		for to, from := range random.Perm(len(events)) {
			mine[to] = events[from]
		}
		for len(mine) > 0 {
			n := min(len(mine), 100+random.IntN(300))
			r, err := Ingest(context.Background(), w.db, mine[:n], now, tester)
			if err != nil {
				t.Errorf("writer %d: %v", i, err)
				return
			}
			mu.Lock()
			total.add(r)
			mu.Unlock()
			mine = mine[n:]
		}
	})
	if total.Accepted != len(events) || total.Repeated != (writers-1)*len(events) || len(total.Conflicts) != 0 {
		t.Errorf("%d events sent %d times: %d accepted, %d repeated, %d conflicts",
			len(events), writers, total.Accepted, total.Repeated, len(total.Conflicts))
	}
	w.proveRollups(t)
}

func TestAKilledTransactionLeavesNothing(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	owner := pgtest.Admin(t, w.db)
	events := []Event{used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"), used("2", "dora", "calls", "2026-03-01T10:00:00Z", "5")}
	err := owner.Tx(ctx, func(tx pgx.Tx) error {
		// The writer gets as far as the days, after events and quarter hours, and waits there.
		if _, err := tx.Exec(ctx, `lock table usage.days in exclusive mode`); err != nil {
			return err
		}
		failed := make(chan error, 1)
		go func() {
			_, err := Ingest(ctx, w.db, events, now, tester)
			failed <- err
		}()
		killed := false
		for !killed {
			err := w.db.QueryRow(ctx, `
				select coalesce(bool_or(pg_terminate_backend(pid)), false) from pg_locks
				where relation = 'usage.days'::regclass and not granted`).Scan(&killed)
			if err != nil {
				return err
			}
		}
		if err := <-failed; err == nil {
			t.Error("a killed transaction was reported as a success")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := w.counts(t), "0 events, 0 buckets, 0 days, 0 conflicts, 0 quarantined, 0 released, 0 audited"; got != want {
		t.Errorf("a killed transaction left %s", got)
	}
	if got := w.ingest(t, events...); got.Accepted != 1 || got.Quarantined != 1 {
		t.Errorf("the same events again: %+v", got)
	}
	w.proveRollups(t)
}

func TestAnAcceptedEventCanNeitherBeChangedNorDeleted(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T10:00:00Z", "5"))
	for _, sql := range []string{`update usage.events set quantity = 6`, `delete from usage.events`, `truncate usage.events`,
		`delete from usage.days`, `delete from usage.quarter_hours`} {
		if _, err := w.db.Exec(context.Background(), sql); err == nil {
			t.Errorf("%s was not refused", sql)
		}
	}
}

func TestARecountNamesThePlantedDiscrepancy(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.ingest(t, used("1", "acme", "calls", "2026-03-01T23:30:00Z", "5"), used("2", "acme", "calls", "2026-03-04T10:00:00Z", "2"))
	if _, err := w.db.Exec(ctx, `update usage.days set quantity = 7 where day = '2026-03-02'`); err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.Exec(ctx, `update usage.quarter_hours set events = 3 where bucket_at = '2026-03-04T10:00:00Z'`); err != nil {
		t.Fatal(err)
	}
	c := w.customer["acme"]
	found, err := Recount(ctx, w.db, c.Account)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range found {
		got = append(got, d.String())
	}
	want := []string{
		fmt.Sprintf("usage.days of customer %d, meter %d, 2026-03-02: the rollup has 7 in 1 events, a recount 5 in 1", c.ID, w.meter["calls"].ID),
		fmt.Sprintf("usage.quarter_hours of customer %d, meter %d, 2026-03-04T10:00Z: the rollup has 2 in 3 events, a recount 2 in 1", c.ID, w.meter["calls"].ID),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the recount names (-planted +found):\n%s", diff)
	}
}

// After any history of batches, the receipts and the days say what a naive book
// says, and the rollups equal a recount.
func TestAnyHistoryOfBatchesEqualsANaiveBook(t *testing.T) {
	w := newWorld(t)
	book := naiveBook{w: w, content: make(map[naiveKey]string), days: make(map[string]decimal.Decimal)}
	history := 0
	rapid.Check(t, func(t *rapid.T) {
		history++ // its events are its own: the histories add up in one database
		for range rapid.IntRange(1, 4).Draw(t, "batches") {
			batch := rapid.SliceOfN(rapid.Custom(someEvent), 0, 12).Draw(t, "batch")
			for i := range batch {
				batch[i].Source = fmt.Sprint("history ", history)
			}
			want := book.enter(batch)
			got, err := Ingest(context.Background(), w.db, batch, now, tester)
			if err != nil {
				t.Fatal(err)
			}
			if said := summary(got.Accepted, got.Repeated, len(got.Conflicts)); said != want {
				t.Fatalf("the receipt says %s, the book %s", said, want)
			}
		}
		if diff := cmp.Diff(book.days, book.rolledUp(t), equalDecimals); diff != "" {
			t.Fatalf("the days differ (-book +rollup):\n%s", diff)
		}
	})
	w.proveRollups(t)
}

func someEvent(t *rapid.T) Event {
	return Event{
		ID:         fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "id")),
		Customer:   rapid.SampledFrom([]string{"acme", "acme-lab", "bolt", "chai"}).Draw(t, "customer"),
		Meter:      "calls",
		OccurredAt: time.Date(2026, 3, 28, 17, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "at")) * 17 * time.Minute),
		Quantity:   decimal.New(rapid.Int64Range(1, 3).Draw(t, "quantity"), -2),
	}
}

func summary(accepted, repeated, conflicts int) string {
	return fmt.Sprintf("%d accepted, %d repeated, %d conflicts", accepted, repeated, conflicts)
}

// naiveBook does by map and loop what Ingest does by key and SQL.
type naiveBook struct {
	w       *world
	content map[naiveKey]string
	days    map[string]decimal.Decimal // "acme 2026-03-29"
}

type naiveKey struct {
	account    customers.AccountID
	source, id string
}

func (b *naiveBook) enter(batch []Event) string {
	var accepted, repeated, conflicts int
	zones := map[string]string{"acme": "Europe/Berlin", "acme-lab": "Europe/Berlin", "bolt": "America/New_York", "chai": "Asia/Kolkata"}
	for _, e := range batch {
		key := naiveKey{b.w.customer[e.Customer].Account, e.Source, e.ID}
		switch stands, found := b.content[key]; {
		case !found:
			b.content[key] = fmt.Sprint(e)
			accepted++
			zone, err := time.LoadLocation(zones[e.Customer])
			if err != nil {
				panic(err)
			}
			day := e.Customer + e.OccurredAt.In(zone).Format(" 2006-01-02")
			b.days[day] = b.days[day].Add(e.Quantity)
		case stands == fmt.Sprint(e):
			repeated++
		default:
			conflicts++
		}
	}
	return summary(accepted, repeated, conflicts)
}

func (b *naiveBook) rolledUp(t *rapid.T) map[string]decimal.Decimal {
	var accounts []customers.AccountID
	for _, c := range b.w.customer {
		accounts = append(accounts, c.Account)
	}
	from, end := period.NewDate(2026, time.March, 1), period.NewDate(2026, time.May, 1)
	all, err := LoadDays(context.Background(), b.w.db, accounts, from, end)
	if err != nil {
		t.Fatal(err)
	}
	days := make(map[string]decimal.Decimal)
	for name, c := range b.w.customer {
		all[c.Account].Each(Key{c.ID, "calls"}, period.NewSpan(from, end), func(day period.Date, quantity decimal.Decimal) {
			days[name+" "+day.String()] = quantity
		})
	}
	return days
}
