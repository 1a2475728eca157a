package web

import (
	"slices"
	"strings"

	"ratable/contracts"
	"ratable/customers"
	"ratable/web/ui"
)

// partyFacts say who signed, who uses, who the third party is and in which role we sell, where that is more than the
// customer's own business.
func (d dossier) partyFacts() []ui.Fact {
	doc := d.Latest().Document
	var out []ui.Fact
	if doc.Signer != "" || doc.Reseller != nil || d.Payer != d.Customer {
		signer := d.payer
		if doc.Signer != "" {
			signer = d.called(doc.Signer)
		}
		out = append(out, ui.Fact{Term: "Signed by", Value: ui.Link(signer.Name, customerAddress(signer.ID))})
		out = append(out, ui.Fact{Term: "Used by", Value: ui.Text(strings.Join(d.usersOf(doc), ", "))})
	}
	if a, agreed := d.Agreement(); agreed && doc.Reseller != nil {
		p := d.parties[a.PartnerOn(doc.Start())]
		out = append(out, ui.Fact{Term: "Partner", Value: ui.Link(p.Name, partnerAddress(p.ID))})
	}
	if role := ourRole(doc); role != "" {
		out = append(out, ui.Fact{Term: "Our role", Value: ui.Text(role)})
	}
	return out
}

// called finds a party by the name contracts use; one that is not loaded is shown by that name.
func (d dossier) called(external string) customers.Customer {
	for _, c := range d.parties {
		if c.ExternalID == external {
			return c
		}
	}
	return customers.Customer{Name: external}
}

func (d dossier) usersOf(doc contracts.Document) []string {
	out := []string{d.customer.Name}
	for _, l := range doc.Lines {
		for _, u := range l.Users {
			if name := d.called(u).Name; !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// ourRole is said where some line is an agent's, or a third party makes one ask.
func ourRole(doc contracts.Document) string {
	var agent []string
	for _, l := range doc.Lines {
		if doc.RoleOf(l.ID) == contracts.Agent {
			agent = append(agent, l.ID)
		}
	}
	switch {
	case len(agent) == 0 && doc.Reseller == nil:
		return ""
	case len(agent) == 0:
		return "Principal"
	case len(agent) == len(doc.Lines):
		return "Agent"
	}
	return "Agent on " + strings.Join(agent, ", ") + "; principal on the rest"
}
