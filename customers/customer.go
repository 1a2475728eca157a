package customers

import (
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
)

// AccountID is the root of a paying family: a parent with its children, a reseller with the customers it pays for.
// Every row of a fact that grows carries it, as the column to shard by.
type AccountID int64

// ID is a customer's key in the database.
type ID int64

// Kind is what the tax law asks first about a buyer.
type Kind string

const (
	Business   Kind = "business"
	Consumer   Kind = "consumer"
	Government Kind = "government"
	Nonprofit  Kind = "nonprofit"
)

// Customer is a party as it stands on a day.
type Customer struct {
	ID         ID
	Account    AccountID
	ExternalID string // how usage events and other systems name it
	Name       string // what people call it; any Unicode
	LegalName  string // what goes on an invoice
	Kind       Kind
	Parent     ID          // 0: none
	Entity     entities.ID // who sells to it
	Currency   money.Currency
	Billing    Address
	Service    Address // where the service is used; equals Billing when never said otherwise
	Contacts   []Contact
	TaxIDs     []TaxID
	PORequired bool // no invoice without a purchase order number
	OwnInvoice bool // what it uses goes on a document of its own where another member of the family pays
	SignedUpOn period.Date

	DuplicateOf ID `json:",omitzero"` // the customer it was merged into: what names this one means that one
}

// ContactRole says what to write to a contact about.
type ContactRole string

const (
	Payable     ContactRole = "payable"     // invoices and reminders
	Procurement ContactRole = "procurement" // purchase orders, renewals
	Technical   ContactRole = "technical"   // usage alerts, incidents
)

// Contact is a person or mailbox at the customer, known by role and e-mail address.
type Contact struct {
	Role  ContactRole
	Name  string
	Email string
}

// TaxID is a tax identity, known by kind, country and value. VerifiedOn is zero until a register confirmed it.
type TaxID struct {
	Kind       string // "eu_vat", "gb_vat", "us_ein", "au_abn", ...
	Value      string
	Country    string
	VerifiedOn period.Date
}

// New is what Create needs to know. A zero Service means the billing address.
type New struct {
	Account    AccountID // 0: an account of its own, or the parent's
	ExternalID string
	Name       string
	LegalName  string // empty: the same as Name
	Kind       Kind
	Parent     ID
	Entity     entities.ID
	Currency   money.Currency
	Billing    Address
	Service    Address
	Contacts   []Contact
	TaxIDs     []TaxID
	PORequired bool
	SignedUpOn period.Date
}

// Profile is what may change about a customer itself.
type Profile struct {
	Name       string
	LegalName  string
	Kind       Kind
	PORequired bool
}

// Amendment is a set of changes that hold from a day. What is nil or empty stays as it is.
type Amendment struct {
	StartsOn       period.Date
	Profile        *Profile
	Billing        *Address
	Service        *Address
	OwnInvoice     *bool     // whether what it uses goes on a document of its own
	SetContacts    []Contact // added, or renamed when role and e-mail are known already
	RemoveContacts []Contact // by role and e-mail
	SetTaxIDs      []TaxID   // added, or verified when kind, country and value are known already
	RemoveTaxIDs   []TaxID   // by kind, country and value
	Reason         string    // for the audit trail
}

// AccountKind tells a paying family from the account that holds a legal entity's own manual and fee entries.
type AccountKind string

const (
	Family AccountKind = "family"
	House  AccountKind = "house"
)

// Account is a row of customers.accounts. Entity is set for a house account only.
type Account struct {
	ID     AccountID
	Kind   AccountKind
	Entity entities.ID
}

// Filter narrows a list. Search finds part of any name (also a former one), external id, e-mail or tax id; what finds a
// duplicate finds the customer it was merged into.
type Filter struct {
	Search     string
	Entity     entities.ID // 0: any
	Country    string      // of the billing address; empty: any
	Duplicates bool        // duplicates too
	Sort       Sort        // the order of the list
	After      ID          // the last customer of the page before
	Limit      int         // 0: 50; at most 500
}

// Sort is an order of the list of customers; "-" before it turns it round.
type Sort string

// The orders there are; equals stand by id.
const (
	ByID     Sort = ""
	ByName   Sort = "name"
	ByNumber Sort = "number" // external id
	BySignup Sort = "since"
)
