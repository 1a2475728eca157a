package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/tax"
)

// ever is a day before any business of ours: catalog and registrations hold
// since then unless the document says otherwise.
var ever = period.NewDate(2000, time.January, 1)

// builder turns a document into a scenario and collects what is wrong with it.
type builder struct {
	d     document
	found []fault.Field

	entities  []entities.Entity
	directory *entities.Directory
	zones     map[entities.ID]*time.Location
	catalog   *catalog.Catalog
	tables    *tax.Tables
	rates     *entities.Rates
	chosen    *ledger.Policies

	customers []customers.Customer
	byID      map[string]int // place in customers, by external id

	agreements []contracts.Agreement
	byNumber   map[string]int
	noticed    map[int]bool // places of agreements that will not renew by themselves
	facts      []happening
	used       map[usedKey]*sum
	events     []used // usage that is not added up
	kept       int
	named      map[string]named // usage with an id
	singly     map[string]bool  // meters that a price looks at event by event
}

func newBuilder() *builder {
	return &builder{byID: map[string]int{}, byNumber: map[string]int{}, used: map[usedKey]*sum{}, singly: map[string]bool{}, named: map[string]named{}}
}

func (b *builder) refuse(path, value, format string, args ...any) {
	b.found = append(b.found, fault.Field{Path: path, Value: value, Message: fmt.Sprintf(format, args...)})
}

// add takes findings of others over, below a path of ours.
func (b *builder) add(path string, found []fault.Field) {
	for _, f := range found {
		if f.Path != "" && path != "" {
			f.Path = path + "." + f.Path
		} else {
			f.Path += path
		}
		b.found = append(b.found, f)
	}
}

// build reads the sections in the order in which they name each other.
func (b *builder) build() {
	if b.d.Through.IsZero() {
		b.refuse("through", "", "is missing: the last day to play, such as 2026-12-31")
	}
	b.sellers()
	b.goods()
	b.buyers()
	b.exchange()
	b.taxes()
	b.policies()
	b.contracts()
	b.happenings()
}

// sellers are our legal entities. One is enough for most scenarios, so `entity`
// says it without a list.
func (b *builder) sellers() {
	list, path := b.d.Entities, func(i int) string { return at("entities", i, "") }
	if b.d.Entity != nil {
		if len(list) > 0 {
			b.refuse("entity", b.d.Entity.Code, "stands beside entities; keep one of the two")
		}
		list, path = []entity{*b.d.Entity}, func(int) string { return "entity" }
	}
	if len(list) == 0 {
		b.refuse("entity", "", "is missing: the legal entity that sells, such as {code: us, name: Us Inc., country: US, region: DE, currency: USD}")
	}
	for i, e := range list {
		made := entities.Entity{
			ID: entities.ID(i + 1), Code: e.Code, Name: e.Name, Lines: e.Lines, City: e.City, Region: e.Region, Postcode: e.Postcode,
			Country: e.Country, TimeZone: cmp.Or(e.TimeZone, "UTC"), Currency: money.Currency(e.Currency),
		}
		for _, t := range e.TaxIDs {
			made.TaxIDs = append(made.TaxIDs, entities.TaxID{Kind: t.Kind, Value: t.Value})
		}
		b.add(path(i), made.Validate())
		b.entities = append(b.entities, made)
	}
	b.directory = entities.NewDirectory(b.entities)
	b.zones = map[entities.ID]*time.Location{}
	for _, e := range b.entities {
		if loc, err := time.LoadLocation(e.TimeZone); err == nil {
			b.zones[e.ID] = loc
		}
	}
}

func (b *builder) goods() {
	var products []catalog.Product
	for i, p := range b.d.Catalog.Products {
		made := catalog.Product{
			ID: int64(i + 1), Code: p.Code, Version: 1, StartsOn: ever, Name: cmp.Or(p.Name, p.Code), Unit: p.Unit,
			TaxCode: cmp.Or(p.TaxCode, "saas_b2b"), Recognition: catalog.Recognition(cmp.Or(p.Recognition, string(catalog.Ratable))),
			Method: catalog.Method(p.Method), Rounding: catalog.Rounding(p.Rounding), Standalone: p.Standalone,
		}
		path := at("catalog.products", i, "")
		b.add(path, made.Validate())
		if slices.ContainsFunc(products, func(q catalog.Product) bool { return q.Code == p.Code }) {
			b.refuse(path+".code", p.Code, "is used twice")
		}
		products = append(products, made)
	}
	var meters []catalog.Meter
	for i, m := range b.d.Catalog.Meters {
		made := catalog.Meter{ID: int64(i + 1), Code: m.Code, Name: cmp.Or(m.Name, m.Code), Unit: m.Unit,
			Aggregation: cmp.Or(m.Aggregation, catalog.Sum), UniqueBy: m.UniqueBy, Dimensions: slices.Sorted(slices.Values(m.Dimensions))}
		path := at("catalog.meters", i, "")
		b.add(path, made.Validate())
		if slices.ContainsFunc(meters, func(n catalog.Meter) bool { return n.Code == m.Code }) {
			b.refuse(path+".code", m.Code, "is used twice")
		}
		meters = append(meters, made)
	}
	b.catalog = catalog.New(products, meters, nil)
}

