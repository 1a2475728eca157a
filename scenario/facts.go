package scenario

import (
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/payments"
)

// wrap says which fact could not be, and where it stands in the document.
func (f happening) wrap(err error) error {
	if fault.Kind(err) == nil {
		return fmt.Errorf("line %d: %s: %w", f.line, f.path, err)
	}
	kind := fault.Kind(err)
	if fields := fault.Fields(err); len(fields) > 0 {
		for i := range fields {
			fields[i].Path, fields[i].Line = f.path+"."+fields[i].Path, f.line
		}
		return fault.InvalidFields(fields...)
	}
	if kind == fault.NotFound { // of the scenario's own making
		kind = fault.Invalid
	}
	return fault.New(kind, "line %d: %s on %s: %w", f.line, f.path, f.on, err)
}

// happen lets a payment, refund, credit or void take place.
func (p *playing) happen(f happening) error {
	switch x := f.does.(type) {
	case payment:
		return p.receive(f.on, x)
	case creditNote:
		return p.credit(f.on, x)
	case voiding:
		return p.void(f.on, x)
	case payout:
		return p.refund(f.on, x)
	case settlement:
		return p.settle(f.on, x)
	}
	panic(fmt.Sprintf("scenario: nobody plays a %T", f.does))
}

// find looks a document up by number.
func (p *playing) find(number string) (*account, *invoicing.Issued, error) {
	for _, a := range p.accounts {
		for i := range a.documents {
			if a.documents[i].Number == number {
				return a, &a.documents[i], nil
			}
		}
	}
	return nil, nil, fault.InvalidFields(fault.Field{Path: "invoice", Value: number, Message: "is not the number of a document issued before this day; play the scenario without this fact to see the numbers"})
}

// credit grants a concession and issues its credit note, as GrantCredit does.
func (p *playing) credit(on period.Date, x creditNote) error {
	a, invoice, err := p.find(x.invoice)
	if err != nil {
		return err
	}
	amount, err := x.amount.amount(invoice.Currency)
	if err != nil {
		return fault.InvalidFields(fault.Field{Path: "amount", Value: x.amount.text, Message: fmt.Sprintf("is not an amount of %s", invoice.Currency)})
	}
	a.Originals = originals(a.documents)
	wish := invoicing.Credit{Invoice: x.invoice, Line: x.line, Amount: amount, Reason: x.reason, On: on}
	granted, draft, err := invoicing.DecideCredit(p.s.world, a.Facts, *invoice, wish)
	if err != nil {
		return err
	}
	contract := invoice.Lines[x.line-1].Contract
	i := slices.IndexFunc(a.Agreements, func(g contracts.Agreement) bool { return g.Contract == contract })
	g := &a.Agreements[i]
	g.Concessions = append(g.Concessions[:len(g.Concessions):len(g.Concessions)], granted)
	if err := p.issue(a, draft); err != nil {
		return err
	}
	a.changed = true
	return p.revenue(a, on) // what was earned already is earned less
}

// void takes an invoice back; the run of the day bills what is still owed.
func (p *playing) void(on period.Date, x voiding) error {
	a, invoice, err := p.find(x.invoice)
	if err != nil {
		return err
	}
	if err := invoice.Voidable(p.book.open[x.invoice]); err != nil {
		return err
	}
	if err := invoice.Free(standing(a.documents)); err != nil {
		return err
	}
	entry := invoicing.Unissue(invoice.Document, on, a.Standing)
	if x.forGood {
		var given []invoicing.Forgone
		var err error
		if given, entry, err = invoicing.DecideCancel(p.s.world, a.Facts, *invoice, on, x.reason); err != nil {
			return err
		}
		for _, g := range given {
			i := slices.IndexFunc(a.Agreements, func(c contracts.Agreement) bool { return c.Number == g.Contract })
			c := &a.Agreements[i]
			c.Concessions = append(c.Concessions[:len(c.Concessions):len(c.Concessions)], g.Granted)
		}
	}
	a.Standing.Book(entry)
	invoice.Voided = &invoicing.Voided{On: on, Reason: x.reason}
	a.changed = true
	if err := p.append(entry); err != nil || !x.forGood {
		return err
	}
	return p.revenue(a, on) // what was earned already is earned less
}

// closeFirst closes months before anything else of a day is known: with what they had earned by then.
func (p *playing) closeFirst(on period.Date) error {
	var rest []happening
	earned := false
	for _, f := range p.facts {
		x, ok := f.does.(closure)
		if !ok || !x.first || f.on.After(on) {
			rest = append(rest, f)
			continue
		}
		if !earned {
			if err := p.recognizeAll(on); err != nil {
				return err
			}
			earned = true
		}
		if err := p.close(on, x); err != nil {
			return f.wrap(err)
		}
	}
	if earned {
		p.facts = rest
	}
	return nil
}

