package spend

import (
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// Point is what a bill had come to by the end of a day, or is expected to.
type Point struct {
	Day      period.Date
	Amount   money.Amount
	Expected bool
}

// points is how many days of a course are priced: enough for a curve, few enough for a page.
const points = 10

// Course is how a payer's bill of one day of invoicing came about, and how it is expected to go on; one currency. It
// ends with the day of asking where there is too little to go by.
func (x *Account) Course(t Total) ([]Point, error) {
	paces, err := outlooks(x.World.Catalog, x.Facts.Usage, x.AsOf)
	if err != nil {
		return nil, err
	}
	var all []*foreseeing
	said := true
	for _, a := range x.running() {
		if a.PayerOn(x.AsOf) != t.Payer || a.Currency != t.Currency {
			continue
		}
		f := &foreseeing{x: x, agreement: a, paces: map[usage.Key]*outlook{}, memory: map[asked]priced{}, end: t.On}
		var o Outlook
		f.choose(paces, &o)
		said = said && o.Unsaid == ""
		all = append(all, f)
	}
	var out []Point
	from := period.MaxDate(t.Span.Start, t.On.AddDays(-history)) // what is asked for in advance has its end alone
	for _, day := range daysOf(period.NewSpan(period.MinDate(from, t.On), t.On), x.AsOf) {
		p := Point{Day: day, Amount: money.Zero(t.Currency), Expected: day.After(x.AsOf)}
		if p.Expected && !said {
			break
		}
		for _, f := range all {
			pieces, err := f.at(usual, day.AddDays(1))
			if err != nil {
				return nil, err
			}
			over, _ := f.asks(x.asIfOver(f.agreement.Contract, pieces.pieces, map[period.Date]bool{}), t.On)
			p.Amount = p.Amount.Add(over)
		}
		out = append(out, p)
	}
	return out, nil
}

// daysOf are some days of a span, evenly, today and the last one among them.
func daysOf(span period.Span, today period.Date) []period.Date {
	step := max(1, (span.Days()+points-1)/points)
	var out []period.Date
	for day := span.Start.AddDays(step - 1); day.Before(span.End); day = day.AddDays(step) {
		if n := len(out); today.Before(day) && (n == 0 || out[n-1].Before(today)) && !today.Before(span.Start) {
			out = append(out, today)
		}
		out = append(out, day)
	}
	if last := span.End.AddDays(-1); len(out) == 0 || out[len(out)-1] != last {
		out = append(out, last)
	}
	return out
}
