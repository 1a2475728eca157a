package revrec

import (
	"context"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Format of an export.
type Format string

const (
	CSV     Format = "csv"
	Hledger Format = "hledger"
)

// Export writes the journal that a filter selects, streamed from one snapshot, so
// that it agrees with the trial balance of the same moment. The same filter over
// closed months gives the same bytes for ever.
func Export(ctx context.Context, db *postgres.DB, w io.Writer, format Format, f ledger.Filter) error {
	write := ledger.WriteJournalCSV
	switch format {
	case CSV:
	case Hledger:
		write = ledger.WriteHledger
	default:
		return fault.InvalidFields(fault.Field{Path: "format", Value: string(format), Message: "must be csv or hledger"})
	}
	if f.Known != 0 {
		if err := ledger.Final(ctx, db, f.Known); err != nil {
			return fmt.Errorf("export the journal: %w", err)
		}
	}
	err := db.Snapshot(ctx, func(tx pgx.Tx) error {
		names, err := loadNames(ctx, tx, f.Known)
		if err != nil {
			return err
		}
		return write(w, names, ledger.Stream(ctx, tx, f))
	})
	if err != nil {
		return fmt.Errorf("export the journal: %w", err)
	}
	return nil
}

// loadNames are as known at a place in the known order, so that an export asked for again is the same; 0 is now.
func loadNames(ctx context.Context, q postgres.Querier, known int64) (ledger.Names, error) {
	names := ledger.Names{Entities: map[entities.ID]string{}}
	directory, err := entities.Load(ctx, q)
	if err != nil {
		return names, err
	}
	for _, e := range directory.All() {
		names.Entities[e.ID] = e.Code
	}
	if known == 0 {
		known = ledger.Now
	}
	if names.Customers, err = customers.NamesKnown(ctx, q, known); err != nil {
		return names, err
	}
	names.Contracts, err = contracts.Numbers(ctx, q)
	return names, err
}
