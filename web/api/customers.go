package api

import (
	"net/http"
	"net/url"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// CustomerAt names a customer by its address.
type CustomerAt struct {
	Customer string `path:"customer" maxLength:"200" doc:"The customer's external id: what your system calls it" example:"northwind"`
}

// customer is a party as it stands today.
type customer struct {
	ExternalID  string      `json:"external_id" example:"northwind"`
	Name        string      `json:"name" example:"Northwind Analytics"`
	LegalName   string      `json:"legal_name" doc:"What goes on an invoice" example:"Northwind Analytics LLC"`
	Kind        string      `json:"kind" enum:"business,consumer,government,nonprofit"`
	Parent      string      `json:"parent,omitempty" doc:"External id of who it belongs to" example:"northwind-group"`
	Entity      string      `json:"entity" doc:"Code of our legal entity that sells to it" example:"NLUS"`
	Currency    string      `json:"currency" example:"USD"`
	Billing     address     `json:"billing"`
	Service     address     `json:"service" doc:"Where what was bought is used: decides tax"`
	Contacts    []contact   `json:"contacts"`
	TaxIDs      []taxID     `json:"tax_ids"`
	PORequired  bool        `json:"po_required" doc:"No invoice without a purchase order number"`
	OwnInvoice  bool        `json:"own_invoice" doc:"What it uses goes on a document of its own where another member of the family pays"`
	SignedUpOn  period.Date `json:"signed_up_on" format:"date" example:"2025-12-01"`
	DuplicateOf string      `json:"duplicate_of,omitempty" doc:"External id of the customer it was merged into: what names this one means that one"`
}

func (c customer) location() string { return "/v1/customers/" + url.PathEscape(c.ExternalID) }

type address struct {
	Lines    []string `json:"lines,omitempty" maxItems:"6" doc:"Street lines"`
	City     string   `json:"city,omitempty" example:"San Francisco"`
	Region   string   `json:"region,omitempty" doc:"ISO 3166-2 behind the dash; required in the US and Canada" example:"CA"`
	Postcode string   `json:"postcode,omitempty" example:"94105"`
	Country  string   `json:"country" minLength:"2" maxLength:"2" doc:"ISO 3166-1, two letters" example:"US"`
}

type contact struct {
	Role  string `json:"role" enum:"payable,procurement,technical" doc:"Who gets invoices, order forms, technical notices"`
	Name  string `json:"name,omitempty" example:"Ana Payable"`
	Email string `json:"email" example:"ap@northwind.example"`
}

type taxID struct {
	Kind       string      `json:"kind" doc:"Such as eu_vat, gb_vat, us_ein" example:"us_ein"`
	Value      string      `json:"value" example:"12-3456789"`
	Country    string      `json:"country" example:"US"`
	VerifiedOn period.Date `json:"verified_on,omitzero" format:"date" doc:"When a register confirmed it"`
}

// customerQuery narrows the list.
type customerQuery struct {
	Paged
	Search     string `query:"search" maxLength:"200" doc:"Part of any name, also a former one, of an external id, e-mail or tax id" example:"north"`
	Entity     string `query:"entity" maxLength:"20" doc:"Code of who sells" example:"NLUS"`
	Country    string `query:"country" maxLength:"2" doc:"Of the billing address" example:"US"`
	Duplicates bool   `query:"duplicates" doc:"Show customers that were merged into another, too"`
}

// newCustomer is what is sent to create one.
type newCustomer struct {
	ExternalID string      `json:"external_id" minLength:"1" maxLength:"200" doc:"What your system calls it; it never changes" example:"northwind"`
	Name       string      `json:"name" minLength:"1" maxLength:"200" example:"Northwind Analytics"`
	LegalName  string      `json:"legal_name,omitempty" maxLength:"200" doc:"Default: the name" example:"Northwind Analytics LLC"`
	Kind       string      `json:"kind,omitempty" enum:"business,consumer,government,nonprofit" doc:"Default: business"`
	Parent     string      `json:"parent,omitempty" maxLength:"200" doc:"External id of a customer whose paying family it joins"`
	Entity     string      `json:"entity" minLength:"1" maxLength:"20" doc:"Code of our legal entity that sells to it" example:"NLUS"`
	Currency   string      `json:"currency" minLength:"3" maxLength:"3" example:"USD"`
	Billing    address     `json:"billing"`
	Service    *address    `json:"service,omitempty" doc:"Default: the billing address"`
	Contacts   []contact   `json:"contacts,omitempty"`
	TaxIDs     []taxID     `json:"tax_ids,omitempty"`
	PORequired bool        `json:"po_required,omitempty"`
	SignedUpOn period.Date `json:"signed_up_on,omitzero" format:"date" doc:"Default: today"`
}

// customerChange amends from a day; what is not sent stays.
type customerChange struct {
	StartsOn       period.Date `json:"starts_on,omitzero" format:"date" doc:"The first day of the change; default: today"`
	Reason         string      `json:"reason,omitempty" maxLength:"500" doc:"For the audit trail"`
	Name           *string     `json:"name,omitempty" maxLength:"200"`
	LegalName      *string     `json:"legal_name,omitempty" maxLength:"200"`
	Kind           *string     `json:"kind,omitempty" enum:"business,consumer,government,nonprofit"`
	PORequired     *bool       `json:"po_required,omitempty"`
	OwnInvoice     *bool       `json:"own_invoice,omitempty"`
	Billing        *address    `json:"billing,omitempty"`
	Service        *address    `json:"service,omitempty"`
	SetContacts    []contact   `json:"set_contacts,omitempty" doc:"Added, or renamed where role and e-mail are known"`
	RemoveContacts []contact   `json:"remove_contacts,omitempty" doc:"By role and e-mail"`
	SetTaxIDs      []taxID     `json:"set_tax_ids,omitempty"`
	RemoveTaxIDs   []taxID     `json:"remove_tax_ids,omitempty" doc:"By kind, country and value"`
}

var exampleCustomer = customer{ExternalID: "northwind", Name: "Northwind Analytics", LegalName: "Northwind Analytics LLC", Kind: "business", Entity: "NLUS", Currency: "USD",
	Billing: exampleAddress, Service: exampleAddress, Contacts: []contact{{"payable", "Ana Payable", "ap@northwind.example"}},
	TaxIDs: []taxID{{Kind: "us_ein", Value: "12-3456789", Country: "US"}}, SignedUpOn: period.NewDate(2025, 12, 1)}

var exampleAddress = address{Lines: []string{"500 Howard St"}, City: "San Francisco", Region: "CA", Postcode: "94105", Country: "US"}

func (s *server) customerOperations() []operation {
	make := newCustomer{ExternalID: "northwind", Name: "Northwind Analytics", LegalName: "Northwind Analytics LLC", Kind: "business", Entity: "NLUS", Currency: "USD",
		Billing: exampleAddress, Contacts: exampleCustomer.Contacts}
	desks := []access.Role{access.Sales, access.Finance, access.Support}
	return []operation{
		list(about{
			id: "list-customers", method: http.MethodGet, path: "/v1/customers", tag: tagCustomers, scope: access.CustomerRead,
			summary: "Customers, the oldest first", details: "What finds a duplicate finds the customer it was merged into.", answer: page[customer]{Items: []customer{exampleCustomer}},
		}, func(c customers.Customer) customers.ID { return c.ID }, s.listCustomers, (*call).customers),
		read(about{
			id: "get-customer", method: http.MethodGet, path: "/v1/customers/{customer}", tag: tagCustomers, scope: access.CustomerRead,
			summary: "One customer as it stands today", answer: exampleCustomer,
		}, s.giveCustomer),
		write(about{
			id: "create-customer", method: http.MethodPost, path: "/v1/customers", tag: tagCustomers, scope: access.CustomerWrite, roles: desks, status: http.StatusCreated,
			summary: "Create a customer", details: "It is compared with the sanctions list at once, where one is imported: a possible match holds what is agreed with it until a person decides. An external id that is taken is refused with 409.",
			request: make, answer: exampleCustomer,
		}, s.createCustomer),
		write(about{
			id: "amend-customer", method: http.MethodPatch, path: "/v1/customers/{customer}", tag: tagCustomers, scope: access.CustomerWrite, roles: desks,
			summary: "Amend a customer from a day on", details: "What is not sent stays. Nothing that stood before is overwritten: an invoice of last month keeps last month's address.",
			request: customerChange{Name: ptr("Northwind"), Reason: "New brand"}, answer: exampleCustomer,
		}, s.amendCustomer),
	}
}

func (s *server) listCustomers(c *call, in *customerQuery, after *customers.ID, limit int) ([]customers.Customer, error) {
	f := customers.Filter{Search: in.Search, Country: in.Country, Duplicates: in.Duplicates, Limit: limit}
	var err error
	if f.Entity, err = c.entityCalled(c.DB, "entity", in.Entity); err != nil {
		return nil, err
	}
	if after != nil {
		f.After = *after
	}
	return customers.List(c.ctx, c.DB, f, c.Today())
}

func (s *server) giveCustomer(c *call, in *CustomerAt) (customer, error) {
	return c.customer(c.DB, in.Customer)
}

// customer reads one by external id, as it stands.
func (c *call) customer(q postgres.Querier, external string) (customer, error) {
	found, err := customers.ByExternalID(c.ctx, q, external, c.Today())
	if err != nil {
		return customer{}, err
	}
	views, err := c.customers(q, []customers.Customer{found})
	if err != nil {
		return customer{}, err
	}
	return views[0], nil
}

// customers are views of customers, with the names of the others they name.
func (c *call) customers(q postgres.Querier, found []customers.Customer) ([]customer, error) {
	directory, err := entities.Load(c.ctx, q)
	if err != nil {
		return nil, err
	}
	var others []customers.ID
	for _, x := range found {
		others = append(others, x.Parent, x.DuplicateOf)
	}
	named, err := customers.Placements(c.ctx, q, others)
	if err != nil {
		return nil, err
	}
	out := make([]customer, len(found))
	for i, x := range found {
		seller, _ := directory.ByID(x.Entity)
		out[i] = customer{
			ExternalID: x.ExternalID, Name: x.Name, LegalName: x.LegalName, Kind: string(x.Kind), Parent: named[x.Parent].ExternalID, Entity: seller.Code,
			Currency: string(x.Currency), Billing: addressOf(x.Billing), Service: addressOf(x.Service), Contacts: []contact{}, TaxIDs: []taxID{},
			PORequired: x.PORequired, OwnInvoice: x.OwnInvoice, SignedUpOn: x.SignedUpOn, DuplicateOf: named[x.DuplicateOf].ExternalID,
		}
		for _, p := range x.Contacts {
			out[i].Contacts = append(out[i].Contacts, contact{string(p.Role), p.Name, p.Email})
		}
		for _, t := range x.TaxIDs {
			out[i].TaxIDs = append(out[i].TaxIDs, taxID{t.Kind, t.Value, t.Country, t.VerifiedOn})
		}
	}
	return out, nil
}

func (s *server) createCustomer(c *call, tx pgx.Tx, in *struct{ Body newCustomer }) (customer, error) {
	b := in.Body
	n := customers.New{ExternalID: b.ExternalID, Name: b.Name, LegalName: b.LegalName, Kind: customers.Kind(b.Kind), Currency: money.Currency(b.Currency),
		Billing: b.Billing.address(), Contacts: contactsOf(b.Contacts), TaxIDs: taxIDsOf(b.TaxIDs), PORequired: b.PORequired, SignedUpOn: b.SignedUpOn}
	if n.Kind == "" {
		n.Kind = customers.Business
	}
	if n.SignedUpOn.IsZero() {
		n.SignedUpOn = c.Today()
	}
	if b.Service != nil {
		n.Service = b.Service.address()
	}
	var err error
	if n.Entity, err = c.entityCalled(tx, "entity", b.Entity); err != nil {
		return customer{}, err
	}
	if b.Parent != "" {
		parent, err := c.customerCalled(tx, "parent", b.Parent)
		if err != nil {
			return customer{}, err
		}
		n.Parent = parent.ID
	}
	made, err := customers.Create(c.ctx, tx, n, c.by)
	if err != nil {
		return customer{}, err
	}
	if err := c.screen(tx, made.ID); err != nil {
		return customer{}, err
	}
	return c.customer(tx, made.ExternalID)
}

// screen holds a new customer against the sanctions list, where one is imported; without one the daily job does it later.
func (c *call) screen(tx pgx.Tx, id customers.ID) error {
	lists, err := customers.ScreenVersions(c.ctx, tx, 1)
	if err != nil || len(lists) == 0 {
		return err
	}
	_, err = customers.Screen(c.ctx, tx, id, c.Today(), c.by)
	return err
}

func (s *server) amendCustomer(c *call, tx pgx.Tx, in *struct {
	CustomerAt
	Body customerChange
}) (customer, error) {
	found, err := customers.ByExternalID(c.ctx, tx, in.Customer, c.Today())
	if err != nil {
		return customer{}, err
	}
	b := in.Body
	a := customers.Amendment{StartsOn: b.StartsOn, Reason: b.Reason, OwnInvoice: b.OwnInvoice, Billing: b.Billing.pointer(), Service: b.Service.pointer(),
		SetContacts: contactsOf(b.SetContacts), RemoveContacts: contactsOf(b.RemoveContacts), SetTaxIDs: taxIDsOf(b.SetTaxIDs), RemoveTaxIDs: taxIDsOf(b.RemoveTaxIDs)}
	if a.StartsOn.IsZero() {
		a.StartsOn = c.Today()
	}
	if b.Name != nil || b.LegalName != nil || b.Kind != nil || b.PORequired != nil {
		a.Profile = &customers.Profile{Name: given(b.Name, found.Name), LegalName: given(b.LegalName, found.LegalName),
			Kind: customers.Kind(given(b.Kind, string(found.Kind))), PORequired: given(b.PORequired, found.PORequired)}
	}
	if err := customers.Amend(c.ctx, tx, found.ID, a, c.by); err != nil {
		return customer{}, err
	}
	return c.customer(tx, in.Customer)
}

// given is what was sent, else what stands.
func given[T any](sent *T, stands T) T {
	if sent == nil {
		return stands
	}
	return *sent
}

func addressOf(a customers.Address) address {
	return address{a.Lines, a.City, a.Region, a.Postcode, a.Country}
}

func (a address) address() customers.Address {
	return customers.Address{Lines: a.Lines, City: a.City, Region: a.Region, Postcode: a.Postcode, Country: a.Country}
}

func (a *address) pointer() *customers.Address {
	if a == nil {
		return nil
	}
	out := a.address()
	return &out
}

func contactsOf(sent []contact) []customers.Contact {
	var out []customers.Contact
	for _, p := range sent {
		out = append(out, customers.Contact{Role: customers.ContactRole(p.Role), Name: p.Name, Email: p.Email})
	}
	return out
}

func taxIDsOf(sent []taxID) []customers.TaxID {
	var out []customers.TaxID
	for _, t := range sent {
		out = append(out, customers.TaxID{Kind: t.Kind, Value: t.Value, Country: t.Country, VerifiedOn: t.VerifiedOn})
	}
	return out
}

// entityCalled is the key of one of our legal entities by its code; no code is any.
func (c *call) entityCalled(q postgres.Querier, path, code string) (entities.ID, error) {
	if code == "" {
		return 0, nil
	}
	directory, err := entities.Load(c.ctx, q)
	if err != nil {
		return 0, err
	}
	e, ok := directory.ByCode(code)
	if !ok {
		return 0, fault.InvalidFields(fault.Field{Path: path, Value: fault.Shown(code), Message: "is not the code of one of our legal entities"})
	}
	return e.ID, nil
}

// customerCalled is a customer that a key of the body or a filter names.
func (c *call) customerCalled(q postgres.Querier, path, external string) (customers.Customer, error) {
	found, err := customers.Called(c.ctx, q, external, c.Today())
	if fault.Kind(err) == fault.NotFound {
		return found, fault.InvalidFields(fault.Field{Path: path, Value: fault.Shown(external), Message: "is not the external id of a customer"})
	}
	return found, err
}
