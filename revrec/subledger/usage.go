package subledger

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// meter is a line of usage in one billing period.
type meter struct {
	line   string
	period period.Span
}

// metered is what its records come to so far.
type metered struct {
	quantity decimal.Decimal
	value    money.Amount
}

// accrual is an entry of metered usage: the records of a month, or of its part in a billing period.
type accrual struct {
	line  string
	on    period.Date
	month period.Month
}

// use books usage: what is accrued, what a minimum adds, and the invoice that asks for it.
func (b *book) use(e event) error {
	if e.currency(b.Currency) != b.Currency {
		return b.useAbroad(e)
	}
	r := b.running(e.Line)
	switch e.Kind {
	case UsageInvoice:
		return b.invoiceUsage(e, r)
	case Commitment:
		list := ledger.TrueUp(b.zero().Add(e.Amount), b.zero().Add(e.Cost))
		for _, p := range list {
			if p.Account == ledger.UnbilledReceivable {
				r.Unbilled = r.Unbilled.Add(p.Amount)
			}
		}
		b.of(e, "commitment_true_up", attributed(list, e.On.MonthOf()))
		return nil
	case Metered:
		return b.record(e, r)
	}
	amount := b.zero().Add(e.Amount)
	if !e.Quantity.IsZero() {
		amount = value(e.Quantity, e.Price, b.Currency)
	}
	after, steps := b.Policy.Accrue(*r, amount, ledger.Revenue)
	*r = after
	for _, list := range steps {
		b.of(e, "usage_accrual", attributed(list, e.On.MonthOf()))
	}
	return nil
}

func (b *book) running(line string) *ledger.Running {
	if b.usage[line] == nil {
		b.usage[line] = &ledger.Running{Unbilled: b.zero(), Deferred: b.zero(), Contra: b.zero()}
	}
	return b.usage[line]
}

// value is a quantity at its price.
func value(quantity, price decimal.Decimal, c money.Currency) money.Amount {
	return money.Round(money.Price(price, c).Mul(quantity), money.HalfAwayFromZero)
}

// record takes a meter's record: what the period comes to by now, less what it came to before. It counts on its day, and is booked
// at the end of its month, or of its billing period when that is earlier.
func (b *book) record(e event, r *ledger.Running) error {
	if !e.Period.Empty() && !e.Period.Contains(e.On) {
		return wrong("on", e.On.String(), "lies outside the billing period %s", e.Period)
	}
	m := b.meters[meter{e.Line, e.Period}]
	if m == nil {
		m = &metered{value: b.zero()}
		b.meters[meter{e.Line, e.Period}] = m
	}
	switch e.Aggregation {
	case Sum:
		m.quantity = m.quantity.Add(e.Quantity)
	case Max:
		m.quantity = decimal.Max(m.quantity, e.Quantity)
	case Last:
		m.quantity = e.Quantity
	default:
		return wrong("aggregation", string(e.Aggregation), "must be max, last, or left out for the sum")
	}
	worth := value(m.quantity, e.Price, b.Currency)
	amount := worth.Sub(m.value)
	m.value = worth
	after, steps := b.Policy.Accrue(*r, amount, ledger.Revenue)
	*r = after
	on := e.On.MonthOf().Last()
	if !e.Period.Empty() {
		on = period.MinDate(on, e.Period.Last())
	}
	key := accrual{e.Line, on, e.On.MonthOf()}
	for _, list := range steps {
		b.accruals[key] = append(b.accruals[key], attributed(list, key.month)...)
	}
	return nil
}

// accrued books what the meters' records came to.
func (b *book) accrued() {
	keys := make([]accrual, 0, len(b.accruals))
	for key := range b.accruals {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(x, y accrual) int {
		return cmp.Or(x.on.Compare(y.on), cmp.Compare(x.line, y.line), x.month.Compare(y.month))
	})
	for _, key := range keys {
		b.enter("usage:"+key.line+":"+key.on.String(), "usage_accrual", key.on, "", b.accruals[key])
	}
}

// invoiceUsage asks for usage: what is accrued by the end of the day is cleared, the rest is ahead of it. The amount is before
// tax.
func (b *book) invoiceUsage(e event, r *ledger.Running) error {
	gross := e.Amount.Add(e.Tax)
	d := &document{currency: b.Currency, policy: b.Policy, open: gross, left: gross, carrying: gross, metered: true, usage: e.Line}
	if err := b.add(e, d); err != nil {
		return err
	}
	e.Document = d.name
	after, bill := r.BillUsage(b.zero().Add(e.Amount))
	*r, bill.Tax = after, b.zero().Add(e.Tax)
	d.lines = []*line{{key: d.name, document: d.name, policy: d.policy, net: b.zero().Add(e.Amount), tax: bill.Tax, taken: b.zero(), account: ledger.Revenue, billed: e.On, earning: OnFulfilment, running: r}}
	b.of(e, "usage_invoiced", b.Policy.Bill(bill))
	return nil
}

// creditUsage credits an invoice of usage: what waited to be credited first.
func (b *book) creditUsage(e event, d *document) error {
	if e.Amount.Cmp(d.left) > 0 {
		return wrong("amount", e.Amount.String(), "is more than the %s left of %s", d.left, d.name)
	}
	l := d.lines[0]
	s := part(ledger.Share{Recognized: l.net, Deferred: b.zero(), Tax: l.tax}, e.Amount, d.left)
	after, list := b.Policy.CreditUsage(*l.running, s.Net())
	*l.running = after
	l.net, l.tax, d.left = l.net.Sub(s.Net()), l.tax.Sub(s.Tax), d.left.Sub(e.Amount)
	open := smaller(e.Amount, d.open)
	list = append(list, ledger.Debit(ledger.TaxLiability, s.Tax), ledger.Credit(orElse(e.To, ledger.ToBalance).Account(), e.Amount.Sub(open)))
	b.of(e, "credit_note", b.at(list, ledger.AccountsReceivable, d.relieve(open).Neg()))
	return nil
}
