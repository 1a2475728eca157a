package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/internal/period"
)

// Prepaid is usage paid up front. Each access period has a balance, in money at
// list value or in units, which usage of its lines draws down; what lies above
// all balances is overage.
type Prepaid struct {
	ID       string          `yaml:"id" json:"id"`
	Product  string          `yaml:"product" json:"product"` // what the up-front payment is sold as
	Clause   string          `yaml:"clause,omitempty" json:"clause,omitempty"`
	Lines    []string        `yaml:"lines" json:"lines"`                           // usage lines it covers
	From     period.Date     `yaml:"from,omitempty" json:"from,omitzero"`          // access schedule; default the term
	Through  period.Date     `yaml:"through,omitempty" json:"through,omitzero"`    //
	Amount   decimal.Decimal `yaml:"amount,omitempty" json:"amount,omitzero"`      // balance in money, or
	Units    decimal.Decimal `yaml:"units,omitempty" json:"units,omitzero"`        // balance in units of one line
	Price    decimal.Decimal `yaml:"price,omitempty" json:"price,omitzero"`        // of a whole access period; default: the balance in money
	Every    string          `yaml:"every" json:"every"`                           // access period; term: one balance for all its days
	Bill     *Bill           `yaml:"bill,omitempty" json:"bill,omitempty"`         // invoice schedule; default the price of each access period on its first day
	Priority int             `yaml:"priority,omitempty" json:"priority,omitempty"` // lower is drawn first; then the one that expires first, then the one that began first
	// ExpiresAfterDays keeps an unused balance for so many days after its access
	// period; it lapses then. That is no billing event.
	ExpiresAfterDays int       `yaml:"expires_after_days,omitempty" json:"expires_after_days,omitempty"`
	Rollover         *Rollover `yaml:"rollover,omitempty" json:"rollover,omitempty"`
	Overage          Overage   `yaml:"overage,omitempty" json:"overage,omitzero"`
}

// Bill is an invoice schedule apart from the access schedule: the price of all
// access periods in equal periods, or in installments that add up to it.
type Bill struct {
	Every        string        `yaml:"every,omitempty" json:"every,omitempty"`
	In           Timing        `yaml:"in,omitempty" json:"in,omitempty"` // default advance
	Installments []Installment `yaml:"installments,omitempty" json:"installments,omitempty"`
}

// Rollover carries what is unused at the end of a whole access period into the
// next ones. A partial first period rolls nothing.
type Rollover struct {
	Percent decimal.Decimal `yaml:"percent,omitempty" json:"percent,omitzero"`  // of what is unused; default 100
	Most    decimal.Decimal `yaml:"most,omitempty" json:"most,omitzero"`        // ceiling of what is carried, in the balance's own measure; default none
	Periods int             `yaml:"periods,omitempty" json:"periods,omitempty"` // for so many access periods; default 1
	Used    RolloverOrder   `yaml:"used,omitempty" json:"used,omitempty"`       // against the new period's balance; default first
}

// RolloverOrder says whether carried balance is drawn before the new one.
type RolloverOrder string

const (
	UsedFirst RolloverOrder = "first"
	UsedLast  RolloverOrder = "last"
)

// Overage prices what lies above: list price times a factor, or a rate of its
// own per unit. Default: list price.
type Overage struct {
	Factor    decimal.Decimal `yaml:"factor,omitempty" json:"factor,omitzero"`
	UnitPrice decimal.Decimal `yaml:"unit_price,omitempty" json:"unit_price,omitzero"` // for balances that cover one line
}

// Commit is a postpaid commitment, or minimum: spend at least Amount in each
// period (or use at least Units), or pay the difference at its end. Partial
// periods count by days. Spend is looked at before discounts and credits.
type Commit struct {
	ID        string          `yaml:"id" json:"id"`
	Product   string          `yaml:"product" json:"product"` // what a true-up is sold as
	Clause    string          `yaml:"clause,omitempty" json:"clause,omitempty"`
	Lines     []string        `yaml:"lines" json:"lines"` // whose charges count: ids of lines and prepaid amounts
	From      period.Date     `yaml:"from,omitempty" json:"from,omitzero"`
	Through   period.Date     `yaml:"through,omitempty" json:"through,omitzero"`
	Amount    decimal.Decimal `yaml:"amount,omitempty" json:"amount,omitzero"`         // money, or
	Units     decimal.Decimal `yaml:"units,omitempty" json:"units,omitzero"`           // units of usage lines, each missing one at
	UnitPrice decimal.Decimal `yaml:"unit_price,omitempty" json:"unit_price,omitzero"` // this price
	Every     string          `yaml:"every" json:"every"`
	Priority  int             `yaml:"priority,omitempty" json:"priority,omitempty"` // with flow: waterfall; lower is filled first
	Flow      Flow            `yaml:"flow,omitempty" json:"flow,omitempty"`         // default each
	Within    string          `yaml:"within,omitempty" json:"within,omitempty"`     // id of the commitment this one is a part of: what it is charged counts there too, child first
}

