package onboarding

import (
	"regexp"
	"strings"

	"ratable/customers"
)

// vatShapes are the structures of VAT numbers as the Commission publishes them for VIES, without the country's letters, and those of
// Great Britain, Switzerland and Norway. A number of the right shape may still not be registered: a register says that, not we.
var vatShapes = map[string]*regexp.Regexp{
	"AT": shape(`U\d{8}`), "BE": shape(`[01]\d{9}`), "BG": shape(`\d{9,10}`), "CY": shape(`\d{8}[A-Z]`), "CZ": shape(`\d{8,10}`), "DE": shape(`[1-9]\d{8}`),
	"DK": shape(`\d{8}`), "EE": shape(`\d{9}`), "EL": shape(`\d{9}`), "ES": shape(`[A-Z0-9]\d{7}[A-Z0-9]`), "FI": shape(`\d{8}`), "FR": shape(`[A-HJ-NP-Z0-9]{2}\d{9}`),
	"HR": shape(`\d{11}`), "HU": shape(`\d{8}`), "IE": shape(`\d[A-Z0-9+*]\d{5}[A-Z]{1,2}`), "IT": shape(`\d{11}`), "LT": shape(`(\d{9}|\d{12})`), "LU": shape(`\d{8}`),
	"LV": shape(`\d{11}`), "MT": shape(`\d{8}`), "NL": shape(`[A-Z0-9+*]{10}\d{2}`), "PL": shape(`\d{10}`), "PT": shape(`\d{9}`), "RO": shape(`\d{2,10}`),
	"SE": shape(`\d{10}01`), "SI": shape(`\d{8}`), "SK": shape(`\d{10}`), "XI": shape(`(\d{9}|\d{12}|GD\d{3}|HA\d{3})`),
	"GB": shape(`(\d{9}|\d{12}|GD\d{3}|HA\d{3})`), "CH": shape(`E\d{9}(MWST|TVA|IVA)?`), "NO": shape(`\d{9}(MVA)?`),
}

func shape(pattern string) *regexp.Regexp { return regexp.MustCompile("^" + pattern + "$") }

// vatKinds are the kinds of numbers outside the Union.
var vatKinds = map[string]string{"GB": "gb_vat", "CH": "ch_uid", "NO": "no_mva"}

// taxID reads the tax number. One of another kind than VAT is taken as it is written.
func (g *given) taxID(country string) []customers.TaxID {
	text := g.get("vat_number")
	kind := strings.ToLower(g.get("tax_id_kind"))
	if text == "" {
		if kind != "" {
			g.blame("vat_number", "is missing: tax_id_kind says that there is one")
		}
		return nil
	}
	value := strings.ToUpper(strings.NewReplacer(" ", "", ".", "", "-", "").Replace(text))
	letters := value[:min(2, len(value))]
	form, vat := vatShapes[letters]
	switch {
	case kind == "" && country == "US" && !vat, kind == "us_ein":
		if len(value) != 9 || strings.Trim(value, "0123456789") != "" {
			g.blame("vat_number", "is not an EIN: nine digits, such as 84-3317742")
			return nil
		}
		return []customers.TaxID{{Kind: "us_ein", Value: value[:2] + "-" + value[2:], Country: "US"}}
	case kind != "" && kind != "eu_vat" && kind != "gb_vat" && kind != "ch_uid" && kind != "no_mva":
		return []customers.TaxID{{Kind: kind, Value: text, Country: country}}
	case !vat:
		g.blame("vat_number", "does not begin with the letters of a country that has VAT numbers, such as DE: write them before it, or say its kind in tax_id_kind")
		return nil
	case !form.MatchString(value[2:]) || letters == "DE" && !germanDigit(value[2:]):
		g.blame("vat_number", "is not a VAT number of %s: compare it with the customer's own invoice", letters)
		return nil
	}
	holder, of := letters, vatKinds[letters]
	switch letters {
	case "EL": // Greece writes EL before its numbers and GR everywhere else
		holder = "GR"
	case "XI": // Northern Ireland
		holder = "GB"
	}
	if of == "" {
		of = "eu_vat"
	}
	if kind != "" && kind != of {
		g.blame("tax_id_kind", "is not the kind of %s, which is %s", text, of)
	}
	return []customers.TaxID{{Kind: of, Value: value, Country: holder}}
}

// germanDigit checks the last digit of a German number (ISO 7064, MOD 11,10): a slip of the pen shows.
func germanDigit(digits string) bool {
	product := 10
	for _, d := range digits[:8] {
		sum := (int(d-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = 2 * sum % 11
	}
	return (11-product)%10 == int(digits[8]-'0')
}
