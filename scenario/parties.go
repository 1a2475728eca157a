package scenario

import (
	"cmp"
	"strings"
	"time"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// buyers are the customers. A parent may stand anywhere in the list; the account
// is that of the root of the family.
func (b *builder) buyers() {
	if len(b.d.Customers) == 0 {
		b.refuse("customers", "", "is missing: at least one, such as [{id: acme, name: Acme, country: US, region: CA}]")
	}
	for i, c := range b.d.Customers {
		if _, twice := b.byID[c.ID]; twice {
			b.refuse(at("customers", i, "id"), c.ID, "is used twice")
		}
		b.byID[c.ID] = i
	}
	var home money.Currency
	if len(b.entities) > 0 {
		home = b.entities[0].Currency
	}
	for i, c := range b.d.Customers {
		address := customers.Address{Lines: c.Lines, City: c.City, Region: c.Region, Postcode: c.Postcode, Country: c.Country}
		n := customers.New{
			ExternalID: c.ID, Name: cmp.Or(c.Name, c.ID), LegalName: c.LegalName, Kind: customers.Kind(cmp.Or(c.Kind, string(customers.Business))),
			Entity: entities.ID(1), Currency: cmp.Or(money.Currency(c.Currency), home), Billing: address, SignedUpOn: ever,
		}
		for _, t := range c.TaxIDs {
			n.TaxIDs = append(n.TaxIDs, customers.TaxID{Kind: t.Kind, Value: t.Value, Country: cmp.Or(t.Country, c.Country), VerifiedOn: t.Verified.Date})
		}
		path := at("customers", i, "")
		root := b.root(i, path)
		b.add(path, short(n.Validate()))
		made := n.InMemory(customers.ID(i+1), customers.AccountID(root+1))
		if c.Parent != "" {
			made.Parent = customers.ID(b.byID[c.Parent] + 1)
		}
		b.customers = append(b.customers, made)
	}
}

// short renames what the scenario's short form has without a group.
func short(found []fault.Field) []fault.Field {
	for i := range found {
		found[i].Path = strings.TrimPrefix(found[i].Path, "billing.")
		if found[i].Path == "external_id" {
			found[i].Path = "id"
		}
	}
	return found
}

// root follows parents to the head of the family.
func (b *builder) root(i int, path string) int {
	for range b.d.Customers {
		parent := b.d.Customers[i].Parent
		if parent == "" {
			return i
		}
		next, ok := b.byID[parent]
		if !ok {
			b.refuse(path+".parent", parent, "is not the id of a customer of this scenario")
			return i
		}
		i = next
	}
	b.refuse(path+".parent", b.d.Customers[i].Parent, "leads in a circle")
	return i
}

// sellTo fixes who sells to a customer, and so in which zone its days begin: the
// entity of its first contract.
func (b *builder) sellTo(customer int, entity entities.ID, seen map[int]bool) {
	if !seen[customer] {
		seen[customer] = true
		b.customers[customer].Entity = entity
	}
}

// dayOf is the day of an instant where the customer's seller is.
func (b *builder) dayOf(customer int, m moment) period.Date {
	zone, ok := b.zones[b.customers[customer].Entity]
	if !ok { // the entity is refused already
		zone = time.UTC
	}
	return period.DateOf(m.Time, zone)
}
