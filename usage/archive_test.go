package usage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
)

var january = period.NewMonth(2026, time.January)

// archive expects that all months before one can be archived.
func (w *world) archive(t testing.TB, folder string, before period.Month, single ...string) (files []string) {
	t.Helper()
	all, err := ArchiveBefore(context.Background(), w.db, before, folder, single, tester, nil)
	if err != nil {
		t.Fatalf("archive before %s: %v", before, err)
	}
	for _, a := range all {
		files = append(files, a.File)
	}
	return files
}

// proveArchives holds every archive to its manifest and to the rollups.
func (w *world) proveArchives(t testing.TB, folder string) (n int) {
	t.Helper()
	all, err := Archives(context.Background(), w.db)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		v, err := VerifyArchive(context.Background(), w.db, filepath.Join(folder, a.File))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range v.Differences {
			t.Errorf("%s: %s", a.File, d)
		}
	}
	return len(all)
}

// winter is a January and a February of usage: additive, by dimension, and not
// additive; on both sides of the turn of the month in every zone.
func winter() []Event {
	events := []Event{
		used("turn", "acme", "calls", "2026-01-31T23:30:00Z", "1"), // February in Berlin, January in UTC
		used("late", "bolt", "calls", "2026-02-01T03:00:00Z", "2"), // January in New York, February in UTC
	}
	for i := range 60 {
		at := time.Date(2026, time.January, 1+i, 8, i%4*15, 0, 0, time.UTC).Format(time.RFC3339)
		e := used(fmt.Sprint("t", i), []string{"acme", "acme-lab", "bolt"}[i%3], "traffic", at, fmt.Sprint(i%7+1))
		e.Dimensions = map[string]string{"region": []string{"eu", "us"}[i%2], "unseen": "x"}
		events = append(events, e, used(fmt.Sprint("p", i), "acme", "peak", at, fmt.Sprint(i%11)), used(fmt.Sprint("c", i), "acme", "calls", at, "0.25"))
	}
	return events
}

// months reads what everybody used from January to March, for prices.
func (w *world) months(t testing.TB, single ...string) (map[customers.AccountID]*Days, error) {
	t.Helper()
	var accounts []customers.AccountID
	for _, c := range w.customer {
		accounts = append(accounts, c.Account)
	}
	return LoadDays(context.Background(), w.db, accounts, period.NewDate(2026, time.January, 1), period.NewDate(2026, time.April, 1), single...)
}

func TestAnArchivedMonthCountsAsBefore(t *testing.T) {
	w, folder := newWorld(t), t.TempDir()
	w.addEveryMeter(t)
	events := winter()
	w.ingest(t, events...)
	two := decimal.New(2, 0)
	w.correct(t,
		Correction{Customer: "acme", Source: "test", ID: "c1", Action: Amend, Quantity: &two, Reason: "measured twice"},
		Correction{Customer: "acme", Source: "test", ID: "c2", Action: Retract, Reason: "a test of ours"},
		Correction{Customer: "acme", Source: "test", ID: "c3", Action: Amend, OccurredAt: time.Date(2026, 2, 20, 1, 0, 0, 0, time.UTC), Reason: "the clock was wrong"})
	before, err := w.months(t)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"usage-2026-01.1.ndjson.gz"}, w.archive(t, folder, january.Next())); diff != "" {
		t.Fatalf("archived (-want +got):\n%s", diff)
	}
	after, err := w.months(t)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after, cmp.AllowUnexported(Days{}, combination{}, dayTally{}, tally{}), equalDecimals); diff != "" {
		t.Errorf("what prices read changed when January was archived (-before +after):\n%s", diff)
	}
	var left int
	if err := w.db.QueryRow(context.Background(), `select count(*) from usage.events where occurred_at < '2026-02-01T00:00:00Z'`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d events of January are left (%v)", left, err)
	}
	w.proveArchives(t, folder)
	w.proveRollups(t)

	// What was archived is known for ever.
	if got := w.ingest(t, events...); got.Repeated != len(events) || got.Accepted != 0 {
		t.Errorf("the same events again: %+v", got)
	}
	other := events[0]
	other.Quantity = decimal.New(77, 0)
	got := w.ingest(t, other)
	want := []Conflict{{Kept: Event{Source: "test", ID: "turn", OccurredAt: other.OccurredAt}, Offered: other, Archived: "usage-2026-01.1.ndjson.gz"}}
	if diff := cmp.Diff(want, got.Conflicts, equalDecimals); diff != "" {
		t.Errorf("other content of an archived event (-want +got):\n%s", diff)
	}
	list, err := Conflicts(context.Background(), w.db, 0, 10)
	if err != nil || len(list) != 1 || list[0].Archived != want[0].Archived || list[0].Kept.ID != "turn" {
		t.Errorf("the list of conflicts shows %+v, %v", list, err)
	}
	_, err = Correct(context.Background(), w.db, []Correction{{Customer: "acme", Source: "test", ID: "turn", Action: Retract, Reason: "too late"}}, now, tester)
	if !errors.Is(err, fault.Closed) {
		t.Errorf("a correction of an archived event was answered: %v", err)
	}
	w.proveArchives(t, folder)
}

