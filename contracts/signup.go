package contracts

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// SignUpRequest is what somebody who signs up on a plan says. Key makes it count once, however often it is sent.
type SignUpRequest struct {
	Key      string          `json:"-"`
	Customer *Signer         `json:"customer,omitempty"` // a new one, or
	Existing string          `json:"existing_customer,omitempty"`
	Entity   string          `json:"entity,omitempty"` // code of who sells; default the only one
	Plan     string          `json:"plan"`
	Quantity decimal.Decimal `json:"quantity,omitzero"` // default as the plan says
	StartsOn period.Date     `json:"starts_on,omitzero"`
	Currency string          `json:"currency,omitempty"` // of a plan that is sold in any
	PO       string          `json:"po_number,omitempty"`
}

// Signer is a new customer as it says who it is.
type Signer struct {
	ExternalID string   `json:"external_id,omitempty"` // default the subscription's number
	Name       string   `json:"name"`
	LegalName  string   `json:"legal_name,omitempty"`
	Kind       string   `json:"kind,omitempty"` // default business
	Contact    string   `json:"contact,omitempty"`
	Email      string   `json:"email,omitempty"` // of who gets the invoices
	Lines      []string `json:"lines,omitempty"`
	City       string   `json:"city,omitempty"`
	Region     string   `json:"region,omitempty"`
	Postcode   string   `json:"postcode,omitempty"`
	Country    string   `json:"country"`
	TaxID      string   `json:"tax_id,omitempty"`
	TaxIDKind  string   `json:"tax_id_kind,omitempty"` // such as eu_vat
}

// digest tells two requests with one key apart.
func (r SignUpRequest) digest() (text []byte, sum [sha256.Size]byte) {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // texts, figures and days
	}
	return text, sha256.Sum256(text)
}

// The days a sign-up may begin on, from today.
const signUpBack, signUpAhead = 31, 366

// check says what is wrong with a request by itself, and finds its plan.
func (r SignUpRequest) check(sold *catalog.Catalog, today period.Date) (catalog.Plan, []fault.Field) {
	var f findings
	if r.Key == "" || len(r.Key) > 200 {
		f.add("key", fault.Shown(r.Key), "must be 1 to 200 characters that name this one sign-up, the same whenever it is sent again")
	}
	if (r.Customer == nil) == (r.Existing == "") {
		f.add("customer", "", "must be given, or existing_customer: one of the two")
	}
	if r.StartsOn.Before(today.AddDays(-signUpBack)) || today.AddDays(signUpAhead).Before(r.StartsOn) {
		f.add("starts_on", r.StartsOn.String(), "must be from %d days ago to %d days ahead", signUpBack, signUpAhead)
	}
	if f.figure("quantity", r.Quantity) && r.Quantity.IsNegative() {
		f.add("quantity", r.Quantity.String(), "must be more than zero")
	}
	p, ok := sold.Plan(r.Plan, r.StartsOn)
	switch {
	case !ok || p.Retired:
		f.add("plan", fault.Shown(r.Plan), "is not a plan on sale on %s", r.StartsOn)
	case p.Currency == "" && r.Currency == "":
		f.add("currency", "", "is missing: the plan is sold in any")
	case p.Currency != "" && r.Currency != "" && !strings.EqualFold(p.Currency, r.Currency):
		f.add("currency", fault.Shown(r.Currency), "is not the plan's, %s", p.Currency)
	}
	return p, f
}

// customer is the signer as customers has it.
func (s Signer) customer(n customers.New) customers.New {
	n.ExternalID = strings.TrimSpace(s.ExternalID)
	n.Name, n.LegalName, n.Kind = strings.TrimSpace(s.Name), strings.TrimSpace(s.LegalName), customers.Kind(s.Kind)
	if n.Kind == "" {
		n.Kind = customers.Business
	}
	n.Billing = customers.Address{Lines: s.Lines, City: s.City, Region: s.Region, Postcode: s.Postcode, Country: s.Country}
	if s.Email != "" || s.Contact != "" {
		n.Contacts = []customers.Contact{{Role: customers.Payable, Name: s.Contact, Email: s.Email}}
	}
	if s.TaxID != "" || s.TaxIDKind != "" {
		n.TaxIDs = []customers.TaxID{{Kind: s.TaxIDKind, Value: s.TaxID, Country: s.Country}}
	}
	return n
}

// signerPaths are where a finding about a customer lies in a sign-up.
var signerPaths = strings.NewReplacer("billing.", "", "contacts[0].email", "email", "contacts[0].name", "contact",
	"tax_ids[0].kind", "tax_id_kind", "tax_ids[0].value", "tax_id", "tax_ids[0].country", "country")

func ofSigner(err error) error {
	found := fault.Fields(err)
	if len(found) == 0 {
		return err
	}
	for i := range found {
		found[i].Path = "customer." + signerPaths.Replace(found[i].Path)
	}
	return fault.InvalidFields(found...)
}

// SignedUp is what became of a sign-up.
type SignedUp struct {
	Key      string
	Customer customers.Customer
	Number   string // of the contract; empty while the customer is held
	Repeated bool   // it was sent before: nothing happened now
}

// Held says that nothing is sold to the customer before a person has looked.
func (s SignedUp) Held() bool { return s.Number == "" }

// subscriptionNumber is how a sign-up's contract is called.
func subscriptionNumber(n int64) string { return fmt.Sprintf("S-%06d", n) }
