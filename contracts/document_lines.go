package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/period"
)

// Line is one promise with its price: exactly one of Fixed, Usage and Once is
// set. Its ID is its lineage: it stays the same through amendments, and every
// invoice line and posting names it.
type Line struct {
	ID          string      `yaml:"id" json:"id"`
	Product     string      `yaml:"product" json:"product"`                             // catalog code
	Description string      `yaml:"description,omitempty" json:"description,omitempty"` // printed on the invoice; default the product's name
	Clause      string      `yaml:"clause,omitempty" json:"clause,omitempty"`           // where the signed paper says so: "§ 3.2"
	From        period.Date `yaml:"from,omitempty" json:"from,omitzero"`                // default the term
	Through     period.Date `yaml:"through,omitempty" json:"through,omitzero"`
	Role        Role        `yaml:"role,omitempty" json:"role,omitempty"` // ours; default the reseller's entry
	// Of an agent's line: what of the price is the supplier's, in percent, and who that is. On a marketplace the fee says it.
	PassOnPercent decimal.Decimal `yaml:"pass_on_percent,omitempty" json:"pass_on_percent,omitzero"`
	Supplier      string          `yaml:"supplier,omitempty" json:"supplier,omitempty"` // external id

	Users []string `yaml:"users,omitempty" json:"users,omitempty"` // external ids of members of the family whose usage counts; default the customer
	Fixed *Fixed   `yaml:"fixed,omitempty" json:"fixed,omitempty"`
	Usage *Usage   `yaml:"usage,omitempty" json:"usage,omitempty"`
	Once  *Once    `yaml:"once,omitempty" json:"once,omitempty"`
}

// Timing says at which end of its billing period a fixed fee is asked for.
type Timing string

const (
	Advance Timing = "advance" // on the first day of the period
	Arrears Timing = "arrears" // on the day after its last
)

// Fixed is a recurring fee: quantity x unit price for each whole period, or a
// total for all the line's days that is asked for in installments.
type Fixed struct {
	Quantity     decimal.Decimal `yaml:"quantity,omitempty" json:"quantity,omitzero"`
	UnitPrice    decimal.Decimal `yaml:"unit_price,omitempty" json:"unit_price,omitzero"`      // per unit and whole period
	Every        string          `yaml:"every" json:"every"`                                   // month, quarter, half-year, year, term: once for all the line's days
	In           Timing          `yaml:"in,omitempty" json:"in,omitempty"`                     // default advance
	Ramp         []Step          `yaml:"ramp,omitempty" json:"ramp,omitempty"`                 // instead of quantity and unit_price
	Installments []Installment   `yaml:"installments,omitempty" json:"installments,omitempty"` // with every: term, instead of quantity, unit_price and in
}

// Step is one segment of a ramp. The steps tile the line's days.
type Step struct {
	From      period.Date     `yaml:"from" json:"from"`
	Through   period.Date     `yaml:"through" json:"through"`
	Quantity  decimal.Decimal `yaml:"quantity" json:"quantity"`
	UnitPrice decimal.Decimal `yaml:"unit_price" json:"unit_price"`
}

// Installment is a part of a total, asked for on a day of its own. What is paid
// for, and earned, stays the whole of the line's days.
type Installment struct {
	On     period.Date     `yaml:"on" json:"on"`
	Amount decimal.Decimal `yaml:"amount" json:"amount"`
}

// Once is asked for one time: on a day, or when a milestone is delivered.
type Once struct {
	Quantity  decimal.Decimal `yaml:"quantity,omitempty" json:"quantity,omitzero"` // default 1
	UnitPrice decimal.Decimal `yaml:"unit_price" json:"unit_price"`
	On        period.Date     `yaml:"on,omitempty" json:"on,omitzero"`                // or
	Milestone string          `yaml:"milestone,omitempty" json:"milestone,omitempty"` // what has to be delivered, in words; delivery is a fact recorded later
}

// Usage prices what a meter counted in each billing period, in arrears. What a
// price takes once per period (a flat price, a tier's flat fee, a step) and what
// it leaves free is for a whole period: where an amendment, a trial, the line's
// days or calendar alignment leave a part of one, that part of it counts, by
// days. Units cost what they cost, and the bounds of tiers stay where they are.
type Usage struct {
	Meter    string            `yaml:"meter" json:"meter"`
	Where    map[string]string `yaml:"where,omitempty" json:"where,omitempty"`      // dimension: value; only events that say so count
	Included decimal.Decimal   `yaml:"included,omitempty" json:"included,omitzero"` // units free per whole period, subtracted once
	Every    string            `yaml:"every" json:"every"`
	Price    catalog.Price     `yaml:"price" json:"price"`
}
