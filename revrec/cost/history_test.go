package cost

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/money"
	"ratable/ledger"
)

// Whatever happens in whatever order, what stands booked of each cost is its course, and the roll-forward is the ledger.
func TestAnyHistoryStandsAsItsFactsSayAndTiesToTheLedger(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("history ", seed), func(t *testing.T) {
			w := newWorld(t)
			r := rand.New(rand.NewPCG(7, seed))
			var assets []Fact
			closed, ended := month("2025-11"), false
			for step := range 18 {
				today := month("2025-12").Add(step).Last()
				if r.IntN(3) == 0 && !ended {
					x := commission()
					x.Purpose, x.By = []string{"obtain", "fulfil"}[r.IntN(2)], []string{"daily", "monthly_even"}[r.IntN(2)]
					x.Amount = fmt.Sprintf("%d.%02d", 1+r.IntN(9000), r.IntN(100))
					x.IncurredOn = today.AddDays(-r.IntN(60)).String()
					if f := w.spend(x); f.Cost.Asset {
						assets = append(assets, f)
					}
				}
				if n := len(assets); n > 0 && r.IntN(5) == 0 {
					of := assets[r.IntN(n)]
					w.tx(func(tx pgx.Tx) error {
						f, err := Examine(ctx, tx, of.ID, WrittenTest{Month: of.Cost.IncurredOn.MonthOf().Add(r.IntN(12)).String(), Consideration: fmt.Sprint(r.IntN(9000)), Costs: fmt.Sprint(r.IntN(900)), Reason: "looked at"}, w.Finance)
						if err != nil {
							return err
						}
						return Approve(ctx, tx, f.ID, "", w.Accountant)
					})
				}
				if !ended && step > 6 && r.IntN(8) == 0 {
					w.end(today.AddDays(-r.IntN(40)).String())
					ended = true
				}
				if r.IntN(2) == 0 {
					w.killed(t)
					w.run(today.AddDays(-r.IntN(90)).String())
				}
				if m := today.MonthOf().Add(-2); r.IntN(4) == 0 && closed.Before(m) {
					for ; closed.Before(m); closed = closed.Next() {
						w.tx(func(tx pgx.Tx) error { return ledger.CloseMonth(ctx, tx, w.US.ID, closed.Next(), w.Accountant) })
					}
				}
			}
			w.run("2027-05-31")
			if n := w.run("2027-05-31"); n != 0 {
				t.Errorf("the same run again books %d entries", n)
			}
			w.stands(t)
			w.ties("2025-11", "2027-06")
		})
	}
}

// killed begins a run whose context ends before it does.
func (w *world) killed(t *testing.T) {
	dead, kill := context.WithCancel(t.Context())
	kill()
	if _, err := Run(dead, w.DB, day("2027-05-31"), w.Finance); err == nil {
		t.Error("a run without time did not say so")
	}
}

// stands holds what is booked of each cost to its course.
func (w *world) stands(t *testing.T) {
	f, err := Load(ctx, w.DB, w.Account("acme"))
	if err != nil {
		t.Fatal(err)
	}
	booked := map[string]money.Amount{}
	for _, m := range f.Booked {
		k := fmt.Sprint(m.Cost, " ", m.Effect, " ", m.Month)
		booked[k] = booked[k].Add(m.Amount)
	}
	for _, fact := range f.Facts {
		if fact.Kind != CostFact {
			continue
		}
		due, _ := f.stands(f.Agreements[0], fact, month("2027-05"))
		for k, want := range due {
			name := fmt.Sprint(fact.ID, " ", k.effect, " ", k.month)
			if booked[name] != want {
				t.Errorf("cost %s: %s is booked, should be %s", name, booked[name], want)
			}
			delete(booked, name)
		}
	}
	for name, left := range booked {
		if !left.IsZero() {
			t.Errorf("cost %s: %s is booked and no fact says so", name, left)
		}
	}
}
