package reconcile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// Kind of a load in the audit trail.
const LoadKind = "reconciliation source"

// LoadFile keeps another program's side of an entity's days. Every row must be readable: a file that was taken in half
// would make differences of its own. A dry run reads and says what is wrong, and keeps nothing; the same file for the same
// days again is the load it was. A later file that covers a month takes the place of an earlier one; both are kept.
func LoadFile(ctx context.Context, tx pgx.Tx, source Source, entity entities.ID, span period.Span, name string, content []byte, dryRun bool, by access.Actor) (Load, error) {
	l := Load{Source: source, Entity: entity, Span: span, File: name, Digest: sha256.Sum256(content)}
	doing := fmt.Sprintf("load %s", source)
	if err := by.Require(Roles...); err != nil {
		return l, fmt.Errorf("%s: %w", doing, err)
	}
	if err := l.check(ctx, tx); err != nil {
		return l, fmt.Errorf("%s: %w", doing, err)
	}
	rows, err := Parse(source, span, bytes.NewReader(content))
	if err != nil {
		return l, fmt.Errorf("%s: %w", doing, err)
	}
	if l.Rows = rows; dryRun || l.Refused() > 0 {
		return l, nil
	}
	if l.ID, err = findLoad(ctx, tx, l); err == nil || !errors.Is(err, fault.NotFound) {
		return l, err
	}
	if l.ID, err = insertLoad(ctx, tx, l, by); err != nil {
		return l, fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: LoadKind, Key: fmt.Sprint(l.ID)}
	after := map[string]string{"source": string(source), "days": span.String(), "file": name, "rows": fmt.Sprint(len(rows)), "sha256": fmt.Sprintf("%x", l.Digest)}
	return l, access.Audit(ctx, tx, by, "reconciliation.load", subject, nil, after, "")
}

func (l Load) check(ctx context.Context, tx pgx.Tx) error {
	directory, err := entities.Load(ctx, tx)
	if err != nil {
		return err
	}
	found := fault.Printable("file", l.File, 200)
	if _, ok := directory.ByID(l.Entity); !ok {
		found = append(found, fault.Field{Path: "entity", Message: "is missing: choose whose file it is"})
	}
	if l.Span.Start.IsZero() || !l.Span.Start.Before(l.Span.End) {
		found = append(found, fault.Field{Path: "from", Message: "is missing or after the last day: say which days the file covers"})
	}
	if len(found) > 0 {
		return fault.InvalidFields(found...)
	}
	return nil
}
