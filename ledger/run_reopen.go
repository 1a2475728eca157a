package ledger

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// RequestReopen asks that the latest closed month be opened again, with a reason. It changes nothing yet: another
// person answers (ReopenMonth, RefuseReopen).
func RequestReopen(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month, by access.Actor, reason string) error {
	return changeMonth(ctx, tx, change{ReopenRequested, entity, month, reason}, by, func(is standing) error {
		if strings.TrimSpace(reason) == "" {
			return fault.InvalidFields(fault.Field{Path: "reason", Message: "is missing: say why the month is opened again"})
		}
		if by.UserID == 0 {
			return fault.New(fault.Denied, "a month is opened again by people, not by the program")
		}
		if err := is.reopenable(month); err != nil {
			return err
		}
		waiting, err := LastEvent(ctx, tx, entity, month)
		if err == nil && waiting.Event == ReopenRequested {
			return fault.New(fault.Conflict, "it waits for an answer already")
		}
		return err
	})
}

// ReopenMonth opens a month again that somebody asked for. Neither who asked nor who closed it may (fault.Denied).
func ReopenMonth(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month, by access.Actor, reason string) error {
	return changeMonth(ctx, tx, change{Reopened, entity, month, reason}, by, func(is standing) error {
		if err := is.reopenable(month); err != nil {
			return err
		}
		asked, err := requested(ctx, tx, entity, month)
		if err != nil {
			return err
		}
		closer, err := LastCloser(ctx, tx, entity, month)
		switch {
		case err != nil:
			return err
		case asked.ByUser == by.UserID:
			return fault.New(fault.Denied, "%s asked for it: another person must open it again", by.Name)
		case closer == by.UserID:
			return fault.New(fault.Denied, "%s closed it: another person must open it again", by.Name)
		case by.UserID == 0:
			return fault.New(fault.Denied, "a month is opened again by people, not by the program")
		}
		return nil
	})
}

// RefuseReopen leaves a month closed that somebody asked to open again, with a reason.
func RefuseReopen(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month, by access.Actor, reason string) error {
	return changeMonth(ctx, tx, change{ReopenRefused, entity, month, reason}, by, func(standing) error {
		if strings.TrimSpace(reason) == "" {
			return fault.InvalidFields(fault.Field{Path: "reason", Message: "is missing: say why the month stays closed"})
		}
		asked, err := requested(ctx, tx, entity, month)
		if err == nil && asked.ByUser == by.UserID {
			return fault.New(fault.Denied, "%s asked for it: another person must answer", by.Name)
		}
		return err
	})
}

// reopenable refuses all but the latest closed month.
func (is standing) reopenable(month period.Month) error {
	switch {
	case month.After(is.through):
		return fault.New(fault.Conflict, "it is open")
	case month != is.through:
		return fault.New(fault.Conflict, "%s is closed too: months reopen in reverse order", is.through)
	case is.soft.After(is.through):
		return fault.New(fault.Conflict, "%s is soft-closed: lift that first, months reopen in reverse order", is.soft)
	}
	return nil
}

// requested is the request that waits for an answer.
func requested(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month) (MonthEvent, error) {
	asked, err := LastEvent(ctx, tx, entity, month)
	if err == nil && asked.Event != ReopenRequested {
		return asked, fault.New(fault.Conflict, "nobody asked to open it again")
	}
	return asked, err
}
