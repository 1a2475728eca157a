package payments

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/postgres"
)

// NextID is the number of a receipt to come.
func NextID(ctx context.Context, tx pgx.Tx) (int64, error) { return takeID(ctx, tx) }

// AppendBrought records receipts that were brought over. Their entries are in the book already.
func AppendBrought(ctx context.Context, tx pgx.Tx, receipts []Receipt, by access.Actor) error {
	for _, r := range receipts {
		r.By = by.UserID
		if err := insertReceipt(ctx, tx, r); err != nil {
			return fmt.Errorf("bring over receipt %s: %w", r.Number(), postgres.Fault(err))
		}
		if err := insertApplications(ctx, tx, r.Account, r.Applications, by); err != nil {
			return fmt.Errorf("bring over receipt %s: %w", r.Number(), postgres.Fault(err))
		}
	}
	return nil
}
