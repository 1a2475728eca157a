package contracts

import (
	"cmp"
	"slices"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// Spending is how a programme stands: what it gave away so far, what contracts
// hold it to, and what its budget leaves.
type Spending struct {
	Programme
	Given     money.Amount // on charges that could be billed
	Ahead     money.Amount // on charges to come, as far as they are known, and in credits not used up
	Left      money.Amount // of the budget; negative when it is overdrawn
	Contracts []SpendingOn // in the order of their numbers
	Unvalued  []money.Currency
}

// SpendingOn is the part of one contract, in its own currency.
type SpendingOn struct {
	Number   string
	Customer customers.ID
	Given    money.Amount
	Ahead    money.Amount
	Lines    []Given // so far and ahead, by line and month
}

// spend adds what one agreement gives away to the programmes it names.
func (s spendings) add(a Agreement, c *catalog.Catalog, days *usage.Days, asOf period.Date) error {
	pieces, err := Charges(a, c, days, asOf.AddDays(1))
	if err != nil {
		return err
	}
	var due []Piece
	for _, x := range pieces {
		if x.Closed && !asOf.Before(x.BillOn) {
			due = append(due, x)
		}
	}
	all, given := GivenAway(pieces), GivenAway(due)
	for _, code := range codesOf(all, a.promised(pieces, asOf)) {
		on := SpendingOn{Number: a.Number, Customer: a.Customer, Given: sumOf(given, code, a.Currency)}
		on.Ahead = sumOf(all, code, a.Currency).Add(sumOf(a.promised(pieces, asOf), code, a.Currency)).Sub(on.Given)
		for _, g := range all {
			if g.Programme == code {
				on.Lines = append(on.Lines, g)
			}
		}
		if row := s[code]; row != nil {
			row.Contracts = append(row.Contracts, on)
		}
	}
	return nil
}

type spendings map[string]*Spending

// value adds up what contracts say in the currency of the budget, at the rate of
// the day. What has no rate is named and not counted.
func (s *Spending) value(rates *entities.Rates, asOf period.Date) {
	budget := s.Budget.Currency()
	s.Given, s.Ahead = money.Zero(budget), money.Zero(budget)
	for _, on := range s.Contracts {
		given, ahead := on.Given, on.Ahead
		if on.Given.Currency() != budget {
			var errGiven, errAhead error
			given, _, errGiven = rates.Convert(on.Given, budget, asOf)
			ahead, _, errAhead = rates.Convert(on.Ahead, budget, asOf)
			if errGiven != nil || errAhead != nil {
				if !slices.Contains(s.Unvalued, on.Given.Currency()) {
					s.Unvalued = append(s.Unvalued, on.Given.Currency())
				}
				continue
			}
		}
		s.Given, s.Ahead = s.Given.Add(given), s.Ahead.Add(ahead)
	}
	s.Left = s.Budget.Sub(s.Given).Sub(s.Ahead)
	slices.SortFunc(s.Contracts, func(a, b SpendingOn) int { return cmp.Compare(a.Number, b.Number) })
}

func codesOf(lists ...[]Given) []string {
	var out []string
	for _, list := range lists {
		for _, g := range list {
			if !slices.Contains(out, g.Programme) {
				out = append(out, g.Programme)
			}
		}
	}
	return out
}

func sumOf(list []Given, code string, c money.Currency) money.Amount {
	sum := money.Zero(c)
	for _, g := range list {
		if g.Programme == code {
			sum = sum.Add(g.Amount)
		}
	}
	return sum
}
