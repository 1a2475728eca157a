package money

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestAnAmountPrintsWithTheDecimalsOfItsCurrency(t *testing.T) {
	for _, c := range []struct {
		amount        Amount
		text, display string
	}{
		{Of(123450, "USD"), "1234.50", "1,234.50"},
		{Of(-5, "USD"), "-0.05", "-0.05"},
		{Of(-123456789, "EUR"), "-1234567.89", "-1,234,567.89"},
		{Of(100000, "EUR"), "1000.00", "1,000.00"},
		{Of(-99999, "EUR"), "-999.99", "-999.99"},
		{Of(1234567, "JPY"), "1234567", "1,234,567"},
		{Of(-123456, "JPY"), "-123456", "-123,456"},
		{Of(1234567, "KWD"), "1234.567", "1,234.567"},
		{Of(7, "CLF"), "0.0007", "0.0007"},
		{Zero("USD"), "0.00", "0.00"},
		{Amount{}, "0", "0"},
		{Of(math.MaxInt64, "USD"), "92233720368547758.07", "92,233,720,368,547,758.07"},
	} {
		if got := c.amount.String(); got != c.text {
			t.Errorf("%d %s prints as %q, want %q", c.amount.Minor(), c.amount.Currency(), got, c.text)
		}
		if got := c.amount.Display(); got != c.display {
			t.Errorf("%d %s is displayed as %q, want %q", c.amount.Minor(), c.amount.Currency(), got, c.display)
		}
	}
}

func TestAnAmountReadsBackAsItPrints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyAmount(t)
		back, err := ParseAmount(a.String(), a.Currency())
		if err != nil || back != a {
			t.Fatalf("%s %s reads back as %s, %v", a, a.Currency(), back, err)
		}
		if d := a.Decimal(); Round(Price(d, a.Currency()), Down) != a {
			t.Fatalf("%s as a decimal is %s", a, d)
		}
	})
}

func TestTheZeroAmountAddsToAnything(t *testing.T) {
	five := Of(500, "USD")
	if got := (Amount{}).Add(five); got != five {
		t.Errorf("nothing + 5.00 USD = %v", got)
	}
	if got := five.Sub(Amount{}); got != five {
		t.Errorf("5.00 USD - nothing = %v", got)
	}
	if got := Sum(); got != (Amount{}) {
		t.Errorf("the sum of nothing is %v", got)
	}
	if got := Sum(five, five.Neg()); got != Zero("USD") {
		t.Errorf("5.00 - 5.00 USD = %v", got)
	}
	if five.Neg().Abs() != five || five.Neg().Sign() != -1 || five.Cmp(Amount{}) != 1 {
		t.Errorf("signs of %v are wrong", five)
	}
}

func TestMixingCurrenciesOrLeavingTheRangePanics(t *testing.T) {
	usd, eur := Of(1, "USD"), Of(1, "EUR")
	most := Of(math.MaxInt64, "USD")
	mustPanic(t, "USD + EUR", func() { usd.Add(eur) })
	mustPanic(t, "zero USD + zero EUR", func() { Zero("USD").Add(Zero("EUR")) })
	mustPanic(t, "USD < EUR", func() { usd.Cmp(eur) })
	mustPanic(t, "exact USD + EUR", func() { usd.Exact().Add(eur.Exact()) })
	mustPanic(t, "the largest amount + 1", func() { most.Add(usd) })
	mustPanic(t, "the smallest amount - 1", func() { most.Neg().Sub(usd) })
	mustPanic(t, "an amount without a negative", func() { Of(math.MinInt64, "USD") })
	mustPanic(t, "money of no currency", func() { Of(1, "") })
	mustPanic(t, "booking twice the largest amount", func() { Round(most.Exact().MulRatio(2, 1), Down) })
}

func TestMoneyInJSONKeepsItsCurrency(t *testing.T) {
	for _, want := range []Amount{Of(123450, "USD"), Of(-5, "EUR"), Of(1235, "JPY"), Zero("KWD"), {}} {
		text, err := json.Marshal(map[string]Amount{"due": want})
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]Amount
		if err := json.Unmarshal(text, &got); err != nil || got["due"] != want {
			t.Errorf("%s %s is written as %s and read as %v (%v)", want, want.Currency(), text, got["due"], err)
		}
	}
	for _, text := range []string{`"1234.50"`, `"1,5 USD"`, `"1.234 USD"`, `"1 XYZ"`, `12`} {
		var got Amount
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is read as %s", text, got)
		}
	}
	if text, err := json.Marshal(Of(500, "USD").Exact()); err == nil {
		t.Errorf("an exact amount, which cannot be booked, is written as %s", text)
	}
}
