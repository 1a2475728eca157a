package usage

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// told lists what webhooks say of batches that left something in quarantine, in the order of the batches.
func (w *world) told(t *testing.T) []string {
	t.Helper()
	rows, err := w.db.Query(context.Background(), `
		select concat_ws(' ', data ->> 'events', 'of batch', (data ->> 'batch') = object_id, (data -> 'reasons')::jsonb, (data -> 'causes')::jsonb, data ->> 'more_causes')
		from webhook.events where type = 'usage.quarantined' order by sequence`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestABatchThatLeavesStraysTellsOfThemOnce(t *testing.T) {
	w := newWorld(t)
	w.refusing(t)
	w.ingestOn(t, "2026-05-01T10:00:00Z", used("1", "acme", "storage", "2026-03-31T10:00:00Z", "1"))
	if got := w.told(t); len(got) != 0 {
		t.Errorf("nothing strayed, and yet %v", got)
	}
	strays := []Event{
		used("2", "acme", "calls", "2026-03-31T10:00:00Z", "1"), // late
		used("3", "ghost", "calls", "2026-04-30T10:00:00Z", "1"),
		used("4", "ghost", "calls", "2026-04-30T10:00:00Z", "1"),
		used("5", "acme", "rockets", "2026-04-30T10:00:00Z", "1"),
	}
	w.ingestOn(t, "2026-05-01T10:00:00Z", strays...)
	w.ingestOn(t, "2026-05-02T10:00:00Z", strays...) // a retry
	if _, err := Replay(context.Background(), w.db, tester); err != nil {
		t.Fatal(err)
	}
	file := "source,id,customer,meter,occurred_at,quantity\nus,6,ghost,calls,2026-04-30T10:00:00Z,1\nus,3,ghost,calls,2026-04-30T10:00:00Z,2\n"
	if got, err := ImportCSV(context.Background(), w.db, strings.NewReader(file), now, tester, nil); err != nil || got.Quarantined != 2 {
		t.Fatalf("%+v %v", got, err)
	}
	want := []string{
		`4 of batch t {"late": 1, "unknown meter": 1, "unknown customer": 2} [{"events": 2, "reason": "unknown customer", "customer": "ghost"}, ` +
			`{"meter": "calls", "events": 1, "reason": "late", "contract": "C-1", "customer": "acme"}, {"meter": "rockets", "events": 1, "reason": "unknown meter"}]`,
		`2 of batch t {"unknown customer": 2} [{"events": 2, "reason": "unknown customer", "customer": "ghost"}]`,
	}
	if diff := cmp.Diff(want, w.told(t)); diff != "" {
		t.Errorf("what receivers hear (-want +got):\n%s", diff)
	}
}

func TestABatchOfMadeUpCustomersTellsOfTheFirstFewAndHowManyMore(t *testing.T) {
	w := newWorld(t)
	var events []Event
	for i := range maxTold + 5 {
		events = append(events, used(fmt.Sprint(i), fmt.Sprintf("ghost-%02d", i), "calls", "2026-04-30T10:00:00Z", "1"))
	}
	w.ingest(t, events...)
	got := w.told(t)
	if len(got) != 1 || !strings.HasPrefix(got[0], "25 of batch t") || !strings.HasSuffix(got[0], " 5") || strings.Count(got[0], "ghost-") != maxTold {
		t.Errorf("%v", got)
	}
}
