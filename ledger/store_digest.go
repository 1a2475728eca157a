package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Digest is the SHA-256 of an entry with its postings and billed lines.
type Digest struct {
	Account customers.AccountID
	Seq     int64
	Source  string
	Sum     []byte
}

// Before is the order of digests.
func (d Digest) Before(other Digest) bool {
	return d.Account < other.Account || d.Account == other.Account && d.Seq < other.Seq
}

// SealedColumns names the columns of the book that digests cover today, as JSON by table: all but recorded_at. A seal keeps
// them, so that a column added later does not change what was sealed before.
func SealedColumns(ctx context.Context, q postgres.Querier) (columns string, err error) {
	if err = q.QueryRow(ctx, `select ledger.sealed_columns()::text`).Scan(&columns); err != nil {
		return "", fmt.Errorf("name the columns of the book: %w", postgres.Fault(err))
	}
	return columns, nil
}

// Digests hashes every entry that is booked in a month, in order of account and place. PostgreSQL does it, so that an auditor
// can do the same with psql alone.
func Digests(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month, columns string) ([]Digest, error) {
	rows, err := q.Query(ctx, `
		select account_id, seq, source, digest from ledger.digests(@entity, @month::date, @columns::text::jsonb)`,
		pgx.NamedArgs{"entity": entity, "month": month, "columns": columns})
	if err != nil {
		return nil, fmt.Errorf("hash the entries of %s: %w", month, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Digest, err error) {
		return d, row.Scan(&d.Account, &d.Seq, &d.Source, &d.Sum)
	})
	if err != nil {
		return nil, fmt.Errorf("hash the entries of %s: %w", month, postgres.Fault(err))
	}
	return out, nil
}
