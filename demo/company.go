package demo

import (
	"github.com/shopspring/decimal"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/tax"
)

// sellers are the two legal entities of the company.
var sellers = []entities.Entity{
	{
		Code: "nlus", Name: "Northlight Systems Inc.", Country: "US", Region: "CA", Postcode: "94103", City: "San Francisco",
		Lines: []string{"1355 Market Street, Suite 900"}, TimeZone: "America/Los_Angeles", Currency: "USD",
		TaxIDs: []entities.TaxID{{Kind: "us_ein", Value: "47-2913846"}},
		Bank: entities.Bank{Name: "Pacific Harbor Bank", BIC: "PHBKUS6S", Account: "004417720931", Routing: "121000358",
			Reference: "invoice"},
		Email: "billing@northlight.example", Phone: "+1 415 555 0134", Website: "https://northlight.example",
		RegisterNote: "A Delaware corporation",
	},
	{
		Code: "nleu", Name: "Northlight Systems B.V.", Country: "NL", Postcode: "1017 CA", City: "Amsterdam",
		Lines: []string{"Herengracht 433"}, TimeZone: "Europe/Amsterdam", Currency: "EUR",
		TaxIDs: []entities.TaxID{{Kind: "eu_vat", Value: "NL862093417B01"}},
		Bank: entities.Bank{Name: "Grachtenbank N.V.", IBAN: "NL91ABNA0417164300", BIC: "GRABNL2A",
			Reference: "invoice"},
		Email: "facturatie@northlight.example", Phone: "+31 20 555 0177", Website: "https://northlight.example",
		RegisterNote: "KvK Amsterdam 71048832",
	},
}

// registrations are where the company collects tax.
func registrations() (out []tax.Registration) {
	since := period.NewDate(2021, 7, 1)
	for _, r := range []struct{ entity, place, scheme, number string }{
		{"nlus", "US-CA", "local", "CA 102-884417"}, {"nlus", "US-NY", "local", "NY 47-2913846"}, {"nlus", "US-TX", "local", "TX 3-20584-7716-1"},
		{"nlus", "US-WA", "local", "WA 604-118-220"}, {"nlus", "US-PA", "local", "PA 88-214730"},
		{"nleu", "NL", "local", "NL862093417B01"}, {"nleu", "EU", "oss_union", "NL862093417B01"},
	} {
		out = append(out, tax.Registration{Entity: r.entity, Place: r.place, Scheme: r.scheme, Number: r.number, StartsOn: since})
	}
	return out
}

// rates are weekly exchange rates against the euro: a base and a small swing
// about it. They are made up, and say so.
func rates(from, through period.Date) (out []entities.Rate) {
	week := int64(0)
	for day := from.AddDays(-7); !day.After(through); day = day.AddDays(7) {
		for i, q := range []struct {
			quote money.Currency
			base  string
			swing int64 // a thousandth of the base, at most
		}{{"USD", "1.1240", 18}, {"GBP", "0.8510", 12}, {"CAD", "1.5630", 15}, {"CHF", "0.9420", 9}, {"JPY", "163.20", 22}} {
			base := decimal.RequireFromString(q.base)
			// A triangle over nineteen weeks, shifted by currency: smooth, and no two alike.
			phase := (week+int64(i)*5)%38 - 19
			if phase < 0 {
				phase = -phase
			}
			moved := base.Mul(dec(2*phase - 19)).Mul(dec(q.swing)).Div(dec(19_000))
			out = append(out, entities.Rate{Base: "EUR", Quote: q.quote, On: day, Rate: base.Add(moved).Round(4), Source: "demo"})
		}
		week++
	}
	return out
}
