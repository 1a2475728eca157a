package usage

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// holdStretch lets nobody else replace use of a customer and meter until the
// transaction ends. Everything is read after it.
func holdStretch(ctx context.Context, tx pgx.Tx, at place, meter int64) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended(@key, 0))`, pgx.NamedArgs{"key": fmt.Sprintf("usage backfill %d %d", at.customer, meter)})
	return postgres.Fault(err)
}

// loadCounted reads what counts in a stretch.
func loadCounted(ctx context.Context, q postgres.Querier, at place, meter int64, s Stretch) ([]standing, error) {
	rows, err := q.Query(ctx, `
		select account_id, key, revision, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id
		from usage.counted
		where account_id = @account and customer_id = @customer and meter_id = @meter
		  and occurred_at >= @from and occurred_at < @until and (@source::text = '' or source = @source)
		limit @limit`,
		pgx.NamedArgs{"account": at.account, "customer": at.customer, "meter": meter, "from": s.From, "until": s.Until, "source": s.Source, "limit": MaxCorrections + 1})
	if err != nil {
		return nil, fmt.Errorf("read what counts: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (standing, error) {
		var s standing
		var key pgtype.UUID
		err := row.Scan(&s.account, &key, &s.revision, &s.customer, &s.meter, &s.at, &s.quantity, &s.dimensions, &s.source, &s.id)
		s.key, s.at = key.Bytes, s.at.UTC()
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what counts: %w", postgres.Fault(err))
	}
	if len(list) > MaxCorrections {
		return nil, fault.New(fault.Invalid, "more than %d events count in %s: replace shorter stretches", MaxCorrections, s)
	}
	return list, nil
}

// archivedWithin says which of a stretch's months are archived: what is to be
// retracted there is not at hand.
func archivedWithin(ctx context.Context, q postgres.Querier, s Stretch) (month string, err error) {
	err = q.QueryRow(ctx, `
		select coalesce(to_char(min(month), 'YYYY-MM'), '') from usage.archives
		where month < @until and month + interval '1 month' > @from`, pgx.NamedArgs{"from": s.From.UTC(), "until": s.Until.UTC()}).Scan(&month)
	return month, postgres.Fault(err)
}

// loadDayTallies reads rollup rows of some days.
func loadDayTallies(ctx context.Context, q postgres.Querier, r rollup) (map[dayKey]tally, error) {
	var a rollupArrays
	var days []period.Date
	for _, k := range r.dayKeys() {
		a.add(k.series, r.days[k])
		days = append(days, k.day)
	}
	rows, err := q.Query(ctx, `
		select d.account_id, d.customer_id, d.meter_id, d.day, d.quantity, d.events
		from unnest(@accounts::bigint[], @customers::bigint[], @meters::bigint[], @days::date[]) as o (account_id, customer_id, meter_id, day)
		join usage.days d on d.account_id = o.account_id and d.customer_id = o.customer_id and d.meter_id = o.meter_id and d.day = o.day`,
		pgx.NamedArgs{"accounts": a.accounts, "customers": a.customers, "meters": a.meters, "days": days})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out := make(map[dayKey]tally)
	var k dayKey
	var quantity decimal.Decimal
	var events int64
	_, err = pgx.ForEachRow(rows, []any{&k.account, &k.customer, &k.meter, &k.day, &quantity, &events}, func() error {
		out[k] = tally{quantity, events}
		return nil
	})
	return out, postgres.Fault(err)
}

// KeptBackfill is a backfill that was asked for, and whether it was done.
type KeptBackfill struct {
	ID         int64
	Account    customers.AccountID
	User       customers.ID
	MeterID    int64
	Source     string
	From       time.Time
	Until      time.Time
	Reason     string
	Events     int
	By         string
	RecordedAt time.Time

	Applied   bool
	Done      Replacement // without days
	AppliedBy string
	AppliedAt time.Time
}

func insertBackfill(ctx context.Context, tx pgx.Tx, at place, meter int64, b Backfill, by access.Actor) (id int64, err error) {
	body, err := pack(b.Events)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `
		insert into usage.backfills (account_id, customer_id, meter_id, source, from_at, until_at, reason, events, body, user_id, actor)
		values (@account, @customer, @meter, @source, @from, @until, @reason, @events, @body, @user, @actor)
		returning id`,
		pgx.NamedArgs{"account": at.account, "customer": at.customer, "meter": meter, "source": b.Source, "from": b.From, "until": b.Until,
			"reason": b.Reason, "events": len(b.Events), "body": body, "user": by.UserID, "actor": by.Name}).Scan(&id)
	return id, postgres.Fault(err)
}

func insertApplied(ctx context.Context, tx pgx.Tx, account, id int64, r Replacement, order int64, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into usage.backfills_applied (account_id, id, added, amended, retracted, unchanged, user_id, actor, known_order)
		values (@account, @id, @added, @amended, @retracted, @unchanged, @user, @actor, @order)`,
		pgx.NamedArgs{"account": account, "id": id, "added": r.Added, "amended": r.Amended, "retracted": r.Retracted, "unchanged": r.Unchanged,
			"user": by.UserID, "actor": by.Name, "order": order})
	return postgres.Fault(err)
}

