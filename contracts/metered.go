package contracts

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// unitPlaces is the precision to which the units of a partial period are
// prorated, down: meters count no finer.
const unitPlaces = 9

// window is the usage of one line in one billing period, being priced.
type window struct {
	line     Line
	version  *Version
	product  catalog.Product
	billed   billed
	reading  usage.Reading
	price    catalog.Price // with the allowances of these days
	scale    catalog.Scale // the price of these days, where many records of a simple model are priced
	included decimal.Decimal

	readings []reached // on each day with usage or, where only the marks count, before them

	used decimal.Decimal // so far

	cap      string      // the prepaid amounts that cover it, if any
	byUnits  bool        // its units are told apart as they are drawn
	valued   money.Exact // of what was used so far, at list price, as balances are drawn
	portions []portion   // where its usage went
	draws    []drawn     // how it came there, record by record
}

// usage prices metered lines that no cap covers; capped ones wait for prepaid.
func (p *pricing) usage() {
	for _, id := range lineages(p.agreement, documentLines, lineID) {
		for _, s := range p.usageStretches(id) {
			for _, b := range periods(p, s.terms.line.Usage.Every, s) {
				if b.span.Start.Before(p.until) {
					p.windows = append(p.windows, p.window(s, b))
				}
			}
		}
	}
	for _, w := range p.windows {
		if w.cap == "" {
			p.pieces = append(p.pieces, p.meteredPiece(w))
		}
	}
}

// metered is a usage line in the document that sets its margin and caps.
type metered struct {
	line     Line
	document *Document
	cap      string
}

func (p *pricing) usageStretches(id string) []stretch[metered] {
	return stretchesOf(p.agreement, id, func(v *Version) (period.Span, metered, bool) {
		l, ok := v.Document.line(id)
		cap, _ := coveredBy(v.Document, id)
		if v.Document.Paused && ok && l.Usage != nil {
			l.Usage = l.Usage.whilePaused()
		}
		return v.Document.days(l), metered{l, &v.Document, cap}, ok && l.Usage != nil
	}, func(a, b metered) bool {
		return a.line.Product == b.line.Product && a.cap == b.cap && sameMargin(a.document, b.document) &&
			slices.Equal(a.line.Users, b.line.Users) && a.line.Usage.same(*b.line.Usage)
	})
}

// same compares what is counted and what it costs: 2 and 2.00 are the same terms.
func (u Usage) same(v Usage) bool {
	return u.Meter == v.Meter && u.Every == v.Every && u.Included.Equal(v.Included) && maps.Equal(u.Where, v.Where) && u.Price.Equal(v.Price)
}

func (p *pricing) window(s stretch[metered], b billed) *window {
	l := s.terms.line
	w := &window{
		line: l, version: s.version, product: p.product(l.Product, s.version), billed: b,
		reading: p.reading(l), price: l.Usage.Price.Part(b.share()),
		included: prorated(l.Usage.Included, b), cap: s.terms.cap,
		byUnits: sellsByUnits(l.Usage.Price.Model) && p.countsUnits(), valued: nothing(p.agreement.Currency),
	}
	if s.free {
		w.cap = "" // what is free draws nothing
	}
	if m := w.price.Model; w.cap != "" && m != catalog.Percentage && m != catalog.Matrix {
		days, whole := b.share()
		w.scale = w.price.Scale(days, whole, p.agreement.Currency)
	}
	p.reach(w)
	return w
}

// prorated is the part of a whole period's units that falls on some of its days,
// down to what meters can count.
func prorated(units decimal.Decimal, b billed) decimal.Decimal {
	if b.span == b.whole {
		return units
	}
	days, whole := b.share()
	down, _ := units.Mul(decimal.NewFromInt(days)).QuoRem(decimal.NewFromInt(whole), unitPlaces)
	return down
}

// count is what a window had used before a day.
type count struct {
	before period.Date
	reached
}

// counts notes what had been used at each mark.
func (p *pricing) counts(w *window) []count {
	var out []count
	for _, before := range marks(w.billed.span, p.until) {
		out = append(out, count{before, w.before(before)})
	}
	return out
}

func (p *pricing) meteredPiece(w *window) Piece {
	var rating catalog.Rating
	var values []Value
	for _, c := range p.counts(w) {
		w.used, rating = c.used, p.rateReached(w, c.reached)
		values = append(values, Value{c.before, p.round(net(rating.Total, &w.version.Document))})
	}
	piece := p.windowPiece(w, rating)
	piece.Values, piece.Amount = values, values[len(values)-1].Amount
	piece.Gross = piece.Amount
	return piece
}

// windowPiece is what every piece of a usage window shows, given the rating of
// all it used.
func (p *pricing) windowPiece(w *window, rating catalog.Rating) Piece {
	list, events := p.round(rating.Total), 0
	if tally := w.before(p.until).events; tally != nil {
		events = tally.Events
	}
	return Piece{
		Line: w.line.ID, Kind: Metered, Span: w.billed.span, Period: w.billed.whole,
		Product: w.line.Product, Description: first(w.line.Description, w.product.Name), Clause: w.line.Clause,
		Version: w.version.Number, BillOn: w.billed.span.End, Closed: !p.until.Before(w.billed.span.End),
		Amount: money.Zero(p.agreement.Currency), Recognition: catalog.AsUsed,
		Detail: Detail{
			Quantity: w.used, Unit: w.product.Unit, Included: w.included, Events: events, Tiers: w.tiers(rating, list),
			List: list, Margin: margin(&w.version.Document),
		},
	}
}
