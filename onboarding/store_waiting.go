package onboarding

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Deciders may approve a move that somebody else asked for.
var Deciders = []access.Role{access.Finance}

// Waiting is a move that was asked for: of some customers of a cohort, by one person, for one day.
type Waiting struct {
	Cohort    string
	AskedBy   int64
	CutOver   period.Date
	Customers []string // by external id
	Reason    string
	At        time.Time // when it was asked for first
}

// WaitingMoves lists the moves that wait for a decision, the oldest first.
func WaitingMoves(ctx context.Context, q postgres.Querier) ([]Waiting, error) {
	rows, err := q.Query(ctx, `
		select cohort, asked_by, cut_over, array_agg(customer order by customer), (array_agg(reason order by known_order desc))[1], min(recorded_at)
		from onboarding.steps s
		where step = 'asked' and not exists (select from onboarding.steps n where n.customer = s.customer and n.known_order > s.known_order)
		group by cohort, asked_by, cut_over
		order by min(known_order)`)
	if err != nil {
		return nil, fmt.Errorf("list moves that wait: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Waiting])
	if err != nil {
		return nil, fmt.Errorf("list moves that wait: %w", postgres.Fault(err))
	}
	return out, nil
}
