package contracts

import (
	"testing"

	"pgregory.net/rapid"

	"ratable/internal/period"
	"ratable/usage"
)

// Whatever versions say of prices and of late usage: nothing is refused before its bill was made and the days that were
// agreed for its day are over; and nothing is taken longer than that after its whole billing period.
func TestUsageIsTakenTheAgreedDaysAfterTheBillOfItsDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMeasured(t)
		a := m.agreement
		for i := range a.Versions {
			if days := rapid.SampledFrom([]int{0, 1, 5, 30}).Draw(t, "days"); days > 0 {
				b := &a.Versions[i].Document.Billing
				b.Late, b.RefuseAfterDays = Refuse, days
			}
		}
		pieces, err := Charges(a, measuredCatalog, &usage.Days{}, a.Term().End)
		if err != nil {
			t.Fatal(err)
		}
		n := &naive{deal: deal{agreement: a}}
		ds := a.Deadlines()
		for on := a.Term().Start; on.Before(a.Term().End); on = on.AddDays(1) {
			law, held := n.law(on)
			if !held {
				continue
			}
			days, refuses := law.Billing.RefusesLate()
			for _, p := range pieces {
				l, known := law.line(p.Line)
				if !known || p.Kind != Metered || !p.Span.Contains(on) {
					continue
				}
				for _, user := range a.usersOf(l) {
					_, last, limited := only(ds, l, on).For(usage.Key{Customer: user, Meter: l.Usage.Meter}, on)
					switch first, latest := p.BillOn.AddDays(days-1), period.MaxDate(p.Period.End, p.BillOn).AddDays(days-1); {
					case limited != (refuses && alone(law, l)) && alone(law, l):
						t.Fatalf("use of %s by line %s is refused some day: %v, agreed is %v", on, l.ID, limited, refuses)
					case limited && alone(law, l) && (last.Before(first) || last.After(latest)):
						t.Fatalf("use of %s by line %s is billed on %s and taken through %s; %d days are agreed, and the period ends on %s", on, l.ID, p.BillOn, last, days, p.Period.End)
					}
				}
			}
		}
	})
}

// only leaves those that hold on a day.
func only(ds usage.Deadlines, l Line, on period.Date) (out usage.Deadlines) {
	for _, d := range ds {
		if d.Meter == l.Usage.Meter && d.Days.Contains(on) {
			out = append(out, d)
		}
	}
	return out
}

// alone says that no other line counts the same meter, whose deadline might hold instead.
func alone(d Document, l Line) bool {
	for _, other := range d.Lines {
		if other.ID != l.ID && other.Usage.Meter == l.Usage.Meter {
			return false
		}
	}
	return true
}
