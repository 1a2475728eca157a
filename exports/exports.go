// Package exports turns the book into what another program imports.
//
// It owns the mapping from our accounts to a general ledger's (rules that count from a day on, approved by another person),
// the formats of the targets with their limits, and batches: which entries went to which target, as which bytes, and what
// became of them there.
//
// It does not own what is booked (ledger), nor the reports (revrec, ledger). A target's own rounding, tax or currency
// tables are the target's.
//
// Times: an entry is mapped by the rules of the day it is booked on; a batch keeps the version of the mapping it was
// prepared with; recorded_at is for audit.
//
// Invariants: every posted entry of a month goes to a target exactly once, unless the batch it went with was rejected;
// nothing leaves with an unmapped account; a batch's files are kept byte by byte and are what every later download
// gives; who proposes a mapping does not approve it.
package exports

import (
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Roles may prepare, export and answer for batches and propose and approve mappings.
var Roles = []access.Role{access.Finance, access.Accountant}

// Level says how much of an entry the target sees.
type Level string

const (
	Detailed   Level = "detailed"   // each entry is a journal
	Summarized Level = "summarized" // the entries of one kind are one journal, a line per account and side
)

// Scope is the natural key of a row of batches: what one target gets of an entity's month in one currency.
type Scope struct {
	Entity   entities.ID
	Currency money.Currency
	Month    period.Month
	Target   Target
}

// Dates is how a target that reads days by its own setting wants them.
type Dates string

const (
	MonthFirst Dates = "mdy" // 03/31/2026
	DayFirst   Dates = "dmy" // 31/03/2026
	ISO        Dates = "iso" // 2026-03-31
)

// Options are what a target's own settings ask for. A batch keeps those it was written with.
type Options struct {
	Dates   Dates  `json:"dates"`          // empty: as the entity's country writes days
	TaxRate string `json:"tax_rate"`       // Xero's display name of its rate without tax
	Journal string `json:"journal"`        // Sage Intacct's journal, SAP's journal entry type
	BOM     bool   `json:"bom,omitempty"`  // UTF-8 mark for Excel
	Book    string `json:"book,omitempty"` // of the generic formats
}

// Defaults fills in what was not chosen for a target of an entity.
func (o Options) Defaults(t Target, e entities.Entity) Options {
	if o.Dates == "" {
		switch {
		case t == SAP || !t.Spec().AsksDates:
			o.Dates = ISO
		case t == Intacct || e.Country == "US":
			o.Dates = MonthFirst
		default:
			o.Dates = DayFirst
		}
	}
	if o.TaxRate == "" && t == Xero {
		o.TaxRate = map[string]string{"US": "Tax Exempt (0%)", "GB": "No VAT"}[e.Country]
		if o.TaxRate == "" {
			o.TaxRate = "Tax Exempt"
		}
	}
	if o.Journal == "" {
		o.Journal = map[Target]string{Intacct: "GJ", SAP: "SA"}[t]
	}
	if o.Book == "" {
		o.Book = "primary"
	}
	return o
}

func (o Options) validate() (out []fault.Field) {
	if o.Dates != "" && o.Dates != MonthFirst && o.Dates != DayFirst && o.Dates != ISO {
		out = append(out, fault.Field{Path: "dates", Value: string(o.Dates), Message: "is mdy, dmy or iso"})
	}
	for _, typed := range []struct{ path, text string }{{"tax_rate", o.TaxRate}, {"journal", o.Journal}, {"book", o.Book}} {
		out = append(out, fault.Printable(typed.path, typed.text, 60)...)
	}
	return out
}

// write gives a day as the target reads it.
func (d Dates) write(on period.Date) string {
	switch d {
	case MonthFirst:
		return on.Format("01/02/2006")
	case DayFirst:
		return on.Format("02/01/2006")
	}
	return on.String()
}
