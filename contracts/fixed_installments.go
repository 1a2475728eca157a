package contracts

import (
	"fmt"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
)

// sameInstallments compares lists by what they say.
func sameInstallments(a, b []Installment) bool {
	return slices.EqualFunc(a, b, func(x, y Installment) bool { return x.On == y.On && x.Amount.Equal(y.Amount) })
}

// continues says that an amendment changed a list of installments and nothing
// lies between.
func continues(s, next stretch[fee]) bool {
	return len(next.terms.line.Fixed.Installments) > 0 && next.span.Start == s.span.End && next.anchor == s.anchor && next.free == s.free
}

// run is the last of some stretches with those before it that it continues.
func run(all []stretch[fee]) []stretch[fee] {
	from := len(all) - 1
	for from > 0 && len(all[from-1].terms.line.Fixed.Installments) > 0 && continues(all[from-1], all[from]) {
		from--
	}
	return all[from:]
}

// installments asks for a total on days of its own; what is paid for, and earned,
// are all the line's days. The list agreed last counts for all of them, so that
// what is asked for in the end is what the list says.
//
// Each installment has a span of one day by which it is known, so that an
// amendment of one leaves the others as they were billed. When the line's days
// are cut, the part of the total for those that are left is asked for, the
// earliest installments first.
func (p *pricing) installments(id string, run []stretch[fee]) []Piece {
	s := run[len(run)-1]
	whole, service := period.NewSpan(run[0].span.Start, s.whole.End), period.NewSpan(run[0].span.Start, s.span.End)
	list := slices.Clone(s.terms.line.Fixed.Installments)
	slices.SortStableFunc(list, func(a, b Installment) int { return a.On.Compare(b.On) })
	amounts := make([]money.Amount, len(list))
	total, paid := money.Zero(p.agreement.Currency), money.Zero(p.agreement.Currency)
	for i, x := range list {
		amounts[i] = p.round(net(money.Price(x.Amount, p.agreement.Currency), s.terms.document))
		total = total.Add(amounts[i])
		if x.On.Before(service.End) {
			paid = paid.Add(amounts[i])
		}
	}
	left := part(total, service, whole)
	if kept(s) && left.Cmp(paid) < 0 {
		left = paid
	}
	var out []Piece
	days := installmentDays(run, list)
	for i, x := range list {
		amount := lesser(amounts[i], left)
		left = left.Sub(amount)
		if amount.Sign() <= 0 {
			continue
		}
		f := s
		f.terms.quantity, f.terms.unitPrice = one, x.Amount
		piece := p.fee(id, f, billed{days[i], days[i]}, func(whole money.Amount) money.Amount {
			return money.SpreadToExact(whole, amount.Exact(), amounts[i].Exact())
		})
		if len(list) > 1 {
			piece.Description += fmt.Sprintf(", installment %d of %d", i+1, len(list))
		}
		piece.BillOn = x.On
		if service != whole {
			piece.BillOn = period.MinDate(x.On, service.End) // what is served is due by the end
		}
		piece.serve(service)
		if same := slices.IndexFunc(out, func(x Piece) bool { return x.Span == piece.Span }); same >= 0 { // more installments than days
			out[same].add(piece)
			continue
		}
		out = append(out, piece)
	}
	return out
}

// add makes two installments one, that is asked for with the later.
func (p *Piece) add(next Piece) {
	p.Amount, p.Gross, p.Detail.List = p.Amount.Add(next.Amount), p.Gross.Add(next.Gross), p.Detail.List.Add(next.Detail.List)
	p.Detail.UnitPrice = p.Detail.UnitPrice.Add(next.Detail.UnitPrice)
	p.BillOn = next.BillOn
}

// installmentDays are the days by which installments are known: their own, or the
// nearest on which the line was in force, as it stood when the installment was
// first agreed: so commitments and discounts see it among the line's charges. Two
// share one only when there are more of them than days.
func installmentDays(run []stretch[fee], list []Installment) []period.Span {
	taken := map[period.Date]bool{}
	out := make([]period.Span, len(list))
	for i, x := range list {
		at := slices.IndexFunc(run, func(s stretch[fee]) bool {
			return slices.ContainsFunc(s.terms.line.Fixed.Installments, func(y Installment) bool { return y.On == x.On })
		})
		days := period.NewSpan(run[0].span.Start, period.MinDate(run[at].agreed.End, run[len(run)-1].span.End))
		on := nearest(x.On, days, taken)
		taken[on] = true
		out[i] = period.NewSpan(on, on.AddDays(1))
	}
	return out
}

// nearest is the first day from one on that is not taken, else the last one
// before it.
func nearest(on period.Date, days period.Span, taken map[period.Date]bool) period.Date {
	on = period.MaxDate(days.Start, period.MinDate(on, days.Last()))
	for d := on; days.Contains(d); d = d.AddDays(1) {
		if !taken[d] {
			return d
		}
	}
	for d := on; days.Contains(d); d = d.AddDays(-1) {
		if !taken[d] {
			return d
		}
	}
	return on
}
