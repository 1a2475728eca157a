package contracts

import (
	"maps"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Blend says how one line's unit price came about.
type Blend struct {
	Line       string
	Was, Asked decimal.Decimal // unit price at the end of the term so far, and of the further time
	Price      decimal.Decimal // of every day from the revision to the new end
	Value      money.Amount    // list value of those days, before and after alike, rounded once
}

// BlendAndExtend lets the term run longer and spreads what the rest of it would have cost, at the old price, and what
// the further time costs, at the new one, over all the days from why.On: one unit price for them all.
//
//	         why.On         old end        new end
//	old       |---- rest, 40 ----|
//	asked                        |--- 34 ------|
//	blended   |------------- 36 --------------|
//
// prices are new unit prices by line id; lines that it does not name run on at their price. A blended price has as few
// decimals as keep the value of all those days to the minor unit: those of the currency at least, twelve at most.
func BlendAndExtend(d Document, through period.Date, prices map[string]decimal.Decimal, why Why) (Document, []Blend, error) {
	var f findings
	next := d.revised(why)
	if !d.Term.Span().Contains(why.On) {
		f.add("on", why.On.String(), "lies outside the term %s: there is nothing left to blend", d.Term.Span())
	}
	next.extend(&f, through)
	if len(prices) == 0 {
		f.add("prices", "", "is empty: give the new unit price of one line at least")
	}
	var blends []Blend
	for _, id := range slices.Sorted(maps.Keys(prices)) {
		l, ok := d.line(id)
		if !d.blendable(&f, l, ok, id, prices[id]) || len(f) > 0 {
			continue
		}
		at := slices.IndexFunc(next.Lines, func(x Line) bool { return x.ID == id })
		rest, further := period.Through(why.On, d.Term.Through), period.Through(d.Term.Through.AddDays(1), through)
		blends = append(blends, next.blend(&next.Lines[at], d.levels(l, rest), further, prices[id]))
	}
	next, err := next.finished(f)
	return next, blends, err
}

// blendable refuses lines that have no unit price by the period, or none any more.
func (d Document) blendable(f *findings, l Line, ok bool, id string, price decimal.Decimal) bool {
	path := "prices." + id
	switch {
	case !ok:
		f.add(path, fault.Shown(id), "is not a line of the contract")
	case l.Fixed == nil || l.Fixed.Every == "term":
		f.add(path, fault.Shown(id), "has no unit price by month, quarter or year to blend; leave it out and amend it by hand")
	case !l.Through.IsZero() && l.Through.Before(d.Term.Through):
		f.add(path, fault.Shown(id), "ends on %s already; leave it out", l.Through)
	default:
		return f.figure(path, price)
	}
	return false
}

// levels are what a line costs on the days from a revision on.
func (d Document) levels(l Line, rest period.Span) []level { return ramp(l, d.days(l).Intersect(rest)) }

// blend spreads the value of the levels and of the further days over both. Quantities stay as they were agreed: a ramp
// of seats goes on climbing, at one price.
func (d Document) blend(l *Line, rest []level, further period.Span, asked decimal.Decimal) Blend {
	was := rest[len(rest)-1]
	all := append(slices.Clone(rest), level{further, was.quantity, asked})
	value, units := new(big.Rat), new(big.Rat)
	for _, x := range all {
		n := d.periodsIn(l.Fixed.Every, x.span)
		n.Mul(n, x.quantity.Rat())
		units.Add(units, n)
		value.Add(value, new(big.Rat).Mul(n, x.unitPrice.Rat()))
	}
	out := Blend{Line: l.ID, Was: was.unitPrice, Asked: asked, Price: asked, Value: inMoney(value, d.Money())}
	if units.Sign() > 0 {
		out.Price = priceWorth(value, units, d.Money())
	}
	l.Fixed.UnitPrice = out.Price
	if len(l.Fixed.Ramp) > 0 {
		l.Fixed.UnitPrice = decimal.Zero
		l.Fixed.Ramp = repriced(l.Fixed.Ramp, rest[0].span.Start, out.Price)
	}
	return out
}

// repriced cuts a ramp at a day and puts the price on what lies behind.
func repriced(ramp []Step, from period.Date, price decimal.Decimal) []Step {
	var out []Step
	for _, s := range ramp {
		if s.From.Before(from) && !s.Through.Before(from) {
			before := s
			before.Through, s.From = from.AddDays(-1), from
			out = append(out, before)
		}
		if !s.From.Before(from) {
			s.UnitPrice = price
		}
		out = append(out, s)
	}
	return out
}

// periodsIn counts billing periods, parts by their days on the whole period's length: as fixed fees are charged.
func (d Document) periodsIn(every string, days period.Span) *big.Rat {
	sum := new(big.Rat)
	cadence, err := period.ParseCadence(every)
	if err != nil {
		return sum // Validate says so
	}
	rec := period.Recurrence{Anchor: anchor(d.termOf(days.Start), cadence, d.Billing.Align), Cadence: cadence}
	for _, whole := range rec.Within(days) {
		sum.Add(sum, big.NewRat(int64(whole.Intersect(days).Days()), int64(whole.Days())))
	}
	return sum
}

// termOf is the first day of the term, first or further, that a day lies in.
func (d Document) termOf(day period.Date) period.Date {
	began := d.Term.From
	for _, on := range d.Term.Renewed {
		if !day.Before(on) {
			began = on
		}
	}
	return began
}

// priceWorth is the price with the fewest decimals at which so many units are worth the value to the minor unit.
func priceWorth(value, units *big.Rat, c money.Currency) decimal.Decimal {
	exact := new(big.Rat).Quo(value, units)
	for places := int32(c.Exponent()); places < maxDecimals; places++ {
		p := decimal.NewFromBigRat(exact, places)
		if inMoney(new(big.Rat).Mul(p.Rat(), units), c) == inMoney(value, c) {
			return p
		}
	}
	return decimal.NewFromBigRat(exact, maxDecimals)
}

// inMoney shows a value in minor units. Nothing is booked from it: charges are rounded period by period.
func inMoney(value *big.Rat, c money.Currency) money.Amount {
	return money.Of(decimal.NewFromBigRat(value, int32(c.Exponent())).Shift(int32(c.Exponent())).IntPart(), c)
}
