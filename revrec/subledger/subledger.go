// Package subledger books documents that were billed elsewhere: invoices, payments, credits, disputes, usage and prepaid
// balances of another billing system, orders kept on one contract account, and what is brought over at cut-over.
//
// It owns the facts as they were told (typed, dated, append-only, each once by source and its id there) and the journal that
// follows from them: Journal is pure, and a run books what is owed less what is booked. It does not own the rules of the
// event table (package ledger, rule*.go) nor how a price is spread over time (package revrec); it calls both. What this system
// bills itself it never sees.
//
// Times: On is the day something happened, and counts; Known is when we were told. Within a day the order is: what is brought
// over, orders, prepaid and commissions, usage, invoices, fulfilment and draw-down, payments, what is taken back, what lapses;
// facts of one kind commute, but for changes of one order line on one day, of which the one given last stands.
//
// A part of a price that was earned by a day is told by days: an event of the 10th finds nine days of its month earned, though the
// month is booked at its end.
//
// Invariants: every entry balances; what is deferred comes to nothing at the end of all service; facts in another order give the
// same journal; a prefix of the facts gives the same entries before the day of the next.
package subledger

import (
	"ratable/catalog"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"

	"github.com/shopspring/decimal"
)

// Kind says what happened.
type Kind string

// What can happen.
const (
	Opening       Kind = "opening"        // a balance, or a document with what is left of it, is brought over
	Agreement     Kind = "agreement"      // a fixed amount is billed in advance every month of a term
	Order         Kind = "order"          // a line is ordered, or changed to a new amount
	Reduction     Kind = "reduction"      // an order is lowered by an amount
	Release       Kind = "release"        // an ordered line is performed
	Prepaid       Kind = "prepaid"        // service to be called is bought
	Commission    Kind = "commission"     // a cost of obtaining a contract
	Usage         Kind = "usage"          // accrued on its day
	Metered       Kind = "metered"        // a record of a meter, accrued at the end of its month or billing period
	Commitment    Kind = "commitment"     // the period of a minimum ends
	Unbilled      Kind = "unbilled_items" // charges that the next invoice will ask for
	Invoice       Kind = "invoice"
	OrderInvoice  Kind = "order_invoice" // of a line on one contract account
	UsageInvoice  Kind = "usage_invoice"
	Sale          Kind = "sale" // through or for somebody else
	Fulfilment    Kind = "fulfilment"
	Draw          Kind = "draw"
	Payment       Kind = "payment"
	Cleared       Kind = "cleared" // a pending payment arrived
	Bounced       Kind = "bounced"
	Credit        Kind = "credit"
	Void          Kind = "void"
	Refund        Kind = "refund"
	Cancel        Kind = "cancel" // service ends, what was not served is refunded
	Uncollectible Kind = "uncollectible"
	Dispute       Kind = "dispute"
	DisputeWon    Kind = "dispute_won"
	DisputeLost   Kind = "dispute_lost"
	Terminate     Kind = "terminate"
	Lost          Kind = "customer_lost"
	Exclusion     Kind = "exclusion"       // revenue that somebody decided is none
	Impairment    Kind = "impairment"      // of what is earned and not billed
	UnbilledVoid  Kind = "unbilled_voided" // items or usage that will never be billed
	Expired       Kind = "expired"         // a prepaid balance ends on a day that is told
	lapse         Kind = "lapse"           // of a prepaid balance
	monthEnd      Kind = "month_end"       // balances in foreign currency are measured anew
)

// ranks order the facts of a day.
var ranks = map[Kind]int{
	Opening: 0, Agreement: 1, Order: 1, Reduction: 2, Release: 3, Prepaid: 4, Commission: 4, Metered: 5, Usage: 5, Commitment: 6, Unbilled: 7,
	Invoice: 8, OrderInvoice: 8, UsageInvoice: 8, Sale: 8, Fulfilment: 9, Draw: 9, Payment: 10, Cleared: 11, Bounced: 11, Credit: 12, Void: 13, Refund: 14,
	Cancel: 15, Uncollectible: 16, Exclusion: 16, Impairment: 16, UnbilledVoid: 16, Dispute: 17, DisputeWon: 18, DisputeLost: 18, Terminate: 19, Lost: 20, Expired: 21, lapse: 21, monthEnd: 22,
}

