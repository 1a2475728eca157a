package entitlements

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/period"
)

// tap is a usage line of a contract in the billing period that a day lies in: what has flowed through it, and what lets it
// flow on. All of it was worked out by the pricing that bills it.
type tap struct {
	contract, line, meter string
	reading               string // what is counted: two contracts that count the same use have the same
	span                  period.Span
	used, included        decimal.Decimal
	free                  bool // of a trial
	limits                []contracts.Limit
	state                 State
	cap                   string // the one that stops or slows it, in words
}

// taps prices a contract when it serves usage on a day, and reads off where its usage lines stand.
func (f Facts) taps(a contracts.Agreement, served []contracts.Served, on period.Date) (map[string]*tap, error) {
	out := map[string]*tap{}
	for _, x := range served {
		if x.Meter != "" && x.State == contracts.InService {
			out[x.ID] = &tap{contract: a.Number, line: x.ID, meter: x.Meter, state: Active, free: !x.FreeUntil.IsZero() || x.Why == contracts.TrialOver, reading: readingOf(a, x)}
		}
	}
	if len(out) == 0 {
		return out, nil
	}
	pieces, limits, err := contracts.ChargesAndLimits(a, f.Catalog, f.Days[a.Account], on.AddDays(1))
	if err != nil {
		return nil, fmt.Errorf("entitlements: %w", err)
	}
	for _, p := range pieces {
		if t := out[p.Line]; t != nil && p.Kind == contracts.Metered && p.Span.Contains(on) {
			t.span, t.used, t.included = p.Span, p.Detail.Quantity, p.Detail.Included
			t.reading += p.Span.String()
		}
	}
	for _, l := range limits {
		for _, id := range l.Lines {
			if t := out[id]; t != nil && (l.Kind == contracts.CapLimit || l.Kind == contracts.PrepaidLimit) {
				t.limits = append(t.limits, l)
				t.meet(l)
			}
		}
	}
	return out, nil
}

// readingOf tells readings apart.
func readingOf(a contracts.Agreement, x contracts.Served) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %v", x.Meter, users(a, x))
	for _, name := range slices.Sorted(maps.Keys(x.Where)) {
		fmt.Fprintf(&b, ", %s %q", name, x.Where[name])
	}
	return b.String()
}

// meet says what a limit that is reached does to the line.
func (t *tap) meet(l contracts.Limit) {
	if l.Kind != contracts.CapLimit || !l.Full() {
		return
	}
	next := Active
	switch l.Then {
	case contracts.Stop:
		next = Stopped
	case contracts.Throttle:
		next = Throttled
	}
	if next.rank() > t.state.rank() {
		t.state, t.cap = next, l.Label
	}
}

// bestOf is the one of several that flows best; nil when there is none.
func bestOf(taps []*tap) *tap {
	var best *tap
	for _, t := range taps {
		if best == nil || t.state.rank() < best.state.rank() {
			best = t
		}
	}
	return best
}

// level is where a tap's count stands.
type level struct {
	limited         bool
	limit           decimal.Decimal
	used, remaining decimal.Decimal
	bound           Bound
	resets          period.Date
	counts          string // what is counted, when two count the same
}

// level says how much may flow: up to the cap in units that leaves the least and stops or slows it, else what is included
// and prepaid in units, above which it costs extra, else as much as one likes.
func (t *tap) level() level {
	out := level{used: t.used, resets: t.span.End, counts: t.reading}
	for _, l := range t.limits {
		if l.Kind != contracts.CapLimit || !l.InUnits || l.Then != contracts.Stop && l.Then != contracts.Throttle {
			continue
		}
		if _, left := l.Left(); !out.limited || left.LessThan(out.remaining) {
			out = level{limited: true, limit: l.SizeUnits, used: l.ReachedUnits, remaining: left, bound: Slow, resets: l.Period.End, counts: t.contract + " cap " + l.ID}
			if l.Then == contracts.Stop {
				out.bound = Hard
			}
		}
	}
	if out.limited {
		return out
	}
	balances := false
	for _, l := range t.limits {
		if l.Kind == contracts.PrepaidLimit && l.InUnits {
			if !balances {
				balances, out.counts = true, t.contract+" balances of "+t.line
				out.limit, out.used, out.resets = t.included, decimal.Min(t.used, t.included), l.Expires
			}
			out.limit, out.used, out.resets = out.limit.Add(l.SizeUnits), out.used.Add(l.ReachedUnits), period.MinDate(out.resets, l.Expires)
		}
	}
	if !balances && t.included.IsPositive() {
		out.limit = t.included
	}
	out.limited = balances || t.included.IsPositive()
	out.remaining = decimal.Max(decimal.Zero, out.limit.Sub(out.used))
	if out.limited {
		out.bound = Soft
	}
	return out
}

// extra says that nothing is left of what was included or prepaid, so that what is used now costs more.
func (t *tap) extra() bool {
	covered := t.included.IsPositive()
	if t.free || t.used.LessThan(t.included) {
		return false
	}
	for _, l := range t.limits {
		if l.Kind == contracts.PrepaidLimit {
			if covered = true; !l.Full() {
				return false
			}
		}
	}
	return covered
}

// budgets are the caps and balances in money.
func (t *tap) budgets() []Budget {
	var out []Budget
	for _, l := range t.limits {
		if l.InUnits {
			continue
		}
		left, _ := l.Left()
		b := Budget{Contract: t.contract, ID: l.ID, Kind: l.Kind, Label: l.Label, Limit: l.Size.String(), Used: l.Reached.String(),
			Remaining: left.String(), Currency: l.Size.Currency(), Then: l.Then, ResetsOn: l.Period.End}
		if l.Kind == contracts.PrepaidLimit {
			b.ResetsOn = l.Expires
		}
		out = append(out, b)
	}
	return out
}
