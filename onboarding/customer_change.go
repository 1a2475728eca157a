package onboarding

import (
	"fmt"
	"slices"
	"strings"

	"ratable/customers"
)

// amendment says what of a customer has to change for it to be what the row says, and in words what that is. What cannot change is
// blamed on the row.
func (g *given) amendment(p party, has customers.Customer, parent string) (customers.Amendment, []string) {
	a := customers.Amendment{StartsOn: p.startsOn, Reason: "imported"}
	var changes []string
	g.fixed(p, has, parent)
	if now, changed := p.profile(has); changed {
		a.Profile, changes = &now, append(changes, "name, kind or purchase orders")
	}
	for _, x := range []struct {
		what      string
		said, has customers.Address
		into      **customers.Address
	}{{"billing address", p.Billing, has.Billing, &a.Billing}, {"service address", p.Service, has.Service, &a.Service}} {
		if !x.said.IsZero() && !same(x.said, x.has) {
			said := x.said
			*x.into, changes = &said, append(changes, x.what)
		}
	}
	// Without this the service address would move along with a new billing address it was never said to be.
	if p.contacts(&a, has) {
		changes = append(changes, "contacts")
	}
	if p.taxIDs(&a, has) {
		changes = append(changes, "tax number")
	}
	return a, changes
}

// fixed refuses what means another customer.
func (g *given) fixed(p party, has customers.Customer, parent string) {
	if p.said["entity"] && p.Entity != 0 && p.Entity != has.Entity {
		g.blame("entity", "cannot change: another legal entity of ours sells to %s. Import it under an external id of its own", has.ExternalID)
	}
	if p.said["currency"] && p.Currency != "" && p.Currency != has.Currency {
		g.blame("currency", "cannot change, it is %s: contracts say what each is billed in; leave this one", has.Currency)
	}
	if p.parent != "" && p.parent != parent {
		g.blame("parent", "cannot change, it is %s: a paying family is formed when a customer is made", orNone(parent))
	}
	if p.said["signed_up_on"] && p.SignedUpOn != has.SignedUpOn {
		g.blame("signed_up_on", "cannot change, it is %s", has.SignedUpOn)
	}
}

func orNone(s string) string {
	if s == "" {
		return "empty"
	}
	return s
}

func same(a, b customers.Address) bool {
	return slices.Equal(a.Lines, b.Lines) && a.City == b.City && a.Region == b.Region && a.Postcode == b.Postcode && a.Country == b.Country
}

func (p party) profile(has customers.Customer) (customers.Profile, bool) {
	was := customers.Profile{Name: has.Name, LegalName: has.LegalName, Kind: has.Kind, PORequired: has.PORequired}
	now := was
	if now.Name = p.Name; was.LegalName == was.Name {
		now.LegalName = p.Name
	}
	if p.said["legal_name"] {
		now.LegalName = p.LegalName
	}
	if p.said["kind"] {
		now.Kind = p.Kind
	}
	if p.said["po_required"] {
		now.PORequired = p.PORequired
	}
	return now, now != was
}

// contacts replaces the one mailbox of a role; where there are several, the row's is added to them.
func (p party) contacts(a *customers.Amendment, has customers.Customer) bool {
	for _, c := range p.Contacts {
		var others []customers.Contact
		there := false
		for _, h := range has.Contacts {
			switch {
			case h.Role != c.Role:
			case strings.EqualFold(h.Email, c.Email) && (c.Name == "" || h.Name == c.Name):
				there = true
			case !strings.EqualFold(h.Email, c.Email):
				others = append(others, h)
			}
		}
		if there {
			continue
		}
		a.SetContacts = append(a.SetContacts, c)
		if len(others) == 1 {
			a.RemoveContacts = append(a.RemoveContacts, others[0])
		}
	}
	return len(a.SetContacts) > 0
}

// taxIDs replaces a number of the same kind and country.
func (p party) taxIDs(a *customers.Amendment, has customers.Customer) bool {
	for _, t := range p.TaxIDs {
		of := func(h customers.TaxID) bool { return h.Kind == t.Kind && h.Country == t.Country }
		if slices.ContainsFunc(has.TaxIDs, func(h customers.TaxID) bool { return of(h) && h.Value == t.Value }) {
			continue
		}
		a.SetTaxIDs = append(a.SetTaxIDs, t)
		for _, h := range has.TaxIDs {
			if of(h) {
				a.RemoveTaxIDs = append(a.RemoveTaxIDs, h)
			}
		}
	}
	return len(a.SetTaxIDs) > 0
}

// toldChanges says in words what an import changes.
func toldChanges(changes []string, p party) string {
	return fmt.Sprintf("%s from %s on", strings.Join(changes, ", "), p.startsOn)
}
