package subledger

import (
	"ratable/internal/money"
	"ratable/ledger"
)

// pay books money that comes in. It settles what is open, or what was given up; more than that is the customer's balance. None of
// it touches revenue.
func (b *book) pay(e event) error {
	d, err := b.document(e)
	if err != nil {
		return err
	}
	e.Document = d.name
	if e.Kind != Payment {
		return b.settlePending(e, d)
	}
	if e.untold() {
		e.Amount = d.open.Add(d.lostOpen)
	}
	worth, err := b.convert(e.Amount, e.On)
	if err != nil {
		return err
	}
	fee, err := b.convert(e.Fee, e.On)
	if err != nil {
		return err
	}
	if e.Means == ledger.Pending {
		d.pending = d.pending.Add(e.Amount)
	}
	if d.lostOpen.Sign() > 0 && d.open.IsZero() {
		return b.recovered(e, d, worth, fee)
	}
	pays := smaller(e.Amount, d.open)
	list := ledger.Pay(e.Means, worth, fee)
	over := portion(worth, e.Amount.Sub(pays), e.Amount)
	if pays != e.Amount {
		list = append(list, ledger.Credit(ledger.CustomerBalance, over))
	}
	b.of(e, "payment", b.at(list, ledger.AccountsReceivable, d.relieve(pays).Neg()))
	return nil
}

// recovered is money for what was written off.
func (b *book) recovered(e event, d *document, worth, fee money.Amount) error {
	pays := smaller(e.Amount, d.lostOpen)
	s := part(d.lost, pays, d.lostOpen)
	d.lost, d.lostOpen = d.lost.Sub(s), d.lostOpen.Sub(pays)
	list := d.lostBy.Recover(s, e.Means, b.zero())
	for i := range list {
		if list[i].Account == e.Means.Account() {
			list[i].Amount = worth.Sub(fee)
		}
	}
	list = append(list, ledger.Debit(ledger.Fees, fee), ledger.Credit(ledger.CustomerBalance, portion(worth, e.Amount.Sub(pays), e.Amount)))
	if pays == e.Amount {
		list = list[:len(list)-1]
	}
	b.of(e, "paid_after_uncollectible", ledger.Exchange(list, b.Currency))
	return nil
}

// part is a part of a share; the whole is the share itself.
func part(of ledger.Share, amount, whole money.Amount) ledger.Share {
	gross := portion(of.Gross(), amount, whole)
	if gross == of.Gross() {
		return of
	}
	p := ledger.DefaultPolicy()
	p.CreditSplit = ledger.Proportional
	return p.TakeGross([]ledger.Share{of}, gross)[0]
}

// untold says that a fact gives no amount: all of what it is about is meant. An amount of nothing is told.
func (f Fact) untold() bool { return f.Amount == money.Amount{} }

func smaller(a, b money.Amount) money.Amount {
	if a.Cmp(b) > 0 {
		return b
	}
	return a
}

// settlePending is the end of a payment that was on its way.
func (b *book) settlePending(e event, d *document) error {
	if e.untold() {
		e.Amount = d.pending
	}
	if e.Amount.Cmp(d.pending) > 0 || d.currency != b.Currency {
		return wrong("amount", e.Amount.String(), "is more than the %s under way for %s, or not in %s", d.pending, d.name, b.Currency)
	}
	d.pending = d.pending.Sub(e.Amount)
	if e.Kind == Cleared {
		b.of(e, "cleared", ledger.Clear(e.Amount))
		return nil
	}
	d.open, d.carrying = d.open.Add(e.Amount), d.carrying.Add(e.Amount)
	b.of(e, "bounced", ledger.Bounce(e.Amount))
	return nil
}
