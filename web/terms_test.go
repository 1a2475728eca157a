package web

import (
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestTermsReadTheWayPeopleSayThem(t *testing.T) {
	upTo := dec("10000")
	tiers := []catalog.Tier{{UpTo: &upTo, Unit: dec("0.01")}, {Unit: dec("0.005"), Flat: dec("20")}}
	for _, c := range []struct{ got, want []string }{
		{fixedTerms(contracts.Fixed{Quantity: dec("1250"), UnitPrice: dec("40"), Every: "month"}), []string{"1,250 × 40.00 a month, in advance"}},
		{fixedTerms(contracts.Fixed{Quantity: dec("1"), UnitPrice: dec("1e4"), Every: "year", In: contracts.Arrears}), []string{"1 × 10,000.00 a year, in arrears"}},
		{usageTerms(contracts.Usage{Included: dec("1000"), Every: "month", Price: catalog.Price{Model: catalog.PerUnit, Amount: dec("0.0125")}}, "call"),
			[]string{"First 1,000 calls included", "0.0125 per call", "Counted each month, in arrears"}},
		{priceTerms(catalog.Price{Model: catalog.Graduated, Tiers: tiers}, "call"), []string{"Each call at its tier:", "up to 10,000: 0.01", "beyond that: 0.005, and 20.00 once"}},
		{priceTerms(catalog.Price{Model: catalog.Volume, Tiers: tiers}, "GB"), []string{"All GB at the tier reached:", "up to 10,000: 0.01", "beyond that: 0.005, and 20.00 once"}},
		{priceTerms(catalog.Price{Model: catalog.Package, Amount: dec("5.5"), Size: dec("100")}, ""), []string{"5.50 per started package of 100 units"}},
		{commitTerms(contracts.Commit{Amount: dec("45000"), Every: "quarter", Lines: []string{"api", "tokens"}}), []string{"At least 45,000.00 a quarter on api, tokens", "What is not spent is charged at the end"}},
		{prepaidTerms(contracts.Prepaid{Amount: dec("900"), Every: "month", Lines: []string{"api"}, Overage: contracts.Overage{Factor: dec("1.2")}}),
			[]string{"900.00 a month up front", "Covers 900.00 of usage on api", "Above it the list price × 1.2"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("said %q, want %q", c.got, c.want)
		}
	}
}

func TestACellNeverRunsAsAFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "+49 30": "'+49 30", "-2+3": "'-2+3", "\tx": "'\tx", "-1234.50": "-1234.50", "Ærø": "Ærø", "": "",
	} {
		if got := unformula(cell); got != want {
			t.Errorf("%q goes into a file as %q, want %q", cell, got, want)
		}
	}
}

func TestAVersionIsNamedAndFoundAgain(t *testing.T) {
	number, version, ok := contractVersion(access.Subject{Kind: "contract", Key: contractKey("A/v1/2026", 12)})
	if number != "A/v1/2026" || version != "12" || !ok {
		t.Errorf("found contract %q, version %q", number, version)
	}
}

func TestOnlyTheFaultsOwnSentenceIsShown(t *testing.T) {
	inner := fault.New(fault.Conflict, "version 2 is approved already")
	if got := sentence(fault.New(fault.Denied, "month %s is closed", "2026-03")); got != "Month 2026-03 is closed." {
		t.Errorf("shown: %q", got)
	}
	if got := sentence(fmt.Errorf("record contract C-1: %w", inner)); got != "Version 2 is approved already." {
		t.Errorf("shown: %q", got)
	}
}
