package closing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// instant is the database's clock: how long a check takes, nothing that counts.
func instant(ctx context.Context, q postgres.Querier) (now time.Time, err error) {
	err = q.QueryRow(ctx, `select clock_timestamp()`).Scan(&now)
	return now, postgres.Fault(err)
}

// finalOrder is a place in the known order below which nothing can appear any more.
func finalOrder(ctx context.Context, q postgres.Querier) (place int64, err error) {
	err = q.QueryRow(ctx, `select house_final_order()`).Scan(&place)
	return place, postgres.Fault(err)
}

func dueDays(ctx context.Context, q postgres.Querier, entity entities.ID) (dueList, error) {
	rows, err := q.Query(ctx, `
		select distinct on (code) code, days
		from closing.due_days
		where entity_id in (0, @entity)
		order by code, entity_id desc, known_order desc`, pgx.NamedArgs{"entity": entity})
	if err != nil {
		return nil, fmt.Errorf("load due days: %w", postgres.Fault(err))
	}
	out := dueList{}
	var code string
	var days int
	_, err = pgx.ForEachRow(rows, []any{&code, &days}, func() error { out[code] = days; return nil })
	return out, postgres.Fault(err)
}

func insertDue(ctx context.Context, tx pgx.Tx, entity entities.ID, code string, days int, by int64) error {
	_, err := tx.Exec(ctx, `
		insert into closing.due_days (entity_id, code, days, by_user)
		values (@entity, @code, @days, @by)`, pgx.NamedArgs{"entity": entity, "code": code, "days": days, "by": by})
	return postgres.Fault(err)
}

// keep records what every check found when the month changed its state.
func keep(ctx context.Context, tx pgx.Tx, at At, happened ledger.Happening, results []Result, notes Notes) error {
	event, err := ledger.LastEvent(ctx, tx, at.Entity.ID, at.Month)
	if err != nil {
		return err
	}
	if event.Event != happened {
		return fmt.Errorf("the last that happened to month %s is %s, not %s", at.Month, event.Event, happened)
	}
	var rows [][]any
	for _, r := range results {
		variance := map[string]string{}
		for currency, amount := range r.Variance() {
			variance[string(currency)] = amount.String()
		}
		note := ""
		if !r.Done() {
			note = notes.of(r.Code)
		}
		rows = append(rows, []any{at.Entity.ID, at.Month.First(), int32(event.Seq), r.Code, r.Name, int32(len(r.Findings)), variance, note})
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"closing", "findings"},
		[]string{"entity_id", "month", "event_seq", "code", "name", "found", "variance", "note"}, pgx.CopyFromRows(rows))
	return postgres.Fault(err)
}

// Kept is what a check had found when a month was closed.
type Kept struct {
	Month    period.Month
	Event    int
	Code     string
	Name     string
	Found    int
	Variance map[string]string // by currency
	Note     string
}

// KeptFindings lists what was found whenever months of an entity were closed, where something was.
func KeptFindings(ctx context.Context, q postgres.Querier, entity entities.ID) ([]Kept, error) {
	rows, err := q.Query(ctx, `
		select month, event_seq, code, name, found, variance::text, note
		from closing.findings
		where entity_id = @entity and found > 0
		order by month, event_seq, code`, pgx.NamedArgs{"entity": entity})
	if err != nil {
		return nil, fmt.Errorf("list what was found at closings: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k Kept, err error) {
		var variance string
		if err = row.Scan(&k.Month, &k.Event, &k.Code, &k.Name, &k.Found, &variance, &k.Note); err == nil {
			err = json.Unmarshal([]byte(variance), &k.Variance)
		}
		return k, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what was found at closings: %w", postgres.Fault(err))
	}
	return out, nil
}