// Fact is one thing that happened, as another system tells it. Which fields it has follows from its kind.
type Fact struct {
	ID       string // its name at the source
	Kind     Kind
	On       period.Date
	Known    period.Date    // when we were told; zero: On
	Document string         // the invoice it makes or is about; empty: the only one there is
	Line     string         // of an order or meter
	Currency money.Currency // of its amounts; empty: the functional one
	Amount   money.Amount   // with tax, where it is about a document
	Tax      money.Amount   // of an invoice without lines
	Fee      money.Amount   // a processor or network kept
	Cost     money.Amount   // of a sale: what the supplier gets; of a commitment: what was used
	Means    ledger.Means   // of a payment
	To       ledger.CreditTo
	Effect   Effect
	Lines    []Line
	Paid     bool // an invoice or prepaid that is paid as it is issued
	Agent    bool
	Unbilled bool // an invoice that asks for the unbilled items, too
	Due      period.Date
	Until    period.Date        // last day: of a prepaid balance, an agreement, or service after a termination
	Months   int                // of a commission's benefit
	Released bool               // an order released upon booking
	AsBilled bool               // an order released as it is billed
	Split    ledger.CreditSplit // of a credit, where its reason has another than the policy
	Bonus    money.Amount       // of a prepaid balance: given on top of what is paid
	Right    ledger.YesNo
	Account  ledger.Account // of a balance brought over, debit positive

	Quantity    decimal.Decimal
	Price       decimal.Decimal
	Expected    decimal.Decimal // of a prepaid balance: what will be used of it
	Aggregation Aggregation
	Period      period.Span // of billing metered usage
}

// Effect is what a credit takes back.
type Effect string

// Effects of a credit.
const (
	Part     Effect = ""         // a part of the price: earned and deferred by the policy
	Unserved Effect = "unserved" // of what is still to be served: a downgrade
	Excuse   Effect = "excuse"   // for poor service: it lowers the revenue of its month, and no schedule
	Billing  Effect = "billing"  // of an order: only what was billed
	Return   Effect = "return"   // of an order: what was ordered, too
)

// Aggregation is how records of a billing period come to a quantity.
type Aggregation string

// The aggregations there are.
const (
	Sum  Aggregation = ""
	Max  Aggregation = "max"
	Last Aggregation = "last"
)

// Earning is how the price of a line is earned.
type Earning string

// The ways to earn.
const (
	OverTime     Earning = ""
	Immediately  Earning = "immediate"
	OnFulfilment Earning = "on_fulfilment"
	Held         Earning = "held" // deferred until somebody says how
)

// Line is a line of an invoice.
type Line struct {
	Amount    money.Amount // before tax
	Tax       money.Amount
	Earning   Earning
	Service   revrec.Service
	Spreading catalog.Spreading
	Pass      decimal.Decimal // per cent that is collected for others
	Expires   period.Date     // of what is earned on fulfilment: its last day
}

// Setup is what a journal is kept by.
type Setup struct {
	Currency money.Currency // functional: what the journal is in
	Policy   ledger.Policy
	At       func(period.Date) ledger.Policy // where the policy changes with time; nil: it does not
	Rates    *entities.Rates                 // nil: everything is in the functional currency
}

// Entry is one booking. Its postings balance, in the functional currency.
type Entry struct {
	Key      string // natural: of the fact, or of the month that is earned
	Event    string
	On       period.Date
	Document string
	Brought  bool // brought over at cut-over, and no event of ours
	Postings []ledger.Posting
}
