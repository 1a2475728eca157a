package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// EnteredOn is the day on which the first version of each contract of an entity was entered.
func EnteredOn(ctx context.Context, q postgres.Querier, entity entities.ID) (map[ID]period.Date, error) {
	rows, err := q.Query(ctx, `
		select c.id, coalesce(v.entered_on, v.recorded_at::date)
		from contracts.contracts c
		join contracts.versions v on v.account_id = c.account_id and v.contract_id = c.id and v.version = 1
		where c.entity_id = @entity`, pgx.NamedArgs{"entity": entity})
	if err != nil {
		return nil, fmt.Errorf("find when contracts were entered: %w", postgres.Fault(err))
	}
	out := map[ID]period.Date{}
	var id ID
	var on period.Date
	_, err = pgx.ForEachRow(rows, []any{&id, &on}, func() error {
		out[id] = on
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find when contracts were entered: %w", postgres.Fault(err))
	}
	return out, nil
}
