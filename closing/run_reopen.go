package closing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/ledger"
)

// SubjectKind is what an approval of a reopening is called.
const SubjectKind = "close"

// ReopenSubject is the request to reopen a month, as the inbox of approvals knows it.
func ReopenSubject(entity entities.Entity, month period.Month) access.Subject {
	return access.Subject{Kind: SubjectKind, Key: entity.Code + "/" + month.String()}
}

// RequestReopen asks that the latest closed month be opened again. An accountant or finance answers; neither who asked nor
// who closed the month may.
func RequestReopen(ctx context.Context, tx pgx.Tx, entity entities.Entity, month period.Month, reason string, by access.Actor) error {
	if err := ledger.RequestReopen(ctx, tx, entity.ID, month, by, reason); err != nil {
		return err
	}
	closer, err := ledger.LastCloser(ctx, tx, entity.ID, month)
	if err != nil {
		return fmt.Errorf("ask to reopen month %s of %s: %w", month, entity.Code, err)
	}
	return access.RequestApprovalOf(ctx, tx, ReopenSubject(entity, month), []access.Role{access.Accountant, access.Finance}, reason, by, closer)
}

// DecideReopen answers: the month is open again, or stays closed for a reason.
func DecideReopen(ctx context.Context, tx pgx.Tx, entity entities.Entity, month period.Month, d access.Decision, reason string, by access.Actor) error {
	if err := access.Decide(ctx, tx, ReopenSubject(entity, month), d, reason, by); err != nil {
		return err
	}
	if d == access.Reject {
		return ledger.RefuseReopen(ctx, tx, entity.ID, month, by, reason)
	}
	return ledger.ReopenMonth(ctx, tx, entity.ID, month, by, reason)
}

// Waiting is the month whose reopening waits for an answer, with the request; none: an empty approval.
func Waiting(asked []access.Approval, entity entities.Entity) (access.Approval, period.Month, error) {
	for _, a := range asked {
		var month string
		if a.Subject.Kind != SubjectKind || len(a.Subject.Key) < 8 || a.Subject.Key[:len(a.Subject.Key)-8] != entity.Code {
			continue
		}
		month = a.Subject.Key[len(a.Subject.Key)-7:]
		m, err := period.ParseMonth(month)
		if err != nil {
			return a, m, fault.New(fault.Invalid, "approval of %s names no month", a.Subject.Key)
		}
		return a, m, nil
	}
	return access.Approval{}, period.Month{}, nil
}
