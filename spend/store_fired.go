package spend

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Fired is an alert that fired. It stays fired, whatever is corrected later.
type Fired struct {
	Account   customers.AccountID
	Rule      string
	Mark      period.Date
	Unit      string
	Threshold decimal.Decimal
	Period    period.Span
	Customer  customers.ID
	Contract  contracts.ID
	Kind      Kind
	Subject   string
	Value     decimal.Decimal
	Size      *decimal.Decimal
	Mailed    string // key of the message; empty: a higher threshold's message said it, or nobody is to be written to
	FiredOn   period.Date
	Recorded  time.Time
}

type firedKey struct {
	rule            string
	mark            period.Date
	unit, threshold string
}

func (f Fired) key() firedKey { return firedKey{f.Rule, f.Mark, f.Unit, f.Threshold.String()} }

// Says puts a value of the alert as people read it.
func (f Fired) Says(value decimal.Decimal) string {
	return Measured{Rule: Rule{Kind: f.Kind}, Unit: f.Unit}.Says(value)
}

// insertFired writes an alert down; false when it had fired before, whoever wrote that.
func insertFired(ctx context.Context, tx pgx.Tx, f Fired) (bool, error) {
	tag, err := tx.Exec(ctx, `
		insert into spend.fired (account_id, rule, period_key, unit, threshold, period_start, period_end, customer_id, contract_id, kind, subject, value, size, mailed, fired_on)
		values (@account, @rule, @mark, @unit, @threshold, @start, @end, @customer, nullif(@contract::bigint, 0), @kind, @subject, @value, @size, @mailed, @on)
		on conflict on constraint fired_once do nothing`, pgx.NamedArgs{
		"account": f.Account, "rule": f.Rule, "mark": f.Mark, "unit": f.Unit, "threshold": f.Threshold, "start": f.Period.Start, "end": f.Period.End,
		"customer": f.Customer, "contract": f.Contract, "kind": string(f.Kind), "subject": f.Subject, "value": f.Value, "size": f.Size, "mailed": f.Mailed, "on": f.FiredOn,
	})
	return err == nil && tag.RowsAffected() == 1, postgres.Fault(err)
}

// firedOf lists what fired for periods of an account that may still matter.
func firedOf(ctx context.Context, q postgres.Querier, account customers.AccountID, from period.Date) (map[firedKey]bool, error) {
	rows, err := q.Query(ctx, `
		select rule, period_key, unit, threshold
		from spend.fired
		where account_id = @account and period_end >= @from`, pgx.NamedArgs{"account": account, "from": from})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out := map[firedKey]bool{}
	var f Fired
	_, err = pgx.ForEachRow(rows, []any{&f.Rule, &f.Mark, &f.Unit, &f.Threshold}, func() error {
		out[f.key()] = true
		return nil
	})
	return out, postgres.Fault(err)
}

// History lists the alerts a customer was told, the latest first.
func History(ctx context.Context, q postgres.Querier, customer customers.ID, limit int) ([]Fired, error) {
	rows, err := q.Query(ctx, `
		select account_id, rule, period_key, unit, threshold, period_start, period_end, customer_id, coalesce(contract_id, 0), kind, subject, value, size, mailed, fired_on, recorded_at
		from spend.fired
		where customer_id = @customer
		order by recorded_at desc, rule, threshold desc
		limit @limit`, pgx.NamedArgs{"customer": customer, "limit": limit})
	return collectFired(rows, err)
}

// FiredBy lists what one rule fired, the latest first; a rule that never was is fault.NotFound.
func FiredBy(ctx context.Context, q postgres.Querier, rule string, limit int) ([]Fired, error) {
	rows, err := q.Query(ctx, `
		select account_id, rule, period_key, unit, threshold, period_start, period_end, customer_id, coalesce(contract_id, 0), kind, subject, value, size, mailed, fired_on, recorded_at
		from spend.fired
		where rule = @rule
		order by recorded_at desc, threshold desc
		limit @limit`, pgx.NamedArgs{"rule": rule, "limit": limit})
	out, err := collectFired(rows, err)
	if err != nil || len(out) > 0 {
		return out, err
	}
	var known bool
	if err := q.QueryRow(ctx, `select exists (select from spend.rules where 'rule:' || id = @rule)`, pgx.NamedArgs{"rule": rule}).Scan(&known); err != nil {
		return nil, fmt.Errorf("list fired alerts: %w", postgres.Fault(err))
	}
	if !known {
		return nil, fault.New(fault.NotFound, "there is no alert of this name, or it comes with a contract and never fired")
	}
	return out, nil
}

func collectFired(rows pgx.Rows, err error) ([]Fired, error) {
	if err != nil {
		return nil, fmt.Errorf("list fired alerts: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f Fired, err error) {
		err = row.Scan(&f.Account, &f.Rule, &f.Mark, &f.Unit, &f.Threshold, &f.Period.Start, &f.Period.End, &f.Customer, &f.Contract, &f.Kind, &f.Subject,
			&f.Value, &f.Size, &f.Mailed, &f.FiredOn, &f.Recorded)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("list fired alerts: %w", postgres.Fault(err))
	}
	return out, nil
}

// looked is how far the job has come.
type looked struct {
	known   int64
	through period.Date
}

func lastLook(ctx context.Context, q postgres.Querier) (l looked, err error) {
	err = q.QueryRow(ctx, `select seen_order, through from spend.looked where name = 'alerts'`).Scan(&l.known, &l.through)
	if errors.Is(err, pgx.ErrNoRows) {
		return looked{}, nil
	}
	return l, postgres.Fault(err)
}

func saveLook(ctx context.Context, tx pgx.Tx, l looked) error {
	_, err := tx.Exec(ctx, `
		insert into spend.looked (name, seen_order, through)
		values ('alerts', @known, @through)
		on conflict (name) do update set seen_order = greatest(spend.looked.seen_order, excluded.seen_order), through = greatest(spend.looked.through, excluded.through)`,
		pgx.NamedArgs{"known": l.known, "through": l.through})
	return postgres.Fault(err)
}

// finalOrder is a place in the known order below which nothing can appear any more.
func finalOrder(ctx context.Context, q postgres.Querier) (place int64, err error) {
	err = q.QueryRow(ctx, `select house_final_order()`).Scan(&place)
	return place, postgres.Fault(err)
}
