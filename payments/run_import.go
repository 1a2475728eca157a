package payments

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Outcome says what became of a row of a statement.
type Outcome string

const (
	Recorded Outcome = "recorded"
	Repeated Outcome = "repeated" // it was recorded before
	Refused  Outcome = "refused"  // correct it and import the file again, or record it by hand
)

// RowResult is one row of a statement. Receipt is set unless it was refused; in a
// dry run it is what would have been recorded.
type RowResult struct {
	Line    int // of the file, from 1
	Outcome Outcome
	Receipt Receipt
	Err     error // why it was refused; fields carry the line
}

// Statement is what an import did, or in a dry run would do.
type Statement struct {
	DryRun bool
	Rows   []RowResult
}

// Count is how many rows had an outcome.
func (s Statement) Count(o Outcome) (n int) {
	for _, r := range s.Rows {
		if r.Outcome == o {
			n++
		}
	}
	return n
}

// errDryRun takes everything back at the end of a dry run.
var errDryRun = errors.New("dry run")

// ImportStatement records the money of a bank statement, row by row: CSV with the
// header date,amount,currency,payer,reference and optionally transaction (what
// the bank calls the movement) and entity (the code of whose account it is). A row
// belongs to the customer its payer names (external id or name), else to the
// payer of the invoice its reference mentions.
//
// A file without the header is refused whole. A bad row is refused alone, the
// others are recorded; the same file again records what was refused and repeats
// nothing. asOf is today: a later day is refused. A dry run records all rows in
// one transaction and takes it back, so that it sees what the import would,
// two rows that pay the same invoice included.
func ImportStatement(ctx context.Context, db *postgres.DB, r io.Reader, dryRun bool, asOf period.Date, by access.Actor) (Statement, error) {
	if err := by.Require(desks...); err != nil {
		return Statement{}, fmt.Errorf("import bank statement: %w", err)
	}
	rows, err := parseStatement(r)
	if err != nil {
		return Statement{}, fmt.Errorf("import bank statement: %w", err)
	}
	known, err := loadKnown(ctx, db, rows, asOf)
	if err != nil {
		return Statement{}, fmt.Errorf("import bank statement: %w", err)
	}
	s := Statement{DryRun: dryRun}
	resolved := known.resolveAll(rows)
	if dryRun {
		err = rehearse(ctx, db, &s, resolved, by)
	} else {
		err = importRows(ctx, db, &s, resolved, by)
	}
	if err != nil {
		return s, fmt.Errorf("import bank statement: %w", err)
	}
	return s, nil
}

// importRows records each row in a transaction of its own: a file that was cut
// short is simply imported again.
func importRows(ctx context.Context, db *postgres.DB, s *Statement, rows []resolvedRow, by access.Actor) error {
	for _, row := range rows {
		var result RowResult
		err := db.Tx(ctx, func(tx pgx.Tx) (err error) {
			result, err = importRow(ctx, tx, row, by)
			return err
		})
		if err != nil {
			return fmt.Errorf("line %d: %w", row.line, err)
		}
		s.Rows = append(s.Rows, result)
	}
	if s.Count(Recorded) == 0 {
		return nil
	}
	return db.Tx(ctx, func(tx pgx.Tx) error {
		subject := access.Subject{Kind: "bank_statement", Key: fmt.Sprintf("%d rows", len(s.Rows))}
		return access.Audit(ctx, tx, by, "statement.import", subject, nil, s.counts(), "")
	})
}

func rehearse(ctx context.Context, db *postgres.DB, s *Statement, rows []resolvedRow, by access.Actor) error {
	err := db.Tx(ctx, func(tx pgx.Tx) error {
		s.Rows = nil
		for _, row := range rows {
			result, err := importRow(ctx, tx, row, by)
			if err != nil {
				return fmt.Errorf("line %d: %w", row.line, err)
			}
			s.Rows = append(s.Rows, result)
		}
		return errDryRun
	})
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}

// importRow records one row, or says why not. Only our own failures are errors.
func importRow(ctx context.Context, tx pgx.Tx, row resolvedRow, by access.Actor) (RowResult, error) {
	out := RowResult{Line: row.line, Outcome: Refused, Err: fault.InvalidFields(row.wrong...)}
	if out.Err != nil {
		return out, nil
	}
	err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		earlier, found, err := movement(ctx, tx, row.known)
		if err == nil && found && earlier.same(row.known) {
			out.Receipt = earlier
			out.Receipt.Repeated = true
			return nil
		}
		if err == nil {
			out.Receipt, err = Record(ctx, tx, row.receipt, by)
		}
		return err
	})
	switch {
	case err != nil && fault.Kind(err) == nil:
		return out, err
	case err != nil:
		out.Receipt, out.Err = Receipt{}, fmt.Errorf("line %d: %w", row.line, err)
	case out.Receipt.Repeated:
		out.Outcome = Repeated
	default:
		out.Outcome = Recorded
	}
	return out, nil
}

func (s Statement) counts() map[string]int {
	return map[string]int{"recorded": s.Count(Recorded), "repeated": s.Count(Repeated), "refused": s.Count(Refused)}
}
