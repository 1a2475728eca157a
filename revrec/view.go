package revrec

import (
	"maps"
	"slices"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// ScheduleTable is a contract's revenue schedule: lines down, the months revenue
// belongs to across. Of what we sell as an agent it shows what we keep.
type ScheduleTable struct {
	Months []period.Month
	Lines  []ScheduleLine
	Sum    ScheduleLine
}

// ScheduleLine is one line and kind of charge.
type ScheduleLine struct {
	Line       string // lineage; empty in the sum
	Kind       contracts.Kind
	Cells      []ScheduleCell // in the order of the months
	Scheduled  money.Amount
	Recognized money.Amount
}

// ScheduleCell is what a line earns in a month, and how much of it is booked.
type ScheduleCell struct {
	Scheduled  money.Amount
	Recognized money.Amount
	BookedIn   period.Month // the latest, when it is not the month itself: it was closed
}

// Left is what is scheduled and not recognized.
func (c ScheduleCell) Left() money.Amount { return c.Scheduled.Sub(c.Recognized) }

// table lays a contract's schedule out. Months without revenue between others
// are shown, so that a gap is seen.
func table(scheduled []Scheduled, currency money.Currency) ScheduleTable {
	var t ScheduleTable
	var first, last period.Month
	for i, s := range scheduled {
		if i == 0 || s.Month.Before(first) {
			first = s.Month
		}
		if i == 0 || s.Month.After(last) {
			last = s.Month
		}
	}
	if len(scheduled) > 0 {
		t.Months = period.NewSpan(first.First(), last.End()).Months()
	}
	lines := map[lineKind]*ScheduleLine{}
	sum := emptyLine("", "", len(t.Months), currency)
	for _, s := range scheduled {
		key := lineKind{s.Contract, s.Line, s.Kind}
		if lines[key] == nil {
			line := emptyLine(s.Line, s.Kind, len(t.Months), currency)
			lines[key] = &line
		}
		lines[key].add(s.Month.Sub(first), s)
		sum.add(s.Month.Sub(first), s)
	}
	for _, key := range slices.SortedFunc(maps.Keys(lines), lineKind.compare) {
		t.Lines = append(t.Lines, *lines[key])
	}
	t.Sum = sum
	return t
}

func emptyLine(line string, kind contracts.Kind, months int, currency money.Currency) ScheduleLine {
	zero := money.Zero(currency)
	out := ScheduleLine{Line: line, Kind: kind, Scheduled: zero, Recognized: zero, Cells: make([]ScheduleCell, months)}
	for i := range out.Cells {
		out.Cells[i] = ScheduleCell{Scheduled: zero, Recognized: zero}
	}
	return out
}

func (l *ScheduleLine) add(month int, s Scheduled) {
	cell := &l.Cells[month]
	cell.Scheduled, l.Scheduled = cell.Scheduled.Add(s.Net()), l.Scheduled.Add(s.Net())
	if !s.Recognized {
		return
	}
	cell.Recognized, l.Recognized = cell.Recognized.Add(s.Net()), l.Recognized.Add(s.Net())
	if s.Column.After(s.Month) && s.Column.After(cell.BookedIn) {
		cell.BookedIn = s.Column
	}
}
