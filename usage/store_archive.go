package usage

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Archives lists what has left the database, oldest month first.
func Archives(ctx context.Context, q postgres.Querier) ([]Archive, error) {
	rows, err := q.Query(ctx, `
		select month, part, file, sha256, events, through_order, meters, recorded_at
		from usage.archives
		order by month, part`)
	if err != nil {
		return nil, fmt.Errorf("list archives of usage: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Archive])
	if err != nil {
		return nil, fmt.Errorf("list archives of usage: %w", postgres.Fault(err))
	}
	return list, nil
}

// archivesOf are the parts of one month, in order.
func archivesOf(ctx context.Context, q postgres.Querier, m period.Month) (parts []Archive, err error) {
	all, err := Archives(ctx, q)
	for _, a := range all {
		if a.Month == m {
			parts = append(parts, a)
		}
	}
	return parts, err
}

// openMonthsNow are the months that have a partition, ascending.
func openMonthsNow(ctx context.Context, q postgres.Querier) ([]period.Month, error) {
	rows, err := q.Query(ctx, `
		select to_date(substr(c.relname, length('events_') + 1), 'YYYY_MM')
		from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = 'usage.events'::regclass
		order by 1`)
	if err != nil {
		return nil, fmt.Errorf("list the open months of usage: %w", postgres.Fault(err))
	}
	months, err := pgx.CollectRows(rows, pgx.RowTo[period.Month])
	if err != nil {
		return nil, fmt.Errorf("list the open months of usage: %w", postgres.Fault(err))
	}
	return months, nil
}

// finalOrder is a place up to which nothing more becomes known.
func finalOrder(ctx context.Context, q postgres.Querier) (order int64, err error) {
	if err := q.QueryRow(ctx, `select house_final_order()`).Scan(&order); err != nil {
		return 0, fmt.Errorf("take a place in the order of knowing: %w", postgres.Fault(err))
	}
	return order, nil
}

// spanOf is a month as conditions on instants take it.
func spanOf(m period.Month, more pgx.NamedArgs) pgx.NamedArgs {
	if more == nil {
		more = pgx.NamedArgs{}
	}
	more["from"], more["until"] = m.First().Time(time.UTC), m.End().Time(time.UTC)
	return more
}

// eachLine reads the events of a month that are not archived, by account and
// time. names gives the external ids of their customers.
func eachLine(ctx context.Context, q postgres.Querier, m period.Month, visit func(archiveLine) error) error {
	rows, err := q.Query(ctx, `
		select source, event_id, customer_id, meter_id, occurred_at, quantity, dimensions, account_id, key, content, known_order, recorded_at
		from usage.events
		where occurred_at >= @from and occurred_at < @until
		order by account_id, occurred_at, key`, spanOf(m, nil))
	if err != nil {
		return postgres.Fault(err)
	}
	l := archiveLine{SpecVersion: "1.0"}
	var key, content pgtype.UUID
	_, err = pgx.ForEachRow(rows, []any{&l.Source, &l.ID, &l.CustomerID, &l.MeterID, &l.Time, &l.Data.Quantity, &l.Data.Dimensions,
		&l.Account, &key, &content, &l.KnownOrder, &l.RecordedAt}, func() error {
		line := l
		line.Time, line.RecordedAt = l.Time.UTC(), l.RecordedAt.UTC()
		line.Key, line.Content = hex.EncodeToString(key.Bytes[:]), hex.EncodeToString(content.Bytes[:])
		l.Data.Dimensions = nil // the next row's are another map
		return visit(line)
	})
	return postgres.Fault(err)
}

// usersOf are the customers with events of a month that are not archived.
func usersOf(ctx context.Context, q postgres.Querier, m period.Month) ([]customers.ID, error) {
	rows, err := q.Query(ctx, `select distinct customer_id from usage.events where occurred_at >= @from and occurred_at < @until`, spanOf(m, nil))
	if err != nil {
		return nil, postgres.Fault(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[customers.ID])
	return ids, postgres.Fault(err)
}

// correctedIn are the corrections of events that came for a month.
func correctedIn(ctx context.Context, q postgres.Querier, m period.Month) (map[eventKey]bool, []ArchivedCorrection, error) {
	rows, err := q.Query(ctx, `
		select c.account_id, c.key, c.source, c.event_id, c.revision, c.action, c.occurred_at, c.quantity, c.dimensions, c.reason, c.known_order
		from usage.corrections c
		join usage.keys k on k.account_id = c.account_id and k.key = c.key
		where k.occurred_at >= @from and k.occurred_at < @until
		order by c.known_order, c.account_id, c.key, c.revision`, spanOf(m, nil))
	if err != nil {
		return nil, nil, fmt.Errorf("read corrections of %s: %w", m, postgres.Fault(err))
	}
	keys := make(map[eventKey]bool)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c ArchivedCorrection, err error) {
		var key pgtype.UUID
		err = row.Scan(&c.Account, &key, &c.Source, &c.ID, &c.Revision, &c.Action, &c.OccurredAt, &c.Quantity, &c.Dimensions, &c.Reason, &c.KnownOrder)
		c.OccurredAt = c.OccurredAt.UTC()
		keys[eventKey{int64(c.Account), key.Bytes}] = true
		return c, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read corrections of %s: %w", m, postgres.Fault(err))
	}
	return keys, list, nil
}

// addCorrected adds what corrections put into a month, whatever month their
// events came for.
func addCorrected(ctx context.Context, q postgres.Querier, m period.Month, to utcDays) error {
	rows, err := q.Query(ctx, `
		select account_id, customer_id, meter_id, occurred_at, quantity, 1::bigint
		from usage.counted
		where revision > 0 and occurred_at >= @from and occurred_at < @until`, spanOf(m, nil))
	return addDaysOf(rows, err, to)
}

// addOpen adds the uncorrected events of a month that are not archived.
func addOpen(ctx context.Context, q postgres.Querier, m period.Month, to utcDays) error {
	rows, err := q.Query(ctx, `
		select e.account_id, e.customer_id, e.meter_id, e.occurred_at, e.quantity, 1::bigint
		from usage.events e
		where e.occurred_at >= @from and e.occurred_at < @until
		  and not exists (select from usage.corrections c where c.account_id = e.account_id and c.key = e.key)`, spanOf(m, nil))
	return addDaysOf(rows, err, to)
}

// addRolled adds the rollups of a month.
func addRolled(ctx context.Context, q postgres.Querier, m period.Month, to utcDays) error {
	rows, err := q.Query(ctx, `
		select account_id, customer_id, meter_id, bucket_at, quantity, events
		from usage.quarter_hours
		where bucket_at >= @from and bucket_at < @until and (events > 0 or quantity <> 0)`, spanOf(m, nil))
	return addDaysOf(rows, err, to)
}

func addDaysOf(rows pgx.Rows, err error, to utcDays) error {
	if err != nil {
		return postgres.Fault(err)
	}
	var s series
	var at time.Time
	var quantity decimal.Decimal
	var events int64
	_, err = pgx.ForEachRow(rows, []any{&s.account, &s.customer, &s.meter, &at, &quantity, &events}, func() error {
		to.add(s, at, quantity, events)
		return nil
	})
	return postgres.Fault(err)
}

// retire drops the month that a file holds now, and keeps the events of some
// meters. again is true when events came while the file was written.
func retire(ctx context.Context, tx pgx.Tx, a Archive) (again bool, err error) {
	_, err = tx.Exec(ctx, `select usage.retire_month(@month::date, @part::integer, @file, @sha256, @events, @through, @meters::bigint[])`,
		pgx.NamedArgs{"month": a.Month, "part": a.Part, "file": a.File, "sha256": a.SHA256, "events": a.Events, "through": a.Through, "meters": a.Meters})
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "55000": // object_not_in_prerequisite_state: what stands is not what was archived
			return true, fault.New(fault.Conflict, "%s", pg.Message)
		case "55P03": // lock_not_available
			return false, fault.New(fault.Conflict, "usage of %s was read or written for longer than 2 seconds, so it was not retired: try again when less is going on", a.Month)
		}
	}
	return false, postgres.Fault(err)
}

