package contracts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
)

// AddProgramme records a programme under a new code.
func AddProgramme(ctx context.Context, tx pgx.Tx, p Programme, by access.Actor) error {
	p.Version, p.Reason = 1, ""
	return recordProgramme(ctx, tx, "programme.add", p, Programme{}, by)
}

// ReviseProgramme records what a programme is from now on: another owner, budget,
// name or end, with the reason. The currency of its budget stays.
func ReviseProgramme(ctx context.Context, tx pgx.Tx, p Programme, by access.Actor) error {
	all, err := LoadProgrammes(ctx, tx)
	if err != nil {
		return err
	}
	was, ok := all.ByCode(p.Code)
	if !ok {
		return fmt.Errorf("change programme %s: %w", fault.Shown(p.Code), fault.New(fault.NotFound, "there is no such programme"))
	}
	p.Version, p.Reason = was.Version+1, strings.TrimSpace(p.Reason)
	return recordProgramme(ctx, tx, "programme.revise", p, was, by)
}

func recordProgramme(ctx context.Context, tx pgx.Tx, action string, p, was Programme, by access.Actor) error {
	doing := fmt.Sprintf("record programme %s", fault.Shown(p.Code))
	if err := by.Require(access.Finance, access.Product); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	p.Name = strings.TrimSpace(p.Name)
	f := findings(p.validate())
	if was.Version > 0 && p.Budget.Currency() != was.Budget.Currency() {
		f.add("budget", string(p.Budget.Currency()), "is in another currency than before, %s; add a programme of its own", was.Budget.Currency())
	}
	if was.Version > 0 && p.Reason == "" {
		f.add("reason", "", "is missing: say why the programme is changed")
	}
	users, err := access.ListUsers(ctx, tx)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if p.Owner != 0 && !slices.ContainsFunc(users, func(u access.User) bool { return u.ID == p.Owner && u.DisabledAt == nil && u.CustomerID == 0 }) {
		f.add("owner", fmt.Sprint(p.Owner), "is nobody who works here; choose somebody who can sign in")
	}
	if len(f) > 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(f...))
	}
	if err := insertProgramme(ctx, tx, p, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: "programme", Key: p.Code}
	var before any
	if was.Version > 0 {
		before = was.said()
	}
	return access.Audit(ctx, tx, by, action, subject, before, p.said(), p.Reason)
}

// said is what the audit trail keeps of it.
func (p Programme) said() map[string]string {
	return map[string]string{
		"name": p.Name, "owner": fmt.Sprint(p.Owner), "budget": string(p.Budget.Currency()) + " " + p.Budget.String(), "days": p.Days.String(),
	}
}

// refuseProgrammes finds what a document gives away under programmes that do not
// allow it.
func (f *findings) refuseProgrammes(ctx context.Context, tx pgx.Tx, d Document) error {
	all, err := LoadProgrammes(ctx, tx)
	*f = append(*f, d.CheckProgrammes(all)...)
	return err
}
