package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// Load reads the whole catalog, every version: it is small, and a run asks it for every line.
func Load(ctx context.Context, q postgres.Querier) (*Catalog, error) {
	products, err := loadProducts(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("load products: %w", err)
	}
	meters, err := loadMeters(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("load meters: %w", err)
	}
	plans, err := loadPlans(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("load plans: %w", err)
	}
	return New(products, meters, plans), nil
}

func loadProducts(ctx context.Context, q postgres.Querier) ([]Product, error) {
	rows, err := q.Query(ctx, `
		select p.id, p.code, v.version, v.starts_on, v.name, v.tax_code, v.unit, v.recognition, v.method, v.rounding, v.standalone,
		       v.features || coalesce((select jsonb_object_agg(was, 'on') from unnest(v.entitlements) as was), '{}'), v.retired
		from catalog.product_versions as v join catalog.products as p on p.id = v.product_id
		order by p.code, v.version`)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Product, error) {
		var p Product
		err := row.Scan(&p.ID, &p.Code, &p.Version, &p.StartsOn, &p.Name, &p.TaxCode, &p.Unit, &p.Recognition, &p.Method, &p.Rounding, &p.Standalone, &p.Features, &p.Retired)
		return p, err
	})
}

func loadMeters(ctx context.Context, q postgres.Querier) ([]Meter, error) {
	rows, err := q.Query(ctx, `select id, code, name, unit, aggregation, unique_by, dimensions from catalog.meters order by code`)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Meter])
}

func loadPlans(ctx context.Context, q postgres.Querier) ([]Plan, error) {
	rows, err := q.Query(ctx, `select code, version, starts_on, name, currency, retired, document from catalog.plan_versions order by code, version`)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Plan])
}
