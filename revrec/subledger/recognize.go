package subledger

import (
	"fmt"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// month is what a line earned in an accounting period.
type month struct {
	period period.AccountingPeriod
	amount money.Amount
}

// months adds the parts of a line up by period; what a credit cut in two is one again.
func (l *line) months() []month {
	var out []month
	for _, p := range l.parts {
		if n := len(out); n > 0 && out[n-1].period == p.Period {
			out[n-1].amount = out[n-1].amount.Add(p.Amount)
			continue
		}
		out = append(out, month{p.Period, p.Amount})
	}
	return out
}

// recognize books what the lines have earned: at the end of each period, out of what was billed, or unbilled where it was not.
// What was earned before its invoice is caught up with it, or stands in its own months, by the policy.
func (b *book) recognize() {
	lines := slices.Concat(b.pending, b.voided)
	for _, name := range b.names {
		lines = append(lines, b.documents[name].lines...)
	}
	for _, l := range lines {
		early := l.billed.IsZero() || l.early(l.billed)
		var late []ledger.Posting
		for _, m := range l.months() {
			last, zero := m.period.Span.Last(), m.amount.Sub(m.amount)
			var list []ledger.Posting
			switch before := l.billed.IsZero() || last.Before(l.billed); {
			case before && early:
				list = l.policy.Earn(l.account, zero, m.amount)
			default:
				list = l.policy.Earn(l.account, m.amount, zero)
				if before {
					late = append(late, attributed(list, m.period.Span.Start.MonthOf())...)
					continue
				}
			}
			b.enter(fmt.Sprintf("revenue:%s:%s", l.key, m.period.Name), "recognize", last, l.document, attributed(list, m.period.Span.Start.MonthOf()))
		}
		b.enter("revenue:"+l.key+":catch_up", "catch_up", l.billed, l.document, late)
		for _, p := range l.points {
			if !p.entered {
				list := l.policy.Earn(l.account, p.amount, p.amount.Sub(p.amount))
				b.enter(fmt.Sprintf("revenue:%s:%s", l.key, p.on), "recognize", p.booked, l.document, attributed(list, p.on.MonthOf()))
			}
		}
	}
}

// attributed says which month a revenue belongs to, whenever it is booked.
func attributed(list []ledger.Posting, m period.Month) []ledger.Posting {
	for i := range list {
		list[i].Month = m
	}
	return list
}

// fulfil earns what was delivered of lines that wait for it, the earliest first.
func (b *book) fulfil(e event) error {
	d, err := b.document(e)
	if err != nil {
		return err
	}
	rest := e.Amount
	for _, l := range d.lines {
		if l.earning != OnFulfilment || l.pack != nil {
			continue
		}
		if now := smaller(rest, l.share(e.On).Deferred); now.Sign() > 0 {
			l.earn(e.On, now, false)
			rest = rest.Sub(now)
		}
	}
	if !rest.IsZero() {
		return wrong("amount", e.Amount.String(), "is %s more than %s still has to deliver", rest, d.name)
	}
	return nil
}

// remeasure brings what is open in foreign currency to the rate of a month's end. What is deferred is no money and stays.
func (b *book) remeasure(on period.Date) error {
	for _, name := range b.names {
		d := b.documents[name]
		if d.currency == b.Currency || d.open.IsZero() {
			continue
		}
		worth, err := b.convert(d.open, on)
		if err != nil {
			return err
		}
		change := worth.Sub(d.carrying)
		d.carrying = worth
		b.enter(fmt.Sprintf("remeasure:%s:%s", name, on), "remeasure", on, name, ledger.Remeasure(ledger.AccountsReceivable, change))
	}
	return b.remeasureAbroad(on)
}
