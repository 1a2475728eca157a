package demo

import (
	"ratable/contracts"
	"ratable/internal/period"
)

// move moves a day of the story; no day stays none.
func (s *story) move(d period.Date) period.Date {
	if d.IsZero() {
		return d
	}
	return d.AddMonths(s.months)
}

// moveLast moves the last day of something: a month's end stays one.
func (s *story) moveLast(d period.Date) period.Date {
	if d.IsZero() {
		return d
	}
	return d.AddDays(1).AddMonths(s.months).AddDays(-1)
}

// moved is a document with all its days moved.
func (s *story) moved(d contracts.Document) contracts.Document {
	s.moveTerm(&d.Term.From, &d.Term.Through)
	d.Effective = s.move(d.Effective)
	if d.Trial != nil {
		d.Trial.Through = s.moveLast(d.Trial.Through)
	}
	for i := range d.Lines {
		s.moveLine(&d.Lines[i])
	}
	for i := range d.Prepaid {
		s.moveTerm(&d.Prepaid[i].From, &d.Prepaid[i].Through)
		if bill := d.Prepaid[i].Bill; bill != nil {
			s.moveInstallments(bill.Installments)
		}
	}
	for i := range d.Commits {
		s.moveTerm(&d.Commits[i].From, &d.Commits[i].Through)
	}
	for i := range d.Discounts {
		s.moveTerm(&d.Discounts[i].From, &d.Discounts[i].Through)
	}
	for i := range d.Credits {
		s.moveTerm(&d.Credits[i].From, &d.Credits[i].Through)
	}
	return d
}

func (s *story) moveLine(l *contracts.Line) {
	s.moveTerm(&l.From, &l.Through)
	if l.Once != nil {
		l.Once.On = s.move(l.Once.On)
	}
	if l.Fixed == nil {
		return
	}
	s.moveInstallments(l.Fixed.Installments)
	for i := range l.Fixed.Ramp {
		s.moveTerm(&l.Fixed.Ramp[i].From, &l.Fixed.Ramp[i].Through)
	}
}

func (s *story) moveTerm(from, through *period.Date) {
	*from, *through = s.move(*from), s.moveLast(*through)
}

func (s *story) moveInstallments(all []contracts.Installment) {
	for i := range all {
		all[i].On = s.move(all[i].On)
	}
}
