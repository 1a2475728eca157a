package exports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// MappingKind is the kind of subject a change of the mapping is, in approvals and in the audit trail.
const MappingKind = "account_mapping"

// maxRules is how many revisions a proposal may bring.
const maxRules = 2000

// Propose records a change of the mapping and asks for its approval by another person.
func Propose(ctx context.Context, tx pgx.Tx, rules []Rule, reason string, by access.Actor) (Proposal, error) {
	const doing = "change the account mapping"
	if err := by.Require(Roles...); err != nil {
		return Proposal{}, fmt.Errorf("%s: %w", doing, err)
	}
	reason = strings.TrimSpace(reason)
	if err := judge(ctx, tx, rules, reason); err != nil {
		return Proposal{}, fmt.Errorf("%s: %w", doing, err)
	}
	id, err := insertProposal(ctx, tx, rules, reason, by)
	if err != nil {
		return Proposal{}, fmt.Errorf("%s: %w", doing, err)
	}
	p := Proposal{ID: id, Reason: reason, PreparedBy: by.UserID, Rules: rules}
	if err := access.Audit(ctx, tx, by, "account_mapping.propose", p.subject(), nil, said(rules), reason); err != nil {
		return Proposal{}, fmt.Errorf("%s: %w", doing, err)
	}
	return p, access.RequestApprovalOf(ctx, tx, p.subject(), Roles, reason, by)
}

// judge says what is wrong with revisions, each by itself and against what counts.
func judge(ctx context.Context, q postgres.Querier, rules []Rule, reason string) error {
	var found []fault.Field
	if reason == "" {
		found = append(found, fault.Field{Path: "reason", Message: "is missing: whoever approves it and the auditor want to know"})
	}
	found = append(found, fault.Printable("reason", reason, 500)...)
	if len(rules) == 0 || len(rules) > maxRules {
		found = append(found, fault.Field{Path: "rules", Value: strconv.Itoa(len(rules)), Message: fmt.Sprintf("are 1 to %d", maxRules)})
	}
	directory, err := entities.Load(ctx, q)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, r := range rules {
		at := fmt.Sprintf("rules[%d].", i)
		found = append(found, r.validate(at, directory)...)
		if k := r.Code + " " + r.StartsOn.String(); seen[k] {
			found = append(found, fault.Field{Path: at + "code", Value: r.Code, Message: "stands twice for one day"})
		} else {
			seen[k] = true
		}
	}
	if len(found) > 0 {
		return fault.InvalidFields(found...)
	}
	current, err := LoadMapping(ctx, q, 0)
	if err != nil {
		return err
	}
	return fault.InvalidFields(current.With(rules).conflicts()...)
}

