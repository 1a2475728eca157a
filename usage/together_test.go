package usage

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// Senders, people who correct and decide, replays, backfills and archives at the same moment, on the same few events:
// nobody fails for the sake of another, and what counts equals its rollups and archives.
func TestEverythingAtTheSameMomentLeavesRollupsWhole(t *testing.T) {
	w := newWorld(t)
	folder, ctx := t.TempDir(), context.Background()
	draw := func(r *rand.Rand) Event {
		e := used(fmt.Sprint(r.IntN(60)), []string{"acme", "acme-lab", "bolt", "ghost"}[r.IntN(4)], []string{"calls", "storage"}[r.IntN(2)],
			fmt.Sprintf("2026-%02d-%02dT%02d:00:00Z", 1+r.IntN(4), 1+r.IntN(3), r.IntN(24)), fmt.Sprint(r.IntN(5)))
		return e
	}
	check := func(what string, err error, but ...error) {
		for _, kind := range but {
			if errors.Is(err, kind) {
				return
			}
		}
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	var all sync.WaitGroup
	for n := range 6 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 40))
			for i := range 14 {
				switch r.IntN(8) {
				case 0, 1:
					var batch []Event
					for range 1 + r.IntN(30) {
						batch = append(batch, draw(r))
					}
					_, err := Ingest(ctx, w.db, batch, now, tester)
					check("ingest", err)
				case 2, 3:
					e := draw(r)
					var some []Correction
					for range 1 + r.IntN(5) {
						some = append(some, Correction{Customer: e.Customer, Source: "test", ID: fmt.Sprint(r.IntN(60)), Action: []Action{Amend, Retract, Restore}[r.IntN(3)], Reason: "x"})
						if c := &some[len(some)-1]; c.Action == Amend {
							c.Quantity, c.OccurredAt = &e.Quantity, e.OccurredAt
						}
					}
					_, err := Correct(ctx, w.db, some, now, tester)
					check("correct", err, fault.NotFound, fault.Conflict, fault.Closed, fault.Invalid)
				case 4:
					b := marching(used(fmt.Sprint(r.IntN(60)), "acme", "calls", "2026-03-02T10:00:00Z", "3"))
					_, _, err := ReplaceStretch(ctx, w.db, b, now, tester)
					check("backfill", err, fault.Closed)
				case 5:
					_, err := Replay(ctx, w.db, tester)
					check("replay", err)
				case 6:
					list, err := ConflictsPage(ctx, w.db, ConflictFilter{Open: true})
					check("list", err)
					if len(list) > 0 {
						check("resolve", ResolveConflict(ctx, w.db, list[r.IntN(len(list))].ID, Accepted, "x", now, tester), fault.Conflict, fault.Closed)
					}
				default:
					_, err := ArchiveBefore(ctx, w.db, period.NewMonth(2026, time.Month(2+r.IntN(2))), folder, nil, tester, nil)
					check("archive", err, fault.Conflict)
				}
				if n == 0 && i == 12 {
					w.addCustomer(t, "ghost", "bolt")
				}
			}
		})
	}
	all.Wait()
	w.proveRollups(t)
	w.proveArchives(t, folder)
}
