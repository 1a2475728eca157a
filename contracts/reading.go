package contracts

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// reached is what a window had come to by the end of a day, counted from its
// first day.
type reached struct {
	day    period.Date
	used   decimal.Decimal
	events *catalog.Tally             // of a price by the event
	cells  map[string]decimal.Decimal // of a price by dimension: what was used of each value, "" for all without a price of their own
}

// reading is what a line counts: the usage of its users, or of the customer.
func (p *pricing) reading(l Line) usage.Reading {
	meter, ok := p.catalog.Meter(l.Usage.Meter)
	if !ok {
		p.fail(fault.New(fault.NotFound, "meter %q is not in the catalog", l.Usage.Meter))
	}
	for _, name := range l.Usage.dimensions() {
		if ok && !meter.Declares(name) {
			p.fail(fault.New(fault.Invalid, "meter %q does not declare the dimension %q, by which line %s is priced", meter.Code, name, l.ID))
		}
	}
	r := usage.Reading{Meter: meter, Where: l.Usage.Where, Customers: []customers.ID{p.agreement.Customer}}
	if len(l.Users) > 0 {
		r.Customers = make([]customers.ID, len(l.Users))
	}
	for i, external := range l.Users {
		id, known := p.agreement.Users[external]
		if !known {
			p.fail(fault.New(fault.NotFound, "user %q of line %s was not loaded", external, l.ID))
		}
		r.Customers[i] = id
	}
	return r
}

// dimensions are those that the line filters and prices by.
func (u Usage) dimensions() []string {
	names := slices.Sorted(maps.Keys(u.Where))
	if u.Price.Model == catalog.Matrix {
		names = append(names, u.Price.By)
	}
	return names
}

// reach reads the meter once: what the window had come to on each day with usage.
func (p *pricing) reach(w *window) {
	days := period.NewSpan(w.billed.span.Start, period.MinDate(w.billed.span.End, p.until))
	if days.Empty() || p.err != nil {
		return
	}
	var err error
	switch w.price.Model {
	case catalog.Percentage:
		err = p.reachEvents(w, days)
	case catalog.Matrix:
		err = p.reachCells(w, days)
	default:
		err = p.reachUnits(w, days)
	}
	if err != nil {
		p.fail(err)
	}
}

// reachUnits reads a window whose units are all alike. What is drawn from balances
// is drawn day by day; of all others nothing but the marks is asked for.
func (p *pricing) reachUnits(w *window, days period.Span) error {
	if w.cap != "" {
		w.readings = make([]reached, 0, days.Days())
		return p.days.Running(w.reading, days, func(day period.Date, total decimal.Decimal) {
			w.readings = append(w.readings, reached{day: day, used: total})
		})
	}
	at := marks(days, p.until)
	used, err := p.days.Before(w.reading, days, at)
	for i, total := range used {
		w.readings = append(w.readings, reached{day: at[i].AddDays(-1), used: total})
	}
	return err
}

// reachEvents counts a window's events. What is used are their amounts, whatever
// the meter makes of them.
func (p *pricing) reachEvents(w *window, days period.Span) error {
	events, err := p.days.Occurrences(w.reading, days)
	if err != nil {
		return err
	}
	// Users of sellers in different zones: a later event can be of an earlier day.
	slices.SortStableFunc(events, func(a, b usage.Occurrence) int { return a.Day.Compare(b.Day) })
	var used decimal.Decimal
	var sofar catalog.Tally
	for i, o := range events {
		used, sofar = used.Add(o.Quantity), w.price.Tally(sofar, o.Quantity)
		if i+1 == len(events) || events[i+1].Day != o.Day {
			tally := sofar
			w.readings = append(w.readings, reached{day: o.Day, used: used, events: &tally})
		}
	}
	return nil
}

// reachCells reads the meter for each value of the dimension that has a price,
// once for all the others together, and once for all of it.
func (p *pricing) reachCells(w *window, days period.Span) error {
	totals := map[period.Date]*reached{}
	at := func(day period.Date) *reached {
		if totals[day] == nil {
			totals[day] = &reached{day: day, cells: map[string]decimal.Decimal{}}
		}
		return totals[day]
	}
	priced := slices.Sorted(maps.Keys(w.price.Prices))
	for _, value := range append(priced, "") {
		r := w.reading
		if value == "" {
			r.Not = map[string][]string{w.price.By: priced}
		} else {
			r.Where = maps.Clone(r.Where)
			if r.Where == nil {
				r.Where = map[string]string{}
			}
			r.Where[w.price.By] = value
		}
		if err := p.days.Running(r, days, func(day period.Date, total decimal.Decimal) { at(day).cells[value] = total }); err != nil {
			return err
		}
	}
	err := p.days.Running(w.reading, days, func(day period.Date, total decimal.Decimal) { at(day).used = total })
	sofar := map[string]decimal.Decimal{}
	for _, day := range slices.SortedFunc(maps.Keys(totals), period.Date.Compare) {
		r := totals[day]
		maps.Copy(sofar, r.cells)
		r.cells = maps.Clone(sofar) // a value without use on the day stands where it stood
		w.readings = append(w.readings, *r)
	}
	return err
}

