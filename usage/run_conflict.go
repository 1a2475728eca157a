package usage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// ResolveConflict decides about an event that came again with other content: the
// offered content is accepted, as an amendment whose reason names the conflict, or
// dismissed. A conflict is decided once; what came of it may be corrected like any
// event.
func ResolveConflict(ctx context.Context, db *postgres.DB, id int64, r Resolution, reason string, now time.Time, by access.Actor) error {
	doing := fmt.Sprintf("decide about usage conflict %d", id)
	if err := by.Require(correctors...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := r.check(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := checkReason(reason); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	err := amongCorrectors(ctx, db, 1, func(tx pgx.Tx) error { return resolve(ctx, tx, id, r, strings.TrimSpace(reason), now, by) })
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func resolve(ctx context.Context, tx pgx.Tx, id int64, r Resolution, reason string, now time.Time, by access.Actor) error {
	found, err := ConflictsPage(ctx, tx, ConflictFilter{ID: id})
	if err != nil {
		return err
	}
	if id == 0 || len(found) == 0 {
		return fault.New(fault.NotFound, "there is no such conflict")
	}
	c := found[0]
	if c.Resolution != "" {
		return fault.New(fault.Conflict, "%s %s it already", c.By, c.Resolution)
	}
	if r == Accepted {
		amendment := c.offering(fmt.Sprintf("Conflict %d accepted: %s", id, reason))
		if c.Retracted {
			amendment.Action = Restore
		}
		if err := CheckCorrections([]Correction{amendment}, now); err != nil {
			return err
		}
		if _, err := correct(ctx, tx, []Correction{amendment}, by); err != nil {
			return err
		}
	}
	order, err := nextOrder(ctx, tx)
	if err != nil {
		return err
	}
	if err := insertResolution(ctx, tx, id, r, reason, order, by); err != nil {
		return err
	}
	subject := access.Subject{Kind: "usage conflict", Key: strconv.FormatInt(id, 10), Account: int64(c.Account)}
	return access.Audit(ctx, tx, by, "usage.conflict", subject, nil, map[string]string{"resolution": string(r), "source": c.Offered.Source, "id": c.Offered.ID}, reason)
}
