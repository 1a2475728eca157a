package contracts

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Renew begins a further term on the day after the last one, as the document's renewal says: so many months, at the
// agreed or the catalog's price, raised by the uplift.
//
// Raised are unit prices (of a ramp the last step, which then holds for the whole further term), all figures of usage
// prices, overage prices, prepaid amounts in money with their price, and commitments in money; amounts are rounded to
// the currency, unit prices keep twelve decimals. Units stay: included, prepaid, committed. Caps stay, they protect the
// customer. What is paid once for a whole term is scaled by the months of the terms. What had ended stays ended, and
// whatever has days of its own (discounts, credits, the trial) stays in them.
func Renew(d Document, c *catalog.Catalog, why Why) (Document, error) {
	var f findings
	on := d.Term.Span().End
	if d.Renewal == nil {
		f.add("renewal", "", "is missing: the contract says neither for how long nor at what price it renews; extend it instead")
		return d.finished(f)
	}
	if d.Ending != nil {
		f.add("on", why.On.String(), "begins no further term: the contract was ended on %s; sign a new one", d.Term.Through)
		return d.finished(f)
	}
	if why.On != on {
		f.add("on", why.On.String(), "must be %s: a further term begins on the day after the last one", on)
		return d.finished(f)
	}
	next := d.revised(why)
	next.Term.Renewed = append(next.Term.Renewed, on)
	next.Term.Through = on.AddMonths(d.Renewal.Months).AddDays(-1)
	r := renewal{was: d, on: on, catalog: c, found: &f}
	r.factor = hundred.Add(d.Renewal.UpliftPercent).Div(hundred)
	for i := range next.Lines {
		r.line(fmt.Sprintf("lines[%d]", i), &next.Lines[i])
	}
	for i := range next.Prepaid {
		r.prepaid(fmt.Sprintf("prepaid[%d]", i), &next.Prepaid[i])
	}
	for i := range next.Commits {
		r.commit(&next.Commits[i])
	}
	for i := range next.Caps {
		next.Caps[i].Overage.UnitPrice = r.price(next.Caps[i].Overage.UnitPrice)
	}
	return next.finished(f)
}

// renewal is one call of Renew under way.
type renewal struct {
	was     Document
	on      period.Date
	catalog *catalog.Catalog
	factor  decimal.Decimal // 1.05 for an uplift of 5 percent
	found   *findings
}

// price raises a price per unit: exactly, as far as a document's figures go.
func (r renewal) price(p decimal.Decimal) decimal.Decimal { return p.Mul(r.factor).Round(maxDecimals) }

// amount raises money.
func (r renewal) amount(a decimal.Decimal) decimal.Decimal {
	return a.Mul(r.factor).Round(int32(r.was.Money().Exponent()))
}

// ended says whether a promise was over before the term was.
func (r renewal) ended(through period.Date) bool {
	return !through.IsZero() && through.Before(r.was.Term.Through)
}

func (r renewal) line(at string, l *Line) {
	if r.ended(l.Through) || l.Once != nil {
		return
	}
	l.Through = period.Date{}
	switch {
	case l.Fixed != nil:
		r.fixed(at, l)
	case l.Usage != nil:
		if r.was.Renewal.Price == CatalogPrice {
			r.usageSold(at, l)
		}
		l.Usage.Price = scaledPrice(l.Usage.Price, r.factor)
	}
}

// fixed raises a fee. A ramp becomes what its last step was.
func (r renewal) fixed(at string, l *Line) {
	x := l.Fixed
	if n := len(x.Ramp); n > 0 {
		x.Quantity, x.UnitPrice, x.Ramp = x.Ramp[n-1].Quantity, x.Ramp[n-1].UnitPrice, nil
	}
	if len(x.Installments) > 0 {
		x.Installments = r.installments(at+".fixed.installments", x.Installments)
		return
	}
	if r.was.Renewal.Price == CatalogPrice {
		x.UnitPrice = r.sold(at, l.Product, x.Every)
	}
	x.UnitPrice = r.price(x.UnitPrice)
	if x.Every == "term" {
		x.UnitPrice = r.perTerm(x.UnitPrice, int32(r.was.Money().Exponent()))
	}
}

// usageSold puts the catalog's price of a unit in the place of the agreed one.
func (r renewal) usageSold(at string, l *Line) {
	if l.Usage.Price.Model != catalog.PerUnit {
		r.found.add(at+".usage.price.model", string(l.Usage.Price.Model), "has no one price per unit that the catalog could replace; renew at the agreed price")
		return
	}
	l.Usage.Price.Amount = r.sold(at, l.Product, "")
}

