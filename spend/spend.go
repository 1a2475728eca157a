// Package spend tells what a customer is about to be charged: the running bill of periods that are still open, where
// it will end at the pace so far, and alerts when it passes what somebody wanted to know of.
//
// It owns alert rules, which are append-only versions, and the fact that one fired. It does not own any price: every
// amount is of contracts.Charges and of the decision of the invoice run (invoicing.Decide) on usage as counted so far,
// so that the running bill asked on the day of invoicing is the invoice.
//
// Times: AsOf is the day of asking; usage of that day counts as far as it has arrived. A document's day is the one on
// which the invoice run will issue it. An alert belongs to the period of what it measures, not to the day it fired.
//
// Invariants, each with a test: the running bill on the day of a run comes to the documents of that run, to the cent;
// a forecast is a pure function of daily readings, and says nothing where there is too little to go by; an alert
// fires once per rule, period and threshold, whoever looks and however often.
package spend

import (
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/mail"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
)

// Account is a paying family as of a day, priced: its running bill, forecast and alerts all come of it.
type Account struct {
	World  invoicing.World
	Facts  invoicing.Facts // usage through AsOf, as far as it has arrived
	AsOf   period.Date
	site   mail.Site // that messages link to
	priced map[contracts.ID]priced
}

// priced is what an agreement comes to with the usage so far.
type priced struct {
	pieces []contracts.Piece
	limits []contracts.Limit
}

// Reckon prices every agreement of an account once.
func Reckon(w invoicing.World, f invoicing.Facts, asOf period.Date) (*Account, error) {
	x := &Account{World: w, Facts: f, AsOf: asOf, priced: map[contracts.ID]priced{}}
	for _, a := range f.Agreements {
		pieces, limits, err := contracts.ChargesAndLimits(a, w.Catalog, f.Usage, asOf.AddDays(1))
		if err != nil {
			return nil, err
		}
		x.priced[a.Contract] = priced{pieces, limits}
	}
	return x, nil
}

// Running are the agreements whose term the day of asking lies in.
func (x *Account) running() []contracts.Agreement {
	var out []contracts.Agreement
	for _, a := range x.Facts.Agreements {
		if a.Term().Contains(x.AsOf) {
			out = append(out, a)
		}
	}
	return out
}

// Limit is a cap, balance, credit or commitment of a contract, as far as it has been reached.
type Limit struct {
	Contract contracts.ID
	Number   string
	Payer    customers.ID
	Currency money.Currency
	contracts.Limit
}

// Limits lists what the running agreements run into, in the order of their contracts.
func (x *Account) Limits() []Limit {
	var out []Limit
	for _, a := range x.running() {
		for _, l := range x.priced[a.Contract].limits {
			out = append(out, Limit{a.Contract, a.Number, a.PayerOn(x.AsOf), a.Currency, l})
		}
	}
	return out
}