// Backfills lists them, newest first. The next page asks with before set to the
// last ID; 0 is the beginning.
func Backfills(ctx context.Context, q postgres.Querier, before int64, limit int) ([]KeptBackfill, error) {
	rows, err := q.Query(ctx, `
		select b.id, b.account_id, b.customer_id, b.meter_id, b.source, b.from_at, b.until_at, b.reason, b.events, b.actor, b.recorded_at,
		       a.id is not null, coalesce(a.added, 0), coalesce(a.amended, 0), coalesce(a.retracted, 0), coalesce(a.unchanged, 0),
		       coalesce(a.actor, ''), coalesce(a.recorded_at, b.recorded_at)
		from usage.backfills b
		left join usage.backfills_applied a on a.account_id = b.account_id and a.id = b.id
		where @before::bigint = 0 or b.id < @before
		order by b.id desc
		limit @limit`, pgx.NamedArgs{"before": before, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list backfills: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, scanBackfill)
	if err != nil {
		return nil, fmt.Errorf("list backfills: %w", postgres.Fault(err))
	}
	return list, nil
}

func scanBackfill(row pgx.CollectableRow) (KeptBackfill, error) {
	var b KeptBackfill
	err := row.Scan(&b.ID, &b.Account, &b.User, &b.MeterID, &b.Source, &b.From, &b.Until, &b.Reason, &b.Events, &b.By, &b.RecordedAt,
		&b.Applied, &b.Done.Added, &b.Done.Amended, &b.Done.Retracted, &b.Done.Unchanged, &b.AppliedBy, &b.AppliedAt)
	b.From, b.Until = b.From.UTC(), b.Until.UTC()
	return b, err
}

// loadBackfill reads one with the events that were sent.
func loadBackfill(ctx context.Context, q postgres.Querier, id int64) (KeptBackfill, []Event, error) {
	list, err := Backfills(ctx, q, id+1, 1)
	if err != nil {
		return KeptBackfill{}, nil, err
	}
	if len(list) == 0 || list[0].ID != id {
		return KeptBackfill{}, nil, fault.New(fault.NotFound, "there is no backfill %d", id)
	}
	var body []byte
	err = q.QueryRow(ctx, `select body from usage.backfills where account_id = @account and id = @id`, pgx.NamedArgs{"account": int64(list[0].Account), "id": id}).Scan(&body)
	if err != nil {
		return KeptBackfill{}, nil, postgres.Fault(err)
	}
	events, err := unpack(body)
	return list[0], events, err
}

// packed is an event of a backfill as it is kept; customer and meter are the stretch's.
type packed struct {
	Source     string            `json:"s"`
	ID         string            `json:"i"`
	OccurredAt time.Time         `json:"t"`
	Quantity   decimal.Decimal   `json:"q"`
	Dimensions map[string]string `json:"d,omitempty"`
}

func pack(events []Event) ([]byte, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	lines := json.NewEncoder(zip)
	for _, e := range events {
		if err := lines.Encode(packed{e.Source, e.ID, e.OccurredAt, e.Quantity, e.Dimensions}); err != nil {
			return nil, err
		}
	}
	err := zip.Close()
	return out.Bytes(), err
}

func unpack(body []byte) (events []Event, err error) {
	if len(body) == 0 {
		return nil, nil // package privacy took them away
	}
	zip, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("read the events of a backfill: %w", err)
	}
	lines := json.NewDecoder(bufio.NewReader(zip))
	for {
		var p packed
		if err := lines.Decode(&p); errors.Is(err, io.EOF) {
			return events, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the events of a backfill: %w", err)
		}
		events = append(events, Event{Source: p.Source, ID: p.ID, OccurredAt: p.OccurredAt, Quantity: p.Quantity, Dimensions: p.Dimensions})
	}
}
