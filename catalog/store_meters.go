package catalog

import (
	"context"
	"fmt"

	"ratable/internal/postgres"
)

// LoadMeters is Load without products and plans, for those who only count: usage asks on every batch.
func LoadMeters(ctx context.Context, q postgres.Querier) (*Catalog, error) {
	meters, err := loadMeters(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("load meters: %w", err)
	}
	return New(nil, meters, nil), nil
}
