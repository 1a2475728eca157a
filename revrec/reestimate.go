package revrec

import (
	"slices"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Version is a price and how it is earned, as known from a day on.
type Version struct {
	From  period.Date // zero: from the beginning
	Price money.Amount
	Terms Terms
}

// Reestimate is the schedule of a price that changed while it was earned: by the end of each period there stands what the
// version then known says, so that the period in which a change becomes known takes all of it for what was done before
// (cumulative catch-up: 606-10-32-14, 32-42 to 32-45). What is learned after the service is earned in the period it is learned
// in. The parts add up to the last version's price; those before a change are as if it never came. Invalid: as for
// Terms.Spread, no version, versions out of order.
func Reestimate(versions ...Version) ([]Portion, error) {
	if len(versions) == 0 {
		return nil, fault.New(fault.Invalid, "there is no price to be earned")
	}
	schedules := make([][]Portion, len(versions))
	var periods []Slot
	for i, v := range versions {
		if i > 0 && !v.From.After(versions[i-1].From) {
			return nil, fault.New(fault.Invalid, "a price known from %s comes after one known from %s; list them in order", v.From, versions[i-1].From)
		}
		var err error
		if schedules[i], err = v.Terms.Spread(v.Price); err != nil {
			return nil, err
		}
		if periods, err = v.touches(periods, schedules[i]); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(periods, func(a, b Slot) int { return a.Period.Span.Start.Compare(b.Period.Span.Start) })
	var out []Portion
	stood := versions[0].Price.Sub(versions[0].Price)
	for _, p := range periods {
		known := 0
		for i, v := range versions {
			if v.From.Before(p.Period.Span.End) {
				known = i
			}
		}
		stands := Standing(schedules[known], p.Period.Span.End)
		out, stood = append(out, Portion{Slot: p, Amount: stands.Sub(stood)}), stands
	}
	return out, nil
}

// touches adds the periods of a version's schedule, and the one in which it becomes known. A later version's days of a period
// replace an earlier one's.
func (v Version) touches(periods []Slot, parts []Portion) ([]Slot, error) {
	add := func(s Slot, replace bool) {
		i := slices.IndexFunc(periods, func(o Slot) bool { return o.Period.Span == s.Period.Span })
		switch {
		case i < 0:
			periods = append(periods, s)
		case replace:
			periods[i] = s
		}
	}
	for _, p := range parts {
		add(p.Slot, true)
	}
	if !v.From.IsZero() {
		p, err := v.Terms.Calendar.PeriodOf(v.From)
		if err != nil {
			return nil, err
		}
		add(Slot{Period: p, Days: p.Span}, false)
	}
	return periods, nil
}

// Reallocate shares a change of price over the promises as the price was shared at inception (606-10-32-43, 32-44): what each
// promise gets more, from one price to the next. Stand-alone prices that changed since do not count. Invalid: as for
// AllocatePrice.
func Reallocate(from, to money.Amount, promises []Promise, bundles ...Bundle) ([]Allocated, error) {
	before, err := AllocatePrice(from, promises, bundles...)
	if err != nil {
		return nil, err
	}
	out, err := AllocatePrice(to, promises, bundles...)
	for i := range out {
		out[i].Amount, out[i].Carve = out[i].Amount.Sub(before[i].Amount), out[i].Carve.Sub(before[i].Carve)
	}
	return out, err
}

// CatchUpTo brings what was recognized to its share of a price by progress (cost to cost, 606-10-55-20; hours, units), which is
// not rounded: the adjustment, and what remains. Progress is done of whole, both of one measure; more than the whole is the
// whole. Invalid: a measure that comes to nothing.
func CatchUpTo(recognized, price money.Amount, done, whole money.Exact) (adjustment, remaining money.Amount, err error) {
	if whole.Sign() <= 0 || done.Sign() < 0 {
		return adjustment, remaining, fault.New(fault.Invalid, "progress of %s of %s is no share; both are measured alike, and the whole is above nothing", done, whole)
	}
	stands := price
	if done.Cmp(whole) < 0 {
		stands = money.SpreadToExact(price, done, whole)
	}
	return stands.Sub(recognized), price.Sub(stands), nil
}

// ShareLater shares a change of price that comes after a modification, when it stems from what was promised before it and the
// modification ended the old contract (606-10-32-45(a), Example 6): over the promises of the original contract, as at its
// inception; what falls to satisfied promises is earned at once, the rest is shared over what is left of the modified contract.
// A change of another origin is that of the modified contract: Reallocate. Invalid: as for AllocatePrice.
func ShareLater(change money.Amount, original []Promise, satisfied func(name string) bool, left []Promise) (atOnce money.Amount, later []Allocated, err error) {
	shares, err := AllocatePrice(change, original)
	if err != nil {
		return atOnce, nil, err
	}
	atOnce = change.Sub(change)
	for _, s := range shares {
		if satisfied(s.Name) {
			atOnce = atOnce.Add(s.Amount)
		}
	}
	later, err = AllocatePrice(change.Sub(atOnce), left)
	return atOnce, later, err
}
