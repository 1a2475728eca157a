package invoicing

import (
	"cmp"
	"slices"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Change is one difference between what a contract lets us charge and what
// stands billed: the line that has to be appended.
type Change struct {
	Piece  contracts.Piece // as owed today; Span is the part that changes
	Owed   money.Amount
	Booked money.Amount
	First  bool // the span has never been billed
}

// Delta is what the next document must ask for.
func (c Change) Delta() money.Amount { return c.Owed.Sub(c.Booked) }

// Due picks the pieces that may be on a document issued on a day: everything
// whose time to bill has come and, for usage, whose period is over. A concession
// on a charge that is not due yet waits for it.
func Due(pieces []contracts.Piece, asOf period.Date) []contracts.Piece {
	return contracts.LimitConcessions(due(pieces, asOf))
}

func due(pieces []contracts.Piece, asOf period.Date) []contracts.Piece {
	var out []contracts.Piece
	for _, p := range pieces {
		if p.Closed && !asOf.Before(p.BillOn) {
			out = append(out, p)
		}
	}
	return out
}

// Asked is what should stand billed at the end of a day: what is due, and what
// stands until the day of an amendment comes. A concession on a charge that
// stands stays with it.
func Asked(pieces []contracts.Piece, stood []ledger.Stood, asOf period.Date) []contracts.Piece {
	return contracts.LimitConcessions(append(due(pieces, asOf), BilledAhead(pieces, stood, asOf)...))
}

// Plan is due less billed, per line, kind and span. Equal spans are compared as
// they are. Where an amendment cut a period of a fixed fee, both sides are cut
// at the same days, so that unchanged parts cancel to zero; usage is not spread
// over days, so a cut period is taken back and charged anew.
func Plan(due []contracts.Piece, stood []ledger.Stood) []Change {
	lines := map[lineKind]*side{}
	for _, p := range due {
		s := sideOf(lines, p.Line, p.Kind)
		s.owe(p)
	}
	for _, b := range stood {
		if b.Times > 0 || !b.Amount.IsZero() {
			s := sideOf(lines, b.Line, contracts.Kind(b.Kind))
			s.booked = append(s.booked, b)
		}
	}
	var out []Change
	for key, s := range lines {
		out = append(out, s.compare(key)...)
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Piece.Line, b.Piece.Line), a.Piece.Span.Start.Compare(b.Piece.Span.Start),
			cmp.Compare(a.Piece.Kind, b.Piece.Kind), a.Piece.Span.End.Compare(b.Piece.Span.End))
	})
	return out
}

type lineKind struct {
	line string
	kind contracts.Kind
}

// side holds both columns of one line and kind.
type side struct {
	owed   []contracts.Piece // at most one per span
	booked []ledger.Stood
}

func sideOf(lines map[lineKind]*side, line string, kind contracts.Kind) *side {
	key := lineKind{line, kind}
	if lines[key] == nil {
		lines[key] = &side{}
	}
	return lines[key]
}

// owe adds a piece; concessions for the same span add up.
func (s *side) owe(p contracts.Piece) {
	for i := range s.owed {
		if s.owed[i].Span == p.Span {
			s.owed[i].Amount = s.owed[i].Amount.Add(p.Amount)
			s.owed[i].Description, s.owed[i].Detail = p.Description, p.Detail
			return
		}
	}
	s.owed = append(s.owed, p)
}

func (s *side) compare(key lineKind) []Change {
	same, owed, booked := s.match()
	spread := key.kind == contracts.FixedFee || key.kind == contracts.Prepayment
	switch {
	case len(owed) == 0 && len(booked) == 0:
		return same
	case !spread:
		return append(same, whole(key, owed, booked)...)
	case len(owed) == 0 || len(booked) == 0:
		return withoutMoved(append(same, whole(key, owed, booked)...))
	}
	return withoutMoved(append(same, cut(key, owed, booked)...))
}

// withoutMoved leaves out single minor units that an earlier correction put on
// the span beside the one they belong to: together they are nothing.
func withoutMoved(changes []Change) []Change {
	var sum money.Amount
	for _, c := range changes {
		if c.Delta().Abs().Minor() > 1 {
			return changes
		}
		sum = sum.Add(c.Delta())
	}
	if !sum.IsZero() {
		return changes
	}
	return slices.DeleteFunc(changes, func(c Change) bool { return !c.Delta().IsZero() })
}

// match compares spans that stand on both sides, and leaves the others.
func (s *side) match() (changes []Change, owed []contracts.Piece, booked []ledger.Stood) {
	// A span that overlaps a different one cannot be compared alone: earlier
	// corrections of a part of it count too.
	for _, p := range s.owed {
		i := slices.IndexFunc(s.booked, func(b ledger.Stood) bool { return b.Span == p.Span })
		if i < 0 || s.overlapped(p.Span) {
			owed = append(owed, p)
			continue
		}
		if b := s.booked[i]; b.Amount != p.Amount || b.Times == 0 {
			changes = append(changes, Change{p, p.Amount, b.Amount, b.Times == 0})
		}
	}
	for _, b := range s.booked {
		known := slices.ContainsFunc(s.owed, func(p contracts.Piece) bool { return p.Span == b.Span })
		if !known || s.overlapped(b.Span) {
			booked = append(booked, b)
		}
	}
	return changes, owed, booked
}

