package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// PolicyKind is the kind of an accounting policy as a subject of approvals and the audit trail.
const PolicyKind = "accounting_policy"

// Subject names a policy: "2/us_gaap/3" is the third of entity 2 for its primary book.
func (v PolicyVersion) Subject() access.Subject {
	return access.Subject{Kind: PolicyKind, Key: fmt.Sprintf("%d/%s/%d", v.Entity, v.Book, v.Number)}
}

var policyDesks = []access.Role{access.Accountant, access.Finance}

// ProposePolicy keeps a policy and asks another person to approve it. It counts from a day in a month that is not closed: what
// is closed was booked by the policy it had.
func ProposePolicy(ctx context.Context, tx pgx.Tx, v PolicyVersion, by access.Actor) (PolicyVersion, error) {
	doing := fmt.Sprintf("propose a policy for the %s book of entity %d", v.Book, v.Entity)
	if err := by.Require(policyDesks...); err != nil {
		return v, fmt.Errorf("%s: %w", doing, err)
	}
	if err := v.check(ctx, tx); err != nil {
		return v, fmt.Errorf("%s: %w", doing, err)
	}
	all, err := policyVersions(ctx, tx, v.Entity, v.Book)
	if err != nil {
		return v, fmt.Errorf("%s: %w", doing, err)
	}
	for _, was := range all {
		if was.Waits() {
			return v, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "policy %d still waits for a decision: have it approved or rejected first", was.Number))
		}
	}
	v.Number, v.PreparedBy, v.Event = len(all)+1, by.UserID, ""
	if err := insertPolicy(ctx, tx, v, by); err != nil {
		return v, fmt.Errorf("%s: %w", doing, err)
	}
	before := NewPolicies(all).Of(v.Entity, v.Book, v.Effective)
	if err := access.Audit(ctx, tx, by, "policy.propose", v.Subject(), before, v.Policy, v.Reason); err != nil {
		return v, fmt.Errorf("%s: %w", doing, err)
	}
	if err := access.RequestApprovalOf(ctx, tx, v.Subject(), policyDesks, v.Reason, by, by.UserID); err != nil {
		return v, fmt.Errorf("%s: %w", doing, err)
	}
	return v, nil
}

// check refuses a policy that could not count: unknown words, no reason, another book, a closed month.
func (v PolicyVersion) check(ctx context.Context, tx pgx.Tx) error {
	if err := v.Policy.Check(); err != nil {
		return err
	}
	var found []fault.Field
	if v.Book != USGAAP && v.Book != IFRS {
		found = append(found, fault.Field{Path: "book", Value: string(v.Book), Message: "must be us_gaap or ifrs"})
	}
	if v.Reason == "" {
		found = append(found, fault.Field{Path: "reason", Message: "say why the policy is chosen, for the audit trail and the notes"})
	}
	if v.Effective.IsZero() {
		found = append(found, fault.Field{Path: "effective", Message: "needs the day from which it counts"})
	}
	if len(found) > 0 {
		return fault.InvalidFields(found...)
	}
	return openFor(ctx, tx, v.Entity, v.Effective)
}

func openFor(ctx context.Context, tx pgx.Tx, entity entities.ID, day period.Date) error {
	if _, err := ours(ctx, tx, entity); err != nil {
		return err
	}
	open, err := FirstOpen(ctx, tx, entity, day.MonthOf())
	if err == nil && open != day.MonthOf() {
		err = fault.New(fault.Closed, "%s is closed: let the policy count from %s, or reopen the month", day.MonthOf(), open.First())
	}
	return err
}

// ApprovePolicy makes a policy count from its day on. Who proposed it cannot approve it.
func ApprovePolicy(ctx context.Context, tx pgx.Tx, entity entities.ID, book Book, number int, reason string, by access.Actor) error {
	return decidePolicy(ctx, tx, entity, book, number, access.Approve, reason, by)
}

// RejectPolicy sends a policy back, with a reason.
func RejectPolicy(ctx context.Context, tx pgx.Tx, entity entities.ID, book Book, number int, reason string, by access.Actor) error {
	return decidePolicy(ctx, tx, entity, book, number, access.Reject, reason, by)
}

func decidePolicy(ctx context.Context, tx pgx.Tx, entity entities.ID, book Book, number int, d access.Decision, reason string, by access.Actor) error {
	doing := fmt.Sprintf("%s policy %d for the %s book of entity %d", d, number, book, entity)
	v, err := getPolicy(ctx, tx, entity, book, number)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	event := "rejected"
	if d == access.Approve {
		event = "approved"
		if err := openFor(ctx, tx, entity, v.Effective); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	if err := access.Decide(ctx, tx, v.Subject(), d, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := insertPolicyDecision(ctx, tx, v, event, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
