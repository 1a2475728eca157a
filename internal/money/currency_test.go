package money

import (
	"errors"
	"testing"

	"ratable/internal/fault"
)

func TestMinorUnitsAreThoseOfISO4217(t *testing.T) {
	for c, want := range map[Currency]int{
		"USD": 2, "EUR": 2, "GBP": 2, "CHF": 2, "HUF": 2, "MGA": 2, "MRU": 2,
		"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "XOF": 0, "UYI": 0,
		"KWD": 3, "BHD": 3, "TND": 3, "JOD": 3, "CLF": 4, "UYW": 4,
	} {
		if got := c.Exponent(); got != want {
			t.Errorf("%s has %d decimals, want %d", c, got, want)
		}
	}
	// A code written twice, or in two groups, would silently shorten the map.
	listed := 0
	for _, group := range active {
		listed += (len(group.codes) + 1) / 4
	}
	if len(exponents) != listed {
		t.Errorf("the table lists %d codes but knows %d", listed, len(exponents))
	}
}

func TestACurrencyThatIsNoneIsRefusedWithTheWayOut(t *testing.T) {
	for sent, want := range map[string]string{
		"usd":  `"usd" is not a currency code: write USD`,
		" EUR": `" EUR" is not a currency code: write EUR`,
		"HRK":  `HRK was withdrawn: write EUR`,
		"XAU":  `"XAU" is not a currency: write a code of ISO 4217 with a minor unit, like USD or EUR`,
		"$":    `"$" is not a currency: write a code of ISO 4217 with a minor unit, like USD or EUR`,
		"":     `"" is not a currency: write a code of ISO 4217 with a minor unit, like USD or EUR`,
	} {
		c, err := ParseCurrency(sent)
		if c != "" || !errors.Is(err, fault.Invalid) || err.Error() != want {
			t.Errorf("%q gives %q, %v\nwant %s", sent, c, err, want)
		}
	}
	for old, successor := range withdrawn {
		if _, still := exponents[Currency(old)]; still {
			t.Errorf("%s is both active and withdrawn", old)
		}
		if _, err := ParseCurrency(string(successor)); err != nil {
			t.Errorf("%s is to be replaced by %s, which is unknown", old, successor)
		}
	}
	mustPanic(t, "the exponent of no currency", func() { Currency("").Exponent() })
}
