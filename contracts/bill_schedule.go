package contracts

import (
	"ratable/internal/money"
	"ratable/internal/period"
)

// gathered bills several access periods at once: each invoice is for those that
// begin in its period.
func (p *pricing) gathered(s stretchGrants, list money.Amount) []bundle {
	var out []bundle
	for _, b := range periods(p, s.terms.cap.Bill.Every, s.stretch) {
		x := invoiced{b, money.Zero(p.agreement.Currency), money.Zero(p.agreement.Currency), billOn(s.terms.cap.Bill.In, b)}
		var of []*grant
		for i, g := range s.grants {
			if b.span.Contains(g.access.Start) {
				x.amount, x.list = x.amount.Add(g.fee), x.list.Add(part(list, s.billed[i].span, s.billed[i].whole))
				of = append(of, g)
			}
		}
		out = append(out, bundle{s, of, []invoiced{x}})
	}
	return out
}

// sliced bills one access period in equal parts: 120,000 for a year, a quarter of
// it each quarter. The parts are those of the whole period, so that an amendment
// leaves what was billed before it alone; the part that it falls in is cut by
// days.
func (p *pricing) sliced(s stretchGrants, total, list money.Amount) []bundle {
	var out []bundle
	for i := range s.grants {
		b, next := s.billed[i], bundle{s, s.grants[i : i+1], nil}
		whole := s.stretch
		whole.span, whole.whole = b.whole, b.whole
		bills := periods(p, s.terms.cap.Bill.Every, whole)
		sum := nothing(p.agreement.Currency)
		for _, x := range bills {
			sum = sum.Add(weight(x, sum))
		}
		done := nothing(p.agreement.Currency)
		for _, x := range bills {
			from := done
			done = done.Add(weight(x, sum))
			share := func(total money.Amount) money.Amount {
				return money.SpreadToExact(total, done, sum).Sub(money.SpreadToExact(total, from, sum))
			}
			if cut := x.span.Intersect(b.span); !cut.Empty() {
				y := billed{x.whole, cut}
				next.invoices = append(next.invoices, invoiced{y, part(share(total), cut, x.span), part(share(list), cut, x.span), billOn(s.terms.cap.Bill.In, y)})
			}
		}
		out = append(out, next)
	}
	return out
}

// weight is how much of a whole billing period a part is; like gives the currency.
func weight(b billed, like money.Exact) money.Exact {
	return money.Price(one, like.Currency()).MulRatio(b.share())
}

// installmentsOf bills what a version's installments say, each from its day to
// the next one's. Those before an amendment were asked for by the terms before it.
func (p *pricing) installmentsOf(s stretchGrants) []invoiced {
	all := s.terms.cap.Bill.Installments
	days := s.terms.document.accessOf(s.terms.cap)
	days.Start = period.MaxDate(days.Start, s.begun)
	var out []invoiced
	for i, x := range all {
		// The end of the contract may come before the day of an installment.
		whole := period.NewSpan(period.MinDate(days.End, period.MaxDate(x.On, days.Start)), days.End)
		if i == 0 {
			whole.Start = days.Start
		}
		if i+1 < len(all) {
			whole.End = period.MaxDate(whole.Start, all[i+1].On)
		}
		b := billed{whole, whole.Intersect(s.span)}
		if b.span.Empty() {
			continue
		}
		list := money.Price(x.Amount, p.agreement.Currency)
		out = append(out, invoiced{
			b, part(p.round(net(list, s.terms.document)), b.span, whole), part(p.round(list), b.span, whole), period.MaxDate(x.On, b.span.Start),
		})
	}
	return out
}
