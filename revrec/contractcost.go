package revrec

import (
	"fmt"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// CostKind says what was spent on getting a contract.
type CostKind string

// incremental are the kinds whose treatment follows from what they are: what is owed only because the contract was got
// (340-40-25-2), and what is owed whether it is got or not (25-3).
var incremental = map[CostKind]bool{
	"commission": true, "sales_commission": true, "commissions": true, "referral_fee": true, "finder_fee": true, "success_fee": true,
	"legal": false, "travel": false, "proposal": false, "bid": false, "due_diligence": false, "salary": false, "salaries": false,
	"marketing": false, "advertising": false, "overhead": false,
}

// Incremental says whether a cost would not have been incurred without the contract. Invalid: a kind that does not decide it.
func (k CostKind) Incremental() (bool, error) {
	yes, known := incremental[k]
	if !known {
		return false, fault.New(fault.Invalid, "costs of the kind %s may be incremental or not; say which", k)
	}
	return yes, nil
}

// ObtainingCost is what was spent on getting a contract.
type ObtainingCost struct {
	Name        string
	Amount      money.Amount
	Incremental bool // owed only because the contract was got
	Chargeable  bool // to the customer, whether the contract is got or not (25-3)
	Lost        bool // not expected to come back
}

// CapitalizedCosts are costs of getting contracts by what becomes of them.
type CapitalizedCosts struct {
	Capitalized, Expensed money.Amount
	Reasons               []Reason // one for each cost, Code is its name
}

// CapitalizeObtaining decides which costs become an asset (340-40-25-1 to 25-4). Months is how long it would be amortized;
// with the expedient, what takes a year or less is expensed.
func CapitalizeObtaining(costs []ObtainingCost, months int, expedient bool, c money.Currency) CapitalizedCosts {
	out := CapitalizedCosts{Capitalized: money.Zero(c), Expensed: money.Zero(c)}
	for _, x := range costs {
		asset, paragraph, text := true, "340-40-25-1", "It is incremental and expected to come back: an asset."
		switch {
		case x.Chargeable && !x.Lost:
			paragraph, text = "340-40-25-3", "The customer is charged with it whether the contract is got or not: an asset."
		case !x.Incremental:
			asset, paragraph, text = false, "340-40-25-3", "It would have been incurred without the contract: an expense."
		case x.Lost:
			asset, text = false, "It is not expected to come back: an expense."
		case expedient && months > 0 && months <= 12:
			asset, paragraph, text = false, "340-40-25-4", fmt.Sprintf("It would be amortized over %d months, a year or less: an expense.", months)
		}
		out.Reasons = append(out.Reasons, Reason{x.Name, paragraph, text})
		if asset {
			out.Capitalized = out.Capitalized.Add(x.Amount)
		} else {
			out.Expensed = out.Expensed.Add(x.Amount)
		}
	}
	return out
}

// FulfilmentCapitalizes says whether a cost of fulfilling a contract becomes an asset: where no other standard has a rule for
// it, it relates directly to the contract, makes or improves what promises will be met with, and is expected to come back
// (340-40-25-5); costs of what was done already never do (25-8).
func FulfilmentCapitalizes(direct, enhances, recoverable, past bool) bool {
	return direct && enhances && recoverable && !past
}

// AmortizationMonths is over how long an asset is amortized: the term, where a renewal is paid a commission of its own of the
// same measure; else as long as the customer is expected to stay (340-40-35-1).
func AmortizationMonths(term, benefit int, commensurate bool) int {
	if commensurate || benefit < term {
		return term
	}
	return benefit
}

// Impairment is what an asset has to be written off by: its carrying amount above the consideration that is still expected
// less the costs that are still to come (340-40-35-3). Of a customer that left nothing is expected. It is never put back
// (35-6).
func Impairment(carrying, consideration, costs money.Amount) money.Amount {
	left := consideration.Sub(costs)
	if left.Sign() < 0 {
		left = left.Sub(left)
	}
	if carrying.Cmp(left) <= 0 {
		return carrying.Sub(carrying)
	}
	return carrying.Sub(left)
}

// Amortize spreads an asset over its months, and writes off at the end of service what is left when the customer leaves before
// (churned; zero: not). The last portion is then the write-off and is told apart.
func Amortize(asset money.Amount, terms Terms, churned period.Date) (parts []Portion, writtenOff money.Amount, err error) {
	if parts, err = terms.Spread(asset); err != nil {
		return nil, asset.Sub(asset), err
	}
	if churned.IsZero() {
		return parts, asset.Sub(asset), nil
	}
	writtenOff = asset
	parts = Until(parts, churned)
	for _, p := range parts {
		writtenOff = writtenOff.Sub(p.Amount)
	}
	return parts, writtenOff, nil
}
