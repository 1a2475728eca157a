package contracts

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// LimitKind says which term of a contract charges or usage run into.
type LimitKind string

const (
	CapLimit        LimitKind = "cap"
	PrepaidLimit    LimitKind = "prepaid"
	CreditLimit     LimitKind = "credit"
	CommitmentLimit LimitKind = "commitment"
)

// LimitKinds lists every kind, in the order in which limits are listed.
var LimitKinds = []LimitKind{CapLimit, PrepaidLimit, CreditLimit, CommitmentLimit}

// Limit is a cap, a prepaid balance, a credit or a commitment in the one of its periods that lies around a day, and
// how far it had been reached by the end of that day. It is measured in money or in units; the other two stay zero.
type Limit struct {
	Kind    LimitKind
	ID      string // of the term in the document
	Label   string // "Cap of 5,000.00 a month"
	Lines   []string
	Product string      // of what is prepaid or committed
	Period  period.Span // of the cap or commitment; the access period of a balance; the days of a credit
	Expires period.Date // of a balance or credit: the first day on which nothing is left of it, whatever is used
	Then    Above       // of a cap: what happens above it
	Bites   bool        // of a cap: it changes what is billed
	Charged bool        // of a cap: what lies above is charged, at a price of its own

	InUnits      bool
	Unit         string
	Size         money.Amount // agreed for the period, or
	Reached      money.Amount // at list price for a prepaid balance, before what reduces it for caps and commitments
	SizeUnits    decimal.Decimal
	ReachedUnits decimal.Decimal
}

// Left is what remains before the limit is reached; nothing when it is passed.
func (l Limit) Left() (money.Amount, decimal.Decimal) {
	left := l.Size.Sub(l.Reached)
	if left.Sign() < 0 {
		left = money.Zero(left.Currency())
	}
	return left, decimal.Max(decimal.Zero, l.SizeUnits.Sub(l.ReachedUnits))
}

// Percent says how much of the limit has been reached: 80 is four fifths. A limit of nothing is reached.
func (l Limit) Percent() decimal.Decimal {
	size, reached := l.Size.Decimal(), l.Reached.Decimal()
	if l.InUnits {
		size, reached = l.SizeUnits, l.ReachedUnits
	}
	if !size.IsPositive() {
		return hundred
	}
	return reached.Mul(hundred).DivRound(size, 2)
}

// Full says that nothing is left below the limit.
func (l Limit) Full() bool {
	if l.InUnits {
		return l.ReachedUnits.Cmp(l.SizeUnits) >= 0
	}
	return l.Reached.Cmp(l.Size) >= 0
}

// ChargesAndLimits is Charges with what the charges run into: the limits in force on the day before until, as far as
// they had been reached then. Pieces and limits come of one pricing, so that they cannot disagree.
func ChargesAndLimits(a Agreement, c *catalog.Catalog, days *usage.Days, until period.Date) ([]Piece, []Limit, error) {
	p, err := price(a, c, days, until)
	if err != nil {
		return nil, nil, err
	}
	pieces := LimitConcessions(p.pieces)
	on := until.AddDays(-1)
	if !a.Term().Contains(on) {
		return pieces, nil, nil
	}
	limits := p.limitsOn(on)
	if p.err != nil {
		return nil, nil, fmt.Errorf("price contract %s: %w", a.Number, p.err)
	}
	return pieces, limits, nil
}

func (p *pricing) limitsOn(on period.Date) []Limit {
	out := p.capsOn(on)
	out = append(out, p.balancesOn(on)...)
	out = append(out, p.creditsOn(on)...)
	return append(out, p.commitmentsOn(on)...)
}

// capsOn also lists caps that change no charge: somebody wants to know of them.
func (p *pricing) capsOn(on period.Date) []Limit {
	var out []Limit
	order := p.inTime()
	for _, id := range lineages(p.agreement, documentCaps, capID) {
		all := turns(p, stretches(p.agreement, func(v *Version) (period.Span, Cap, bool) {
			c, ok := find(v.Document.Caps, capID, id)
			return v.Document.Term.Span(), c, ok
		}, func(a, b Cap) bool { return sameWords(a, b) }), func(c Cap) string { return c.Every })
		for i, of := range members(p, order, all, func(c Cap, x Piece) bool { return c.bounds(x) }) {
			if all[i].span().Contains(on) {
				out = append(out, p.capOn(all[i], of))
			}
		}
	}
	return out
}

func (p *pricing) capOn(r turn[Cap], of []int) Limit {
	c := r.last().terms
	l := Limit{Kind: CapLimit, ID: c.ID, Lines: c.Lines, Period: r.span(), Then: c.above(), Bites: c.bites(), Charged: c.goesOn(), Size: money.Zero(p.agreement.Currency), Reached: money.Zero(p.agreement.Currency)}
	if l.InUnits = c.Units.IsPositive(); l.InUnits {
		for _, s := range r {
			l.SizeUnits = l.SizeUnits.Add(prorated(s.terms.Units, s.billed))
		}
		for _, i := range of {
			if g := p.gauge(p.pieces[i]); g.window != nil && p.pieces[i].Kind == Metered {
				l.ReachedUnits, l.Unit = l.ReachedUnits.Add(g.used(period.Date{})), p.pieces[i].Detail.Unit
			}
		}
		l.Label = "Cap of " + grouped(c.Units) + " " + units(l.Unit, c.Units) + each(c.Every)
		return l
	}
	l.Size = sized(p, r, func(c Cap) money.Exact { return money.Price(c.Amount, p.agreement.Currency) })
	for _, i := range of {
		if x := p.pieces[i]; x.Span.Start.Before(p.until) {
			l.Reached = l.Reached.Add(x.unreduced())
		}
	}
	l.Label = "Cap of " + p.round(money.Price(c.Amount, p.agreement.Currency)).Display() + each(c.Every)
	return l
}