func TestEventsThatComeForAnArchivedMonthCountAndBecomeAnotherPart(t *testing.T) {
	w, folder := newWorld(t), t.TempDir()
	w.ingest(t, used("1", "acme", "calls", "2026-01-05T10:00:00Z", "5"), used("2", "acme", "calls", "2026-02-05T10:00:00Z", "1"))
	w.archive(t, folder, january.Next())
	if got := w.ingest(t, used("3", "acme", "calls", "2026-01-05T10:01:00Z", "2"), used("1", "acme", "calls", "2026-01-05T10:00:00Z", "5")); got.Accepted != 1 || got.Repeated != 1 {
		t.Errorf("a late event and a repeat of an archived one: %+v", got)
	}
	if got := w.day(t, "acme", "calls", "2026-01-05"); got != "7" {
		t.Errorf("the day has %s, not 5 and 2", got)
	}
	w.proveArchives(t, folder)
	if diff := cmp.Diff([]string{"usage-2026-01.2.ndjson.gz"}, w.archive(t, folder, january.Next())); diff != "" {
		t.Errorf("archived (-want +got):\n%s", diff)
	}
	if n := w.proveArchives(t, folder); n != 2 {
		t.Errorf("%d parts of January are known, not 2", n)
	}
	if files := w.archive(t, folder, january.Next()); len(files) > 0 {
		t.Errorf("archiving again wrote %v", files)
	}
}

func TestTwoWhoArchiveAtOnceMakeOneArchive(t *testing.T) {
	w, folder := newWorld(t), t.TempDir()
	for i := range 300 {
		w.ingest(t, used(fmt.Sprint(i), "acme", "calls", time.Date(2026, time.January, 1+i%31, i%24, 0, 0, 0, time.UTC).Format(time.RFC3339), "1"))
	}
	done := make([]int, 4)
	together(len(done), func(i int) {
		all, err := ArchiveBefore(context.Background(), w.db, january.Next(), folder, nil, tester, nil)
		if done[i] = len(all); err != nil && !errors.Is(err, fault.Conflict) {
			t.Errorf("archiver %d: %v", i, err)
		}
	})
	if n := done[0] + done[1] + done[2] + done[3]; n != 1 {
		t.Errorf("January was archived %d times", n)
	}
	if n := w.proveArchives(t, folder); n != 1 {
		t.Errorf("%d archives are known", n)
	}
	// With a folder of its own the second is stopped by the database.
	w.ingest(t, used("late", "acme", "calls", "2026-01-05T00:00:01Z", "1"))
	a, err := writeArchive(context.Background(), w.db, january, folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.archive(t, folder, january.Next())
	err = w.db.Tx(context.Background(), func(tx pgx.Tx) error {
		_, err := retire(context.Background(), tx, a)
		return err
	})
	if !errors.Is(err, fault.Conflict) {
		t.Errorf("retiring a month that is gone gave %v", err)
	}
	w.proveArchives(t, folder)
}

func TestAMonthWhoseRollupsAreWrongIsNotArchived(t *testing.T) {
	w, folder := newWorld(t), t.TempDir()
	w.ingest(t, used("1", "acme", "calls", "2026-01-05T10:00:00Z", "5"))
	if _, err := w.db.Exec(context.Background(), `update usage.quarter_hours set quantity = 6`); err != nil {
		t.Fatal(err)
	}
	_, err := ArchiveBefore(context.Background(), w.db, january.Next(), folder, nil, tester, nil)
	want := fmt.Sprintf("customer %d, meter %d, 2026-01-05 (UTC): the rollup has 6 in 1 events, a recount 5 in 1", w.customer["acme"].ID, w.meter["calls"].ID)
	if !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), want) {
		t.Errorf("the archive was answered: %v", err)
	}
	if got := w.counts(t); !strings.HasPrefix(got, "1 events") {
		t.Errorf("a refused archive left %s", got)
	}
	if _, err := os.Stat(filepath.Join(folder, archiveName(january, 1))); err == nil {
		t.Error("a refused archive has its name")
	}
}

