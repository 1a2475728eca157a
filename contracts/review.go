package contracts

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/internal/access"
	"ratable/internal/period"
)

// Reviewed is a term of a document that somebody has to look at before it counts.
type Reviewed struct {
	Term string        // what is unusual: "Reseller's margin"
	Why  string        // with the figures: "30 % is above 20 %"
	Who  []access.Role // any of them; never who prepared it
}

// The limits of a usual deal. Within them a version still takes another person; outside, that person is told where to
// look.
const (
	UsualTermMonths = 36
	UsualNetDays    = 45
	UsualBackdating = 31 // days that a version may lie behind the day it is entered
)

// UsualMargin is the reseller's margin, in percent, up to which nobody is told.
var UsualMargin = decimal.NewFromInt(20)

// proposal is what a rule looks at.
type proposal struct {
	Document
	before *Document // in force; nil for a new contract
	asOf   period.Date
}

// reviewRules is the whole policy: who decides, over what, and a function that says why, once for each place.
var reviewRules = []struct {
	term string
	who  []access.Role
	why  func(p proposal) []string
}{
	{"Reseller's margin", finance, func(p proposal) []string {
		return when(margin(p.Document).GreaterThan(UsualMargin), "%s %% is above %s %%", margin(p.Document), UsualMargin)
	}},
	{"Length of the term", finance, func(p proposal) []string {
		return when(!p.Term.Through.Before(p.Term.From.AddMonths(UsualTermMonths)), "runs longer than %d months", UsualTermMonths)
	}},
	{"Time to pay", finance, func(p proposal) []string {
		return when(p.Billing.NetDays > UsualNetDays, "%d days are more than %d", p.Billing.NetDays, UsualNetDays)
	}},
	{"Free of charge", finance, proposal.free},
	{"Fee in arrears", finance, func(p proposal) (why []string) {
		for _, l := range p.Lines {
			why = append(why, when(l.Fixed != nil && l.Fixed.In == Arrears, "line %s is asked for after its period", l.ID)...)
		}
		return why
	}},
	{"Prepaid amount", finance, func(p proposal) (why []string) {
		for _, c := range p.Prepaid {
			why = append(why, when(true, "usage above %s is charged afterwards", c.ID)...)
			why = append(why, when(c.Overage.Factor.IsPositive() && c.Overage.Factor.LessThan(one), "usage above %s costs less than list price: %s of it", c.ID, c.Overage.Factor)...)
		}
		return why
	}},
	{"Begins in the past", finance, func(p proposal) []string {
		return when(p.asOf.Sub(p.Start()) > UsualBackdating, "counts from %s, %d days ago; what was billed since is corrected", p.Start(), p.asOf.Sub(p.Start()))
	}},
	{"Less than agreed", finance, proposal.lowers},
}

var finance = []access.Role{access.Finance}

// Review says what is unusual about a document, against the one in force where there is one.
func (d Document) Review(before *Document, asOf period.Date) []Reviewed {
	var out []Reviewed
	for _, rule := range reviewRules {
		for _, why := range rule.why(proposal{d, before, asOf}) {
			out = append(out, Reviewed{rule.term, why, rule.who})
		}
	}
	return out
}

func when(unusual bool, format string, args ...any) []string {
	if !unusual {
		return nil
	}
	return []string{fmt.Sprintf(format, args...)}
}

// free finds the lines that nothing is charged for.
func (p proposal) free() (why []string) {
	for _, l := range p.Lines {
		switch {
		case l.Fixed != nil && len(l.Fixed.Ramp) == 0:
			why = append(why, when(l.Fixed.UnitPrice.IsZero(), "line %s has no price", l.ID)...)
		case l.Fixed != nil:
			for _, s := range l.Fixed.Ramp {
				why = append(why, when(s.UnitPrice.IsZero() || s.Quantity.IsZero(), "line %s costs nothing from %s through %s", l.ID, s.From, s.Through)...)
			}
		case l.Usage != nil && len(l.Usage.Price.Tiers) == 0:
			why = append(why, when(l.Usage.Price.Amount.IsZero(), "usage of line %s has no price", l.ID)...)
		}
	}
	return why
}

// lowers finds what an amendment takes back from what both sides had agreed.
func (p proposal) lowers() (why []string) {
	if p.before == nil {
		return nil
	}
	why = when(p.Term.Through.Before(p.before.Term.Through), "ends on %s instead of %s", p.Term.Through, p.before.Term.Through)
	for _, was := range p.before.Lines {
		is, kept := p.line(was.ID)
		if !kept {
			why = append(why, when(true, "line %s ends", was.ID)...)
			continue
		}
		if was.Fixed == nil || is.Fixed == nil {
			continue
		}
		why = append(why, when(is.Fixed.Quantity.LessThan(was.Fixed.Quantity), "line %s: quantity %s instead of %s", was.ID, is.Fixed.Quantity, was.Fixed.Quantity)...)
		why = append(why, when(is.Fixed.UnitPrice.LessThan(was.Fixed.UnitPrice), "line %s: unit price %s instead of %s", was.ID, is.Fixed.UnitPrice, was.Fixed.UnitPrice)...)
	}
	return why
}
