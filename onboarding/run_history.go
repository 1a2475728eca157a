package onboarding

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/invoicing"
)

// invoices reads what the other system invoiced.
func (i *importing) invoices(ctx context.Context) error {
	i.units = i.sheet.units("invoice")
	all := make([]Told, len(i.units))
	var numbers, contracted, names []string
	for n, u := range i.units {
		all[n] = invoiced(u.rows)
		numbers, contracted, names = append(numbers, u.key), append(contracted, all[n].contracts()...), append(names, all[n].Customer)
	}
	holders, err := contracts.Holders(ctx, i.db, contracted)
	if err != nil {
		return err
	}
	known, err := customers.Resolve(ctx, i.db, names)
	if err != nil {
		return err
	}
	steps, err := lastSteps(ctx, i.db, names)
	if err != nil {
		return err
	}
	before, err := lastTold(ctx, i.db, numbers)
	if err != nil {
		return err
	}
	brought, err := invoicing.Rows(ctx, i.db, numbers)
	if err != nil {
		return err
	}
	for n, u := range i.units {
		i.bundles = append(i.bundles, bundle{u})
		t := all[n]
		if wrong(u.rows) {
			continue
		}
		i.member(u.rows[0], t.Customer, known, steps)
		account := known[t.Customer].Account
		for _, g := range u.rows {
			if c := g.get("contract"); c != "" && holders[c] != account {
				g.blame("contract", "is no contract of this customer's paying family: import the contract first, or correct the number")
			}
		}
		if wrong(u.rows) {
			continue
		}
		was, told := before[t.Number]
		_, booked := brought[t.Number]
		switch {
		case told && was.Account == account && alike(was.Told, t):
			u.outcome = Unchanged
		case booked:
			u.rows[0].blame("invoice", "is a document here already, and says something else: it was brought over with a move, so correct it by a credit; or another invoice has the number, so give it a prefix of the old system")
		case told && was.Account != account:
			u.rows[0].blame("invoice", "was told for another customer: give it a prefix of its system")
		default:
			i.tell(u, kept{Told: t, Account: account, Cohort: i.options.Cohort, Revision: was.Revision + 1}, known[t.Customer].ID)
		}
	}
	return nil
}

// alike compares what would be kept.
func alike(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

func (i *importing) tell(u *unit, k kept, customer customers.ID) {
	outcome, note := Made, ""
	if k.Revision > 1 {
		outcome, note = Changed, fmt.Sprintf("told for the %d. time", k.Revision)
	}
	u.apply = func(at place) (Outcome, string, error) {
		return outcome, note, insertTold(at.ctx, at.tx, k, customer, at.by)
	}
}

// balances reads what else stands open.
func (i *importing) balances(ctx context.Context) error {
	var all []Standing
	var names, numbers []string
	seen := map[string]*given{}
	for n := range i.sheet.rows {
		g := &i.sheet.rows[n]
		s := g.standing()
		if first := seen[s.key()]; first != nil {
			g.blame("customer", "has this balance on line %d already: add the amounts up", first.line)
			first.blame("customer", "has this balance on line %d too: add the amounts up", g.line)
		}
		seen[s.key()] = g
		i.units = append(i.units, &unit{key: s.key(), rows: []*given{g}, about: "customer", column: func(path string) string { return path }})
		i.bundles = append(i.bundles, bundle{i.units[n]})
		all, names = append(all, s), append(names, s.Customer)
		if s.Contract != "" {
			numbers = append(numbers, s.Contract)
		}
	}
	known, err := customers.Resolve(ctx, i.db, names)
	if err != nil {
		return err
	}
	steps, err := lastSteps(ctx, i.db, names)
	if err != nil {
		return err
	}
	holders, err := contracts.Holders(ctx, i.db, numbers)
	if err != nil {
		return err
	}
	var accounts []customers.AccountID
	for _, p := range known {
		accounts = append(accounts, p.Account)
	}
	before, err := standings(ctx, i.db, accounts)
	if err != nil {
		return err
	}
	for n, u := range i.units {
		if s := all[n]; !wrong(u.rows) {
			i.balance(u, s, known, steps, holders, before)
		}
	}
	return nil
}

func (i *importing) balance(u *unit, s Standing, known map[string]customers.Placement, steps map[string]Step, holders map[string]customers.AccountID, before map[customers.AccountID]map[string]told) {
	g, p := u.rows[0], known[s.Customer]
	i.member(g, s.Customer, known, steps)
	if _, ok := i.entities.ByCode(s.Entity); s.Entity != "" && !ok {
		g.blame("entity", "is not the code of one of our legal entities: %s", codes(i.entities))
	}
	if s.Contract != "" && holders[s.Contract] != p.Account {
		g.blame("contract", "is no contract of this customer's paying family")
	}
	if len(g.found) > 0 {
		return
	}
	was, told := before[p.Account][s.key()]
	switch {
	case told && alike(was.Standing, s):
		u.outcome = Unchanged
	case !steps[s.Customer].State.Shadow():
		g.found = append(g.found, fault.Field{Path: "customer", Value: s.Customer, Line: g.line, Message: "has moved, with the balances as they were told then: what differs is a payment, a credit or a journal now"})
	default:
		outcome := Made
		if told {
			outcome = Changed
		}
		u.apply = func(at place) (Outcome, string, error) {
			return outcome, "", insertStanding(at.ctx, at.tx, p.Account, p.ID, i.options.Cohort, s, was.Revision+1, at.by)
		}
	}
}
