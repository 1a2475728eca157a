package subledger

import (
	"ratable/internal/money"
	"ratable/ledger"
)

// ordered is a line on one contract account.
type ordered struct {
	ledger.Ordered
	known  bool // ordered; before, what is billed stands for what is ordered
	upon   bool // released as it is booked
	billed bool // released as it is billed
	told   bool // by an order
	policy ledger.Policy
	bill   *document // its invoices together
}

// order books what happens to a line on one contract account.
func (b *book) order(e event) error {
	o := b.orders[e.Line]
	if o == nil {
		o = &ordered{Ordered: ledger.Ordered{Sell: b.zero(), Released: b.zero(), Billed: b.zero()}, policy: b.Policy}
		o.policy.Contract = ledger.OneAccount
		b.orders[e.Line] = o
	}
	if e.Right != "" {
		o.policy.RightToBill = e.Right
	}
	from, amount := o.Ordered, b.zero().Add(e.Amount)
	if err := o.move(e, amount); err != nil {
		return err
	}
	var own []ledger.Posting
	switch e.Kind {
	case OrderInvoice:
		d := &document{currency: b.Currency, policy: o.policy, open: amount.Add(e.Tax), left: amount.Add(e.Tax), carrying: amount.Add(e.Tax)}
		if err := b.add(e, d); err != nil {
			return err
		}
		e.Document, o.bill = d.name, d
		own = ledger.BillOrder(amount, b.zero().Add(e.Tax), from, o.Ordered)
	case Credit:
		own = ledger.CreditOrder(amount, from, o.Ordered)
		if o.bill != nil {
			o.bill.relieve(smaller(amount, o.bill.open))
		}
	default:
		own = ledger.Reduce(from, o.Ordered)
	}
	b.of(e, string(e.Kind), own)
	for _, list := range o.policy.Reclassify(from, o.Ordered) {
		b.of(e, "reclassified", attributed(list, e.On.MonthOf()))
	}
	return nil
}

// move is where a fact brings the line.
func (o *ordered) move(e event, amount money.Amount) error {
	switch e.Kind {
	case Order:
		o.Sell, o.known, o.told, o.upon, o.billed = amount, true, true, o.upon || e.Released, o.billed || e.AsBilled
	case Reduction:
		if o.Sell = o.Sell.Sub(amount); o.Sell.Sign() < 0 {
			return wrong("amount", amount.String(), "is more than was ordered")
		}
		o.known = true
	case Release:
		if e.untold() { // all that is ordered, or billed where no order was told
			amount = larger(o.Sell, o.Billed).Sub(o.Released)
		}
		o.Released = o.Released.Add(amount)
		if o.told && o.Released.Cmp(o.Sell) > 0 {
			return wrong("amount", amount.String(), "is more than was ordered and not released yet")
		}
		if !o.known || o.Sell.Cmp(o.Released) < 0 {
			o.Sell, o.known = larger(o.Sell, o.Released), true
		}
	case OrderInvoice:
		if o.Billed = o.Billed.Add(amount); !o.known {
			o.Sell = o.Billed
		}
	case Credit:
		if o.Billed = o.Billed.Sub(amount); o.Billed.Sign() < 0 {
			return wrong("amount", amount.String(), "is more than was billed")
		}
		if e.Effect == Return {
			if o.Sell = o.Sell.Sub(amount); o.Sell.Sign() < 0 {
				return wrong("amount", amount.String(), "is more than was ordered")
			}
		}
	}
	switch {
	case o.upon:
		o.Released = o.Sell
	case o.billed: // a credit of what was billed takes nothing back that was performed
		o.Released = larger(o.Released, smaller(o.Billed, o.Sell))
	}
	o.Released = smaller(o.Released, larger(o.Sell, o.Sell.Sub(o.Sell)))
	return nil
}

func larger(a, b money.Amount) money.Amount {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}
