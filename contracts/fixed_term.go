package contracts

import (
	"ratable/internal/money"
	"ratable/internal/period"
)

// termFee is a fee for all the line's days in its term. It was agreed for the
// days as they were when it was agreed. An amendment that leaves the price alone
// and makes them longer asks for nothing: what was not earned by the day it takes
// effect is earned over the days that are left now. One that makes them shorter
// gives the unused part back.
//
//	agreed   |-----------------------|
//	longer             ^-------------------------|
//	pieces   |--------)[-------------)            as asked for: nothing changes
//	service  |--------)[-------------------------)
//
// A second extension lengthens the service of the last piece, without cutting it
// again: a piece cut by days of service would no more be what was billed.
func (p *pricing) termFee(id string, s stretch[fee]) []Piece {
	asked := billed{s.agreed, period.NewSpan(s.span.Start, s.agreed.End)}
	due := billOn(s.terms.in, billed{s.agreed, asked.span.Intersect(period.NewSpan(s.span.Start, s.span.End))})
	var out []Piece
	for _, x := range spread(asked.span, s.grown) {
		served := x.service.Intersect(s.span)
		share := func(total money.Amount) money.Amount { return part(total, x.span, s.agreed) }
		switch {
		case x.span.Empty() || served.Empty():
			continue
		case kept(s) || served == x.service:
		case x.span == x.service:
			x.span = served
		default: // longer once, and then cut: by the days it was to serve
			asked := x.span
			share = func(total money.Amount) money.Amount {
				return money.SpreadTo(part(total, asked, s.agreed), int64(served.Days()), int64(x.service.Days()))
			}
			x.span = x.span.Intersect(s.span)
		}
		piece := p.fee(id, s, billed{s.agreed, x.span}, share)
		piece.BillOn = due
		piece.serve(served)
		out = append(out, piece)
	}
	return out
}

// serving is what is asked for a span, and the days that it serves.
type serving struct{ span, service period.Span }

// spread lays a fee over the days that amendments added, in order.
func spread(asked period.Span, grown []growth) []serving {
	out := []serving{{asked, asked}}
	for i, g := range grown {
		last := &out[len(out)-1]
		if !last.service.Contains(g.on) {
			continue // all of it was served by then
		}
		if i == 0 && g.on != asked.Start {
			before := period.NewSpan(asked.Start, g.on)
			*last = serving{before, before}
			out = append(out, serving{period.NewSpan(g.on, asked.End), period.NewSpan(g.on, g.end)})
			continue
		}
		last.service.End = g.end
	}
	return out
}
