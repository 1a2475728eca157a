package subledger

import (
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// takeBack takes a document back, or part of it.
func (b *book) takeBack(e event) error {
	if e.Kind == Credit && e.Effect == Excuse {
		return b.excuse(e)
	}
	if e.Kind == Credit && (e.Effect == Billing || e.Effect == Return) {
		return b.order(e)
	}
	d, err := b.document(e)
	if err != nil {
		return err
	}
	e.Document = d.name
	if e.untold() {
		e.Amount = map[Kind]money.Amount{Uncollectible: d.open, DisputeWon: d.parked, DisputeLost: d.parked, Dispute: d.left, Refund: d.left.Sub(d.open), Credit: d.left, Cancel: d.left.Sub(d.left)}[e.Kind]
	}
	switch e.Kind {
	case Credit:
		return b.credit(e, d)
	case Void:
		return b.void(e, d)
	case Refund, Cancel:
		return b.refund(e, d)
	case Uncollectible:
		return b.writeOff(e, d)
	}
	return b.dispute(e, d)
}

// excuse is a credit for poor service. It lowers what is open of its document, if it is for that; the rest is owed.
func (b *book) excuse(e event) error {
	d, err := b.document(e)
	if err != nil && (e.Document != "" || e.To == ledger.ToReceivable) {
		return err
	}
	parts := []creditPart{{orElse(e.To, ledger.ToBalance), b.zero().Add(e.Amount)}}
	if err == nil && d.currency == b.Currency {
		parts = creditParts(e, d)
	}
	for _, to := range parts {
		if to.to == ledger.ToReceivable {
			d.relieve(to.amount)
		}
		b.of(e, "service_credit", b.Policy.Credit(ledger.Share{Recognized: to.amount, Deferred: b.zero(), Tax: b.zero()}, to.to))
	}
	return nil
}

func orElse(to, otherwise ledger.CreditTo) ledger.CreditTo {
	if to == "" {
		return otherwise
	}
	return to
}

// off takes an amount of the document's currency off its lines by a split, and returns where it stood and what of it had been
// collected for others.
func (b *book) off(d *document, on period.Date, amount money.Amount, split ledger.CreditSplit, effect Effect) (ledger.Share, money.Amount, error) {
	if amount.Cmp(d.left) > 0 {
		return ledger.Share{}, amount, wrong("amount", amount.String(), "is more than the %s %s left of %s", d.left, d.currency, d.name)
	}
	worth := portion(d.worth(on), amount, d.left)
	passed := portion(d.passed, amount, d.left)
	shares := d.shares(on)
	p := b.by(d)
	p.CreditSplit = split
	if effect == Unserved {
		if unserved := unserved(shares); ledger.Sums(unserved).Gross().Cmp(worth) >= 0 {
			shares = unserved
		}
		p.CreditSplit = ledger.DeferredFirst
	}
	taken := p.TakeGross(shares, worth.Sub(passed))
	for i, l := range d.lines {
		l.take(on, taken[i])
	}
	d.left, d.passed = d.left.Sub(amount), d.passed.Sub(passed)
	return ledger.Sums(taken), passed, nil
}

// unserved are the deferred parts of lines, with the tax on them.
func unserved(shares []ledger.Share) []ledger.Share {
	out := make([]ledger.Share, len(shares))
	for i, s := range shares {
		out[i] = ledger.Share{Recognized: s.Recognized.Sub(s.Recognized), Deferred: s.Deferred, Tax: portion(s.Tax, s.Deferred, s.Net())}
	}
	return out
}

// withPassed gives back what was collected for others, too.
func withPassed(list []ledger.Posting, d *document, passed money.Amount) []ledger.Posting {
	if passed.IsZero() {
		return list
	}
	account := ledger.PassthroughFees
	if len(d.lines) > 0 && d.agent {
		account = ledger.PayableToPrincipal
	}
	return append(list, ledger.Debit(account, passed))
}

// credit is a credit note: before payment it lowers the receivable, after it the customer is owed.
func (b *book) credit(e event, d *document) error {
	if d.metered {
		return b.creditUsage(e, d)
	}
	if d.currency != b.Currency && e.To != "" && e.To != ledger.ToReceivable {
		return wrong("to", string(e.To), "is not possible in a foreign currency; refund it on the day it is paid out")
	}
	split := b.Policy.CreditSplit
	if e.Split != "" {
		split = e.Split
	}
	for _, to := range creditParts(e, d) {
		s, passed, err := b.off(d, e.On, to.amount, split, e.Effect)
		if err != nil {
			return err
		}
		list := withPassed(b.by(d).Credit(s, to.to), d, passed)
		stood := s.Gross().Add(passed)
		if to.to == ledger.ToReceivable {
			stood = d.relieve(to.amount)
		}
		b.of(e, "credit_note", b.at(list, to.to.Account(), stood.Neg()))
	}
	return nil
}

type creditPart struct {
	to     ledger.CreditTo
	amount money.Amount
}

// creditParts is where a credit goes. Where nobody says, it lowers what is open, and the rest is the customer's balance.
func creditParts(e event, d *document) []creditPart {
	if e.To != "" && e.To != ledger.ToReceivable { // what is not open cannot be lowered
		return []creditPart{{e.To, e.Amount}}
	}
	open := smaller(e.Amount, d.open)
	out := []creditPart{{ledger.ToReceivable, open}, {ledger.ToBalance, e.Amount.Sub(open)}}
	if open.IsZero() {
		return out[1:]
	}
	if open == e.Amount {
		return out[:1]
	}
	return out
}

// void takes back a document of which nothing was paid.
func (b *book) void(e event, d *document) error {
	if d.open != d.left {
		return wrong("document", d.name, "was paid or credited in part (%s of %s is open): credit or refund it instead", d.open, d.left)
	}
	if d.metered {
		e.Amount = d.left
		return b.creditUsage(e, d)
	}
	amount := d.left
	s, passed, err := b.off(d, e.On, amount, ledger.Proportional, Part)
	if err != nil {
		return err
	}
	list := withPassed(b.by(d).Void(s), d, passed)
	b.of(e, "invoice_voided", b.at(list, ledger.AccountsReceivable, d.relieve(amount).Neg()))
	return nil
}

// refund gives money back. A cancellation gives back what was not served, and what stays deferred is earned: nothing more is owed.
func (b *book) refund(e event, d *document) error {
	worth, err := b.convert(e.Amount, e.On)
	if err != nil {
		return err
	}
	effect := e.Effect
	if e.Kind == Cancel || len(d.lines) == 1 && d.lines[0].pack != nil { // of a balance, what was not called is given back first
		effect = Unserved
	}
	s, passed, err := b.off(d, e.On, e.Amount, ledger.Proportional, effect)
	if err != nil {
		return err
	}
	list := withPassed(b.by(d).Refund(s), d, passed)
	b.of(e, "refund", b.at(list, ledger.Cash, worth.Neg()))
	if e.Kind == Cancel {
		for _, l := range d.lines {
			b.endService(l, e.On)
		}
	}
	return nil
}

// endService earns what nobody will be served for and nobody gets back.
func (b *book) endService(l *line, on period.Date) {
	rest := l.share(on).Deferred
	l.take(on, ledger.Share{Recognized: rest.Sub(rest), Deferred: rest, Tax: rest.Sub(rest)})
	l.net = l.net.Add(rest)
	l.earn(on, rest, false)
}

// writeOff gives up what is open.
func (b *book) writeOff(e event, d *document) error {
	amount := e.Amount
	if amount.Cmp(d.open) > 0 || amount.IsZero() {
		return wrong("amount", amount.String(), "is not open: %s of %s is", d.open, d.name)
	}
	s, passed, err := b.off(d, e.On, amount, ledger.Proportional, Part)
	if err != nil {
		return err
	}
	d.lost, d.lostOpen = d.lost.Add(s), d.lostOpen.Add(amount)
	d.lostBy = b.by(d)
	list := withPassed(b.by(d).WriteOff(s), d, passed)
	b.of(e, "marked_uncollectible", b.at(list, ledger.AccountsReceivable, d.relieve(amount).Neg()))
	return nil
}

// dispute is money that a card network withdrew, and what became of it.
func (b *book) dispute(e event, d *document) error {
	if d.currency != b.Currency {
		return wrong("currency", string(d.currency), "disputes are told in %s", b.Currency)
	}
	if e.Kind != Dispute {
		if e.Amount.Cmp(d.parked) > 0 {
			return wrong("amount", e.Amount.String(), "is more than the %s withdrawn for %s", d.parked, d.name)
		}
		d.parked = d.parked.Sub(e.Amount)
		if e.Kind == DisputeWon {
			b.of(e, "dispute_won", d.heldBy.WinDispute(e.Amount))
		} else {
			b.of(e, "dispute_lost", d.heldBy.LoseDispute(e.Amount))
		}
		return nil
	}
	d.parked, d.heldBy = d.parked.Add(e.Amount), b.by(d)
	s := ledger.Share{Recognized: e.Amount, Deferred: b.zero(), Tax: b.zero()}
	beyond, passed := b.zero(), b.zero()
	if d.heldBy.Disputes == ledger.AsRefund {
		taken := smaller(e.Amount, d.left)
		beyond = e.Amount.Sub(taken)
		var err error
		if s, passed, err = b.off(d, e.On, taken, ledger.Proportional, Part); err != nil {
			return err
		}
	}
	list := withPassed(d.heldBy.Dispute(s, beyond, b.zero().Add(e.Fee)), d, passed)
	b.of(e, "dispute", b.at(list, ledger.Cash, e.Amount.Add(e.Fee).Neg()))
	return nil
}
