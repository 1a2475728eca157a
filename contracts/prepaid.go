package contracts

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// prepaid prices usage that was paid up front. The whole life is replayed day by
// day: each day's usage is drawn from the balances there are, in their order,
// within a day in the order in which prepaid amounts name their lines; the record
// that straddles the end of a balance is split there.
//
//	list value  |■■■■■■■■■■■■■■■■|□□□□□□□
//	            0                C          □ = (cost - C), charged x factor
func (p *pricing) prepaid() {
	var all []stretchGrants
	for rank, id := range lineages(p.agreement, documentPrepaid, prepaidID) {
		all = append(all, p.grants(id, rank)...)
	}
	if len(all) == 0 {
		return
	}
	p.granted = all
	var sold []bundle
	for _, s := range all {
		sold = append(sold, p.bundles(s)...)
	}
	for _, x := range sold {
		x.pay()
	}
	p.replay(p.pool(all))
	for _, x := range sold {
		p.pieces = append(p.pieces, p.prepayments(x)...)
	}
	for _, w := range p.windows {
		if w.cap != "" {
			p.pieces = append(p.pieces, p.coveredPieces(w, all)...)
		}
	}
}

// replay draws all usage before until from the pool.
func (p *pricing) replay(l *pool) {
	for _, rec := range p.records(l) {
		l.advance(rec.day)
		p.draw(l, rec)
	}
	l.advance(p.until)
}

// record is what one window had come to by the end of a day on which it was used.
type record struct {
	*reached
	window *window
	rank   int
	nth    int // no two are alike
}

// records lists covered usage in the order in which it is drawn. A window's first
// day is among them even when nothing was used: its price may have a flat fee.
func (p *pricing) records(l *pool) []record {
	var out []record
	for _, w := range p.windows {
		if w.cap == "" {
			continue
		}
		add := func(r *reached) { out = append(out, record{r, w, l.on(r.day).rank[w.line.ID], len(out)}) }
		add(&reached{day: w.billed.span.Start})
		for i := range w.readings {
			add(&w.readings[i])
		}
		w.draws = slices.Grow(w.draws, len(w.readings)+1)
	}
	slices.SortFunc(out, func(a, b record) int {
		return cmp.Or(a.day.Compare(b.day), cmp.Compare(a.rank, b.rank), cmp.Compare(a.nth, b.nth))
	})
	return out
}

// coveredPieces shows a window's usage at list value, with nothing to pay but for
// days that nothing prepaid covers, and beside it the overage, if any.
func (p *pricing) coveredPieces(w *window, all []stretchGrants) []Piece {
	shown := p.windowPiece(w, p.rateReached(w, w.before(p.until)))
	over := shown
	none := nothing(p.agreement.Currency)
	sum, i := drawn{inside: none, above: none, plain: none, charged: none}, 0
	for _, before := range marks(w.billed.span, p.until) {
		for ; i < len(w.draws) && w.draws[i].day.Before(before); i++ {
			sum = sum.add(w.draws[i])
		}
		shown.Values = append(shown.Values, Value{before, p.round(net(sum.plain, &w.version.Document))})
		over.Values = append(over.Values, Value{before, p.round(net(sum.charged, &w.version.Document))})
	}
	shown.Amount, over.Amount = shown.Values[len(shown.Values)-1].Amount, over.Values[len(over.Values)-1].Amount
	shown.Gross, over.Gross = shown.Amount, over.Amount
	p.showDraws(&shown, w, sum, all)
	// What is printed on the two lines adds up: balances cover one part, the rest
	// is the list value of the other.
	over.Kind, over.Description = OverCap, over.Description+", above the prepaid amount"
	over.Detail.List = shown.Detail.List.Sub(shown.Detail.Drawn).Sub(p.round(sum.plain))
	over.Detail.Tiers, over.Detail.Included = nil, decimal.Zero
	if sum.terms != nil {
		over.Detail.Factor = sum.terms.factor()
		if sum.terms.UnitPrice.IsPositive() {
			over.Detail.Quantity, over.Detail.UnitPrice, over.Detail.Factor = sum.units, sum.terms.UnitPrice, decimal.Zero
		}
	}
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

func (d drawn) add(o drawn) drawn {
	out := drawn{
		inside: d.inside.Add(o.inside), above: d.above.Add(o.above), plain: d.plain.Add(o.plain),
		charged: d.charged.Add(o.charged), units: addUnits(d.units, o.units), terms: d.terms,
	}
	if o.terms != nil {
		out.terms = o.terms
	}
	return out
}

// showDraws says which balances covered a window's usage, and what is left of
// each at its end, before what is unused there lapses or is carried.
func (p *pricing) showDraws(x *Piece, w *window, sum drawn, all []stretchGrants) {
	end := period.MinDate(w.billed.span.End, p.until)
	x.Detail.Drawn = p.round(sum.inside)
	rest, cost := x.Detail.Drawn, sum.inside
	for _, id := range w.drawnFrom() {
		d := Drawn{From: id}
		value := nothing(p.agreement.Currency)
		for _, y := range w.portions {
			if y.grant != nil && y.grant.id == id {
				value = value.Add(y.cost)
				d.Units = d.Units.Add(y.taken().units)
			}
		}
		// The amounts add up to what is covered in all.
		if !cost.IsZero() {
			d.Amount = money.SpreadToExact(rest, value, cost)
		}
		rest, cost = rest.Sub(d.Amount), cost.Sub(value)
		left := balance{}
		for _, s := range all {
			for _, g := range s.grants {
				if g.id == id && g.access.Start.Before(end) {
					left = left.add(g.stood(end))
				}
			}
		}
		d.Left, d.LeftUnits = p.round(nothing(p.agreement.Currency).Add(left.money)), left.units
		x.Detail.Draws = append(x.Detail.Draws, d)
	}
	x.Detail.DrawnFrom, _, _ = strings.Cut(w.cap, " ")
	if len(x.Detail.Draws) > 0 {
		x.Detail.DrawnFrom = x.Detail.Draws[0].From
	}
}

// drawnFrom lists the prepaid amounts that covered some of a window's usage.
func (w *window) drawnFrom() []string {
	var out []string
	for _, x := range w.portions {
		if x.grant != nil && !slices.Contains(out, x.grant.id) {
			out = append(out, x.grant.id)
		}
	}
	return out
}
