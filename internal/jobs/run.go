package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"ratable/internal/access"
	"ratable/internal/fault"
)

// errLost is the cause of a run's canceled context when another process may have
// taken it over, so that two never work on it longer than it takes to notice.
var errLost = errors.New("the run's lease was lost to another process")

// perform does a claimed run and writes how it ended.
func (s *Scheduler) perform(ctx context.Context, j job, c claimed) (Summary, error) {
	by := access.System(j.actorName())
	if c.manual && c.requestedBy != 0 {
		person, err := access.ActorByID(ctx, s.db, c.requestedBy)
		if errors.Is(err, fault.Denied) {
			err = NoRetry(err) // whoever asked may no longer ask: waiting does not mend that
		}
		if err != nil {
			return Summary{}, s.conclude(ctx, c, s.settle(ctx, c, Summary{}, err, false))
		}
		by = person
	}
	if c.abandoned {
		err := NoRetry(fmt.Errorf("given up: %d attempts failed or ended with their process", c.failures))
		return Summary{}, s.conclude(ctx, c, s.settle(ctx, c, Summary{}, err, false))
	}
	return s.performBy(ctx, j, c, by, false)
}

// performBy does the work under a heartbeat. attended: a person waits for the
// answer, so a failure is theirs to repeat and is not retried behind their back.
func (s *Scheduler) performBy(ctx context.Context, j job, c claimed, by access.Actor, attended bool) (Summary, error) {
	by.RequestID = fmt.Sprintf("run:%d", c.id)
	working, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	pulse := &pulse{}
	var beating sync.WaitGroup
	done := make(chan struct{})
	beating.Go(func() { s.keep(ctx, c, pulse, cancel, done) })

	run := Run{ID: c.id, Due: c.due, AsOf: c.asOf, By: by, Progress: pulse.set}
	summary, err := guarded(working, j, run)
	close(done)
	beating.Wait()
	if cause := context.Cause(working); err != nil && cause != nil {
		err = errors.Join(cause, err) // "context canceled" alone explains nothing
	}
	e := s.settle(ctx, c, summary, err, attended)
	e.progress, _ = pulse.take()
	return summary, s.conclude(ctx, c, e)
}

// guarded turns a panic of the job into its error: one job must not end the
// process that serves the others.
func guarded(ctx context.Context, j job, run Run) (summary Summary, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return j.Do(ctx, run)
}

// settle decides what the end of an attempt makes of the run.
func (s *Scheduler) settle(ctx context.Context, c claimed, summary Summary, err error, attended bool) ending {
	e := ending{outcome: "done", state: "done", failures: c.failures, summary: summary, err: err}
	switch {
	case err == nil:
	case ctx.Err() != nil && !attended:
		// Told to stop: not the job's failure. It waits and is begun again, perhaps elsewhere.
		e.outcome, e.state = "stopped", "waiting"
	case attended || !retryable(err) || c.failures+1 >= maxFailures:
		e.outcome, e.state, e.failures = "failed", "failed", c.failures+1
	default:
		e.outcome, e.state, e.failures = "failed", "waiting", c.failures+1
		e.retryIn = s.Backoff(e.failures)
	}
	return e
}

// conclude writes the ending, also while the process is stopping, and returns the
// run's error.
func (s *Scheduler) conclude(ctx context.Context, c claimed, e ending) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	held, err := finish(ctx, s.db, c, s.Holder, e)
	if err != nil {
		// Unwritten, the lease runs out and the run is done again: safe, as jobs repeat safely.
		return errors.Join(e.err, fmt.Errorf("write the end of run %d: %w", c.id, err))
	}
	if !held {
		return errors.Join(e.err, errLost)
	}
	return e.err
}

// keep prolongs the lease until done. When it cannot, it cancels the work before
// the lease ends.
func (s *Scheduler) keep(ctx context.Context, c claimed, p *pulse, cancel context.CancelCauseFunc, done <-chan struct{}) {
	// The work may still be winding down after ctx ended: the lease is kept for it.
	ctx = context.WithoutCancel(ctx)
	look := time.NewTicker(min(time.Second, s.Heartbeat))
	defer look.Stop()
	last := time.Now()
	for {
		select {
		case <-done:
			return
		case <-look.C:
		}
		now, changed := p.take()
		if !changed && time.Since(last) < s.Heartbeat {
			continue
		}
		began := time.Now()
		limited, release := context.WithTimeout(ctx, s.Lease/3)
		held, err := beat(limited, s.db, c, s.Lease, now)
		release()
		switch {
		case err == nil && held:
			last = began
		case err == nil:
			cancel(errLost)
			return
		case time.Since(last) > s.Lease-s.Lease/3:
			cancel(fmt.Errorf("%w: %w", errLost, err))
			return
		}
	}
}

// pulse holds the latest progress between two writes.
type pulse struct {
	mu      sync.Mutex
	latest  progress
	changed bool
}

func (p *pulse) set(done, total int64, note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latest, p.changed = progress{done, total, note}, true
}

// take returns the latest progress and whether it is newer than the last taken.
func (p *pulse) take() (progress, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	changed := p.changed
	p.changed = false
	return p.latest, changed
}
