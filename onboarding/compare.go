package onboarding

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Class says what a difference between the other system's line and ours is.
type Class string

// The classes, the mildest first.
const (
	Equal        Class = "equal"
	Rounding     Class = "rounding"      // a cent at most, of the amount and of the tax
	TaxDiffers   Class = "tax"           // the same amount, another tax
	UsageMissing Class = "missing usage" // the quantities differ: usage was not imported, or not counted
	Proration    Class = "proration"     // of other days, or another part of a period
	DiscountGone Class = "discount"      // a reduction that one of the two does not give
	PriceDiffers Class = "price"
	MissingLine  Class = "missing line" // we have it, the other system does not
	ExtraLine    Class = "extra line"   // the other system has it, we do not
)

// Classes are all there are, in order.
var Classes = []Class{Equal, Rounding, TaxDiffers, UsageMissing, Proration, DiscountGone, PriceDiffers, MissingLine, ExtraLine}

// Agrees says that nobody has to look.
func (c Class) Agrees() bool { return c == Equal || c == Rounding }

// Side is a line as one of the two systems invoiced it, or would have.
type Side struct {
	Document    string // number of the other system, or the day of ours
	IssuedOn    period.Date
	Line        string
	Product     string
	Description string
	Span        period.Span
	Quantity    decimal.Decimal
	UnitPrice   decimal.Decimal
	Reduced     decimal.Decimal // what was taken off before the amount
	Partial     bool            // it bills a part of a billing period
	Usage       bool
	Net, Tax    money.Amount
}

// Pair is a line of both, or of one where the other has nothing like it.
type Pair struct {
	Customer string
	Contract string
	Old      *Side
	Ours     *Side
	Class    Class
	Matched  string       // by what the two were put together: line, product, amount
	Net, Tax money.Amount // ours less theirs
	Why      string
}

// Span is the days the pair is about.
func (p Pair) Span() period.Span {
	if p.Old != nil {
		return p.Old.Span
	}
	return p.Ours.Span
}

// Gross is the difference with tax.
func (p Pair) Gross() money.Amount { return p.Net.Add(p.Tax) }

// matches are the ways to put lines together, the surest first. Each takes what the ways before it left.
var matches = []struct {
	by   string
	same func(a, b Side) bool
}{
	{"line", func(a, b Side) bool { return a.Line != "" && a.Line == b.Line && a.Span == b.Span }},
	{"product", func(a, b Side) bool { return a.Product != "" && a.Product == b.Product && a.Span == b.Span }},
	{"line", func(a, b Side) bool { return a.Line != "" && a.Line == b.Line && near(a.Span, b.Span) }},
	{"product", func(a, b Side) bool { return a.Product != "" && a.Product == b.Product && near(a.Span, b.Span) }},
	{"amount", func(a, b Side) bool { return a.Net == b.Net && !a.Net.IsZero() && a.Span.Overlaps(b.Span) }},
}

// near says that two stretches are the same period cut otherwise: most of the shorter lies in the longer.
func near(a, b period.Span) bool {
	if !a.Overlaps(b) {
		return false
	}
	return 2*a.Intersect(b).Days() > min(a.Days(), b.Days()) && (a.Start == b.Start || a.End == b.End || 2*a.Intersect(b).Days() > max(a.Days(), b.Days()))
}

// paired puts the lines of a contract in both systems together. Nothing is left out: what has no partner stands alone.
func paired(customer, contract string, old, ours []Side) []Pair {
	var out []Pair
	usedOld, usedOurs := make([]bool, len(old)), make([]bool, len(ours))
	for _, way := range matches {
		for i := range old {
			if usedOld[i] {
				continue
			}
			j := slices.IndexFunc(ours, func(s Side) bool { return way.same(old[i], s) })
			for j >= 0 && usedOurs[j] {
				next := slices.IndexFunc(ours[j+1:], func(s Side) bool { return way.same(old[i], s) })
				if next < 0 {
					j = -1
					break
				}
				j += 1 + next
			}
			if j >= 0 {
				usedOld[i], usedOurs[j] = true, true
				out = append(out, Pair{Customer: customer, Contract: contract, Old: &old[i], Ours: &ours[j], Matched: way.by})
			}
		}
	}
	for i := range old {
		if !usedOld[i] {
			out = append(out, Pair{Customer: customer, Contract: contract, Old: &old[i]})
		}
	}
	for j := range ours {
		if !usedOurs[j] && !(ours[j].Net.IsZero() && ours[j].Tax.IsZero()) { // nobody misses a line of nothing
			out = append(out, Pair{Customer: customer, Contract: contract, Ours: &ours[j]})
		}
	}
	for i := range out {
		out[i].judge()
	}
	slices.SortStableFunc(out, func(a, b Pair) int {
		return cmp.Or(a.Span().Start.Compare(b.Span().Start), cmp.Compare(a.name(), b.name()))
	})
	return out
}

func (p Pair) name() string {
	if p.Ours != nil {
		return p.Ours.Line
	}
	return cmp.Or(p.Old.Line, p.Old.Product, p.Old.Description)
}

