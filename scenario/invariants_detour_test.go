package scenario

import (
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// detour cancels the contract now and then, lets all of that be booked, and takes it up again as it was. What was billed early
// by it may stand until its day comes, so that only what is earned has to be back at once.
func (h *history) detour() error {
	if h.today.After(lastFact) || !h.oneIn(60) {
		return nil
	}
	on := h.today
	if err := h.does(closes, "", func(p *playing) error { return h.settled(p, on) }); err != nil {
		return err
	}
	agreed := h.agreement()
	was := agreed.Latest().Document
	last := period.MaxDate(was.Start(), h.today.AddDays(-h.between(0, 40)))
	if !last.Before(was.Term.Span().Last()) {
		return nil
	}
	ended, err := contracts.Terminate(was, last, contracts.Ending{Cause: contracts.Convenience, Refund: contracts.Unused, Commitments: contracts.Prorated}, contracts.Why{On: last, Reason: "drawn"})
	if fault.Kind(err) != nil {
		return nil
	}
	if err != nil {
		return err
	}
	anew := copied(was)
	anew.Effective, anew.Reason = was.Start(), "reinstated" // as if it had never been ended
	next := agreed
	next.Versions = append(slices.Clone(agreed.Versions), contracts.Version{Number: len(agreed.Versions) + 1, EffectiveOn: ended.Start(), Document: ended})
	if len(agreeable(anew)) > 0 || len(agreed.Refuses(ended)) > 0 || len(next.Refuses(anew)) > 0 {
		return nil
	}
	before := linesOf(h.playing, earns)
	h.tell("is canceled through %s, and reinstated", last)
	h.detours = append(h.detours, len(h.deeds))
	if err := h.does(closes, "", func(p *playing) error {
		for _, d := range []contracts.Document{ended, anew} {
			a := p.byID[h.family.Account]
			p.amend(amendment{a.Account, agreed.Contract, contracts.Version{Number: len(a.Agreements[0].Versions) + 1, EffectiveOn: d.Start(), Document: d}})
			if err := h.settled(p, on); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if len(h.judged) == 0 { // what was judged of a price is judged of each version by itself
		h.asked(6, sameLines(before, linesOf(h.playing, earns)))
	}
	return nil
}

// settled brings the books of the family up to a day.
func (h *history) settled(p *playing, on period.Date) error {
	if err := p.revenue(p.byID[h.family.Account], on); err != nil {
		return err
	}
	return p.invoice(on, true)
}

// 6: lived on with the last detour and without, nothing else happening, all is the same in the end but for the cents that tax
// rounds by document.
func (h *history) leavesNothing() error {
	if len(h.detours) == 0 {
		h.checks[6]--
		return nil
	}
	at := h.detours[len(h.detours)-1]
	without, err := h.again(h.deeds[:at], nil)
	if err != nil {
		return err
	}
	with, err := h.again(h.deeds[:at+1], nil)
	if err != nil {
		return err
	}
	taxed := func(p ledger.Posting) bool {
		return p.Account == ledger.TaxLiability || p.Account == ledger.AccountsReceivable || p.Account == ledger.CustomerBalance
	}
	was, is := linesOf(without, taxed), linesOf(with, taxed)
	sum := money.Amount{}
	for key, amount := range is {
		sum = sum.Add(amount).Sub(was[key])
		if cents := amount.Sub(was[key]).Abs(); cents.Minor() > int64(len(with.byID[h.family.Account].documents)) {
			return fmt.Errorf("canceled and reinstated, in the end %s is %s instead of %s", key.account, amount, was[key])
		}
	}
	if !sum.IsZero() {
		return fmt.Errorf("canceled and reinstated, receivables less tax differ by %s in the end", sum)
	}
	rest := func(p ledger.Posting) bool { return !taxed(p) }
	if err := sameLines(linesOf(without, rest), linesOf(with, rest)); err != nil {
		return fmt.Errorf("canceled and reinstated, in the end %w", err)
	}
	return nil
}

type standpoint struct {
	account ledger.Account
	line    string
}

// linesOf adds up postings of the family by account and line.
func linesOf(p *playing, wants func(ledger.Posting) bool) map[standpoint]money.Amount {
	out := map[standpoint]money.Amount{}
	for _, e := range p.book.entries {
		for _, x := range e.Postings {
			if wants(x) && p.byID[e.Account].Agreements[0].Number == "C-1" {
				key := standpoint{x.Account, x.Line}
				out[key] = out[key].Add(x.Amount)
			}
		}
	}
	return out
}

func sameLines(was, is map[standpoint]money.Amount) error {
	for key, amount := range is {
		if !amount.Sub(was[key]).IsZero() {
			return fmt.Errorf("%s of line %q was %s and is %s", key.account, key.line, was[key], amount)
		}
	}
	return nil
}
