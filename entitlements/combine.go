package entitlements

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/period"
)

// combine makes one answer of all that a customer is given: what one line allows another cannot forbid, and limits add up.
func combine(all []grant) Entitlements {
	byCode := map[string][]grant{}
	for _, g := range all {
		byCode[g.code] = append(byCode[g.code], g)
	}
	var out Entitlements
	for code, grants := range byCode {
		out.Features = append(out.Features, featureOf(code, grants))
	}
	slices.SortFunc(out.Features, func(a, b Feature) int { return cmp.Compare(a.Code, b.Code) })
	return out
}

func featureOf(code string, grants []grant) Feature {
	for i := range grants {
		g := &grants[i]
		if g.feature.Kind() == catalog.SwitchFeature && !g.feature.On {
			g.because.State = Off
		}
	}
	slices.SortStableFunc(grants, func(a, b grant) int {
		return cmp.Or(cmp.Compare(a.because.State.rank(), b.because.State.rank()), cmp.Compare(a.because.Contract, b.because.Contract), cmp.Compare(a.because.Line, b.because.Line))
	})
	best := grants[0]
	f := Feature{Code: code, Kind: best.feature.Kind(), State: best.because.State, Allowed: best.because.State.Allows(), Unit: best.feature.Unit}
	switch f.Kind {
	case catalog.LimitFeature:
		f.sum(grants)
	case catalog.MeteredFeature:
		f.measure(grants)
	}
	f.Until, f.Why = lasts(grants)
	for _, g := range grants {
		f.Because = append(f.Because, g.because)
	}
	return f
}

// sum adds the limits of lines up, each by the quantity sold on it.
func (f *Feature) sum(grants []grant) {
	total := decimal.Zero
	for i := range grants {
		g := &grants[i]
		if g.feature.Kind() != catalog.LimitFeature {
			continue
		}
		limit := g.feature.For(g.quantity)
		g.because.Limit = &limit
		if g.because.State.Allows() {
			total = total.Add(limit)
		}
	}
	f.Limit, f.Bound = &total, Hard
}

// measure adds up what counts the feature. What two contracts count alike was used once, and both limits are there for it.
// One line without a limit leaves all of it without one.
func (f *Feature) measure(grants []grant) {
	seen := map[*tap]bool{}
	groups := map[string]*level{}
	var order []string
	extra, unlimited := true, false
	for _, g := range grants {
		if len(g.taps) == 0 && g.because.State.Allows() {
			unlimited, extra = true, false // given, and no line of the contract counts it
		}
		for _, t := range g.taps {
			if seen[t] {
				continue
			}
			seen[t] = true
			l := t.level()
			extra = extra && t.extra()
			f.Budgets = append(f.Budgets, t.budgets()...)
			at, known := groups[l.counts]
			if !known {
				groups[l.counts], order = &l, append(order, l.counts)
				continue
			}
			at.join(l)
		}
	}
	f.Overage = extra && len(seen) > 0 && f.Allowed
	var sum level
	for i, counts := range order {
		l := groups[counts]
		if i == 0 {
			sum = *l
			continue
		}
		sum.add(*l)
	}
	if len(order) == 0 {
		return
	}
	used := sum.used
	f.Used, f.ResetsOn = &used, sum.resets
	if sum.limited && !unlimited {
		f.Limit, f.Remaining, f.Bound = &sum.limit, &sum.remaining, sum.bound
	}
}

// join adds another limit to the same use.
func (l *level) join(m level) {
	l.limited = l.limited && m.limited
	l.limit = l.limit.Add(m.limit)
	l.remaining = decimal.Max(decimal.Zero, l.limit.Sub(l.used))
	l.bound, l.resets = looser(l.bound, m.bound), period.MinDate(l.resets, m.resets)
}

// add adds another use with its limit.
func (l *level) add(m level) {
	l.limited = l.limited && m.limited
	l.limit, l.used, l.remaining = l.limit.Add(m.limit), l.used.Add(m.used), l.remaining.Add(m.remaining)
	l.bound, l.resets = looser(l.bound, m.bound), period.MinDate(l.resets, m.resets)
}

// looser is the bound of two that lets more through.
func looser(a, b Bound) Bound {
	for _, x := range []Bound{Soft, Slow} {
		if a == x || b == x {
			return x
		}
	}
	return a
}

// lasts says until when what is allowed stays so: as long as the last of the lines that allow it.
func lasts(grants []grant) (until period.Date, why string) {
	for _, g := range grants {
		b := g.because
		switch {
		case !b.State.Allows():
		case b.Until.IsZero():
			return period.Date{}, ""
		case b.Until.After(until) || until.IsZero():
			until, why = b.Until, b.Why
		}
	}
	return until, why
}
