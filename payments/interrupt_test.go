package payments

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// interrupted lets something happen before its n-th query.
type interrupted struct {
	postgres.Querier
	n  int
	do func()
}

func (i *interrupted) tick() {
	if i.n--; i.n == 0 {
		i.do()
	}
}

func (i *interrupted) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	i.tick()
	return i.Querier.Query(ctx, sql, args...)
}

func (i *interrupted) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	i.tick()
	return i.Querier.QueryRow(ctx, sql, args...)
}

// Whenever another payment commits while a decision is being loaded, either the
// loaded balance has it or the loaded place is taken, so that the append fails.
func TestAPaymentInTheMiddleOfALoadIsSeenOrTakesThePlace(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	mine := w.record(w.transfer("acme", "500.00", "2026-01-10", "mine"))
	other := w.record(w.transfer("acme", "500.00", "2026-01-10", "another"))
	seen, taken := 0, 0
	for n := 1; ; n++ {
		happened := false
		q := &interrupted{w.db, n, func() {
			happened = true
			if err := w.apply(other.ID, jan["acme"], "1.00", "2026-01-11"); err != nil {
				t.Fatal(err)
			}
		}}
		at, err := loadStanding(ctx, q, mine.ID, jan["acme"])
		if err != nil {
			t.Fatal(err)
		}
		if !happened {
			break
		}
		next, err := nextPlace(ctx, w.db, mine.Account)
		if err != nil {
			t.Fatal(err)
		}
		switch now := w.open(jan["acme"]); {
		case at.next != next:
			taken++
		case at.invoice.Open.String() == now:
			seen++
		default:
			t.Errorf("before query %d: place %d is free and %s is taken to be open, but %s is", n, at.next, at.invoice.Open, now)
		}
	}
	if seen == 0 || taken == 0 {
		t.Errorf("the payment was seen %d times and took the place %d times: the test interrupts nothing", seen, taken)
	}
}
