package contracts

import (
	"ratable/internal/money"
	"ratable/internal/period"
)

// capped is a prepaid amount in the document that sets its margin.
type capped struct {
	cap      Prepaid
	document *Document
}

func (p *pricing) capStretches(id string) []stretch[capped] {
	return stretchesOf(p.agreement, id, func(v *Version) (period.Span, capped, bool) {
		c, ok := find(v.Document.Prepaid, prepaidID, id)
		return v.Document.accessOf(c), capped{c, &v.Document}, ok
	}, capped.same)
}

// same compares what a balance costs and how it is drawn; which lines draw from
// it is looked up day by day.
func (a capped) same(b capped) bool {
	x, y := a.cap, b.cap
	for _, c := range []*Prepaid{&x, &y} {
		c.From, c.Through, c.Clause, c.Lines = period.Date{}, period.Date{}, "", nil
	}
	return sameMargin(a.document, b.document) && sameWords(x, y)
}

// accessOf are the days on which a prepaid amount gives balances, inside the term.
func (d Document) accessOf(c Prepaid) period.Span {
	return d.days(Line{From: c.From, Through: c.Through})
}

// grants lists the balances of a lineage, in order, by access period. An
// amendment inside a period cuts it: each part is paid for by its days, and what
// is left of one is there for the next, until the period is over.
//
//	v1 |---- part ----)
//	v2                [---- part ----)
//	   [       one access period     )  then it lapses, or is carried
func (p *pricing) grants(id string, rank int) []stretchGrants {
	var out []stretchGrants
	var last *accessPeriod
	for _, s := range p.capStretches(id) {
		from := stretchGrants{stretch: s, begun: s.span.Start}
		if from.ended = s.cutShort(); !from.ended.IsZero() {
			s.span.End = s.whole.End // what it gives is as it was agreed; the end decides what is drawn of it
			from.stretch = s
		}
		if len(out) > 0 {
			from.begun = out[0].begun
		}
		for _, b := range accessPeriods(p, s) {
			g := &grant{
				id: id, rank: rank, terms: s.terms.cap, access: b.access, fee: money.Zero(p.agreement.Currency),
				size: s.terms.cap.size(p.agreement.Currency, b.billed),
			}
			g.left = g.size
			last = last.with(g, b, s.free)
			from.grants, from.billed = append(from.grants, g), append(from.billed, b.billed)
		}
		out = append(out, from)
	}
	for _, s := range out {
		for _, g := range s.grants {
			g.lapses = g.of.span.End.AddDays(g.terms.ExpiresAfterDays)
			g.of.ended = s.ended
			if g.expires = g.of.early(g.lapses); s.late(g) {
				g.note(consumed{day: s.ended, by: g.left, lapsed: true, ended: true})
				g.left, g.gone = balance{}, true
			}
		}
	}
	return out
}

// stretchGrants are the balances given while one set of terms held.
type stretchGrants struct {
	stretch[capped]
	begun  period.Date // first day of the lineage
	ended  period.Date // first day after a contract that was ended before its time
	grants []*grant
	billed []billed // what each is paid for
}

// cutShort is the first day after a contract that was ended while a prepaid
// amount had more days agreed.
func (s stretch[T]) cutShort() period.Date {
	d := s.last.Document
	if d.Ending == nil || s.span.End != d.Term.Span().End || !s.span.End.Before(s.whole.End) {
		return period.Date{}
	}
	return s.span.End
}

// late says that a balance would have begun after the contract's end.
func (s stretchGrants) late(g *grant) bool {
	return !s.ended.IsZero() && !g.access.Start.Before(s.ended)
}

// accessed is a part of an access period and the days it gives access on: more
// than were asked for, when a term was made longer and the price left alone.
type accessed struct {
	billed
	access period.Span
}

func accessPeriods(p *pricing, s stretch[capped]) []accessed {
	var out []accessed
	if s.terms.cap.Every != string(period.Term) {
		for _, b := range periods(p, s.terms.cap.Every, s) {
			out = append(out, accessed{b, b.span})
		}
		return out
	}
	asked := period.NewSpan(s.span.Start, period.MinDate(s.span.End, s.agreed.End))
	return []accessed{{billed{s.agreed, asked}, s.span}}
}

// with adds a part to the period it belongs to, or begins the next period.
func (a *accessPeriod) with(g *grant, b accessed, free bool) *accessPeriod {
	adjacent := a != nil && a.span.End == g.access.Start
	if adjacent && a.free == free && a.whole.Start == b.whole.Start && a.last().terms.Every == g.terms.Every {
		a.span.End, a.sold.End, a.whole = g.access.End, b.span.End, b.whole
	} else {
		next := &accessPeriod{span: g.access, sold: b.span, whole: b.whole, free: free}
		if adjacent {
			a.next = next
		}
		a = next
	}
	g.of, a.grants = a, append(a.grants, g)
	return a
}

// size is the balance of a period, or by days of a part of one.
func (c Prepaid) size(currency money.Currency, b billed) balance {
	if c.Units.IsPositive() {
		return balance{nothing(currency), prorated(c.Units, b)}
	}
	return balance{money: money.Price(c.Amount, currency).MulRatio(b.share())}
}
