package ledger

import (
	"fmt"
	"slices"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// measure says at which rate a foreign amount on an account stands in the currency of its entity (ASC 830-10-45,
// 830-20-35; IAS 21.21-28; IFRIC 22).
type measure int

const (
	// atSpot is the rate of the day it is booked on, for good: income and expense, equity, and what this ledger does not
	// follow to its end (cash, which the bank account's own books carry, and what is owed to tax offices).
	atSpot measure = iota
	// monetary goes in at the rate of the day, stands at the closing rate at each month's end, and goes out at what it
	// stands at.
	monetary
	// historic goes in at the rate of the day and comes out at that rate, first in first out: advances are not monetary.
	historic
)

var measures = map[Account]measure{
	PendingCash: monetary, AccountsReceivable: monetary, ContraAR: monetary, DisputesReceivable: monetary, UnbilledReceivable: monetary,
	ContractAsset: monetary, IntercompanyReceivable: monetary, RefundLiability: monetary, CustomerBalance: monetary,
	ExternalCustomerBalance: monetary, CommissionPayable: monetary, PayableToPrincipal: monetary, PayableToSupplier: monetary,
	IntercompanyPayable: monetary,
	DeferredRevenue:     historic, ContractLiability: historic, AdjustmentLiability: historic, FinancingLiability: historic,
	CapitalizedCommission: historic, CapitalizedFulfilment: historic, RightToRecoverGoods: historic, Inventory: historic,
}

// Item is what carries a rate of its own: a document's receivable, a customer's balance, a contract line's deferred
// revenue. The fields that do not tell items of an account apart are empty.
type Item struct {
	Entity   entities.ID
	Currency money.Currency
	Account  Account
	Customer customers.ID
	LineKey
	Document string
}

// itemOf is the item that a posting moves.
func itemOf(e Entry, p Posting) Item {
	i := Item{Entity: e.Entity, Currency: e.Currency, Account: p.Account}
	switch p.Account {
	case CustomerBalance, ExternalCustomerBalance, CommissionPayable, PayableToPrincipal, PayableToSupplier:
		i.Customer = p.Customer
	case AccountsReceivable, ContraAR, DisputesReceivable, PendingCash, IntercompanyReceivable, IntercompanyPayable:
		i.Document = p.Document
	default:
		i.LineKey = LineKey{p.Contract, p.Line}
	}
	return i
}

// Converter gives entries in memory their functional amounts in the order they are appended; Append does the same with
// what the database holds.
type Converter struct {
	home     func(entities.ID) money.Currency
	rates    *entities.Rates
	carrying map[customers.AccountID]*Carrying
}

// NewConverter begins with books in which nothing is booked.
func NewConverter(directory *entities.Directory, rates *entities.Rates) *Converter {
	return newConverter(func(id entities.ID) money.Currency { e, _ := directory.ByID(id); return e.Currency }, rates)
}

func newConverter(home func(entities.ID) money.Currency, rates *entities.Rates) *Converter {
	return &Converter{home: home, rates: rates, carrying: map[customers.AccountID]*Carrying{}}
}

// Convert returns the entry with the functional amount of each posting, the gains and losses on exchange that it brings,
// and the rate of its day. An entry in the entity's own currency stays as it is, with functional amounts equal to its
// amounts. A rate that is needed and not there is fault.Invalid.
func (c *Converter) Convert(e Entry) (Entry, error) {
	home := c.home(e.Entity)
	if home == e.Currency || home == "" {
		return e.atPar(), nil
	}
	quote, err := c.rates.Quote(e.Currency, home, e.BookedOn)
	if err != nil {
		quote = entities.Quote{} // income out of an advance needs none
	}
	out, ok := c.Of(e.Account).Convert(e, home, quote)
	if !ok {
		return Entry{}, fmt.Errorf("book %s: %w", e.Source, missingRate(e.Currency, home, e.BookedOn))
	}
	return out, nil
}

// missingRate says what to do about it.
func missingRate(from, to money.Currency, on period.Date) error {
	return fault.New(fault.Invalid, "there is no exchange rate from %s to %s of %s or the %d days before: get the rates of the European Central Bank and read them with `ratable import rates FILE`, or in Settings, Exchange rates",
		from, to, on, entities.MaxAge)
}

// Of is what an account carries in foreign currencies.
func (c *Converter) Of(account customers.AccountID) *Carrying {
	if c.carrying[account] == nil {
		c.carrying[account] = NewCarrying()
	}
	return c.carrying[account]
}

// atPar is an entry in the entity's own currency.
func (e Entry) atPar() Entry {
	e.Postings = slices.Clone(e.Postings)
	for i := range e.Postings {
		e.Postings[i].Functional = e.Postings[i].Amount
	}
	return e
}

// Convert is Converter.Convert for an account in a foreign currency at a rate. A posting that comes with a functional
// amount (an opening balance, a manual journal) keeps it, but for what it takes from items that stand at rates of their
// own. The carrying amounts move on.
//
// In this order: what lowers an item goes out at what the item stands at; income that an advance is turned into, and an
// advance that is moved within its contract, go at the rate of the advance; everything else is at the rate of the day,
// split so that it adds up; and what is missing to the balance is a gain or loss on exchange, by item. Without a rate it
// is not ok where one is needed, and nothing moves.
func (c *Carrying) Convert(e Entry, home money.Currency, quote entities.Quote) (converted Entry, ok bool) {
	e.Rate, e.RateOn = quote.Rate, quote.On
	e.Postings = slices.Clone(e.Postings)
	v := converting{entry: &e, home: home, rate: quote.Rate, at: c.of(e.Book), parts: make([]part, len(e.Postings))}
	v.release()
	v.follow()
	if quote.Rate.IsZero() && v.needsRate() {
		return Entry{}, false
	}
	v.convertRest()
	v.differences()
	c.Book(e)
	return e, true
}
