package journals

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
)

// Propose records a rule and asks for its approval by another person.
func Propose(ctx context.Context, tx pgx.Tx, r Rule, by access.Actor) (Rule, error) {
	doing := fmt.Sprintf("propose the rule %s", r.Code)
	if err := by.Require(Roles...); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	d, err := entities.Load(ctx, tx)
	if err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	r.Reason = strings.TrimSpace(r.Reason)
	if found := r.check(d); len(found) > 0 {
		return r, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	r.PreparedBy = by.UserID
	if r.ID, err = insertRule(ctx, tx, r); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	if err := access.Audit(ctx, tx, by, "journal_rule.propose", r.subject(), nil, map[string]string{"code": r.Code, "from": r.StartsOn.String(), "says": r.Says()}, r.Reason); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	return r, access.RequestApprovalOf(ctx, tx, r.subject(), Roles, r.Reason, by)
}

// DecideRule approves a rule, or sends it back. Whoever proposed it cannot.
func DecideRule(ctx context.Context, tx pgx.Tx, id int64, decision access.Decision, reason string, by access.Actor) error {
	doing := fmt.Sprintf("%s rule %d of journals", decision, id)
	r, err := FindRule(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if r.Event != "" {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it is %s already", r.Event))
	}
	reason = strings.TrimSpace(reason)
	if err := access.Decide(ctx, tx, r.subject(), decision, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	event := map[access.Decision]string{access.Approve: "approved", access.Reject: "rejected"}[decision]
	if err := insertRuleDecision(ctx, tx, r, event, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// SaveTemplate keeps a revision of a template. A template posts nothing: each journal written from it takes an approval.
func SaveTemplate(ctx context.Context, tx pgx.Tx, t Template, by access.Actor) error {
	doing := fmt.Sprintf("save the template %s", fault.Quote(t.Code))
	if err := by.Require(Roles...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if found := t.check(); len(found) > 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	t.By = by.UserID
	if err := insertTemplate(ctx, tx, t); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return access.Audit(ctx, tx, by, "journal_template.save", access.Subject{Kind: "journal_template", Key: t.Code}, nil, map[string]any{"name": t.Name, "lines": len(t.Lines), "retired": t.Retired}, "")
}
