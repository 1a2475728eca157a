package onboarding

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
)

// lockFamily lets one at a time move a paying family or take it back. It lasts until tx ends.
func lockFamily(ctx context.Context, tx pgx.Tx, account customers.AccountID) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('onboarding.family ' || @account::bigint, 0))`, pgx.NamedArgs{"account": account})
	return postgres.Fault(err)
}
