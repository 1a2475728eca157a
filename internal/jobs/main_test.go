package jobs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

// victimURL makes this test binary a worker process that the test kills.
const victimURL = "RATABLE_TEST_JOBS_VICTIM"

func TestMain(m *testing.M) {
	if url := os.Getenv(victimURL); url != "" {
		victim(url)
		return
	}
	pgtest.Main(m)
}

var dawn = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// diary is a job that writes down what it was told.
type diary struct {
	mu   sync.Mutex
	days []string
	do   func(ctx context.Context, run Run) (Summary, error) // nil = succeed
}

func (d *diary) Do(ctx context.Context, run Run) (Summary, error) {
	d.mu.Lock()
	d.days = append(d.days, run.AsOf.String())
	do := d.do
	d.mu.Unlock()
	if do == nil {
		return Summary{Text: "did " + run.AsOf.String()}, nil
	}
	return do(ctx, run)
}

func (d *diary) told() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.days...)
}

func daily(d *diary, policy Policy) Spec {
	return Spec{Name: "daily", Cron: "0 6 * * *", Help: "Writes a diary.", CatchUp: policy, Do: d.Do}
}

// scheduler returns one whose clock shows *now, and whose retries do not wait.
func scheduler(t *testing.T, db *postgres.DB, now *time.Time, specs ...Spec) *Scheduler {
	t.Helper()
	s, err := New(db, specs)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock = func() time.Time { return *now }
	s.Backoff = func(int) time.Duration { return 0 }
	return s
}

func runDue(t *testing.T, s *Scheduler) int {
	t.Helper()
	n, err := s.RunDue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// history is every run, the oldest due first, as "day state/outcomes".
func history(t *testing.T, db *postgres.DB) []string {
	t.Helper()
	runs, err := ListRuns(t.Context(), db, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for i := len(runs) - 1; i >= 0; i-- {
		r, err := GetRun(t.Context(), db, runs[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%s %s", r.AsOf, r.State)
		for _, a := range r.Attempts {
			line += " " + a.Outcome
		}
		list = append(list, line)
	}
	return list
}

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// victim performs runs until it is killed: it begins, says so, and never ends.
func victim(url string) {
	ctx := context.Background()
	db, err := postgres.Open(ctx, url)
	if err != nil {
		fmt.Println("cannot open the database:", err)
		return
	}
	stuck := &diary{do: func(ctx context.Context, run Run) (Summary, error) {
		run.Progress(7, 10, "halfway")
		fmt.Println("working on", run.AsOf)
		select {}
	}}
	s, err := New(db, []Spec{daily(stuck, EachMissed)})
	if err != nil {
		fmt.Println(err)
		return
	}
	s.Clock = func() time.Time { return dawn.AddDate(0, 0, 1) }
	s.Lease, s.Heartbeat, s.Holder = 2*time.Second, 200*time.Millisecond, "victim"
	_, err = s.RunDue(ctx)
	fmt.Println("ended:", errors.Join(err, errors.New("it should have been killed")))
}
