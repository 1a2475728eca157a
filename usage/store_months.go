package usage

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// monthsOf are the months of UTC that events occurred in, ascending.
func monthsOf(events []staged) []period.Month {
	var months []period.Month
	for i := range events {
		at := events[i].OccurredAt.UTC()
		if m := period.NewMonth(at.Year(), at.Month()); !slices.Contains(months, m) {
			months = append(months, m)
		}
	}
	slices.SortFunc(months, period.Month.Compare)
	return months
}

// openMonths makes room for the events of months, those that have it already
// included. Any number of processes may do so at once.
func openMonths(ctx context.Context, q postgres.Querier, months []period.Month) error {
	for _, m := range months {
		if _, err := q.Exec(ctx, `select usage.open_month(@month::date)`, pgx.NamedArgs{"month": m}); err != nil {
			return fmt.Errorf("open %s for usage: %w", m, postgres.Fault(err))
		}
	}
	return nil
}

// noMonth tells whether an event was refused because its month is not open: not
// as yet, or retired a moment ago. PostgreSQL reports it as the violation of a
// check without a name.
func noMonth(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23514" && pg.ConstraintName == "" && pg.SchemaName == "usage" && pg.TableName == "events"
}
