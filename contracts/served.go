package contracts

import "ratable/internal/period"

// Served are the days that a piece was charged for: those over which it is
// earned, and that its invoice prints.
func (p Piece) Served() period.Span {
	if p.Service.Empty() {
		return p.Span
	}
	return p.Service
}

// serve sets the days of service, where they are others than the span.
func (p *Piece) serve(days period.Span) {
	if days != p.Span {
		p.Service = days
	}
}

// Touches says whether a charge is for any of some days, by the span it is known
// by or by the days it serves: an installment of a year is for each day of it.
func (p Piece) Touches(days period.Span) bool {
	return p.Span.Overlaps(days) || p.Served().Overlaps(days)
}
