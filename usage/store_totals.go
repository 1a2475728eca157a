package usage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Total is what a customer used of a meter over some days.
type Total struct {
	Customer customers.ID
	Meter    int64
	Quantity decimal.Decimal
}

// Totals adds up everybody's use over a span of days, by customer and meter. Who
// used nothing is not listed.
func Totals(ctx context.Context, q postgres.Querier, days period.Span) ([]Total, error) {
	rows, err := q.Query(ctx, `
		select customer_id, meter_id, sum(quantity)
		from usage.days
		where day >= @from::date and day < @end::date
		group by customer_id, meter_id
		having sum(quantity) <> 0
		order by customer_id, meter_id`, pgx.NamedArgs{"from": days.Start, "end": days.End})
	if err != nil {
		return nil, fmt.Errorf("add up usage of %s: %w", days, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Total])
	if err != nil {
		return nil, fmt.Errorf("add up usage of %s: %w", days, postgres.Fault(err))
	}
	return out, nil
}
