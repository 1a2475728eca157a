package revrec

import (
	"ratable/internal/money"
	"ratable/internal/period"
)

// In is what a contract earns in the months that begin within days.
func (t ScheduleTable) In(days period.Span) money.Amount {
	sum := t.Sum.Scheduled.Sub(t.Sum.Scheduled)
	for i, m := range t.Months {
		if days.Contains(m.First()) {
			sum = sum.Add(t.Sum.Cells[i].Scheduled)
		}
	}
	return sum
}

// After is what it earns after a month.
func (t ScheduleTable) After(m period.Month) money.Amount {
	if len(t.Months) == 0 {
		return t.Sum.Scheduled
	}
	return t.In(period.NewSpan(m.End(), later(m, t.Months[len(t.Months)-1]).End()))
}
