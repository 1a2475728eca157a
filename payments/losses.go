package payments

import (
	"fmt"
	"strings"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
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
	list := by.WriteOff(ledger.Share{Recognized: amount.Sub(tax), Deferred: tax.Sub(tax), Tax: tax})
	for i := range list {
		list[i].Customer, list[i].Document = d.Payer, d.Number
	}
	return list
}

// lossOn adds up what entries hold on an account.
func lossOn(entries []ledger.Recorded, account ledger.Account, c money.Currency) money.Amount {
	sum := money.Zero(c)
	for _, e := range entries {
		for _, p := range e.Postings {
			if p.Account == account {
				sum = sum.Add(p.Amount)
			}
		}
	}
	return sum
}

// dispute is where the disputes about a receipt stand: of several, one after the other.
type dispute struct {
	entries int
	pending money.Amount
	policy  ledger.DisputePolicy // by which the pending one was booked
}

// disputeOf reads the entries about a receipt's disputes, the latest first.
func disputeOf(entries []ledger.Recorded, c money.Currency) dispute {
	at := dispute{entries: len(entries), pending: money.Zero(c), policy: ledger.ParkAsReceivable}
	if len(entries) == 0 || !strings.HasSuffix(entries[0].Source, ":open") {
		return at
	}
	latest := entries[:1]
	if at.pending = lossOn(latest, ledger.DisputesReceivable, c); at.pending.IsZero() {
		at.pending, at.policy = lossOn(latest, ledger.Disputes, c), ledger.AsRefund
	}
	return at
}

// withdraw is money a card network took back, and its fee.
func (at dispute) withdraw(r Receipt, amount, fee money.Amount, by ledger.Policy) ([]ledger.Posting, error) {
	switch {
	case !at.pending.IsZero() && at.policy == ledger.ParkAsReceivable:
		return nil, fault.New(fault.Conflict, "a dispute about %s %s of it is not decided yet: say first how it ended", at.pending.Display(), r.Currency())
	case amount.Sign() <= 0 || amount.Currency() != r.Currency() || amount.Cmp(r.Amount) > 0:
		return nil, fault.InvalidFields(fault.Field{Path: "amount", Value: amount.String(), Message: fmt.Sprintf("must be more than zero and at most the %s %s received", r.Amount.Display(), r.Currency())})
	case fee.Sign() < 0:
		return nil, fault.InvalidFields(fault.Field{Path: "fee", Value: fee.String(), Message: "must not be below zero"})
	}
	zero := money.Zero(r.Currency())
	return by.Dispute(ledger.Share{Recognized: zero.Add(amount), Deferred: zero, Tax: zero}, zero, zero.Add(fee)), nil
}

// decide is how it ended.
func (at dispute) decide(won bool) ([]ledger.Posting, error) {
	if at.pending.IsZero() {
		return nil, fault.New(fault.Conflict, "no dispute about it waits for a decision")
	}
	by := ledger.DefaultPolicy()
	by.Disputes = at.policy
	if won {
		return by.WinDispute(at.pending), nil
	}
	return by.LoseDispute(at.pending), nil
}

// lossEntry is the entry of a loss at the next place of its account's book, on the first open day.
func lossEntry(r Receipt, next int64, source, memo string, on period.Date, months *ledger.Months, list []ledger.Posting) ledger.Entry {
	e := r.entry(next, source, memo)
	e.BookedOn = openDay(months, r.Entity, on)
	for _, p := range list {
		if p.Document == "" {
			p = r.own(p)
		}
		e.Postings = append(e.Postings, p)
	}
	return e
}
