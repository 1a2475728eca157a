package scenario

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/strict"
	"ratable/invoicing"
	"ratable/usage"
)

// happenings are the facts that make no version of a contract.
func (b *builder) happenings() {
	for i, f := range b.d.Facts { // first what may be corrected by the others
		if f.Use != nil {
			b.use(*f.Use, at("facts", i, "use"))
		}
	}
	for i, f := range b.d.Facts {
		path := at("facts", i, "")
		set := 0
		for kind := range reflect.TypeFor[fact]().NumField() {
			if !reflect.ValueOf(f).Field(kind).IsNil() {
				set++
			}
		}
		switch {
		case set != 1:
			b.refuse(path, "", "must have exactly one of %s", strings.Join(strict.Keys(reflect.TypeFor[fact]()), ", "))
		case f.Use != nil: // read already
		case f.Correct != nil:
			b.correct(*f.Correct, path+".correct")
		case f.Retract != nil:
			x := *f.Retract
			b.fixes(correction{On: x.On, Event: x.Event, Reason: x.Reason}, usage.Retract, path+".retract")
		case f.Restore != nil:
			b.fixes(*f.Restore, usage.Restore, path+".restore")
		case f.Backfill != nil:
			b.backfill(*f.Backfill, path+".backfill")
		case f.Pay != nil:
			b.pay(*f.Pay, path+".pay")
		case f.Refund != nil:
			b.required(path+".refund.reason", f.Refund.Reason, "say why")
			b.required(path+".refund.receipt", f.Refund.Receipt, "name the receipt, such as R-000001")
			b.happen(f.Refund.On, path+".refund", payout{f.Refund.Receipt, f.Refund.Amount, f.Refund.Reason})
		case f.Deliver != nil:
			b.deliver(*f.Deliver, path+".deliver")
		case f.Settle != nil:
			b.settle(*f.Settle, path+".settle")
		case f.Hold != nil:
			b.hold(*f.Hold, path+".hold")
		case f.Release != nil:
			b.release(*f.Release, path+".release")
		case f.Payer != nil:
			b.payer(*f.Payer, path+".payer")
		case f.Credit != nil:
			x := *f.Credit
			b.required(path+".credit.reason", x.Reason, "say why; it is printed on the credit note")
			b.required(path+".credit.invoice", x.Invoice, "name the invoice, such as US-2026-000001")
			b.required(path+".credit.amount", x.Amount.text, "say how much, before tax")
			b.happen(x.On, path+".credit", creditNote{x.Invoice, max(x.Line, 1), x.Amount, x.Reason})
		case f.Void != nil:
			b.required(path+".void.reason", f.Void.Reason, "say why")
			b.required(path+".void.invoice", f.Void.Invoice, "name the invoice, such as US-2026-000001")
			b.happen(f.Void.On, path+".void", voiding{f.Void.Invoice, f.Void.Reason, f.Void.ForGood})
		case f.Close != nil:
			b.close(*f.Close, path+".close")
		case f.Assess != nil:
			b.assess(*f.Assess, path+".assess")
		}
	}
	slices.SortStableFunc(b.facts, func(x, y happening) int { return x.on.Compare(y.on) })
}

func (b *builder) required(path, value, why string) {
	if value == "" {
		b.refuse(path, "", "is missing: %s", why)
	}
}

// happen dates a fact; it must lie inside what is played.
func (b *builder) happen(on day, path string, does any) {
	if b.dated(on, path+".on") {
		b.facts = append(b.facts, happening{on.Date, path, on.line, does})
	}
}

func (b *builder) dated(on day, path string) bool {
	switch {
	case on.IsZero():
		b.refuse(path, "", "is missing: the day, such as 2026-03-31")
	case on.After(b.d.Through.Date):
		b.refuse(path, on.String(), "lies after the last day played, %s (through)", b.d.Through)
	default:
		return true
	}
	return false
}

