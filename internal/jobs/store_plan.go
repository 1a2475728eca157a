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
	"ratable/internal/postgres"
)

// planBatch bounds how many missed ticks one transaction writes; the next look,
// a moment later, writes the next batch.
const planBatch = 500

// plan turns the ticks that are due by now into runs. A second scheduler waits
// for the row lock, sees how far the first one got, and adds nothing.
func plan(ctx context.Context, db *postgres.DB, j job, now time.Time) error {
	from, known, err := plannedThrough(ctx, db, j.Name)
	if err != nil {
		return err
	}
	if next := j.next(from); known && (next.IsZero() || next.After(now)) {
		return nil // the usual look: nothing due, nothing locked
	}
	return db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			insert into jobs.schedules (job, planned_through) values (@job, @now) on conflict (job) do nothing`,
			pgx.NamedArgs{"job": j.Name, "now": now})
		if err != nil {
			return postgres.Fault(err)
		}
		var from time.Time
		err = tx.QueryRow(ctx, `select planned_through from jobs.schedules where job = @job for update`,
			pgx.NamedArgs{"job": j.Name}).Scan(&from)
		if err != nil {
			return postgres.Fault(err)
		}
		return writeTicks(ctx, tx, j, j.ticks(from, now, j.CatchUp, planBatch))
	})
}

func plannedThrough(ctx context.Context, q postgres.Querier, job string) (through time.Time, known bool, err error) {
	err = q.QueryRow(ctx, `select planned_through from jobs.schedules where job = @job`,
		pgx.NamedArgs{"job": job}).Scan(&through)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return through, err == nil, postgres.Fault(err)
}

func writeTicks(ctx context.Context, tx pgx.Tx, j job, due []time.Time) error {
	if len(due) == 0 {
		return nil
	}
	days := make([]time.Time, len(due))
	for i, t := range due {
		days[i] = j.asOf(t).Time(time.UTC)
	}
	_, err := tx.Exec(ctx, `
		insert into jobs.runs (job, due_at, as_of, trigger, requested_by, requested_name)
		select @job, t.due_at, t.as_of, 'tick', 0, @by
		from unnest(@due::timestamptz[], @days::date[]) as t (due_at, as_of)
		order by t.due_at
		on conflict on constraint runs_each_tick_once do nothing`,
		pgx.NamedArgs{"job": j.Name, "due": due, "days": days, "by": j.actorName()})
	if err != nil {
		return fmt.Errorf("write %d ticks: %w", len(due), postgres.Fault(err))
	}
	_, err = tx.Exec(ctx, `update jobs.schedules set planned_through = @through where job = @job`,
		pgx.NamedArgs{"job": j.Name, "through": due[len(due)-1]})
	return postgres.Fault(err)
}

// insertManual writes a run somebody asked for and its audit line.
// With a holder it is under way at once, else it waits for any scheduler.
func insertManual(ctx context.Context, tx pgx.Tx, j job, asOf period.Date, due time.Time, by access.Actor, holder string, lease time.Duration) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, `
		insert into jobs.runs (job, due_at, as_of, trigger, requested_by, requested_name, state, attempt, holder, lease_until, started_at)
		values (@job, @due, @as_of, 'manual', @by, @name,
			case when @holder = '' then 'waiting' else 'running' end,
			case when @holder = '' then 0 else 1 end,
			nullif(@holder, ''),
			case when @holder <> '' then clock_timestamp() + @lease::interval end,
			case when @holder <> '' then clock_timestamp() end)
		returning id`,
		pgx.NamedArgs{
			"job": j.Name, "due": due, "as_of": asOf, "by": by.UserID, "name": by.Name, "holder": holder, "lease": lease,
		}).Scan(&id)
	if postgres.Constraint(err) == "runs_one_at_a_time" {
		return 0, fault.New(fault.Conflict, "a run of %s %w: wait until it has finished", j.Name, ErrUnderWay)
	}
	if err != nil {
		return 0, postgres.Fault(err)
	}
	after := map[string]any{"as_of": asOf, "run": id}
	return id, access.Audit(ctx, tx, by, "job.run", access.Subject{Kind: "job", Key: j.Name}, nil, after, "")
}
