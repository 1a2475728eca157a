package money

import (
	"errors"
	"strings"
	"testing"

	"ratable/internal/fault"
)

func TestAnAmountThatCouldBeMeantInTwoWaysIsRefusedWithTheWayOut(t *testing.T) {
	const point = "write the decimal point as a point and leave out thousands separators, like 1234.50"
	const keyboard = "write the digits 0 to 9, a point and a minus as on a keyboard"
	const out = "write all digits out, like 1500 for 1.5e3, and nothing else"
	for _, c := range []struct {
		sent     string
		currency Currency
		want     string
	}{
		{"", "USD", `"" is not a plain number: write digits, like 1234.50`},
		{"NaN", "USD", `"NaN" is not a plain number: ` + out},
		{"1e309", "USD", `"1e309" is not a plain number: ` + out},
		{"0x10", "USD", `"0x10" is not a plain number: ` + out},
		{"$5", "USD", `"$5" is not a plain number: ` + out},
		{"1,5", "EUR", `"1,5" is not a plain number: ` + point},
		{"1,234.50", "USD", `"1,234.50" is not a plain number: ` + point},
		{"１２", "JPY", `"１２" is not a plain number: ` + keyboard},
		{"−5", "EUR", `"−5" is not a plain number: ` + keyboard},
		{"1 000", "EUR", `"1 000" is not a plain number: leave out the spaces`},
		{"5\n", "EUR", `"5\n" is not a plain number: leave out the spaces`},
		{"+5", "EUR", `"+5" is not a plain number: leave out the plus sign`},
		{"1.2.3", "EUR", `"1.2.3" is not a plain number: write only one point, before the decimals`},
		{".5", "EUR", `".5" is not a plain number: write digits on both sides of the point, like 0.50`},
		{"5.", "EUR", `"5." is not a plain number: write digits on both sides of the point, like 0.50`},
		{"-", "EUR", `"-" is not a plain number: write digits on both sides of the point, like 0.50`},
		{"1.005", "USD", `"1.005" has 3 decimals, but USD has 2: round it first, and write no thousands separators`},
		{"1.0", "JPY", `"1.0" has 1 decimals, but JPY has 0: round it first, and write no thousands separators`},
		{"1.23456", "CLF", `"1.23456" has 5 decimals, but CLF has 4: round it first, and write no thousands separators`},
		{"92233720368547758.08", "USD", `"92233720368547758.08" is more USD than can be booked: write it in several amounts`},
		{strings.Repeat("9", 41), "USD", `"` + strings.Repeat("9", 40) + `..." is too long: write at most 40 digits`},
	} {
		a, err := ParseAmount(c.sent, c.currency)
		if a != (Amount{}) || !errors.Is(err, fault.Invalid) || err.Error() != c.want {
			t.Errorf("%q gives %v, %v\nwant %s", c.sent, a, err, c.want)
		}
	}
}

func TestAnAmountIsReadToTheMinorUnit(t *testing.T) {
	for _, c := range []struct {
		sent     string
		currency Currency
		minor    int64
	}{
		{"1234.50", "USD", 123450}, {"1234.5", "USD", 123450}, {"1234", "USD", 123400},
		{"-0.05", "USD", -5}, {"-0", "USD", 0}, {"007", "JPY", 7}, {"1.234", "KWD", 1234}, {"0.0001", "CLF", 1},
		{"92233720368547758.07", "USD", 1<<63 - 1}, {"-92233720368547758.07", "USD", -(1<<63 - 1)},
	} {
		a, err := ParseAmount(c.sent, c.currency)
		if err != nil || a != Of(c.minor, c.currency) {
			t.Errorf("%q is read as %v, %v, want %d minor units", c.sent, a, err, c.minor)
		}
	}
}

// What is read means what it says: it prints as the same number, or is refused
// with a sentence.
func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"1234.50", "-0.05", "NaN", "1e309", "1,5", "１", " 1", "1.005", "0x1p-2", "9999999999999999999999", "\xff", "1e-2000000000"} {
		for _, c := range []string{"USD", "JPY", "CLF"} {
			f.Add(s, c)
		}
	}
	f.Fuzz(func(t *testing.T, s, code string) {
		c, err := ParseCurrency(code)
		if err != nil {
			return
		}
		a, err := ParseAmount(s, c)
		if err != nil {
			if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), ": ") {
				t.Fatalf("%q is refused without a way out: %v", s, err)
			}
			return
		}
		if !a.Decimal().Equal(dec(s)) {
			t.Fatalf("%q %s is read as %s", s, c, a)
		}
		if back, err := ParseAmount(a.String(), c); err != nil || back != a {
			t.Fatalf("%q is read as %s, which reads back as %v, %v", s, a, back, err)
		}
	})
}
