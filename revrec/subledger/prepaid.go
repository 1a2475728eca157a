package subledger

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// pack is a balance that was bought and is used up: of value, or of credits that share its price.
type pack struct {
	line     *line
	amount   money.Amount // its price, less what was taken back
	until    period.Date  // last day; zero: it stays
	credits  decimal.Decimal
	expected decimal.Decimal
	used     money.Amount // by value
	spent    decimal.Decimal
	bonus    money.Amount // given on top, by value: it dilutes what each unit of value earns
	over     bool
}

// prepaid buys a balance.
func (b *book) prepaid(e event) error {
	gross := e.Amount.Add(e.Tax)
	d := &document{currency: b.Currency, policy: b.Policy, left: gross}
	d.policy.Contract = ledger.OneAccount // what is owed in service to be called is a contract liability (606-10-45-2)
	if !e.Paid {
		d.open, d.carrying = gross, gross
	}
	if err := b.add(e, d); err != nil {
		return err
	}
	e.Document = d.name
	l := &line{key: d.name, document: d.name, policy: d.policy, net: b.zero().Add(e.Amount), tax: b.zero().Add(e.Tax), taken: b.zero(),
		account: ledger.Revenue, billed: e.On, earning: OnFulfilment}
	l.pack = &pack{line: l, amount: l.net, until: e.Until, credits: e.Quantity, expected: e.Expected, used: b.zero(), bonus: b.zero().Add(e.Bonus)}
	d.lines, b.packs = []*line{l}, append(b.packs, l.pack)
	b.of(e, "prepaid", ledger.Prepay(l.net, l.tax, e.Paid))
	return nil
}

// draw uses balances up: those that lapse first before the others, and what they do not hold is overage.
func (b *book) draw(e event) error {
	open := slices.DeleteFunc(slices.Clone(b.packs), func(p *pack) bool { return p.over || e.Document != "" && p.line.document != e.Document })
	slices.SortStableFunc(open, func(x, y *pack) int {
		return cmp.Or(cmp.Compare(after(x.until), after(y.until)), x.until.Compare(y.until), x.line.billed.Compare(y.line.billed))
	})
	rest, credits := b.zero().Add(e.Amount), e.Quantity
	used, breakage := b.zero(), b.zero()
	for _, p := range open {
		var more, beyond money.Amount
		if p.credits.IsZero() {
			value := smaller(rest, p.amount.Add(p.bonus).Sub(p.used))
			more, beyond = p.drawValue(e.On, value, b.Policy)
			rest = rest.Sub(value)
		} else {
			count := decimal.Min(credits, p.credits.Sub(p.spent))
			more, beyond = p.drawCredits(e.On, count), b.zero()
			credits = credits.Sub(count)
		}
		used, breakage = used.Add(more), breakage.Add(beyond)
	}
	if credits.Sign() > 0 {
		return wrong("quantity", e.Quantity.String(), "is %s credits more than there are: say what is beyond as usage with its amount", credits)
	}
	if rest.Sign() > 0 {
		r := b.running(e.Line)
		r.Unbilled = r.Unbilled.Add(rest)
	}
	b.of(e, "drawdown", attributed(b.Policy.Draw(used, breakage, rest), e.On.MonthOf()))
	return nil
}

// after puts what never lapses last.
func after(until period.Date) int {
	if until.IsZero() {
		return 1
	}
	return 0
}

// drawValue earns what is used; where the rest can be estimated, breakage is earned with it (606-10-55-48), and a balance that
// was expected to be used for more than it cost is earned by its price.
func (p *pack) drawValue(on period.Date, value money.Amount, by ledger.Policy) (used, breakage money.Amount) {
	p.used = p.used.Add(value)
	if !p.bonus.IsZero() {
		now := revrec.Proportional(p.amount, p.used.Exact(), p.amount.Add(p.bonus).Exact(), false).Sub(p.line.earned(on))
		p.line.earn(on, now, true)
		return now, now.Sub(now)
	}
	if by.Breakage != ledger.InPattern || p.expected.IsZero() {
		p.line.earn(on, value, true)
		return value, value.Sub(value)
	}
	now := revrec.Proportional(p.amount, p.used.Exact(), money.Price(p.expected, value.Currency()), false).Sub(p.line.earned(on))
	p.line.earn(on, now, true)
	used = smaller(value, now)
	return used, now.Sub(used)
}

// drawCredits earns credits by their share of the price: credits given on top dilute it.
func (p *pack) drawCredits(on period.Date, count decimal.Decimal) money.Amount {
	p.spent = p.spent.Add(count)
	c := p.amount.Currency()
	now := revrec.Proportional(p.amount, money.Price(p.spent, c), money.Price(p.credits, c), false).Sub(p.line.earned(on))
	p.line.earn(on, now, true)
	return now
}

// lapse is the end of a balance's last day: what is left is earned as breakage.
func (b *book) lapse(e event) error {
	d, err := b.document(e)
	if err != nil {
		return err
	}
	e.Document = d.name
	for _, l := range d.lines {
		if l.pack == nil && l.expires != e.On || l.pack != nil && l.pack.until != e.On {
			continue
		}
		b.lapseLine(e, l)
	}
	return nil
}

// lapseLine earns what is left of a line as breakage; nothing of it can be called any more.
func (b *book) lapseLine(e event, l *line) {
	rest := l.share(e.On).Deferred
	l.points = append(l.points, point{e.On, e.On, rest, true})
	if l.pack != nil {
		l.pack.over = true
	}
	b.of(e, "breakage_at_expiry", attributed(l.policy.Lapse(rest), e.On.MonthOf()))
}
