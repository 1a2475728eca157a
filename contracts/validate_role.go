package contracts

import (
	"context"
	"fmt"
	"slices"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// validateRole holds what an agent passes on to the role: without it there is nothing to pass on, and on a marketplace the
// fee says it, so that a line has one payee.
func (d Document) validateRole(f *findings, at string, l Line) {
	if !f.figure(at+".pass_on_percent", l.PassOnPercent) {
		return
	}
	if l.Supplier != "" {
		f.key(at+".supplier", l.Supplier, "the supplier by external id")
	}
	said := !l.PassOnPercent.IsZero() || l.Supplier != ""
	switch agent := d.RoleOf(l.ID) == Agent; {
	case said && !agent:
		f.add(at+".pass_on_percent", l.PassOnPercent.String(), "belongs to a line on which we are the agent; say role: agent, or leave it and the supplier out")
	case !agent:
	case d.Deal() == Marketplace:
		if said {
			f.add(at+".pass_on_percent", l.PassOnPercent.String(), "is said by the marketplace's fee already; leave it and the supplier out")
		}
	case l.PassOnPercent.IsZero():
		f.add(at+".pass_on_percent", "", "is missing: as the agent we keep a part of the price; say how much of it, in percent, the supplier gets, or say role: principal")
	case l.PassOnPercent.GreaterThanOrEqual(hundred):
		f.add(at+".pass_on_percent", l.PassOnPercent.String(), "must be from 0 to below 100")
	case l.Supplier == "":
		f.add(at+".supplier", "", "is missing: name by external id who gets what is passed on")
	default:
		d.validateUndrawn(f, at, l)
	}
}

// validateUndrawn keeps an agent's usage out of prepaid amounts: what is drawn is earned on the prepaid amount, which has
// no supplier.
func (d Document) validateUndrawn(f *findings, at string, l Line) {
	for _, p := range d.Prepaid {
		if slices.Contains(p.Lines, l.ID) {
			f.add(at+".role", string(Agent), "cannot be drawn from prepaid amount %s, whose price has no supplier; take the line out of its lines", p.ID)
			return
		}
	}
}

func (d Document) thirdParties() []thirdParty {
	var out []thirdParty
	if d.Reseller != nil && d.Reseller.Partner != "" {
		out = append(out, thirdParty{"reseller.partner", d.Reseller.Partner})
	}
	for i, l := range d.Lines {
		if l.Supplier != "" {
			out = append(out, thirdParty{fmt.Sprintf("lines[%d].supplier", i), l.Supplier})
		}
	}
	return out
}

// checkThirdParties refuses a partner or supplier that is not there: somebody owes or is owed money. They belong to no
// paying family of the contract.
func checkThirdParties(ctx context.Context, q postgres.Querier, d Document, f *findings) error {
	parties := d.thirdParties()
	if len(parties) == 0 {
		return nil
	}
	var names []string
	for _, p := range parties {
		names = append(names, p.external)
	}
	known, err := customers.Resolve(ctx, q, names)
	for _, p := range parties {
		if _, ok := known[p.external]; !ok && err == nil {
			f.add(p.path, fault.Shown(p.external), "is not the external id of a customer; create the partner as one first")
		}
	}
	return err
}
