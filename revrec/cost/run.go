package cost

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Judge says what a cost would become, or field by field why it means nothing. It stores nothing.
func Judge(ctx context.Context, q postgres.Querier, w Written) (Fact, error) {
	f := Fact{Kind: CostFact, Reason: strings.TrimSpace(w.Reason)}
	a, err := agreed(ctx, q, w.Contract)
	if err != nil {
		return f, err
	}
	f.Account, f.Entity = a.Account, a.Entity
	on, err := period.ParseDate(w.IncurredOn)
	if err != nil {
		on = a.Term().Start
	}
	policy, err := PolicyOn(ctx, q, a.Entity, on)
	if err != nil {
		return f, err
	}
	c, found := w.read(a, policy)
	if w.Party != "" {
		placed, err := customers.Resolve(ctx, q, []string{w.Party})
		if err != nil {
			return f, err
		}
		if c.Party = placed[w.Party].ID; c.Party == 0 {
			found = append(found, fault.Field{Path: "party", Value: fault.Shown(w.Party), Message: "is no customer or partner: write the id it is known by, or leave it empty"})
		}
	}
	if f.Cost = c; len(found) > 0 {
		return f, fault.InvalidFields(found...)
	}
	return f, nil
}

func agreed(ctx context.Context, q postgres.Querier, number string) (contracts.Agreement, error) {
	c, err := contracts.Get(ctx, q, number)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return contracts.Agreement{}, err
	}
	a, ok := c.Agreement()
	if err != nil || !ok {
		return a, fault.InvalidFields(fault.Field{Path: "contract", Value: fault.Shown(number), Message: "is no contract that was approved; write its number"})
	}
	return a, nil
}

// PolicyOn is what counts for costs that an entity incurs on a day.
func PolicyOn(ctx context.Context, q postgres.Querier, entity entities.ID, on period.Date) (Policy, error) {
	all, err := List(ctx, q, Filter{Kind: PolicyFact, Entity: entity})
	if err != nil {
		return Policy{}, err
	}
	out := defaults
	for _, f := range slices.Backward(all) { // the oldest first
		if f.Counts() && !f.Policy.StartsOn.After(on) && !f.Policy.StartsOn.Before(out.StartsOn) {
			out = f.Policy
		}
	}
	return out, nil
}

// Enter keeps a cost and asks another person to approve it.
func Enter(ctx context.Context, tx pgx.Tx, w Written, by access.Actor) (Fact, error) {
	f, err := Judge(ctx, tx, w)
	if err != nil {
		return f, fmt.Errorf("enter a contract cost: %w", err)
	}
	return propose(ctx, tx, f, by)
}

// WrittenTest is a test of a cost as a person types it.
type WrittenTest struct {
	Month, Consideration, Costs, Reason string
}

// Examine keeps a test of whether a cost still comes back and asks another person to approve it.
func Examine(ctx context.Context, tx pgx.Tx, id ID, w WrittenTest, by access.Actor) (Fact, error) {
	doing := fmt.Sprintf("test contract cost %d", id)
	of, err := Get(ctx, tx, id)
	if err != nil {
		return of, fmt.Errorf("%s: %w", doing, err)
	}
	if !of.Counts() || !of.Cost.Asset {
		return of, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it is no asset that counts: there is nothing to test"))
	}
	r := &reading{}
	f := Fact{Kind: TestFact, Account: of.Account, Entity: of.Entity, Reason: r.text("reason", w.Reason, 300, "say what the expectation rests on")}
	month, err := period.ParseMonth(w.Month)
	if err != nil || month.Before(of.Cost.IncurredOn.MonthOf()) || !month.First().Before(of.Cost.To) {
		r.add("month", w.Month, "must be a month of the cost's life, %s to %s", of.Cost.IncurredOn.MonthOf(), of.Cost.To.AddDays(-1).MonthOf())
	}
	f.Test = Test{Cost: id, Month: month, Currency: of.Cost.Currency, Consideration: r.amount("consideration", w.Consideration, of.Cost.Currency, true), Costs: r.amount("costs", w.Costs, of.Cost.Currency, true)}
	if len(r.found) > 0 {
		return f, fmt.Errorf("%s: %w", doing, fault.InvalidFields(r.found...))
	}
	return propose(ctx, tx, f, by)
}

// SetPolicy proposes what an entity does where the standard leaves a choice.
func SetPolicy(ctx context.Context, tx pgx.Tx, entity entities.ID, p Policy, reason string, by access.Actor) (Fact, error) {
	r := &reading{}
	f := Fact{Kind: PolicyFact, Entity: entity, Policy: p, Reason: r.text("reason", reason, 300, "say why the policy changes")}
	if p.StartsOn.IsZero() {
		r.add("starts_on", "", "is missing: say from which day it counts")
	}
	if p.Benefit < 0 || p.Benefit > 360 {
		r.add("benefit", fmt.Sprint(p.Benefit), "must be 1 to 360 months, or empty for the term of the contract")
	}
	directory, err := entities.Load(ctx, tx)
	if err != nil {
		return f, err
	}
	if _, ok := directory.ByID(entity); !ok {
		r.add("entity", fmt.Sprint(entity), "is no legal entity of ours")
	}
	if len(r.found) > 0 {
		return f, fmt.Errorf("change the policy of contract costs: %w", fault.InvalidFields(r.found...))
	}
	return propose(ctx, tx, f, by)
}

func propose(ctx context.Context, tx pgx.Tx, f Fact, by access.Actor) (_ Fact, err error) {
	const doing = "enter a contract cost"
	if err := by.Require(Roles...); err != nil {
		return f, fmt.Errorf("%s: %w", doing, err)
	}
	f.PreparedBy = by.UserID
	if f.ID, err = insertFact(ctx, tx, f); err != nil {
		return f, fmt.Errorf("%s: %w", doing, err)
	}
	if err := access.Audit(ctx, tx, by, "contract_cost.enter", f.subject(), nil, f.body(), f.Reason); err != nil {
		return f, fmt.Errorf("%s: %w", doing, err)
	}
	return f, access.RequestApprovalOf(ctx, tx, f.subject(), Roles, f.Reason, by)
}

// Approve makes a fact count; Reject sends it back. Whoever entered it can do neither.
func Approve(ctx context.Context, tx pgx.Tx, id ID, reason string, by access.Actor) error {
	return decide(ctx, tx, id, access.Approve, reason, by)
}

func Reject(ctx context.Context, tx pgx.Tx, id ID, reason string, by access.Actor) error {
	return decide(ctx, tx, id, access.Reject, reason, by)
}

func decide(ctx context.Context, tx pgx.Tx, id ID, decision access.Decision, reason string, by access.Actor) error {
	doing := fmt.Sprintf("%s contract cost %d", decision, id)
	f, err := Get(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if f.Event != "" || f.Kind == ReferralFact {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "nothing waits for a decision"))
	}
	reason = strings.TrimSpace(reason)
	if err := access.Decide(ctx, tx, f.subject(), decision, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	event := map[access.Decision]string{access.Approve: "approved", access.Reject: "rejected"}[decision]
	if err := insertDecision(ctx, tx, f, event, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
