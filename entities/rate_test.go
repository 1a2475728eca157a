package entities_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
)

// published are euro reference rates as the ECB writes them, and one pair a bank quoted directly.
var published = []entities.Rate{
	{Base: "EUR", Quote: "USD", On: day("2026-03-02"), Rate: dec("1.0800"), Source: "ECB"},
	{Base: "EUR", Quote: "USD", On: day("2026-03-03"), Rate: dec("1.1000"), Source: "ECB"},
	{Base: "EUR", Quote: "GBP", On: day("2026-03-02"), Rate: dec("0.8800"), Source: "ECB"},
	{Base: "EUR", Quote: "JPY", On: day("2026-03-03"), Rate: dec("160.50"), Source: "ECB"},
	{Base: "USD", Quote: "CHF", On: day("2026-03-03"), Rate: dec("0.9000"), Source: "bank"},
	{Base: "EUR", Quote: "CHF", On: day("2026-03-03"), Rate: dec("0.9500"), Source: "ECB"},
}

func TestAnAmountConvertsAtTheLastRatePublished(t *testing.T) {
	rates := entities.NewRates(published)
	for _, c := range []struct {
		what   string
		amount money.Amount
		to     money.Currency
		on     string
		want   money.Amount
		quoted string
		source string
	}{
		{"as published", money.Of(10000, "EUR"), "USD", "2026-03-03", money.Of(11000, "USD"), "2026-03-03", "ECB"},
		{"the day before has its own rate", money.Of(10000, "EUR"), "USD", "2026-03-02", money.Of(10800, "USD"), "2026-03-02", "ECB"},
		{"a week later the last rate still holds", money.Of(10000, "EUR"), "USD", "2026-03-10", money.Of(11000, "USD"), "2026-03-03", "ECB"},
		{"the inverse", money.Of(11000, "USD"), "EUR", "2026-03-03", money.Of(10000, "EUR"), "2026-03-03", "ECB"},
		// 100.00 x 0.88 / 1.10; the older of the two days is the quote's.
		{"across the euro", money.Of(10000, "USD"), "GBP", "2026-03-03", money.Of(8000, "GBP"), "2026-03-02", "ECB 2026-03-03, ECB 2026-03-02 across EUR"},
		// 100.00 x 160.50 / 1.10 = 14590.909... yen, which has no minor unit.
		{"across the euro into yen", money.Of(10000, "USD"), "JPY", "2026-03-03", money.Of(14591, "JPY"), "2026-03-03", "ECB 2026-03-03, ECB 2026-03-03 across EUR"},
		{"a direct quote is preferred to the euro", money.Of(10000, "USD"), "CHF", "2026-03-03", money.Of(9000, "CHF"), "2026-03-03", "bank"},
		{"a negative amount, half away from zero", money.Of(-1005, "CHF"), "USD", "2026-03-03", money.Of(-1117, "USD"), "2026-03-03", "bank"},
		{"the same currency needs no rate", money.Of(123, "NOK"), "NOK", "1999-01-01", money.Of(123, "NOK"), "1999-01-01", "same currency"},
	} {
		got, quote, err := rates.Convert(c.amount, c.to, day(c.on))
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		if got != c.want || quote.On != day(c.quoted) || quote.Source != c.source {
			t.Errorf("%s: %s %s become %s %s by %+v, should be %s by %s of %s", c.what, c.amount, c.amount.Currency(), got, got.Currency(), quote, c.want, c.source, c.quoted)
		}
	}
}

func TestAMissingRateNamesPairAndDay(t *testing.T) {
	rates := entities.NewRates(published)
	for what, c := range map[string]struct {
		from, to money.Currency
		on       string
	}{
		"a currency nobody quotes":            {"USD", "AUD", "2026-03-03"},
		"a rate of the future":                {"EUR", "USD", "2026-03-01"},
		"a rate of eight days ago":            {"EUR", "USD", "2026-03-11"},
		"half of a pair across the euro gone": {"USD", "GBP", "2026-03-10"},
	} {
		_, _, err := rates.Convert(money.Of(100, c.from), c.to, day(c.on))
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: %v, should be not found", what, err)
			continue
		}
		for _, part := range []string{string(c.from), string(c.to), c.on} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not name %s", what, err, part)
			}
		}
	}
}

