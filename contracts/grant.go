package contracts

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// balance is money at list value or units; the other of the two stays zero.
type balance struct {
	money money.Exact
	units decimal.Decimal
}

func (b balance) add(o balance) balance {
	return balance{b.money.Add(o.money), addUnits(b.units, o.units)}
}

func (b balance) sub(o balance) balance {
	return balance{b.money.Sub(o.money), subUnits(b.units, o.units)}
}

// addUnits and subUnits know that most units are none: adding nothing need not cost
// anything.
func addUnits(a, b decimal.Decimal) decimal.Decimal {
	if b.IsZero() {
		return a
	}
	return a.Add(b)
}

func subUnits(a, b decimal.Decimal) decimal.Decimal {
	if b.IsZero() {
		return a
	}
	return a.Sub(b)
}

// lesser holds both measures apart: the one that is not used is zero on both sides.
func (b balance) lesser(o balance) balance {
	return balance{b.money.Min(o.money), decimal.Min(b.units, o.units)}
}

func (b balance) zero() bool { return b.money.IsZero() && b.units.IsZero() }

// percent takes a part of a balance, exactly.
func (b balance) percent(p decimal.Decimal) balance {
	return balance{b.money.Mul(p).MulRatio(1, 100), b.units.Mul(p).Shift(-2)}
}

// weight is the balance as one number, of which only ratios matter.
func (b balance) weight(c money.Currency) money.Exact {
	return money.Price(b.units, c).Add(b.money)
}

// grant is the balance of one access period, or of the part of one in which one
// set of terms held, or what was carried of such a balance into later periods.
type grant struct {
	id      string // lineage
	rank    int    // place of the lineage in the document, for want of a better order
	terms   Prepaid
	access  period.Span   // days it was sold for
	of      *accessPeriod //
	lapses  period.Date   // first day on which nothing can be drawn from it, as agreed
	expires period.Date   // the same, or earlier because the contract was ended
	origin  *grant        // of a carried balance; nil: it was paid for itself
	size    balance
	left    balance
	gone    bool
	fee     money.Amount
	log     []consumed // of it and of what was carried from it, in order of time
}

// consumed is a change of what a fee has been used for: drawn, given back, or
// lapsed. All draws of a day are one change.
type consumed struct {
	day    period.Date
	by     balance
	sofar  balance // of the grant's size, this change counted
	lapsed bool    // at the beginning of the day; draws happen in its course
	ended  bool    // it lapsed only because the contract was ended
}

// root is the grant whose fee paid for the balance.
func (g *grant) root() *grant {
	if g.origin != nil {
		return g.origin
	}
	return g
}

func (g *grant) inUnits() bool { return g.terms.Units.IsPositive() }

func (g *grant) empty() bool { return g.left.zero() }

// use takes from the balance, or gives back to it. What has lapsed stays lapsed.
func (g *grant) use(day period.Date, by balance) {
	g.root().note(consumed{day: day, by: by})
	if g.gone {
		g.root().note(consumed{day: day.AddDays(1), by: balance{}.sub(by), lapsed: true})
		return
	}
	g.left = g.left.sub(by)
}

// note writes a change down in its place in time: that is the end, but for what
// comes after something that will have lapsed tomorrow.
func (g *grant) note(c consumed) {
	at := len(g.log)
	for at > 0 && c.sooner(g.log[at-1]) {
		at--
	}
	if at > 0 && g.log[at-1].joins(c) {
		at--
		g.log[at].by = g.log[at].by.add(c.by)
	} else {
		c.sofar = g.used(at)
		g.log = slices.Insert(g.log, at, c)
	}
	for i := range g.log[at:] {
		g.log[at+i].sofar = g.log[at+i].sofar.add(c.by)
	}
}

func (c consumed) sooner(than consumed) bool {
	return c.day.Before(than.day) || c.day == than.day && c.lapsed && !than.lapsed
}

func (c consumed) joins(d consumed) bool {
	return c.day == d.day && c.lapsed == d.lapsed && c.ended == d.ended
}

// used is what so many changes came to.
func (g *grant) used(changes int) balance {
	if changes == 0 {
		return balance{}
	}
	return g.log[changes-1].sofar
}

// lapse ends the balance on the first day on which it is gone.
func (g *grant) lapse(day period.Date) {
	if !g.left.zero() {
		g.root().note(consumed{day: day, by: g.left, lapsed: true, ended: g.expires.Before(g.lapses)})
	}
	g.left, g.gone = balance{}, true
}

// earnedAt is the part of the fee that had been used up before each of some days,
// in order: fee x (drawn + lapsed) / size. A balance of nothing is used up when
// its days are over.
func (g *grant) earnedAt(days []period.Date) []money.Amount {
	out := make([]money.Amount, len(days))
	size, i := g.size.weight(g.fee.Currency()), 0
	for n, before := range days {
		for i < len(g.log) && g.log[i].before(before) {
			i++
		}
		switch {
		case !size.IsZero():
			out[n] = money.SpreadToExact(g.fee, g.used(i).weight(g.fee.Currency()), size)
		case before.Before(g.expires):
			out[n] = money.Zero(g.fee.Currency())
		default:
			out[n] = g.fee
		}
	}
	return out
}

// kept is the part of the fee that is due for what was drawn, or lapsed in its
// time: all but what the end of the contract left undrawn.
func (g *grant) kept() money.Amount {
	size, used := g.size.weight(g.fee.Currency()), balance{}
	for _, c := range g.log {
		if !c.ended {
			used = used.add(c.by)
		}
	}
	if size.IsZero() {
		return g.fee
	}
	return money.SpreadToExact(g.fee, used.weight(g.fee.Currency()), size)
}

// before says whether a change had come about before a day.
func (c consumed) before(day period.Date) bool {
	return c.day.Before(day) || c.lapsed && c.day == day
}

// stood is what was left of a grant, and of what was carried from it, at the end
// of the day before one.
func (g *grant) stood(before period.Date) balance {
	changes, _ := slices.BinarySearchFunc(g.log, before, func(c consumed, day period.Date) int { return c.day.Compare(day) })
	return g.size.sub(g.used(changes))
}

// accessPeriod is one access period of a lineage, whole in days if an amendment
// did not make it shorter, with its balance in one part or several.
type accessPeriod struct {
	span   period.Span // days of access
	sold   period.Span // those that were paid for
	whole  period.Span
	free   bool        // of a trial: nothing is carried out of it
	ended  period.Date // the contract was ended before its days were over
	grants []*grant
	next   *accessPeriod // that follows without a gap
}

func (a *accessPeriod) last() *grant { return a.grants[len(a.grants)-1] }

// carries says whether what is left at the end goes on: a partial period rolls
// nothing, and there has to be a period to roll into.
func (a *accessPeriod) carries() bool {
	r := a.last().terms.Rollover
	return r != nil && a.sold == a.whole && a.next != nil && !a.free
}

// carriedUntil is the day on which what is carried out of the period lapses.
func (a *accessPeriod) carriedUntil() period.Date {
	to := a
	for range max(1, a.last().terms.Rollover.Periods) {
		if to.next == nil {
			break
		}
		to = to.next
	}
	return to.span.End
}

// early is a day, or that of the contract's end if that comes first.
func (a *accessPeriod) early(day period.Date) period.Date {
	if a.ended.IsZero() {
		return day
	}
	return period.MinDate(day, a.ended)
}

// over is the day on which nothing of a grant can be left, whatever is used.
func (g *grant) over() period.Date {
	if g.of.carries() {
		return g.of.early(period.MaxDate(g.lapses, g.of.carriedUntil()))
	}
	return g.expires
}
