package usage

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
)

func (w *world) alias(a Alias) error {
	return w.db.Tx(context.Background(), func(tx pgx.Tx) error { return SetAlias(context.Background(), tx, a, tester) })
}

func TestEventsUnderAnotherNameCountOnceItIsSaidWhoIsMeant(t *testing.T) {
	w := newWorld(t)
	w.refusing(t)
	one := used("1", "ACME Inc.", "API Calls", "2026-06-10T10:00:00Z", "5")
	if got := w.ingest(t, one); got.Quarantined != 1 {
		t.Fatalf("%+v", got)
	}
	for _, a := range []Alias{{CustomerName, "ACME Inc.", "acme", "their CRM's name"}, {MeterName, "API Calls", "calls", "their gateway's name"}} {
		if err := w.alias(a); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := Replay(context.Background(), w.db, tester); err != nil || got.Accepted != 1 {
		t.Fatalf("replayed: %+v (%v)", got, err)
	}
	if got := w.ingest(t, one, used("2", "ACME Inc.", "calls", "2026-06-10T11:00:00Z", "7")); got.Accepted != 1 || got.Repeated != 1 {
		t.Errorf("sent again, and one more: %+v", got)
	}
	if got := w.day(t, "acme", "calls", "2026-06-10"); got != "12" {
		t.Errorf("%s calls count, not 12", got)
	}
	if got := w.ingest(t, used("3", "ACME Inc.", "API Calls", "2026-03-10T11:00:00Z", "7")); got.Quarantined != 1 {
		t.Errorf("late under another name: %+v", got)
	}
	if err := w.alias(Alias{CustomerName, "ACME Inc.", "", "they mended it"}); err != nil {
		t.Fatal(err)
	}
	if got := w.ingest(t, used("4", "ACME Inc.", "calls", "2026-06-10T11:00:00Z", "7")); got.Quarantined != 1 {
		t.Errorf("after the alias was taken back: %+v", got)
	}
	if list, err := Aliases(context.Background(), w.db); err != nil || len(list) != 1 || list[0].Means != "calls" {
		t.Errorf("aliases: %+v (%v)", list, err)
	}
	w.proveRollups(t)
}

func TestAnAliasMeansSomethingOfOursAndIsNothingOfOurs(t *testing.T) {
	w := newWorld(t)
	for says, a := range map[string]Alias{
		"is a customer of ours already": {CustomerName, "acme", "bolt", "why"},
		"is not a customer of ours":     {CustomerName, "ACME", "nobody", "why"},
		"is not a meter of ours":        {MeterName, "Calls", "rockets", "why"},
		"must be customer or meter":     {"source", "x", "y", "why"},
		"reason: is missing":            {CustomerName, "ACME", "acme", " "},
		"alias: is missing":             {CustomerName, "", "acme", "why"},
		"begins or ends with a space":   {CustomerName, "ACME ", "acme", "why"},
	} {
		if err := w.alias(a); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v should say %q: %v", a, says, err)
		}
	}
}
