package access

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// Tally is what lines of the audit trail about one kind of subject add up to in a stretch of time.
type Tally struct {
	At     time.Time // the stretch begins here
	Lines  int64
	Counts map[string]int64 // by field of what the lines say came of it
}

// AuditTallies adds up numbers that lines of a kind keep, by the minute, hour or day since an instant.
func AuditTallies(ctx context.Context, q postgres.Querier, kind, unit string, since time.Time, fields ...string) ([]Tally, error) {
	rows, err := q.Query(ctx, `
		select b.at, b.lines, jsonb_object_agg(b.field, b.sum)
		from (select date_trunc(@unit, a.at, 'UTC') as at, f.field, count(*) as lines, coalesce(sum((a.after ->> f.field)::bigint), 0)::bigint as sum
		      from access.audit a
		      cross join unnest(@fields::text[]) as f (field)
		      where a.subject_kind = @kind and a.at >= @since
		      group by 1, 2) b
		group by b.at, b.lines
		order by b.at`, pgx.NamedArgs{"kind": kind, "unit": unit, "since": since, "fields": fields})
	if err != nil {
		return nil, fmt.Errorf("add up the audit trail: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Tally])
	if err != nil {
		return nil, fmt.Errorf("add up the audit trail: %w", postgres.Fault(err))
	}
	return out, nil
}

// Rhythm is how often somebody's lines of one kind come: who is silent for longer than ever in the time looked at may be
// out of order.
type Rhythm struct {
	Actor   string // as audited: "Name (token x)"
	Lines   int64
	Counted int64 // of the field asked for
	Last    time.Time
	Longest time.Duration // between two lines; zero when there is one
}

// AuditRhythms lists who wrote lines of a kind since an instant, those whose last is longest ago first.
func AuditRhythms(ctx context.Context, q postgres.Querier, kind, field string, since time.Time) ([]Rhythm, error) {
	rows, err := q.Query(ctx, `
		select actor_name, count(*), coalesce(sum(counted), 0)::bigint, max(at), coalesce(max(at - before), interval '0')
		from (select actor_name, at, (after ->> @field)::bigint as counted, lag(at) over (partition by actor_name order by at, id) as before
		      from access.audit
		      where subject_kind = @kind and at >= @since) a
		group by actor_name
		order by max(at), actor_name`, pgx.NamedArgs{"kind": kind, "field": field, "since": since})
	if err != nil {
		return nil, fmt.Errorf("read the rhythm of the audit trail: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Rhythm])
	if err != nil {
		return nil, fmt.Errorf("read the rhythm of the audit trail: %w", postgres.Fault(err))
	}
	return out, nil
}