// holdEvents keeps single events of an archive in the database.
func holdEvents(ctx context.Context, tx pgx.Tx, events []archived) (int64, error) {
	var k keyArrays
	var contents pgtype.FlatArray[pgtype.UUID]
	var users, meters, orders []int64
	var quantities pgtype.FlatArray[pgtype.Numeric]
	var dimensions []*string
	var sources, ids []string
	var times, recorded []time.Time
	for _, e := range events {
		k.add(e.key)
		content, err := hex.DecodeString(e.line.Content)
		if err != nil || len(content) != 16 {
			return 0, fault.New(fault.Invalid, "event %q of source %q has no digest of its content", e.event.ID, e.event.Source)
		}
		contents = append(contents, uuid(digest(content)))
		users, meters, orders = append(users, e.series.customer), append(meters, e.series.meter), append(orders, e.line.KnownOrder)
		quantities, dimensions = append(quantities, numeric(e.event.Quantity)), append(dimensions, dimensionsText(e.event.Dimensions))
		sources, ids = append(sources, e.event.Source), append(ids, e.event.ID)
		times, recorded = append(times, e.event.OccurredAt), append(recorded, e.line.RecordedAt)
	}
	tag, err := tx.Exec(ctx, `
		insert into usage.held_events (account_id, key, content, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id, known_order, recorded_at)
		select account_id, key, content, customer_id, meter_id, occurred_at, quantity, dimensions::jsonb, source, event_id, known_order, recorded_at
		from unnest(@accounts::bigint[], @keys::uuid[], @contents::uuid[], @users::bigint[], @meters::bigint[], @times::timestamptz[], @quantities::numeric[],
		            @dimensions::text[], @sources::text[], @ids::text[], @orders::bigint[], @recorded::timestamptz[])
		     as o (account_id, key, content, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id, known_order, recorded_at)
		on conflict (account_id, key) do nothing`,
		pgx.NamedArgs{"accounts": k.accounts, "keys": k.keys, "contents": contents, "users": users, "meters": meters, "times": times, "quantities": quantities,
			"dimensions": dimensions, "sources": sources, "ids": ids, "orders": orders, "recorded": recorded})
	if err != nil {
		return 0, fmt.Errorf("keep %d archived events: %w", len(events), postgres.Fault(err))
	}
	return tag.RowsAffected(), nil
}

