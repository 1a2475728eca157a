package catalog

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
)

// What the steps of a percentage price are about.
const (
	OfPercent = "percent" // Quantity is the amount that is not free
	OfEvents  = "events"  // Quantity is the number of events that are not free
	OfBounds  = "bounds"  // what minimum and maximum per event add, or take off
)

// OfOther names the cell of a matrix price for all values without a price of their own.
const OfOther = "other"

// RateEvents prices the amounts of a period's events, in order of time, at a percentage price.
//
//	1.3 % + 2 per event; free are 3 events or 250 units
//	event      50   100   250   400
//	free       50   100   100     0    the third exceeds 250 units
//	charged     -     -   150   400    550 x 1.3 % + 2 x 2 = 11.15
func (p Price) RateEvents(amounts []decimal.Decimal, c money.Currency) Rating {
	var sofar Tally
	for _, amount := range amounts {
		sofar = p.Tally(sofar, amount)
	}
	return p.RateTally(sofar, c)
}

// Tally is what the events of a period came to so far at a percentage price: all that what is due depends on.
type Tally struct {
	Events  int             // all of them
	total   decimal.Decimal // their amounts
	charged int64           // events that are not free
	units   decimal.Decimal // amounts that are not free
	bounds  decimal.Decimal // what minimum and maximum per event add, or take off
}

// Tally counts one event more, in order of time.
func (p Price) Tally(sofar Tally, amount decimal.Decimal) Tally {
	amount = decimal.Max(decimal.Zero, amount)
	rest, free := p.chargeable(sofar.Events, sofar.total, amount)
	sofar.Events, sofar.total = sofar.Events+1, sofar.total.Add(amount)
	if free {
		return sofar
	}
	sofar.units, sofar.charged = sofar.units.Add(rest), sofar.charged+1
	if cost := p.Percent.Shift(-2).Mul(rest).Add(p.PerEvent); cost.Cmp(p.Minimum) < 0 {
		sofar.bounds = sofar.bounds.Add(p.Minimum.Sub(cost))
	} else if p.Maximum.IsPositive() && cost.Cmp(p.Maximum) > 0 {
		sofar.bounds = sofar.bounds.Add(p.Maximum.Sub(cost))
	}
	return sofar
}

// RateTally prices what has been counted, at a percentage price.
func (p Price) RateTally(t Tally, c money.Currency) Rating {
	r := Rating{Total: money.Price(decimal.Zero, c)}
	r.add(Step{Of: OfPercent, Through: t.total, Quantity: t.units, Unit: p.Percent.Shift(-2)}, c)
	r.add(Step{Of: OfEvents, Through: t.total, Quantity: decimal.NewFromInt(t.charged), Unit: p.PerEvent}, c)
	r.add(Step{Of: OfBounds, Through: t.total, Quantity: one, Unit: t.bounds}, c)
	return r
}

// chargeable says what is to be paid of an event, given how many and how much came before it.
func (p Price) chargeable(before int, total, amount decimal.Decimal) (rest decimal.Decimal, free bool) {
	noEventLeft := p.FreeEvents > 0 && before >= p.FreeEvents
	switch {
	case p.FreeEvents == 0 && p.FreeUnits.IsZero(), noEventLeft:
		return amount, false
	case p.FreeUnits.IsZero():
		return decimal.Zero, true
	}
	// Once exceeded, units are exhausted for good: then an event of nothing is not free either.
	beyond := total.Add(amount).Sub(p.FreeUnits)
	return decimal.Min(amount, beyond), beyond.Sign() <= 0
}

// add appends a step that comes to something.
func (r *Rating) add(s Step, c money.Currency) {
	if s.Amount = s.price(c); s.Amount.IsZero() {
		return
	}
	r.Total, r.Steps = r.Total.Add(s.Amount), append(r.Steps, s)
}

// RateCells prices quantities by the value of the dimension, at a matrix price. Every cell is rated, also with nothing
// used, because its price may have a flat fee; use of values without a price of their own counts together.
func (p Price) RateCells(used map[string]decimal.Decimal, c money.Currency) Rating {
	r := Rating{Total: money.Price(decimal.Zero, c)}
	rest := decimal.Zero
	for value, quantity := range used {
		if _, priced := p.Prices[value]; !priced {
			rest = rest.Add(quantity)
		}
	}
	for _, value := range slices.Sorted(maps.Keys(p.Prices)) {
		r.join(value, p.Prices[value].Rate(used[value], c))
	}
	r.join(OfOther, p.Other.Rate(rest, c))
	return r
}

func (r *Rating) join(cell string, of Rating) {
	for _, s := range of.Steps {
		s.Of = cell
		r.Steps = append(r.Steps, s)
	}
	r.Total = r.Total.Add(of.Total)
}

// Part is the rating of a period of which only some days are sold: what is due once per period, a flat price, a tier's
// flat fee or a step, is taken by days. Units cost what they cost, and the bounds of tiers stay where they are.
func (r Rating) Part(days, whole int64, c money.Currency) Rating {
	out := Rating{Total: money.Price(decimal.Zero, c), Steps: make([]Step, len(r.Steps))}
	for i, s := range r.Steps {
		s.Amount = money.Price(s.Unit, c).Mul(s.Quantity).Add(money.Price(s.Flat, c).MulRatio(days, whole))
		out.Total, out.Steps[i] = out.Total.Add(s.Amount), s
	}
	return out
}

// Part is the price of a period of which only some days are sold: the allowances of a percentage price shrink with it,
// down to whole events and to what meters count. Flat fees do in Rating.Part.
func (p Price) Part(days, whole int64) Price {
	if p.Model != Percentage || days == whole {
		return p
	}
	events := int(int64(p.FreeEvents) * days / whole)
	units, _ := p.FreeUnits.Mul(decimal.NewFromInt(days)).QuoRem(decimal.NewFromInt(whole), maxDecimals)
	// Whichever is exhausted first: an allowance that shrank to nothing leaves nothing free, instead of not counting.
	if p.FreeEvents > 0 && events == 0 || p.FreeUnits.IsPositive() && units.IsZero() {
		events, units = 0, decimal.Zero
	}
	p.FreeEvents, p.FreeUnits = events, units
	return p
}

// Equal says that two prices charge the same for everything, however their figures are written: 2 and 2.00.
func (p Price) Equal(q Price) bool {
	return p.Model == q.Model && p.FlatAtZero == q.FlatAtZero && p.FreeEvents == q.FreeEvents && p.By == q.By &&
		p.Amount.Equal(q.Amount) && p.Size.Equal(q.Size) && p.Percent.Equal(q.Percent) && p.PerEvent.Equal(q.PerEvent) &&
		p.FreeUnits.Equal(q.FreeUnits) && p.Minimum.Equal(q.Minimum) && p.Maximum.Equal(q.Maximum) &&
		slices.EqualFunc(p.Tiers, q.Tiers, Tier.equal) && maps.EqualFunc(p.Prices, q.Prices, Price.Equal) &&
		(p.Other == nil) == (q.Other == nil) && (p.Other == nil || p.Other.Equal(*q.Other))
}

func (t Tier) equal(u Tier) bool {
	return (t.UpTo == nil) == (u.UpTo == nil) && (t.UpTo == nil || t.UpTo.Equal(*u.UpTo)) && t.Unit.Equal(u.Unit) && t.Flat.Equal(u.Flat)
}
