package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// ErrUnderWay is the conflict of a run by hand with a run of the same job that
// goes on elsewhere, or whose process was killed less than a lease ago.
var ErrUnderWay = errors.New("is under way")

// RunNow performs a job for a day in this process and returns how it went, with
// the job's error when it failed. It waits for nobody: ErrUnderWay, a
// fault.Conflict, when a run of the job is under way. If this process is killed,
// a scheduler takes the run over.
func (s *Scheduler) RunNow(ctx context.Context, name string, asOf period.Date, by access.Actor) (Record, error) {
	doing := fmt.Sprintf("run %s as of %s", name, asOf)
	j, err := s.mayRun(name, by)
	if err != nil {
		return Record{}, fmt.Errorf("%s: %w", doing, err)
	}
	c := claimed{attempt: 1, due: s.Clock(), asOf: asOf, manual: true, requestedBy: by.UserID, requestedName: by.Name}
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		if err := letGo(ctx, tx, j.Name); err != nil {
			return err
		}
		c.id, err = insertManual(ctx, tx, j, asOf, c.due, by, s.Holder, s.Lease)
		return err
	})
	if err != nil {
		return Record{}, fmt.Errorf("%s: %w", doing, err)
	}
	_, runErr := s.performBy(ctx, j, c, by, true)
	record, err := GetRun(context.WithoutCancel(ctx), s.db, c.id)
	if runErr != nil {
		return record, fmt.Errorf("%s: %w", doing, runErr)
	}
	return record, err
}

// Request asks that a scheduler, in whichever process, perform a job for a day
// soon, and returns the run's id. `at` is the instant of asking.
func (s *Scheduler) Request(ctx context.Context, tx pgx.Tx, name string, asOf period.Date, at time.Time, by access.Actor) (int64, error) {
	doing := fmt.Sprintf("request %s as of %s", name, asOf)
	j, err := s.mayRun(name, by)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	id, err := insertManual(ctx, tx, j, asOf, at, by, "", s.Lease)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	return id, nil
}

func (s *Scheduler) mayRun(name string, by access.Actor) (job, error) {
	for _, j := range s.jobs {
		if j.Name != name {
			continue
		}
		if len(j.Roles) > 0 {
			return j, by.Require(j.Roles...)
		}
		return j, by.Require(access.Finance, access.Accountant)
	}
	return job{}, fault.New(fault.NotFound, "there is no such job")
}
