package scenario

import (
	"cmp"
	"slices"

	"gopkg.in/yaml.v3"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
)

// contracts reads what is agreed: first the documents known from the start, the
// second and further ones of a number being its next versions, then what
// revises them, in order of the day it is agreed.
func (b *builder) contracts() {
	if len(b.d.Contracts) == 0 {
		b.refuse("contracts", "", "is missing: at least one contract document")
	}
	sold := map[int]bool{}
	for i, node := range b.d.Contracts {
		b.version(node, at("contracts", i, ""), sold, func(a contracts.Agreement, v contracts.Version) {
			if place, again := b.byNumber[a.Number]; again {
				b.agreements[place].Versions = append(b.agreements[place].Versions, v)
				return
			}
			b.byNumber[a.Number] = len(b.agreements)
			a.Contract, a.Versions = contracts.ID(len(b.agreements)+1), []contracts.Version{v}
			b.agreements = append(b.agreements, a)
		})
	}
	b.revisions(sold)
}

// version parses a document, finds its parties and products, and holds it
// against the versions before.
func (b *builder) version(node yaml.Node, path string, sold map[int]bool, take func(contracts.Agreement, contracts.Version)) {
	d, found := agreed(node, path)
	if len(found) > 0 {
		b.found = append(b.found, found...)
		return
	}
	before := len(b.found)
	entity, ok := b.directory.ByCode(d.Entity)
	if !ok {
		b.refuse(path+".entity", d.Entity, "is not the code of an entity of this scenario")
	}
	user, payer := b.party(path+".customer", d.Customer), b.party(path+".payer", d.Paying())
	if user >= 0 && payer >= 0 && b.customers[user].Account != b.customers[payer].Account {
		b.refuse(path+".payer", d.Paying(), "does not pay for %s: give %s the parent %s, so that they are one paying family", d.Customer, d.Customer, d.Paying())
	}
	for i, l := range d.Lines {
		for _, external := range l.Users {
			here := path + "." + at("lines", i, "users")
			if u := b.party(here, external); u >= 0 && user >= 0 && b.customers[u].Account != b.customers[user].Account {
				b.refuse(here, external, "does not belong to the paying family of %s: give it the parent of that family", d.Customer)
			}
		}
	}
	for key, external := range d.ThirdParties() {
		b.party(path+"."+key, external)
	}
	b.add(path, d.CheckCatalog(b.catalog))
	number := 1
	if place, again := b.byNumber[d.Contract]; again {
		number = len(b.agreements[place].Versions) + 1
		b.add(path, b.agreements[place].Refuses(d))
	}
	if len(b.found) > before {
		return
	}
	b.sellTo(user, entity.ID, sold)
	b.sellTo(payer, entity.ID, sold)
	a := contracts.Agreement{
		Account: b.customers[payer].Account, Number: d.Contract, Entity: entity.ID, Currency: d.Money(),
		Customer: b.customers[user].ID, Payer: b.customers[payer].ID, Users: b.everybody(),
	}
	b.looks(d)
	take(a, contracts.Version{Number: number, EffectiveOn: d.Start(), Document: d})
}

// everybody by external id: lines of later versions may name any member of the family, and any partner or supplier.
func (b *builder) everybody() map[string]customers.ID {
	out := map[string]customers.ID{}
	for _, c := range b.customers {
		out[c.ExternalID] = c.ID
	}
	return out
}

// looks notes the meters that a document prices event by event.
func (b *builder) looks(d contracts.Document) {
	for _, l := range d.Lines {
		if l.Usage != nil && l.Usage.Price.Model == catalog.Percentage {
			b.singly[l.Usage.Meter] = true
		}
	}
}

// party is the place of a customer, -1 when there is none.
func (b *builder) party(path, id string) int {
	if i, ok := b.byID[id]; ok && i < len(b.customers) {
		return i
	}
	b.refuse(path, id, "is not the id of a customer of this scenario")
	return -1
}

// distribute hands usage to the paying families, in order of the day it is known.
func (b *builder) distribute(families map[customers.AccountID]*family) {
	for k, x := range b.used {
		meter, _ := b.catalog.Meter(k.meter)
		f := families[b.customers[k.customer].Account]
		f.used = append(f.used, used{key: b.key(k.customer, k.meter), on: k.on, known: k.known, meter: meter, sum: *x})
	}
	for _, u := range b.events {
		f := families[b.customers[u.key.Customer-1].Account]
		f.used = append(f.used, u)
	}
	for _, f := range families {
		slices.SortFunc(f.used, func(x, y used) int {
			return cmp.Or(x.known.Compare(y.known), x.on.Compare(y.on), cmp.Compare(x.key.Customer, y.key.Customer), cmp.Compare(x.key.Meter, y.key.Meter),
				cmp.Compare(written(x.sum.dimensions), written(y.sum.dimensions)), cmp.Compare(x.id(), y.id()))
		})
	}
}