func (b *builder) pay(x pay, path string) {
	i := b.party(path+".customer", x.Customer)
	if i < 0 {
		return
	}
	c := b.customers[i]
	amount, err := x.Amount.amount(cmp.Or(money.Currency(x.Currency), c.Currency))
	if err != nil || amount.Sign() <= 0 {
		b.refuse(path+".amount", x.Amount.text, "is not an amount of %s above zero, such as 1234.50", cmp.Or(x.Currency, string(c.Currency)))
		return
	}
	entity := c.Entity
	if x.Entity != "" {
		e, ok := b.directory.ByCode(x.Entity)
		if !ok {
			b.refuse(path+".entity", x.Entity, "is not the code of an entity of this scenario")
		}
		entity = e.ID
	}
	b.happen(x.On, path, payment{entity, c.ID, c.Account, amount, x.Reference})
}

func (b *builder) close(x closing, path string) {
	month, err := period.ParseMonth(x.Month)
	if err != nil {
		b.refuse(path+".month", x.Month, "is not a month such as 2026-03")
		return
	}
	for _, e := range b.entities {
		if x.Entity == e.Code || x.Entity == "" && len(b.entities) == 1 {
			b.happen(x.On, path, closure{e.ID, month, x.First})
			return
		}
	}
	b.refuse(path+".entity", x.Entity, "must be the code of one of the entities")
}

// deliver records that a milestone was reached; the line must wait for one in the
// version in force that day.
func (b *builder) deliver(x deliver, path string) {
	place, ok := b.byNumber[x.Contract]
	if !ok {
		b.refuse(path+".contract", x.Contract, "is not the number of a contract of this scenario")
		return
	}
	b.required(path+".line", x.Line, "name the one-time line")
	b.happen(x.On, path, delivery{b.agreements[place].Account, b.agreements[place].Contract, contracts.Delivery{Line: x.Line, On: x.On.Date, Note: x.Note}})
}

// hold keeps a payer's or a contract's bills back from a day on.
func (b *builder) hold(x hold, path string) {
	b.required(path+".reason", x.Reason, "say why")
	if h, ok := b.about(x.Customer, x.Contract, path); ok {
		h.StartsOn, h.EndsOn, h.Reason = x.On.Date, x.Until.Date, x.Reason
		b.happen(x.On, path, h)
	}
}

// release lifts what holds a payer's or a contract's bills.
func (b *builder) release(x release, path string) {
	b.required(path+".reason", x.Reason, "say what was found")
	if h, ok := b.about(x.Customer, x.Contract, path); ok {
		h.Released = &invoicing.Released{On: x.On.Date, Reason: x.Reason}
		b.happen(x.On, path, h)
	}
}

// about says whose bills a hold is about: of a customer or of one contract.
func (b *builder) about(customer, contract, path string) (h invoicing.Hold, ok bool) {
	switch {
	case (customer == "") == (contract == ""):
		b.refuse(path, "", "needs either customer or contract")
		return h, false
	case customer != "":
		i := b.party(path+".customer", customer)
		if i < 0 {
			return h, false
		}
		h.Account, h.Payer = b.customers[i].Account, b.customers[i].ID
	default:
		place, _, known := b.signed(contract, path)
		if !known {
			return h, false
		}
		h.Account, h.Contract = b.agreements[place].Account, b.agreements[place].Contract
	}
	return h, true
}

// payer lets another member of the family be invoiced from a day on.
func (b *builder) payer(x payer, path string) {
	b.required(path+".reason", x.Reason, "say why somebody else pays")
	place, _, known := b.signed(x.Contract, path)
	to := b.party(path+".customer", x.Customer)
	if !known || to < 0 {
		return
	}
	a := b.agreements[place]
	from := cmp.Or(x.From.Date, x.On.Date)
	switch {
	case b.customers[to].Account != a.Account:
		b.refuse(path+".customer", x.Customer, "belongs to another paying family: give it the parent of the family that pays for %s", x.Contract)
	case from.Before(x.On.Date):
		b.refuse(path+".from", from.String(), "is before the day it becomes known, %s; what was issued stays with its payer", x.On)
	default:
		b.happen(x.On, path, takeover{a.Account, a.Contract, contracts.PayerChange{From: from, Payer: b.customers[to].ID, Reason: x.Reason}})
	}
}
