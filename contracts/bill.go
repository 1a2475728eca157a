package contracts

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// price is what a whole access period costs up front.
func (c Prepaid) price() decimal.Decimal {
	if c.Price.IsZero() {
		return c.Amount
	}
	return c.Price
}

// invoiced is a part of what a prepaid amount costs, on an invoice of its own.
type invoiced struct {
	billed
	amount, list money.Amount
	on           period.Date
}

// prepayments are the invoices for the balances given while one set of terms
// held, and sets the part of their sum that each balance cost: one for each
// access period on its first day, unless the document has an invoice schedule of
// its own.
func (p *pricing) prepayments(s stretchGrants) []Piece {
	c, document := s.terms.cap, s.terms.document
	list := p.round(money.Price(c.price(), p.agreement.Currency))
	total := p.round(net(money.Price(c.price(), p.agreement.Currency), document))
	for i, g := range s.grants {
		g.fee = part(total, s.billed[i].span, s.billed[i].whole)
	}
	var slices []invoiced
	switch {
	case c.Bill == nil:
		for i, g := range s.grants {
			b := s.billed[i]
			slices = append(slices, invoiced{b, g.fee, part(list, b.span, b.whole), b.span.Start})
		}
	case len(c.Bill.Installments) > 0:
		slices = p.installmentsOf(s)
	case longer(c.Bill.Every, c.Every):
		slices = p.gathered(s, list)
	default:
		slices = p.sliced(s, total, list)
	}
	s.pay(slices)
	product := p.product(c.Product, s.version)
	var out []Piece
	for _, x := range slices {
		out = append(out, Piece{
			Line: c.ID, Kind: Prepayment, Span: x.span, Period: x.whole,
			Product: c.Product, Description: product.Name, Clause: c.Clause, Version: s.version.Number,
			Amount: x.amount, Gross: x.amount, BillOn: x.on, Closed: true, Recognition: product.Recognition,
			Detail: Detail{Quantity: one, Unit: product.Unit, UnitPrice: c.price(), List: x.list, Margin: margin(document)},
		})
	}
	return out
}

// gathered bills several access periods at once: each invoice is for those that
// begin in its period.
func (p *pricing) gathered(s stretchGrants, list money.Amount) []invoiced {
	var out []invoiced
	for _, b := range periods(p, s.terms.cap.Bill.Every, s.stretch) {
		x := invoiced{b, money.Zero(p.agreement.Currency), money.Zero(p.agreement.Currency), billOn(s.terms.cap.Bill.In, b)}
		for i, g := range s.grants {
			if b.span.Contains(g.access.Start) {
				x.amount, x.list = x.amount.Add(g.fee), x.list.Add(part(list, s.billed[i].span, s.billed[i].whole))
			}
		}
		out = append(out, x)
	}
	return out
}

// sliced bills one access period in equal parts: 120,000 for a year, a quarter of
// it each quarter. The parts are those of the period as it was agreed, so that an
// amendment leaves what was billed before it alone; the one it falls in is cut by
// days.
func (p *pricing) sliced(s stretchGrants, total, list money.Amount) []invoiced {
	var out []invoiced
	for i := range s.grants {
		b := s.billed[i]
		agreed := s.stretch
		agreed.span = b.whole.Intersect(s.agreed)
		whole, listed := part(total, agreed.span, b.whole), part(list, agreed.span, b.whole)
		bills := periods(p, s.terms.cap.Bill.Every, agreed)
		sum := money.Price(zero, p.agreement.Currency)
		for _, x := range bills {
			sum = sum.Add(weight(x, sum))
		}
		done := money.Price(zero, p.agreement.Currency)
		for _, x := range bills {
			from := done
			done = done.Add(weight(x, sum))
			share := func(total money.Amount) money.Amount {
				return money.SpreadToExact(total, done, sum).Sub(money.SpreadToExact(total, from, sum))
			}
			if cut := x.span.Intersect(b.span); !cut.Empty() {
				y := billed{x.whole, cut}
				out = append(out, invoiced{y, part(share(whole), cut, x.span), part(share(listed), cut, x.span), billOn(s.terms.cap.Bill.In, y)})
			}
		}
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
	var out []invoiced
	for i, x := range all {
		whole := period.NewSpan(period.MaxDate(x.On, s.agreed.Start), s.agreed.End)
		if i == 0 {
			whole.Start = s.agreed.Start
		}
		if i+1 < len(all) {
			whole.End = period.MaxDate(whole.Start, period.MinDate(all[i+1].On, s.agreed.End))
		}
		list := money.Price(x.Amount, p.agreement.Currency)
		b := billed{whole, whole.Intersect(s.span)}
		if b.span.Empty() {
			continue
		}
		out = append(out, invoiced{
			b, part(p.round(net(list, s.terms.document)), b.span, whole), part(p.round(list), b.span, whole), period.MaxDate(x.On, b.span.Start),
		})
	}
	return out
}

// pay splits what is invoiced in all over the balances it pays for, by what each
// costs by its days.
func (s stretchGrants) pay(slices []invoiced) {
	if s.terms.cap.Bill == nil || len(s.grants) == 0 {
		return
	}
	var sum, cost money.Amount
	for _, x := range slices {
		sum = sum.Add(x.amount)
	}
	for _, g := range s.grants {
		cost = cost.Add(g.fee)
	}
	if cost.IsZero() {
		s.grants[0].fee = sum
		return
	}
	var done, given money.Amount
	for _, g := range s.grants {
		done = done.Add(g.fee)
		upTo := money.SpreadToExact(sum, done.Exact(), cost.Exact())
		g.fee, given = upTo.Sub(given), upTo
	}
}

// earning gives the invoices of a stretch their values: what its balances were
// used for is earned, the first invoice first.
func (p *pricing) earning(s stretchGrants, fees []Piece) []Piece {
	if len(fees) == 0 || fees[0].Recognition != catalog.AsUsed || len(s.grants) == 0 {
		return fees
	}
	days := s.grants[0].access
	for _, g := range s.grants {
		days.End = period.MaxDate(days.End, g.over())
	}
	if !days.Start.Before(p.until) {
		return fees
	}
	at := marks(days, p.until)
	sums := make([]money.Amount, len(at))
	for _, g := range s.grants {
		for i, earned := range g.earnedAt(at) {
			sums[i] = sums[i].Add(earned)
		}
	}
	before := money.Zero(p.agreement.Currency)
	for i := range fees {
		fees[i].Values = earnedOf(at, sums, before, fees[i].Amount)
		before = before.Add(fees[i].Amount)
	}
	return fees
}

// earnedOf is what of a cumulative sum falls to one invoice, after those before it.
// Months before the first that earns something of it are left out.
func earnedOf(at []period.Date, sums []money.Amount, before, amount money.Amount) []Value {
	var out []Value
	for i, sum := range sums {
		earned := sum.Sub(before)
		if earned.Sign() < 0 {
			earned = money.Zero(amount.Currency())
		}
		out = append(out, Value{at[i], lesser(earned, amount)})
	}
	first := slices.IndexFunc(out, func(v Value) bool { return !v.Amount.IsZero() })
	switch {
	case first < 0:
		return out[len(out)-1:]
	case before.IsZero():
		return out
	}
	return out[first:]
}
