package demo

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/tax"
)

// make records the company: all of it, or nothing.
func (f *filling) make(tx pgx.Tx) error {
	ctx := context.Background()
	m := making{story: f.story, tx: tx, entities: map[string]entities.Entity{}, customers: map[string]customers.Customer{}}
	for _, step := range []func(context.Context) error{m.company, m.sold, m.screened, m.buyers, m.certificate, m.people} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return access.Audit(ctx, tx, narrator, begun, marker, nil, f.summary, "")
}

// making is the first transaction.
type making struct {
	story     story
	tx        pgx.Tx
	entities  map[string]entities.Entity
	customers map[string]customers.Customer
}

func (m *making) company(ctx context.Context) error {
	if err := empty(ctx, m.tx); err != nil {
		return err
	}
	for _, e := range sellers {
		made, err := entities.Create(ctx, m.tx, e, narrator)
		if err != nil {
			return err
		}
		m.entities[e.Code] = made
		if _, err := customers.OpenHouseAccount(ctx, m.tx, made.ID, narrator); err != nil {
			return err
		}
	}
	for _, r := range registrations() {
		if err := tax.Register(ctx, m.tx, r, narrator); err != nil {
			return err
		}
	}
	return entities.RecordRates(ctx, m.tx, rates(m.story.begins(), m.story.today), narrator)
}

func (m *making) sold(ctx context.Context) error {
	return catalog.Add(ctx, m.tx, m.story.catalog, narrator)
}

func (m *making) buyers(ctx context.Context) error {
	for _, c := range m.story.customers {
		signed := m.story.served(c.ID)
		if signed.IsZero() { // nobody ever signed for it
			signed = c.From
		}
		made, err := customers.Create(ctx, m.tx, c.new(m.entities[c.Entity].ID, m.customers[c.Parent].ID, signed), narrator)
		if err != nil {
			return err
		}
		m.customers[c.ID] = made
	}
	return nil
}

// new is the customer as the product wants it. Tax ids were verified before the
// first sale.
func (c customer) new(seller entities.ID, parent customers.ID, signed period.Date) customers.New {
	n := customers.New{
		ExternalID: c.ID, Name: c.Name, LegalName: c.Legal, Kind: c.Kind, Parent: parent, Entity: seller, Currency: money.Currency(c.Currency),
		Billing:  customers.Address{Lines: c.Lines, City: c.City, Region: c.Region, Postcode: c.Postcode, Country: c.Country},
		Contacts: []customers.Contact{{Role: customers.Payable, Name: c.Payable, Email: c.Email}}, PORequired: c.PO, SignedUpOn: signed,
	}
	if _, host, ok := strings.Cut(c.Email, "@"); ok && c.Hourly {
		n.Contacts = append(n.Contacts, customers.Contact{Role: customers.Technical, Name: "Platform team", Email: "platform@" + host})
	}
	if c.Tax != nil {
		n.TaxIDs = []customers.TaxID{{Kind: c.Tax.Kind, Value: c.Tax.Value, Country: c.Country, VerifiedOn: signed.AddDays(-20)}}
	}
	return n
}

// certificate exempts the nonprofit from Pennsylvania's sales tax.
func (m *making) certificate(ctx context.Context) error {
	c := m.customers["keystone-health"]
	e, err := tax.RecordExemption(ctx, m.tx, tax.Exemption{
		Account: c.Account, Customer: c.ID, Place: "US-PA", Form: "REV-1220", Reason: "Institution of purely public charity",
		Number: "75-003381", StartsOn: m.story.begins(),
	}, narrator)
	if err != nil {
		return err
	}
	return tax.Decide(ctx, m.tx, e.Account, e.ID, tax.Verified, m.story.begins(), narrator)
}

func (m *making) people(ctx context.Context) error {
	for _, l := range Logins {
		u := access.NewUser{Email: l.Email, Name: l.Name, Password: l.Password, Roles: []access.Role{l.Role}}
		if l.Role == access.Customer {
			u.CustomerID = int64(m.customers[customerOfLogin].ID)
		}
		made, err := access.CreateUser(ctx, m.tx, u, narrator)
		if err != nil {
			return err
		}
		if l.Role == access.Product {
			if err := m.programme(ctx, made.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// programme lets sales give platform seats to start-ups; no contract does yet.
func (m *making) programme(ctx context.Context, owner int64) error {
	return contracts.AddProgramme(ctx, m.tx, contracts.Programme{
		Code: "startups", Name: "Start-ups in their first year", Owner: owner, Budget: money.Of(60_000_00, "USD"),
		Days: period.NewSpan(m.story.begins(), m.story.begins().AddMonths(24)),
	}, narrator)
}

// firstName is how the story calls somebody.
func firstName(email string) string {
	name, _, _ := strings.Cut(email, "@")
	return name
}
