package revrec

import (
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"

	"github.com/shopspring/decimal"
)

// LicenseKind is what a license lets the customer do (606-10-55-58 to 55-64).
type LicenseKind string

const (
	RightToAccess LicenseKind = "right_to_access" // intellectual property as it changes over the license: over time
	RightToUse    LicenseKind = "right_to_use"    // as it is when it is granted: at the point in time the customer can begin to use it
)

// License is a license of intellectual property, with what it earns apart from sales.
type License struct {
	Kind    LicenseKind
	Fixed   money.Amount
	Terms   Terms
	Royalty decimal.Decimal // percent of the customer's sales
}

// Sold is what a customer sold under a license in a month.
type Sold struct {
	Month  period.Month
	Amount money.Amount
}

// Earn is the fixed fee by period. Invalid: another kind of license, no term.
func (l License) Earn() ([]Portion, error) {
	parts, err := l.Terms.Spread(l.Fixed)
	if err != nil {
		return nil, err
	}
	switch l.Kind {
	case RightToAccess:
		return parts, nil
	case RightToUse:
		first := parts[0]
		first.Amount = l.Fixed
		return []Portion{first}, nil
	}
	return nil, fault.New(fault.Invalid, "a license is a %s or a %s, not a %q", RightToAccess, RightToUse, l.Kind)
}

// Royalties are earned as the customer sells, or once the license is in force if that is later, and never by an estimate
// (55-65). Each month's is rounded once, as it is asked for. The months are those it is earned in, in order.
func (l License) Royalties(sales ...Sold) []Sold {
	var out []Sold
	first := l.Terms.Service.Days.Start.MonthOf()
	for _, s := range sales {
		royalty := Sold{s.Month, PercentOf(s.Amount, l.Royalty)}
		if royalty.Month.Before(first) {
			royalty.Month = first
		}
		if last := len(out) - 1; last >= 0 && out[last].Month == royalty.Month {
			out[last].Amount = out[last].Amount.Add(royalty.Amount)
			continue
		}
		out = append(out, royalty)
	}
	return out
}
