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
	"ratable/internal/webhook"
)

// OpenMonth lets an entity book through a month: from then on later months are future ones and take nothing. An entity
// that never opens a month has no future ones.
func OpenMonth(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month, by access.Actor) error {
	return changeMonth(ctx, tx, change{Opened, entity, month, ""}, by, func(is standing) error {
		if !is.opened.IsZero() && !month.After(is.opened) {
			return fault.New(fault.Conflict, "it is open already")
		}
		return nil
	})
}

// SoftCloseMonth lets a month take adjustments only: what becomes known of it is booked in the next open month.
func SoftCloseMonth(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month, by access.Actor) error {
	return changeMonth(ctx, tx, change{SoftClosed, entity, month, ""}, by, func(is standing) error {
		if !month.After(is.soft) {
			return fault.New(fault.Conflict, "it is soft-closed or closed already")
		}
		return is.inOrder(ctx, tx, entity, is.soft, month)
	})
}

// LiftSoftClose opens the latest soft-closed month to new facts again, with a reason.
func LiftSoftClose(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month, by access.Actor, reason string) error {
	return changeMonth(ctx, tx, change{Lifted, entity, month, reason}, by, func(is standing) error {
		switch {
		case month != is.soft || month == is.through:
			return fault.New(fault.Conflict, "it is not the latest soft-closed month")
		case strings.TrimSpace(reason) == "":
			return fault.InvalidFields(fault.Field{Path: "reason", Message: "is missing: say why the month takes new facts again"})
		}
		return nil
	})
}

// CloseMonth closes a month of an entity: nothing is booked in it, or in one
// before it, from now on. Bookings under way finish first; later ones wait for
// tx. It fails with fault.Conflict when an earlier month is still open or the
// month is closed already. Whether everything due is booked is for the caller to
// see (package closing).
func CloseMonth(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month, by access.Actor) error {
	return changeMonth(ctx, tx, change{MonthIsClosed, entity, month, ""}, by, func(is standing) error {
		if !month.After(is.through) {
			return fault.New(fault.Conflict, "it is closed already")
		}
		return is.inOrder(ctx, tx, entity, is.through, month)
	})
}

// change is what is about to happen to a month.
type change struct {
	event  Happening
	entity entities.ID
	month  period.Month
	reason string
}

// word is the verb of it, as errors and the audit trail say it.
func (c change) word() string {
	return map[Happening]string{
		Opened: "open", SoftClosed: "soft-close", Lifted: "lift", MonthIsClosed: "close",
		ReopenRequested: "ask to reopen", ReopenRefused: "refuse to reopen", Reopened: "reopen",
	}[c.event]
}

// standing is how far an entity's months have come.
type standing struct{ through, soft, opened period.Month }

// inOrder refuses a month that does not follow the one the books are (soft-)closed through.
func (standing) inOrder(ctx context.Context, tx pgx.Tx, entity entities.ID, through, month period.Month) error {
	next := month
	if !through.IsZero() {
		next = through.Next()
	} else if first, err := firstBooked(ctx, tx, entity); err != nil || first.IsZero() {
		return err
	} else if first.Before(month) {
		next = first
	}
	if next.Before(month) {
		return fault.New(fault.Conflict, "%s is still open: months close in order", next)
	}
	return nil
}

// changeMonth takes the lock, lets the rule look at how far the books have come, and records what was done.
func changeMonth(ctx context.Context, tx pgx.Tx, c change, by access.Actor, rule func(is standing) error) error {
	seller, err := ours(ctx, tx, c.entity)
	if err != nil {
		return fmt.Errorf("%s month %s: %w", c.word(), c.month, err)
	}
	doing := fmt.Sprintf("%s month %s of %s", c.word(), c.month, seller.Code)
	roles := []access.Role{access.Accountant}
	if c.event == Reopened || c.event == ReopenRefused {
		roles = append(roles, access.Finance) // who answers need not be of the desk that closes
	}
	if err := by.Require(roles...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := LockMonths(ctx, tx, c.entity); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	is, err := loadStanding(ctx, tx, c.entity)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := rule(is); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := insertMonthEvent(ctx, tx, c, by.UserID); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: "month", Key: seller.Code + "/" + c.month.String()}
	if err := access.Audit(ctx, tx, by, "month."+strings.ReplaceAll(c.word(), " ", "-"), subject, nil, nil, c.reason); err != nil {
		return err
	}
	last, err := LastEvent(ctx, tx, c.entity, c.month)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if e, told := c.toldMonth(seller.Code, last.Seq); told {
		return webhook.Emit(ctx, tx, e)
	}
	return nil
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
