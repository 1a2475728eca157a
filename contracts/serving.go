package contracts

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/period"
)

// Served is what one line or prepaid amount of an agreement gives on a day: the promise, whatever it costs. A line that
// was served once, or will be, is told too, so that people can be told since when it is over.
type Served struct {
	ID       string // of the line or prepaid amount
	Prepaid  bool
	Product  string
	On       period.Date // the version took effect: the product is what the catalog sold then
	Version  int
	Clause   string
	Meter    string            // of a usage line
	Where    map[string]string // of one that counts some events only
	Users    []string          // external ids, of a line that names them; else the customer of the contract
	Quantity decimal.Decimal   // of what is sold by quantity; else 1
	Plan     *Plan

	State      ServedState
	Since      period.Date // first day of this state
	Until      period.Date // first day on which it is over; zero when nothing ends it
	Why        ServedEnd   // ends it
	FreeUntil  period.Date // first day after a trial that goes on; zero when the day is none of a trial
	Programmes []UnderProgramme
}

// UnderProgramme says that a line is given under a programme.
type UnderProgramme struct {
	Code  string
	Until period.Date // first day it no longer is
}

// ServedState is where a line stands on a day.
type ServedState string

const (
	InService ServedState = "active"
	OnPause   ServedState = "paused"
	NotBegun  ServedState = "upcoming"
	OutOfDate ServedState = "ended"
)

// ServedEnd says why a line is no longer served, or will not be.
type ServedEnd string

const (
	TrialOver   ServedEnd = "trial"       // which takes away what it tried
	TermOver    ServedEnd = "term"        // of the contract
	Ended       ServedEnd = "termination" // before its term
	LineOver    ServedEnd = "line"        // its own days, or an amendment that takes it off
	PauseBegins ServedEnd = "pause"
)

// ServedOn lists what an agreement gives on a day, in the order of the document. It follows from the same reigns that
// fees are charged by.
func (a Agreement) ServedOn(on period.Date) []Served {
	var out []Served
	for _, id := range slices.Concat(lineages(a, documentLines, lineID), lineages(a, documentPrepaid, prepaidID)) {
		if runs := a.runs(id); len(runs) > 0 {
			out = append(out, a.served(id, runs, on))
		}
	}
	return out
}

// servedRun is a stretch of days on which a line is served, or on which it is paused, without a gap.
type servedRun struct {
	span   period.Span
	paused bool
	reigns []reign // that make it up, each clipped to the line's days
}

// runs follows a line or prepaid amount through versions, terms, its trial and its pauses.
func (a Agreement) runs(id string) []servedRun {
	var out []servedRun
	for _, r := range a.reigns(id) {
		days, ok := a.given(id, r.version)
		if r.span = r.span.Intersect(days); !ok || r.span.Empty() {
			continue
		}
		paused := r.version.Document.Paused
		if n := len(out); n > 0 && out[n-1].span.End == r.span.Start && out[n-1].paused == paused {
			out[n-1].span.End, out[n-1].reigns = r.span.End, append(out[n-1].reigns, r)
			continue
		}
		out = append(out, servedRun{r.span, paused, []reign{r}})
	}
	return out
}

// given are the days on which a version gives a line or prepaid amount. What waits for a delivery begins with it.
func (a Agreement) given(id string, v *Version) (period.Span, bool) {
	d := v.Document
	if c, ok := find(d.Prepaid, prepaidID, id); ok {
		return d.accessOf(c), true
	}
	l, ok := d.line(id)
	days := d.days(l)
	switch {
	case !ok || l.Once == nil:
	case !l.Once.On.IsZero():
		days.Start = period.MaxDate(days.Start, l.Once.On)
	default:
		var on period.Date
		if on, ok = a.delivered(id); ok {
			days.Start = period.MaxDate(days.Start, on)
		}
	}
	return days, ok
}

// served says where a line stands: in the run that has the day, else in the last one before it, else in the first one.
func (a Agreement) served(id string, runs []servedRun, on period.Date) Served {
	at := slices.IndexFunc(runs, func(r servedRun) bool { return r.span.Contains(on) })
	state := InService
	switch {
	case at >= 0 && runs[at].paused:
		state = OnPause
	case at >= 0:
	case runs[0].span.Start.After(on):
		at, state = 0, NotBegun
	default:
		for i, r := range runs {
			if !r.span.End.After(on) {
				at, state = i, OutOfDate
			}
		}
	}
	run := runs[at]
	r := run.reigns[len(run.reigns)-1]
	if i := slices.IndexFunc(run.reigns, func(r reign) bool { return r.span.Contains(on) }); i >= 0 {
		r = run.reigns[i]
	} else if state == NotBegun {
		r = run.reigns[0]
	}
	out := a.promise(id, r.version, on)
	out.State, out.Since = state, run.span.Start
	if run.span.End.Before(period.NewDate(9999, 1, 1)) {
		out.Until, out.Why = run.span.End, a.ends(id, runs, at)
	}
	if state == OutOfDate {
		out.Since = run.span.End
	}
	if r.free && state == InService && run.span.End.After(r.span.End) {
		out.FreeUntil = r.span.End
	}
	return out
}