// sold is what a product sells for alone on the day the further term begins, for a period or each unit.
func (r renewal) sold(at, code, every string) decimal.Decimal {
	product, _ := r.catalog.Product(code, r.on)
	alone, ok := product.StandaloneIn(r.was.Money(), every)
	if !ok {
		r.found.add(at+".product", code, "has no stand-alone price in %s %s in the catalog on %s; price it there, or renew at the agreed price", r.was.Currency, cmp.Or(every, "a unit"), r.on)
	}
	return alone.Best()
}

// installments are asked for at the same distance from the first day of the further term, the total raised and shared
// out as before.
func (r renewal) installments(at string, all []Installment) []Installment {
	began := r.was.termOf(r.was.Term.Through)
	if began.AddMonths(r.was.Renewal.Months) != r.on {
		r.found.add(at, "", "were agreed for a term from %s through %s, and the further one has %d months; say what it costs in an amendment", began, r.was.Term.Through, r.was.Renewal.Months)
		return all
	}
	total, weights := decimal.Zero, make([]decimal.Decimal, len(all))
	for i, x := range all {
		total, weights[i] = total.Add(x.Amount), x.Amount
	}
	raised, err := money.ParseAmount(r.amount(total).StringFixed(int32(r.was.Money().Exponent())), r.was.Money())
	if err != nil || total.IsZero() {
		return all
	}
	out := slices.Clone(all)
	for i, part := range money.Allocate(raised, weights) {
		out[i].Amount = part.Decimal()
		out[i].On = period.MaxDate(r.on, period.MinDate(all[i].On.AddMonths(r.was.Renewal.Months), r.on.AddMonths(r.was.Renewal.Months).AddDays(-1)))
	}
	return out
}

// perTerm scales what is paid once for a whole term to the length of the further one: by months where both are whole
// months, else by days.
func (r renewal) perTerm(x decimal.Decimal, places int32) decimal.Decimal {
	began, months := r.was.termOf(r.was.Term.Through), r.was.Renewal.Months
	for was := 1; was <= 12*MaxTermYears; was++ {
		if began.AddMonths(was) == r.on {
			if was == months {
				return x
			}
			return x.Mul(decimal.NewFromInt(int64(months))).DivRound(decimal.NewFromInt(int64(was)), places)
		}
	}
	days := r.on.AddMonths(months).Sub(r.on)
	return x.Mul(decimal.NewFromInt(int64(days))).DivRound(decimal.NewFromInt(int64(r.on.Sub(began))), places)
}

func (r renewal) prepaid(at string, p *Prepaid) {
	if r.ended(p.Through) {
		return
	}
	p.Through = period.Date{}
	p.Amount, p.Price = r.amount(p.Amount), r.amount(p.Price)
	p.Overage.UnitPrice = r.price(p.Overage.UnitPrice)
	if p.Rollover != nil && p.Units.IsZero() {
		p.Rollover.Most = r.amount(p.Rollover.Most)
	}
	if p.Every == "term" {
		places := int32(r.was.Money().Exponent())
		p.Amount, p.Price, p.Units = r.perTerm(p.Amount, places), r.perTerm(p.Price, places), r.perTerm(p.Units, 0)
	}
	if p.Bill != nil && len(p.Bill.Installments) > 0 {
		p.Bill.Installments = r.installments(at+".bill.installments", p.Bill.Installments)
	}
}

func (r renewal) commit(c *Commit) {
	if r.ended(c.Through) {
		return
	}
	c.Through = period.Date{}
	c.Amount, c.UnitPrice = r.amount(c.Amount), r.price(c.UnitPrice)
	if c.Every == "term" {
		c.Amount, c.Units = r.perTerm(c.Amount, int32(r.was.Money().Exponent())), r.perTerm(c.Units, 0)
	}
}

// scaledPrice raises every figure of a usage price that is money or a share of it; quantities stay.
func scaledPrice(p catalog.Price, factor decimal.Decimal) catalog.Price {
	raise := func(x decimal.Decimal) decimal.Decimal { return x.Mul(factor).Round(maxDecimals) }
	p.Amount, p.Percent, p.PerEvent = raise(p.Amount), raise(p.Percent), raise(p.PerEvent)
	p.Minimum, p.Maximum = raise(p.Minimum), raise(p.Maximum)
	p.Tiers = slices.Clone(p.Tiers)
	for i := range p.Tiers {
		p.Tiers[i].Unit, p.Tiers[i].Flat = raise(p.Tiers[i].Unit), raise(p.Tiers[i].Flat)
	}
	if p.Prices = maps.Clone(p.Prices); p.Prices != nil {
		for value, cell := range p.Prices {
			p.Prices[value] = scaledPrice(cell, factor)
		}
	}
	if p.Other != nil {
		other := scaledPrice(*p.Other, factor)
		p.Other = &other
	}
	return p
}
