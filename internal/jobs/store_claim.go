package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// claimed is a run this process holds until its lease ends.
type claimed struct {
	id            int64
	attempt       int // the fence
	failures      int
	due           time.Time
	asOf          period.Date
	manual        bool
	requestedBy   int64
	requestedName string
	abandoned     bool // taken over once too often: it kills whoever performs it
}

// lost is what the history says of an attempt whose lease ran out.
const lost = "its process stopped reporting"

// claim takes the job's next run: one whose holder is gone, else the oldest that
// waits, unless another is under way or the oldest waits for its retry.
func claim(ctx context.Context, db *postgres.DB, job, holder string, lease time.Duration) (c claimed, found bool, err error) {
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		c, found, err = claimNext(ctx, tx, job, holder, lease)
		return err
	})
	if postgres.Constraint(err) == "runs_one_at_a_time" {
		return claimed{}, false, nil // somebody began another run of the job in this very moment
	}
	return c, found, err
}

func claimNext(ctx context.Context, tx pgx.Tx, job, holder string, lease time.Duration) (claimed, bool, error) {
	var c claimed
	var state, lastHolder, trigger string
	err := tx.QueryRow(ctx, `
		select r.id, r.attempt, r.failures, r.due_at, r.as_of, r.trigger, r.requested_by, r.requested_name, r.state, coalesce(r.holder, '')
		from jobs.runs r
		where r.job = @job
		  and (r.state = 'running' and r.lease_until < clock_timestamp()
		    or r.state = 'waiting' and (r.retry_at is null or r.retry_at <= clock_timestamp())
		       and not exists (select from jobs.runs o
		                       where o.job = r.job and (o.state = 'running'
		                         or o.state = 'waiting' and (o.due_at, o.id) < (r.due_at, r.id))))
		order by r.state = 'running' desc, r.due_at, r.id
		limit 1
		for update of r skip locked`,
		pgx.NamedArgs{"job": job},
	).Scan(&c.id, &c.attempt, &c.failures, &c.due, &c.asOf, &trigger, &c.requestedBy, &c.requestedName, &state, &lastHolder)
	if errors.Is(err, pgx.ErrNoRows) {
		return claimed{}, false, nil
	}
	if err != nil {
		return claimed{}, false, postgres.Fault(err)
	}
	if state == "running" {
		err := writeAttempt(ctx, tx, c, lastHolder, "lost", lost)
		if err != nil {
			return claimed{}, false, err
		}
		c.failures++
	}
	c.attempt++
	c.manual = trigger == "manual"
	c.abandoned = c.failures >= maxFailures
	_, err = tx.Exec(ctx, `
		update jobs.runs
		set state = 'running', attempt = @attempt, failures = @failures, holder = @holder, retry_at = null,
		    lease_until = clock_timestamp() + @lease::interval, started_at = clock_timestamp(),
		    progress_done = 0, progress_total = 0, progress_note = ''
		where id = @id`,
		pgx.NamedArgs{"id": c.id, "attempt": c.attempt, "failures": c.failures, "holder": holder, "lease": lease})
	return c, true, postgres.Fault(err)
}

// letGo lets a run whose process is gone wait for a scheduler, so that it does not
// stand in the way of a run by hand where no scheduler is there to take it over.
func letGo(ctx context.Context, tx pgx.Tx, job string) error {
	var c claimed
	var holder string
	err := tx.QueryRow(ctx, `
		select r.id, r.attempt, r.holder
		from jobs.runs r
		where r.job = @job and r.state = 'running' and r.lease_until < clock_timestamp()
		for update`,
		pgx.NamedArgs{"job": job},
	).Scan(&c.id, &c.attempt, &holder)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return postgres.Fault(err)
	}
	if err := writeAttempt(ctx, tx, c, holder, "lost", lost); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		update jobs.runs
		set state = 'waiting', failures = failures + 1, holder = null, lease_until = null
		where id = @id`,
		pgx.NamedArgs{"id": c.id})
	return postgres.Fault(err)
}

// progress is what the page shows of a run under way.
type progress struct {
	done, total int64
	note        string
}

// beat prolongs the lease and writes the progress. held is false when somebody
// else has taken the run over.
func beat(ctx context.Context, q postgres.Querier, c claimed, lease time.Duration, p progress) (held bool, err error) {
	tag, err := q.Exec(ctx, `
		update jobs.runs
		set lease_until = clock_timestamp() + @lease::interval,
		    progress_done = @done, progress_total = @total, progress_note = @note
		where id = @id and attempt = @attempt and state = 'running'`,
		pgx.NamedArgs{"id": c.id, "attempt": c.attempt, "lease": lease, "done": p.done, "total": p.total, "note": p.note})
	return tag.RowsAffected() == 1, postgres.Fault(err)
}

// ending is how an attempt ended and what that makes of the run.
type ending struct {
	outcome  string // of the attempt: done, failed, stopped
	state    string // of the run: done, failed, waiting
	failures int
	retryIn  time.Duration
	summary  Summary
	err      error
	progress progress
}

// finish writes the ending, unless the run is somebody else's by now.
func finish(ctx context.Context, db *postgres.DB, c claimed, holder string, e ending) (held bool, err error) {
	message := ""
	if e.err != nil {
		message = e.err.Error()
	}
	summary, err := json.Marshal(e.summary)
	if err != nil {
		return false, err
	}
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update jobs.runs
			set state = @state, failures = @failures, holder = null, lease_until = null,
			    retry_at = case when @state = 'waiting' and @retry_in::interval > interval '0' then clock_timestamp() + @retry_in::interval end,
			    finished_at = case when @state <> 'waiting' then clock_timestamp() end,
			    progress_done = @done, progress_total = @total, progress_note = @note,
			    summary = @summary, error = nullif(@error, '')
			where id = @id and attempt = @attempt and state = 'running'`,
			pgx.NamedArgs{
				"id": c.id, "attempt": c.attempt, "state": e.state, "failures": e.failures, "retry_in": e.retryIn,
				"done": e.progress.done, "total": e.progress.total, "note": e.progress.note,
				"summary": string(summary), "error": message,
			})
		if err != nil {
			return postgres.Fault(err)
		}
		if held = tag.RowsAffected() == 1; !held {
			return nil
		}
		return writeAttempt(ctx, tx, c, holder, e.outcome, message)
	})
	return held, err
}

func writeAttempt(ctx context.Context, tx pgx.Tx, c claimed, holder, outcome, message string) error {
	_, err := tx.Exec(ctx, `
		insert into jobs.attempts (run_id, attempt, holder, outcome, error)
		values (@run, @attempt, @holder, @outcome, @error)`,
		pgx.NamedArgs{"run": c.id, "attempt": c.attempt, "holder": holder, "outcome": outcome, "error": message})
	return postgres.Fault(err)
}
