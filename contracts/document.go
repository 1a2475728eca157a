package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Document is a contract as sales enters it and as export writes it back: YAML
// or JSON, strict. Days in it are inclusive ("from", "through"), prices are
// decimals in the contract's currency before tax.
type Document struct {
	Contract  string      `yaml:"contract" json:"contract"`                      // number, unique: "C-2026-014"
	Title     string      `yaml:"title,omitempty" json:"title,omitempty"`        // what people call the deal
	Entity    string      `yaml:"entity" json:"entity"`                          // code of our selling legal entity
	Customer  string      `yaml:"customer" json:"customer"`                      // external id of who uses
	Payer     string      `yaml:"payer,omitempty" json:"payer,omitempty"`        // external id of who is invoiced; default the customer
	Currency  string      `yaml:"currency" json:"currency"`                      // ISO 4217
	Term      Term        `yaml:"term" json:"term"`                              //
	Effective period.Date `yaml:"effective,omitempty" json:"effective,omitzero"` // first day of this version; default the first day of the term
	Reason    string      `yaml:"reason,omitempty" json:"reason,omitempty"`      // why it was amended
	Plan      *Plan       `yaml:"plan,omitempty" json:"plan,omitempty"`          // the catalog plan the lines were taken from
	Billing   Billing     `yaml:"billing,omitempty" json:"billing,omitzero"`     //
	Reseller  *Reseller   `yaml:"reseller,omitempty" json:"reseller,omitempty"`  // wholesale: the payer resells to the customer
	Lines     []Line      `yaml:"lines" json:"lines"`                            //
	Commits   []Commit    `yaml:"commitments,omitempty" json:"commitments,omitempty"`
	SoftCaps  []SoftCap   `yaml:"soft_caps,omitempty" json:"soft_caps,omitempty"` //
}

// Term is the time both sides are bound, first and last day included.
type Term struct {
	From    period.Date `yaml:"from" json:"from"`
	Through period.Date `yaml:"through" json:"through"`
}

// Span is the term as half-open days.
func (t Term) Span() period.Span { return period.Through(t.From, t.Through) }

// Plan says which version of a catalog plan the lines came from, so that its
// customers can be found when the plan changes. The lines stand in the document:
// a later plan version never reprices them.
type Plan struct {
	Code    string `yaml:"code" json:"code"`
	Version int    `yaml:"version" json:"version"`
}

// Align says where billing periods begin.
type Align string

const (
	Anniversary Align = "anniversary" // on the day of the month the term began
	Calendar    Align = "calendar"    // on the first of a month; a partial first period is prorated
)

// Billing is how and when the payer is asked.
type Billing struct {
	NetDays  int    `yaml:"net_days,omitempty" json:"net_days,omitempty"` // days from invoice to due; 0 means due on receipt
	PONumber string `yaml:"po_number,omitempty" json:"po_number,omitempty"`
	Align    Align  `yaml:"align,omitempty" json:"align,omitempty"` // default anniversary
}

// Reseller is a wholesale deal: the payer is the partner and pays list less the
// margin, rounded once per charge.
type Reseller struct {
	MarginPercent decimal.Decimal `yaml:"margin_percent" json:"margin_percent"`
}

// Line is one promise with its price: exactly one of Fixed and Usage is set. Its
// ID is its lineage: it stays the same through amendments, and every invoice
// line and posting names it.
type Line struct {
	ID          string      `yaml:"id" json:"id"`
	Product     string      `yaml:"product" json:"product"`                             // catalog code
	Description string      `yaml:"description,omitempty" json:"description,omitempty"` // printed on the invoice; default the product's name
	Clause      string      `yaml:"clause,omitempty" json:"clause,omitempty"`           // where the signed paper says so: "§ 3.2"
	From        period.Date `yaml:"from,omitempty" json:"from,omitzero"`                // default the term
	Through     period.Date `yaml:"through,omitempty" json:"through,omitzero"`
	Fixed       *Fixed      `yaml:"fixed,omitempty" json:"fixed,omitempty"`
	Usage       *Usage      `yaml:"usage,omitempty" json:"usage,omitempty"`
}

// Timing says at which end of its billing period a fixed fee is asked for.
type Timing string

const (
	Advance Timing = "advance" // on the first day of the period
	Arrears Timing = "arrears" // on the day after its last
)

