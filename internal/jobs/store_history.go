package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// State is where a run stands.
type State string

const (
	Waiting State = "waiting" // due, or between two attempts
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed" // given up; later ticks go on
)

// Record is a run as the history keeps it.
type Record struct {
	ID                int64
	Job               string
	Due               time.Time
	AsOf              period.Date
	Manual            bool
	RequestedBy       int64  // 0 for the program itself
	RequestedName     string // who asked for it
	State             State
	Attempt, Failures int
	RetryAt           *time.Time // of a waiting run that failed
	Holder            string     // host and process, while running
	LeaseUntil        *time.Time
	StartedAt         *time.Time // of the last attempt
	FinishedAt        *time.Time
	Done, Total       int64 // progress; Total 0 = not known
	Note              string
	Summary           Summary
	Error             string
	Attempts          []Attempt // filled by GetRun only
}

// Attempt is how one attempt of a run ended: done, failed, stopped (the process
// was told to stop) or lost (it was killed, and another took the run over).
type Attempt struct {
	Attempt int
	Holder  string
	EndedAt time.Time
	Outcome string
	Error   string
}

// Filter narrows ListRuns; a zero field does not narrow.
type Filter struct {
	Job    string
	State  State
	From   period.Date // as of this day or later
	Until  period.Date // as of an earlier day
	Sort   Sort
	Before int64 // keyset: the ID of the last run of the page before
	Limit  int   // at most 500; 0 = 100
}

// Sort is an order of the runs; "-" before it turns it round. Equals stand by ID.
type Sort string

// The orders there are.
const (
	Newest    Sort = ""
	ByJob     Sort = "job"
	ByDay     Sort = "as_of"
	ByStarted Sort = "started" // those that did not start yet come last
	ByLength  Sort = "took"    // of the last attempt; a run that is not over counts as none
)

// ListRuns returns runs in the filter's order. The next page asks with Before set to
// the last run's ID.
func ListRuns(ctx context.Context, q postgres.Querier, f Filter) ([]Record, error) {
	rows, err := f.query(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", postgres.Fault(err))
	}
	records, err := pgx.CollectRows(rows, scanRecord)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", postgres.Fault(err))
	}
	return records, nil
}

// query picks the statement of the filter's order. Each is static text: the database plans it once, and a test prepares
// every one.
func (f Filter) query(ctx context.Context, q postgres.Querier) (pgx.Rows, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	args := pgx.NamedArgs{"job": f.Job, "state": string(f.State), "from": f.From, "until": f.Until, "before": f.Before, "limit": min(limit, 500)}
	switch f.Sort {
	case ByJob:
		return q.Query(ctx, selectRuns+`
			and (last.id is null or (r.job, r.id) > (last.job, last.id))
			order by r.job, r.id limit @limit`, args)
	case "-" + ByJob:
		return q.Query(ctx, selectRuns+`
			and (last.id is null or (r.job, r.id) < (last.job, last.id))
			order by r.job desc, r.id desc limit @limit`, args)
	case ByDay:
		return q.Query(ctx, selectRuns+`
			and (last.id is null or (r.as_of, r.id) > (last.as_of, last.id))
			order by r.as_of, r.id limit @limit`, args)
	case "-" + ByDay:
		return q.Query(ctx, selectRuns+`
			and (last.id is null or (r.as_of, r.id) < (last.as_of, last.id))
			order by r.as_of desc, r.id desc limit @limit`, args)
	case ByStarted:
		return q.Query(ctx, selectRuns+`
			and (last.id is null or (coalesce(r.started_at, 'infinity'), r.id) > (coalesce(last.started_at, 'infinity'), last.id))
			order by coalesce(r.started_at, 'infinity'), r.id limit @limit`, args)
	case "-" + ByStarted:
		return q.Query(ctx, selectRuns+`
			and (last.id is null or (coalesce(r.started_at, 'infinity'), r.id) < (coalesce(last.started_at, 'infinity'), last.id))
			order by coalesce(r.started_at, 'infinity') desc, r.id desc limit @limit`, args)
	case ByLength:
		return q.Query(ctx, selectRuns+`
			and (last.id is null or (coalesce(r.finished_at - r.started_at, '0'), r.id) > (coalesce(last.finished_at - last.started_at, '0'), last.id))
			order by coalesce(r.finished_at - r.started_at, '0'), r.id limit @limit`, args)
	case "-" + ByLength:
		return q.Query(ctx, selectRuns+`
			and (last.id is null or (coalesce(r.finished_at - r.started_at, '0'), r.id) < (coalesce(last.finished_at - last.started_at, '0'), last.id))
			order by coalesce(r.finished_at - r.started_at, '0') desc, r.id desc limit @limit`, args)
	}
	return q.Query(ctx, selectRuns+`
			and (@before::bigint = 0 or r.id < @before)
			order by r.id desc limit @limit`, args)
}

// selectRuns is what the orders have in common. `last` is the run that ended the page before, as it stands now.
const selectRuns = `
		select r.id, r.job, r.due_at, r.as_of, r.trigger = 'manual', r.requested_by, r.requested_name, r.state, r.attempt, r.failures, r.retry_at,
		       coalesce(r.holder, ''), r.lease_until, r.started_at, r.finished_at, r.progress_done, r.progress_total, r.progress_note,
		       r.summary, coalesce(r.error, '')
		from jobs.runs r
		left join (
			select x.id, x.job, x.as_of, x.started_at, x.finished_at from jobs.runs x where x.id = @before) last on true
		where (@job = '' or r.job = @job)
			and (@state = '' or r.state = @state)
			and (@from::date is null or r.as_of >= @from)
			and (@until::date is null or r.as_of < @until)`

// GetRun returns one run with its attempts; fault.NotFound when there is none.
func GetRun(ctx context.Context, q postgres.Querier, id int64) (Record, error) {
	rows, err := q.Query(ctx, `
		select id, job, due_at, as_of, trigger = 'manual', requested_by, requested_name, state, attempt, failures, retry_at,
		       coalesce(holder, ''), lease_until, started_at, finished_at, progress_done, progress_total, progress_note,
		       summary, coalesce(error, '')
		from jobs.runs where id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return Record{}, fmt.Errorf("read run %d: %w", id, postgres.Fault(err))
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRecord)
	if err != nil {
		return Record{}, fmt.Errorf("read run %d: %w", id, postgres.Fault(err))
	}
	rows, err = q.Query(ctx, `
		select attempt, holder, ended_at, outcome, error from jobs.attempts where run_id = @id order by attempt`,
		pgx.NamedArgs{"id": id})
	if err != nil {
		return Record{}, fmt.Errorf("read attempts of run %d: %w", id, postgres.Fault(err))
	}
	r.Attempts, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Attempt])
	if err != nil {
		return Record{}, fmt.Errorf("read attempts of run %d: %w", id, postgres.Fault(err))
	}
	return r, nil
}

func scanRecord(row pgx.CollectableRow) (Record, error) {
	var r Record
	var summary []byte
	err := row.Scan(&r.ID, &r.Job, &r.Due, &r.AsOf, &r.Manual, &r.RequestedBy, &r.RequestedName, &r.State, &r.Attempt, &r.Failures,
		&r.RetryAt, &r.Holder, &r.LeaseUntil, &r.StartedAt, &r.FinishedAt, &r.Done, &r.Total, &r.Note, &summary, &r.Error)
	if err == nil && summary != nil {
		err = json.Unmarshal(summary, &r.Summary)
	}
	return r, err
}
