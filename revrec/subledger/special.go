package subledger

import (
	"ratable/ledger"
)

// special books decisions about what stands in the books: revenue that is none, an asset that is given up, items that will not be
// billed, a balance that ends before its last day.
func (b *book) special(e event) error {
	switch e.Kind {
	case Exclusion:
		b.of(e, "exclusion", attributed(ledger.Exclude(b.zero().Add(e.Amount)), e.On.MonthOf()))
		return nil
	case Impairment:
		return b.impair(e)
	case Expired:
		return b.expire(e)
	}
	return b.voidUnbilled(e)
}

// impair gives up what was earned and is not billed, where it stands: on the contract's own account, or as unbilled.
func (b *book) impair(e event) error {
	if o := b.orders[e.Line]; o != nil {
		if e.Amount.Cmp(o.UnbilledRevenue()) > 0 {
			return wrong("amount", e.Amount.String(), "is more than the %s that is earned and not billed", o.UnbilledRevenue())
		}
		b.of(e, "impairment", ledger.Impair(e.Amount, o.policy.Unbilled()))
		return nil
	}
	r := b.running(e.Line)
	if e.Amount.Cmp(r.Unbilled) > 0 {
		return wrong("amount", e.Amount.String(), "is more than the %s that is earned and not billed", r.Unbilled)
	}
	r.Unbilled = r.Unbilled.Sub(e.Amount)
	b.of(e, "impairment", ledger.Impair(e.Amount, ledger.UnbilledReceivable))
	return nil
}

// voidUnbilled takes back what waits for a bill: of items, what they had earned, and they end; of usage, an amount or all of it.
func (b *book) voidUnbilled(e event) error {
	if len(b.pending) > 0 {
		earned := b.zero()
		for _, l := range b.pending {
			s := l.share(e.On)
			l.take(e.On, ledger.Share{Recognized: s.Recognized.Sub(s.Recognized), Deferred: s.Deferred, Tax: s.Tax})
			earned = earned.Add(s.Recognized)
		}
		b.voided, b.pending = append(b.voided, b.pending...), nil
		b.of(e, "unbilled_voided", attributed(b.Policy.VoidUnbilled(earned), e.On.MonthOf()))
		return nil
	}
	r := b.running(e.Line)
	if e.untold() {
		e.Amount = r.Unbilled
	}
	if e.Amount.Cmp(r.Unbilled) > 0 {
		return wrong("amount", e.Amount.String(), "is more than the %s that is earned and not billed", r.Unbilled)
	}
	r.Unbilled = r.Unbilled.Sub(e.Amount)
	b.of(e, "unbilled_voided", attributed(b.Policy.VoidUnbilled(e.Amount), e.On.MonthOf()))
	return nil
}

// expire ends a balance on a day that is told: what is left of it is breakage.
func (b *book) expire(e event) error {
	d, err := b.document(e)
	if err != nil {
		return err
	}
	e.Document = d.name
	for _, l := range d.lines {
		if l.earning != OnFulfilment || l.running != nil {
			continue
		}
		if l.pack != nil && !e.Quantity.IsZero() {
			if err := b.expireCredits(e, l); err != nil {
				return err
			}
			continue
		}
		rest := l.share(e.On).Deferred
		if !e.untold() && e.Amount != rest {
			return wrong("amount", e.Amount.String(), "is not the %s left of %s", rest, d.name)
		}
		b.lapseLine(e, l)
	}
	return nil
}

// expireCredits ends so many credits of a balance; the others stay.
func (b *book) expireCredits(e event, l *line) error {
	left := l.pack.credits.Sub(l.pack.spent)
	if e.Quantity.Cmp(left) > 0 {
		return wrong("quantity", e.Quantity.String(), "is more than the %s credits left", left)
	}
	lapsed := l.pack.drawCredits(e.On, e.Quantity)
	l.pack.over = e.Quantity.Equal(left)
	b.of(e, "breakage_at_expiry", attributed(l.policy.Lapse(lapsed), e.On.MonthOf()))
	return nil
}
