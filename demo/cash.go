package demo

import (
	"fmt"
	"strings"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
)

// habit is how a customer pays.
type habit string

const (
	late    habit = "late"    // days after it is due
	slow    habit = "slow"    // weeks after
	partial habit = "partial" // a part in time, the rest weeks after, or never
	over    habit = "over"    // in time, and one time too much
	never   habit = "never"
)

// transfer is a bank transfer to come.
type transfer struct {
	on      period.Date
	row     invoicing.Row
	n       int   // of the transfers for the invoice, from 1
	percent int64 // of the invoice; 100 is whatever is open
	extra   int64 // paid on top, in minor units
}

// transfers says when and how an invoice will be paid. It depends on the number
// alone, so that a fill that goes on plans the same.
func transfers(r invoicing.Row, h habit) []transfer {
	days := int(seed(r.Number) % 5) // of chance
	whole := transfer{on: r.DueOn.AddDays(-1 - days), row: r, n: 1, percent: 100}
	switch h {
	case never:
		return nil
	case late:
		whole.on = r.DueOn.AddDays(4 + 3*days)
	case slow:
		whole.on = r.DueOn.AddDays(27 + 5*days)
	case over:
		if seed(r.Number)%4 == 1 {
			whole.extra = 12_000
		}
	case partial:
		rest := transfer{on: r.DueOn.AddDays(20 + days), row: r, n: 2, percent: 100}
		whole.percent = 60
		return []transfer{whole, rest}
	}
	whole.on = period.MaxDate(whole.on, r.IssuedOn.AddDays(1))
	return []transfer{whole}
}

// amount is what is transferred, given what is open on that day; zero is nothing.
func (t transfer) amount(open money.Amount) money.Amount {
	if open.Sign() <= 0 {
		return money.Zero(t.row.Total.Currency())
	}
	if t.percent < 100 {
		return money.SpreadTo(t.row.Total, t.percent, 100)
	}
	return open.Add(money.Of(t.extra, t.row.Total.Currency()))
}

// reference is what the payer writes: most quote the number, some in their way.
func (t transfer) reference() string {
	switch seed(t.row.Number) % 5 {
	case 0:
		return "Invoice " + t.row.Number
	case 1:
		return strings.ToLower(strings.ReplaceAll(t.row.Number, "-", " "))
	}
	return t.row.Number
}

// transaction is what the bank calls it: the natural key of the receipt.
func (t transfer) transaction() string { return fmt.Sprintf("BT-%s-%d", t.row.Number, t.n) }
