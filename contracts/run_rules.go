package contracts

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// ProposeRule records a new version of an approval rule and asks for its approval. It counts from its first day once
// somebody else has approved it; until then, and if it is sent back, the version before goes on.
func ProposeRule(ctx context.Context, tx pgx.Tx, r Rule, today period.Date, by access.Actor) (Rule, error) {
	doing := fmt.Sprintf("change the approval rule %s", fault.Shown(string(r.Kind)))
	if err := by.Require(access.Finance, access.Admin); err != nil {
		return Rule{}, fmt.Errorf("%s: %w", doing, err)
	}
	was, err := latestRule(ctx, tx, r.Kind)
	if err != nil {
		return Rule{}, fmt.Errorf("%s: %w", doing, err)
	}
	if !was.Counts() && was.Event == "" {
		return Rule{}, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "version %d waits for a decision; have it approved or sent back first", was.Version))
	}
	r.Version, r.Reason, r.PreparedBy = was.Version+1, strings.TrimSpace(r.Reason), by.UserID
	if found := r.validate(was, today); len(found) > 0 {
		return Rule{}, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	if err := insertRule(ctx, tx, r, by); err != nil {
		return Rule{}, fmt.Errorf("%s: %w", doing, err)
	}
	if err := access.Audit(ctx, tx, by, "approval_rule.propose", r.subject(), was.said(), r.said(), r.Reason); err != nil {
		return Rule{}, fmt.Errorf("%s: %w", doing, err)
	}
	return r, access.RequestApproval(ctx, tx, r.subject(), r.Reason, by)
}

// DecideRule approves the version of a rule that waits, or sends it back. Whoever proposed it cannot.
func DecideRule(ctx context.Context, tx pgx.Tx, kind RuleKind, decision access.Decision, reason string, by access.Actor) error {
	doing := fmt.Sprintf("%s the approval rule %s", decision, fault.Shown(string(kind)))
	r, err := latestRule(ctx, tx, kind)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if r.Version == 1 || r.Event != "" {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "no change of it waits for a decision"))
	}
	if err := access.Decide(ctx, tx, r.subject(), decision, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	event := map[access.Decision]string{access.Approve: "approved", access.Reject: "rejected"}[decision]
	if err := insertRuleDecision(ctx, tx, r, event, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func latestRule(ctx context.Context, tx pgx.Tx, kind RuleKind) (Rule, error) {
	if err := lockRules(ctx, tx); err != nil {
		return Rule{}, err
	}
	all, err := LoadRules(ctx, tx)
	if err != nil {
		return Rule{}, err
	}
	r, ok := all.Latest(kind)
	if !ok {
		return Rule{}, fault.New(fault.NotFound, "there is no approval rule %s", fault.Shown(string(kind)))
	}
	return r, nil
}

func (r Rule) subject() access.Subject {
	return access.Subject{Kind: "approval_rule", Key: fmt.Sprintf("%s/v%d", r.Kind, r.Version)}
}

// said is the rule as the audit trail keeps it.
func (r Rule) said() map[string]any {
	return map[string]any{"version": r.Version, "starts_on": r.StartsOn.String(), "threshold": r.Threshold.String(), "roles": r.Roles, "active": r.Active}
}
