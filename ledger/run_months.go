package ledger

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// CloseMonth closes a month of an entity: nothing is booked in it, or in one
// before it, from now on. Bookings under way finish first; later ones wait for
// tx. It fails with fault.Conflict when an earlier month is still open or the
// month is closed already. Whether everything due is booked is for the caller to
// see (revrec).
func CloseMonth(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month, by access.Actor) error {
	return changeMonth(ctx, tx, "close", entity, month, by, "", func(through period.Month) error {
		if !month.After(through) {
			return fault.New(fault.Conflict, "it is closed already")
		}
		next := through
		if through.IsZero() {
			first, err := firstBooked(ctx, tx, entity)
			if err != nil || first.IsZero() || !first.Before(month) {
				return err
			}
			next = first
		} else {
			next = through.Next()
		}
		if next.Before(month) {
			return fault.New(fault.Conflict, "%s is still open: months close in order", next)
		}
		return nil
	})
}

// ReopenMonth opens the latest closed month of an entity again. It takes a reason
// and another person than who closed the month (fault.Denied).
func ReopenMonth(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month, by access.Actor, reason string) error {
	return changeMonth(ctx, tx, "reopen", entity, month, by, reason, func(through period.Month) error {
		switch {
		case strings.TrimSpace(reason) == "":
			return fault.InvalidFields(fault.Field{Path: "reason", Message: "is missing: say why the month is opened again"})
		case month.After(through):
			return fault.New(fault.Conflict, "it is open")
		case month != through:
			return fault.New(fault.Conflict, "%s is closed too: months reopen in reverse order", through)
		}
		closer, err := lastCloser(ctx, tx, entity, month)
		if err != nil {
			return err
		}
		if closer == by.UserID {
			return fault.New(fault.Denied, "%s closed it: another person must open it again", by.Name)
		}
		return nil
	})
}

// changeMonth takes the lock, lets the rule look at the month the books are
// closed through, and records what was done.
func changeMonth(ctx context.Context, tx pgx.Tx, verb string, entity entities.ID, month period.Month, by access.Actor, reason string, rule func(through period.Month) error) error {
	seller, err := ours(ctx, tx, entity)
	if err != nil {
		return fmt.Errorf("%s month %s: %w", verb, month, err)
	}
	doing := fmt.Sprintf("%s month %s of %s", verb, month, seller.Code)
	if err := by.Require(access.Accountant); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := lockMonths(ctx, tx, entity); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	through, err := closedThrough(ctx, tx, entity)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := rule(through); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	event := map[string]string{"close": "closed", "reopen": "reopened"}[verb]
	if err := insertMonthEvent(ctx, tx, entity, month, event, by.UserID, reason); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: "month", Key: seller.Code + "/" + month.String()}
	return access.Audit(ctx, tx, by, "month."+verb, subject, nil, nil, reason)
}

func ours(ctx context.Context, tx pgx.Tx, id entities.ID) (entities.Entity, error) {
	directory, err := entities.Load(ctx, tx)
	if err != nil {
		return entities.Entity{}, err
	}
	seller, ok := directory.ByID(id)
	if !ok {
		return seller, fault.New(fault.NotFound, "there is no legal entity %d", id)
	}
	return seller, nil
}
