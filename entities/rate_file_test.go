package entities_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
)

// As the European Central Bank writes them: a line with the day in words, and a line a day since 1999 with N/A where a
// currency had none. Both end lines in a comma.
const (
	ecbDaily = "Date, USD, JPY, PLN, CZK, \n21 November 2025, 1.1520, 180.05, 1.9558, 24.178, \n"
	ecbHist  = "Date,USD,JPY,PLN,CYP,\r\n2025-11-21,1.152,180.05,1.9558,N/A,\r\n2025-11-20,1.1514,181.28,N/A,N/A,\r\n2001-05-04,0.8915,108.32,,0.58,\r\n"
)

func TestTheFilesOfTheEuropeanCentralBankAreRead(t *testing.T) {
	rate := func(on, quote, figure string) string { return on + " EUR/" + quote + " " + figure + " ECB" }
	for what, c := range map[string]struct {
		file    string
		want    []string
		leftOut []string
	}{
		"the day's": {ecbDaily, []string{rate("2025-11-21", "USD", "1.152"), rate("2025-11-21", "JPY", "180.05"), rate("2025-11-21", "PLN", "1.9558"), rate("2025-11-21", "CZK", "24.178")}, nil},
		"all": {ecbHist, []string{rate("2025-11-21", "USD", "1.152"), rate("2025-11-21", "JPY", "180.05"), rate("2025-11-21", "PLN", "1.9558"),
			rate("2025-11-20", "USD", "1.1514"), rate("2025-11-20", "JPY", "181.28"), rate("2001-05-04", "USD", "0.8915"), rate("2001-05-04", "JPY", "108.32")}, []string{"CYP"}},
		"with a mark and no last comma": {"\ufeffDate,USD\n2025-11-21,1.152\n", []string{rate("2025-11-21", "USD", "1.152")}, nil},
	} {
		read, err := entities.ParseECB(strings.NewReader(c.file))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		var got []string
		for _, r := range read.Rates {
			got = append(got, r.On.String()+" "+string(r.Base)+"/"+string(r.Quote)+" "+r.Rate.String()+" "+r.Source)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
		if diff := cmp.Diff(c.leftOut, read.LeftOut); diff != "" {
			t.Errorf("%s leaves out (-want +got):\n%s", what, diff)
		}
	}
}

func TestEachCellOfAFileOfRatesThatCannotBeReadIsNamed(t *testing.T) {
	for what, c := range map[string]struct {
		file string
		want []string
	}{
		"cells": {"Date,USD,JPY\n2025-11-21,1.1.2,180\n2025-11-20,-1,0\n21.11.2025,1,1\n2025-11-21,1,1\n2025-11-19,1,2,3\n2025-11-18,1e3,1.23456789012\n", []string{
			"line 2: USD: is not a rate such as 1.1520, and not N/A (1.1.2)",
			"line 3: USD: must be above zero and below 1,000,000,000,000, with 10 decimals at most (-1)",
			"line 3: JPY: must be above zero and below 1,000,000,000,000, with 10 decimals at most (0)",
			"line 4: Date: is not a day such as 2025-11-21 or 21 November 2025 (21.11.2025)",
			"line 5: Date: stands in line 2 already (2025-11-21)",
			"line 6: column 4: stands below no currency (3)",
			"line 7: USD: is not a rate such as 1.1520, and not N/A (1e3)",
			"line 7: JPY: must be above zero and below 1,000,000,000,000, with 10 decimals at most (1.23456789012)",
		}},
		"another table": {"account,amount\n1,2\n", []string{
			"line 1: Date: should be Date: the first line names the columns, as in eurofxref.csv and eurofxref-hist.csv (account)",
			"line 2: Date: is not a day such as 2025-11-21 or 21 November 2025 (1)"}},
		"columns": {"Date,USD,dollar,USD,EUR\n2025-11-21,1,1,1,1\n", []string{
			"line 1: column 3: is not a currency such as USD (dollar)",
			"line 1: USD: stands twice, or is the euro itself (USD)",
			"line 1: EUR: stands twice, or is the euro itself (EUR)"}},
		"nothing":      {"", []string{"line 1: Date: is missing: the file is empty, where the first line should begin with Date and name the currencies"}},
		"only a head":  {"Date,USD\n", []string{"line 2: Date: is missing: there is no line with rates below the first"}},
		"a lost quote": {"Date,USD\n2025-11-21,\"1\n", []string{`line 2: line: is not CSV: extraneous or missing " in quoted-field`}},
	} {
		_, err := entities.ParseECB(strings.NewReader(c.file))
		var got []string
		for _, f := range fault.Fields(err) {
			got = append(got, f.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

func TestAFileOfRatesIsImportedOnceAndCorrectionsAreKept(t *testing.T) {
	db, ctx := pgtest.New(t), context.Background()
	today := day("2025-11-23")
	counts := func(file string, dry bool) [3]int {
		t.Helper()
		got, err := entities.ImportRates(ctx, db, strings.NewReader(file), dry, today, clerk)
		if err != nil {
			t.Fatal(err)
		}
		return [3]int{got.New, got.Changed, got.Known}
	}
	for _, c := range []struct {
		what string
		file string
		dry  bool
		want [3]int
	}{
		{"a dry run", ecbHist, true, [3]int{7, 0, 0}},
		{"for real", ecbHist, false, [3]int{7, 0, 0}},
		{"again", ecbHist, false, [3]int{0, 0, 7}},
		{"the day's, which holds one more", ecbDaily, false, [3]int{1, 0, 3}},
		{"a correction", strings.ReplaceAll(ecbHist, "1.1514", "1.1541"), false, [3]int{0, 1, 6}},
	} {
		if got := counts(c.file, c.dry); got != c.want {
			t.Errorf("%s: new, changed, known are %v, should be %v", c.what, got, c.want)
		}
	}
	all, err := entities.RatesOfMonth(ctx, db, period.NewMonth(2025, 11), "USD")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, r := range all {
		s := r.On.String() + " " + r.Rate.Rate.String()
		if r.Superseded {
			s += " superseded"
		}
		told = append(told, s)
	}
	if diff := cmp.Diff([]string{"2025-11-21 1.152", "2025-11-20 1.1541", "2025-11-20 1.1514 superseded"}, told); diff != "" {
		t.Errorf("rates of November (-want +got):\n%s", diff)
	}
	if _, err := entities.ImportRates(ctx, db, strings.NewReader(ecbDaily), true, day("2025-11-20"), clerk); len(fault.Fields(err)) != 1 {
		t.Errorf("a rate of tomorrow: %v, should be refused", err)
	}
}

func TestAMonthHasAClosingRateAndAnAverage(t *testing.T) {
	rates := entities.NewRates([]entities.Rate{
		{Base: "EUR", Quote: "USD", On: day("2026-01-30"), Rate: dec("1.0"), Source: "ECB"},
		{Base: "EUR", Quote: "USD", On: day("2026-02-02"), Rate: dec("1.1"), Source: "ECB"},
		{Base: "EUR", Quote: "USD", On: day("2026-02-03"), Rate: dec("1.2"), Source: "ECB"},
		{Base: "EUR", Quote: "USD", On: day("2026-02-27"), Rate: dec("1.6"), Source: "ECB"},
		{Base: "EUR", Quote: "USD", On: day("2026-03-02"), Rate: dec("9"), Source: "ECB"},
	})
	month := period.NewMonth(2026, 2)
	closing, err := rates.Closing("EUR", "USD", month)
	if err != nil || !closing.Rate.Equal(dec("1.6")) || closing.On != day("2026-02-27") {
		t.Errorf("the closing rate is %+v (%v), should be that of Friday the 27th", closing, err)
	}
	average, err := rates.Average("EUR", "USD", month)
	if err != nil || !average.Rate.Equal(dec("1.3")) {
		t.Errorf("the average is %+v (%v), should be 1.3", average, err)
	}
	if _, err := rates.Average("EUR", "CHF", month); err == nil {
		t.Error("a currency nobody quotes has an average")
	}
	if q, err := rates.Average("EUR", "EUR", month); err != nil || !q.Rate.Equal(dec("1")) {
		t.Errorf("the euro to itself: %+v, %v", q, err)
	}
}
