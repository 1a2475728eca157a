package contracts

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/period"
)

var one = decimal.NewFromInt(1)

func (d Document) validateCommits(f *findings) {
	for i, c := range d.Commits {
		at := fmt.Sprintf("commitments[%d]", i)
		f.key(at+".product", c.Product, "the product a true-up is sold as")
		f.text(at+".clause", c.Clause, 60)
		f.cadence(at+".every", c.Every)
		if f.figure(at+".amount", c.Amount) {
			f.charge(at+".amount", c.Amount, one, d.Currency)
		}
		if c.Amount.IsZero() {
			f.add(at+".amount", "", "is missing or zero; give what is spent at least in each period")
		}
		d.scope(f, at+".lines", c.Lines)
		for _, id := range c.Lines {
			if l, ok := d.line(id); ok && longer(l.every(), c.Every) {
				f.add(at+".every", c.Every, "is shorter than the billing period of line %s, %s; what is spent could not be told in time", id, l.every())
			}
		}
	}
}

// longer says whether one billing period outlasts another, when both are known.
func longer(every, than string) bool {
	a, errA := period.ParseCadence(every)
	b, errB := period.ParseCadence(than)
	if errA != nil || errB != nil || b == period.Term {
		return false
	}
	return a == period.Term || a.Months() > b.Months()
}

func (l Line) every() string {
	switch {
	case l.Fixed != nil:
		return l.Fixed.Every
	case l.Usage != nil:
		return l.Usage.Every
	}
	return ""
}

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

func (d Document) line(id string) (Line, bool) { return find(d.Lines, lineID, id) }

// scope holds the ids a commitment or cap names against the lines there are.
func (d Document) scope(f *findings, path string, ids []string) {
	if len(ids) == 0 {
		f.add(path, "", "is empty: list the ids of the lines that count")
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if _, ok := d.line(id); !ok {
			f.add(path, fault.Shown(id), "is not the id of a line of this contract")
		} else if seen[id] {
			f.add(path, id, "is listed twice; once is enough")
		}
		seen[id] = true
	}
}
