// Package jobs turns a clock into work that is done exactly as often as due.
//
// It owns the table of specs it is given, the row per due tick, who performs a
// run right now (a lease with a heartbeat), retries, progress and history. It is
// the only importer of a cron library.
//
// It does not own what a job does. A job is written to do everything that is due
// through its as-of day and not done yet, in batches that each stand alone, so
// that a run which was killed is simply run again.
//
// Times: Due is the instant of the tick by the spec's cron line and zone; AsOf is
// the civil day of that instant in that zone, or the day a person asked for.
// Ticks come from Scheduler.Clock; leases and retries from the database's clock,
// so that hosts with different clocks agree about who holds a run.
//
// Invariants, each held by a constraint and a test:
//   - one row per (job, due instant), however many schedulers look;
//   - at most one run of a job is under way at a time;
//   - the ticks of a job are performed oldest first;
//   - a run whose process is gone is taken over, and what the old holder still
//     reports is refused (the attempt number is the fence).
package jobs

import (
	"context"
	"errors"
	"time"

	"ratable/internal/access"
	"ratable/internal/period"
)

// Policy says what to do about ticks that passed while no scheduler ran.
type Policy int

const (
	EachMissed Policy = iota // perform every one, oldest first: its as-of day matters
	LatestOnly               // perform the newest only: it covers the others
)

// Spec is one line of the schedule.
type Spec struct {
	Name string         // "invoices"; the job's name in the database, never reused for another job
	Cron string         // five fields: minute hour day month weekday, on the wall clock of Zone; empty: by hand only
	Zone *time.Location // nil = UTC
	Help string         // one sentence for the page and the CLI
	// CatchUp counts from the first time a scheduler saw the job: a new job does
	// not perform the years before it was written.
	CatchUp Policy
	Roles   []access.Role // who may start it by hand; empty = finance or accountant
	Do      func(ctx context.Context, run Run) (Summary, error)
}

// Run is what a job is told. ctx is canceled when the scheduler stops or when the
// lease is lost; batches that are committed by then stay, the rest is done again.
type Run struct {
	ID   int64
	Due  time.Time
	AsOf period.Date
	By   access.Actor // the system, or the person who asked for the run
	// Progress may be called as often as one likes: at most one write a second
	// reaches the database. total 0 means not known yet.
	Progress func(done, total int64, note string)
}

// Summary is what the Runs page shows of a finished run.
type Summary struct {
	Text   string           `json:"text"`             // "412 invoices issued, 2 contracts failed"
	Counts map[string]int64 `json:"counts,omitempty"` // the same for machines
}

// NoRetry marks an error that trying again cannot mend, such as a total that
// strays and waits for a person. The run is failed at once; later ticks go on.
func NoRetry(err error) error {
	if err == nil {
		return nil
	}
	return noRetry{err}
}

type noRetry struct{ error }

func (e noRetry) Unwrap() error { return e.error }

func retryable(err error) bool {
	var stop noRetry
	return !errors.As(err, &stop)
}

// maxFailures ends the retries of a run: about an hour after the first failure.
const maxFailures = 8

// backoff is the pause after the n-th failure: 30 s, 1, 2, 4, ... at most 30 minutes.
func backoff(failures int) time.Duration {
	d := 30 * time.Second
	for range min(failures-1, 10) {
		d *= 2
	}
	return min(d, 30*time.Minute)
}
