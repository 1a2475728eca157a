package entities

import (
	"fmt"
	"time"

	"ratable/internal/fault"
	"ratable/internal/money"
)

// ID is an entity's key in the database.
type ID int64

// Entity is one of our legal entities: what stands at the top of an invoice, and where its day begins.
type Entity struct {
	ID           ID
	Code         string // "rus": short, upper-cased it begins every document number, so it never changes
	Name         string
	Country      string // ISO 3166-1 alpha-2
	Region       string // ISO 3166-2 after the dash
	Postcode     string
	City         string
	Lines        []string       // street lines above the city
	TimeZone     string         // IANA name
	Currency     money.Currency // functional currency: what its ledger is kept in
	TaxIDs       []TaxID
	Bank         Bank
	Email        string
	Phone        string
	Website      string
	RegisterNote string // what the law wants at the foot of a letter, such as court and number
}

// TaxID is a tax registration as printed on our documents.
type TaxID struct {
	Kind  string // "eu_vat", "us_ein", ...
	Value string
}

// Bank is where a customer sends money.
type Bank struct {
	Name      string
	IBAN      string
	BIC       string
	Account   string
	Routing   string
	Reference string // what the payer should quote
}

// Location is the zone that decides which day an instant is in. Create refused unknown zones, so one now is a broken installation.
func (e Entity) Location() *time.Location {
	loc, err := time.LoadLocation(e.TimeZone)
	if err != nil {
		panic(fmt.Sprintf("entities: %s: %v", e.Code, err))
	}
	return loc
}

func (e Entity) validate() []fault.Field {
	found := entityCode(e.Code)
	if e.Name == "" {
		found = append(found, fault.Field{Path: "name", Message: "must not be empty"})
	}
	for _, t := range []struct{ path, value string }{
		{"name", e.Name}, {"postcode", e.Postcode}, {"city", e.City}, {"email", e.Email}, {"phone", e.Phone}, {"website", e.Website},
		{"register_note", e.RegisterNote}, {"bank.name", e.Bank.Name}, {"bank.iban", e.Bank.IBAN}, {"bank.bic", e.Bank.BIC},
		{"bank.account", e.Bank.Account}, {"bank.routing", e.Bank.Routing}, {"bank.reference", e.Bank.Reference},
	} {
		found = append(found, fault.Printable(t.path, t.value, 300)...)
	}
	for i, line := range e.Lines {
		found = append(found, fault.Printable(fmt.Sprintf("lines[%d]", i), line, 200)...)
	}
	found = append(found, ValidatePlace("", e.Country, e.Region)...)
	// An empty name would silently mean UTC, and "Local" the zone of whatever machine runs this.
	if _, err := time.LoadLocation(e.TimeZone); err != nil || e.TimeZone == "" || e.TimeZone == "Local" {
		found = append(found, fault.Field{Path: "time_zone", Value: fault.Shown(e.TimeZone), Message: "is not a time zone such as Europe/Berlin"})
	}
	if _, err := money.ParseCurrency(string(e.Currency)); err != nil {
		found = append(found, fault.Field{Path: "currency", Value: fault.Shown(string(e.Currency)), Message: "is not an ISO 4217 currency"})
	}
	for i, t := range e.TaxIDs {
		if t.Kind == "" || t.Value == "" {
			found = append(found, fault.Field{Path: fmt.Sprintf("tax_ids[%d]", i), Message: "needs a kind and a value"})
		}
		found = append(found, fault.Printable(fmt.Sprintf("tax_ids[%d].kind", i), t.Kind, 40)...)
		found = append(found, fault.Printable(fmt.Sprintf("tax_ids[%d].value", i), t.Value, 60)...)
	}
	return found
}

// entityCode keeps document numbers short and unambiguous: the dash separates their parts, so a code holds none.
func entityCode(code string) []fault.Field {
	ok := len(code) >= 2 && len(code) <= 8
	for _, r := range code {
		ok = ok && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	}
	if ok {
		return nil
	}
	return []fault.Field{{Path: "code", Value: fault.Shown(code), Message: "must be 2 to 8 lower-case letters or digits"}}
}

// Directory holds all our entities: few, and asked for on every line.
type Directory struct {
	all    []Entity
	byID   map[ID]Entity
	byCode map[string]Entity
}

// NewDirectory builds a directory without a database, as simulate does.
func NewDirectory(all []Entity) *Directory {
	d := &Directory{all: all, byID: make(map[ID]Entity, len(all)), byCode: make(map[string]Entity, len(all))}
	for _, e := range all {
		d.byID[e.ID] = e
		d.byCode[e.Code] = e
	}
	return d
}

// ByID finds an entity by its key.
func (d *Directory) ByID(id ID) (Entity, bool) { e, ok := d.byID[id]; return e, ok }

// ByCode finds an entity by its code.
func (d *Directory) ByCode(code string) (Entity, bool) { e, ok := d.byCode[code]; return e, ok }

// All returns every entity in the order it was created.
func (d *Directory) All() []Entity { return d.all }
