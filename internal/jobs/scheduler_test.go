package jobs

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres/pgtest"
)

func TestANewJobDoesNotPerformTheTimeBeforeItWasSeen(t *testing.T) {
	db, d, now := pgtest.New(t), &diary{}, dawn
	s := scheduler(t, db, &now, daily(d, EachMissed))
	if n := runDue(t, s); n != 0 {
		t.Errorf("the first look performed %d runs", n)
	}
	now = dawn.AddDate(0, 0, 1)
	if n := runDue(t, s); n != 1 {
		t.Errorf("the first day performed %d runs, want 1", n)
	}
}

func TestMissedTicksAreCaughtUpInOrder(t *testing.T) {
	for policy, want := range map[Policy][]string{
		EachMissed: {"2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"},
		LatestOnly: {"2026-03-04"},
	} {
		db, d, now := pgtest.New(t), &diary{}, dawn
		runDue(t, scheduler(t, db, &now, daily(d, policy)))
		now = dawn.AddDate(0, 0, 4) // nobody was there for four days
		s := scheduler(t, db, &now, daily(d, policy))
		runDue(t, s)
		if again := runDue(t, s); again != 0 {
			t.Errorf("a repeated look performed %d runs more", again)
		}
		if diff := cmp.Diff(want, d.told()); diff != "" {
			t.Errorf("policy %d performed other days (-want +got):\n%s", policy, diff)
		}
	}
}

func TestALongAbsenceIsPlannedInBatches(t *testing.T) {
	db, now := pgtest.New(t), dawn
	var last time.Time
	ordered := true
	d := &diary{do: func(_ context.Context, run Run) (Summary, error) {
		ordered = ordered && run.Due.After(last)
		last = run.Due
		return Summary{}, nil
	}}
	spec := Spec{Name: "quarterly", Cron: "*/15 * * * *", Do: d.Do}
	runDue(t, scheduler(t, db, &now, spec))
	now = dawn.AddDate(0, 0, 6) // 576 ticks, more than one batch
	if n := runDue(t, scheduler(t, db, &now, spec)); n != 576 || n <= planBatch || !ordered || !last.Equal(now) {
		t.Errorf("%d runs through %s, in order %v; want 576 through %s", n, last, ordered, now)
	}
}