// Fixed is a recurring fee: quantity x unit price for each whole period.
type Fixed struct {
	Quantity  decimal.Decimal `yaml:"quantity,omitempty" json:"quantity,omitzero"`
	UnitPrice decimal.Decimal `yaml:"unit_price,omitempty" json:"unit_price,omitzero"` // per unit and whole period
	Every     string          `yaml:"every" json:"every"`                              // month, quarter, half-year, year, term: once for all the line's days
	In        Timing          `yaml:"in,omitempty" json:"in,omitempty"`                // default advance
	Ramp      []Step          `yaml:"ramp,omitempty" json:"ramp,omitempty"`            // instead of quantity and unit_price
}

// Step is one segment of a ramp. The steps tile the line's days.
type Step struct {
	From      period.Date     `yaml:"from" json:"from"`
	Through   period.Date     `yaml:"through" json:"through"`
	Quantity  decimal.Decimal `yaml:"quantity" json:"quantity"`
	UnitPrice decimal.Decimal `yaml:"unit_price" json:"unit_price"`
}

// Usage prices what a meter counted in each billing period, in arrears.
type Usage struct {
	Meter    string          `yaml:"meter" json:"meter"`
	Included decimal.Decimal `yaml:"included,omitempty" json:"included,omitzero"` // units free per whole period, subtracted once
	Every    string          `yaml:"every" json:"every"`
	Price    catalog.Price   `yaml:"price" json:"price"`
}

// Commit is a postpaid commitment: spend at least Amount in each period, or pay
// the difference at its end. Partial periods count by days.
type Commit struct {
	ID      string          `yaml:"id" json:"id"`
	Product string          `yaml:"product" json:"product"` // what a true-up is sold as
	Clause  string          `yaml:"clause,omitempty" json:"clause,omitempty"`
	Lines   []string        `yaml:"lines" json:"lines"` // whose charges count
	Amount  decimal.Decimal `yaml:"amount" json:"amount"`
	Every   string          `yaml:"every" json:"every"`
}

// SoftCap is usage paid up front: each period costs Price, covers usage to the
// cap (money at list value, or units), and what lies above is overage.
type SoftCap struct {
	ID      string          `yaml:"id" json:"id"`
	Product string          `yaml:"product" json:"product"` // what the up-front payment is sold as
	Clause  string          `yaml:"clause,omitempty" json:"clause,omitempty"`
	Lines   []string        `yaml:"lines" json:"lines"`                      // usage lines it covers
	Amount  decimal.Decimal `yaml:"amount,omitempty" json:"amount,omitzero"` // cap in money, or
	Units   decimal.Decimal `yaml:"units,omitempty" json:"units,omitzero"`   // cap in units of one line
	Price   decimal.Decimal `yaml:"price,omitempty" json:"price,omitzero"`   // default: the cap in money
	Every   string          `yaml:"every" json:"every"`
	Overage Overage         `yaml:"overage,omitempty" json:"overage,omitzero"`
}

// Overage prices what lies above a cap: list price times a factor (default 1).
type Overage struct {
	Factor decimal.Decimal `yaml:"factor,omitempty" json:"factor,omitzero"`
}

// Money is the document's currency. Call it on a validated document.
func (d Document) Money() money.Currency { return money.Currency(d.Currency) }

// Start is the first day this version governs.
func (d Document) Start() period.Date {
	if d.Effective.IsZero() {
		return d.Term.From
	}
	return d.Effective
}

// Paying is the external id of the party that is invoiced.
func (d Document) Paying() string {
	if d.Payer == "" {
		return d.Customer
	}
	return d.Payer
}

// days are the days a line is in force, inside the term.
func (d Document) days(l Line) period.Span {
	s := d.Term.Span()
	if !l.From.IsZero() {
		s.Start = l.From
	}
	if !l.Through.IsZero() {
		s.End = l.Through.AddDays(1)
	}
	return s
}

// Equal compares two documents by what they say.
func (d Document) Equal(other Document) bool {
	a, errA := Export(d)
	b, errB := Export(other)
	return errA == nil && errB == nil && string(a) == string(b)
}

// Sells says which product a line, commitment or cap is sold as, and what it is
// called on an invoice when the document says so.
func (d Document) Sells(id string) (product, description string, ok bool) {
	if l, found := d.line(id); found {
		return l.Product, l.Description, true
	}
	if c, found := find(d.Commits, commitID, id); found {
		return c.Product, "", true
	}
	if c, found := find(d.SoftCaps, softCapID, id); found {
		return c.Product, "", true
	}
	return "", "", false
}
