package contracts

import (
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
	Signer    string      `yaml:"signer,omitempty" json:"signer,omitempty"`      // external id of who signed; default the payer
	Currency  string      `yaml:"currency" json:"currency"`                      // ISO 4217
	Term      Term        `yaml:"term" json:"term"`                              //
	Effective period.Date `yaml:"effective,omitempty" json:"effective,omitzero"` // first day of this version; default the first day of the term
	Reason    string      `yaml:"reason,omitempty" json:"reason,omitempty"`      // why it was amended
	Plan      *Plan       `yaml:"plan,omitempty" json:"plan,omitempty"`          // the catalog plan the lines were taken from
	Billing   Billing     `yaml:"billing,omitempty" json:"billing,omitzero"`     //
	Trial     *Trial      `yaml:"trial,omitempty" json:"trial,omitempty"`        //
	Reseller  *Reseller   `yaml:"reseller,omitempty" json:"reseller,omitempty"`  //
	Lines     []Line      `yaml:"lines" json:"lines"`                            //
	Prepaid   []Prepaid   `yaml:"prepaid,omitempty" json:"prepaid,omitempty"`
	Commits   []Commit    `yaml:"commitments,omitempty" json:"commitments,omitempty"`
	Caps      []Cap       `yaml:"caps,omitempty" json:"caps,omitempty"`
	Discounts []Discount  `yaml:"discounts,omitempty" json:"discounts,omitempty"`
	Credits   []Credit    `yaml:"credits,omitempty" json:"credits,omitempty"`
	Renewal   *Renewal    `yaml:"renewal,omitempty" json:"renewal,omitempty"`
	Ending    *Ending     `yaml:"ending,omitempty" json:"ending,omitempty"` // it ends early, or was ended
	Paused    bool        `yaml:"paused,omitempty" json:"paused,omitempty"` // while this version governs nothing recurring is charged; what is used all the same is, without allowance
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
	if c, found := find(d.Prepaid, prepaidID, id); found {
		return c.Product, "", true
	}
	return "", "", false
}