// refuseRetired notices that a month was retired after the reader's snapshot was taken and before it first read events: its partition is
// gone for everybody, while what was kept of it is not in the snapshot yet. Rows of catalogs are as old as the snapshot, names are looked up
// as they are now; so a partition that the snapshot has, and that is no longer called so, was dropped in between. Whoever reads begins again.
func (l *loading) refuseRetired(ctx context.Context, q postgres.Querier) error {
	var gone string
	err := q.QueryRow(ctx, `
		select coalesce(min(c.relname), '')
		from pg_inherits i
		join pg_class c on c.oid = i.inhrelid
		where i.inhparent = 'usage.events'::regclass
		  and c.relname between usage.month_table(@from::date - 1) and usage.month_table(@end::date + 1)
		  and to_regclass(format('usage.%I', c.relname))::oid is distinct from c.oid`,
		pgx.NamedArgs{"from": l.from, "end": l.end}).Scan(&gone)
	if err != nil {
		return postgres.Fault(err)
	}
	if gone != "" {
		return &pgconn.PgError{Severity: "ERROR", Code: "40001", Message: gone + " was archived after this reading of usage began: begin it again"}
	}
	return nil
}

// refuseArchived makes sure that no single event which is asked for lies in an
// archive alone: without it a price would come out too low, and nobody would know.
func (l *loading) refuseArchived(ctx context.Context, q postgres.Querier, meters []int64, zones map[customers.ID]*time.Location) error {
	var some bool
	err := q.QueryRow(ctx, `select exists (select from usage.archives where month > @from::date - 40 and month <= @end::date)`,
		pgx.NamedArgs{"from": l.from, "end": l.end}).Scan(&some)
	if err != nil || !some {
		return postgres.Fault(err)
	}
	rows, err := q.Query(ctx, `
		select r.customer_id, r.meter_id, r.bucket_at, a.file
		from usage.archives a
		join usage.quarter_hours r on r.bucket_at >= a.month::timestamp at time zone 'UTC' and r.bucket_at < (a.month + interval '1 month') at time zone 'UTC'
		where r.account_id = any (@accounts::bigint[]) and r.meter_id = any (@meters::bigint[])
		  and r.bucket_at >= @from and r.bucket_at < @until
		  and r.events > (select count(*) from usage.counted c
		                  where c.account_id = r.account_id and c.customer_id = r.customer_id and c.meter_id = r.meter_id
		                    and c.occurred_at >= r.bucket_at and c.occurred_at < r.bucket_at + interval '15 minutes')
		order by a.month, a.part, r.bucket_at`,
		pgx.NamedArgs{"accounts": l.accounts, "meters": meters,
			"from": l.from.AddDays(-1).Time(time.UTC), "until": l.end.AddDays(1).Time(time.UTC)})
	if err != nil {
		return postgres.Fault(err)
	}
	var user customers.ID
	var meter int64
	var at time.Time
	var file string
	_, err = pgx.ForEachRow(rows, []any{&user, &meter, &at, &file}, func() error {
		zone := zones[user]
		if zone == nil {
			return nil
		}
		if day := period.DateOf(at, zone); day.Before(l.from) || !day.Before(l.end) {
			return nil
		}
		m, err := l.meter(meter)
		if err == nil {
			err = fault.New(fault.Closed, "single events of meter %q on %s are needed and lie in the archive %s: bring them back with: ratable usage hold %s --meter %s",
				m.Code, at.UTC().Format(time.DateOnly), file, file, m.Code)
		}
		return err
	})
	return postgres.Fault(err)
}
