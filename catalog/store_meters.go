package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
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

// AddMeter records a meter. The same meter again is no change; the same code with another meaning is fault.Conflict,
// because usage already counted under it would change its meaning.
func AddMeter(ctx context.Context, tx pgx.Tx, m Meter, by access.Actor) (Meter, error) {
	if found := m.validate(); len(found) > 0 {
		return Meter{}, fmt.Errorf("add meter %s: %w", fault.Shown(m.Code), fault.InvalidFields(found...))
	}
	m.Dimensions = slices.Sorted(slices.Values(m.Dimensions)) // their order says nothing
	if m.Dimensions == nil {
		m.Dimensions = []string{}
	}
	err := tx.QueryRow(ctx, `
		insert into catalog.meters (code, name, unit, aggregation, unique_by, dimensions)
		values (@code, @name, @unit, @aggregation, @unique_by, @dimensions)
		on conflict (code) do nothing
		returning id`,
		pgx.NamedArgs{"code": m.Code, "name": m.Name, "unit": m.Unit, "aggregation": m.Aggregation,
			"unique_by": m.UniqueBy, "dimensions": m.Dimensions}).Scan(&m.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return standingMeter(ctx, tx, m)
	}
	if err != nil {
		return Meter{}, fmt.Errorf("add meter %s: %w", m.Code, postgres.Fault(err))
	}
	if err := access.Audit(ctx, tx, by, "catalog.add_meter", access.Subject{Kind: "meter", Key: m.Code}, nil, m, ""); err != nil {
		return Meter{}, err
	}
	return m, nil
}

func standingMeter(ctx context.Context, tx pgx.Tx, m Meter) (Meter, error) {
	stands := Meter{Code: m.Code}
	err := tx.QueryRow(ctx, `select id, name, unit, aggregation, unique_by, dimensions from catalog.meters where code = @code`, pgx.NamedArgs{"code": m.Code}).
		Scan(&stands.ID, &stands.Name, &stands.Unit, &stands.Aggregation, &stands.UniqueBy, &stands.Dimensions)
	if err != nil {
		return Meter{}, fmt.Errorf("read meter %s: %w", m.Code, postgres.Fault(err))
	}
	if m.ID = stands.ID; !m.same(stands) {
		return Meter{}, fault.New(fault.Conflict, "meter %s already counts something else: %s; give the new one a code of its own",
			m.Code, stands.text())
	}
	return stands, nil
}