// Decide approves a change of the mapping, or sends it back. Whoever proposed it cannot.
func Decide(ctx context.Context, tx pgx.Tx, id int64, decision access.Decision, reason string, by access.Actor) error {
	doing := fmt.Sprintf("%s change %d of the account mapping", decision, id)
	reason = strings.TrimSpace(reason)
	p, err := FindProposal(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if p.Event != "" {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it is %s already", p.Event))
	}
	if decision == access.Reject && reason == "" {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(fault.Field{Path: "reason", Message: "is missing: say what to change"}))
	}
	if decision == access.Approve {
		// What was approved since may have given an account another name.
		if err := judge(ctx, tx, p.Rules, p.Reason); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	if err := access.Decide(ctx, tx, p.subject(), decision, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	event := map[access.Decision]string{access.Approve: "approved", access.Reject: "rejected"}[decision]
	if err := insertDecision(ctx, tx, p, event, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// FindProposal reads one change of the mapping; fault.NotFound when there is none.
func FindProposal(ctx context.Context, q postgres.Querier, id int64) (Proposal, error) {
	all, err := Proposals(ctx, q)
	if err != nil {
		return Proposal{}, err
	}
	for _, p := range all {
		if p.ID == id {
			return p, nil
		}
	}
	return Proposal{}, fault.New(fault.NotFound, "there is no change %d of the account mapping", id)
}

func (p Proposal) subject() access.Subject {
	return access.Subject{Kind: MappingKind, Key: strconv.FormatInt(p.ID, 10)}
}

// said is a proposal as the audit trail keeps it.
func said(rules []Rule) []map[string]any {
	out := make([]map[string]any, len(rules))
	for i, r := range rules {
		out[i] = map[string]any{"code": r.Code, "starts_on": r.StartsOn.String(), "account": r.When.Account.String(), "gl": r.GL.Code, "retired": r.Retired}
	}
	return out
}

// Move is what a change of the mapping does to postings of open months: they go to another account of the general ledger.
type Move struct {
	Entity   string
	Currency money.Currency
	Target   Target // empty: every target without rules of its own
	From, To GL     // Code empty: unmapped
	Postings int
	Debit    money.Amount
	Credit   money.Amount
}

// Impact says what a change would move in the months that are open. What was handed over already stays as it is.
func Impact(ctx context.Context, q postgres.Querier, rules []Rule) ([]Move, error) {
	const doing = "preview a change of the account mapping"
	now, err := LoadMapping(ctx, q, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	then := now.With(rules)
	directory, err := entities.Load(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	months, err := ledger.LoadMonths(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	moves := moving{sums: map[move]*Move{}}
	for _, e := range directory.All() {
		f := ledger.Filter{Entity: e.ID}
		if through := months.ClosedThrough(e.ID); !through.IsZero() {
			f.From = through.End()
		}
		entries, err := collect(ctx, q, f, func(ledger.Entry) bool { return true })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", doing, err)
		}
		if len(entries) == 0 {
			continue
		}
		asOf := entries[len(entries)-1].BookedOn
		b, err := loadBook(ctx, q, entries, "", then, asOf)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", doing, err)
		}
		moves.of(b, entries, now, then)
	}
	return moves.sorted(), nil
}

type move struct {
	entity   string
	currency money.Currency
	target   Target
	from, to GL
}

type moving struct{ sums map[move]*Move }

func (m moving) of(b Book, entries []ledger.Entry, now, then Mapping) {
	targets := then.targets()
	for _, e := range entries {
		entity, _ := b.Entities.ByID(e.Entity)
		for _, p := range e.Postings {
			f := b.facts(entity, e.Currency, p)
			var general [2]GL
			for i, t := range targets {
				f.Target = t
				was, is := now.gl(f, e.BookedOn), then.gl(f, e.BookedOn)
				if i == 0 {
					general = [2]GL{was, is}
				} else if general == [2]GL{was, is} {
					continue // as everywhere
				}
				if was != is {
					m.add(move{entity.Code, e.Currency, t, was, is}, p.Amount)
				}
			}
		}
	}
}

// gl is where a posting goes; the zero account when no rule maps it.
func (m Mapping) gl(f When, on period.Date) GL {
	r, _ := m.Of(f, on)
	return r.GL
}

// targets are all that rules name, after "" for the others.
func (m Mapping) targets() []Target {
	out := []Target{""}
	for _, r := range m.rules {
		if !slices.Contains(out, r.When.Target) {
			out = append(out, r.When.Target)
		}
	}
	return out
}

func (m moving) add(k move, a money.Amount) {
	sum := m.sums[k]
	if sum == nil {
		sum = &Move{Entity: k.entity, Currency: k.currency, Target: k.target, From: k.from, To: k.to, Debit: money.Zero(k.currency), Credit: money.Zero(k.currency)}
		m.sums[k] = sum
	}
	sum.Postings++
	if a.Sign() > 0 {
		sum.Debit = sum.Debit.Add(a)
	} else {
		sum.Credit = sum.Credit.Sub(a)
	}
}

func (m moving) sorted() []Move {
	var out []Move
	for _, s := range m.sums {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Move) int {
		return cmp.Or(cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Target, b.Target),
			cmp.Compare(a.From.Code, b.From.Code), cmp.Compare(a.To.Code, b.To.Code), cmp.Compare(a.To.Class+a.To.Department+a.To.Location, b.To.Class+b.To.Department+b.To.Location))
	})
	return out
}