// before is what a window had come to before a day; nothing when it used nothing.
func (w *window) before(day period.Date) reached {
	i, _ := slices.BinarySearchFunc(w.readings, day, func(r reached, day period.Date) int { return r.day.Compare(day) })
	if i == 0 {
		return reached{}
	}
	return w.readings[i-1]
}

// value is what the window had come to at list price, where the steps that led
// there are not asked for.
func (p *pricing) value(w *window, r reached) money.Exact {
	if w.price.Model == catalog.Percentage || w.price.Model == catalog.Matrix {
		return p.rateReached(w, r).Total
	}
	return w.scale.At(w.charged(r.used))
}

// rateReached prices what a window had come to, at list price.
func (p *pricing) rateReached(w *window, r reached) catalog.Rating {
	switch w.price.Model {
	case catalog.Percentage:
		if r.events == nil {
			r.events = &catalog.Tally{}
		}
		return p.part(w, w.price.RateTally(*r.events, p.agreement.Currency))
	case catalog.Matrix:
		return p.part(w, w.price.RateCells(r.cells, p.agreement.Currency))
	}
	return p.rate(w, r.used)
}

// rate prices so many units of a window less what is free, at list price. Only a
// price of a simple model can tell what units cost without knowing which.
func (p *pricing) rate(w *window, used decimal.Decimal) catalog.Rating {
	return p.part(w, w.price.Rate(w.charged(used), p.agreement.Currency))
}

// part takes what is due once per period by the days of the window.
func (p *pricing) part(w *window, r catalog.Rating) catalog.Rating {
	if w.billed.span == w.billed.whole {
		return r
	}
	days, whole := w.billed.share()
	return r.Part(days, whole, p.agreement.Currency)
}

// charged is what was used less what is free.
func (w *window) charged(used decimal.Decimal) decimal.Decimal {
	if used = subUnits(used, w.included); used.IsNegative() {
		return decimal.Zero
	}
	return used
}

// tiers are the steps of a rating as an invoice shows them, with what each is for.
func (w *window) tiers(r catalog.Rating, list money.Amount) []Tier {
	out := tiers(r, list)
	days, whole := w.billed.share()
	for i := range out {
		if out[i].Label = r.Steps[i].Of; w.price.Model == catalog.Matrix {
			out[i].Label = w.price.By + " " + r.Steps[i].Of + runOf(r.Steps, i)
		} else if out[i].Label != "" {
			out[i].Label = eventSteps[out[i].Label]
		}
		if days != whole && !out[i].Flat.IsZero() {
			// For the eye only: the amount beside it was computed exactly.
			out[i].Flat = out[i].Flat.Mul(decimal.NewFromInt(days)).DivRound(decimal.NewFromInt(whole), int32(list.Currency().Exponent()))
		}
	}
	return out
}

// runOf says which units of its cell a step prices, when there are several.
func runOf(steps []catalog.Step, i int) string {
	s := steps[i]
	switch {
	case i > 0 && steps[i-1].Of == s.Of:
		return ", above " + s.From.String()
	case i+1 < len(steps) && steps[i+1].Of == s.Of:
		return ", up to " + s.Through.String()
	}
	return ""
}

// eventSteps say what the steps of a price by the event are for.
var eventSteps = map[string]string{
	catalog.OfPercent: "of the amount", catalog.OfEvents: "per event", catalog.OfBounds: "minimum and maximum per event",
}

// SingleEvents names the meters that some agreement prices event by event. Usage
// loaded for Charges must hold their single events.
func SingleEvents(all ...[]Agreement) []string {
	var out []string
	for _, a := range slices.Concat(all...) {
		for _, v := range a.Versions {
			for _, l := range v.Document.Lines {
				if l.Usage != nil && l.Usage.Price.Model == catalog.Percentage && !slices.Contains(out, l.Usage.Meter) {
					out = append(out, l.Usage.Meter)
				}
			}
		}
	}
	return out
}
