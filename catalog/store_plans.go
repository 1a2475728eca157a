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

// AddPlanVersion appends the next version of a plan. A version equal to the newest is not appended again.
// Two people adding a version at once: one of them gets fault.Conflict.
func AddPlanVersion(ctx context.Context, tx pgx.Tx, p Plan, by access.Actor) (Plan, error) {
	if found := p.validate(); len(found) > 0 {
		return Plan{}, fmt.Errorf("add version of plan %s: %w", fault.Shown(p.Code), fault.InvalidFields(found...))
	}
	newest := Plan{Code: p.Code}
	err := tx.QueryRow(ctx, `
		select version, starts_on, name, currency, retired, document from catalog.plan_versions
		where code = @code
		order by version desc
		limit 1`, pgx.NamedArgs{"code": p.Code}).Scan(&newest.Version, &newest.StartsOn, &newest.Name, &newest.Currency, &newest.Retired, &newest.Document)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Plan{}, fmt.Errorf("read plan %s: %w", p.Code, postgres.Fault(err))
	}
	if newest.Version > 0 && newest.StartsOn == p.StartsOn && len(differences(newest, p)) == 0 {
		return newest, nil
	}
	p.Version = newest.Version + 1
	_, err = tx.Exec(ctx, `
		insert into catalog.plan_versions (code, version, starts_on, name, currency, retired, document)
		values (@code, @version, @starts_on, @name, @currency, @retired, @document)`,
		pgx.NamedArgs{"code": p.Code, "version": p.Version, "starts_on": p.StartsOn, "name": p.Name, "currency": p.Currency, "retired": p.Retired, "document": p.Document})
	if err != nil {
		return Plan{}, fmt.Errorf("add version %d of plan %s: %w", p.Version, p.Code, postgres.Fault(err))
	}
	if err := access.Audit(ctx, tx, by, "catalog.add_plan_version", access.Subject{Kind: "plan", Key: p.Code}, nil, p, ""); err != nil {
		return Plan{}, err
	}
	return p, nil
}