// above is what happens above the cap, the default spelled out.
func (c Cap) above() Above {
	switch {
	case c.Then != "":
		return c.Then
	case c.Kind == HardCap:
		return Continue
	}
	return Warn
}

// unreduced is what the charge was before caps, discounts and credits; a trial's days stay free.
func (p Piece) unreduced() money.Amount {
	sum := p.Amount
	for _, r := range p.Detail.Reduced {
		if r.Kind != ByTrial {
			sum = sum.Add(r.Amount)
		}
	}
	return sum
}

// balancesOn lists the prepaid balances from which something could be drawn on a day. An access period that an
// amendment cut is one balance; what is carried out of a period belongs to the balance it came from.
func (p *pricing) balancesOn(on period.Date) []Limit {
	var out []Limit
	at := map[*accessPeriod]int{}
	for _, s := range p.granted {
		for _, g := range s.grants {
			if g.access.Start.After(on) || !on.Before(g.over()) || s.late(g) {
				continue
			}
			i, known := at[g.of]
			if !known {
				i = len(out)
				at[g.of] = i
				out = append(out, p.balance(g))
			}
			out[i].hold(p, g)
		}
	}
	return out
}

func (p *pricing) balance(g *grant) Limit {
	l := Limit{
		Kind: PrepaidLimit, ID: g.id, Lines: g.terms.Lines, Product: g.terms.Product, Period: g.of.span, InUnits: g.inUnits(),
		Unit: "", Size: money.Zero(p.agreement.Currency), Reached: money.Zero(p.agreement.Currency),
	}
	size := p.round(money.Price(g.terms.Amount, p.agreement.Currency)).Display()
	if l.InUnits {
		l.Unit = p.unitOf(g.terms.Lines)
		size = grouped(g.terms.Units) + " " + units(l.Unit, g.terms.Units)
	}
	l.Label = "Prepaid " + size + each(g.terms.Every)
	return l
}

// hold adds the balance of one part of an access period.
func (l *Limit) hold(p *pricing, g *grant) {
	l.Expires = period.MaxDate(l.Expires, g.over())
	stood := g.stood(p.until)
	used := g.size.sub(stood)
	if l.InUnits {
		l.SizeUnits, l.ReachedUnits = l.SizeUnits.Add(g.size.units), l.ReachedUnits.Add(used.units)
		return
	}
	none := nothing(p.agreement.Currency)
	l.Size, l.Reached = l.Size.Add(p.round(none.Add(g.size.money))), l.Reached.Add(p.round(none.Add(used.money)))
}

// unitOf is what the first of some usage lines counts in.
func (p *pricing) unitOf(lines []string) string {
	for _, x := range p.pieces {
		if x.Kind == Metered && among(lines, x) {
			return x.Detail.Unit
		}
	}
	return ""
}

// creditsOn lists the credits that can pay for charges of a day, less what they paid for those that had begun.
func (p *pricing) creditsOn(on period.Date) []Limit {
	var out []Limit
	for _, g := range p.agreement.inForce() {
		if !g.span.Contains(on) {
			continue
		}
		for _, c := range inDrawOrder(g.version.Document) {
			days := c.days(g.version.Document)
			if !days.Contains(on) {
				continue
			}
			l := Limit{Kind: CreditLimit, ID: c.ID, Label: c.row().Label, Lines: c.Lines, Period: days, Expires: days.End,
				Size: p.round(money.Price(c.Amount, p.agreement.Currency)), Reached: money.Zero(p.agreement.Currency)}
			for _, x := range p.pieces {
				for _, r := range x.Detail.Reduced {
					if r.Kind == ByCredit && r.ID == c.ID && x.Span.Start.Before(p.until) {
						l.Reached = l.Reached.Add(r.Amount)
					}
				}
			}
			out = append(out, l)
		}
	}
	return out
}

// met is what one period of a commitment had come to. Fees of the period count from its first day: they are agreed.
type met struct {
	turn          turn[committed]
	agreed, spent money.Amount
	units, used   decimal.Decimal
}

func (p *pricing) commitmentsOn(on period.Date) []Limit {
	var out []Limit
	for _, m := range p.met {
		if !m.turn.span().Contains(on) {
			continue
		}
		c := m.turn.last().terms
		l := Limit{Kind: CommitmentLimit, ID: c.ID, Lines: c.Lines, Product: c.Product, Period: m.turn.span(), InUnits: c.Units.IsPositive(),
			Size: money.Zero(p.agreement.Currency).Add(m.agreed), Reached: money.Zero(p.agreement.Currency).Add(m.spent), SizeUnits: m.units, ReachedUnits: m.used}
		size := p.round(money.Price(c.Amount, p.agreement.Currency)).Display()
		if l.InUnits {
			l.Unit = p.unitOf(c.Lines)
			size = grouped(c.Units) + " " + units(l.Unit, c.Units)
		}
		l.Label = "Commitment of " + size + each(c.Every)
		out = append(out, l)
	}
	return out
}
