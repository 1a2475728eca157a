package revrec

import (
	"context"
	"fmt"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// PriceFinding is a line whose agreed price nothing in the library of stand-alone prices supports.
type PriceFinding struct {
	contracts.PricedLine
	Product    catalog.Product    // by the version of the day the contract began; without a name where it is not sold
	Standalone catalog.Standalone // nothing where the library has none
	Finding    string
}

// Kept says whether the library keeps prices of the product at all: then a line without one is an exception, not a product
// whose price has to be estimated.
func (f PriceFinding) Kept() bool { return len(f.Product.Standalone) > 0 }

// PriceFindings lists fixed and one-time lines of contracts in force on a day that were sold outside the range of the library, or
// that it has no price for (606-10-32-31 to 35).
func PriceFindings(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, on period.Date) ([]PriceFinding, error) {
	lines, err := contracts.PricedLines(ctx, q, entity, currency, on)
	if err != nil {
		return nil, err
	}
	sold, err := catalog.Load(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("hold prices against the library: %w", err)
	}
	var out []PriceFinding
	for _, l := range lines {
		f := PriceFinding{PricedLine: l, Finding: "No stand-alone price"}
		f.Product, _ = sold.Product(l.Product, l.StartsOn)
		if f.Product.IsResidual(currency, l.Every) {
			continue
		}
		if s, listed := f.Product.StandaloneIn(currency, l.Every); listed {
			f.Standalone, f.Finding = s, ""
			switch {
			case s.Ranged() && l.Price.LessThan(s.Low):
				f.Finding = "Below the range"
			case s.Ranged() && l.Price.GreaterThan(s.High):
				f.Finding = "Above the range"
			}
		}
		if f.Finding != "" {
			out = append(out, f)
		}
	}
	return out, nil
}
