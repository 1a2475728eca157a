package revrec

import (
	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/ledger"
)

// PricedAt is a change told by the new price of everything.
func (m Modified) PricedAt(total money.Amount) Modified {
	m.Added = total.Sub(m.Price)
	return m
}

// Stands is what is recognized once the change is booked.
func (p Replan) Stands() money.Amount { return p.Recognized.Add(p.Adjustment) }

// Stands is what is recognized once the change is booked.
func (p UnitPlan) Stands() money.Amount { return p.Recognized.Add(p.Adjustment) }

// AddedAt is a change that adds units at a price each.
func (u UnitChange) AddedAt(each decimal.Decimal) UnitChange {
	u.AddedPrice = each.Mul(u.AddedUnits)
	return u
}

// All are the units of the contract as changed.
func (u UnitChange) All() decimal.Decimal { return u.Units.Add(u.AddedUnits) }

// Yearly is a year of a changed service that is billed once a year, in advance.
type Yearly struct {
	Billed, Earned money.Amount
	Liability      money.Amount // at the end of the year
}

// ByYear are the years from the change on, where units are years: what was left is billed at its price, what is added in even
// parts of its price, and all of it is earned evenly. The adjustment falls in the first.
func (u UnitChange) ByYear(p UnitPlan) ([]Yearly, error) {
	left, added := u.Units.Sub(u.Delivered), u.AddedUnits
	if !left.IsInteger() || !added.IsInteger() || left.Sign() < 0 || added.Sign() < 0 {
		return nil, fault.New(fault.Invalid, "%s years are left and %s added; both are whole", left, added)
	}
	price := u.UnitPrice
	if u.LeftPrice != nil {
		price = *u.LeftPrice
	}
	var bills []money.Amount
	for range left.IntPart() {
		bills = append(bills, amountOf(money.Price(price, u.Currency)))
	}
	if n := int(added.IntPart()); n > 0 {
		bills = append(bills, money.Spread(amountOf(money.Price(u.AddedPrice, u.Currency)), evenly(n, 1))...)
	}
	each := make([]decimal.Decimal, len(bills))
	for i := range each {
		each[i] = one
	}
	out := make([]Yearly, len(bills))
	var at ledger.Position
	for i, earned := range ByUnits(p.Remaining, p.Units, each...) {
		if i == 0 {
			earned = earned.Add(p.Adjustment)
		}
		at = at.After(bills[i], earned)
		out[i] = Yearly{bills[i], earned, at.Deferred}
	}
	return out, nil
}

// Project is one promise that is earned cost to cost.
type Project struct {
	Price              money.Amount
	Incurred, Expected money.Exact
}

// Rebuilt is a project whose price and costs changed: what stood, the catch-up, what stands and what remains.
type Rebuilt struct{ Before, CatchUp, After, Remaining money.Amount }

// Change changes the price and the costs expected of a project (606-10-25-13(b)). Invalid: as for CatchUpTo.
func (p Project) Change(price money.Amount, more money.Exact) (Rebuilt, error) {
	before, _, err := CatchUpTo(p.Price.Sub(p.Price), p.Price, p.Incurred, p.Expected)
	if err != nil {
		return Rebuilt{}, err
	}
	catchUp, remaining, err := CatchUpTo(before, price, p.Incurred, p.Expected.Add(more))
	return Rebuilt{before, catchUp, before.Add(catchUp), remaining}, err
}

// TotalInterest is the interest of all periods.
func TotalInterest(list []Interest, zero money.Amount) money.Amount {
	for _, l := range list {
		zero = zero.Add(l.Interest)
	}
	return zero
}

// Reduced is a sale less its part of what is paid to the customer.
type Reduced struct{ Revenue, Reduction money.Amount }

// ReducedSales are the sales of SpreadPayable and what is left of them (606-10-32-25).
func ReducedSales(payment, committed money.Amount, sales ...money.Amount) []Reduced {
	out := make([]Reduced, len(sales))
	for i, reduction := range SpreadPayable(payment, committed, sales...) {
		out[i] = Reduced{sales[i].Sub(reduction), reduction}
	}
	return out
}
