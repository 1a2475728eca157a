package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/usage"
)

// settleDeadlines tells package usage until when the usage of an account is taken, after one of its contracts was agreed
// anew. Of all contracts at once, as the most generous holds. Where none refuses anything nothing is written, and nothing
// but the version at hand is looked at.
func settleDeadlines(ctx context.Context, tx pgx.Tx, account customers.AccountID, d Document) error {
	held, err := usage.HoldDeadlines(ctx, tx, account)
	if err != nil {
		return err
	}
	if _, refuses := d.Billing.RefusesLate(); !refuses && !held {
		return nil
	}
	agreed, err := LoadAgreements(ctx, tx, []customers.AccountID{account})
	if err != nil {
		return fmt.Errorf("settle until when usage is taken: %w", err)
	}
	var all usage.Deadlines
	for _, a := range agreed[account] {
		all = append(all, a.Deadlines()...)
	}
	return usage.ReplaceDeadlines(ctx, tx, account, all)
}
