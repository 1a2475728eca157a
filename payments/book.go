package payments

import (
	"fmt"

	"ratable/ledger"
)

// Book places a new receipt in its account's book from place next on: one entry
// for the money and what it pays on that day, and one for each application that
// waits for a later day. r.Applications hold document, payer, amount and day;
// they come back with their places.
//
//	debit  Cash                                the whole
//	credit AccountsReceivable  per invoice     what is applied
//	credit CustomerBalance                     the rest
func Book(r Receipt, next int64) (Receipt, []ledger.Entry) {
	r.Entry = next
	entry := r.entry(next, "receipt:"+r.Number(), fmt.Sprintf("Receipt %s: %s", r.Number(), r.Reference))
	entry.BookedOn = r.BookedOn
	entry.Postings = []ledger.Posting{r.own(ledger.Debit(ledger.Cash, r.Amount))}
	entries := []ledger.Entry{}
	rest := r.Amount
	for i := range r.Applications {
		a := &r.Applications[i]
		a.Receipt, a.N = r.ID, i+1
		r.Applied = r.Applied.Add(a.Amount)
		if a.BookedOn == r.BookedOn {
			a.Entry = next
			rest = rest.Sub(a.Amount)
			entry.Postings = append(entry.Postings, a.owed())
			continue
		}
		a.Entry = next + int64(len(entries)) + 1
		entries = append(entries, Move(r, *a))
	}
	if !rest.IsZero() {
		entry.Postings = append(entry.Postings, r.own(ledger.Credit(ledger.CustomerBalance, rest)))
	}
	return r, append([]ledger.Entry{entry}, entries...)
}

// Move is the entry of an application after the fact: from the customer balance
// to the receivable, or back when the amount is negative; a refund goes to cash.
func Move(r Receipt, a Application) ledger.Entry {
	verb := "Apply"
	switch {
	case a.Refund():
		verb = "Refund"
	case a.Amount.Sign() < 0:
		verb = "Take back"
	}
	entry := r.entry(a.Entry, fmt.Sprintf("application:%s:%d", r.Number(), a.N), fmt.Sprintf("%s receipt %s: %s", verb, r.Number(), a.Document))
	entry.BookedOn = a.BookedOn
	to := a.owed()
	if a.Refund() {
		to = ledger.Credit(ledger.Cash, a.Amount)
		to.Customer, to.Document = r.Payer, r.Number()
	}
	entry.Postings = []ledger.Posting{r.own(ledger.Debit(ledger.CustomerBalance, a.Amount)), to}
	return entry
}

func (r Receipt) entry(seq int64, source, memo string) ledger.Entry {
	return ledger.Entry{Account: r.Account, Seq: seq, Entity: r.Entity, Source: source, Currency: r.Currency(), Memo: memo}
}

// own completes a posting that is about the receipt itself.
func (r Receipt) own(p ledger.Posting) ledger.Posting {
	p.Customer, p.Document = r.Payer, r.Number()
	return p
}

// owed lowers the receivable of the document paid; its payer may be another
// member of the family than who sent the money.
func (a Application) owed() ledger.Posting {
	p := ledger.Credit(ledger.AccountsReceivable, a.Amount)
	p.Customer, p.Document = a.Payer, a.Document
	return p
}
