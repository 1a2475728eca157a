package customers

import (
	"fmt"
	"net/mail"
	"strings"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

func (n New) validate() []fault.Field {
	found := required("external_id", n.ExternalID, 100)
	found = append(found, n.profile().validate("")...)
	if n.Entity == 0 {
		found = append(found, fault.Field{Path: "entity", Message: "must name the legal entity that sells"})
	}
	if _, err := money.ParseCurrency(string(n.Currency)); err != nil {
		found = append(found, fault.Field{Path: "currency", Value: fault.Shown(string(n.Currency)), Message: "is not an ISO 4217 currency"})
	}
	if n.SignedUpOn.IsZero() {
		found = append(found, fault.Field{Path: "signed_up_on", Message: "must be a date"})
	}
	return append(found, n.facts().validate()...)
}

// profile fills in what New leaves out: most customers' legal name is their name.
func (n New) profile() Profile {
	p := Profile{Name: n.Name, LegalName: n.LegalName, Kind: n.Kind, PORequired: n.PORequired}
	if p.LegalName == "" {
		p.LegalName = p.Name
	}
	return p
}

// facts are the dated part of a new customer, in force since ever. The profile is checked apart, under its own names.
func (n New) facts() Amendment {
	a := Amendment{StartsOn: sinceEver, Billing: &n.Billing, SetContacts: n.Contacts, SetTaxIDs: n.TaxIDs}
	if !n.Service.IsZero() {
		a.Service = &n.Service
	}
	return a
}

// sinceEver is the start of what was never otherwise as far as we know: a day before any business of ours.
var sinceEver = period.NewDate(1900, 1, 1)

func (a Amendment) validate() []fault.Field {
	var found []fault.Field
	if a.StartsOn.IsZero() {
		found = append(found, fault.Field{Path: "starts_on", Message: "must be a date"})
	}
	if a.Profile != nil {
		found = append(found, a.Profile.validate("profile.")...)
	}
	if a.Billing != nil {
		found = append(found, a.Billing.Validate("billing")...)
	}
	if a.Service != nil {
		found = append(found, a.Service.Validate("service")...)
	}
	found = append(found, validateContacts("contacts", a.SetContacts)...)
	found = append(found, validateContacts("remove_contacts", a.RemoveContacts)...)
	found = append(found, validateTaxIDs("tax_ids", a.SetTaxIDs)...)
	return append(found, validateTaxIDs("remove_tax_ids", a.RemoveTaxIDs)...)
}

func (p Profile) validate(dot string) []fault.Field {
	found := required(dot+"name", p.Name, 200)
	// A legal name left out took the name's place: say what is wrong with it once.
	if p.LegalName != p.Name {
		found = append(found, required(dot+"legal_name", p.LegalName, 200)...)
	}
	switch p.Kind {
	case Business, Consumer, Government, Nonprofit:
	default:
		found = append(found, fault.Field{Path: dot + "kind", Value: fault.Shown(string(p.Kind)), Message: "must be business, consumer, government or nonprofit"})
	}
	return found
}

func validateContacts(path string, contacts []Contact) []fault.Field {
	var found []fault.Field
	seen := make(map[string]bool)
	for i, c := range contacts {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch c.Role {
		case Payable, Procurement, Technical:
		default:
			found = append(found, fault.Field{Path: at + ".role", Value: fault.Shown(string(c.Role)), Message: "must be payable, procurement or technical"})
		}
		found = append(found, fault.Printable(at+".name", c.Name, 200)...)
		found = append(found, validateEmail(at+".email", c.Email)...)
		if key := string(c.Role) + " " + emailKey(c.Email); seen[key] {
			found = append(found, fault.Field{Path: at + ".email", Value: fault.Shown(c.Email), Message: "is given twice for this role"})
		} else {
			seen[key] = true
		}
	}
	return found
}

// validateEmail wants the bare address: "Ann <ann@example.com>" belongs in two fields.
func validateEmail(path, email string) []fault.Field {
	if found := fault.Printable(path, email, 254); len(found) > 0 {
		return found
	}
	if parsed, err := mail.ParseAddress(email); err != nil || parsed.Address != email {
		return []fault.Field{{Path: path, Value: fault.Shown(email), Message: "is not an e-mail address"}}
	}
	return nil
}

func emailKey(email string) string { return strings.ToLower(email) }

func validateTaxIDs(path string, ids []TaxID) []fault.Field {
	var found []fault.Field
	type key struct{ kind, country, value string }
	seen := make(map[key]bool)
	for i, t := range ids {
		at := fmt.Sprintf("%s[%d]", path, i)
		found = append(found, required(at+".kind", t.Kind, 40)...)
		found = append(found, required(at+".value", t.Value, 40)...)
		// The country alone: a tax identity is a country's, whatever region its holder is in.
		if !entities.KnownCountry(t.Country) {
			found = append(found, fault.Field{Path: at + ".country", Value: fault.Shown(t.Country), Message: "is not an ISO 3166-1 country code such as DE"})
		}
		if k := (key{t.Kind, t.Country, t.Value}); seen[k] {
			found = append(found, fault.Field{Path: at + ".value", Value: fault.Shown(t.Value), Message: "is given twice"})
		} else {
			seen[k] = true
		}
	}
	return found
}

func required(path, value string, max int) []fault.Field {
	if strings.TrimSpace(value) == "" {
		return []fault.Field{{Path: path, Value: fault.Shown(value), Message: "must not be empty"}}
	}
	return fault.Printable(path, value, max)
}
