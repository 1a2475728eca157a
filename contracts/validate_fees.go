package contracts

import (
	"fmt"

	"ratable/internal/period"
)

// maxInstallments bounds a list nobody pays in daily parts.
const maxInstallments = 120

func (d Document) validateFixed(f *findings, at string, x Fixed) {
	f.cadence(at+".every", x.Every)
	word(f, at+".in", x.In, Advance, Arrears)
	if len(x.Installments) > 0 {
		d.validateInstallments(f, at, x)
		return
	}
	for i, s := range x.Ramp {
		here := fmt.Sprintf("%s.ramp[%d]", at, i)
		if f.figure(here+".quantity", s.Quantity) && f.figure(here+".unit_price", s.UnitPrice) {
			f.charge(here+".unit_price", s.UnitPrice, s.Quantity, d.Currency)
		}
	}
	if len(x.Ramp) > 0 {
		if !x.Quantity.IsZero() || !x.UnitPrice.IsZero() {
			f.add(at+".ramp", "", "stands beside quantity or unit_price; keep one of the two")
		}
		return
	}
	if f.figure(at+".quantity", x.Quantity) && f.figure(at+".unit_price", x.UnitPrice) {
		f.charge(at+".unit_price", x.UnitPrice, x.Quantity, d.Currency)
	}
	if x.Quantity.IsZero() {
		f.add(at+".quantity", "", "is missing or zero; give the number of units, such as 1")
	}
}

// validateInstallments checks a list that is the total: there is nothing else
// for it to add up to.
func (d Document) validateInstallments(f *findings, at string, x Fixed) {
	if x.Every != string(period.Term) {
		f.add(at+".every", x.Every, "must be term: installments are parts of one total for all the line's days")
	}
	if !x.Quantity.IsZero() || !x.UnitPrice.IsZero() || len(x.Ramp) > 0 || x.In != "" {
		f.add(at+".installments", "", "stand beside quantity, unit_price, ramp or in; each installment says its own amount and day")
	}
	validateInstallmentList(f, at+".installments", x.Installments, d.Currency)
}

// validateInstallmentList holds the days in order and the amounts to what can be
// booked.
func validateInstallmentList(f *findings, at string, list []Installment, currency string) {
	if n := len(list); n > maxInstallments {
		f.add(at, "", "has %d installments; at most %d are accepted", n, maxInstallments)
		return
	}
	var before period.Date
	for i, x := range list {
		here := fmt.Sprintf("%s[%d]", at, i)
		if f.figure(here+".amount", x.Amount) {
			f.charge(here+".amount", x.Amount, one, currency)
		}
		if x.Amount.IsZero() {
			f.add(here+".amount", "", "is missing or zero; give what is asked for on this day")
		}
		switch {
		case x.On.IsZero():
			f.add(here+".on", "", "is missing: the day this installment is asked for")
		case i > 0 && !before.Before(x.On):
			f.add(here+".on", x.On.String(), "is not after the installment before, %s; list them in order, one a day", before)
		}
		before = x.On
	}
}

func (d Document) validateOnce(f *findings, at string, x Once) {
	if f.figure(at+".quantity", x.Quantity) && f.figure(at+".unit_price", x.UnitPrice) {
		f.charge(at+".unit_price", x.UnitPrice, x.quantity(), d.Currency)
	}
	f.text(at+".milestone", x.Milestone, 200)
	switch {
	case x.On.IsZero() && x.Milestone == "":
		f.add(at+".on", "", "is missing: give the day it is asked for, or the milestone it waits for")
	case !x.On.IsZero() && x.Milestone != "":
		f.add(at+".on", x.On.String(), "stands beside a milestone; what waits for a delivery has no day of its own")
	}
}

// farOff is how many months an installment may lie from its line's days.
const farOff = 60

// validateFeeDays holds the days on which fees are asked for against those of
// their line.
func (d Document) validateFeeDays(f *findings, at string, l Line, days, term period.Span) {
	switch {
	case l.Fixed != nil && len(l.Fixed.Ramp) > 0:
		validateRamp(f, at+".fixed.ramp", l.Fixed.Ramp, days)
	case l.Fixed != nil:
		d.validateFurther(f, at+".fixed.installments", l.Fixed.Installments, days)
		for i, x := range l.Fixed.Installments {
			if !x.On.IsZero() && (x.On.Before(days.Start.AddMonths(-farOff)) || days.End.AddMonths(farOff).Before(x.On)) {
				f.add(fmt.Sprintf("%s.fixed.installments[%d].on", at, i), x.On.String(), "lies more than %d years from the line's days %s; check the year", farOff/12, days)
			}
		}
	case l.Once != nil && !l.Once.On.IsZero() && !term.Contains(l.Once.On):
		f.add(at+".once.on", l.Once.On.String(), "lies outside the term %s; it would never be asked for", term)
	}
}

// validateFurther refuses the list of a term that is over: a further term would
// ask for all of it again on its first day.
func (d Document) validateFurther(f *findings, at string, list []Installment, days period.Span) {
	if n, began := len(list), d.Term.began(); n > 0 && len(d.Term.Renewed) > 0 && days.Contains(began) && list[n-1].On.Before(began) {
		f.add(at, "", "are those of a term that is over; list what is asked for in the one that began on %s", began)
	}
}
