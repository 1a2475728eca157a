package evidence

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

func insert(ctx context.Context, tx pgx.Tx, s *Sample, by access.Actor) error {
	err := tx.QueryRow(ctx, `
		insert into evidence.samples (entity_id, currency, starts_on, ends_on, source, method, size, seed, known, population, moved, reason, by_user)
		values (@entity, @currency, @start, @end, @source, @method, @size, @seed, @known, @population, @moved, @reason, @by)
		returning id`, pgx.NamedArgs{
		"entity": s.Entity, "currency": string(s.Currency), "start": s.Days.Start, "end": s.Days.End, "source": s.Source, "method": string(s.Method),
		"size": s.Size, "seed": s.Seed, "known": s.Known, "population": s.Population, "moved": s.Moved.Minor(), "reason": s.Reason, "by": by.UserID,
	}).Scan(&s.ID)
	if err != nil {
		return postgres.Fault(err)
	}
	rows := make([][]any, len(s.Items))
	for i, x := range s.Items {
		rows[i] = []any{s.ID, int32(i + 1), x.Account, x.Seq, x.Moved.Minor(), int32(x.Hits)}
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"evidence", "items"}, []string{"sample_id", "n", "account_id", "entry_seq", "moved", "hits"}, pgx.CopyFromRows(rows))
	return postgres.Fault(err)
}

// List returns samples, the latest first, without their items.
func List(ctx context.Context, q postgres.Querier) ([]Sample, error) {
	rows, err := q.Query(ctx, `
		select id, entity_id, currency, starts_on, ends_on, source, method, size, seed, known, population, moved, reason, by_user, recorded_at
		from evidence.samples
		order by id desc
		limit 500`)
	if err != nil {
		return nil, fmt.Errorf("list samples: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scanSample)
	if err != nil {
		return nil, fmt.Errorf("list samples: %w", postgres.Fault(err))
	}
	return out, nil
}

// Get reads a sample with its items. NotFound: there is none with this number.
func Get(ctx context.Context, q postgres.Querier, id int64) (Sample, error) {
	rows, err := q.Query(ctx, `
		select id, entity_id, currency, starts_on, ends_on, source, method, size, seed, known, population, moved, reason, by_user, recorded_at
		from evidence.samples
		where id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return Sample{}, fmt.Errorf("read sample %d: %w", id, postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scanSample)
	if err != nil {
		return Sample{}, fmt.Errorf("read sample %d: %w", id, postgres.Fault(err))
	}
	if len(found) == 0 {
		return Sample{}, fault.New(fault.NotFound, "there is no sample %d", id)
	}
	s := found[0]
	if s.Items, err = items(ctx, q, s); err != nil {
		return Sample{}, fmt.Errorf("read sample %d: %w", id, postgres.Fault(err))
	}
	return s, nil
}

func items(ctx context.Context, q postgres.Querier, s Sample) ([]Item, error) {
	rows, err := q.Query(ctx, `
		select account_id, entry_seq, moved, hits
		from evidence.items
		where sample_id = @id
		order by n`, pgx.NamedArgs{"id": s.ID})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Item, error) {
		var i Item
		var minor int64
		err := row.Scan(&i.Account, &i.Seq, &minor, &i.Hits)
		i.Moved = money.Of(minor, s.Currency)
		return i, err
	})
}

func scanSample(row pgx.CollectableRow) (Sample, error) {
	var s Sample
	var start, end period.Date
	var minor int64
	err := row.Scan(&s.ID, &s.Entity, &s.Currency, &start, &end, &s.Source, &s.Method, &s.Size, &s.Seed, &s.Known, &s.Population, &minor, &s.Reason, &s.DrawnBy, &s.DrawnAt)
	s.Days, s.Moved = period.NewSpan(start, end), money.Of(minor, s.Currency)
	return s, err
}
