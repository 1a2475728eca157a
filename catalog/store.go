package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
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
		select p.id, p.code, v.version, v.starts_on, v.name, v.tax_code, v.unit, v.recognition, v.standalone_price
		from catalog.product_versions as v join catalog.products as p on p.id = v.product_id
		order by p.code, v.version`)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Product, error) {
		var p Product
		err := row.Scan(&p.ID, &p.Code, &p.Version, &p.StartsOn, &p.Name, &p.TaxCode, &p.Unit, &p.Recognition, &p.StandalonePrice)
		return p, err
	})
}

func loadMeters(ctx context.Context, q postgres.Querier) ([]Meter, error) {
	rows, err := q.Query(ctx, `select id, code, name, unit, aggregation from catalog.meters order by code`)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Meter])
}

func loadPlans(ctx context.Context, q postgres.Querier) ([]Plan, error) {
	rows, err := q.Query(ctx, `select code, version, starts_on, name, document from catalog.plan_versions order by code, version`)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Plan])
}

// AddProductVersion appends the next version of a product, and the product itself with its first one. A version equal to
// the newest is not appended again: applying a catalog document twice changes nothing.
// Two people adding a version at once: one of them gets fault.Conflict.
func AddProductVersion(ctx context.Context, tx pgx.Tx, p Product, by access.Actor) (Product, error) {
	if found := p.validate(); len(found) > 0 {
		return Product{}, fmt.Errorf("add version of product %s: %w", fault.Shown(p.Code), fault.InvalidFields(found...))
	}
	newest, err := newestProduct(ctx, tx, p.Code)
	if err != nil {
		return Product{}, fmt.Errorf("add version of product %s: %w", p.Code, err)
	}
	if newest.Version > 0 && sameProduct(newest, p) {
		return newest, nil
	}
	if p.ID = newest.ID; p.ID == 0 {
		err := tx.QueryRow(ctx, `insert into catalog.products (code) values (@code) returning id`, pgx.NamedArgs{"code": p.Code}).Scan(&p.ID)
		if err != nil {
			return Product{}, fmt.Errorf("add product %s: %w", p.Code, postgres.Fault(err))
		}
	}
	p.Version = newest.Version + 1
	_, err = tx.Exec(ctx, `
		insert into catalog.product_versions (product_id, version, starts_on, name, tax_code, unit, recognition, standalone_price)
		values (@product, @version, @starts_on, @name, @tax_code, @unit, @recognition, @standalone_price)`,
		pgx.NamedArgs{
			"product": p.ID, "version": p.Version, "starts_on": p.StartsOn, "name": p.Name, "tax_code": p.TaxCode, "unit": p.Unit,
			"recognition": string(p.Recognition), "standalone_price": p.StandalonePrice,
		})
	if err != nil {
		return Product{}, fmt.Errorf("add version %d of product %s: %w", p.Version, p.Code, postgres.Fault(err))
	}
	subject := access.Subject{Kind: "product", Key: p.Code}
	if err := access.Audit(ctx, tx, by, "catalog.add_product_version", subject, beforeProduct(newest), p, ""); err != nil {
		return Product{}, err
	}
	return p, nil
}

// newestProduct returns the zero Product when the code is new.
func newestProduct(ctx context.Context, tx pgx.Tx, code string) (Product, error) {
	var p Product
	err := tx.QueryRow(ctx, `
		select p.id, p.code, v.version, v.starts_on, v.name, v.tax_code, v.unit, v.recognition, v.standalone_price
		from catalog.products as p join catalog.product_versions as v on v.product_id = p.id
		where p.code = @code
		order by v.version desc
		limit 1`, pgx.NamedArgs{"code": code}).
		Scan(&p.ID, &p.Code, &p.Version, &p.StartsOn, &p.Name, &p.TaxCode, &p.Unit, &p.Recognition, &p.StandalonePrice)
	if errors.Is(err, pgx.ErrNoRows) {
		return Product{}, nil
	}
	return p, postgres.Fault(err)
}

func beforeProduct(p Product) any {
	if p.Version == 0 {
		return nil
	}
	return p
}

// sameProduct compares what the versions say, not which versions they are.
func sameProduct(a, b Product) bool {
	b.ID, b.Version = a.ID, a.Version
	samePrice := sameJSON(a.StandalonePrice, b.StandalonePrice)
	a.StandalonePrice, b.StandalonePrice = nil, nil
	return samePrice && a == b
}

// sameJSON compares prices as they are stored: 10 and 10.0 differ, which costs a version and never hides a change.
func sameJSON(a, b *Price) bool {
	left, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	right, err := json.Marshal(b)
	if err != nil {
		panic(err)
	}
	return bytes.Equal(left, right)
}

// AddMeter records a meter. The same meter again is no change; the same code with another meaning is fault.Conflict,
// because usage already counted under it would change its meaning.
func AddMeter(ctx context.Context, tx pgx.Tx, m Meter, by access.Actor) (Meter, error) {
	if found := m.validate(); len(found) > 0 {
		return Meter{}, fmt.Errorf("add meter %s: %w", fault.Shown(m.Code), fault.InvalidFields(found...))
	}
	err := tx.QueryRow(ctx, `
		insert into catalog.meters (code, name, unit, aggregation)
		values (@code, @name, @unit, @aggregation)
		on conflict (code) do nothing
		returning id`,
		pgx.NamedArgs{"code": m.Code, "name": m.Name, "unit": m.Unit, "aggregation": m.Aggregation}).Scan(&m.ID)
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
	err := tx.QueryRow(ctx, `select id, name, unit, aggregation from catalog.meters where code = @code`, pgx.NamedArgs{"code": m.Code}).
		Scan(&stands.ID, &stands.Name, &stands.Unit, &stands.Aggregation)
	if err != nil {
		return Meter{}, fmt.Errorf("read meter %s: %w", m.Code, postgres.Fault(err))
	}
	if m.ID = stands.ID; m != stands {
		return Meter{}, fault.New(fault.Conflict, "meter %s already counts something else: %s (%s, %s); give the new one a code of its own",
			m.Code, stands.Name, stands.Unit, stands.Aggregation)
	}
	return stands, nil
}

// AddPlanVersion appends the next version of a plan. A version equal to the newest is not appended again.
// Two people adding a version at once: one of them gets fault.Conflict.
func AddPlanVersion(ctx context.Context, tx pgx.Tx, p Plan, by access.Actor) (Plan, error) {
	if found := p.validate(); len(found) > 0 {
		return Plan{}, fmt.Errorf("add version of plan %s: %w", fault.Shown(p.Code), fault.InvalidFields(found...))
	}
	newest := Plan{Code: p.Code}
	err := tx.QueryRow(ctx, `
		select version, starts_on, name, document from catalog.plan_versions
		where code = @code
		order by version desc
		limit 1`, pgx.NamedArgs{"code": p.Code}).Scan(&newest.Version, &newest.StartsOn, &newest.Name, &newest.Document)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Plan{}, fmt.Errorf("read plan %s: %w", p.Code, postgres.Fault(err))
	}
	if newest.Version > 0 && newest.StartsOn == p.StartsOn && newest.Name == p.Name && bytes.Equal(newest.Document, p.Document) {
		return newest, nil
	}
	p.Version = newest.Version + 1
	_, err = tx.Exec(ctx, `
		insert into catalog.plan_versions (code, version, starts_on, name, document)
		values (@code, @version, @starts_on, @name, @document)`,
		pgx.NamedArgs{"code": p.Code, "version": p.Version, "starts_on": p.StartsOn, "name": p.Name, "document": p.Document})
	if err != nil {
		return Plan{}, fmt.Errorf("add version %d of plan %s: %w", p.Version, p.Code, postgres.Fault(err))
	}
	if err := access.Audit(ctx, tx, by, "catalog.add_plan_version", access.Subject{Kind: "plan", Key: p.Code}, nil, p, ""); err != nil {
		return Plan{}, err
	}
	return p, nil
}
