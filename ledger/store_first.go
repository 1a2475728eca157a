package ledger

import (
	"context"
	"fmt"

	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// FirstMonth is the month of an entity's earliest entry, where its books begin
// and closing starts; no month when nothing is booked.
func FirstMonth(ctx context.Context, q postgres.Querier, entity entities.ID) (period.Month, error) {
	first, err := firstBooked(ctx, q, entity)
	if err != nil {
		return period.Month{}, fmt.Errorf("find the first month of entity %d: %w", entity, err)
	}
	return first, nil
}
