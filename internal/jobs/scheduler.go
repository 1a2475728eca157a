package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Scheduler performs the jobs of one table of specs. Any number of processes may
// run one on the same database.
type Scheduler struct {
	Clock     func() time.Time // decides which ticks are due
	Log       *slog.Logger
	Poll      time.Duration // between two looks at the database
	Lease     time.Duration // a run without a heartbeat for so long is taken over
	Heartbeat time.Duration // well below Lease
	Backoff   func(failures int) time.Duration
	Holder    string // names this process on the page

	db   *postgres.DB
	jobs []job

	stop context.CancelCauseFunc
	wait sync.WaitGroup
}

// job is a spec with its parsed schedule.
type job struct {
	Spec
	schedule
}

func (j job) actorName() string { return "job " + j.Name }

// New checks the table of specs and returns a scheduler that is not started.
func New(db *postgres.DB, specs []Spec) (*Scheduler, error) {
	host, _ := os.Hostname()
	s := &Scheduler{
		Clock: time.Now, Log: slog.Default(), Poll: 2 * time.Second, Lease: 45 * time.Second, Heartbeat: 10 * time.Second,
		Backoff: backoff, Holder: fmt.Sprintf("%s:%d", host, os.Getpid()), db: db,
	}
	seen := map[string]bool{}
	for _, spec := range specs {
		if spec.Name == "" || seen[spec.Name] || spec.Do == nil {
			return nil, fault.New(fault.Invalid, "job %q: needs a name of its own and something to do", spec.Name)
		}
		seen[spec.Name] = true
		parsed, err := parseSchedule(spec.Cron, spec.Zone)
		if err != nil {
			return nil, fmt.Errorf("job %s: %w", spec.Name, err)
		}
		s.jobs = append(s.jobs, job{spec, parsed})
	}
	return s, nil
}

// errStopping is the cause of a run's canceled context when the process ends.
var errStopping = errors.New("the scheduler is stopping")

// Start begins to perform what is due, one goroutine per job, and returns at
// once. It ends with ctx or Stop.
func (s *Scheduler) Start(ctx context.Context) {
	ctx, s.stop = context.WithCancelCause(ctx)
	for _, j := range s.jobs {
		s.wait.Go(func() { s.watch(ctx, j) })
	}
}

// Stop tells running jobs to stop and waits for them: a job that honors its
// context leaves its run waiting, so that another process goes on at once.
func (s *Scheduler) Stop() {
	if s.stop != nil {
		s.stop(errStopping)
	}
	s.wait.Wait()
}

func (s *Scheduler) watch(ctx context.Context, j job) {
	for ctx.Err() == nil {
		did, err := s.step(ctx, j)
		if err != nil && ctx.Err() == nil {
			// The database may be away: say so, and look again.
			s.Log.Error("job scheduler", "job", j.Name, "error", err)
		}
		if did && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(s.Poll):
		}
	}
}

// step plans what is due and performs one run. did is false when there was none.
func (s *Scheduler) step(ctx context.Context, j job) (did bool, err error) {
	if err := plan(ctx, s.db, j, s.Clock()); err != nil {
		return false, fmt.Errorf("plan %s: %w", j.Name, err)
	}
	c, found, err := claim(ctx, s.db, j.Name, s.Holder, s.Lease)
	if err != nil {
		return false, fmt.Errorf("claim a run of %s: %w", j.Name, err)
	}
	if !found {
		return false, nil
	}
	// A failed run is recorded and retried; it is no failure of the scheduler.
	_, err = s.perform(ctx, j, c)
	if err != nil {
		s.Log.Warn("job run failed", "job", j.Name, "run", c.id, "as_of", c.asOf.String(), "error", err)
	}
	return true, nil
}

// RunDue performs everything that is due now, job by job in the order of the
// table, and returns when nothing is left. It returns how many runs it performed.
func (s *Scheduler) RunDue(ctx context.Context) (performed int, err error) {
	for _, j := range s.jobs {
		for {
			did, err := s.step(ctx, j)
			if err != nil || ctx.Err() != nil {
				return performed, errors.Join(err, context.Cause(ctx))
			}
			if !did {
				break
			}
			performed++
		}
	}
	return performed, nil
}

// Job is a line of the schedule as a page shows it.
type Job struct {
	Name, Help, Schedule string
	Next                 time.Time // zero: by hand only
}

// Jobs returns the table of specs with the next tick of each.
func (s *Scheduler) Jobs() []Job {
	list := make([]Job, len(s.jobs))
	for i, j := range s.jobs {
		list[i] = Job{j.Name, j.Help, j.describe(), j.next(s.Clock())}
	}
	return list
}
