package formula

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"ratable/internal/money"
)

func TestAFormulaComesToWhatItSays(t *testing.T) {
	for text, want := range map[string]string{
		"1,200.00": "1200.00",
		"round(1,200.00 × 59 ÷ 365) − round(1,200.00 × 31 ÷ 365)": "92.05",
		"2 × (3.50 + 1.50) − −1":                                  "11.00",
		"round(-0.005)":                                           "-0.01",
		"round(0.0049999)":                                        "0.00",
		"10 / 4 * 2":                                              "5.00",
	} {
		got, err := Evaluate(text, "USD")
		if err != nil || got.String() != want {
			t.Errorf("%s comes to %s (%v), want %s", text, got, err, want)
		}
	}
}

func TestWhatIsNoFormulaIsRefusedAndNeverPanics(t *testing.T) {
	for _, text := range []string{"", "1 +", "(1", "1)", "1 ÷ 0", "round 1", "10 ÷ 3", "1,2.3.4", "one", "1 2"} {
		if got, err := Evaluate(text, "USD"); err == nil {
			t.Errorf("%q comes to %s", text, got)
		}
	}
}

func FuzzEvaluate(f *testing.F) {
	f.Add("round(1,200.00 × 59 ÷ 365) − 1")
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = Evaluate(text, "USD") // no text makes it panic or hang
	})
}

func TestRoundingInAFormulaIsThatOfMoney(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]money.Currency{"USD", "JPY", "KWD"}).Draw(t, "currency")
		total := money.Of(rapid.Int64Range(-1e12, 1e12).Draw(t, "total"), c)
		whole := rapid.Int64Range(1, 4000).Draw(t, "whole")
		done := rapid.Int64Range(0, whole).Draw(t, "done")
		text := fmt.Sprintf("round(%s × %d ÷ %d)", total.Display(), done, whole)
		if got, err := Evaluate(text, c); err != nil || got != money.SpreadTo(total, done, whole) {
			t.Fatalf("%s comes to %s (%v), and is booked as %s", text, got, err, money.SpreadTo(total, done, whole))
		}
	})
}
