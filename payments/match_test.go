package payments

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/internal/money"
)

func TestInvoiceNumbersAreFoundInWhatPayersWrite(t *testing.T) {
	for text, want := range map[string][]string{
		"RUS-2026-000123":                 {"RUS-2026-000123"},
		"inv. rus 2026/000123, thank you": {"RUS-2026-000123"},
		"RUS2026000123":                   {"RUS-2026-000123"},
		"RUS-2026-000123 RUS-2026-000124": {"RUS-2026-000123", "RUS-2026-000124"},
		"RUS-2026-000123,RUS-2026-000123": {"RUS-2026-000123"},
		"RUS-2026-1000123":                {"RUS-2026-1000123"},
		"RUS-2026-000123 2026-03-01":      {"RUS-2026-000123"},
		"March 2026-03-01":                nil,
		"thank you":                       nil,
		"DE89 3704 0044 0532 0130 00":     nil,
		"XRUS-2026-00012":                 nil,
	} {
		if diff := cmp.Diff(want, Mentioned(text)); diff != "" {
			t.Errorf("%q (-should be +is):\n%s", text, diff)
		}
	}
}

func TestCardNumbersAreMaskedAndNothingElse(t *testing.T) {
	for text, want := range map[string]string{
		"4111111111111111":                      "************1111",
		"4111 1111 1111 1111":                   "************1111",
		"paid 4111-1111-1111-1111!":             "paid ************1111!",
		"378282246310005 and 3782 822463 10005": "***********0005 and ***********0005",
		"2026 4111 1111 1111 1111":              "2026 ************1111",
		"4111111111111112":                      "4111111111111112", // the check digit is wrong
		"RUS-2026-000123 2026-03-01":            "RUS-2026-000123 2026-03-01",
		"RUS-2026-000123 2026-000124":           "RUS-2026-000123 2026-000124",
		"DE89370400440532013000":                "DE89370400440532013000",
		"":                                      "",
	} {
		if got := maskCards(text); got != want {
			t.Errorf("%q is stored as %q, should be %q", text, got, want)
		}
	}
}

// Whatever is open, a match stays within the receipt and within each invoice, and
// pays only what the receipt may pay.
func TestAMatchNeverExceedsWhatIsThereOrOpen(t *testing.T) {
	numbers := []string{"RUS-2026-000001", "RUS-2026-000002", "RUS-2026-000003"}
	rapid.Check(t, func(t *rapid.T) {
		r := Receipt{Account: 1, Entity: 1, Payer: 1, Amount: money.Of(rapid.Int64Range(1, 5).Draw(t, "amount"), "USD")}
		for range rapid.IntRange(0, 3).Draw(t, "mentions") {
			r.Reference += " " + rapid.SampledFrom(numbers).Draw(t, "number")
		}
		byNumber := map[string]OpenInvoice{}
		var open []OpenInvoice
		for _, n := range numbers {
			o := OpenInvoice{Number: n, Account: 1, Entity: 1, Payer: 1, Open: money.Of(rapid.Int64Range(-2, 5).Draw(t, "open"), "USD")}
			if rapid.Bool().Draw(t, "foreign") {
				o.Entity = 2
			}
			open, byNumber[n] = append(open, o), o
		}
		left := r.Amount
		for _, part := range Match(r, open) {
			o := byNumber[part.Document]
			left = left.Sub(part.Amount)
			if part.Amount.Sign() <= 0 || part.Amount.Cmp(o.Open) > 0 || o.Entity != r.Entity {
				t.Fatalf("%s of %s is matched, and %s of entity %d is open", part.Amount, part.Document, o.Open, o.Entity)
			}
		}
		if left.Sign() < 0 {
			t.Fatalf("%s more is matched than came in", left.Neg())
		}
	})
}
