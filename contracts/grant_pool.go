package contracts

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

var zero = decimal.Zero

// pool is every balance of an agreement while its usage is replayed, day by day.
// Balances that share no line never meet; they need no pools of their own.
type pool struct {
	currency money.Currency
	laws     []law
	waiting  []*grant // not begun, in order
	alive    []*grant // begun and not lapsed, in the order in which they are drawn
	ending   []*accessPeriod
}

// law is what one version says about which line draws from what.
type law struct {
	span   period.Span
	covers map[string][]string // line -> prepaid amounts
	rank   map[string]int      // place of a line in the order of a day's draws
}

func (p *pricing) pool(all []stretchGrants) *pool {
	out := &pool{currency: p.agreement.Currency}
	for _, g := range p.agreement.inForce() {
		out.laws = append(out.laws, lawOf(g.span, g.version.Document))
	}
	for _, s := range all {
		for _, g := range s.grants {
			if s.late(g) {
				continue
			}
			out.waiting = append(out.waiting, g)
			if !slices.Contains(out.ending, g.of) {
				out.ending = append(out.ending, g.of)
			}
		}
	}
	slices.SortStableFunc(out.waiting, func(a, b *grant) int { return a.access.Start.Compare(b.access.Start) })
	slices.SortStableFunc(out.ending, func(a, b *accessPeriod) int { return a.span.End.Compare(b.span.End) })
	return out
}

// lawOf ranks lines as the document's prepaid amounts name them: the first one
// first, and in the order of its list.
func lawOf(span period.Span, d Document) law {
	l := law{span, map[string][]string{}, map[string]int{}}
	for _, c := range d.Prepaid {
		for _, id := range c.Lines {
			if _, ranked := l.rank[id]; !ranked {
				l.rank[id] = len(l.rank)
			}
			l.covers[id] = append(l.covers[id], c.ID)
		}
	}
	return l
}

// on is the law of a day.
func (p *pool) on(day period.Date) law {
	for _, l := range p.laws {
		if l.span.Contains(day) {
			return l
		}
	}
	return law{}
}

// advance lets everything happen that happens by the beginning of a day.
func (p *pool) advance(to period.Date) {
	for {
		on, ok := p.nextDay()
		if !ok || on.After(to) {
			return
		}
		p.begin(on)
	}
}

// nextDay is the first day on which a balance begins, ends or is carried.
func (p *pool) nextDay() (period.Date, bool) {
	var days []period.Date
	if len(p.waiting) > 0 {
		days = append(days, p.waiting[0].access.Start)
	}
	if len(p.ending) > 0 {
		days = append(days, p.ending[0].span.End)
	}
	for _, g := range p.alive {
		days = append(days, g.expires)
	}
	if len(days) == 0 {
		return period.Date{}, false
	}
	return slices.MinFunc(days, period.Date.Compare), true
}

// begin opens a day: carried balances whose time is over lapse before anything is
// carried out of the periods that end, and only then what is left of these.
func (p *pool) begin(day period.Date) {
	p.lapse(day, func(g *grant) bool { return g.origin != nil })
	for ; len(p.ending) > 0 && !p.ending[0].span.End.After(day); p.ending = p.ending[1:] {
		p.carry(p.ending[0], day)
	}
	p.lapse(day, func(*grant) bool { return true })
	for ; len(p.waiting) > 0 && !p.waiting[0].access.Start.After(day); p.waiting = p.waiting[1:] {
		p.alive = append(p.alive, p.waiting[0])
	}
	p.sort(day)
}

func (p *pool) lapse(day period.Date, which func(*grant) bool) {
	p.alive = slices.DeleteFunc(p.alive, func(g *grant) bool {
		if !which(g) || g.expires.After(day) {
			return false
		}
		g.lapse(day)
		return true
	})
}

// carry turns what is unused at the end of an access period into a balance of the
// next ones: a percentage of it, and no more than the ceiling leaves room for.
func (p *pool) carry(a *accessPeriod, day period.Date) {
	if !a.carries() || !a.ended.IsZero() && a.ended.Before(a.span.End) {
		return
	}
	terms := a.last().terms
	unused, room := balance{}, terms.Rollover.ceiling(terms, p.currency)
	for _, g := range p.alive {
		if g.id == a.last().id && g.origin != nil && g.inUnits() == a.last().inUnits() {
			room = room.sub(g.left)
		}
	}
	for _, g := range a.grants {
		if g.inUnits() == a.last().inUnits() {
			unused = unused.add(g.left)
		}
	}
	rolls := unused
	if terms.Rollover.Percent.IsPositive() {
		rolls = unused.percent(terms.Rollover.Percent)
	}
	if terms.Rollover.Most.IsPositive() {
		rolls = rolls.lesser(room)
	}
	for _, g := range a.grants {
		if g.inUnits() == a.last().inUnits() && rolls.weight(p.currency).Sign() > 0 {
			part := rolls.lesser(g.left)
			rolls, g.left = rolls.sub(part), g.left.sub(part)
			p.alive = append(p.alive, &grant{
				id: g.id, rank: g.rank, terms: terms, access: period.NewSpan(day, a.carriedUntil()), of: a,
				lapses: a.carriedUntil(), expires: a.early(a.carriedUntil()), origin: g, size: part, left: part, fee: g.fee,
			})
		}
	}
}

func (r Rollover) ceiling(c Prepaid, currency money.Currency) balance {
	if c.Units.IsPositive() {
		return balance{units: r.Most}
	}
	return balance{money: money.Price(r.Most, currency)}
}

// sort puts balances in the order in which they are drawn: by priority, then the
// one that expires first, then the one that began first. Carried balance stands
// where its lineage's balance of the day stands, before or after it.
func (p *pool) sort(day period.Date) {
	own := map[string]*grant{}
	for _, g := range p.alive {
		if g.origin == nil && g.access.Contains(day) {
			own[g.id] = g
		}
	}
	place := func(g *grant) (at *grant, side int) {
		if x := own[g.id]; g.origin != nil && x != nil {
			if g.terms.Rollover.Used == UsedLast {
				return x, 1
			}
			return x, -1
		}
		return g, 0
	}
	slices.SortStableFunc(p.alive, func(a, b *grant) int {
		x, left := place(a)
		y, right := place(b)
		return cmp.Or(
			cmp.Compare(x.terms.Priority, y.terms.Priority),
			x.expires.Compare(y.expires), x.access.Start.Compare(y.access.Start), cmp.Compare(x.rank, y.rank), cmp.Compare(left, right),
			a.expires.Compare(b.expires), a.access.Start.Compare(b.access.Start), a.root().access.Start.Compare(b.root().access.Start))
	})
}
