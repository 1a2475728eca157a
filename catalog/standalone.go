package catalog

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Standalone is what a unit of a product sells for on its own, in a currency and for a period. The observable price is the
// best evidence there is (ASC 606-10-32-32). The range is how finance judges whether an agreed price is such a price; its
// middle stands in where nothing was observed (606-10-32-33 leaves the method to judgment).
type Standalone struct {
	Currency string          `yaml:"currency" json:"currency"`
	Every    string          `yaml:"every,omitempty" json:"every,omitempty"` // what the figures are for: month, quarter, half-year, year; empty: each unit, once
	Price    decimal.Decimal `yaml:"price,omitempty" json:"price,omitzero"`  // observed: what those pay who buy nothing else
	Low      decimal.Decimal `yaml:"low,omitempty" json:"low,omitzero"`
	Mid      decimal.Decimal `yaml:"mid,omitempty" json:"mid,omitzero"`
	High     decimal.Decimal `yaml:"high,omitempty" json:"high,omitzero"`
}

// Ranged says whether the entry has a range.
func (s Standalone) Ranged() bool { return !s.Low.IsZero() || !s.Mid.IsZero() || !s.High.IsZero() }

// Best is the stand-alone price: the observable one, else the middle of the range.
func (s Standalone) Best() decimal.Decimal {
	if s.Price.IsZero() {
		return s.Mid
	}
	return s.Price
}

// StandaloneIn finds what the product sells for alone in a currency, for a period ("month") or each unit ("").
func (p Product) StandaloneIn(c money.Currency, every string) (Standalone, bool) {
	for _, s := range p.Standalone {
		if s.Currency == string(c) && s.Every == every {
			return s, true
		}
	}
	return Standalone{}, false
}

func validateStandalone(all []Standalone) []fault.Field {
	var found []fault.Field
	for i, s := range all {
		at := fmt.Sprintf("standalone[%d]", i)
		found = append(found, s.validate(at)...)
		for _, earlier := range all[:i] {
			if earlier.Currency == s.Currency && earlier.Every == s.Every {
				found = append(found, field(at, "currency", fault.Shown(s.Currency), "has an entry for the same period already; keep one"))
				break
			}
		}
	}
	return found
}

func (s Standalone) validate(at string) []fault.Field {
	var found []fault.Field
	if _, err := money.ParseCurrency(s.Currency); err != nil {
		found = append(found, field(at, "currency", fault.Shown(s.Currency), "is not an ISO 4217 currency code such as USD or EUR"))
	}
	if c, err := period.ParseCadence(s.Every); s.Every != "" && (err != nil || c.Months() == 0) {
		found = append(found, field(at, "every", fault.Shown(s.Every), "must be month, quarter, half-year or year, or left out for each unit"))
	}
	absurd := false
	for _, x := range []struct {
		name  string
		value decimal.Decimal
	}{{"price", s.Price}, {"low", s.Low}, {"mid", s.Mid}, {"high", s.High}} {
		bad := figure(at, x.name, x.value)
		found, absurd = append(found, bad...), absurd || len(bad) > 0
	}
	if absurd { // is not compared: its digits may be endless
		return found
	}
	switch {
	case !s.Ranged() && s.Price.IsZero():
		found = append(found, field(at, "price", "", "is missing: give the observable price, a range, or both"))
	case s.Ranged() && s.Low.IsZero():
		found = append(found, field(at, "low", "", "is missing: a range has low, mid and high"))
	case s.Ranged() && (s.Mid.LessThan(s.Low) || s.High.LessThan(s.Mid)):
		found = append(found, field(at, "mid", s.Mid.String(), "must lie between low and high; a range has all three"))
	}
	return found
}
