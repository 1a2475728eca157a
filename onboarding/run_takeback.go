package onboarding

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
)

// TakeBack gives customers of a cohort back to the other system, with all of the cohort in their paying families: their bills are held,
// and what we issued since the move is taken back, so that the other system bills those days. Without reverse, documents of ours are
// named and keep it from happening; one that was paid or credited in part has to be settled by people first. What was earned meanwhile
// stays: it was served.
func TakeBack(ctx context.Context, db *postgres.DB, cohort string, names []string, reason string, reverse bool, today period.Date, by access.Actor) ([]Moving, error) {
	doing := fmt.Sprintf("take back cohort %s", cohort)
	if err := by.Require(access.Finance); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	if found := reasoned(reason); len(found) > 0 {
		return nil, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	members, err := chosen(ctx, db, cohort, names)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	members = slices.DeleteFunc(members, func(m Step) bool { return m.State != Moved && m.State != TakenBack })
	families, _, err := byFamily(ctx, db, members)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	if len(families) == 0 {
		return nil, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "nobody of them has moved"))
	}
	var out []Moving
	for _, f := range families {
		m, err := takeBack(ctx, db, cohort, f.account, reason, reverse, today, by)
		if err != nil && !refusal(err) {
			return out, fmt.Errorf("%s: %w", doing, err)
		}
		m.Err = err
		out = append(out, m)
	}
	return out, nil
}

// takeBack takes one family back: first its bills are held and the step is noted, in one transaction, then its documents are voided.
// Killed in between, it is done again and voids the rest; nothing is billed meanwhile.
func takeBack(ctx context.Context, db *postgres.DB, cohort string, account customers.AccountID, reason string, reverse bool, today period.Date, by access.Actor) (Moving, error) {
	var m Moving
	var open []string
	err := db.Tx(ctx, func(tx pgx.Tx) error {
		if err := lockFamily(ctx, tx, account); err != nil {
			return err
		}
		members, err := membersOf(ctx, tx, cohort, account)
		if err != nil {
			return err
		}
		m.Customers = namesOf(members)
		c, err := carry(ctx, tx, cohort, account, members)
		if err != nil {
			return err
		}
		if err := c.hold(ctx, tx, by); err != nil { // before looking: from here on no run issues anything
			return err
		}
		if open, err = c.issued(ctx, tx, reverse); err != nil {
			return err
		}
		var steps []Step
		for _, s := range members {
			if s.State == Moved {
				steps = append(steps, Step{Cohort: cohort, Customer: s.Customer, State: TakenBack, On: today, Reason: reason, Detail: Detail{Contracts: c.numbers(), Voided: open}})
			}
		}
		if err := insertSteps(ctx, tx, steps, by); err != nil {
			return err
		}
		return access.Audit(ctx, tx, by, "onboarding.take_back", access.Subject{Kind: "cohort", Key: cohort, Account: int64(account)}, nil, map[string]any{"customers": m.Customers, "to_void": open}, reason)
	})
	if err != nil {
		return m, err
	}
	for _, number := range open {
		if err := invoicing.Void(ctx, db, number, today, reason, by); err != nil {
			return m, fault.New(fault.Conflict, "%v: its bills are held; put that right and take it back again", err)
		}
		m.Voided = append(m.Voided, number)
	}
	return m, nil
}

// membersOf are those of a cohort in one paying family who have moved, or were taken back.
func membersOf(ctx context.Context, tx pgx.Tx, cohort string, account customers.AccountID) ([]Step, error) {
	all, err := Members(ctx, tx, cohort)
	if err != nil {
		return nil, err
	}
	families, _, err := byFamily(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(families, func(f family) bool { return f.account == account })
	if i < 0 {
		return nil, fault.New(fault.Conflict, "nobody of the family is in the cohort any more")
	}
	out := slices.DeleteFunc(families[i].members, func(m Step) bool { return m.State != Moved && m.State != TakenBack })
	if len(out) == 0 {
		return nil, fault.New(fault.Conflict, "nobody of the family has moved")
	}
	return out, nil
}

// hold keeps the bills of every contract back that is not held yet.
func (c carrying) hold(ctx context.Context, tx pgx.Tx, by access.Actor) error {
	held, err := invoicing.Holds(ctx, tx, invoicing.HoldFilter{Accounts: []customers.AccountID{c.account}})
	if err != nil {
		return err
	}
	owner, err := ownerOf(ctx, tx, 0, by)
	if err != nil {
		return err
	}
	for _, k := range c.contracts {
		if slices.ContainsFunc(held, func(h invoicing.Hold) bool {
			return h.Contract == k.ID && h.Released == nil && h.Reason == holdReason(c.cohort)
		}) {
			continue
		}
		_, err := invoicing.PlaceHold(ctx, tx, invoicing.Hold{Account: c.account, Contract: k.ID, StartsOn: k.Latest().Document.Term.From, Owner: owner, Reason: holdReason(c.cohort)}, by)
		if err != nil {
			return err
		}
	}
	return nil
}

// issued are the documents of ours that still ask for something for the contracts. Conflict: they stand in the way.
func (c carrying) issued(ctx context.Context, tx pgx.Tx, reverse bool) ([]string, error) {
	told, err := toldOf(ctx, tx, []customers.AccountID{c.account})
	if err != nil {
		return nil, err
	}
	all, err := documentsOf(ctx, tx, c.account, c.contracts, told[c.account])
	if err != nil {
		return nil, err
	}
	var open, stuck []string
	for _, d := range all {
		if d.Voided != nil || standingOf(d, all).IsZero() {
			continue
		}
		left, err := ledger.OpenOf(ctx, tx, c.account, d.Number)
		if err != nil {
			return nil, err
		}
		if err := d.Voidable(left); err != nil {
			stuck = append(stuck, fmt.Sprintf("%s (%v)", d.Number, err))
			continue
		}
		open = append(open, d.Number)
	}
	switch {
	case len(stuck) > 0:
		return nil, fault.New(fault.Conflict, "we issued %s, which cannot be voided: take the payment off it, or grant a credit for all of it and have that issued; then take the customer back", strings.Join(stuck, "; "))
	case len(open) > 0 && !reverse:
		return nil, fault.New(fault.Conflict, "we issued %s since the move: choose to void them, and the other system bills those days", strings.Join(open, ", "))
	}
	return open, nil
}

// documentsOf are the documents of ours with lines of some contracts, the first first; what was brought over is the other system's.
func documentsOf(ctx context.Context, tx pgx.Tx, account customers.AccountID, of []contracts.Contract, told []Told) ([]invoicing.Issued, error) {
	var out []invoicing.Issued
	for _, k := range of {
		rows, err := invoicing.OfContract(ctx, tx, account, k.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			known := slices.ContainsFunc(out, func(d invoicing.Issued) bool { return d.Number == r.Number })
			if known || slices.ContainsFunc(told, func(t Told) bool { return t.Number == r.Number }) {
				continue
			}
			d, err := invoicing.Get(ctx, tx, r.Number)
			if err != nil {
				return nil, err
			}
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b invoicing.Issued) int { return int(a.Seq - b.Seq) })
	// The latest first: a correction is taken back before what it corrects.
	slices.Reverse(out)
	return out, nil
}
