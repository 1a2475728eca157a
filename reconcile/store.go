package reconcile

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

func insertLoad(ctx context.Context, tx pgx.Tx, l Load, by access.Actor) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		insert into reconcile.loads (source, entity_id, starts_on, ends_on, file, digest, rows, by_user)
		values (@source, @entity, @start, @end, @file, @digest, @rows, @by)
		returning id`, pgx.NamedArgs{"source": string(l.Source), "entity": l.Entity, "start": l.Span.Start, "end": l.Span.End,
		"file": l.File, "digest": l.Digest[:], "rows": len(l.Rows), "by": by.UserID}).Scan(&id)
	if err != nil {
		return 0, postgres.Fault(err)
	}
	table, columns := "bookings", []string{"load_id", "n", "number", "customer", "amount", "currency", "signed_on"}
	if l.Source == Payouts {
		table, columns = "payouts", []string{"load_id", "n", "transaction", "reference", "amount", "currency", "paid_on"}
	}
	rows := make([][]any, len(l.Rows))
	for i, r := range l.Rows {
		rows[i] = []any{id, int32(i + 1), r.Number, r.Party, r.Amount.Minor(), string(r.Amount.Currency()), r.On}
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"reconcile", table}, columns, pgx.CopyFromRows(rows))
	return id, postgres.Fault(err)
}

// findLoad finds the same file for the same days.
func findLoad(ctx context.Context, q postgres.Querier, l Load) (id int64, err error) {
	err = q.QueryRow(ctx, `
		select id from reconcile.loads
		where source = @source and entity_id = @entity and starts_on = @start and ends_on = @end and digest = @digest`, pgx.NamedArgs{
		"source": string(l.Source), "entity": l.Entity, "start": l.Span.Start, "end": l.Span.End, "digest": l.Digest[:]}).Scan(&id)
	return id, postgres.Fault(err)
}

// covering is the latest load of a source that speaks for all of a month; fault.NotFound without one.
func covering(ctx context.Context, q postgres.Querier, source Source, entity entities.ID, month period.Month) (id int64, err error) {
	err = q.QueryRow(ctx, `
		select id from reconcile.loads
		where source = @source and entity_id = @entity and starts_on <= @first and ends_on >= @end
		order by id desc limit 1`, pgx.NamedArgs{"source": string(source), "entity": entity, "first": month.First(), "end": month.End()}).Scan(&id)
	return id, postgres.Fault(err)
}

// bookingsOf reads a load's bookings in a currency, of all its days.
func bookingsOf(ctx context.Context, q postgres.Querier, load int64, currency money.Currency) ([]Row, error) {
	rows, err := q.Query(ctx, `
		select n, number, customer, amount, signed_on
		from reconcile.bookings
		where load_id = @load and currency = @currency
		order by n`, pgx.NamedArgs{"load": load, "currency": string(currency)})
	return collectRows(rows, err, currency)
}

// payoutsOf reads a load's movements of a month in a currency.
func payoutsOf(ctx context.Context, q postgres.Querier, load int64, currency money.Currency, month period.Month) ([]Row, error) {
	rows, err := q.Query(ctx, `
		select n, transaction, reference, amount, paid_on
		from reconcile.payouts
		where load_id = @load and currency = @currency and paid_on >= @first and paid_on < @end
		order by n`, pgx.NamedArgs{"load": load, "currency": string(currency), "first": month.First(), "end": month.End()})
	return collectRows(rows, err, currency)
}

func collectRows(rows pgx.Rows, err error, currency money.Currency) ([]Row, error) {
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Row, err error) {
		var minor int64
		err = row.Scan(&r.Line, &r.Number, &r.Party, &minor, &r.On)
		r.Amount = money.Of(minor, currency)
		return r, err
	})
	return out, postgres.Fault(err)
}

// Loaded is a file in the list of those loaded.
type Loaded struct {
	ID         int64
	Source     Source
	Entity     entities.ID
	Span       period.Span
	File       string
	Rows       int
	By         int64
	RecordedAt time.Time
}

// Loads lists the files of an entity, the latest first; entity 0 is all.
func Loads(ctx context.Context, q postgres.Querier, entity entities.ID, limit int) ([]Loaded, error) {
	rows, err := q.Query(ctx, `
		select id, source, entity_id, starts_on, ends_on, file, rows, by_user, recorded_at
		from reconcile.loads
		where @entity::bigint = 0 or entity_id = @entity
		order by id desc
		limit @limit`, pgx.NamedArgs{"entity": entity, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list loaded files: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Loaded, err error) {
		var start, end period.Date
		err = row.Scan(&l.ID, &l.Source, &l.Entity, &start, &end, &l.File, &l.Rows, &l.By, &l.RecordedAt)
		l.Span = period.NewSpan(start, end)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("list loaded files: %w", postgres.Fault(err))
	}
	return out, nil
}

// KeepClosing keeps an entity's balances at the end of a month, in every currency. Whoever closes a month calls it in the
// same transaction: from then on the next month must open with these.
func KeepClosing(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month) error {
	trial, err := ledger.TrialBalance(ctx, tx, ledger.Filter{Entity: entity, Through: month.Last()})
	if err != nil {
		return fmt.Errorf("keep the closing of %s: %w", month, err)
	}
	var seq int32
	err = tx.QueryRow(ctx, `
		select coalesce(max(seq), 0) + 1 from reconcile.closings where entity_id = @entity and month = @month`,
		pgx.NamedArgs{"entity": entity, "month": month.First()}).Scan(&seq)
	if err != nil {
		return fmt.Errorf("keep the closing of %s: %w", month, postgres.Fault(err))
	}
	rows := make([][]any, len(trial.Rows))
	for i, r := range trial.Rows {
		rows[i] = []any{entity, month.First(), seq, string(r.Currency), int16(r.Account), r.Closing.Minor()}
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"reconcile", "closings"},
		[]string{"entity_id", "month", "seq", "currency", "ledger_account", "amount"}, pgx.CopyFromRows(rows))
	if err != nil {
		return fmt.Errorf("keep the closing of %s: %w", month, postgres.Fault(err))
	}
	return nil
}

// keptClosing reads the balances kept when a month was last closed; false when none were.
func keptClosing(ctx context.Context, q postgres.Querier, s Scope, month period.Month) (map[ledger.Account]money.Amount, bool, error) {
	rows, err := q.Query(ctx, `
		select c.currency, c.ledger_account, c.amount
		from reconcile.closings c
		where c.entity_id = @entity and c.month = @month
			and c.seq = (select max(l.seq) from reconcile.closings l where l.entity_id = @entity and l.month = @month)`,
		pgx.NamedArgs{"entity": s.Entity, "month": month.First()})
	if err != nil {
		return nil, false, postgres.Fault(err)
	}
	out, kept := map[ledger.Account]money.Amount{}, false
	var currency money.Currency
	var account ledger.Account
	var minor int64
	_, err = pgx.ForEachRow(rows, []any{&currency, &account, &minor}, func() error {
		if kept = true; currency == s.Currency {
			out[account] = money.Of(minor, currency)
		}
		return nil
	})
	return out, kept, postgres.Fault(err)
}

// isMissing says that nothing was loaded.
func isMissing(err error) bool { return fault.Kind(err) == fault.NotFound }