func TestTwoSchedulersAtOncePerformEachTickOnceAndInOrder(t *testing.T) {
	db, d, now := pgtest.New(t), &diary{}, dawn
	var under, most atomic.Int32
	d.do = func(context.Context, Run) (Summary, error) {
		if n := under.Add(1); n > most.Load() {
			most.Store(n)
		}
		under.Add(-1)
		return Summary{}, nil
	}
	runDue(t, scheduler(t, db, &now, daily(d, EachMissed)))
	now = dawn.AddDate(0, 0, 20)
	var all sync.WaitGroup
	for range 3 {
		s := scheduler(t, db, &now, daily(d, EachMissed))
		all.Go(func() {
			// A scheduler that finds nothing to claim may be early: it looks again until all is done.
			for len(d.told()) < 20 && t.Context().Err() == nil {
				if _, err := s.RunDue(t.Context()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	var want []string
	for i := range 20 {
		want = append(want, dawn.AddDate(0, 0, i).Format(time.DateOnly))
	}
	if diff := cmp.Diff(want, d.told()); diff != "" {
		t.Errorf("the days performed (-want +got):\n%s", diff)
	}
	if most.Load() != 1 {
		t.Errorf("%d runs of one job were under way at a time", most.Load())
	}
}

func TestAFailedRunIsRetriedAndHoldsBackTheNext(t *testing.T) {
	db, d, now := pgtest.New(t), &diary{}, dawn
	fails := 2
	d.do = func(context.Context, Run) (Summary, error) {
		if fails--; fails >= 0 {
			return Summary{}, errors.New("the bank is closed")
		}
		return Summary{Text: "all well", Counts: map[string]int64{"invoices": 3}}, nil
	}
	runDue(t, scheduler(t, db, &now, daily(d, EachMissed)))
	now = dawn.AddDate(0, 0, 2)
	runDue(t, scheduler(t, db, &now, daily(d, EachMissed)))
	if diff := cmp.Diff([]string{"2026-03-01", "2026-03-01", "2026-03-01", "2026-03-02"}, d.told()); diff != "" {
		t.Errorf("the days performed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"2026-03-01 done failed failed done", "2026-03-02 done done"}, history(t, db)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	runs, err := ListRuns(t.Context(), db, Filter{Job: "daily", State: Done, Limit: 1})
	if err != nil || len(runs) != 1 || runs[0].Summary.Text != "all well" || runs[0].Summary.Counts["invoices"] != 3 || runs[0].Error != "" {
		t.Errorf("the last run is kept as %+v (%v)", runs, err)
	}
}

func TestARunIsGivenUpAndTheNextGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		err      error
		attempts int
	}{
		"after too many failures":         {errors.New("broken"), maxFailures},
		"at once when a retry is no help": {NoRetry(errors.New("the totals stray")), 1},
	} {
		t.Run(name, func(t *testing.T) {
			db, d, now := pgtest.New(t), &diary{}, dawn
			d.do = func(_ context.Context, run Run) (Summary, error) {
				if run.AsOf == day("2026-03-01") {
					return Summary{}, c.err
				}
				return Summary{}, nil
			}
			s := scheduler(t, db, &now, daily(d, EachMissed))
			runDue(t, s)
			now = dawn.AddDate(0, 0, 2)
			runDue(t, s)
			want := []string{"2026-03-01 failed" + strings.Repeat(" failed", c.attempts), "2026-03-02 done done"}
			if diff := cmp.Diff(want, history(t, db)); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPanicIsAFailureOfItsRunOnly(t *testing.T) {
	db, d, now := pgtest.New(t), &diary{}, dawn
	d.do = func(context.Context, Run) (Summary, error) { panic("no such tax") }
	s := scheduler(t, db, &now, daily(d, EachMissed))
	_, err := s.RunNow(t.Context(), "daily", day("2026-02-28"), access.System("test"))
	if err == nil || !strings.Contains(err.Error(), "run daily as of 2026-02-28: panic: no such tax") {
		t.Errorf("the panic became %v", err)
	}
}

func TestARetryWaitsForItsBackoffAndTheNextTickWaitsForIt(t *testing.T) {
	db, d, now := pgtest.New(t), &diary{}, dawn
	d.do = func(context.Context, Run) (Summary, error) { return Summary{}, errors.New("broken") }
	s := scheduler(t, db, &now, daily(d, EachMissed))
	s.Backoff = backoff
	runDue(t, s)
	now = dawn.AddDate(0, 0, 2)
	runDue(t, s)
	if diff := cmp.Diff([]string{"2026-03-01"}, d.told()); diff != "" {
		t.Errorf("the days performed without a pause (-want +got):\n%s", diff)
	}
	runs, err := ListRuns(t.Context(), db, Filter{State: Waiting})
	if err != nil || len(runs) != 2 || runs[1].RetryAt == nil || runs[1].Failures != 1 || runs[1].Error != "broken" || runs[0].Attempt != 0 {
		t.Errorf("the waiting run is kept as %+v (%v)", runs, err)
	}
	if backoff(1) != 30*time.Second || backoff(3) != 2*time.Minute || backoff(7) != 30*time.Minute || backoff(50) != 30*time.Minute {
		t.Errorf("pauses are %v, %v, %v, %v", backoff(1), backoff(3), backoff(7), backoff(50))
	}
}

func TestStartedSchedulersPerformAndStopCleanly(t *testing.T) {
	db, now := pgtest.New(t), dawn
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	runDue(t, scheduler(t, db, &now, daily(&diary{}, EachMissed)))
	now = dawn.AddDate(0, 0, 1)
	began := make(chan struct{})
	d := &diary{do: func(ctx context.Context, _ Run) (Summary, error) {
		close(began)
		<-ctx.Done()
		return Summary{}, ctx.Err()
	}}
	s := scheduler(t, db, &now, daily(d, EachMissed))
	s.Start(t.Context())
	<-began
	s.Stop()
	if diff := cmp.Diff([]string{"2026-03-01 waiting stopped"}, history(t, db)); diff != "" {
		t.Errorf("a stopped run should wait for another process (-want +got):\n%s", diff)
	}
	next := &diary{}
	if n := runDue(t, scheduler(t, db, &now, daily(next, EachMissed))); n != 1 {
		t.Errorf("the next process performed %d runs, want 1 at once", n)
	}
	if diff := cmp.Diff([]string{"2026-03-01 done stopped done"}, history(t, db)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestAMillionReportsBetweenTwoLooksAreOneWrite(t *testing.T) {
	p := &pulse{}
	if _, changed := p.take(); changed {
		t.Error("there was nothing to write yet")
	}
	for i := range int64(1_000_000) {
		p.set(i+1, 0, "")
	}
	if latest, changed := p.take(); !changed || latest.done != 1_000_000 {
		t.Errorf("the write would be %+v (%v), want the latest report", latest, changed)
	}
	if _, changed := p.take(); changed {
		t.Error("the same report would be written twice")
	}
}

func TestProgressReachesThePage(t *testing.T) {
	db, now := pgtest.New(t), dawn
	d := &diary{do: func(ctx context.Context, run Run) (Summary, error) {
		for i := range int64(100_000) {
			run.Progress(i, 200_000, "acme")
		}
		for ctx.Err() == nil {
			r, err := GetRun(ctx, db, run.ID)
			if err != nil {
				return Summary{}, err
			}
			if r.Done == 99_999 && r.Total == 200_000 && r.Note == "acme" && r.State == Running {
				run.Progress(200_000, 200_000, "")
				return Summary{}, nil
			}
		}
		return Summary{}, ctx.Err()
	}}
	s := scheduler(t, db, &now, daily(d, EachMissed))
	r, err := s.RunNow(t.Context(), "daily", day("2026-03-01"), access.System("test"))
	if err != nil || r.Done != 200_000 || r.Note != "" || r.State != Done {
		t.Errorf("the finished run shows %+v (%v)", r, err)
	}
}

func TestTheTableOfSpecsIsChecked(t *testing.T) {
	do := (&diary{}).Do
	for says, specs := range map[string][]Spec{
		`job "": needs a name`:                               {{Do: do}},
		`job "a": needs a name of its own`:                   {{Name: "a", Do: do}, {Name: "a", Do: do}},
		`something to do`:                                    {{Name: "a"}},
		`job a: cron line "0 0 30 2 *" is never`:             {{Name: "a", Cron: "0 0 30 2 *", Do: do}},
		`job a: cron line "@hourly": parser does not accept`: {{Name: "a", Cron: "@hourly", Do: do}},
	} {
		if _, err := New(nil, specs); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want it to say %q", err, says)
		}
	}
	now := dawn
	s := scheduler(t, nil, &now, daily(&diary{}, EachMissed), Spec{Name: "import", Do: do})
	want := []Job{{"daily", "Writes a diary.", "0 6 * * * (UTC)", dawn.Add(6 * time.Hour)}, {Name: "import", Schedule: "by hand"}}
	if diff := cmp.Diff(want, s.Jobs()); diff != "" {
		t.Errorf("the schedule page (-want +got):\n%s", diff)
	}
}
