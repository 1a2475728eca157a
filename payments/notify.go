package payments

import (
	"fmt"

	"ratable/internal/money"
	"ratable/internal/webhook"
)

// told is an event about a receipt. The reference of a bank line stays out of it: payers write names of persons there.
func (r Receipt) told(t webhook.Type, key, payer string, data any) webhook.Event {
	return webhook.Event{Key: string(t) + ":" + key, Type: t, Object: webhook.Object{Kind: webhook.Payment, ID: r.Number()},
		Account: int64(r.Account), Customer: payer, Data: data}
}

type appliedTo struct {
	Invoice string `json:"invoice"`
	Amount  string `json:"amount"`
}

// toldReceived is the event of money that came in, with what it pays at once.
func (r Receipt) toldReceived(payer string) webhook.Event {
	applied := []appliedTo{}
	for _, a := range r.Applications {
		applied = append(applied, appliedTo{a.Document, a.Amount.String()})
	}
	return r.told(webhook.PaymentReceived, r.Number(), payer, map[string]any{"amount": r.Amount.String(), "currency": string(r.Currency()),
		"received_on": r.ReceivedOn, "booked_on": r.BookedOn, "applied": applied})
}

// toldMoved is the event of money of a receipt that went back, to its payer or from an invoice to the balance; false when it paid one.
func (r Receipt) toldMoved(a Application, payer string) (webhook.Event, bool) {
	key := fmt.Sprintf("%s:%d", r.Number(), a.N)
	if a.Refund() {
		return r.told(webhook.PaymentRefunded, key, payer, map[string]any{"refund": a.Document, "amount": a.Amount.String(),
			"currency": string(a.Amount.Currency()), "booked_on": a.BookedOn}), true
	}
	return r.told(webhook.PaymentReversed, key, payer, map[string]any{"invoice": a.Document, "amount": a.Amount.Neg().String(),
		"currency": string(a.Amount.Currency()), "booked_on": a.BookedOn}), a.Amount.Sign() < 0
}

// toldPaid is the event of an invoice of which a receipt's application left nothing open. Taken back and paid again, it is told again.
func (r Receipt) toldPaid(a Application, payer string) webhook.Event {
	return webhook.Event{Key: fmt.Sprintf("%s:%s:%s:%d", webhook.InvoicePaid, a.Document, r.Number(), a.N), Type: webhook.InvoicePaid,
		Object: webhook.Object{Kind: webhook.Invoice, ID: a.Document}, Account: int64(r.Account), Customer: payer,
		Data: map[string]any{"payment": r.Number(), "paid_on": a.BookedOn, "amount": a.Amount.String(), "currency": string(a.Amount.Currency())}}
}

// clears says whether an application of an amount leaves nothing of a document open.
func clears(open, amount money.Amount) bool { return amount.Sign() > 0 && open.Cmp(amount) == 0 }

// toldLoss is the event of a loss; false of a fee, which is a cost of ours.
func (l Loss) toldLoss(source, payer string) (webhook.Event, bool) {
	data := map[string]any{"amount": l.Amount.String(), "currency": string(l.Amount.Currency()), "on": l.On}
	e := webhook.Event{Type: webhook.PaymentDisputed, Object: webhook.Object{Kind: webhook.Payment, ID: l.Document}, Account: int64(l.Account), Customer: payer, Data: data}
	switch l.Kind {
	case WrittenOff, Reinstated:
		e.Type, e.Object.Kind = webhook.InvoiceWrittenOff, webhook.Invoice
		data["reinstated"] = l.Kind == Reinstated
	case Disputed:
		data["stage"], data["fee"] = "opened", l.Fee.String()
	case DisputeWon:
		data["stage"] = "won"
	case DisputeLost:
		data["stage"] = "lost"
	default:
		return e, false
	}
	e.Key = string(e.Type) + ":" + source
	return e, true
}
