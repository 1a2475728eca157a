package invoicing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// AppendBrought writes documents that another system issued. Their entries are the caller's to append.
func AppendBrought(ctx context.Context, tx pgx.Tx, documents []Document) error {
	for _, copying := range []func(context.Context, pgx.Tx, int64, []Document) error{copyDocuments, copyNumbers, copyLines, copyTaxLines} {
		if err := copying(ctx, tx, 0, documents); err != nil {
			return fmt.Errorf("bring over %d invoices: %w", len(documents), postgres.Fault(err))
		}
	}
	return nil
}
