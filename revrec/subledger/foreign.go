package subledger

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// abroad is usage of a line in a foreign currency that is not billed: a monetary item, earned at the rate of its day and measured
// anew at the end of months (830-20-35-1).
type abroad struct {
	line     string
	open     money.Amount // in its currency
	carrying money.Amount // what stands as unbilled for it
}

func (b *book) abroad(line string, c money.Currency) *abroad {
	i := slices.IndexFunc(b.foreign, func(a *abroad) bool { return a.line == line && a.open.Currency() == c })
	if i < 0 {
		i, b.foreign = len(b.foreign), append(b.foreign, &abroad{line, money.Zero(c), b.zero()})
	}
	return b.foreign[i]
}

// relieve takes an amount off what is open, and says what stood for it.
func (a *abroad) relieve(amount money.Amount) money.Amount {
	out := portion(a.carrying, amount, a.open)
	a.open, a.carrying = a.open.Sub(amount), a.carrying.Sub(out)
	return out
}

// useAbroad accrues usage in a foreign currency, takes it back, or bills it.
func (b *book) useAbroad(e event) error {
	a := b.abroad(e.Line, e.Currency)
	if e.Kind == UsageInvoice {
		return b.billAbroad(e, a)
	}
	amount := money.Zero(e.Currency).Add(e.Amount)
	if !e.Quantity.IsZero() {
		amount = value(e.Quantity, e.Price, e.Currency)
	}
	var worth money.Amount
	if amount.Sign() < 0 { // at what it was earned, or measured since
		if amount.Abs().Cmp(a.open) > 0 {
			return wrong("amount", amount.String(), "takes back more than the %s that is not billed; credit its invoice", a.open)
		}
		worth = a.relieve(amount.Abs()).Neg()
	} else {
		var err error
		if worth, err = b.convert(amount, e.On); err != nil {
			return err
		}
		a.open, a.carrying = a.open.Add(amount), a.carrying.Add(worth)
	}
	b.of(e, "usage_accrual", attributed(b.Policy.Earn(ledger.Revenue, b.zero(), worth), e.On.MonthOf()))
	return nil
}

// billAbroad asks for usage: the receivable is at the rate of the invoice, what was unbilled leaves at what it stood at.
func (b *book) billAbroad(e event, a *abroad) error {
	if e.Amount.Cmp(a.open) > 0 {
		return wrong("amount", e.Amount.String(), "asks for more than the %s %s that is used and not billed", a.open, e.Currency)
	}
	total := money.Zero(e.Currency).Add(e.Amount).Add(e.Tax)
	d := &document{currency: e.Currency, policy: b.Policy, open: total, left: total}
	if err := b.add(e, d); err != nil {
		return err
	}
	e.Document = d.name
	worth, err := b.worth([]money.Amount{money.Zero(e.Currency).Add(e.Amount), money.Zero(e.Currency).Add(e.Tax)}, total, e.On)
	if err != nil {
		return err
	}
	d.carrying = money.Sum(worth...)
	x := &line{key: d.name, document: d.name, policy: d.policy, net: worth[0], tax: worth[1], taken: b.zero(), account: ledger.Revenue, earning: Immediately, billed: e.On}
	x.points = []point{{e.On, e.On, worth[0], true}}
	d.lines = []*line{x}
	bill := ledger.Billing{Unbilled: worth[0], Deferred: b.zero(), Earned: b.zero(), Passed: b.zero(), Tax: worth[1]}
	b.of(e, "usage_invoiced", b.at(b.Policy.Bill(bill), ledger.UnbilledReceivable, a.relieve(e.Amount).Neg()))
	return nil
}

// remeasureAbroad brings what is used and not billed to the rate of a month's end.
func (b *book) remeasureAbroad(on period.Date) error {
	slices.SortFunc(b.foreign, func(x, y *abroad) int {
		return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.open.Currency(), y.open.Currency()))
	})
	for _, a := range b.foreign {
		if a.open.IsZero() {
			continue
		}
		worth, err := b.convert(a.open, on)
		if err != nil {
			return err
		}
		change := worth.Sub(a.carrying)
		a.carrying = worth
		b.enter(fmt.Sprintf("remeasure:usage:%s:%s:%s", a.line, a.open.Currency(), on), "remeasure", on, "", ledger.Remeasure(ledger.UnbilledReceivable, change))
	}
	return nil
}
