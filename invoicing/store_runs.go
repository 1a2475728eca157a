package invoicing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// RunRecord is the record of the runs of one as-of day.
type RunRecord struct {
	ID     int64
	AsOf   period.Date
	Events []RunEvent // oldest first
}

// RunEvent is what happened to a run.
type RunEvent struct {
	Event    string // planned, held, released, finished
	Totals   Totals
	Failures int
	Reason   string
	By       int64
	At       time.Time
}

// State is the event that counts: the last one.
func (r RunRecord) State() string {
	if len(r.Events) == 0 {
		return "started"
	}
	return r.Events[len(r.Events)-1].Event
}

// Finished says whether the run went through at least once.
func (r RunRecord) Finished() bool { return r.has("finished") }

// Released says whether a person let a held run go on.
func (r RunRecord) Released() bool { return r.has("released") }

func (r RunRecord) has(event string) bool {
	for _, e := range r.Events {
		if e.Event == event {
			return true
		}
	}
	return false
}

// Failing says whether accounts failed when the run was last gone through.
func (r RunRecord) Failing() bool {
	for i := len(r.Events) - 1; i >= 0; i-- {
		if r.Events[i].Event == "finished" {
			return r.Events[i].Failures > 0
		}
	}
	return false
}

// Issued adds up what all runs of the day issued.
func (r RunRecord) Issued() Totals {
	var out Totals
	for _, e := range r.Events {
		if e.Event == "finished" {
			out.merge(e.Totals)
		}
	}
	return out
}

// openRun finds or makes the record of a day.
func openRun(ctx context.Context, db *postgres.DB, asOf period.Date) (RunRecord, error) {
	var r RunRecord
	err := db.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `
			insert into invoicing.runs (as_of)
			values (@as_of)
			on conflict (as_of) do nothing`, pgx.NamedArgs{"as_of": asOf}); err != nil {
			return postgres.Fault(err)
		}
		var err error
		r, err = RunOf(ctx, tx, asOf)
		return err
	})
	return r, err
}

