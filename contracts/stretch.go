package contracts

import (
	"time"

	"ratable/internal/period"
)

// stretch is a run of days on which one line had one set of terms. Neither a
// renewal nor the end of a trial lies inside it.
type stretch[T any] struct {
	span    period.Span
	whole   period.Span // all days of the line in its term: the most that was agreed while these terms held
	agreed  period.Span // the same as it was agreed first
	anchor  period.Date // the day the term began, from which billing periods are counted
	grown   []growth    // amendments that left the terms alone and made the line's days longer, in order
	free    bool        // these are days of a trial
	terms   T
	version *Version // the first that set the terms
	last    *Version // the last that left them alone
}

// growth is an amendment that gives a line more days: from on, its days run to end.
type growth struct{ on, end period.Date }

// stretches lists what pick finds in each version, clipped to the days that the
// version governs, and joins neighbors whose terms did not change: an amendment
// that leaves a line alone must not cut its periods.
//
//	v1 |--- 10 seats ---|
//	v2                  |--- 10 seats ---|--- 12 seats ---|
//	   [       one stretch               )[   another     )
func stretches[T any](a Agreement, pick func(*Version) (period.Span, T, bool), same func(a, b T) bool) []stretch[T] {
	return stretchesOf(a, "", pick, same)
}

// stretchesOf is stretches for a line or prepaid amount that may be on trial: they
// are cut where it ends, and those of the trial are free.
func stretchesOf[T any](a Agreement, id string, pick func(*Version) (period.Span, T, bool), same func(a, b T) bool) []stretch[T] {
	var out []stretch[T]
	for _, r := range a.reigns(id) {
		if days, terms, ok := pick(r.version); ok {
			out = join(out, begin(r, days, days, terms), same)
		}
	}
	return out
}

// begin is the stretch of some of a line's days under one version.
func begin[T any](r reign, some, days period.Span, terms T) stretch[T] {
	return stretch[T]{
		span: some.Intersect(r.span), whole: days.Intersect(r.term), anchor: r.term.Start, free: r.free,
		terms: terms, version: r.version, last: r.version,
	}
}

func join[T any](out []stretch[T], next stretch[T], same func(a, b T) bool) []stretch[T] {
	if next.span.Empty() {
		return out
	}
	// A line that an amendment adds begins with it, whatever the term.
	begun := next.span.Start
	for _, s := range out {
		if s.anchor == next.anchor {
			begun = s.whole.Start
			break
		}
	}
	next.whole.Start = period.MaxDate(next.whole.Start, begun)
	next.agreed = next.whole
	if len(out) == 0 {
		return append(out, next)
	}
	last := &out[len(out)-1]
	if last.anchor != next.anchor || last.free != next.free || last.span.End != next.span.Start || !same(last.terms, next.terms) {
		return append(out, next)
	}
	last.span.End, last.last = next.span.End, next.version
	last.whole.Start = period.MinDate(last.whole.Start, next.whole.Start)
	// A shorter term leaves the whole as long as it was agreed: what is served is a part of it.
	if next.whole.End.After(last.whole.End) {
		last.grown = append(last.grown, growth{next.span.Start, next.whole.End})
		last.whole.End = next.whole.End
	}
	return out
}

// reign is a run of days that one version governs, inside one of its terms, and
// all of them free or none.
type reign struct {
	governed
	term period.Span // of the version: from one renewal to the next
	free bool
}

// reigns lists who governs the days of a line or prepaid amount. Days after a
// trial that ends what it tried are not among them.
func (a Agreement) reigns(id string) []reign {
	var out []reign
	for _, g := range a.inForce() {
		for _, term := range g.version.Document.Term.terms() {
			for _, r := range g.version.Document.tried(id, g.span.Intersect(term)) {
				r.version, r.term = g.version, term
				out = append(out, r)
			}
		}
	}
	return out
}

// terms cuts the term where a further one began.
func (t Term) terms() []period.Span { return t.Span().Cut(t.Renewed...) }

// began is the day the last further term began, or the first.
func (t Term) began() period.Date {
	if n := len(t.Renewed); n > 0 {
		return t.Renewed[n-1]
	}
	return t.From
}

// billed is a billing period and the part of it in which the terms held.
type billed struct{ whole, span period.Span }

// share gives the days of the part and of the whole.
func (b billed) share() (days, whole int64) { return int64(b.span.Days()), int64(b.whole.Days()) }

// periods cuts a stretch at the billing periods of a cadence. "term" is one
// period: all the line's days in its term, of which an amendment may leave a part.
func periods[T any](p *pricing, every string, s stretch[T]) []billed {
	cadence, err := period.ParseCadence(every)
	if err != nil {
		p.fail(err)
		return nil
	}
	if cadence == period.Term {
		return []billed{{s.whole, s.span}}
	}
	align := p.agreement.Versions[0].Document.Billing.Align
	rec := period.Recurrence{Anchor: anchor(s.anchor, cadence, align), Cadence: cadence}
	var out []billed
	for _, whole := range rec.Within(s.span) {
		out = append(out, billed{whole, whole.Intersect(s.span)})
	}
	return out
}

// anchor is the day billing periods are counted from: the day the term began, or
// with calendar alignment the first of the calendar period it began in.
func anchor(began period.Date, cadence period.Cadence, align Align) period.Date {
	if align != Calendar {
		return began
	}
	months := cadence.Months()
	first := (int(began.Month()) - 1) / months * months
	return period.NewDate(began.Year(), time.Month(first+1), 1)
}
