package contracts

import (
	"reflect"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/fault"
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
	version  Version
	product  catalog.Product
	billed   billed
	key      usage.Key
	included decimal.Decimal

	capped bool
	draws  []draw // how the usage met the cap, day by day, when capped
}

// usage prices metered lines that no cap covers; capped ones wait for softCaps.
func (p *pricing) usage() {
	for _, id := range lineages(p.agreement, documentLines, lineID) {
		for _, s := range p.usageStretches(id) {
			for _, b := range p.periods(s.terms.line.Usage.Every, s.span) {
				if b.span.Start.Before(p.until) {
					p.windows = append(p.windows, p.window(s, b))
				}
			}
		}
	}
	for _, w := range p.windows {
		if !w.capped {
			p.pieces = append(p.pieces, p.meteredPiece(w))
		}
	}
}

// metered is a usage line in the document that sets its margin and caps.
type metered struct {
	line     Line
	document Document
	cap      string
}

func (p *pricing) usageStretches(id string) []stretch[metered] {
	return stretches(p.agreement, func(v Version) (period.Span, metered, bool) {
		l, ok := v.Document.line(id)
		return v.Document.days(l), metered{l, v.Document, coveredBy(v.Document, id)}, ok && l.Usage != nil
	}, func(a, b metered) bool {
		return a.line.Product == b.line.Product && a.cap == b.cap && sameMargin(a.document, b.document) &&
			reflect.DeepEqual(comparable(*a.line.Usage), comparable(*b.line.Usage))
	})
}

// comparable writes decimals the same way, so that 2 and 2.00 are the same terms.
func comparable(u Usage) Usage {
	u.Included = plain(u.Included)
	u.Price.Amount, u.Price.Size = plain(u.Price.Amount), plain(u.Price.Size)
	tiers := make([]catalog.Tier, len(u.Price.Tiers))
	for i, t := range u.Price.Tiers {
		tiers[i] = catalog.Tier{Unit: plain(t.Unit), Flat: plain(t.Flat)}
		if t.UpTo != nil {
			upTo := plain(*t.UpTo)
			tiers[i].UpTo = &upTo
		}
	}
	u.Price.Tiers = tiers
	return u
}

func plain(d decimal.Decimal) decimal.Decimal { return decimal.RequireFromString(d.String()) }

func coveredBy(d Document, line string) string {
	for _, c := range d.SoftCaps {
		for _, id := range c.Lines {
			if id == line {
				return c.ID
			}
		}
	}
	return ""
}

func (p *pricing) window(s stretch[metered], b billed) *window {
	u := s.terms.line.Usage
	if _, ok := p.catalog.Meter(u.Meter); !ok && p.err == nil {
		p.err = fault.New(fault.NotFound, "meter %q is not in the catalog", u.Meter)
	}
	included := u.Included
	if b.span != b.whole && u.Every != "term" {
		included = prorated(included, int64(b.span.Days()), int64(b.whole.Days()))
	}
	return &window{
		line: s.terms.line, version: s.version, product: p.product(s.terms.line.Product, s.version), billed: b,
		key:      usage.Key{Customer: p.agreement.Customer, Meter: u.Meter},
		included: included, capped: s.terms.cap != "",
	}
}

// prorated is the part of a whole period's units that falls on some of its days,
// down to what meters can count.
func prorated(units decimal.Decimal, days, whole int64) decimal.Decimal {
	return units.Mul(decimal.NewFromInt(days)).DivRound(decimal.NewFromInt(whole), unitPlaces+2).Truncate(unitPlaces)
}

// chargeable is what was used before a day, less what is free.
func (p *pricing) chargeable(w *window, before period.Date) (used, above decimal.Decimal) {
	used = p.days.Quantity(w.key, period.NewSpan(w.billed.span.Start, before))
	return used, decimal.Max(decimal.Zero, used.Sub(w.included))
}

// list is the value of the window's usage before a day, at the line's price.
func (p *pricing) list(w *window, before period.Date) money.Exact {
	_, above := p.chargeable(w, before)
	return w.line.Usage.Price.Rate(above, p.agreement.Currency).Total
}

func (p *pricing) meteredPiece(w *window) Piece {
	piece := p.windowPiece(w, Metered)
	for _, before := range marks(w.billed.span, p.until) {
		piece.Values = append(piece.Values, Value{before, round(net(p.list(w, before), w.version.Document))})
	}
	piece.Amount = piece.Values[len(piece.Values)-1].Amount
	return piece
}

// windowPiece fills in what every piece of a usage window shows.
func (p *pricing) windowPiece(w *window, kind Kind) Piece {
	end := period.MinDate(w.billed.span.End, p.until)
	used, above := p.chargeable(w, end)
	rating := w.line.Usage.Price.Rate(above, p.agreement.Currency)
	list := round(rating.Total)
	return Piece{
		Line: w.line.ID, Kind: kind, Span: w.billed.span, Period: w.billed.whole,
		Product: w.line.Product, Description: first(w.line.Description, w.product.Name), Clause: w.line.Clause,
		Version: w.version.Number, BillOn: w.billed.span.End, Closed: !p.until.Before(w.billed.span.End),
		Amount: money.Zero(p.agreement.Currency), Recognition: catalog.AsUsed,
		Detail: Detail{
			Quantity: used, Unit: w.product.Unit, Included: w.included, Tiers: tiers(rating, list),
			List: list, Margin: margin(w.version.Document),
		},
	}
}