// close closes a month of an entity, in order and with nothing left open, as
// revrec.Close does.
func (p *playing) close(on period.Date, x closure) error {
	refused := func(format string, args ...any) error {
		return fault.New(fault.Conflict, "close %s: %w", x.month, fmt.Errorf(format, args...))
	}
	through := p.months.ClosedThrough(x.entity)
	next := p.book.firstMonth(x.entity, x.month)
	if !through.IsZero() {
		next = through.Next()
	}
	switch {
	case !x.month.After(through):
		return refused("it is closed already")
	case next.Before(x.month):
		return refused("%s is still open: months close in order", next)
	case on.Before(x.month.End()):
		return refused("it is not over on %s", on)
	}
	for _, a := range p.accounts {
		if found := p.revrec(a, p.months).Exceptions(p.s.world.Catalog, x.entity, x.month); len(found) > 0 {
			return refused("%d things are open, first %s", len(found), found[0])
		}
	}
	p.months.Close(x.entity, x.month)
	p.book.closed = append(p.book.closed, Closing{Entity: p.s.names.Entities[x.entity], Month: x.month, On: on})
	return nil
}

// receive books a bank transfer, and applies it as package payments would.
func (p *playing) receive(on period.Date, x payment) error {
	a := p.byID[x.account]
	r := payments.Receipt{
		ID: int64(len(p.book.receipts) + 1), Account: x.account, Entity: x.entity, Payer: x.payer,
		Amount: x.amount, ReceivedOn: on, BookedOn: on, Reference: x.reference, Nth: 1,
	}
	applications, err := r.Allot(p.openInvoices(a), p.months)
	if err != nil {
		return err
	}
	r.Applications = applications
	r, entries := payments.Book(r, a.Standing.Next)
	for _, e := range entries {
		a.Standing.Book(e)
	}
	p.book.receipts = append(p.book.receipts, r)
	return p.append(entries...)
}

// refund sends back money of a receipt that pays no invoice.
func (p *playing) refund(on period.Date, x payout) error {
	i := slices.IndexFunc(p.book.receipts, func(r payments.Receipt) bool { return r.Number() == x.receipt })
	if i < 0 {
		return fault.InvalidFields(fault.Field{Path: "receipt", Value: x.receipt, Message: "is not the number of a payment received before this day; they are R-000001, R-000002 and so on"})
	}
	r := &p.book.receipts[i]
	amount := money.Zero(r.Currency())
	if x.amount.text != "" {
		var err error
		if amount, err = x.amount.amount(r.Currency()); err != nil {
			return fault.InvalidFields(fault.Field{Path: "amount", Value: x.amount.text, Message: fmt.Sprintf("is not an amount of %s", r.Currency())})
		}
	}
	a := p.byID[r.Account]
	made, err := r.DecideRefund(amount, on, x.reason, p.months, a.Standing.Next)
	if err != nil {
		return err
	}
	entry := payments.Move(*r, made)
	r.Applications, r.Applied = append(r.Applications, made), r.Applied.Add(made.Amount)
	a.Standing.Book(entry)
	return p.append(entry)
}

// deliver lets a milestone be billed.
func (p *playing) deliver(x delivery) {
	a := p.byID[x.account]
	for i := range a.Agreements {
		if g := &a.Agreements[i]; g.Contract == x.contract {
			g.Deliveries = append(g.Deliveries[:len(g.Deliveries):len(g.Deliveries)], x.Delivery)
		}
	}
	a.changed = true
}

// takeOver lets documents of a day and later go to another payer.
func (p *playing) takeOver(x takeover) {
	a := p.byID[x.account]
	for i := range a.Agreements {
		if g := &a.Agreements[i]; g.Contract == x.contract {
			g.Payers = append(g.Payers[:len(g.Payers):len(g.Payers)], x.PayerChange)
			slices.SortStableFunc(g.Payers, func(a, b contracts.PayerChange) int { return a.From.Compare(b.From) })
		}
	}
	a.changed = true
}

// hold places a hold, or lifts those that are about the same.
func (p *playing) hold(h invoicing.Hold) {
	a := p.byID[h.Account]
	a.changed = true
	if h.Released == nil {
		h.ID = invoicing.HoldID(len(a.Holds) + 1)
		a.Holds = append(a.Holds, h)
		a.days[h.EndsOn] = true
		return
	}
	for i, x := range a.Holds {
		if x.Released == nil && x.Payer == h.Payer && x.Contract == h.Contract {
			a.Holds[i].Released = h.Released
		}
	}
}

// openInvoices are the account's documents with something to pay.
func (p *playing) openInvoices(a *account) []payments.OpenInvoice {
	var out []payments.OpenInvoice
	for _, d := range a.documents {
		if open := p.book.open[d.Number]; d.Kind == entities.Invoice && !open.IsZero() {
			out = append(out, payments.OpenInvoice{
				Number: d.Number, Account: d.Account, Entity: d.Entity, Payer: d.Payer,
				IssuedOn: d.IssuedOn, DueOn: d.DueOn, Total: d.Total, Open: open,
			})
		}
	}
	return out
}
