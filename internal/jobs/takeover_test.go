package jobs

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

func TestARunWhoseProcessWasKilledIsTakenOver(t *testing.T) {
	db, now := pgtest.New(t), dawn
	runDue(t, scheduler(t, db, &now, daily(&diary{}, EachMissed)))
	process := exec.Command(os.Args[0])
	process.Env = append(os.Environ(), victimURL+"="+pgtest.URL(t, db))
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "working on 2026-03-01\n" {
		_ = process.Process.Kill()
		t.Fatalf("the other process says %q (%v)", line, err)
	}

	// While it lives, its run is its own.
	now = dawn.AddDate(0, 0, 1)
	d := &diary{}
	s := scheduler(t, db, &now, daily(d, EachMissed))
	if n := runDue(t, s); n != 0 {
		t.Errorf("%d runs were taken from a living process", n)
	}
	_, err = s.RunNow(t.Context(), "daily", day("2026-03-01"), access.System("test"))
	if !errors.Is(err, fault.Conflict) {
		t.Errorf("a second run of the job at the same time: %v, want a conflict", err)
	}

	if err := process.Process.Kill(); err != nil { // SIGKILL
		t.Fatal(err)
	}
	_ = process.Wait()
	for len(d.told()) == 0 && t.Context().Err() == nil {
		runDue(t, s) // until the lease has run out
	}
	if diff := cmp.Diff([]string{"2026-03-01 done lost done"}, history(t, db)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

// expire plants what time would do: the holder has not reported for too long.
func expire(t *testing.T, db *postgres.DB) {
	t.Helper()
	_, err := db.Exec(t.Context(), `update jobs.runs set lease_until = clock_timestamp() - interval '1 second' where state = 'running'`)
	if err != nil {
		t.Fatal(err)
	}
}

func TestAHolderThatWakesUpLateChangesNothingAndIsTold(t *testing.T) {
	db, now := pgtest.New(t), dawn
	d := &diary{}
	fast := scheduler(t, db, &now, daily(d, EachMissed))
	runDue(t, fast)
	now = dawn.AddDate(0, 0, 1)
	sleepy := &diary{do: func(ctx context.Context, _ Run) (Summary, error) {
		expire(t, db) // it was paused, and meanwhile another takes over and finishes
		if n := runDue(t, fast); n != 1 {
			t.Errorf("the other process performed %d runs, want 1", n)
		}
		<-ctx.Done() // its own heartbeat finds out and stops it
		return Summary{Text: "late"}, context.Cause(ctx)
	}}
	slow := scheduler(t, db, &now, daily(sleepy, EachMissed))
	slow.Heartbeat = 10 * time.Millisecond
	if did, err := slow.step(t.Context(), slow.jobs[0]); !did || err != nil {
		t.Fatalf("the slow scheduler: %v, %v", did, err)
	}
	if diff := cmp.Diff([]string{"2026-03-01 done lost done"}, history(t, db)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	runs, _ := ListRuns(t.Context(), db, Filter{})
	if runs[0].Summary.Text != "did 2026-03-01" {
		t.Errorf("the late holder wrote its summary %q", runs[0].Summary.Text)
	}
}

func TestARunByHandIsNotHeldUpByOneWhoseProcessIsGone(t *testing.T) {
	db, now, d := pgtest.New(t), dawn, &diary{}
	s := scheduler(t, db, &now, daily(d, EachMissed))
	runDue(t, s)
	now = dawn.AddDate(0, 0, 1)
	if err := plan(t.Context(), db, s.jobs[0], now); err != nil {
		t.Fatal(err)
	}
	if _, found, err := claim(t.Context(), db, "daily", "doomed", time.Minute); !found || err != nil {
		t.Fatalf("claim: %v, %v", found, err)
	}
	now = now.Add(time.Hour)
	byHand := func() error {
		_, err := s.RunNow(t.Context(), "daily", day("2026-02-01"), access.System("test"))
		return err
	}
	if err := byHand(); !errors.Is(err, ErrUnderWay) || !errors.Is(err, fault.Conflict) {
		t.Fatalf("beside a living process: %v, want a conflict", err)
	}
	expire(t, db)
	if err := byHand(); err != nil {
		t.Fatalf("after its process is gone: %v", err)
	}
	runDue(t, s) // the tick is still due: its day is another one
	if diff := cmp.Diff([]string{"2026-03-01 done lost done", "2026-02-01 done done"}, history(t, db)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestARunThatKillsItsProcessEachTimeIsGivenUp(t *testing.T) {
	db, now, d := pgtest.New(t), dawn, &diary{}
	s := scheduler(t, db, &now, daily(d, EachMissed))
	runDue(t, s)
	now = dawn.AddDate(0, 0, 1)
	if err := plan(t.Context(), db, s.jobs[0], now); err != nil {
		t.Fatal(err)
	}
	for range maxFailures {
		if _, found, err := claim(t.Context(), db, "daily", "doomed", time.Minute); !found || err != nil {
			t.Fatalf("claim: %v, %v", found, err)
		}
		expire(t, db)
	}
	runDue(t, s)
	if told := d.told(); len(told) != 0 {
		t.Errorf("it was performed again: %v", told)
	}
	if want := "2026-03-01 failed" + strings.Repeat(" lost", maxFailures) + " failed"; history(t, db)[0] != want {
		t.Errorf("history is %q, want %q", history(t, db)[0], want)
	}
}