func (s *side) overlapped(span period.Span) bool {
	return slices.ContainsFunc(s.booked, func(b ledger.Stood) bool { return b.Span != span && b.Span.Overlaps(span) }) ||
		slices.ContainsFunc(s.owed, func(p contracts.Piece) bool { return p.Span != span && p.Span.Overlaps(span) })
}

// whole charges what is new and takes back what is no longer owed.
func whole(key lineKind, owed []contracts.Piece, booked []ledger.Stood) []Change {
	var out []Change
	for _, p := range owed {
		change := Change{Piece: p, Owed: p.Amount, Booked: money.Zero(p.Amount.Currency()), First: true}
		if i := slices.IndexFunc(booked, func(b ledger.Stood) bool { return b.Span == p.Span }); i >= 0 {
			change.Booked, change.First = booked[i].Amount, false
			booked = slices.Delete(slices.Clone(booked), i, i+1)
		}
		if change.First || !change.Delta().IsZero() {
			out = append(out, change)
		}
	}
	for _, b := range booked {
		if !b.Amount.IsZero() {
			out = append(out, takeBack(key, b, b.Span, b.Amount))
		}
	}
	return out
}

// takeBack owes nothing where something is booked.
func takeBack(key lineKind, b ledger.Stood, span period.Span, booked money.Amount) Change {
	gone := contracts.Piece{Line: key.line, Kind: key.kind, Span: span, Period: b.Span}
	return Change{Piece: gone, Owed: money.Zero(booked.Currency()), Booked: booked}
}

// cut compares two columns whose spans do not match, on the finest common grid.
//
//	owed    |--------)[--------------|
//	booked  |-------------)[---------|
//	grid    |--------)[---)[---------|
func cut(key lineKind, owed []contracts.Piece, booked []ledger.Stood) []Change {
	var days []period.Date
	for _, p := range owed {
		days = append(days, p.Span.Start, p.Span.End)
	}
	for _, b := range booked {
		days = append(days, b.Span.Start, b.Span.End)
	}
	slices.SortFunc(days, period.Date.Compare)
	days = slices.Compact(days)
	var out []Change
	for i := 0; i+1 < len(days); i++ {
		if c, ok := cell(key, period.NewSpan(days[i], days[i+1]), owed, booked); ok {
			out = append(out, c)
		}
	}
	return absorb(out)
}

// cell is one square of the grid; false where neither side has anything.
func cell(key lineKind, span period.Span, owed []contracts.Piece, booked []ledger.Stood) (Change, bool) {
	c := Change{First: true}
	found := false
	for _, p := range owed {
		if p.Span.Overlaps(span) {
			c.Piece, c.Owed, found = p, c.Owed.Add(within(p.Amount, span, p.Span)), true
			c.Piece.Detail.List, c.Piece.Detail.Reduced = within(p.Detail.List, span, p.Span), reducedWithin(p, span)
		}
	}
	for _, b := range booked {
		if b.Span.Overlaps(span) {
			if !found {
				c.Piece, found = takeBack(key, b, span, b.Amount).Piece, true
			}
			c.Booked, c.First = c.Booked.Add(within(b.Amount, span, b.Span)), false
		}
	}
	c.Piece.Span = span
	return c, found
}

// reducedWithin is what was taken off for some of a piece's days.
func reducedWithin(p contracts.Piece, span period.Span) []contracts.Reduction {
	out := slices.Clone(p.Detail.Reduced)
	for i := range out {
		out[i].Amount = within(out[i].Amount, span, p.Span)
	}
	return out
}

// within is the part of an amount for a span that falls on a piece of it.
func within(amount money.Amount, piece, span period.Span) money.Amount {
	to := money.SpreadTo(amount, int64(piece.End.Sub(span.Start)), int64(span.Days()))
	return to.Sub(money.SpreadTo(amount, int64(piece.Start.Sub(span.Start)), int64(span.Days())))
}

// absorb moves single minor units, which come from cutting an amount that was
// cut before, into a real change beside them. Where there is none they cancel
// out, and nothing has changed.
func absorb(cells []Change) []Change {
	var real, stray []Change
	var rest money.Amount
	for _, c := range without(cells, cents(cells)) {
		switch d := c.Delta(); {
		case d.IsZero() && !c.First:
		case !c.First && !c.Owed.IsZero() && d.Abs().Minor() == 1:
			stray, rest = append(stray, c), rest.Add(d)
		default:
			real = append(real, c)
		}
	}
	switch {
	case rest.IsZero():
		return real
	case len(real) == 0:
		return stray
	}
	real[0].Owed = real[0].Owed.Add(rest)
	if real[0].Delta().IsZero() && !real[0].First {
		return real[1:]
	}
	return real
}

// cents lists the single minor units that are booked where nothing is owed, when
// they cancel out: the rest of a period that was taken back in parts.
func cents(cells []Change) []Change {
	var out []Change
	var sum money.Amount
	for _, c := range cells {
		if !c.First && c.Owed.IsZero() && c.Booked.Abs().Minor() == 1 {
			out, sum = append(out, c), sum.Add(c.Booked)
		}
	}
	if !sum.IsZero() {
		return nil
	}
	return out
}

func without(cells, gone []Change) []Change {
	if len(gone) == 0 {
		return cells
	}
	return slices.DeleteFunc(slices.Clone(cells), func(c Change) bool {
		return slices.ContainsFunc(gone, func(g Change) bool { return g.Piece.Span == c.Piece.Span })
	})
}
