package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// draw is one day's usage of a window against its cap: what the cap covered and
// what lay above it, at list price.
type draw struct {
	day    period.Date
	inside money.Exact
	above  money.Exact
	factor decimal.Decimal
}

// softCaps prices capped usage. Each day's usage is drawn from the cap in the
// order of the cap's lines, first used first; the record that straddles the
// boundary is split there.
//
//	list value  |■■■■■■■■■■■■■■■■|□□□□□□□
//	            0                C          □ = (cost - C), charged x factor
func (p *pricing) softCaps() {
	for _, id := range lineages(p.agreement, documentSoftCaps, softCapID) {
		for _, s := range p.capStretches(id) {
			for _, b := range p.periods(s.terms.cap.Every, s.span) {
				p.capPeriod(s, b)
			}
		}
	}
	for _, w := range p.windows {
		if w.capped {
			p.pieces = append(p.pieces, p.cappedPieces(w)...)
		}
	}
}

type capped struct {
	cap      SoftCap
	document Document
}

func (p *pricing) capStretches(id string) []stretch[capped] {
	return stretches(p.agreement, func(v Version) (period.Span, capped, bool) {
		c, ok := find(v.Document.SoftCaps, softCapID, id)
		return v.Document.Term.Span(), capped{c, v.Document}, ok
	}, func(a, b capped) bool {
		x, y := a.cap, b.cap
		return x.Every == y.Every && x.Product == y.Product && x.Amount.Equal(y.Amount) && x.Units.Equal(y.Units) &&
			x.Price.Equal(y.Price) && x.factor().Equal(y.factor())
	})
}

func (c SoftCap) factor() decimal.Decimal {
	if c.Overage.Factor.IsZero() {
		return decimal.NewFromInt(1)
	}
	return c.Overage.Factor
}

// price is what a whole period costs up front.
func (c SoftCap) price() decimal.Decimal {
	if c.Price.IsZero() {
		return c.Amount
	}
	return c.Price
}

// capPeriod bills the up-front payment and draws the period's usage from it.
func (p *pricing) capPeriod(s stretch[capped], b billed) {
	c := s.terms.cap
	product := p.product(c.Product, s.version)
	total := round(money.Price(c.price(), p.agreement.Currency))
	fee := Piece{
		Line: c.ID, Kind: CapFee, Span: b.span, Period: b.whole,
		Product: c.Product, Description: product.Name, Clause: c.Clause, Version: s.version.Number,
		Amount: part(total, b.span, b.whole), BillOn: b.span.Start, Closed: true,
		Recognition: product.Recognition,
		Detail:      Detail{Quantity: decimal.NewFromInt(1), Unit: product.Unit, UnitPrice: c.price(), List: part(total, b.span, b.whole)},
	}
	if product.Recognition == catalog.AsUsed {
		fee.Values = p.drawDown(c, s, b, fee.Amount)
	} else {
		p.drawDown(c, s, b, fee.Amount)
	}
	p.pieces = append(p.pieces, fee)
}

// drawDown walks the days, records each draw on its window, and gives how much
// of the payment had been used up at each mark. What is never used lapses with
// the period: on its last day the whole payment is earned.
func (p *pricing) drawDown(c SoftCap, s stretch[capped], b billed, fee money.Amount) []Value {
	r := c.reserve(p.agreement.Currency, b)
	end := period.MinDate(b.span.End, p.until)
	var values []Value
	next := b.span.Start.MonthOf().End()
	for day := b.span.Start; day.Before(end); day = day.AddDays(1) {
		for _, w := range p.windows {
			if w.capped && w.billed.span.Contains(day) && coveredBy(s.version.Document, w.line.ID) == c.ID {
				p.drawDay(r, w, day)
			}
		}
		if tomorrow := day.AddDays(1); tomorrow == next || tomorrow == end {
			values = append(values, Value{tomorrow, money.SpreadToExact(fee, r.size.Sub(r.left), r.size)})
			next = tomorrow.MonthOf().End()
		}
	}
	if n := len(values); n > 0 && values[n-1].Before == b.span.End {
		values[n-1].Amount = fee
	}
	return values
}

// reserve is what a cap still covers in one period: money at list value, or
// units. Units are counted in size and left too, as if each cost one.
type reserve struct {
	size, left money.Exact
	inUnits    bool
	units      decimal.Decimal // left, when the cap is in units
	factor     decimal.Decimal // for what lies above
}

// reserve opens a period's cap; a partial period has a partial one.
func (c SoftCap) reserve(currency money.Currency, b billed) *reserve {
	days, whole := int64(b.span.Days()), int64(b.whole.Days())
	r := &reserve{factor: c.factor(), inUnits: c.Units.IsPositive()}
	if r.inUnits {
		r.units = prorated(c.Units, days, whole)
		r.size = money.Price(r.units, currency)
	} else {
		r.size = money.Price(c.Amount, currency).MulRatio(days, whole)
	}
	r.left = r.size
	return r
}

// drawDay splits one day's usage of one window at the boundary of the cap. A day
// can be worth less than nothing (a volume price that reached a cheaper tier);
// that gives back to the cap.
func (p *pricing) drawDay(r *reserve, w *window, day period.Date) {
	_, before := p.chargeable(w, day)
	_, after := p.chargeable(w, day.AddDays(1))
	if before.Equal(after) {
		return
	}
	d := draw{day: day, factor: r.factor}
	value := p.between(w, before, after)
	if r.inUnits {
		inside := decimal.Min(after.Sub(before), r.units)
		d.inside = p.between(w, before, before.Add(inside))
		r.units = r.units.Sub(inside)
		r.left = money.Price(r.units, p.agreement.Currency)
	} else {
		d.inside = value.Min(r.left)
		r.left = r.left.Sub(d.inside)
	}
	d.above = value.Sub(d.inside)
	w.draws = append(w.draws, d)
}

// between is the list value of the units from one count to another.
func (p *pricing) between(w *window, from, to decimal.Decimal) money.Exact {
	price, currency := w.line.Usage.Price, p.agreement.Currency
	return price.Rate(to, currency).Total.Sub(price.Rate(from, currency).Total)
}

// cappedPieces shows a window's usage at list value with nothing to pay, and
// beside it the overage, if any.
func (p *pricing) cappedPieces(w *window) []Piece {
	shown, over := p.windowPiece(w, Metered), p.windowPiece(w, OverCap)
	shown.Detail.DrawnFrom = coveredBy(w.version.Document, w.line.ID)
	over.Description += ", above the prepaid amount"
	zero := money.Price(decimal.Zero, p.agreement.Currency)
	inside, charged, i := zero, zero, 0
	for _, before := range marks(w.billed.span, p.until) {
		for ; i < len(w.draws) && w.draws[i].day.Before(before); i++ {
			inside = inside.Add(w.draws[i].inside)
			charged = charged.Add(w.draws[i].above.Mul(w.draws[i].factor))
			over.Detail.Factor = w.draws[i].factor
		}
		shown.Values = append(shown.Values, Value{before, money.Zero(p.agreement.Currency)})
		over.Values = append(over.Values, Value{before, round(net(charged, w.version.Document))})
	}
	// What is printed on the two lines adds up: the cap covers one part, the rest
	// is the list value of the other.
	shown.Detail.Drawn = round(inside)
	over.Detail.List = shown.Detail.List.Sub(shown.Detail.Drawn)
	over.Amount = over.Values[len(over.Values)-1].Amount
	over.Detail.Tiers, over.Detail.Included = nil, decimal.Zero
	if over.Amount.IsZero() {
		return []Piece{shown}
	}
	return []Piece{shown, over}
}
