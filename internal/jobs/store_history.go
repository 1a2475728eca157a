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
	Before int64 // keyset: only runs with a smaller ID
	Limit  int   // at most 500; 0 = 100
}

// ListRuns returns runs, the newest first. The next page asks with Before set to
// the last run's ID.
func ListRuns(ctx context.Context, q postgres.Querier, f Filter) ([]Record, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	rows, err := q.Query(ctx, `
		select id, job, due_at, as_of, trigger = 'manual', requested_by, requested_name, state, attempt, failures, retry_at,
		       coalesce(holder, ''), lease_until, started_at, finished_at, progress_done, progress_total, progress_note,
		       summary, coalesce(error, '')
		from jobs.runs
		where (@job = '' or job = @job) and (@state = '' or state = @state) and (@before::bigint = 0 or id < @before)
		order by id desc
		limit @limit`,
		pgx.NamedArgs{"job": f.Job, "state": string(f.State), "before": f.Before, "limit": min(limit, 500)})
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", postgres.Fault(err))
	}
	records, err := pgx.CollectRows(rows, scanRecord)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", postgres.Fault(err))
	}
	return records, nil
}

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