func (b *builder) exchange() {
	var rates []entities.Rate
	for i, r := range b.d.Rates {
		path := at("rates", i, "")
		value, err := r.Rate.decimal()
		if err != nil {
			b.refuse(path+".rate", r.Rate.text, "is not a rate such as 1.0842")
			continue
		}
		made := entities.Rate{Base: currency(r.Base), Quote: currency(r.Quote), On: r.On.Date, Rate: value, Source: cmp.Or(r.Source, "scenario")}
		b.add(path, made.Validate())
		rates = append(rates, made)
	}
	b.rates = entities.NewRates(rates)
}

// policies are how sellers book what the rules leave to them.
func (b *builder) policies() {
	for i, p := range b.d.Policies {
		path := at("policies", i, "")
		seller, known := b.directory.ByCode(p.Entity)
		if p.Entity == "" && len(b.entities) == 1 {
			seller, known = b.entities[0], true
		}
		if !known {
			b.refuse(path+".entity", p.Entity, "is not the code of an entity of this scenario")
		}
		book := cmp.Or(ledger.Book(p.Book), ledger.USGAAP)
		if book != ledger.USGAAP && book != ledger.IFRS {
			b.refuse(path+".book", p.Book, "must be us_gaap or ifrs")
		}
		if p.From.IsZero() {
			b.refuse(path+".from", "", "is missing: the day from which it counts")
		}
		chosen, err := p.Choices.Completed()
		for _, f := range fault.Fields(err) {
			b.refuse(path+".choices."+f.Path, f.Value, "%s", f.Message)
		}
		b.chosen = b.chosen.With(ledger.PolicyVersion{Entity: seller.ID, Book: book, Effective: p.From.Date, Policy: chosen})
	}
}

// taxes are the seeded tables with the scenario's registrations and certificates.
func (b *builder) taxes() {
	var registrations []tax.Registration
	sellers := b.d.Entities
	if b.d.Entity != nil {
		sellers = []entity{*b.d.Entity}
	}
	for _, e := range sellers {
		for _, r := range e.Registrations {
			registrations = append(registrations, tax.Registration{
				Entity: e.Code, Place: r.Place, Scheme: cmp.Or(r.Scheme, "local"), StartsOn: period.MaxDate(ever, r.From.Date),
			})
		}
	}
	var exemptions []tax.Exemption
	for i, c := range b.d.Customers {
		for _, x := range c.Exemptions {
			exemptions = append(exemptions, tax.Exemption{
				ID: int64(len(exemptions) + 1), Account: b.customers[i].Account, Customer: b.customers[i].ID, Place: x.Place, Product: x.Product,
				Form: x.Form, Number: x.Number, StartsOn: period.MaxDate(ever, x.From.Date), EndsOn: through(x.Through),
			})
		}
	}
	var err error
	if b.tables, err = tax.Seed().With(registrations, exemptions); err != nil {
		b.refuse("entity.registrations", "", "%s", err)
		b.tables = tax.Seed()
	}
	for _, p := range b.catalog.Products() {
		if !b.tables.KnowsProduct(p.TaxCode) {
			b.refuse(at("catalog.products", int(p.ID)-1, "tax_code"), p.TaxCode, "is not a product code of the tax tables, such as saas_b2b or api_usage")
		}
	}
}

// scenario puts everything together by paying family.
func (b *builder) scenario() Scenario {
	s := Scenario{
		Title: b.d.Title, Story: b.d.Story, Through: b.d.Through.Date, facts: b.facts,
		world:    invoicing.World{Catalog: b.catalog, Entities: b.directory, Rates: b.rates, Tax: b.tables},
		policies: b.chosen,
		names:    ledger.Names{Entities: map[entities.ID]string{}, Customers: map[customers.ID]string{}, Contracts: map[int64]string{}},
	}
	for _, e := range b.entities {
		s.names.Entities[e.ID] = e.Code
	}
	families := map[customers.AccountID]*family{}
	for _, c := range b.customers {
		s.names.Customers[c.ID] = c.Name
		if families[c.Account] == nil {
			families[c.Account] = &family{account: c.Account, customers: map[customers.ID]customers.Customer{}}
		}
		families[c.Account].customers[c.ID] = c
	}
	for _, a := range b.agreements {
		s.names.Contracts[int64(a.Contract)] = a.Number
		s.From = period.MinDate(s.From, a.Term().Start)
		families[a.Account].agreements = append(families[a.Account].agreements, a)
	}
	b.distribute(families)
	for _, account := range slices.Sorted(maps.Keys(families)) {
		s.families = append(s.families, *families[account])
	}
	for _, f := range b.facts {
		s.From = period.MinDate(s.From, f.on)
	}
	return s
}
