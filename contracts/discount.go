package contracts

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// discounts lower charges in the order of the document, each what is left by the
// ones before. What counts by days (fees) is lowered for its days inside the
// discount's; usage and true-ups by the first day of their period.
func (p *pricing) discounts(order []int) []reduction {
	var out []reduction
	for _, id := range lineages(p.agreement, documentDiscounts, discountID) {
		all := p.discountStretches(id)
		if len(all) == 0 {
			continue
		}
		var flat []stretch[Discount]
		for _, s := range all {
			if s.terms.Amount.IsPositive() {
				flat = append(flat, s)
			}
		}
		for _, i := range order {
			if take := p.percentOff(i, all); take != nil {
				out = append(out, take)
			}
		}
		out = append(out, p.amountsOff(flat, order)...)
	}
	return out
}

func documentDiscounts(d Document) []Discount { return d.Discounts }
func discountID(d Discount) string            { return d.ID }

// discountStretches follows a discount through versions. The whole of each stretch
// is the discount's own days.
func (p *pricing) discountStretches(id string) []stretch[Discount] {
	return stretches(p.agreement, func(v *Version) (period.Span, Discount, bool) {
		d, ok := find(v.Document.Discounts, discountID, id)
		return bounded(v.Document.Term.Span(), d.From, d.Through), d, ok
	}, func(a, b Discount) bool {
		a.From, a.Through, b.From, b.Through = period.Date{}, period.Date{}, period.Date{}, period.Date{}
		return sameWords(a, b)
	})
}

// bounded narrows a span to a first and a last day, where they are given.
func bounded(s period.Span, from, through period.Date) period.Span {
	if !from.IsZero() {
		s.Start = period.MaxDate(s.Start, from)
	}
	if !through.IsZero() {
		s.End = period.MinDate(s.End, through.AddDays(1))
	}
	return s
}

// scoped says whether a charge is lowered: one of the ids named or, when none is,
// any line of the contract. Prepaid amounts and true-ups want to be named.
func scoped(ids []string, x Piece) bool {
	if len(ids) > 0 {
		return among(ids, x)
	}
	return x.Kind != TrueUp && x.Kind != Prepayment
}

// served are the days a fee is for: the whole of what an installment pays for,
// the days that were billed of a fee that is kept, the day of what is asked once.
func (p Piece) served() period.Span {
	if p.Kind == FixedFee && p.Service.Days() > p.Span.Days() {
		return p.Service
	}
	return p.Span
}

// percentOff prepares the percentages that meet one charge; nil when none does.
func (p *pricing) percentOff(i int, all []stretch[Discount]) reduction {
	x := p.pieces[i]
	var rows []Reduction
	var parts []money.Exact // of the charge, as a fraction of one unit of money
	unit := money.Price(one, p.agreement.Currency)
	days := x.served()
	for _, s := range all {
		d := s.terms
		if !d.Percent.IsPositive() || !scoped(d.Lines, x) {
			continue
		}
		share := unit.Mul(d.Percent).MulRatio(1, 100)
		if both := s.span.Intersect(days); x.grows() && !s.span.Contains(x.Span.Start) || both.Empty() {
			continue
		} else if !x.grows() {
			share = share.MulRatio(int64(both.Days()), int64(days.Days()))
		}
		rows, parts = append(rows, d.row(p.agreement.Currency)), append(parts, share)
	}
	if len(rows) == 0 {
		return nil
	}
	return func(t *taking) {
		left, sum, before := t.left[i], unit.Sub(unit), money.Zero(p.agreement.Currency)
		if left.Sign() <= 0 {
			return
		}
		for k, row := range rows {
			sum = sum.Add(parts[k])
			upTo := money.SpreadToExact(left, sum, unit)
			row.Amount, before = upTo.Sub(before), upTo
			t.off(i, row)
		}
	}
}

// row is how an invoice shows the discount: "Launch discount, 20 %".
func (d Discount) row(c money.Currency) Reduction {
	label := first(d.Reason, "Discount")
	if d.Percent.IsPositive() {
		label += ", " + grouped(d.Percent) + "%"
	} else {
		label += ", " + amountText(d.Amount, c) + each(d.Every)
	}
	return Reduction{Kind: ByDiscount, ID: d.ID, Label: label, Programme: d.Programme}
}

// amountText writes an amount of a document with the currency's decimals.
func amountText(d decimal.Decimal, c money.Currency) string {
	a, err := money.ParseAmount(d.String(), c)
	if err != nil { // more decimals than the currency has
		return grouped(d)
	}
	return a.Display()
}

// amountsOff prepares the periods of an amount.
func (p *pricing) amountsOff(all []stretch[Discount], order []int) []reduction {
	if len(all) == 0 {
		return nil
	}
	counts := func(d Discount, x Piece) bool { return scoped(d.Lines, x) }
	periods := turns(p, all, func(d Discount) string { return d.Every })
	beginning := members(p, order, periods, func(d Discount, x Piece) bool { return x.grows() && counts(d, x) })
	// What a fee comes to for some of its days is measured before this discount.
	out := []reduction{func(t *taking) { t.base = slices.Clone(t.left) }}
	for k, r := range periods {
		began := map[int]bool{}
		for _, i := range beginning[k] {
			began[i] = true
		}
		var of []int
		for _, i := range order {
			x := p.pieces[i]
			if began[i] || !x.grows() && x.served().Overlaps(r.span()) && counts(r.last().terms, x) {
				of = append(of, i)
			}
		}
		out = append(out, p.amountOff(r, of))
	}
	return out
}

// amountOff prepares one period. Of charges that can be billed on one day each
// bears its part by what is left of it; what they leave is for those that come
// later. No charge falls below zero.
func (p *pricing) amountOff(r turn[Discount], of []int) reduction {
	size := sized(p, r, func(d Discount) money.Exact { return money.Price(d.Amount, p.agreement.Currency) })
	row := r.last().terms.row(p.agreement.Currency)
	return func(t *taking) {
		rest := size
		for from := 0; from < len(of) && rest.Sign() > 0; {
			to, sum := from, int64(0)
			var weights []int64
			for ; to < len(of) && p.pieces[of[to]].BillOn == p.pieces[of[from]].BillOn; to++ {
				weights = append(weights, max(0, p.inside(t, of[to], r.span()).Minor()))
				sum += weights[to-from]
			}
			off := lesser(rest, money.Of(sum, rest.Currency()))
			for k, amount := range money.AllocateInts(off, weights) {
				row.Amount = amount
				t.off(of[from+k], row)
			}
			rest, from = rest.Sub(off), to
		}
	}
}

// inside is what is left of a charge for the days of a span: usage and true-ups
// belong whole to the period they began in.
func (p *pricing) inside(t *taking, i int, span period.Span) money.Amount {
	x := p.pieces[i]
	if x.grows() {
		return t.left[i]
	}
	days := x.served()
	return lesser(t.left[i], part(t.base[i], days.Intersect(span), days))
}
