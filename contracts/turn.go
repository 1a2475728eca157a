package contracts

import (
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
)

// slot is a part of a term's period in which its wording did not change.
type slot[T any] struct {
	terms   T
	version *Version
	billed  billed
}

// turn is one period of a term: its slots in order. A period that an amendment
// cut is one period still.
type turn[T any] []slot[T]

func (r turn[T]) last() *slot[T] { return &r[len(r)-1] }

// span is from the first to the last day on which the term held in the period.
func (r turn[T]) span() period.Span {
	return period.NewSpan(r[0].billed.span.Start, r.last().billed.span.End)
}

// turns lists the periods of a term that is counted anew in each.
func turns[T any](p *pricing, all []stretch[T], every func(T) string) []turn[T] {
	var out []turn[T]
	for _, s := range all {
		for _, b := range periods(p, every(s.terms), s) {
			next := slot[T]{s.terms, s.version, b}
			if n := len(out); n > 0 && out[n-1][0].billed.whole.Start == b.whole.Start && every(out[n-1][0].terms) == every(s.terms) {
				out[n-1] = append(out[n-1], next)
			} else {
				out = append(out, turn[T]{next})
			}
		}
	}
	return out
}

// covers says whether a charge of a line belongs to the period: it began in it,
// and was for one of the days on which its line counted.
func (r turn[T]) covers(x *Piece, counts func(T, Piece) bool) bool {
	for i := range r {
		if s := &r[i]; s.billed.whole.Contains(x.Span.Start) && s.billed.span.Overlaps(x.Span) && counts(s.terms, *x) {
			return true
		}
	}
	return false
}

// members gives each period the charges that belong to it, in the order asked
// for. A charge belongs to one period only: where an amendment changes the length
// of periods, to the first of those that lie over it.
func members[T any](p *pricing, order []int, all []turn[T], counts func(T, Piece) bool) [][]int {
	out := make([][]int, len(all))
	for _, i := range order {
		if at := slices.IndexFunc(all, func(r turn[T]) bool { return r.covers(&p.pieces[i], counts) }); at >= 0 {
			out[at] = append(out[at], i)
		}
	}
	return out
}

// sized is what a term says for a period, by the days on which it held.
func sized[T any](p *pricing, r turn[T], amount func(T) money.Exact) money.Amount {
	sum := money.Zero(p.agreement.Currency)
	for _, s := range r {
		sum = sum.Add(part(p.round(amount(s.terms)), s.billed.span, s.billed.whole))
	}
	return sum
}
