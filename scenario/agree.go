package scenario

import (
	"cmp"
	"slices"

	"gopkg.in/yaml.v3"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
)

// contracts reads what is agreed: first the documents known from the start, the
// second and further ones of a number being its next versions, then the
// amendments in order of the day they are agreed.
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
	b.amendments(sold)
}

// amendments check each document against the versions before it, and become
// happenings of the day they are agreed on.
func (b *builder) amendments(sold map[int]bool) {
	type dated struct {
		i int
		*amend
	}
	var list []dated
	for i, f := range b.d.Facts {
		if f.Amend != nil {
			list = append(list, dated{i, f.Amend})
		}
	}
	slices.SortStableFunc(list, func(x, y dated) int { return x.On.Compare(y.On.Date) })
	known := slices.Clone(b.agreements)
	defer func() { b.agreements = known }()
	b.agreements = slices.Clone(b.agreements)
	for _, x := range list {
		path := at("facts", x.i, "amend")
		if x.Document.Kind == 0 {
			b.refuse(path+".document", "", "is missing: the whole contract as amended")
			continue
		}
		b.version(x.Document, path+".document", sold, func(a contracts.Agreement, v contracts.Version) {
			place, ok := b.byNumber[a.Number]
			if !ok {
				b.refuse(path+".document.contract", a.Number, "is not a contract of this scenario; a new one goes under contracts")
				return
			}
			was := &b.agreements[place]
			was.Versions = append(was.Versions[:len(was.Versions):len(was.Versions)], v)
			b.happen(x.On, path, amendment{was.Account, was.Contract, v})
		})
	}
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
		Customer: b.customers[user].ID, Payer: b.customers[payer].ID,
	}
	take(a, contracts.Version{Number: number, EffectiveOn: d.Start(), Document: d})
}

// party is the place of a customer, -1 when there is none.
func (b *builder) party(path, id string) int {
	if i, ok := b.byID[id]; ok && i < len(b.customers) {
		return i
	}
	b.refuse(path, id, "is not the id of a customer of this scenario")
	return -1
}

// happenings are the other facts but usage.
func (b *builder) happenings() {
	for i, f := range b.d.Facts {
		path := at("facts", i, "")
		set := 0
		for _, given := range []bool{f.Use != nil, f.Pay != nil, f.Credit != nil, f.Void != nil, f.Close != nil, f.Amend != nil} {
			if given {
				set++
			}
		}
		switch {
		case set != 1:
			b.refuse(path, "", "must have exactly one of use, pay, credit, void, close, amend")
		case f.Use != nil:
			b.use(*f.Use, path+".use")
		case f.Pay != nil:
			b.pay(*f.Pay, path+".pay")
		case f.Credit != nil:
			x := *f.Credit
			b.required(path+".credit.reason", x.Reason, "say why; it is printed on the credit note")
			b.required(path+".credit.invoice", x.Invoice, "name the invoice, such as US-2026-000001")
			b.required(path+".credit.amount", x.Amount.text, "say how much, before tax")
			b.happen(x.On, path+".credit", creditNote{x.Invoice, max(x.Line, 1), x.Amount, x.Reason})
		case f.Void != nil:
			b.required(path+".void.reason", f.Void.Reason, "say why")
			b.required(path+".void.invoice", f.Void.Invoice, "name the invoice, such as US-2026-000001")
			b.happen(f.Void.On, path+".void", voiding{f.Void.Invoice, f.Void.Reason})
		case f.Close != nil:
			b.close(*f.Close, path+".close")
		}
	}
	slices.SortStableFunc(b.facts, func(x, y happening) int { return x.on.Compare(y.on) })
}

func (b *builder) required(path, value, why string) {
	if value == "" {
		b.refuse(path, "", "is missing: %s", why)
	}
}

// happen dates a fact; it must lie inside what is played.
func (b *builder) happen(on day, path string, does any) {
	if b.dated(on, path+".on") {
		b.facts = append(b.facts, happening{on.Date, path, on.line, does})
	}
}

func (b *builder) dated(on day, path string) bool {
	switch {
	case on.IsZero():
		b.refuse(path, "", "is missing: the day, such as 2026-03-31")
	case on.After(b.d.Through.Date):
		b.refuse(path, on.String(), "lies after the last day played, %s (through)", b.d.Through)
	default:
		return true
	}
	return false
}

func (b *builder) pay(x pay, path string) {
	i := b.party(path+".customer", x.Customer)
	if i < 0 {
		return
	}
	c := b.customers[i]
	amount, err := x.Amount.amount(cmp.Or(money.Currency(x.Currency), c.Currency))
	if err != nil || amount.Sign() <= 0 {
		b.refuse(path+".amount", x.Amount.text, "is not an amount of %s above zero, such as 1234.50", cmp.Or(x.Currency, string(c.Currency)))
		return
	}
	entity := c.Entity
	if x.Entity != "" {
		e, ok := b.directory.ByCode(x.Entity)
		if !ok {
			b.refuse(path+".entity", x.Entity, "is not the code of an entity of this scenario")
		}
		entity = e.ID
	}
	b.happen(x.On, path, payment{entity, c.ID, c.Account, amount, x.Reference})
}

func (b *builder) close(x closing, path string) {
	month, err := period.ParseMonth(x.Month)
	if err != nil {
		b.refuse(path+".month", x.Month, "is not a month such as 2026-03")
		return
	}
	for _, e := range b.entities {
		if x.Entity == e.Code || x.Entity == "" && len(b.entities) == 1 {
			b.happen(x.On, path, closure{e.ID, month})
			return
		}
	}
	b.refuse(path+".entity", x.Entity, "must be the code of one of the entities")
}

// distribute hands usage to the paying families, in order of the day it is known.
func (b *builder) distribute(families map[customers.AccountID]*family) {
	for k, quantity := range b.used {
		f := families[b.customers[k.customer].Account]
		f.used = append(f.used, used{b.key(k), k.on, k.known, quantity})
	}
	for _, f := range families {
		slices.SortFunc(f.used, func(x, y used) int {
			return cmp.Or(x.known.Compare(y.known), x.on.Compare(y.on), cmp.Compare(x.key.Customer, y.key.Customer), cmp.Compare(x.key.Meter, y.key.Meter))
		})
	}
}