// lockRun keeps the record of a day to one writer until tx ends: two runs of the
// day count its events up one after the other.
func lockRun(ctx context.Context, tx pgx.Tx, asOf period.Date) (RunRecord, error) {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended(@key, 0))`, pgx.NamedArgs{"key": "invoicing.runs " + asOf.String()})
	if err != nil {
		return RunRecord{}, postgres.Fault(err)
	}
	return RunOf(ctx, tx, asOf)
}

// RunOf returns the record of a day's runs; fault.NotFound when there was none.
func RunOf(ctx context.Context, q postgres.Querier, asOf period.Date) (RunRecord, error) {
	found, err := runs(ctx, q, asOf, asOf.AddDays(1), 1)
	if err != nil {
		return RunRecord{}, err
	}
	if len(found) == 0 {
		return RunRecord{}, fault.New(fault.NotFound, "there was no invoice run as of %s", asOf)
	}
	return found[0], nil
}

// Runs lists the latest runs before a day, newest first; a zero day means all.
func Runs(ctx context.Context, q postgres.Querier, before period.Date, limit int) ([]RunRecord, error) {
	if before.IsZero() {
		before = period.NewDate(9999, 12, 31)
	}
	return runs(ctx, q, period.NewDate(1, 1, 1), before, limit)
}

func runs(ctx context.Context, q postgres.Querier, from, before period.Date, limit int) ([]RunRecord, error) {
	rows, err := q.Query(ctx, `
		select r.id, r.as_of,
			coalesce((
				select jsonb_agg(jsonb_build_object(
					'Event', e.event, 'Totals', jsonb_build_object('documents', e.documents, 'net', e.totals),
					'Failures', e.failures, 'Reason', e.reason, 'By', e.by_user, 'At', e.recorded_at) order by e.seq)
				from invoicing.run_events e where e.run_id = r.id), '[]')
		from invoicing.runs r
		where r.as_of >= @from and r.as_of < @before
		order by r.as_of desc
		limit @limit`, pgx.NamedArgs{"from": from, "before": before, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list invoice runs: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (RunRecord, error) {
		var r RunRecord
		var events []byte
		if err := row.Scan(&r.ID, &r.AsOf, &events); err != nil {
			return r, err
		}
		return r, json.Unmarshal(events, &r.Events)
	})
	return out, postgres.Fault(err)
}

func recordEvent(ctx context.Context, tx pgx.Tx, run int64, e RunEvent, by access.Actor) error {
	totals, err := json.Marshal(e.Totals.Net)
	if err != nil {
		return err
	}
	if e.Totals.Net == nil {
		totals = []byte("{}")
	}
	_, err = tx.Exec(ctx, `
		insert into invoicing.run_events (run_id, seq, event, documents, failures, totals, reason, by_user)
		select @run, coalesce(max(seq), 0) + 1, @event, @documents, @failures, @totals, @reason, @by
		from invoicing.run_events
		where run_id = @run`, pgx.NamedArgs{
		"run": run, "event": e.Event, "documents": e.Totals.Documents, "failures": e.Failures,
		"totals": string(totals), "reason": e.Reason, "by": by.UserID,
	})
	return postgres.Fault(err)
}

func recordFailures(ctx context.Context, tx pgx.Tx, run int64, failures []Failure) error {
	for _, f := range failures {
		if _, err := tx.Exec(ctx, `
			insert into invoicing.run_failures (run_id, account_id, attempt, error)
			select @run, @account, coalesce(max(attempt), 0) + 1, @error
			from invoicing.run_failures
			where run_id = @run and account_id = @account`, pgx.NamedArgs{
			"run": run, "account": f.Account, "error": f.Err.Error(),
		}); err != nil {
			return postgres.Fault(err)
		}
	}
	return nil
}

// RunFailure is an account a run could not bill, as the page lists it.
type RunFailure struct {
	Account customers.AccountID
	Attempt int
	Error   string
	At      time.Time
}

// RunFailures lists the accounts of a run that failed when it was last gone through. A failure is written in the
// transaction that says how the run ended: the two share their moment, and what failed earlier and does no more is left
// out.
func RunFailures(ctx context.Context, q postgres.Querier, run int64) ([]RunFailure, error) {
	rows, err := q.Query(ctx, `
		select distinct on (account_id) account_id, attempt, error, recorded_at
		from invoicing.run_failures
		where run_id = @run and recorded_at = (
			select max(e.recorded_at) from invoicing.run_events e where e.run_id = @run and e.event = 'finished')
		order by account_id, attempt desc`, pgx.NamedArgs{"run": run})
	if err != nil {
		return nil, fmt.Errorf("list failures of run %d: %w", run, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[RunFailure])
	return out, postgres.Fault(err)
}

// latestFinished is the last day whose run went through; no date when none did.
func latestFinished(ctx context.Context, q postgres.Querier) (period.Date, error) {
	var day period.Date
	err := q.QueryRow(ctx, `
		select max(r.as_of)
		from invoicing.runs r
		where exists (select 1 from invoicing.run_events e where e.run_id = r.id and e.event = 'finished')`).Scan(&day)
	return day, postgres.Fault(err)
}

// heldBefore is the first day before asOf whose run waits for a person; no date
// when none does. A run that only waits for another does not keep later ones: what
// it would have issued is theirs to issue.
func heldBefore(ctx context.Context, q postgres.Querier, asOf period.Date) (period.Date, error) {
	var day period.Date
	err := q.QueryRow(ctx, `
		select min(r.as_of)
		from invoicing.runs r
		where r.as_of < @as_of and (
			select e.event = 'held' and not starts_with(e.reason, @waits)
			from invoicing.run_events e where e.run_id = r.id order by e.seq desc limit 1)`,
		pgx.NamedArgs{"as_of": asOf, "waits": waits}).Scan(&day)
	return day, postgres.Fault(err)
}

// Release lets a held run go on; the next tick or `run invoices` issues it.
func Release(ctx context.Context, tx pgx.Tx, asOf period.Date, reason string, by access.Actor) error {
	doing := fmt.Sprintf("release invoice run of %s", asOf)
	if err := by.Require(access.Finance); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	r, err := lockRun(ctx, tx, asOf)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if r.State() != "held" {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it is %s, not held", r.State()))
	}
	if reason == "" {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(fault.Field{Path: "reason", Message: "say why the totals are right"}))
	}
	if err := recordEvent(ctx, tx, r.ID, RunEvent{Event: "released", Reason: reason}, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: "invoice_run", Key: asOf.String()}
	return access.Audit(ctx, tx, by, "invoice_run.release", subject, nil, nil, reason)
}