// judge computes the difference and says what it is.
func (p *Pair) judge() {
	switch {
	case p.Ours == nil:
		p.Net, p.Tax, p.Class = p.Old.Net.Neg(), p.Old.Tax.Neg(), ExtraLine
		p.Why = "nothing of ours is like it: the contract may lack a line, or the line's days are others"
		return
	case p.Old == nil:
		p.Net, p.Tax, p.Class = p.Ours.Net, p.Ours.Tax, MissingLine
		p.Why = "the other system has nothing like it: it was not billed there, or not imported"
		return
	}
	p.Net, p.Tax = p.Ours.Net.Sub(p.Old.Net), p.Ours.Tax.Sub(p.Old.Tax)
	p.Class, p.Why = p.classify()
}

func (p *Pair) classify() (Class, string) {
	old, ours := p.Old, p.Ours
	cent := func(a money.Amount) bool { return a.Abs().Minor() <= 1 }
	reduced := old.Reduced.Sub(ours.Reduced)
	switch {
	case p.Net.IsZero() && p.Tax.IsZero():
		return Equal, ""
	case cent(p.Net) && cent(p.Tax):
		return Rounding, "a cent at most"
	case p.Net.IsZero():
		return TaxDiffers, fmt.Sprintf("tax %s there, %s here: look at the customer's address, tax number and exemptions, and at the product's tax code", old.Tax.Display(), ours.Tax.Display())
	case (ours.Usage || !old.Quantity.IsZero() && ours.Usage) && !old.Quantity.IsZero() && !old.Quantity.Equal(ours.Quantity):
		return UsageMissing, fmt.Sprintf("%s units there, %s here: import the usage of these days", old.Quantity, ours.Quantity)
	case old.Span != ours.Span:
		return Proration, fmt.Sprintf("%s there, %s here", old.Span, ours.Span)
	case !reduced.IsZero() && (money.Price(reduced, p.Net.Currency()).Cmp(p.Net.Exact()) == 0 || !p.priced()):
		return DiscountGone, fmt.Sprintf("%s is taken off there, %s here", old.Reduced, ours.Reduced)
	case ours.Partial && !p.priced():
		return Proration, "it bills a part of a period: the other system counts its days otherwise"
	case !old.Quantity.IsZero() && !old.Quantity.Equal(ours.Quantity) && !ours.Quantity.IsZero():
		return PriceDiffers, fmt.Sprintf("%s units there, %s here", old.Quantity, ours.Quantity)
	case p.priced():
		return PriceDiffers, fmt.Sprintf("%s a unit there, %s here", old.UnitPrice, ours.UnitPrice)
	}
	return PriceDiffers, "the contract says another price"
}

// priced says that both name a price of a unit, and not the same.
func (p *Pair) priced() bool {
	return !p.Old.UnitPrice.IsZero() && !p.Ours.UnitPrice.IsZero() && !p.Old.UnitPrice.Equal(p.Ours.UnitPrice)
}

// oldSides are the lines of a contract as the other system billed them, credits taken off. A line without our id gets the one its
// product means in the contract.
func oldSides(all []Told, d contracts.Document, window period.Span) []Side {
	var out []Side
	for _, t := range all {
		for _, l := range t.net() {
			if l.Contract != d.Contract || !window.Empty() && !window.Contains(l.From) {
				continue
			}
			s := Side{Document: t.Number, IssuedOn: t.IssuedOn, Line: l.Line, Product: l.Product, Description: l.Description, Span: l.span(), Quantity: l.Quantity, UnitPrice: l.UnitPrice,
				Reduced: l.Discount, Net: amountOf(l.Amount, t.Currency), Tax: amountOf(l.Tax, t.Currency)}
			if id, ok := sells(d, l); ok {
				s.Line = id
				s.Product, _, _ = d.Sells(id)
			}
			out = append(out, s)
		}
	}
	return out
}

// amountOf is an amount that was read with the decimals of its currency.
func amountOf(d decimal.Decimal, c money.Currency) money.Amount {
	a, err := money.ParseAmount(d.String(), c)
	if err != nil {
		panic(fmt.Sprintf("onboarding: %s %s was read before: %v", d, c, err))
	}
	return a
}

// Totals are the sums of a comparison in one currency.
type Totals struct {
	Currency  money.Currency
	Old, Ours money.Amount // with tax
	Lines     map[Class]int
	By        map[Class]money.Amount // difference with tax
}

// Differ is how many lines somebody has to look at.
func (t Totals) Differ() int {
	n := 0
	for class, lines := range t.Lines {
		if !class.Agrees() {
			n += lines
		}
	}
	return n
}

// added adds pairs up by currency.
func added(all []Pair) []Totals {
	var out []Totals
	for _, p := range all {
		c := p.Net.Currency()
		i := slices.IndexFunc(out, func(t Totals) bool { return t.Currency == c })
		if i < 0 {
			i = len(out)
			out = append(out, Totals{Currency: c, Old: money.Zero(c), Ours: money.Zero(c), Lines: map[Class]int{}, By: map[Class]money.Amount{}})
		}
		t := &out[i]
		if p.Old != nil {
			t.Old = t.Old.Add(p.Old.Net).Add(p.Old.Tax)
		}
		if p.Ours != nil {
			t.Ours = t.Ours.Add(p.Ours.Net).Add(p.Ours.Tax)
		}
		t.Lines[p.Class]++
		t.By[p.Class] = t.By[p.Class].Add(p.Gross())
	}
	slices.SortFunc(out, func(a, b Totals) int { return cmp.Compare(a.Currency, b.Currency) })
	return out
}
