package contracts

import (
	"fmt"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// maxReductions bounds each list of caps, discounts and credits; pricing takes
// time with each.
const maxReductions = 100

// defaultedCap are the keys of a cap where a zero would be read as the usual price.
var defaultedCap = []struct{ path, instead string }{
	{"overage.factor", "leave it out for the usual price; if nothing above is charged, write then: stop"},
	{"overage.unit_price", "leave it out for the usual price; if nothing above is charged, write then: stop"},
}

// validateReductions checks caps, discounts and credits.
func (d Document) validateReductions(f *findings) {
	for _, list := range []struct {
		key string
		n   int
	}{{"caps", len(d.Caps)}, {"discounts", len(d.Discounts)}, {"credits", len(d.Credits)}} {
		if list.n > maxReductions {
			f.add(list.key, "", "has %d entries; at most %d fit, so make it several contracts", list.n, maxReductions)
			return
		}
	}
	seen := map[string]string{}
	for key, ids := range map[string][]string{"lines": d.lineIDs(), "commitments": d.commitIDs(), "prepaid": d.prepaidIDs()} {
		for i, id := range ids {
			seen[id] = fmt.Sprintf("%s[%d].id", key, i)
		}
	}
	for i, c := range d.Caps {
		at := fmt.Sprintf("caps[%d]", i)
		unique(f, seen, at+".id", c.ID)
		f.text(at+".clause", c.Clause, 60)
		d.validateCap(f, at, c)
	}
	for i, x := range d.Discounts {
		at := fmt.Sprintf("discounts[%d]", i)
		unique(f, seen, at+".id", x.ID)
		f.text(at+".clause", x.Clause, 60)
		d.validateDiscount(f, at, x)
	}
	for i, c := range d.Credits {
		at := fmt.Sprintf("credits[%d]", i)
		unique(f, seen, at+".id", c.ID)
		f.text(at+".clause", c.Clause, 60)
		d.validateCredit(f, at, c)
	}
}

func (d Document) validateCap(f *findings, at string, c Cap) {
	if c.Kind != HardCap && c.Kind != CustomerCap {
		f.add(at+".kind", fault.Shown(string(c.Kind)), "must be hard (we never bill above it) or customer (the customer's own budget)")
	}
	switch c.Then {
	case "", Continue, Stop, Throttle, Warn:
	default:
		f.add(at+".then", fault.Shown(string(c.Then)), "must be continue, stop, throttle or warn")
	}
	f.cadence(at+".every", c.Every)
	d.refers(f, at+".lines", c.Lines, d.lineIDs())
	for _, id := range c.Lines {
		if every := d.everyOf(id); longer(every, c.Every) {
			f.add(at+".every", c.Every, "is shorter than the billing period of line %s, %s; make the cap's period as long", id, every)
		}
	}
	d.validateCapOf(f, at, c)
	d.validateAbove(f, at, c)
}

// validateCapOf checks what is capped: money, or the units of one usage line.
func (d Document) validateCapOf(f *findings, at string, c Cap) {
	sane := f.figure(at+".amount", c.Amount)
	if sane = f.figure(at+".units", c.Units) && sane; !sane {
		return
	}
	f.charge(at+".amount", c.Amount, one, d.Currency)
	switch units := c.Units.IsPositive(); {
	case units == c.Amount.IsPositive():
		f.add(at+".amount", "", "give the cap either as amount (money) or as units, more than zero")
	case units && len(c.Lines) != 1:
		f.add(at+".units", c.Units.String(), "a cap in units is for exactly one line; use amount to cap several")
	case units:
		l, ok := d.line(c.Lines[0])
		if !ok {
			return
		}
		prepaid, _ := coveredBy(d, l.ID)
		switch {
		case l.Usage == nil:
			f.add(at+".lines", l.ID, "measures no units; give the cap as amount")
		case prepaid != "":
			f.add(at+".lines", l.ID, "is drawn from the prepaid amount %s; give the cap as amount, it bounds the overage", prepaid)
		case l.Usage.Price.Model == catalog.Flat || l.Usage.Price.Model == catalog.Percentage || l.Usage.Price.Model == catalog.Matrix:
			f.add(at+".units", l.ID, "has a %s price, which does not follow from a number of units; give the cap as amount", l.Usage.Price.Model)
		}
	}
}

// validateAbove checks what is charged above the customer's own cap.
func (d Document) validateAbove(f *findings, at string, c Cap) {
	o := c.Overage
	if f.figure(at+".overage.factor", o.Factor) && f.figure(at+".overage.unit_price", o.UnitPrice) {
		f.charge(at+".overage.unit_price", o.UnitPrice, one, d.Currency)
	}
	if o.Factor.IsZero() && o.UnitPrice.IsZero() {
		return
	}
	switch {
	case c.Kind == HardCap:
		f.add(at+".overage", "", "has no meaning under a hard cap: nothing above it is billed; leave it out, or make it the customer's own")
	case c.Then != Continue:
		f.add(at+".overage", "", "is charged only when the service goes on; add then: continue, or leave it out")
	case !o.Factor.IsZero() && !o.UnitPrice.IsZero():
		f.add(at+".overage.unit_price", o.UnitPrice.String(), "stands beside factor; keep one of the two")
	case !o.UnitPrice.IsZero() && !c.Units.IsPositive():
		f.add(at+".overage.unit_price", o.UnitPrice.String(), "needs a cap in units; give units, or a factor instead")
	}
}

func (d Document) validateDiscount(f *findings, at string, x Discount) {
	if len(x.Lines) > 0 {
		d.refers(f, at+".lines", x.Lines, d.lineIDs(), d.prepaidIDs(), d.commitIDs())
	}
	f.text(at+".reason", x.Reason, 200)
	d.validateProgramme(f, at, x.Programme)
	sane := f.figure(at+".amount", x.Amount)
	if sane = f.figure(at+".percent", x.Percent) && sane; !sane {
		return
	}
	f.charge(at+".amount", x.Amount, one, d.Currency)
	percent, amount := x.Percent.IsPositive(), x.Amount.IsPositive()
	switch {
	case !percent && !amount:
		f.add(at+".percent", "", "is missing or zero; give a percent, or an amount off each period")
	case percent && amount:
		f.add(at+".amount", x.Amount.String(), "stands beside percent; write two discounts, they are taken one after the other")
	case x.Percent.GreaterThan(hundred):
		f.add(at+".percent", x.Percent.String(), "is more than 100; nothing is charged below zero")
	case percent && x.Every != "":
		f.add(at+".every", fault.Shown(x.Every), "belongs to an amount; a percentage is taken off every charge, so leave it out")
	case amount:
		f.cadence(at+".every", x.Every)
		d.validateDiscountPeriod(f, at, x)
	}
}

// validateDiscountPeriod refuses an amount off periods in which no usage of its
// lines is charged.
func (d Document) validateDiscountPeriod(f *findings, at string, x Discount) {
	for _, l := range d.Lines {
		if l.Usage != nil && scoped(x.Lines, Piece{Line: l.ID}) && longer(l.every(), x.Every) {
			f.add(at+".every", x.Every, "is shorter than the billing period of line %s, %s; name other lines, or make it as long", l.ID, l.every())
		}
	}
}

func (d Document) validateCredit(f *findings, at string, c Credit) {
	if c.Kind != Promotional && c.Kind != Goodwill {
		f.add(at+".kind", fault.Shown(string(c.Kind)), "must be promotional or goodwill")
	}
	if len(c.Lines) > 0 {
		d.refers(f, at+".lines", c.Lines, d.lineIDs(), d.prepaidIDs(), d.commitIDs())
	}
	if f.figure(at+".amount", c.Amount) {
		f.charge(at+".amount", c.Amount, one, d.Currency)
		if c.Amount.IsZero() {
			f.add(at+".amount", "", "is missing or zero; give what the credit pays for in all")
		}
	}
	if c.Reason == "" {
		f.add(at+".reason", "", "is missing: it is printed on the invoice")
	}
	f.text(at+".reason", c.Reason, 200)
	d.validateProgramme(f, at, c.Programme)
}

func (d Document) validateProgramme(f *findings, at, code string) {
	if code != "" {
		f.key(at+".programme", code, "a programme of ours by its code")
	}
}

// validateSpendDays holds the days of commitments, discounts and credits against
// the term.
func (d Document) validateSpendDays(f *findings, term period.Span) {
	for i, c := range d.Commits {
		validateBounds(f, fmt.Sprintf("commitments[%d]", i), c.From, c.Through, term)
	}
	for i, x := range d.Discounts {
		validateBounds(f, fmt.Sprintf("discounts[%d]", i), x.From, x.Through, term)
	}
	for i, c := range d.Credits {
		validateBounds(f, fmt.Sprintf("credits[%d]", i), c.From, c.Through, term)
	}
}

func validateBounds(f *findings, at string, from, through period.Date, term period.Span) {
	for _, end := range []struct {
		key string
		day period.Date
	}{{".from", from}, {".through", through}} {
		if !end.day.IsZero() && !term.Contains(end.day) {
			f.add(at+end.key, end.day.String(), "lies outside the term %s", term)
			return
		}
	}
	if days := bounded(term, from, through); days.Empty() {
		f.add(at+".through", through.String(), "is before the first day %s", days.Start)
	}
}
