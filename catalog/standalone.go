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
//
// A price for a region or a segment stands beside the one for everybody; who is judged there is said in the judgment of a
// contract. Method is where the price is from (606-10-32-33, 34): a residual has none of its own.
type Standalone struct {
	Currency string          `yaml:"currency" json:"currency"`
	Every    string          `yaml:"every,omitempty" json:"every,omitempty"`     // what the figures are for: month, quarter, half-year, year; empty: each unit, once
	Region   string          `yaml:"region,omitempty" json:"region,omitempty"`   // of the customer; empty: everybody
	Segment  string          `yaml:"segment,omitempty" json:"segment,omitempty"` // such as "enterprise"; empty: everybody
	Method   Evidence        `yaml:"method,omitempty" json:"method,omitempty"`   // empty: observable
	Price    decimal.Decimal `yaml:"price,omitempty" json:"price,omitzero"`      // observed: what those pay who buy nothing else
	Low      decimal.Decimal `yaml:"low,omitempty" json:"low,omitzero"`
	Mid      decimal.Decimal `yaml:"mid,omitempty" json:"mid,omitzero"`
	High     decimal.Decimal `yaml:"high,omitempty" json:"high,omitzero"`
}

// Evidence is how a stand-alone price was found.
type Evidence string

const (
	Observable Evidence = "observable" // what it is sold for alone (606-10-32-32)
	CostPlus   Evidence = "cost_plus"  // expected cost and a margin, or what the market would pay (32-34(a) and (b))
	Residual   Evidence = "residual"   // highly variable or not established: gets what the others leave (32-34(c))
)

// Figures says whether the entry has any.
func (s Standalone) Figures() bool { return s.Ranged() || !s.Price.IsZero() }

// Ranged says whether the entry has a range.
func (s Standalone) Ranged() bool { return !s.Low.IsZero() || !s.Mid.IsZero() || !s.High.IsZero() }

// Best is the stand-alone price: the observable one, else the middle of the range.
func (s Standalone) Best() decimal.Decimal {
	if s.Price.IsZero() {
		return s.Mid
	}
	return s.Price
}

// StandaloneIn finds what the product sells for alone in a currency, for a period ("month") or each unit (""), to everybody.
func (p Product) StandaloneIn(c money.Currency, every string) (Standalone, bool) {
	return p.StandaloneFor(c, every, "", "")
}

// StandaloneFor finds what it sells for alone to those of a region and segment: the entry that says most of them, else the one
// for everybody. What is left to be a residual has no price.
func (p Product) StandaloneFor(c money.Currency, every, region, segment string) (Standalone, bool) {
	best, found := 0, Standalone{}
	for _, s := range p.Standalone {
		if s.Currency != string(c) || s.Every != every || !s.Figures() || s.Region != "" && s.Region != region || s.Segment != "" && s.Segment != segment {
			continue
		}
		fits := 1
		if s.Region != "" {
			fits += 2
		}
		if s.Segment != "" {
			fits++
		}
		if fits > best {
			best, found = fits, s
		}
	}
	return found, best > 0
}

// IsResidual says whether the library leaves the product what others leave, in a currency.
func (p Product) IsResidual(c money.Currency, every string) bool {
	for _, s := range p.Standalone {
		if s.Currency == string(c) && s.Every == every && s.Method == Residual {
			return true
		}
	}
	return false
}

func validateStandalone(all []Standalone) []fault.Field {
	var found []fault.Field
	for i, s := range all {
		at := fmt.Sprintf("standalone[%d]", i)
		found = append(found, s.validate(at)...)
		for _, earlier := range all[:i] {
			if earlier.Currency == s.Currency && earlier.Every == s.Every && earlier.Region == s.Region && earlier.Segment == s.Segment {
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
	found = append(found, fault.Printable(at+".region", s.Region, 40)...)
	found = append(found, fault.Printable(at+".segment", s.Segment, 40)...)
	switch s.Method {
	case "", Observable, CostPlus, Residual:
	default:
		found = append(found, field(at, "method", fault.Shown(string(s.Method)), "must be observable, cost_plus or residual"))
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
	case s.Method == Residual && !s.Figures():
	case !s.Ranged() && s.Price.IsZero():
		found = append(found, field(at, "price", "", "is missing: give the observable price, a range, or both"))
	case s.Ranged() && s.Low.IsZero():
		found = append(found, field(at, "low", "", "is missing: a range has low, mid and high"))
	case s.Ranged() && (s.Mid.LessThan(s.Low) || s.High.LessThan(s.Mid)):
		found = append(found, field(at, "mid", s.Mid.String(), "must lie between low and high; a range has all three"))
	}
	return found
}
