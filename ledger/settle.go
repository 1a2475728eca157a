package ledger

import "ratable/internal/money"

// Position is where one line of a contract stands: what was billed and earned
// in all, and the two balances that follow from it.
//
//	billed > earned: the difference is deferred revenue (a liability)
//	earned > billed: the difference is an unbilled receivable (an asset)
type Position struct {
	Billed   money.Amount // before tax
	Earned   money.Amount
	Deferred money.Amount // as booked, credit positive
	Unbilled money.Amount // as booked, debit positive
}

// Settle decides, for both engines, what a line's next billing and earning do to
// its deferred revenue and unbilled receivable. It compares the balances that
// should stand afterwards with those that are booked, so the outcome does not
// depend on which engine came first, and balances that drifted come right with
// the next entry.
//
// The changes satisfy: deferred - unbilled = billed - earned, for a position
// whose balances agreed before.
func Settle(p Position, billed, earned money.Amount) (deferred, unbilled money.Amount) {
	net := p.Billed.Add(billed).Sub(p.Earned).Sub(earned)
	zero := net.Sub(net)
	wantDeferred, wantUnbilled := net, zero
	if net.Sign() < 0 {
		wantDeferred, wantUnbilled = zero, net.Neg()
	}
	return wantDeferred.Sub(p.Deferred), wantUnbilled.Sub(p.Unbilled)
}

// After is the position once the entry that Settle decided is booked.
func (p Position) After(billed, earned money.Amount) Position {
	deferred, unbilled := Settle(p, billed, earned)
	return Position{p.Billed.Add(billed), p.Earned.Add(earned), p.Deferred.Add(deferred), p.Unbilled.Add(unbilled)}
}
