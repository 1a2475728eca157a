package evidence

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Take draws a sample and keeps it, with everything that it takes to draw it again. An auditor may, and so may an accountant.
func Take(ctx context.Context, tx pgx.Tx, r Request, by access.Actor) (Sample, error) {
	if err := by.Require(access.Auditor, access.Accountant); err != nil {
		return Sample{}, fmt.Errorf("draw a sample: %w", err)
	}
	if err := r.check(); err != nil {
		return Sample{}, fmt.Errorf("draw a sample: %w", err)
	}
	known, err := ledger.Known(ctx, tx)
	if err != nil {
		return Sample{}, fmt.Errorf("draw a sample: %w", err)
	}
	s, err := draw(ctx, tx, r, known)
	if err != nil {
		return Sample{}, fmt.Errorf("draw a sample: %w", err)
	}
	if err := insert(ctx, tx, &s, by); err != nil {
		return Sample{}, fmt.Errorf("draw a sample: %w", err)
	}
	subject := access.Subject{Kind: "sample", Key: fmt.Sprint(s.ID)}
	after := map[string]any{"method": s.Method, "seed": s.Seed, "entries": len(s.Items), "of": s.Population}
	return s, access.Audit(ctx, tx, by, "sample.draw", subject, nil, after, s.Reason)
}

func draw(ctx context.Context, q postgres.Querier, r Request, known int64) (Sample, error) {
	f := ledger.Filter{Entity: r.Entity, Currency: r.Currency, From: r.Days.Start, Through: r.Days.Last()}
	all, err := ledger.Population(ctx, q, f, r.Source, known)
	if err != nil {
		return Sample{}, err
	}
	s := Sample{Request: r, Known: known, Population: int64(len(all)), Items: Draw(all, r.Method, r.Size, r.Seed, r.Currency)}
	s.Moved = money.Zero(r.Currency)
	for _, b := range all {
		s.Moved = s.Moved.Add(money.Of(b.Moved, r.Currency))
	}
	return s, nil
}

// Again draws a kept sample again, from the same entries, and says whether it is the same.
func Again(ctx context.Context, q postgres.Querier, id int64) (same bool, err error) {
	kept, err := Get(ctx, q, id)
	if err != nil {
		return false, err
	}
	s, err := draw(ctx, q, kept.Request, kept.Known)
	if err != nil {
		return false, fmt.Errorf("draw sample %d again: %w", id, err)
	}
	return s.Population == kept.Population && s.Moved == kept.Moved && slices.Equal(s.Items, kept.Items), nil
}
