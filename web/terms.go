package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/period"
	"ratable/web/ui"
)

// This file says the terms of a contract the way one person says them to another.

var cadences = map[string]string{"month": "a month", "quarter": "a quarter", "half-year": "every half year", "year": "a year", "term": "once"}

// each is the same before a noun of counting: "Counted each month".
var each = map[string]string{"month": "each month", "quarter": "each quarter", "half-year": "each half year", "year": "each year", "term": "over the whole term"}

func every(cadence string) string {
	if words, ok := cadences[cadence]; ok {
		return words
	}
	return cadence
}

// digits writes a quantity or unit price with separators and no more decimals than it has: 10,000 or 0.0125.
func digits(d decimal.Decimal) string {
	whole, part, _ := strings.Cut(d.String(), ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "−", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if part == "" {
		return sign + whole
	}
	return sign + whole + "." + part
}

// howMany counts things in words: "1 entry", "12 entries".
func howMany(n int, noun string) string {
	stem, y := strings.CutSuffix(noun, "y")
	switch {
	case n == 1:
		return "1 " + noun
	case y && !strings.HasSuffix(stem, "a"):
		return fmt.Sprintf("%d %sies", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// price is a unit price: money has two decimals at least.
func price(d decimal.Decimal) string {
	if d.Exponent() > -2 {
		whole, _, _ := strings.Cut(digits(d), ".")
		return whole + "." + strings.Split(d.StringFixed(2), ".")[1]
	}
	return digits(d)
}

// fixedTerms reads "25 × 40.00 a month, in advance"; a ramp has a line a step.
func fixedTerms(f contracts.Fixed) []string {
	timing := ", in advance"
	if f.In == contracts.Arrears {
		timing = ", in arrears"
	}
	if len(f.Installments) > 0 {
		return installmentTerms(map[bool]string{true: "for all its days", false: every(f.Every)}[f.Every == "term"], f.Installments)
	}
	if len(f.Ramp) == 0 {
		return []string{digits(f.Quantity) + " × " + price(f.UnitPrice) + " " + every(f.Every) + timing}
	}
	var out []string
	for _, s := range f.Ramp {
		out = append(out, fmt.Sprintf("%s: %s × %s %s%s", ui.SpanText(period.Through(s.From, s.Through)), digits(s.Quantity), price(s.UnitPrice), every(f.Every), timing))
	}
	return out
}

// usageTerms reads "1,000 a month included", then how the rest is priced.
func usageTerms(u contracts.Usage, unit string) []string {
	var out []string
	if u.Included.IsPositive() {
		out = append(out, fmt.Sprintf("First %s %s included", digits(u.Included), units(unit)))
	}
	out = append(append(out, priceTerms(u.Price, unit)...), "Counted "+each[u.Every]+", in arrears")
	if len(u.Where) > 0 {
		var where []string
		for _, dimension := range slices.Sorted(maps.Keys(u.Where)) {
			where = append(where, dimension+" is "+u.Where[dimension])
		}
		out = append(out, "Only where "+strings.Join(where, " and "))
	}
	return out
}

func units(unit string) string {
	if unit == "" {
		return "units"
	}
	if strings.HasSuffix(unit, "s") || strings.ToUpper(unit) == unit { // GB stays GB
		return unit
	}
	return unit + "s"
}

func priceTerms(p catalog.Price, unit string) []string {
	one := unit
	if one == "" {
		one = "unit"
	}
	switch p.Model {
	case catalog.Flat:
		return []string{price(p.Amount) + " whatever is used"}
	case catalog.PerUnit:
		return []string{price(p.Amount) + " per " + one}
	case catalog.Package:
		return []string{fmt.Sprintf("%s per started package of %s %s", price(p.Amount), digits(p.Size), units(unit))}
	}
	switch p.Model {
	case catalog.Percentage:
		return percentageTerms(p, unit)
	case catalog.Matrix:
		return matrixTerms(p, unit)
	}
	head := "Each " + one + " at its tier:"
	if p.Model == catalog.Stairstep {
		head = "One price for the tier reached:"
	}
	if p.Model == catalog.Volume {
		head = "All " + units(unit) + " at the tier reached:"
	}
	out := []string{head}
	for _, t := range p.Tiers {
		text := "beyond that: "
		if t.UpTo != nil {
			text = "up to " + digits(*t.UpTo) + ": "
		}
		if p.Model == catalog.Stairstep {
			out = append(out, text+price(t.Flat))
			continue
		}
		text += price(t.Unit)
		if t.Flat.IsPositive() {
			text += ", and " + price(t.Flat) + " once"
		}
		out = append(out, text)
	}
	if p.FlatAtZero {
		out = append(out, "The first tier's fee is due even when nothing is used")
	}
	return out
}
