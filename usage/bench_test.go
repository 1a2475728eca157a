package usage

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/internal/postgres/pgtest"
)

const benchBatch = csvBatch

// benchEvents are a batch of new events: an hour of two customers' use.
func benchEvents(round int) []Event {
	events := make([]Event, benchBatch)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(round%2000) * time.Hour)
	for i := range events {
		events[i] = Event{
			Source: "/edge/fra1", ID: fmt.Sprintf("%08d-%08d", round, i), Customer: []string{"acme", "bolt"}[i%2], Meter: "calls",
			OccurredAt: start.Add(time.Duration(i) * 700 * time.Millisecond), Quantity: decimal.New(int64(i%100000), -2),
		}
	}
	return events
}

func report(b *testing.B) {
	b.ReportMetric(float64(b.N*benchBatch)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkRawCopy is the limit: the same rows into a copy of the table with its
// indexes, and nothing else done.
func BenchmarkRawCopy(b *testing.B) {
	w := newWorld(b)
	ctx := context.Background()
	owner := pgtest.Admin(b, w.db)
	if _, err := owner.Exec(ctx, `create table usage.bare (like usage.events including all)`); err != nil {
		b.Fatal(err)
	}
	round := 0
	for b.Loop() {
		b.StopTimer()
		events := benchEvents(round)
		round++
		d, err := loadDirectory(ctx, w.db, events)
		if err != nil {
			b.Fatal(err)
		}
		known, _ := stage(events, d)
		rows := make([][]any, len(known))
		for i, e := range known {
			rows[i] = []any{e.account, uuid(e.key), uuid(e.content), e.customer, e.meter, e.OccurredAt,
				numeric(e.Quantity), nil, e.Source, e.ID, int64(round)}
		}
		b.StartTimer()
		err = owner.Tx(ctx, func(tx pgx.Tx) error {
			_, err := tx.CopyFrom(ctx, pgx.Identifier{"usage", "bare"}, eventColumns, pgx.CopyFromRows(rows))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	report(b)
}

func BenchmarkIngest(b *testing.B) {
	w := newWorld(b)
	round := 0
	for b.Loop() {
		b.StopTimer()
		events := benchEvents(round)
		round++
		b.StartTimer()
		if got := w.ingest(b, events...); got.Accepted != benchBatch {
			b.Fatalf("%+v", got)
		}
	}
	report(b)
}

// BenchmarkIngestByDimension is the same with events that say a region and a
// tier, on a meter that is added up by both.
func BenchmarkIngestByDimension(b *testing.B) {
	w := newWorld(b)
	w.addEveryMeter(b)
	round := 0
	for b.Loop() {
		b.StopTimer()
		events := benchEvents(round)
		for i := range events {
			events[i].Meter = "traffic"
			events[i].Dimensions = map[string]string{"region": []string{"eu", "us", "jp"}[i%3], "tier": []string{"gold", "free"}[i/3%2]}
		}
		round++
		b.StartTimer()
		if got := w.ingest(b, events...); got.Accepted != benchBatch {
			b.Fatalf("%+v", got)
		}
	}
	report(b)
}

// BenchmarkIngestCSV is an import of one file of many batches.
func BenchmarkIngestCSV(b *testing.B) {
	w := newWorld(b)
	var text strings.Builder
	round := 0
	for b.Loop() {
		b.StopTimer()
		text.Reset()
		text.WriteString(header + "\n")
		for range 10 {
			for _, e := range benchEvents(round) {
				fmt.Fprintf(&text, "%s,%s,%s,%s,%s,%s\n", e.Source, e.ID, e.Customer, e.Meter, e.OccurredAt.Format(time.RFC3339Nano), e.Quantity)
			}
			round++
		}
		b.StartTimer()
		got, err := ImportCSV(context.Background(), w.db, strings.NewReader(text.String()), now, tester, nil)
		if err != nil || got.Accepted != 10*benchBatch {
			b.Fatal(got.Accepted, err)
		}
	}
	b.ReportMetric(float64(b.N*10*benchBatch)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkIngestCloudEvents begins with the body of a request.
func BenchmarkIngestCloudEvents(b *testing.B) {
	benchParsed(b, func(events []Event) string {
		all := make([]string, len(events))
		for i, e := range events {
			all[i] = fmt.Sprintf(`{"specversion":"1.0","source":%q,"id":%q,"type":%q,"subject":%q,"time":%q,"data":{"quantity":%q}}`,
				e.Source, e.ID, e.Meter, e.Customer, e.OccurredAt.Format(time.RFC3339Nano), e.Quantity)
		}
		return "[" + strings.Join(all, ",") + "]"
	}, func(text string, take func([]Event) error) error {
		events, err := ParseCloudEvents([]byte(text))
		if err != nil {
			return err
		}
		return take(events)
	})
}

func benchParsed(b *testing.B, write func([]Event) string, read func(string, func([]Event) error) error) {
	w := newWorld(b)
	round := 0
	for b.Loop() {
		b.StopTimer()
		text := write(benchEvents(round))
		round++
		b.StartTimer()
		err := read(text, func(events []Event) error {
			_, err := Ingest(context.Background(), w.db, events, now, tester)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	report(b)
}
