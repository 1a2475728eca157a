package exports

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Whole writes every entry that a filter selects as one file, mapped as the mapping stands, in one of the formats that
// know no batches: for checking our sums with another program, or for a copy of the book. It records nothing. What is
// unmapped refuses it.
func Whole(ctx context.Context, db *postgres.DB, t Target, f ledger.Filter, o Options) (content []byte, err error) {
	doing := fmt.Sprintf("write the book for %s", t)
	if s := t.Spec(); s.AsksDates {
		return nil, fmt.Errorf("%s: %w", doing, fault.InvalidFields(fault.Field{Path: "target", Value: string(t), Message: "takes an entity and a month: " + s.Name + " imports batches"}))
	}
	err = db.Snapshot(ctx, func(tx pgx.Tx) error {
		journals, err := wholeJournals(ctx, tx, t, f)
		if err != nil {
			return err
		}
		d := Draft{Findings: Check(journals, t, o)}
		if err := d.refused(); err != nil {
			return err
		}
		if o.Book == "" {
			o.Book = cmp.Or(string(f.Book), "primary")
		}
		content, err = Write(journals, t, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return content, nil
}

func wholeJournals(ctx context.Context, q postgres.Querier, t Target, f ledger.Filter) ([]Journal, error) {
	entries, err := collect(ctx, q, f, func(ledger.Entry) bool { return true })
	if err != nil {
		return nil, err
	}
	m, err := LoadMapping(ctx, q, 0)
	if err != nil {
		return nil, err
	}
	asOf := f.Through
	if len(entries) > 0 && asOf.IsZero() {
		asOf = entries[len(entries)-1].BookedOn
	}
	if asOf.IsZero() {
		asOf = period.NewDate(1, 1, 1) // an empty book names nobody
	}
	b, err := loadBook(ctx, q, entries, t, m, asOf)
	if err != nil {
		return nil, err
	}
	journals := b.Journals(entries)
	return journals, nameReversed(ctx, q, journals, entries)
}
