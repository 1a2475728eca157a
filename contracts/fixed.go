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
		all := p.fixedStretches(id)
		for i, s := range all {
			switch {
			case len(s.terms.line.Fixed.Installments) > 0:
				if i+1 == len(all) || !continues(s, all[i+1]) {
					p.pieces = append(p.pieces, p.installments(id, run(all[:i+1]))...)
				}
			case s.terms.every == string(period.Term):
				p.pieces = append(p.pieces, p.termFee(id, s)...)
			default:
				for _, b := range periods(p, s.terms.every, s) {
					p.pieces = append(p.pieces, p.periodFee(id, s, b))
				}
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
	document  *Document
}

func (f fee) same(g fee) bool {
	return f.every == g.every && f.in == g.in && f.line.Product == g.line.Product &&
		f.quantity.Equal(g.quantity) && f.unitPrice.Equal(g.unitPrice) && sameMargin(f.document, g.document) &&
		sameInstallments(f.line.Fixed.Installments, g.line.Fixed.Installments)
}

// fixedStretches follows one line through versions and ramp steps.
func (p *pricing) fixedStretches(id string) []stretch[fee] {
	var out []stretch[fee]
	for _, r := range p.agreement.reigns(id) {
		l, ok := r.version.Document.line(id)
		if !ok || l.Fixed == nil || r.version.Document.Paused {
			continue
		}
		days := r.version.Document.days(l)
		for _, step := range ramp(l, days.Intersect(r.span)) {
			out = join(out, begin(r, step.span, days, step.fee(l, &r.version.Document)), fee.same)
		}
	}
	return out
}

// level is a part of a line's days with one quantity and price.
type level struct {
	span                period.Span
	quantity, unitPrice decimal.Decimal
}

func (l level) fee(line Line, d *Document) fee {
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

// periodFee is the fee of one billing period, or of the part of it in which the
// terms held. An end without refund keeps what was to be paid in advance.
func (p *pricing) periodFee(id string, s stretch[fee], b billed) Piece {
	served := b.span
	if kept(s) && served.End == s.span.End {
		b.span = b.whole.Intersect(period.NewSpan(b.span.Start, s.whole.End))
	}
	x := p.fee(id, s, b, func(total money.Amount) money.Amount { return part(total, b.span, b.whole) })
	x.BillOn = billOn(s.terms.in, b)
	x.serve(served)
	return x
}

// fee is a piece of a whole period's fee: that is rounded once, and share takes
// what falls on the piece.
func (p *pricing) fee(id string, s stretch[fee], b billed, share func(total money.Amount) money.Amount) Piece {
	f := s.terms
	list := money.Price(f.unitPrice, p.agreement.Currency).Mul(f.quantity)
	amount := share(p.round(net(list, f.document)))
	product := p.product(f.line.Product, s.version)
	return Piece{
		Line: id, Kind: FixedFee, Span: b.span, Period: b.whole,
		Product: f.line.Product, Description: first(f.line.Description, product.Name), Clause: f.line.Clause,
		Version: s.version.Number, Amount: amount, Gross: amount, Closed: true, Recognition: product.Recognition,
		Detail: Detail{
			Quantity: f.quantity, Unit: product.Unit, UnitPrice: f.unitPrice, Margin: margin(f.document), List: share(p.round(list)),
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
