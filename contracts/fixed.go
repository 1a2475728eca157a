package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// fixedFees prices recurring fees: quantity x unit price for a whole period,
// parts of a period by days on the whole period's length.
func (p *pricing) fixedFees() {
	for _, id := range lineages(p.agreement, documentLines, lineID) {
		for _, s := range p.fixedStretches(id) {
			for _, b := range periods(p, s.terms.every, s) {
				p.pieces = append(p.pieces, p.fixedPiece(id, s, b))
			}
		}
	}
}

// fee is what a fixed line costs on each day of a stretch.
type fee struct {
	line      Line
	every     string
	in        Timing
	quantity  decimal.Decimal
	unitPrice decimal.Decimal
	document  Document
}

func (f fee) same(g fee) bool {
	return f.every == g.every && f.in == g.in && f.line.Product == g.line.Product &&
		f.quantity.Equal(g.quantity) && f.unitPrice.Equal(g.unitPrice) && sameMargin(f.document, g.document)
}

// fixedStretches follows one line through versions and ramp steps.
func (p *pricing) fixedStretches(id string) []stretch[fee] {
	var out []stretch[fee]
	for _, g := range p.agreement.inForce() {
		l, ok := g.version.Document.line(id)
		if !ok || l.Fixed == nil {
			continue
		}
		days := g.version.Document.days(l)
		for _, step := range ramp(l, days.Intersect(g.span)) {
			out = join(out, stretch[fee]{step.span, days, step.fee(l, g.version.Document), g.version}, fee.same)
		}
	}
	return out
}

// level is a part of a line's days with one quantity and price.
type level struct {
	span                period.Span
	quantity, unitPrice decimal.Decimal
}

func (l level) fee(line Line, d Document) fee {
	return fee{line, line.Fixed.Every, line.Fixed.In, l.quantity, l.unitPrice, d}
}

// ramp lists a line's levels inside the days asked for: one without a ramp.
func ramp(l Line, days period.Span) []level {
	if days.Empty() {
		return nil
	}
	if len(l.Fixed.Ramp) == 0 {
		return []level{{days, l.Fixed.Quantity, l.Fixed.UnitPrice}}
	}
	var out []level
	for _, s := range l.Fixed.Ramp {
		if span := period.Through(s.From, s.Through).Intersect(days); !span.Empty() {
			out = append(out, level{span, s.Quantity, s.UnitPrice})
		}
	}
	return out
}

// fixedPiece rounds the whole period's fee once and takes this span's part.
func (p *pricing) fixedPiece(id string, s stretch[fee], b billed) Piece {
	f := s.terms
	list := money.Price(f.unitPrice, p.agreement.Currency).Mul(f.quantity)
	total := p.round(net(list, f.document))
	product := p.product(f.line.Product, s.version)
	return Piece{
		Line: id, Kind: FixedFee, Span: b.span, Period: b.whole,
		Product: f.line.Product, Description: first(f.line.Description, product.Name), Clause: f.line.Clause,
		Version: s.version.Number,
		Amount:  part(total, b.span, b.whole), BillOn: billOn(f.in, b), Closed: true,
		Recognition: product.Recognition,
		Detail: Detail{
			Quantity: f.quantity, Unit: product.Unit, UnitPrice: f.unitPrice, Margin: margin(f.document),
			List: part(p.round(list), b.span, b.whole),
		},
	}
}

// billOn: in advance on the first day served, in arrears on the day after the
// last one.
func billOn(in Timing, b billed) period.Date {
	if in == Arrears {
		return b.span.End
	}
	return b.span.Start
}
