package money

import (
	"fmt"
	"slices"
	"strings"

	"ratable/internal/fault"
)

// Currency is an ISO 4217 alphabetic code, "USD". The zero value is no
// currency.
type Currency string

// The active codes of ISO 4217 (list one, as amended through 2026) by their
// minor units. Codes without a minor unit (gold, special drawing rights, XXX)
// are left out: nothing can be invoiced in them.
var active = [...]struct {
	exponent int
	codes    string
}{
	{0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"},
	{2, "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD " +
		"CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD " +
		"HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL " +
		"MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN " +
		"QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS " +
		"UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG"},
	{3, "BHD IQD JOD KWD LYD OMR TND"},
	{4, "CLF UYW"},
}

// withdrawn names the successor of codes that still turn up in old documents.
var withdrawn = map[string]Currency{
	"ANG": "XCG", "BGN": "EUR", "CUC": "CUP", "EEK": "EUR", "HRK": "EUR", "LTL": "EUR",
	"LVL": "EUR", "MRO": "MRU", "SLL": "SLE", "STD": "STN", "VEF": "VES", "ZWL": "ZWG",
}

// exponents is active turned round.
var exponents = func() map[Currency]int {
	m := map[Currency]int{}
	for _, group := range active {
		for code := range strings.FieldsSeq(group.codes) {
			m[Currency(code)] = group.exponent
		}
	}
	return m
}()

// ParseCurrency reads a code, in capitals as ISO 4217 writes it.
func ParseCurrency(s string) (Currency, error) {
	c := Currency(s)
	if _, ok := exponents[c]; ok {
		return c, nil
	}
	if successor, ok := withdrawn[s]; ok {
		return "", fault.New(fault.Invalid, "%s was withdrawn: write %s", s, successor)
	}
	if upper := Currency(strings.ToUpper(strings.TrimSpace(s))); upper != c {
		if _, ok := exponents[upper]; ok {
			return "", fault.New(fault.Invalid, "%s is not a currency code: write %s", fault.Quote(s), upper)
		}
	}
	return "", fault.New(fault.Invalid, "%s is not a currency: write a code of ISO 4217 with a minor unit, like USD or EUR", fault.Quote(s))
}

// Currencies returns every code that can be billed in, in order.
func Currencies() []Currency {
	all := make([]Currency, 0, len(exponents))
	for c := range exponents {
		all = append(all, c)
	}
	slices.Sort(all)
	return all
}

// Exponent returns the decimals of the minor unit: 2 for USD, 0 for JPY, 3 for
// KWD, 4 for CLF. A code that was not parsed panics.
func (c Currency) Exponent() int {
	exp, ok := exponents[c]
	if !ok {
		panic(fmt.Sprintf("money: %q is not a currency", string(c)))
	}
	return exp
}

// exponentOrZero lets the zero Amount print as "0".
func (c Currency) exponentOrZero() int {
	if c == "" {
		return 0
	}
	return c.Exponent()
}