// Flow says how one charge counts for several commitments over the same line.
type Flow string

const (
	Each      Flow = "each"      // in full for each of them
	Waterfall Flow = "waterfall" // for the first that is not met; the rest flows to the next
)

// Cap bounds what its lines can cost, or be used, in each period.
type Cap struct {
	ID      string          `yaml:"id" json:"id"`
	Clause  string          `yaml:"clause,omitempty" json:"clause,omitempty"`
	Kind    CapKind         `yaml:"kind" json:"kind"`
	Lines   []string        `yaml:"lines" json:"lines"`
	Amount  decimal.Decimal `yaml:"amount,omitempty" json:"amount,omitzero"` // money at the contract's prices, or
	Units   decimal.Decimal `yaml:"units,omitempty" json:"units,omitzero"`   // units of one usage line
	Every   string          `yaml:"every" json:"every"`
	Then    Above           `yaml:"then,omitempty" json:"then,omitempty"`      // default continue for hard caps, warn for the customer's own
	Overage Overage         `yaml:"overage,omitempty" json:"overage,omitzero"` // of the customer's own cap with then: continue
}

// CapKind says whose cap it is.
type CapKind string

const (
	HardCap     CapKind = "hard"     // never bill above; what was capped away is shown
	CustomerCap CapKind = "customer" // the customer's own budget
)

// Above says what happens to the service above a cap.
type Above string

const (
	Continue Above = "continue"
	Stop     Above = "stop" // nothing above is billed either
	Throttle Above = "throttle"
	Warn     Above = "warn"
)

// Discount lowers charges by a percentage or an amount, before tax and after
// minimums. A usage period is discounted when its first day lies in the
// discount's days, a fee by its days in them.
type Discount struct {
	ID        string          `yaml:"id" json:"id"`
	Clause    string          `yaml:"clause,omitempty" json:"clause,omitempty"`
	Lines     []string        `yaml:"lines,omitempty" json:"lines,omitempty"`    // ids of lines, prepaid amounts and, for their true-ups, commitments; empty: all lines
	Percent   decimal.Decimal `yaml:"percent,omitempty" json:"percent,omitzero"` // or
	Amount    decimal.Decimal `yaml:"amount,omitempty" json:"amount,omitzero"`   // off each period
	Every     string          `yaml:"every,omitempty" json:"every,omitempty"`    // of an amount
	From      period.Date     `yaml:"from,omitempty" json:"from,omitzero"`       // default the term
	Through   period.Date     `yaml:"through,omitempty" json:"through,omitzero"`
	Programme string          `yaml:"programme,omitempty" json:"programme,omitempty"` // given under a programme with owner, budget and end
	Reason    string          `yaml:"reason,omitempty" json:"reason,omitempty"`       // printed on the invoice
}

// Credit is a promotional or goodwill balance that pays for charges of its days,
// earliest first, until it is used up or expires. It was never paid for.
type Credit struct {
	ID        string          `yaml:"id" json:"id"`
	Clause    string          `yaml:"clause,omitempty" json:"clause,omitempty"`
	Kind      CreditKind      `yaml:"kind" json:"kind"`
	Lines     []string        `yaml:"lines,omitempty" json:"lines,omitempty"` // as of a discount; empty: all lines
	Amount    decimal.Decimal `yaml:"amount" json:"amount"`
	From      period.Date     `yaml:"from,omitempty" json:"from,omitzero"`
	Through   period.Date     `yaml:"through,omitempty" json:"through,omitzero"` // what is unused then lapses
	Priority  int             `yaml:"priority,omitempty" json:"priority,omitempty"`
	Programme string          `yaml:"programme,omitempty" json:"programme,omitempty"`
	Reason    string          `yaml:"reason" json:"reason"`
}

// CreditKind says why a credit was given.
type CreditKind string

const (
	Promotional CreditKind = "promotional"
	Goodwill    CreditKind = "goodwill"
)
