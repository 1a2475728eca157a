package payments

import (
	"fmt"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// allot turns wishes, or what Match finds, into the applications of a new
// receipt. An invoice issued after the money came in is paid on the day it was
// issued: until then the money is the customer's balance.
func (r Receipt) allot(open []OpenInvoice, months *ledger.Months) ([]Application, error) {
	parts := r.Wishes
	if len(parts) == 0 && !r.Unmatched {
		parts = Match(r, open)
	}
	byNumber := make(map[string]OpenInvoice, len(open))
	for _, o := range open {
		byNumber[o.Number] = o
	}
	var out []Application
	left := r.Amount
	for _, part := range parts {
		o, ok := byNumber[part.Document]
		if !ok {
			return nil, fault.InvalidFields(fault.Field{Path: "document", Value: part.Document, Message: "is no open invoice of the payer's family"})
		}
		amount, err := r.fit(o, left, part.Amount)
		if err != nil {
			return nil, err
		}
		o.Open, left = o.Open.Sub(amount), left.Sub(amount)
		byNumber[o.Number] = o
		out = append(out, Application{
			Document: o.Number, Payer: o.Payer, Amount: amount,
			BookedOn: latest(r.BookedOn, openDay(months, r.Entity, o.IssuedOn)),
		})
	}
	return out, nil
}

// fit says how much of left goes to an invoice: the amount asked for, or with
// none as much as fits. It never exceeds what is open.
func (r Receipt) fit(o OpenInvoice, left, asked money.Amount) (money.Amount, error) {
	if err := r.mayPay(o); err != nil {
		return asked, err
	}
	amount := asked
	if amount.IsZero() {
		amount = smaller(left, o.Open)
	}
	refuse := func(format string, args ...any) (money.Amount, error) {
		return asked, fault.InvalidFields(fault.Field{Path: "amount", Value: asked.String(), Message: fmt.Sprintf(format, args...)})
	}
	switch {
	case amount.Currency() != r.Currency():
		return refuse("must be in %s", r.Currency())
	case o.Open.Sign() <= 0:
		return refuse("does not fit: nothing is open on %s", o.Number)
	case left.Sign() <= 0:
		return refuse("does not fit: the receipt is applied in full")
	case amount.Sign() < 0:
		return refuse("must be more than zero")
	case amount.Cmp(left) > 0:
		return refuse("is more than the %s %s left of the receipt", left.Display(), r.Currency())
	case amount.Cmp(o.Open) > 0:
		return refuse("is more than the %s %s open on %s", o.Open.Display(), r.Currency(), o.Number)
	}
	return amount, nil
}

// mayPay says in words what pays refuses, but for the amounts.
func (r Receipt) mayPay(o OpenInvoice) error {
	refuse := func(message string) error {
		return fault.InvalidFields(fault.Field{Path: "document", Value: o.Number, Message: message})
	}
	switch {
	case o.Account != r.Account:
		return refuse("belongs to another paying family than the receipt")
	case o.Entity != r.Entity:
		return refuse("was issued by another of our legal entities than received the money")
	case o.Total.Currency() != r.Currency():
		return refuse(fmt.Sprintf("is in %s, the receipt in %s", o.Total.Currency(), r.Currency()))
	}
	return nil
}

// openDay is the first day on or after a day that lies in an open month.
func openDay(months *ledger.Months, entity entities.ID, day period.Date) period.Date {
	return latest(day, months.FirstOpen(entity, day.MonthOf()).First())
}
