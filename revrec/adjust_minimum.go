package revrec

import (
	"slices"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// minimum is a committed period of usage.
type minimum struct {
	AssessedMinimum
	line  promised // the commitment
	of    []promised
	days  period.Span
	floor money.Amount
}

func (j *judged) minimums() []minimum {
	var out []minimum
	for _, m := range j.Minimums {
		out = append(out, minimum{m, j.line(m.Commitment), j.lines(m.Lines), period.Through(m.From, m.Through), inMoney(m.Amount, j.currency[j.Lead])})
	}
	return out
}

// adjusted is what is earned of the minimum before a day beside what was used and trued up. When its period is over both are
// the same: what was used, or the minimum.
func (m minimum) adjusted(j *judged, before period.Date) money.Amount {
	zero := m.floor.Sub(m.floor)
	if !m.days.Start.Before(before) || !before.Before(m.days.End) || m.Policy == UsageThenTrueUp {
		return zero
	}
	used := zero
	for _, line := range m.of {
		used = used.Add(j.revenue(line, before)).Sub(j.revenue(line, m.days.Start))
	}
	beyond := positive(used.Sub(m.floor))
	if m.Policy == MinimumByDays {
		byDays := money.SpreadTo(m.floor, int64(before.Sub(m.days.Start)), int64(m.days.Days()))
		return byDays.Add(beyond).Sub(used)
	}
	switch expected := inMoney(m.Expected, m.floor.Currency()); {
	case expected.Cmp(m.floor) >= 0: // no shortfall
		return zero
	case used.Cmp(expected) >= 0: // all that was expected is used: the minimum is earned
		return positive(m.floor.Sub(used))
	default:
		return money.SpreadToExact(m.floor, used.Exact(), expected.Exact()).Sub(used)
	}
}

// minimumCurves are the commitments that an assessment adjusts in a contract.
func (j *judged) minimumCurves(contract contracts.ID) []curve {
	var out []curve
	for _, m := range j.minimums() {
		i := slices.IndexFunc(out, func(c curve) bool { return c.line == m.line.line })
		over := period.NewSpan(m.days.Start, m.days.End.AddDays(1))
		switch {
		case m.line.contract != contract:
		case i >= 0:
			out[i].over = hull(out[i].over, over)
		default:
			out = append(out, curve{Variable, m.line.line, over, false, 1})
		}
	}
	return out
}
