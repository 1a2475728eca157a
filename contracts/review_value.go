package contracts

import (
	"math/big"

	"github.com/shopspring/decimal"

	"ratable/internal/period"
)

// agreedValue is what the document lets us charge at list over the term it agrees, usage aside. It is for a rule to
// look at and is booked nowhere.
func (p proposal) agreedValue() *big.Rat {
	sum := new(big.Rat)
	term := period.NewSpan(p.termOf(p.Term.Through), p.Term.Span().End)
	add := func(periods *big.Rat, figures ...decimal.Decimal) {
		x := new(big.Rat).Set(periods)
		for _, f := range figures {
			x.Mul(x, f.Rat())
		}
		sum.Add(sum, x)
	}
	for _, l := range p.Lines {
		switch {
		case l.Once != nil:
			add(big.NewRat(1, 1), l.Once.UnitPrice, quantityOnce(*l.Once))
		case l.Fixed != nil && len(l.Fixed.Installments) > 0:
			for _, i := range l.Fixed.Installments {
				add(big.NewRat(1, 1), i.Amount)
			}
		case l.Fixed != nil:
			for _, x := range p.levels(l, term) {
				add(p.wholesIn(l.Fixed.Every, x.span, p.days(l)), x.quantity, x.unitPrice)
			}
		}
	}
	for _, x := range p.Prepaid {
		price := x.Price
		if price.IsZero() {
			price = x.Amount
		}
		days := p.days(Line{From: x.From, Through: x.Through}).Intersect(term)
		add(p.wholesIn(x.Every, days, days), price)
	}
	return sum
}

// wholesIn counts periods like periodsIn; "term" is one, of which the days are a part.
func (d Document) wholesIn(every string, days, whole period.Span) *big.Rat {
	if every == "term" && whole.Days() > 0 {
		return big.NewRat(int64(days.Days()), int64(whole.Days()))
	}
	return d.periodsIn(every, days)
}

func quantityOnce(o Once) decimal.Decimal {
	if o.Quantity.IsZero() {
		return decimal.NewFromInt(1)
	}
	return o.Quantity
}
