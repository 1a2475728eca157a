package customers

import "ratable/internal/fault"

// Validate says what keeps a customer from being created, for those who hold one
// without a database.
func (n New) Validate() []fault.Field { return n.validate() }

// InMemory is the customer that Create would make, under keys of the caller's.
func (n New) InMemory(id ID, account AccountID) Customer {
	p := n.profile()
	c := Customer{
		ID: id, Account: account, ExternalID: n.ExternalID, Name: p.Name, LegalName: p.LegalName, Kind: p.Kind, Parent: n.Parent,
		Entity: n.Entity, Currency: n.Currency, Billing: n.Billing, Service: n.Service, Contacts: n.Contacts, TaxIDs: n.TaxIDs,
		PORequired: p.PORequired, SignedUpOn: n.SignedUpOn,
	}
	if c.Service.IsZero() {
		c.Service = c.Billing
	}
	return c
}
