package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

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
		insert into catalog.product_versions
			(product_id, version, starts_on, name, tax_code, unit, recognition, method, rounding, standalone, features, retired)
		values
			(@product, @version, @starts_on, @name, @tax_code, @unit, @recognition, @method, @rounding, @standalone, @features, @retired)`,
		pgx.NamedArgs{
			"product": p.ID, "version": p.Version, "starts_on": p.StartsOn, "name": p.Name, "tax_code": p.TaxCode, "unit": p.Unit,
			"recognition": string(p.Recognition), "method": string(p.Method), "rounding": string(p.Rounding), "standalone": orEmpty(p.Standalone), "features": orNone(p.Features), "retired": p.Retired,
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
		select p.id, p.code, v.version, v.starts_on, v.name, v.tax_code, v.unit, v.recognition, v.method, v.rounding, v.standalone,
		       v.features || coalesce((select jsonb_object_agg(was, 'on') from unnest(v.entitlements) as was), '{}'), v.retired
		from catalog.products as p join catalog.product_versions as v on v.product_id = p.id
		where p.code = @code
		order by v.version desc
		limit 1`, pgx.NamedArgs{"code": code}).
		Scan(&p.ID, &p.Code, &p.Version, &p.StartsOn, &p.Name, &p.TaxCode, &p.Unit, &p.Recognition, &p.Method, &p.Rounding, &p.Standalone, &p.Features, &p.Retired)
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

// orEmpty is a list as the database wants it: there is none, not "unknown".
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// orNone is orEmpty for what has names.
func orNone[T any](names map[string]T) map[string]T {
	if names == nil {
		return map[string]T{}
	}
	return names
}

// sameProduct compares what the versions say, not which versions they are.
func sameProduct(a, b Product) bool { return a.StartsOn == b.StartsOn && len(differences(a, b)) == 0 }
