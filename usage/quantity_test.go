package usage

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestAQuantityIsReadExactly(t *testing.T) {
	for given, want := range map[string]string{
		"0": "0", "-0": "0", "0e99": "0", "00012": "12", "12.50": "12.5", "1e3": "1000", "1e-7": "0.0000001",
		"0.000000000001":                  "0.000000000001",
		"999999999999999999":              "999999999999999999",
		"999999999999999999.999999999999": "999999999999999999.999999999999",
		"1.000000000000000000000":         "1", "1E+2": "100",
		"0.00000000000000000001e8": "0.000000000001",
	} {
		got, err := ParseQuantity(given)
		if err != nil || got.String() != want {
			t.Errorf("%s reads as %s (%v), not %s", given, got, err, want)
		}
	}
}

func TestWhatIsNotAQuantityIsRefusedWithTheReason(t *testing.T) {
	for given, want := range map[string]error{
		"": errNotDecimal, "abc": errNotDecimal, "NaN": errNotDecimal, "Infinity": errNotDecimal, "+5": errNotDecimal,
		".5": errNotDecimal, "5.": errNotDecimal, "1e": errNotDecimal, "1e+": errNotDecimal, "0x10": errNotDecimal,
		"1_000": errNotDecimal, " 1": errNotDecimal, "１２": errNotDecimal, "١": errNotDecimal, "1\x00": errNotDecimal, "--1": errNotDecimal,
		"1,5": errComma, "1,000.00": errComma, "1.5,0": errComma,
		"-1": errNegative, "-0.000000000001": errNegative,
		"1e309": errTooLarge, "1e18": errTooLarge, "1e99999999999999999999": errTooLarge, "1000000000000000000": errTooLarge,
		"1e-13": errTooFine, "0.0000000000001": errTooFine, "1e-99999999999999999999": errTooFine,
	} {
		if got, err := ParseQuantity(given); err != want {
			t.Errorf("%q reads as %s with error %v; it should be refused: %v", given, got, err, want)
		}
	}
}

// One value has one spelling, whichever way it was written and built.
func TestEqualQuantitiesAreTheSameContent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coefficient := rapid.Int64Range(0, 1e12).Draw(t, "coefficient")
		exponent := rapid.Int32Range(-12, 5).Draw(t, "exponent")
		zeros := rapid.Int32Range(0, 30).Draw(t, "zeros")
		q := decimal.New(coefficient, exponent)
		longer := decimal.NewFromBigInt(q.Coefficient(), exponent).Mul(decimal.New(1, zeros)).Mul(decimal.New(1, 0))
		padded := decimal.NewFromBigInt(longer.Shift(-zeros).Coefficient(), longer.Shift(-zeros).Exponent())
		parsed, err := ParseQuantity(q.StringFixed(12))
		if err != nil {
			t.Fatal(err)
		}
		want := string(appendQuantity(nil, q))
		for _, other := range []decimal.Decimal{padded, parsed, q.Add(decimal.New(0, -25))} {
			if got := string(appendQuantity(nil, other)); got != want {
				t.Fatalf("%s is spelled %s once and %s once", q, want, got)
			}
		}
	})
}

func FuzzParseQuantity(f *testing.F) {
	for _, s := range []string{"1", "-0", "1e309", "NaN", "1,5", "１２", "0.5e-3", "999999999999999999.999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseQuantity(s)
		if err != nil {
			return
		}
		if err := quantityProblem(got); err != nil {
			t.Fatalf("%q was read as %s, which Check refuses: %v", s, got, err)
		}
		if got.IsZero() {
			// shopspring refuses 0e10001, which is zero all the same.
			s, _, _ = strings.Cut(strings.ToLower(s), "e")
		}
		want, err := decimal.NewFromString(s)
		if err != nil || !want.Equal(got) {
			t.Fatalf("%q was read as %s; shopspring says %s (%v)", s, got, want, err)
		}
	})
}
