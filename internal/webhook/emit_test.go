package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/internal/webhook"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func issued(n int) webhook.Event {
	number := fmt.Sprintf("NLUS-2026-%06d", n)
	return webhook.Event{Key: "invoice.issued:" + number, Type: webhook.InvoiceIssued, Object: webhook.Object{Kind: webhook.Invoice, ID: number},
		Account: 7, Customer: "helios", Data: map[string]string{"total": "1234.50", "currency": "USD", "due_on": "2026-04-01"}}
}

func emit(t testing.TB, db *postgres.DB, events ...webhook.Event) {
	t.Helper()
	if err := tryEmit(db, events...); err != nil {
		t.Fatal(err)
	}
}

func tryEmit(db *postgres.DB, events ...webhook.Event) error {
	return db.Tx(context.Background(), func(tx pgx.Tx) error { return webhook.Emit(context.Background(), tx, events...) })
}

func TestAnEventIsEmittedOnceHoweverOftenItsFactIsTold(t *testing.T) {
	db := pgtest.New(t)
	emit(t, db, issued(1), issued(2), issued(1))
	emit(t, db, issued(2), issued(3))
	if n := count(t, db); n != 3 {
		t.Errorf("%d events stand, want 3", n)
	}
	other := issued(2)
	other.Data = map[string]string{"total": "1.00"}
	if err := tryEmit(db, issued(4), other); !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), other.Key) {
		t.Errorf("another event under a used key: %v, want a conflict that names the key", err)
	}
	if err := tryEmit(db, issued(5), func() webhook.Event { e := issued(5); e.Customer = "acme"; return e }()); !errors.Is(err, fault.Conflict) {
		t.Errorf("two different events under one key in one batch: %v", err)
	}
	if n := count(t, db); n != 3 {
		t.Errorf("a refused batch left %d events, want 3", n)
	}
}

func count(t testing.TB, db *postgres.DB) (n int) {
	t.Helper()
	if err := db.QueryRow(context.Background(), `select count(*) from webhook.events`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheSameFactToldTwiceAtOnceIsOneEvent(t *testing.T) {
	db, ctx := pgtest.New(t), context.Background()
	same, other := make(chan error, 1), make(chan error, 1)
	err := db.Tx(ctx, func(tx pgx.Tx) error {
		if err := webhook.Emit(ctx, tx, issued(1)); err != nil {
			return err
		}
		go func() { same <- tryEmit(db, issued(1)) }()
		go func() {
			e := issued(1)
			e.Customer = "somebody else"
			other <- tryEmit(db, e)
		}()
		return awaitBlocked(ctx, db, 2)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-same; err != nil {
		t.Errorf("the same event from a second transaction: %v", err)
	}
	if err := <-other; !errors.Is(err, fault.Conflict) {
		t.Errorf("another event under the key that was being used: %v, want a conflict", err)
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d events stand, want 1", n)
	}
}

// awaitBlocked returns when so many sessions of the database wait for a lock.
func awaitBlocked(ctx context.Context, db *postgres.DB, n int) error {
	for {
		var waiting int
		err := db.QueryRow(ctx, `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil || waiting >= n {
			return err
		}
	}
}

func TestAnEventThatSaysNothingIsRefused(t *testing.T) {
	db := pgtest.New(t)
	for what, spoil := range map[string]func(*webhook.Event){
		"no type of event": func(e *webhook.Event) { e.Type = "invoice.eaten" },
		"key is missing":   func(e *webhook.Event) { e.Key = "" },
		"no object":        func(e *webhook.Event) { e.Object.ID = "" },
		"is about a":       func(e *webhook.Event) { e.Object.Kind = webhook.Contract },
		"no JSON object":   func(e *webhook.Event) { e.Data = []string{"a"} },
	} {
		e := issued(1)
		spoil(&e)
		if err := tryEmit(db, e); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestEveryTypeSaysWhatItIs(t *testing.T) {
	seen := map[webhook.Type]bool{}
	for _, d := range webhook.Types {
		if seen[d.Type] || d.Kind == "" || !strings.HasSuffix(d.Says, ".") || len(d.Says) < 20 {
			t.Errorf("%s is described as %+v", d.Type, d)
		}
		seen[d.Type] = true
	}
}

func BenchmarkEmit500Invoices(b *testing.B) {
	db, ctx := pgtest.New(b), context.Background()
	n := 0
	for b.Loop() {
		batch := make([]webhook.Event, 500)
		for i := range batch {
			n++
			batch[i] = issued(n)
		}
		if err := db.Tx(ctx, func(tx pgx.Tx) error { return webhook.Emit(ctx, tx, batch...) }); err != nil {
			b.Fatal(err)
		}
	}
}
