package invoicing

import (
	"slices"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// BilledAhead lists the days of a fee that were billed before an amendment gave them
// another price from a later day on. Until that day comes the bill stands as it
// is: crediting it whole now and billing it anew then would ask twice.
//
//	billed  |------------ quarter ------------|
//	agreed            today      |-- 12 seats-|   due on its first day
//	held                         |-- billed --|   until then
func BilledAhead(pieces []contracts.Piece, stood []ledger.Stood, asOf period.Date) []contracts.Piece {
	var out []contracts.Piece
	for _, p := range pieces {
		fee := p.Kind == contracts.FixedFee || p.Kind == contracts.Prepayment
		if !fee || !p.Closed || !asOf.Before(p.BillOn) {
			continue
		}
		var billed []ledger.Stood
		for _, b := range stood {
			if b.Line == p.Line && b.Kind == string(p.Kind) && !b.Amount.IsZero() && b.Span.Overlaps(p.Span) {
				billed = append(billed, b)
			}
		}
		out = append(out, hold(p, billed)...)
	}
	return out
}

// hold cuts what stands billed for a piece's days where any of it begins or ends:
// a bill and its corrections come to one amount for each stretch of days.
func hold(p contracts.Piece, billed []ledger.Stood) []contracts.Piece {
	var days []period.Date
	for _, b := range billed {
		held := b.Span.Intersect(p.Span)
		days = append(days, held.Start, held.End)
	}
	slices.SortFunc(days, period.Date.Compare)
	days = slices.Compact(days)
	var out []contracts.Piece
	for i := 0; i+1 < len(days); i++ {
		held := p
		held.Span, held.Amount = period.NewSpan(days[i], days[i+1]), money.Zero(p.Amount.Currency())
		for _, b := range billed {
			if b.Span.Overlaps(held.Span) {
				held.Amount = held.Amount.Add(within(b.Amount, held.Span, b.Span))
			}
		}
		if held.Amount.Minor() > 1 { // less is a cent of rounding, or the rest of a void: not a bill to stand
			out = append(out, held)
		}
	}
	return out
}
