package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// onceFees prices what is asked for one time, with the price in force on its day:
// the day the document names, or the one on which its milestone was delivered. A
// line is asked for once in its life: later versions, terms included, do not ask
// again.
func (p *pricing) onceFees() {
	for _, id := range lineages(p.agreement, documentLines, lineID) {
		if x, ok := p.onceFee(id); ok {
			p.pieces = append(p.pieces, x)
		}
	}
}

func (p *pricing) onceFee(id string) (Piece, bool) {
	reigns := p.agreement.reigns(id)
	for i, r := range reigns {
		l, ok := r.version.Document.line(id)
		if !ok || l.Once == nil {
			continue
		}
		on := l.Once.On
		if on.IsZero() {
			if on, ok = p.agreement.delivered(id); !ok {
				continue
			}
		}
		// What is delivered after the end has the price that was in force at the end.
		late := i == len(reigns)-1 && l.Once.On.IsZero() && !on.Before(r.span.End)
		if r.span.Contains(on) || late {
			return p.oncePiece(l, r, on), true
		}
	}
	return Piece{}, false
}

// delivered gives the day a line's milestone was reached.
func (a Agreement) delivered(id string) (period.Date, bool) {
	d, ok := find(a.Deliveries, func(d Delivery) string { return d.Line }, id)
	return d.On, ok
}

func (p *pricing) oncePiece(l Line, r reign, on period.Date) Piece {
	list := money.Price(l.Once.UnitPrice, p.agreement.Currency).Mul(l.Once.quantity())
	product := p.product(l.Product, r.version)
	amount, span := p.round(net(list, &r.version.Document)), period.NewSpan(on, on.AddDays(1))
	x := Piece{
		Line: l.ID, Kind: OneTime, Span: span, Period: span,
		Product: l.Product, Description: first(l.Description, product.Name), Clause: l.Clause, Version: r.version.Number,
		Amount: amount, Gross: amount, BillOn: on, Closed: true, Recognition: product.Recognition,
		Detail: Detail{
			Quantity: l.Once.quantity(), Unit: product.Unit, UnitPrice: l.Once.UnitPrice,
			Margin: margin(&r.version.Document), List: p.round(list),
		},
	}
	if product.Recognition != catalog.PointInTime {
		if service := p.onceService(l, r, on); !service.Empty() {
			x.serve(service)
		}
	}
	return x
}

// onceService are the days over which it is earned: the line's own, or from the
// day it is asked for to the end of the term; never beyond the contract's end.
func (p *pricing) onceService(l Line, r reign, on period.Date) period.Span {
	days := r.version.Document.days(l).Intersect(r.term)
	if l.From.IsZero() {
		days.Start = on
	}
	days.End = period.MinDate(days.End, p.agreement.Term().End)
	if !days.Start.Before(days.End) {
		return period.Span{}
	}
	return days
}

// quantity is one when the document leaves it out.
func (o Once) quantity() decimal.Decimal {
	if o.Quantity.IsZero() {
		return one
	}
	return o.Quantity
}