func TestEventsThatComeWhileAMonthIsWrittenKeepItFromBeingRetired(t *testing.T) {
	w, folder := newWorld(t), t.TempDir()
	w.ingest(t, used("1", "acme", "calls", "2026-01-05T10:00:00Z", "5"))
	a, err := writeArchive(context.Background(), w.db, january, folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.ingest(t, used("2", "acme", "calls", "2026-01-06T10:00:00Z", "7"))
	err = w.db.Tx(context.Background(), func(tx pgx.Tx) error {
		again, err := retire(context.Background(), tx, a)
		if !again {
			t.Error("nobody is told to write the month again")
		}
		return err
	})
	if !errors.Is(err, fault.Conflict) || w.counts(t)[:8] != "2 events" {
		t.Errorf("retiring gave %v and left %s", err, w.counts(t))
	}
	w.archive(t, folder, january.Next())
	if _, err := os.Stat(filepath.Join(folder, a.File+".before")); err != nil {
		t.Errorf("the file that no archive names was not put aside: %v", err)
	}
	if n := w.proveArchives(t, folder); n != 1 {
		t.Errorf("%d archives", n)
	}
}

func TestAMonthThatSomebodyReadsOnAndOnIsLeftAsItIs(t *testing.T) {
	w, folder := newWorld(t), t.TempDir()
	w.ingest(t, used("1", "acme", "calls", "2026-01-05T10:00:00Z", "5"))
	err := w.db.Snapshot(context.Background(), func(tx pgx.Tx) error {
		var n int
		if err := tx.QueryRow(context.Background(), `select count(*) from usage.events`).Scan(&n); err != nil {
			return err
		}
		_, err := ArchiveBefore(context.Background(), w.db, january.Next(), folder, nil, tester, nil)
		return err
	})
	if !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "try again when less is going on") {
		t.Errorf("the archive was answered: %v", err)
	}
	if got := w.ingest(t, used("2", "acme", "calls", "2026-01-05T11:00:00Z", "5")); got.Accepted != 1 {
		t.Errorf("after it: %+v", got)
	}
	w.archive(t, folder, january.Next())
	w.proveArchives(t, folder)
}

func TestAPriceThatNeedsArchivedEventsIsRefusedUntilTheyAreBack(t *testing.T) {
	w, folder := newWorld(t), t.TempDir()
	// January of UTC; the last one is of February where it was sold.
	w.ingest(t, used("1", "acme", "calls", "2026-01-05T10:00:00Z", "5"), used("2", "acme", "calls", "2026-01-05T10:01:00Z", "7"),
		used("3", "bolt", "calls", "2026-01-07T10:01:00Z", "7"), used("4", "acme", "storage", "2026-01-31T23:30:00Z", "1"))
	before, err := w.months(t, "calls")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, w.archive(t, folder, january.Next(), "storage")[0])
	if _, err := w.months(t); err != nil {
		t.Errorf("by the day nothing is missing: %v", err)
	}
	_, err = w.months(t, "calls")
	if want := "bring them back with: ratable usage hold usage-2026-01.1.ndjson.gz --meter calls"; !errors.Is(err, fault.Closed) || !strings.Contains(err.Error(), want) {
		t.Errorf("single events of an archived month: %v", err)
	}
	february := period.NewDate(2026, time.February, 1)
	if _, err := LoadDays(context.Background(), w.db, []customers.AccountID{w.customer["acme"].Account}, february, february.AddDays(28), "calls", "storage"); err != nil {
		t.Errorf("February needs nothing of the archive that is not held: %v", err)
	}
	for _, want := range []int64{3, 0} { // bringing back twice is once
		if n, err := Hold(context.Background(), w.db, file, []string{"calls"}, tester); n != want || err != nil {
			t.Errorf("%d events were brought back, not %d: %v", n, want, err)
		}
	}
	after, err := w.months(t, "calls")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after, cmp.AllowUnexported(Days{}, combination{}, dayTally{}, tally{}), equalDecimals); diff != "" {
		t.Errorf("what is brought back is not what was there (-before +after):\n%s", diff)
	}
	w.proveArchives(t, folder)
}

func TestAnEventThatWasKeptFromAnArchiveIsListedWhereItStoodBefore(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-01-05T10:00:00Z", "5"))
	w.archive(t, t.TempDir(), january.Next(), "calls")
	away := Correction{Customer: "acme", Source: "test", ID: "1", Action: Amend, OccurredAt: time.Date(2026, 2, 5, 10, 0, 0, 0, time.UTC), Reason: "read again"}
	w.correct(t, away)
	page, err := EventsPage(context.Background(), w.db, EventFilter{Account: w.customer["acme"].Account, Customer: w.customer["acme"].ID, All: true,
		From: january.First().Time(time.UTC), Until: january.End().Time(time.UTC)})
	if err != nil || len(page) != 1 || page[0].State != Moved {
		t.Errorf("January lists %+v, %v; the event that was amended away from it stood there", page, err)
	}
}

