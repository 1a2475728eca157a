package contracts

import (
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

// counted says how many access periods an invoice of a schedule asks for at list
// price, so that quantity times price is what stands beside it: one of what it asks
// for when that is no whole number of them.
func (c Prepaid) counted(list money.Amount) (quantity, unit decimal.Decimal) {
	price := c.price()
	if c.Bill == nil || price.IsZero() {
		return one, price
	}
	n := list.Decimal().DivRound(price, 0)
	if n.IsZero() || !n.Mul(price).Equal(list.Decimal()) {
		return one, list.Decimal()
	}
	return n, price
}

// invoiced is a part of what a prepaid amount costs, on an invoice of its own.
type invoiced struct {
	billed
	amount, list money.Amount
	on           period.Date
}

// bundle is what is invoiced for some balances together: what they are used for
// is earned by these invoices.
type bundle struct {
	stretchGrants
	grants   []*grant
	invoices []invoiced
}

// bundles lists the invoices for the balances given while one set of terms held,
// and sets the part of their sum that each balance cost: one for each access
// period on its first day, unless the document has an invoice schedule of its own.
func (p *pricing) bundles(s stretchGrants) []bundle {
	c := s.terms.cap
	list := p.round(money.Price(c.price(), p.agreement.Currency))
	total := p.round(net(money.Price(c.price(), p.agreement.Currency), s.terms.document))
	for i, g := range s.grants {
		g.fee = part(total, s.billed[i].span, s.billed[i].whole)
	}
	switch {
	case c.Bill == nil:
		var out []bundle
		for i, g := range s.grants {
			b := s.billed[i]
			out = append(out, bundle{s, s.grants[i : i+1], []invoiced{{b, g.fee, part(list, b.span, b.whole), b.span.Start}}})
		}
		return out
	case len(c.Bill.Installments) > 0:
		return []bundle{{s, s.grants, p.installmentsOf(s)}}
	case longer(c.Bill.Every, c.Every):
		return p.gathered(s, list)
	}
	return p.sliced(s, total, list)
}

// prepayments are the pieces of a bundle.
func (p *pricing) prepayments(x bundle) []Piece {
	c, product := x.terms.cap, p.product(x.terms.cap.Product, x.version)
	earned := p.earning(x)
	lapsed := x.lapsing(earned)
	var out []Piece
	before := money.Zero(p.agreement.Currency)
	for _, i := range p.askedFor(x) {
		quantity, unit := c.counted(i.list)
		piece := Piece{
			Line: c.ID, Kind: Prepayment, Span: i.span, Period: i.whole,
			Product: c.Product, Description: product.Name, Clause: c.Clause, Version: x.version.Number,
			Amount: i.amount, Gross: i.amount, BillOn: i.on, Closed: true, Recognition: product.Recognition,
			Detail: Detail{Quantity: quantity, Unit: product.Unit, UnitPrice: unit, List: i.list, Margin: margin(x.terms.document)},
		}
		if !x.ended.IsZero() {
			piece.serve(period.NewSpan(i.span.Start, period.MaxDate(i.span.Start.AddDays(1), period.MinDate(i.span.End, x.ended))))
		}
		if product.Recognition == catalog.AsUsed {
			piece.Values = earnedOf(earned, before, i.amount)
			piece.Lapsed = lapsedOf(piece.Values, earned, lapsed)
			before = before.Add(i.amount)
		}
		out = append(out, piece)
	}
	return out
}

// askedFor is what a bundle asks for. When the contract was ended early, what is
// undrawn then is given back, or with refund: none what had been asked for is
// kept; nothing is asked for later but what was drawn beyond that. The day
// before, nothing of it is known.
func (p *pricing) askedFor(x bundle) []invoiced {
	if x.ended.IsZero() {
		return x.invoices
	}
	over := !p.until.Before(x.ended)
	rest := money.Zero(p.agreement.Currency)
	for _, g := range x.grants {
		rest = rest.Add(g.kept())
	}
	var out []invoiced
	for _, i := range x.invoices {
		asked := i.on.Before(x.ended)
		amount := lesser(i.amount, rest)
		rest = rest.Sub(amount)
		if asked && (!over || x.last.Document.Ending.Refund == NoRefund) {
			amount = i.amount
		}
		if !asked && (!over || amount.IsZero()) {
			continue
		}
		if amount != i.amount {
			i.list = money.SpreadToExact(i.list, amount.Exact(), i.amount.Exact())
		}
		i.amount, i.on = amount, period.MinDate(i.on, x.ended)
		out = append(out, i)
	}
	return out
}

// pay splits what is invoiced in all over the balances it pays for, by what each
// costs by its days.
func (x bundle) pay() {
	if x.terms.cap.Bill == nil || len(x.grants) == 0 {
		return
	}
	var sum, cost money.Amount
	for _, i := range x.invoices {
		sum = sum.Add(i.amount)
	}
	for _, g := range x.grants {
		cost = cost.Add(g.fee)
	}
	if cost.IsZero() {
		x.grants[0].fee = sum
		return
	}
	var done, given money.Amount
	for _, g := range x.grants {
		done = done.Add(g.fee)
		upTo := money.SpreadToExact(sum, done.Exact(), cost.Exact())
		g.fee, given = upTo.Sub(given), upTo
	}
}

// earning is what the balances of a bundle had been used for, month by month.
func (p *pricing) earning(x bundle) []Value {
	if len(x.grants) == 0 || !x.grants[0].access.Start.Before(p.until) {
		return nil
	}
	days := x.grants[0].access
	for _, g := range x.grants {
		days.End = period.MaxDate(days.End, g.over())
	}
	at := marks(days, p.until)
	out := make([]Value, len(at))
	for _, g := range x.grants {
		for i, earned := range g.earnedAt(at) {
			out[i] = Value{at[i], out[i].Amount.Add(earned)}
		}
	}
	return out
}

// earnedOf is what of the sum falls to one invoice: the first is earned first.
// Months before the one that earns something of it are left out.
func earnedOf(sums []Value, before, amount money.Amount) []Value {
	var out []Value
	for i, sum := range sums {
		earned := sum.Amount.Sub(before)
		if earned.Sign() < 0 {
			earned = money.Zero(amount.Currency())
		}
		if earned.Sign() > 0 || len(out) > 0 || before.IsZero() || i+1 == len(sums) {
			out = append(out, Value{sum.Before, lesser(earned, amount)})
		}
	}
	return out
}
