package onboarding

import (
	"cmp"
	"slices"
	"strings"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// party is what a row says of a customer. What it does not say is empty.
type party struct {
	customers.New
	parent   string // external id
	startsOn period.Date
	said     map[string]bool // columns with a value
}

// party reads a row; what is wrong stands in found afterwards.
func (g *given) party(known *entities.Directory, today period.Date) party {
	p := party{said: map[string]bool{}, parent: g.get("parent")}
	for column, cell := range g.cells {
		p.said[column] = cell != ""
	}
	p.ExternalID, p.Name, p.LegalName = g.get("external_id"), g.get("name"), g.get("legal_name")
	p.Kind = customers.Kind(cmp.Or(strings.ToLower(g.get("kind")), string(customers.Business)))
	if e, ok := known.ByCode(g.get("entity")); ok {
		p.Entity = e.ID
	} else if g.get("entity") != "" {
		g.blame("entity", "is not the code of one of our legal entities: %s", codes(known))
	}
	g.currency(&p)
	p.Billing, p.Service = g.address("", 3), g.address("service_", 1)
	p.Contacts = g.contacts()
	p.TaxIDs = g.taxID(p.Billing.Country)
	p.PORequired = g.flag("po_required")
	p.SignedUpOn, p.startsOn = cmp.Or(g.day("signed_up_on"), today), cmp.Or(g.day("starts_on"), today)
	if p.parent != "" && p.parent == p.ExternalID {
		g.blame("parent", "is the customer itself: leave it empty")
	}
	g.required(customerColumns)
	g.blameAll(p.Validate(), customerColumn)
	return p
}

// required refuses a row without what each row needs.
func (g *given) required(all []Column) {
	for _, c := range all {
		if c.Required && g.get(c.Name) == "" {
			g.blame(c.Name, "is missing: %s", strings.ToLower(c.About[:1])+c.About[1:])
		}
	}
}

// blameAll takes findings over that name paths of what a row became; what a column is blamed for already is not said twice.
func (g *given) blameAll(found []fault.Field, column func(path string) string) {
	for _, f := range found {
		name := column(f.Path)
		if g.cells[name] != "" { // as it was written, not as it was read
			f.Value = fault.Shown(g.cells[name])
		}
		if !g.blamed(name) {
			g.found = append(g.found, fault.Field{Path: name, Value: f.Value, Message: f.Message, Line: g.line})
		}
	}
}

func (g *given) blamed(column string) bool {
	return slices.ContainsFunc(g.found, func(f fault.Field) bool { return f.Path == column })
}

// customerColumn names the column that a path of a customer came from.
func customerColumn(path string) string {
	for _, x := range []struct{ begins, column string }{
		{"service.country", "service_country"}, {"service.region", "service_region"}, {"service.city", "service_city"}, {"service.postcode", "service_postcode"}, {"service.lines", "service_address_1"},
		{"billing.country", "country"}, {"billing.region", "region"}, {"billing.city", "city"}, {"billing.postcode", "postcode"}, {"billing.lines", "address_1"},
		{"tax_ids", "vat_number"}, {"profile.", strings.TrimPrefix(path, "profile.")},
	} {
		if strings.HasPrefix(path, x.begins) {
			return x.column
		}
	}
	return path
}

func codes(known *entities.Directory) string {
	var out []string
	for _, e := range known.All() {
		out = append(out, e.Code)
	}
	return strings.Join(out, ", ")
}

// currency holds the code against ISO 4217. One that is only written otherwise is named.
func (g *given) currency(p *party) {
	text := g.get("currency")
	if text == "" {
		return
	}
	c, err := money.ParseCurrency(text)
	if err != nil {
		g.blame("currency", "%s", unquoted(err, text))
		return
	}
	p.Currency = c
}

// unquoted is a parser's message without the value, which stands beside it.
func unquoted(err error, text string) string {
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), fault.Quote(text)), " ")
}

func (g *given) address(prefix string, lines int) customers.Address {
	a := customers.Address{City: g.get(prefix + "city"), Region: strings.ToUpper(g.get(prefix + "region")), Postcode: g.get(prefix + "postcode"), Country: strings.ToUpper(g.get(prefix + "country"))}
	for _, n := range []string{"1", "2", "3"}[:lines] {
		if line := g.get(prefix + "address_" + n); line != "" {
			a.Lines = append(a.Lines, line)
		}
	}
	return a
}

// contactColumns are the mailboxes a row has room for.
var contactColumns = []struct {
	column string
	role   customers.ContactRole
}{{"email", customers.Payable}, {"procurement_email", customers.Procurement}, {"technical_email", customers.Technical}}

// contacts are checked one by one, so that a finding names the column.
func (g *given) contacts() []customers.Contact {
	var out []customers.Contact
	for _, x := range contactColumns {
		email := g.get(x.column)
		if email == "" {
			continue
		}
		c := customers.Contact{Role: x.role, Email: email}
		if x.role == customers.Payable {
			c.Name = g.get("contact")
		}
		if at := strings.IndexByte(email, '@'); at < 1 || !strings.Contains(email[at:], ".") || strings.ContainsAny(email, " ,;<>") {
			g.blame(x.column, "is not an e-mail address: write one mailbox, such as ap@example.com")
			continue
		}
		out = append(out, c)
	}
	if g.get("contact") != "" && g.get("email") == "" {
		g.blame("email", "is missing: a contact has a mailbox")
	}
	return out
}

// flag reads yes or no.
func (g *given) flag(column string) bool {
	switch strings.ToLower(g.get(column)) {
	case "yes", "true", "y", "1":
		return true
	case "", "no", "false", "n", "0":
	default:
		g.blame(column, "must be yes or no")
	}
	return false
}

// day reads a day. One that is written as two countries read it differently is not guessed.
func (g *given) day(column string) period.Date {
	text := g.get(column)
	if text == "" {
		return period.Date{}
	}
	d, err := period.ParseDate(text)
	if err != nil {
		g.blame(column, "%s", unquoted(err, text))
		return period.Date{}
	}
	if d.Year() < 1970 || d.Year() > 2150 {
		g.blame(column, "lies outside the years 1970 to 2150: check the year")
	}
	return d
}
