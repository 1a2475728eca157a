package scenario

import (
	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/usage"

	"github.com/shopspring/decimal"
)

// Scenario is a document that was read and found playable. It is never changed.
type Scenario struct {
	Title   string
	Story   string      // prose at the top, for people
	From    period.Date // first day on which anything is agreed or happens
	Through period.Date // last day played

	world    invoicing.World
	names    ledger.Names
	policies *ledger.Policies
	families []family // in order of account
	facts    []happening
}

// family is one paying account with what is agreed and used from the start.
type family struct {
	account    customers.AccountID
	customers  map[customers.ID]customers.Customer
	agreements []contracts.Agreement
	used       []used // in order of the day they are known
}

// used is usage that became known on one day: what a day's events come to, or a
// single one of them.
type used struct {
	key    usage.Key
	meter  catalog.Meter
	on     period.Date
	known  period.Date
	sum    sum
	single *usage.Occurrence // instead of sum
	event  string            // id by which a fact corrects it; only of a single one
}

// late says whether the usage was learned after its day.
func (u used) late() bool { return u.known.After(u.on) }

// quantity is what came to be known, whatever the meter makes of it.
func (u used) quantity() decimal.Decimal {
	if u.single != nil {
		return u.single.Quantity
	}
	return u.sum.quantity
}

// id tells single events of a day apart.
func (u used) id() string {
	if u.single == nil {
		return ""
	}
	return u.single.ID
}

// count adds the usage to what is known.
func (u used) count(days *usage.Days) {
	if u.single != nil {
		days.Record(u.meter, *u.single)
		return
	}
	days.AddEvents(u.key, u.sum.dimensions, u.on, u.sum.quantity, u.sum.events)
}

// happening is a dated fact other than usage, with its place in the document for
// messages.
type happening struct {
	on   period.Date
	path string // "facts[3].void"
	line int
	does any // payment, payout, creditNote, voiding, closure, amendment, delivery, takeover, judgment, fix, replacement or invoicing.Hold
}

type payment struct {
	entity    entities.ID
	payer     customers.ID
	account   customers.AccountID
	amount    money.Amount
	reference string
}

type creditNote struct {
	invoice string
	line    int
	amount  number
	reason  string
}

// payout sends money of a receipt back.
type payout struct {
	receipt string
	amount  number
	reason  string
}

// delivery is a milestone that was reached.
type delivery struct {
	account  customers.AccountID
	contract contracts.ID
	contracts.Delivery
}

// takeover is a change of payer.
type takeover struct {
	account  customers.AccountID
	contract contracts.ID
	contracts.PayerChange
}

type voiding struct {
	invoice, reason string
	forGood         bool // it is not billed again
}

type closure struct {
	entity entities.ID
	month  period.Month
	first  bool
}

type amendment struct {
	account  customers.AccountID
	contract contracts.ID
	version  contracts.Version
}
