package contracts

import (
	"ratable/catalog"
	"ratable/internal/fault"
)

// defaultedCap are the keys of a cap where a zero would be read as the usual price.
var defaultedCap = []struct{ path, instead string }{
	{"overage.factor", "leave it out for the usual price; if nothing above is charged, write then: stop"},
	{"overage.unit_price", "leave it out for the usual price; if nothing above is charged, write then: stop"},
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
