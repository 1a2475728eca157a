package contracts

import (
	"fmt"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Bounds of prepaid amounts that no contract of the field comes near.
const (
	maxPriority = 1000
	maxExpiry   = 3660 // days
	maxRolled   = 240  // access periods
)

// defaulted are the keys of a prepaid amount where a zero would be read as the
// default, and what to write instead.
var defaulted = []struct{ path, instead string }{
	{"price", "leave it out to charge the balance up front; a balance for nothing is a credit, or a trial"},
	{"overage.factor", "leave it out for the list price; if overage is free, write a balance nobody can reach"},
	{"overage.unit_price", "leave it out for the list price; if overage is free, write a balance nobody can reach"},
	{"rollover.percent", "leave it out to carry all that is unused; without rollover nothing is carried"},
	{"rollover.most", "leave it out for no ceiling; without rollover nothing is carried"},
	{"rollover.periods", "leave it out for one period; without rollover nothing is carried"},
}

func (d Document) validatePrepaid(f *findings) {
	for i, c := range d.Prepaid {
		at := fmt.Sprintf("prepaid[%d]", i)
		f.key(at+".product", c.Product, "the product the up-front payment is sold as")
		f.text(at+".clause", c.Clause, 60)
		f.cadence(at+".every", c.Every)
		d.scope(f, at+".lines", c.Lines)
		if c.Priority < -maxPriority || c.Priority > maxPriority {
			f.add(at+".priority", fmt.Sprint(c.Priority), "must be from %d to %d; the lowest is drawn first", -maxPriority, maxPriority)
		}
		if c.ExpiresAfterDays < 0 || c.ExpiresAfterDays > maxExpiry {
			f.add(at+".expires_after_days", fmt.Sprint(c.ExpiresAfterDays), "must be from 0 to %d days", maxExpiry)
		}
		sane := d.validateBalance(f, at, c)
		d.validateOverage(f, at+".overage", c)
		d.validateRollover(f, at+".rollover", c)
		d.validateBill(f, at, c, d.validateAccess(f, at, c) && sane)
	}
}

// validateBalance says whether the figures make a price to add up to.
func (d Document) validateBalance(f *findings, at string, c Prepaid) bool {
	sane := f.figure(at+".amount", c.Amount)
	sane = f.figure(at+".units", c.Units) && sane
	if sane = f.figure(at+".price", c.Price) && sane; !sane {
		return false
	}
	f.charge(at+".price", c.price(), one, d.Currency)
	f.charge(at+".amount", c.Amount, one, d.Currency)
	inMoney, units := c.Amount.IsPositive(), c.Units.IsPositive()
	switch {
	case inMoney == units:
		f.add(at+".amount", "", "give the balance either as amount (money) or as units, more than zero")
		return false
	case units && len(c.Lines) != 1:
		f.add(at+".units", c.Units.String(), "a balance in units covers exactly one line; use amount to cover several")
	case units && !c.Price.IsPositive():
		f.add(at+".price", "", "is missing: a balance in units needs the price paid up front")
		return false
	}
	for _, id := range c.Lines {
		l, ok := d.line(id)
		switch {
		case !ok:
		case l.Usage == nil:
			f.add(at+".lines", id, "is not priced by usage; a prepaid amount covers usage lines")
		case units && !sellsByUnits(l.Usage.Price.Model):
			f.add(at+".units", id, "%s; give the balance as amount", noUnits(l.Usage.Price.Model))
		}
	}
	return true
}

// noUnits says why units of a price cannot be drawn one by one.
func noUnits(m catalog.Model) string {
	switch m {
	case catalog.Flat:
		return "has a flat price, which no number of units uses up"
	case catalog.Volume, catalog.Stairstep:
		return fmt.Sprintf("has a %s price, which changes the price of units already drawn", m)
	}
	return fmt.Sprintf("has a %s price, which units alone do not tell", m)
}

func (d Document) validateOverage(f *findings, at string, c Prepaid) {
	f.figure(at+".factor", c.Overage.Factor)
	if !f.figure(at+".unit_price", c.Overage.UnitPrice) || c.Overage.UnitPrice.IsZero() {
		return
	}
	f.charge(at+".unit_price", c.Overage.UnitPrice, one, d.Currency)
	switch l, ok := d.line(c.onlyLine()); {
	case c.Overage.Factor.IsPositive():
		f.add(at+".unit_price", c.Overage.UnitPrice.String(), "stands beside a factor; keep one of the two")
	case len(c.Lines) > 1:
		f.add(at+".unit_price", c.Overage.UnitPrice.String(), "needs a prepaid amount that covers one line; for several give a factor")
	case ok && l.Usage != nil && !sellsByUnits(l.Usage.Price.Model):
		f.add(at+".unit_price", l.ID, "%s; give a factor", noUnits(l.Usage.Price.Model))
	}
}

func (d Document) validateRollover(f *findings, at string, c Prepaid) {
	r := c.Rollover
	if r == nil {
		return
	}
	if f.figure(at+".percent", r.Percent) && r.Percent.GreaterThan(hundred) {
		f.add(at+".percent", r.Percent.String(), "must be at most 100: no more can be carried than is unused")
	}
	if f.figure(at+".most", r.Most) && c.Units.IsZero() {
		f.charge(at+".most", r.Most, one, d.Currency)
	}
	if r.Periods < 0 || r.Periods > maxRolled {
		f.add(at+".periods", fmt.Sprint(r.Periods), "must be from 1 to %d access periods", maxRolled)
	}
	word(f, at+".used", r.Used, UsedFirst, UsedLast)
	if c.Every == string(period.Term) && len(d.Term.Renewed) == 0 && d.Renewal == nil {
		f.add(at, "", "has no next period to carry into: every is term and the contract does not renew; use expires_after_days to keep it longer")
	}
}

// validateAccess says whether the days of access make sense.
func (d Document) validateAccess(f *findings, at string, c Prepaid) bool {
	if d.Term.From.IsZero() || d.Term.Through.Before(d.Term.From) { // said of the term already
		return false
	}
	term := d.Term.Span()
	for _, end := range []struct {
		key string
		day period.Date
	}{{"from", c.From}, {"through", c.Through}} {
		if !end.day.IsZero() && !term.Contains(end.day) {
			f.add(at+"."+end.key, end.day.String(), "lies outside the term %s", term)
			return false
		}
	}
	if days := d.accessOf(c); days.Empty() {
		f.add(at+".through", c.Through.String(), "is before the first day of access %s", days.Start)
		return false
	}
	return true
}

// validateBill checks the invoice schedule; installments must come to what the
// access periods cost.
func (d Document) validateBill(f *findings, prepaid string, c Prepaid, sane bool) {
	b, at := c.Bill, prepaid+".bill"
	switch {
	case b == nil:
		return
	case len(b.Installments) == 0:
		f.cadence(at+".every", b.Every)
		word(f, at+".in", b.In, Advance, Arrears)
		return
	case b.Every != "" || b.In != "":
		f.add(at+".installments", "", "stand beside every or in; each installment says its own day")
	}
	validateInstallmentList(f, at+".installments", b.Installments, d.Currency)
	currency, noCurrency := money.ParseCurrency(d.Currency)
	_, noCadence := period.ParseCadence(c.Every)
	if noCurrency != nil || noCadence != nil || !sane {
		return
	}
	sum := zero
	for i, x := range b.Installments {
		if access := d.accessOf(c); i > 0 && !x.On.IsZero() && !access.Contains(x.On) {
			f.add(fmt.Sprintf("%s.installments[%d].on", at, i), x.On.String(), "lies outside the days of access %s", access)
			return
		}
		sum = sum.Add(x.Amount)
	}
	if price := d.prepaidPrice(c, currency); !money.Price(sum, currency).Equal(price.Exact()) {
		f.add(at+".installments", sum.String(), "add up to %s; the access periods cost %s in all", sum, price)
	}
}

// onlyLine is the line of a balance that covers one.
func (c Prepaid) onlyLine() string {
	if len(c.Lines) != 1 {
		return ""
	}
	return c.Lines[0]
}

// prepaidPrice is what all access periods cost, as this document alone says.
func (d Document) prepaidPrice(c Prepaid, currency money.Currency) money.Amount {
	d.Trial, d.Ending = nil, nil
	p := pricing{agreement: Agreement{Currency: currency, Versions: []Version{{1, d.Term.From, d}}}}
	sum, list := money.Zero(currency), p.round(money.Price(c.price(), currency))
	for _, s := range p.grants(c.ID, 0) {
		for _, b := range s.billed {
			sum = sum.Add(part(list, b.span, b.whole))
		}
	}
	return sum
}
