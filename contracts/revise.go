package contracts

import (
	"encoding/json"
	"fmt"
	"slices"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// A revision makes the next document of a contract from the one agreed last. Every function here is pure: what it gives
// is looked at in the form, previewed and approved like what somebody typed. What cannot be revised comes back as
// fault.Invalid, each finding with the argument or key it is about.

// Why is the first day a revision counts and the reason it is made.
type Why struct {
	On     period.Date
	Reason string
}

// revised is a copy to write into: nothing of the old document is shared with it.
func (d Document) revised(why Why) Document {
	text, err := json.Marshal(d)
	var out Document
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic(fmt.Sprintf("contracts: a document that came from JSON does not go back: %v", err))
	}
	out.Effective, out.Reason = why.On, why.Reason
	return out
}

// finished holds the outcome against all that a document is held against.
func (d Document) finished(f findings) (Document, error) {
	d.normalize()
	if len(f) == 0 {
		f = d.Validate()
	}
	if len(f) > 0 {
		return Document{}, fmt.Errorf("revise contract %s: %w", d.Contract, fault.InvalidFields(f...))
	}
	return d, nil
}

// Extend lets the term run longer at the terms there are. Lines, prepaid amounts and commitments that ran to the end
// run on, and the last step of a ramp with them. What was agreed once for the whole term (every: term) was agreed for
// the term as it was: it ends there, and what the further time costs is entered as a line of its own.
func Extend(d Document, through period.Date, why Why) (Document, error) {
	var f findings
	next := d.revised(why)
	next.extend(&f, through)
	return next.finished(f)
}

func (d *Document) extend(f *findings, through period.Date) {
	last := d.Term.Through
	if d.Ending != nil {
		f.add("through", through.String(), "cannot be moved: the contract was ended on %s; sign a new one", last)
		return
	}
	if !last.Before(through) {
		f.add("through", through.String(), "must be after %s, the last day now", last)
		return
	}
	d.Term.Through = through
	for i := range d.Lines {
		l := &d.Lines[i]
		whole := l.Fixed != nil && l.Fixed.Every == "term" || l.Usage != nil && l.Usage.Every == "term"
		if l.Through = runsOn(l.Through, last, whole); l.Fixed != nil && l.Through.IsZero() {
			if n := len(l.Fixed.Ramp); n > 0 {
				l.Fixed.Ramp[n-1].Through = through
			}
		}
	}
	for i := range d.Prepaid {
		d.Prepaid[i].Through = runsOn(d.Prepaid[i].Through, last, d.Prepaid[i].Every == "term" || d.Prepaid[i].Bill != nil && len(d.Prepaid[i].Bill.Installments) > 0)
	}
	for i := range d.Commits {
		d.Commits[i].Through = runsOn(d.Commits[i].Through, last, d.Commits[i].Every == "term")
	}
}

// runsOn is the last day of a promise when the term gets longer: none when it ran to the term's end.
func runsOn(through, last period.Date, whole bool) period.Date {
	switch {
	case !through.IsZero() && through.Before(last):
		return through // it had ended
	case whole:
		return last
	}
	return period.Date{}
}

// CoTerm adds lines in the middle of a term that end with it: they begin on the day the revision counts, keep the
// contract's billing days, and their first period is charged by its days.
func CoTerm(d Document, lines []Line, why Why) (Document, error) {
	var f findings
	next := d.revised(why)
	if len(lines) == 0 {
		f.add("lines", "", "is empty: say what is added")
	}
	for i, l := range lines {
		l = Document{Lines: []Line{l}}.revised(Why{}).Lines[0]
		if _, taken := d.line(l.ID); taken {
			f.add(fmt.Sprintf("lines[%d].id", i), fault.Shown(l.ID), "is a line of the contract already; an added line needs an id of its own")
		}
		if l.From = period.MaxDate(l.From, why.On); l.From == d.Term.From {
			l.From = period.Date{}
		}
		l.Through = period.Date{}
		if l.Fixed != nil {
			l.Fixed.Ramp = clipped(l.Fixed.Ramp, d.Term.Through)
		}
		next.Lines = append(next.Lines, l)
	}
	return next.finished(f)
}

// clipped drops the steps that begin after a day and ends the last one on it.
func clipped(ramp []Step, through period.Date) []Step {
	out := slices.DeleteFunc(ramp, func(s Step) bool { return through.Before(s.From) })
	if n := len(out); n > 0 {
		out[n-1].Through = through
	}
	return out
}
