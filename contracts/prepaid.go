package contracts

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// prepaid prices capped usage. Each day's usage is drawn from the cap, within a
// day in the order of the cap's lines, first used first; the record that
// straddles the boundary is split there.
//
//	list value  |■■■■■■■■■■■■■■■■|□□□□□□□
//	            0                C          □ = (cost - C), charged x factor
func (p *pricing) prepaid() {
	for _, id := range lineages(p.agreement, documentPrepaid, prepaidID) {
		for _, s := range p.capStretches(id) {
			for _, b := range periods(p, s.terms.cap.Every, s) {
				p.capPeriod(s, b)
			}
		}
	}
	for _, w := range p.windows {
		if w.cap != "" {
			p.pieces = append(p.pieces, p.cappedPieces(w)...)
		}
	}
}

type capped struct {
	cap      Prepaid
	document Document
}

func (p *pricing) capStretches(id string) []stretch[capped] {
	return stretchesOf(p.agreement, id, func(v Version) (period.Span, capped, bool) {
		c, ok := find(v.Document.Prepaid, prepaidID, id)
		return v.Document.Term.Span(), capped{c, v.Document}, ok
	}, func(a, b capped) bool {
		x, y := a.cap, b.cap
		return x.Every == y.Every && x.Product == y.Product && x.Amount.Equal(y.Amount) && x.Units.Equal(y.Units) &&
			x.Price.Equal(y.Price) && x.factor().Equal(y.factor())
	})
}

func (c Prepaid) factor() decimal.Decimal {
	if c.Overage.Factor.IsZero() {
		return decimal.NewFromInt(1)
	}
	return c.Overage.Factor
}

// price is what a whole period costs up front.
func (c Prepaid) price() decimal.Decimal {
	if c.Price.IsZero() {
		return c.Amount
	}
	return c.Price
}

// capPeriod bills the up-front payment and draws the period's usage from it.
func (p *pricing) capPeriod(s stretch[capped], b billed) {
	c := s.terms.cap
	product := p.product(c.Product, s.version)
	total := p.round(money.Price(c.price(), p.agreement.Currency))
	fee := Piece{
		Line: c.ID, Kind: Prepayment, Span: b.span, Period: b.whole,
		Product: c.Product, Description: product.Name, Clause: c.Clause, Version: s.version.Number,
		Amount: part(total, b.span, b.whole), BillOn: b.span.Start, Closed: true,
		Recognition: product.Recognition,
		Detail:      Detail{Quantity: one, Unit: product.Unit, UnitPrice: c.price(), List: part(total, b.span, b.whole)},
	}
	values := p.drawDown(c, b, fee.Amount)
	if product.Recognition == catalog.AsUsed {
		fee.Values = values
	}
	p.pieces = append(p.pieces, fee)
}

// drawDown draws the period's usage from the cap, records each draw on its
// window, and gives how much of the payment had been used up at each mark. What
// is never used lapses with the period: on its last day all of it is earned.
func (p *pricing) drawDown(c Prepaid, b billed, fee money.Amount) []Value {
	if !b.span.Start.Before(p.until) {
		return nil
	}
	r := c.reserve(p.agreement.Currency, b)
	records := p.records(c.ID, b.span)
	var values []Value
	for _, before := range marks(b.span, p.until) {
		for ; len(records) > 0 && records[0].day.Before(before); records = records[1:] {
			p.draw(r, records[0])
		}
		values = append(values, Value{before, r.earned(fee)})
	}
	if last := &values[len(values)-1]; last.Before == b.span.End {
		last.Amount = fee
	}
	return values
}

// record is what one window had come to by the end of a day on which it was used.
type record struct {
	reached
	window *window
}

// records lists a cap's usage in the order in which it is drawn. A window's first
// day is among them even when nothing was used: its price may have a flat fee.
func (p *pricing) records(cap string, span period.Span) []record {
	var out []record
	for _, w := range p.windows {
		days := w.billed.span.Intersect(span)
		if w.cap != cap || days.Empty() {
			continue
		}
		if span.Contains(w.billed.span.Start) {
			out = append(out, record{reached{day: w.billed.span.Start}, w})
		}
		for _, r := range w.readings {
			if days.Contains(r.day) {
				out = append(out, record{r, w})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b record) int {
		return cmp.Or(a.day.Compare(b.day), cmp.Compare(a.window.rank, b.window.rank))
	})
	return out
}

// draw splits one record at the boundary of the cap and notes it on its window.
// A record can be worth less than nothing, when usage is taken back or a volume
// price reaches a cheaper tier: that gives back what was drawn last.
func (p *pricing) draw(r *reserve, rec record) {
	w := rec.window
	before := w.used
	w.used = rec.used
	value := p.rateReached(w, rec.reached).Total
	d := draw{day: rec.day, factor: r.factor}
	cost := value.Sub(w.valued)
	w.valued = value
	if r.inUnits {
		was, is := w.charged(before), w.charged(w.used)
		d.above = p.unitsAbove(w, was, is, r.takeUnits(is.Sub(was)))
	} else {
		d.above = r.takeMoney(cost)
	}
	d.inside = cost.Sub(d.above)
	if !cost.IsZero() || !d.above.IsZero() {
		w.draws = append(w.draws, d)
	}
}

// unitsAbove is the list value of those of a record's units that lay above the
// cap: the last ones, whether they came or went.
func (p *pricing) unitsAbove(w *window, before, after, units decimal.Decimal) money.Exact {
	if units.IsZero() {
		return money.Price(decimal.Zero, p.agreement.Currency)
	}
	list := func(units decimal.Decimal) money.Exact {
		return p.part(w, w.price.Rate(units, p.agreement.Currency)).Total
	}
	if units.IsNegative() {
		return list(before.Add(units)).Sub(list(before))
	}
	return list(after).Sub(list(after.Sub(units)))
}

// cappedPieces shows a window's usage at list value with nothing to pay, and
// beside it the overage, if any.
func (p *pricing) cappedPieces(w *window) []Piece {
	shown := p.windowPiece(w, p.rateReached(w, w.before(p.until)))
	over := shown
	shown.Detail.DrawnFrom = w.cap
	over.Kind, over.Description = OverCap, over.Description+", above the prepaid amount"
	zero := money.Price(decimal.Zero, p.agreement.Currency)
	inside, charged, i := zero, zero, 0
	for _, before := range marks(w.billed.span, p.until) {
		for ; i < len(w.draws) && w.draws[i].day.Before(before); i++ {
			inside = inside.Add(w.draws[i].inside)
			charged = charged.Add(w.draws[i].above.Mul(w.draws[i].factor))
			over.Detail.Factor = w.draws[i].factor
		}
		shown.Values = append(shown.Values, Value{before, money.Zero(p.agreement.Currency)})
		over.Values = append(over.Values, Value{before, p.round(net(charged, w.version.Document))})
	}
	// What is printed on the two lines adds up: the cap covers one part, the rest
	// is the list value of the other.
	shown.Detail.Drawn = p.round(inside)
	over.Detail.List = shown.Detail.List.Sub(shown.Detail.Drawn)
	over.Amount = over.Values[len(over.Values)-1].Amount
	over.Detail.Tiers, over.Detail.Included = nil, decimal.Zero
	if over.Amount.IsZero() {
		// What a month earned before the price fell or usage was taken back stays
		// earned in it, and comes back in the month that it did.
		if !slices.ContainsFunc(over.Values, func(v Value) bool { return !v.Amount.IsZero() }) {
			return []Piece{shown}
		}
		over.Detail.Quantity = decimal.Zero // nothing to show
	}
	return []Piece{shown, over}
}
