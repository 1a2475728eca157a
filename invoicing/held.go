package invoicing

import (
	"ratable/contracts"
	"ratable/internal/period"
	"ratable/ledger"
)

// Held lists the days of a fee that were billed before an amendment gave them
// another price from a later day on. Until that day comes the bill stands as it
// is: crediting it whole now and billing it anew then would ask twice.
//
//	billed  |------------ quarter ------------|
//	agreed            today      |-- 12 seats-|   due on its first day
//	held                         |-- billed --|   until then
func Held(pieces []contracts.Piece, stood []ledger.Stood, asOf period.Date) []contracts.Piece {
	var out []contracts.Piece
	for _, p := range pieces {
		fee := p.Kind == contracts.FixedFee || p.Kind == contracts.CapFee
		if !fee || !p.Closed || !asOf.Before(p.BillOn) {
			continue
		}
		for _, b := range stood {
			if b.Line != p.Line || b.Kind != string(p.Kind) || b.Amount.IsZero() || !b.Span.Overlaps(p.Span) {
				continue
			}
			held := p
			held.Span = p.Span.Intersect(b.Span)
			held.Amount = within(b.Amount, held.Span, b.Span)
			out = append(out, held)
		}
	}
	return out
}
