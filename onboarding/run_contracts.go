package onboarding

import (
	"context"
	"fmt"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/invoicing"
)

// contracts reads rows or documents of contracts.
func (i *importing) contracts(ctx context.Context) error {
	owner, err := ownerOf(ctx, i.db, i.options.Owner, i.by)
	if err != nil {
		return err
	}
	i.units = i.sheet.units("contract")
	documents := make([]contracts.Document, len(i.units))
	var numbers, names []string
	for n, u := range i.units {
		documents[n], _ = agree(u.rows, i.catalog)
		numbers, names = append(numbers, u.key), append(names, documents[n].Customer, documents[n].Paying())
	}
	there, err := contracts.Holders(ctx, i.db, numbers)
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
	for n, u := range i.units {
		if i.sheet.format == CSV {
			u.column = contractColumn
		}
		if d := documents[n]; !wrong(u.rows) {
			i.member(u.rows[0], d.Customer, known, steps)
			u.apply = func(at place) (Outcome, string, error) { return i.contract(at, d, there[d.Contract] != 0, owner) }
		}
		i.bundles = append(i.bundles, bundle{u})
	}
	return nil
}

// member refuses what is about a customer who is not in the cohort.
func (i *importing) member(g *given, customer string, known map[string]customers.Placement, steps map[string]Step) {
	value := fault.Field{Path: "customer", Value: fault.Shown(customer), Line: g.line}
	at, enrolled := steps[customer]
	switch {
	case known[customer].ID == 0:
		value.Message = fmt.Sprintf("is not here: import the customers of cohort %s first, and correct their error file", i.options.Cohort)
	case !enrolled:
		value.Message = fmt.Sprintf("is in no cohort: import the customer for cohort %s first", i.options.Cohort)
	case at.Cohort != i.options.Cohort:
		value.Message = fmt.Sprintf("is in cohort %s: send it there", at.Cohort)
	default:
		return
	}
	g.found = append(g.found, value)
}

// contract makes a draft of a contract and holds its bills, or the next version of a draft. What was agreed stays.
func (i *importing) contract(at place, d contracts.Document, there bool, owner int64) (Outcome, string, error) {
	if !there {
		c, err := contracts.Prepare(at.ctx, at.tx, d, i.options.Today, at.by)
		if err != nil {
			return "", "", err
		}
		_, err = invoicing.PlaceHold(at.ctx, at.tx, invoicing.Hold{Account: c.Account, Contract: c.ID, StartsOn: d.Term.From, Owner: owner, Reason: holdReason(i.options.Cohort)}, at.by)
		return Made, "draft version 1", err
	}
	c, err := contracts.Get(at.ctx, at.tx, d.Contract)
	if err != nil {
		return "", "", err
	}
	last := c.Latest()
	_, agreed := c.Agreement()
	switch {
	case last.Document.Equal(d):
		return Unchanged, "", nil
	case agreed:
		return "", "", fault.InvalidFields(fault.Field{Path: "contract", Value: d.Contract,
			Message: fmt.Sprintf("is agreed and says something else: a file changes no contract that was agreed. Amend it at /contracts/%s/amend, where another person approves it, or take the row out", d.Contract)})
	}
	if c, err = contracts.Prepare(at.ctx, at.tx, d, i.options.Today, at.by); err != nil {
		return "", "", err
	}
	return Changed, fmt.Sprintf("draft version %d", c.Latest().Number), nil
}

// holdReason says on the list of holds why bills wait. A move finds its holds by it.
func holdReason(cohort string) string {
	return fmt.Sprintf("Billed by the other system until cohort %s moves", cohort)
}