// A person with the printed quote and a calculator gets the converted amount.
func TestAConversionIsTheAmountTimesThePrintedRate(t *testing.T) {
	rates := entities.NewRates(published)
	rapid.Check(t, func(t *rapid.T) {
		currencies := []money.Currency{"EUR", "USD", "GBP", "JPY", "CHF"}
		from, to := rapid.SampledFrom(currencies).Draw(t, "from"), rapid.SampledFrom(currencies).Draw(t, "to")
		amount := money.Of(rapid.Int64Range(-1e12, 1e12).Draw(t, "minor"), from)
		got, quote, err := rates.Convert(amount, to, day("2026-03-04"))
		if err != nil {
			t.Fatal(err)
		}
		want := amount.Decimal().Mul(quote.Rate).Round(int32(to.Exponent()))
		if !got.Decimal().Equal(want) || got.Currency() != to {
			t.Fatalf("%s %s x %s = %s %s, should be %s", amount, from, quote.Rate, got, got.Currency(), want)
		}
	})
}

func TestTheLastRateRecordedForADayHolds(t *testing.T) {
	db := pgtest.New(t)
	record := func(rates ...entities.Rate) {
		t.Helper()
		inTx(t, db, func(ctx context.Context, tx pgx.Tx) error { return entities.RecordRates(ctx, tx, rates, clerk) })
	}
	record(published...)
	record(published...) // the feed is read twice
	corrected := published[1]
	corrected.Rate = dec("1.2")
	record(corrected)
	record(entities.Rate{Base: "EUR", Quote: "USD", On: day("2026-03-09"), Rate: dec("2"), Source: "ECB"})

	loaded, err := entities.LoadRates(context.Background(), db, day("2026-03-08"))
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]int64{"2026-03-02": 10800, "2026-03-03": 12000, "2026-03-09": 12000} {
		if got, _, err := loaded.Convert(money.Of(10000, "EUR"), "USD", day(on)); err != nil || got.Minor() != want {
			t.Errorf("on %s 100.00 EUR become %s (%v), should be %d cents", on, got, err, want)
		}
	}
	if loaded, err = entities.LoadRates(context.Background(), db, day("2026-03-12")); err != nil {
		t.Fatal(err)
	}
	if got, _, err := loaded.Convert(money.Of(10000, "EUR"), "USD", day("2026-03-12")); err != nil || got.Minor() != 20000 {
		t.Errorf("on 12 March 100.00 EUR become %s (%v), the rate of the 9th is carried forward", got, err)
	}
	if _, _, err := loaded.Convert(money.Of(10000, "EUR"), "USD", day("2026-03-03")); err == nil {
		t.Error("the rates of 12 March came with those of nine days before, which do not count")
	}
	var rows int
	if err := db.QueryRow(context.Background(), `select count(*) from entities.fx_rates`).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	if want := len(published) + 2; rows != want {
		t.Errorf("%d rates stand recorded, should be %d: each once, and the correction beside what it corrects", rows, want)
	}
}

func TestABadRateIsRefusedAtItsField(t *testing.T) {
	db := pgtest.New(t)
	good := published[0]
	for what, c := range map[string]struct {
		spoil func(*entities.Rate)
		want  string
	}{
		"unknown currency":     {func(r *entities.Rate) { r.Base = "XYZ" }, "rates[1].base"},
		"a currency to itself": {func(r *entities.Rate) { r.Quote = "EUR" }, "rates[1].quote"},
		"no day":               {func(r *entities.Rate) { r.On = period.Date{} }, "rates[1].on"},
		"zero":                 {func(r *entities.Rate) { r.Rate = dec("0") }, "rates[1].rate"},
		"too precise":          {func(r *entities.Rate) { r.Rate = dec("1.00000000001") }, "rates[1].rate"},
		"no source":            {func(r *entities.Rate) { r.Source = "" }, "rates[1].source"},
	} {
		bad := good
		c.spoil(&bad)
		err := attempt(db, func(ctx context.Context, tx pgx.Tx) error {
			return entities.RecordRates(ctx, tx, []entities.Rate{good, bad}, clerk)
		})
		if got := paths(err); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: refused at %v (%v), should be at %s", what, got, err, c.want)
		}
	}
}