func TestAnArchiveThatWasTamperedWithIsFound(t *testing.T) {
	w, folder := newWorld(t), t.TempDir()
	w.ingest(t, used("1", "acme", "calls", "2026-01-05T10:00:00Z", "5"))
	path := filepath.Join(folder, w.archive(t, folder, january.Next())[0])
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string][]byte{"cut": whole[:len(whole)-9], "longer": append(append([]byte{}, whole...), whole...), "empty": nil} {
		if err := os.WriteFile(path, text, 0o640); err != nil {
			t.Fatal(err)
		}
		if _, err := VerifyArchive(context.Background(), w.db, path); err == nil {
			t.Errorf("a file that is %s was verified", what)
		}
		if _, err := Hold(context.Background(), w.db, path, []string{"calls"}, tester); err == nil {
			t.Errorf("events of a file that is %s were brought back", what)
		}
	}
}

// Whatever comes in whatever order, and whenever months are archived: the days
// are those of a naive book, and every archive recounts to the rollups.
func TestAnyHistoryOfBatchesAndArchivesEqualsANaiveBook(t *testing.T) {
	w, folder := newWorld(t), t.TempDir()
	book := naiveBook{w: w, content: make(map[naiveKey]string), days: make(map[string]decimal.Decimal)}
	history := 0
	rapid.Check(t, func(t *rapid.T) {
		history++
		for range rapid.IntRange(1, 4).Draw(t, "batches") {
			if rapid.IntRange(0, 3).Draw(t, "archive") == 0 {
				if _, err := ArchiveBefore(context.Background(), w.db, rapid.SampledFrom([]period.Month{period.NewMonth(2026, time.April), period.NewMonth(2026, time.May)}).Draw(t, "before"), folder, nil, tester, nil); err != nil {
					t.Fatal(err)
				}
			}
			batch := rapid.SliceOfN(rapid.Custom(someEvent), 0, 12).Draw(t, "batch")
			for i := range batch {
				batch[i].Source = fmt.Sprint("history ", history/3) // what was archived comes again
				batch[i].OccurredAt = batch[i].OccurredAt.Add(time.Duration(rapid.IntRange(0, 1).Draw(t, "later")) * 60 * time.Hour)
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
	if n := w.proveArchives(t, folder); n < 5 {
		t.Errorf("only %d archives were written: the histories no longer archive anything", n)
	}
}

// TestAReadingThatBeganBeforeAMonthWasRetiredMissesNothing plants the race: the snapshot is taken, the month is retired, and only then are
// its events read.
func TestAReadingThatBeganBeforeAMonthWasRetiredMissesNothing(t *testing.T) {
	w := newWorld(t)
	w.ingest(t, used("1", "acme", "calls", "2026-01-10T10:00:00Z", "5"), used("2", "acme", "calls", "2026-02-10T10:00:00Z", "7"))
	account := w.customer["acme"].Account
	folder := t.TempDir()
	for _, load := range []struct {
		name  string
		until period.Month // retired before this one, meanwhile
		read  func(tx pgx.Tx) (map[customers.AccountID]*Days, error)
	}{
		{"days", january.Next(), func(tx pgx.Tx) (map[customers.AccountID]*Days, error) {
			return LoadDays(t.Context(), tx, []customers.AccountID{account}, january.First(), january.End(), "calls")
		}},
		{"sums", january.Add(2), func(tx pgx.Tx) (map[customers.AccountID]*Days, error) {
			return LoadSums(t.Context(), tx, []customers.AccountID{account}, []period.Date{january.End(), january.Next().End()}, "calls")
		}},
	} {
		tries := 0
		var events int
		err := w.db.Snapshot(t.Context(), func(tx pgx.Tx) error {
			tries++
			var n int
			if err := tx.QueryRow(t.Context(), `select count(*) from usage.keys`).Scan(&n); err != nil { // from here on nothing new is seen
				return err
			}
			if tries == 1 {
				w.archive(t, folder, load.until, "calls")
			}
			all, err := load.read(tx)
			if err == nil {
				events = len(all[account].singles[Key{w.customer["acme"].ID, "calls"}])
			}
			return err
		})
		if err != nil || tries != 2 || events != 1 {
			t.Errorf("%s: %d events after %d readings (%v), want the one event, at the second", load.name, events, tries, err)
		}
	}
}
