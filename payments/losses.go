package payments

import (
	"fmt"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/invoicing"
	"ratable/ledger"
)

// What is lost of money: a processor's fee, an invoice nobody will pay, a payment that a card network takes back. They are booked
// by the rules of the ledger and the entity's policy of the day, and change no contract: what is served is still earned, and what
// shall not be billed any more is credited, or the contract ended.

// giveUp is what a write-off of an invoice books; below zero it is taken back. Tax goes with it in proportion.
func giveUp(d invoicing.Issued, amount money.Amount, by ledger.Policy) []ledger.Posting {
	tax := amount.Sub(amount)
	if !d.Total.IsZero() {
		tax = money.SpreadToExact(amount, d.Tax.Exact(), d.Total.Exact())
	}
	return by.WriteOff(ledger.Share{Recognized: amount.Sub(tax), Deferred: tax.Sub(tax), Tax: tax})
}

// givenUp is what of an invoice is written off, and by which policy first.
func givenUp(losses []Loss, zero money.Amount) (sum money.Amount, policy string) {
	sum = zero
	for _, l := range losses {
		switch l.Kind {
		case WrittenOff:
			if sum = sum.Add(l.Amount); policy == "" {
				policy = l.Policy
			}
		case Reinstated:
			sum = sum.Sub(l.Amount)
		}
	}
	return sum, policy
}

// badDebtWord keeps in a word by which policy an invoice was given up, so that it is taken back by the same.
func badDebtWord(p ledger.Policy) string { return string(p.BadDebt) + "," + string(p.BadDebtTax) }

func badDebtBy(word string) ledger.Policy {
	p := ledger.DefaultPolicy()
	for _, debt := range []ledger.BadDebtPolicy{ledger.PriceConcession, ledger.CreditLoss} {
		for _, tax := range []ledger.YesNo{ledger.Yes, ledger.No} {
			if at := p; word == string(debt)+","+string(tax) {
				at.BadDebt, at.BadDebtTax = debt, tax
				return at
			}
		}
	}
	return p
}

// pendingDispute is the dispute about a receipt that is not decided; of several one follows the other.
func pendingDispute(losses []Loss) (Loss, bool) {
	for i := len(losses) - 1; i >= 0; i-- {
		switch losses[i].Kind {
		case Disputed:
			return losses[i], true
		case DisputeWon, DisputeLost:
			return Loss{}, false
		}
	}
	return Loss{}, false
}

// withdrawn refuses a dispute that cannot be.
func withdrawn(r Receipt, losses []Loss, amount, fee money.Amount) error {
	if open, pending := pendingDispute(losses); pending {
		return fault.New(fault.Conflict, "the dispute of %s about %s %s of it is not decided yet: say first how it ended", open.On, open.Amount.Display(), r.Currency())
	}
	if amount.Sign() <= 0 || amount.Currency() != r.Currency() || amount.Cmp(r.Amount) > 0 {
		return fault.InvalidFields(fault.Field{Path: "amount", Value: amount.String(), Message: fmt.Sprintf("must be more than zero and at most the %s %s received", r.Amount.Display(), r.Currency())})
	}
	if fee.Sign() < 0 {
		return fault.InvalidFields(fault.Field{Path: "fee", Value: fee.String(), Message: "must not be below zero"})
	}
	return nil
}