// ends says why a run ends where it does.
func (a Agreement) ends(id string, runs []servedRun, at int) ServedEnd {
	run := runs[at]
	v := run.reigns[len(run.reigns)-1].version
	switch d := v.Document; {
	case at+1 < len(runs) && runs[at+1].span.Start == run.span.End && runs[at+1].paused:
		return PauseBegins
	case d.tries(id) && d.Trial.Then == End && run.span.End == d.Trial.Through.AddDays(1):
		return TrialOver
	case run.span.End == a.Term().End && a.Latest().Document.Ending != nil:
		return Ended
	case run.span.End == a.Term().End:
		return TermOver
	}
	return LineOver
}

// promise is what a version says of a line or prepaid amount.
func (a Agreement) promise(id string, v *Version, on period.Date) Served {
	d := v.Document
	out := Served{ID: id, On: v.EffectiveOn, Version: v.Number, Plan: d.Plan, Quantity: one}
	if c, ok := find(d.Prepaid, prepaidID, id); ok {
		out.Prepaid, out.Product, out.Clause = true, c.Product, c.Clause
	} else {
		l, _ := d.line(id)
		out.Product, out.Clause, out.Users = l.Product, l.Clause, l.Users
		switch {
		case l.Usage != nil:
			out.Meter, out.Where = l.Usage.Meter, l.Usage.Where
		case l.Once != nil:
			out.Quantity = l.Once.quantity()
		case l.Fixed != nil && len(l.Fixed.Installments) == 0:
			for _, step := range ramp(l, period.NewSpan(on, on.AddDays(1))) {
				out.Quantity = step.quantity
			}
		}
	}
	out.Programmes = d.programmesOf(id, out.Prepaid, on)
	return out
}

// programmesOf lists the programmes under which a line costs less on a day.
func (d Document) programmesOf(id string, prepaid bool, on period.Date) []UnderProgramme {
	var out []UnderProgramme
	add := func(code string, lines []string, days period.Span) {
		named := slices.Contains(lines, id) || len(lines) == 0 && !prepaid
		if code != "" && named && days.Contains(on) {
			out = append(out, UnderProgramme{code, days.End})
		}
	}
	for _, x := range d.Discounts {
		add(x.Programme, x.Lines, bounded(d.Term.Span(), x.From, x.Through))
	}
	for _, c := range d.Credits {
		add(c.Programme, c.Lines, c.days(d))
	}
	return out
}

// MeteredFrom is the first day whose usage decides where the limits of a day stand: the beginning of its periods, and
// of the whole contract where a balance is drawn day by day. False when no usage does.
func (a Agreement) MeteredFrom(on period.Date) (from period.Date, metered bool) {
	for _, v := range a.Versions {
		if len(v.Document.Prepaid) > 0 {
			return a.Term().Start, true
		}
	}
	p := &pricing{agreement: a}
	earlier := func(s period.Span) {
		if s.Contains(on) && (!metered || s.Start.Before(from)) {
			from, metered = s.Start, true
		}
	}
	for _, id := range lineages(a, documentLines, lineID) {
		for _, s := range p.usageStretches(id) {
			for _, b := range periods(p, s.terms.line.Usage.Every, s) {
				earlier(b.span)
			}
		}
	}
	for _, id := range lineages(a, documentCaps, capID) {
		for _, s := range stretches(a, func(v *Version) (period.Span, Cap, bool) {
			c, ok := find(v.Document.Caps, capID, id)
			return v.Document.Term.Span(), c, ok
		}, func(x, y Cap) bool { return sameWords(x, y) }) {
			for _, b := range periods(p, s.terms.Every, s) {
				if b.span.Contains(on) {
					earlier(period.NewSpan(b.whole.Start, b.span.End)) // an amendment does not begin its count anew
				}
			}
		}
	}
	return from, metered
}

// Serving is an agreement and whether it goes on by itself when its term is over.
type Serving struct {
	Agreement
	Lapses bool // one side gave notice
}

// GraceDays bounds how long a contract that renews by itself is served before its further term is recorded: the run
// that records it may be late, or wait for a person's decision.
const GraceDays = 31

// GoesOn is the agreement with the further term that it is about to begin by itself, when its term is over on a day.
// It is what the renewal will append, by the same function, so that nobody loses for an hour what they keep for a year.
func (s Serving) GoesOn(c *catalog.Catalog, on period.Date) (Agreement, bool) {
	end := s.Term().End
	if on.Before(end) || s.Lapses || on.Sub(end) >= GraceDays {
		return s.Agreement, false
	}
	was := s.Latest()
	if _, renews := was.Document.LastNotice(); !renews {
		return s.Agreement, false
	}
	next, err := Renew(was.Document, c, Why{On: end, Reason: "about to renew"})
	if err != nil { // a person has to look; the job that renews says so
		return s.Agreement, false
	}
	a := s.Agreement
	a.Versions = append(slices.Clip(a.Versions), Version{Number: was.Number, EffectiveOn: end, Document: next})
	return a, true
}
