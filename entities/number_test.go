package entities_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

// take takes n numbers, and rolls back afterwards when told to.
func take(db *postgres.DB, entity entities.ID, kind entities.Document, year, n int, rollBack bool) (taken []string, err error) {
	errRolledBack := errors.New("rolled back on purpose")
	err = attempt(db, func(ctx context.Context, tx pgx.Tx) error {
		r, err := entities.TakeNumbers(ctx, tx, entity, kind, year, n)
		if err != nil {
			return err
		}
		taken = taken[:0]
		for i := range r.Count {
			taken = append(taken, r.Number(i))
		}
		if rollBack {
			return errRolledBack
		}
		return nil
	})
	if errors.Is(err, errRolledBack) {
		return nil, nil
	}
	return taken, err
}

func TestNumbersHaveNoGapAndNoRepeatWhateverRollsBack(t *testing.T) {
	db := pgtest.New(t)
	rus := create(t, db, inc())

	const workers, rounds = 8, 30
	var mu sync.Mutex
	var all []string
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			// Sizes and failures differ by worker, and repeat from run to run.
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for range rounds {
				taken, err := take(db, rus.ID, entities.Invoice, 2026, 1+random.IntN(5), random.IntN(3) == 0)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				all = append(all, taken...)
				mu.Unlock()
			}
		})
	}
	group.Wait()

	slices.Sort(all)
	if len(all) < workers*rounds/2 {
		t.Fatalf("only %d numbers were taken", len(all))
	}
	for i, number := range all {
		if want := fmt.Sprintf("RUS-2026-%06d", i+1); number != want {
			t.Fatalf("number %d of the series is %s, should be %s: a gap or a repeat", i+1, number, want)
		}
	}
}

func TestEachEntityKindAndYearCountsForItself(t *testing.T) {
	db := pgtest.New(t)
	rus := create(t, db, inc())
	german := inc()
	german.Code = "rde"
	rde := create(t, db, german)

	for _, c := range []struct {
		entity entities.ID
		kind   entities.Document
		year   int
		want   string
	}{
		{rus.ID, entities.Invoice, 2026, "RUS-2026-000001"},
		{rus.ID, entities.Invoice, 2026, "RUS-2026-000002"},
		{rus.ID, entities.CreditNote, 2026, "RUS-CN-2026-000001"},
		{rus.ID, entities.Invoice, 2027, "RUS-2027-000001"},
		{rde.ID, entities.Invoice, 2026, "RDE-2026-000001"},
		// Back to the first series: a late document of the old year continues it.
		{rus.ID, entities.Invoice, 2026, "RUS-2026-000003"},
	} {
		taken, err := take(db, c.entity, c.kind, c.year, 1, false)
		if err != nil || len(taken) != 1 || taken[0] != c.want {
			t.Errorf("took %v (%v), should be %s", taken, err, c.want)
		}
	}
}

func TestARangeIsInOneRow(t *testing.T) {
	db := pgtest.New(t)
	rus := create(t, db, inc())
	if _, err := take(db, rus.ID, entities.Invoice, 2026, 122, false); err != nil {
		t.Fatal(err)
	}
	taken, err := take(db, rus.ID, entities.Invoice, 2026, 3, false)
	if want := []string{"RUS-2026-000123", "RUS-2026-000124", "RUS-2026-000125"}; err != nil || !slices.Equal(taken, want) {
		t.Errorf("took %v (%v), should be %v", taken, err, want)
	}
}

func TestACounterNeverTurnsBack(t *testing.T) {
	db := pgtest.New(t)
	rus := create(t, db, inc())
	if _, err := take(db, rus.ID, entities.Invoice, 2026, 5, false); err != nil {
		t.Fatal(err)
	}
	owner := pgtest.Admin(t, db)
	for _, sql := range []string{
		`update entities.number_counters set last = 4`,
		`update entities.number_counters set last = last`,
		`update entities.number_counters set year = 2025, last = 6`,
		`delete from entities.number_counters`,
		`truncate entities.number_counters`,
	} {
		_, err := owner.Exec(context.Background(), sql)
		if err := postgres.Fault(err); !errors.Is(err, fault.Denied) {
			t.Errorf("%s: %v, should be refused: a number could be used twice", sql, err)
		}
	}
}

func TestNumbersOfAnUnknownEntityAreRefused(t *testing.T) {
	db := pgtest.New(t)
	if taken, err := take(db, 99, entities.Invoice, 2026, 1, false); !errors.Is(err, fault.Invalid) {
		t.Errorf("an entity that does not exist took %v (%v)", taken, err)
	}
}

func TestANumberOutsideTheRangePanics(t *testing.T) {
	for _, i := range []int{-1, 2} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("number %d of a range of 2 was written: it may be anybody's", i)
				}
			}()
			entities.NumberRange{Prefix: "RUS", Year: 2026, First: 1, Count: 2}.Number(i)
		}()
	}
}
