package revrec

import (
	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
)

// CreditLine is a line of an invoice that a credit is shared over.
type CreditLine struct {
	Name string
	Net  money.Amount
	Tax  decimal.Decimal // rate: 0.10 is 10 %
}

// CreditShare is what a line gets of a credit.
type CreditShare struct {
	Name string
	Net  money.Amount
}

// CreditSplit is a credit with tax in it, taken apart. Net and Tax add up to it, and the shares to Net.
type CreditSplit struct {
	Net, Tax money.Amount
	Shares   []CreditShare
}

// SplitGrossCredit takes a credit that includes tax apart in the proportion of an invoice: the net amount is its share of the
// whole, lines share it by largest remainder, and tax is the rest, so that every part adds up. Invalid: an invoice that comes to
// nothing, a credit of more than it.
func SplitGrossCredit(credit money.Amount, lines []CreditLine) (CreditSplit, error) {
	var net money.Amount
	var gross money.Exact
	weights := make([]decimal.Decimal, len(lines))
	for i, l := range lines {
		net, weights[i] = net.Add(l.Net), l.Net.Decimal()
		gross = gross.Add(l.Net.Exact().Mul(l.Tax.Add(one)))
	}
	if net.IsZero() || gross.IsZero() {
		return CreditSplit{}, fault.New(fault.Invalid, "an invoice that comes to %s has nothing a credit of %s could be shared over", net, credit)
	}
	if credit.Abs().Cmp(amountOf(gross).Abs()) > 0 {
		return CreditSplit{}, fault.New(fault.Invalid, "a credit of %s is more than the %s of its invoice", credit, amountOf(gross))
	}
	// credit x net / gross
	whole := money.SpreadToExact(credit, net.Exact(), gross)
	out := CreditSplit{Net: whole, Tax: credit.Sub(whole)}
	for i, part := range money.AllocateSigned(whole, weights) {
		out.Shares = append(out.Shares, CreditShare{lines[i].Name, part})
	}
	return out, nil
}
