package contracts

import (
	"fmt"

	"ratable/catalog"
	"ratable/internal/fault"
)

func (d Document) validatePrepaid(f *findings) {
	covered := map[string]string{}
	for i, c := range d.Prepaid {
		at := fmt.Sprintf("prepaid[%d]", i)
		f.key(at+".product", c.Product, "the product the up-front payment is sold as")
		f.text(at+".clause", c.Clause, 60)
		f.cadence(at+".every", c.Every)
		f.figure(at+".overage.factor", c.Overage.Factor)
		d.scope(f, at+".lines", c.Lines)
		d.validateCapSize(f, at, c)
		for _, id := range c.Lines {
			if other, twice := covered[id]; twice {
				f.add(at+".lines", fault.Shown(id), "is covered by prepaid amount %s already", other)
			}
			covered[id] = c.ID
		}
	}
}

func (d Document) validateCapSize(f *findings, at string, c Prepaid) {
	sane := f.figure(at+".amount", c.Amount)
	sane = f.figure(at+".units", c.Units) && sane
	if sane = f.figure(at+".price", c.Price) && sane; !sane {
		return
	}
	f.charge(at+".price", c.price(), one, d.Currency)
	f.charge(at+".amount", c.Amount, one, d.Currency)
	money, units := c.Amount.IsPositive(), c.Units.IsPositive()
	switch {
	case money == units:
		f.add(at+".amount", "", "give the cap either as amount (money) or as units, more than zero")
	case units && len(c.Lines) != 1:
		f.add(at+".units", c.Units.String(), "a cap in units covers exactly one line; use amount to cover several")
	case units && !c.Price.IsPositive():
		f.add(at+".price", "", "is missing: a cap in units needs the price paid up front")
	}
	for _, id := range c.Lines {
		l, ok := d.line(id)
		switch {
		case !ok:
		case l.Usage == nil:
			f.add(at+".lines", id, "is a fixed fee; a cap covers usage lines")
		case units && l.Usage.Price.Model == catalog.Flat:
			f.add(at+".units", id, "has a flat price, which no number of units uses up; give the cap as amount")
		case units && l.Usage.Price.Model == catalog.Volume:
			f.add(at+".units", id, "has a volume price, which changes the price of units already drawn; give the cap as amount")
		}
	}
}
