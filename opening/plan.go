package opening

import (
	"fmt"
	"maps"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/revrec"
)

// Brought is what a file brings over for one account.
type Brought struct {
	Account     customers.AccountID
	Documents   []invoicing.Document
	Receipts    []payments.Receipt
	Plan        revrec.Plan // every entry, and the schedule with what of it is recognized
	Carried     []revrec.Carried
	Differences []Difference
	found       []fault.Field
}

// known is what decides about one account, loaded in one snapshot.
type known struct {
	file    File
	entity  entities.ID
	world   invoicing.World
	revenue revrec.Facts
	billing invoicing.Facts
	parties map[string]customers.Placement
	nextID  func() (int64, error) // of a receipt
}

// share is what of a file is about one account, by place in the file.
type share struct{ contracts, invoices, balances []int }

// deciding is the decision about one account under way. Both engines see one standing.
type deciding struct {
	known
	share
	out    Brought
	pieces map[contracts.ID][]contracts.Piece
	err    error
}

// decide says what a file brings over for an account. It changes the facts it is given: they stand afterwards as the database
// will. What cannot be taken is in found.
func decide(k known, s share) (Brought, error) {
	d := &deciding{known: k, share: s, out: Brought{Account: k.revenue.Account}, pieces: map[contracts.ID][]contracts.Piece{}}
	d.billing.Standing = d.revenue.Standing
	for _, step := range []func(){d.contracts_, d.invoices_, d.balances_, d.earnings, d.rest, d.charges} {
		if step(); d.err != nil {
			return d.out, d.err
		}
		if len(d.out.found) > 0 {
			return d.out, nil // what follows would only repeat it
		}
	}
	return d.out, nil
}

func (d *deciding) blame(path, value, format string, args ...any) {
	d.out.found = append(d.out.found, fault.Field{Path: path, Value: fault.Shown(value), Message: fmt.Sprintf(format, args...)})
}

// agreement finds a contract of the account by its number.
func (d *deciding) agreement(number string) (contracts.Agreement, bool) {
	i := slices.IndexFunc(d.revenue.Agreements, func(a contracts.Agreement) bool { return a.Number == number })
	if i < 0 {
		return contracts.Agreement{}, false
	}
	return d.revenue.Agreements[i], true
}

// contracts_ prices the contracts through the eve, and refuses those that cannot be brought over.
func (d *deciding) contracts_() {
	for _, i := range d.contracts {
		number := d.file.Contracts[i].Contract
		at := fmt.Sprintf("contracts[%d].contract", i)
		a, ok := d.agreement(number)
		switch {
		case !ok:
			d.blame(at, number, "has no approved version: enter the contract as it was signed and have it approved first")
			continue
		case a.Entity != d.entity || a.Currency != d.file.money():
			d.blame(at, number, "is another legal entity's, or in %s: each entity and currency has a file of its own", a.Currency)
		case d.revenue.Begun(a.Contract) || len(d.revenue.Standing.Of(int64(a.Contract))) > 0:
			d.blame(at, number, "is billed or recognized here already: balances come before the first run for a contract")
		case slices.ContainsFunc(d.revenue.Assessed, func(x revrec.Assessed) bool { return x.Lead == a.Contract }):
			d.blame(at, number, "has an approved assessment: bring the contract over first and have it assessed afterwards")
		}
		pieces, err := contracts.Charges(a, d.world.Catalog, d.revenue.Usage, d.file.CutOver)
		if err != nil {
			d.err = err
			return
		}
		d.pieces[a.Contract] = pieces
	}
}

func (d *deciding) amount(text fmt.Stringer) money.Amount {
	a, err := money.ParseAmount(text.String(), d.file.money())
	if err != nil {
		panic(err) // check has read it before
	}
	return a
}

// invoices_ makes documents of the invoices, and receipts of what was paid of them.
func (d *deciding) invoices_() {
	for n, i := range d.invoices {
		x := d.file.Invoices[i]
		b := invoicing.Brought{Number: x.Document, IssuedOn: x.On, DueOn: x.Due}
		if b.DueOn.IsZero() {
			b.DueOn = x.On
		}
		nets := make([]money.Amount, len(x.Lines))
		for j, l := range x.Lines {
			nets[j] = d.amount(l.Amount)
			line, ok := d.billedLine(fmt.Sprintf("invoices[%d].lines[%d]", i, j), l)
			if !ok {
				continue
			}
			line.Amount = nets[j]
			b.Lines = append(b.Lines, line)
		}
		if len(b.Lines) < len(x.Lines) {
			continue
		}
		for j, tax := range shared(d.amount(x.Tax), nets) {
			b.Lines[j].Tax = tax
		}
		if b.Payer = b.Lines[0].Agreement.PayerOn(x.On); x.Customer != "" {
			party, ok := d.parties[x.Customer]
			if !ok || party.Account != d.out.Account {
				d.blame(fmt.Sprintf("invoices[%d].customer", i), x.Customer, "is not the external id of a customer of the same paying family")
				continue
			}
			b.Payer = party.ID
		}
		doc, entry, err := d.billing.BringOver(d.world, b, n+1, d.file.eve())
		if err != nil {
			d.err = err
			return
		}
		d.out.Documents = append(d.out.Documents, doc)
		d.out.Plan.Entries = append(d.out.Plan.Entries, entry)
		d.paid(doc, doc.Total.Sub(d.amount(*x.Open)))
	}
}

// shared splits the tax of an invoice over its lines by their nets; where all are zero the first has it.
func shared(tax money.Amount, nets []money.Amount) []money.Amount {
	out := make([]money.Amount, len(nets))
	weights, any := make([]int64, len(nets)), false
	for i, n := range nets {
		weights[i], any = n.Minor(), any || !n.IsZero()
		out[i] = money.Zero(tax.Currency())
	}
	if any {
		return money.AllocateInts(tax, weights)
	}
	out[0] = tax
	return out
}

// billedLine finds the charge that a line of an invoice billed.
func (d *deciding) billedLine(at string, l InvoiceLine) (invoicing.BroughtLine, bool) {
	a, _ := d.agreement(l.Contract)
	var found []contracts.Piece
	var days []string
	for _, p := range d.pieces[a.Contract] {
		if p.Line != l.Line || l.Kind != "" && string(p.Kind) != l.Kind || p.Kind == contracts.Concession {
			continue
		}
		if days = append(days, p.Span.String()); p.Span == l.span() {
			found = append(found, p)
		}
	}
	switch {
	case len(days) == 0:
		d.blame(at+".line", l.Line, "of contract %s charges nothing by the cut-over: correct the id, or bring the usage of the days billed (ratable import usage)", l.Contract)
	case len(found) == 0:
		d.blame(at+".from", l.span().String(), "are not days that the contract bills at once for %s: they are %s", l.Line, firstFew(days))
	case len(found) > 1:
		d.blame(at+".kind", l.Kind, "is missing: %s has charges of the kinds %s and %s for these days", l.Line, found[0].Kind, found[1].Kind)
	default:
		return invoicing.BroughtLine{Agreement: a, Piece: found[0]}, true
	}
	return invoicing.BroughtLine{}, false
}

func firstFew(list []string) string {
	list = slices.Compact(list)
	if len(list) > 4 {
		return fmt.Sprintf("%s, %s, %s and %d more", list[0], list[1], list[2], len(list)-3)
	}
	out := list[0]
	for _, s := range list[1:] {
		out += ", " + s
	}
	return out
}

// paid records what the other system had received for an invoice.
func (d *deciding) paid(doc invoicing.Document, amount money.Amount) {
	if amount.IsZero() {
		return
	}
	r := d.receipt(doc.Payer, amount, "Paid before "+d.file.CutOver.String()+": "+doc.Number, "opening "+doc.Number)
	r.Applications = []payments.Application{{Document: doc.Number, Payer: doc.Payer, Amount: amount, BookedOn: d.file.eve(), Reason: "brought over"}}
	d.receive(r, "opening:paid:"+doc.Number)
}

func (d *deciding) receipt(payer customers.ID, amount money.Amount, reference, transaction string) payments.Receipt {
	id, err := d.nextID()
	if err != nil {
		d.err = err
	}
	return payments.Receipt{ID: id, Account: d.out.Account, Entity: d.entity, Payer: payer, Amount: amount, ReceivedOn: d.file.eve(), BookedOn: d.file.eve(),
		Reference: reference, Transaction: transaction, Nth: 1}
}

func (d *deciding) receive(r payments.Receipt, source string) {
	r, entry := payments.BringOver(r, d.revenue.Standing.Next, source)
	d.revenue.Standing.Book(entry)
	d.out.Receipts = append(d.out.Receipts, r)
	d.out.Plan.Entries = append(d.out.Plan.Entries, entry)
}

// balances_ are receipts that pay nothing yet.
func (d *deciding) balances_() {
	for _, i := range d.balances {
		b := d.file.Balances[i]
		if amount := d.amount(b.Amount); !amount.IsZero() {
			// The name of the movement keeps the entity, currency and day apart: a customer may come over in two currencies.
			name := fmt.Sprintf("opening %s %s %s", b.Customer, d.file.Currency, d.file.CutOver)
			d.receive(d.receipt(d.parties[b.Customer].ID, amount, "Balance brought over on "+d.file.CutOver.String(), name), "opening:balance:"+b.Customer+":"+d.file.Currency)
		}
	}
}

// rest schedules what is still to come. Nothing may be left to recognize: the file has said it all.
func (d *deciding) rest() {
	plan, err := revrec.Decide(d.world.Catalog, d.revenue, d.file.lastMonth())
	if err != nil {
		d.err = err
		return
	}
	for _, e := range plan.Entries {
		d.blame("contracts", e.Source, "would still be booked for a month before the cut-over: %s; its contract is not in the file, or it earns what no line of the file says", e.Memo)
	}
	d.revenue.Book(plan)
	d.out.Plan.Rows = append(d.out.Plan.Rows, plan.Rows...)
	d.out.Plan.Recognized = append(d.out.Plan.Recognized, plan.Recognized...)
}

// charges holds what stands billed against what contracts let us ask for: each difference needs a treatment, since the next run
// charges it or takes it back.
func (d *deciding) charges() {
	found, err := invoicing.Differences(d.world, d.billing, d.file.eve())
	if err != nil {
		d.err = err
		return
	}
	for _, x := range found {
		i, j := d.place(x.Agreement.Number, x.Piece.Line)
		if i < 0 {
			continue // Unmatched says so
		}
		difference := Difference{Contract: x.Agreement.Number, Line: x.Piece.Line, What: Billed, Span: x.Piece.Span, Old: x.Booked, Ours: x.Owed, Treatment: d.treatmentOf(i, j)}
		switch difference.Treatment {
		case Keep:
			difference.Refused = "what was billed cannot be kept against the contract: amend the contract or grant a concession for it, or choose correct, and the next invoice run charges or credits the difference"
		case None:
			difference.Refused = "choose correct, and the next invoice run charges or credits the difference; or amend the contract, bring the invoice, or bring the usage it is for (ratable import usage)"
		}
		d.out.Differences = append(d.out.Differences, difference)
	}
}

// place finds a contract and line in the file; -1: they are not there.
func (d *deciding) place(number, line string) (int, int) {
	for _, i := range d.contracts {
		if d.file.Contracts[i].Contract == number {
			return i, slices.IndexFunc(d.file.Contracts[i].Lines, func(l Line) bool { return l.Line == line })
		}
	}
	return -1, -1
}

func (d *deciding) treatmentOf(i, j int) Treatment {
	if j < 0 {
		return d.file.Treatment
	}
	return d.file.treatment(d.file.Contracts[i].Lines[j])
}

// Sums adds up what is brought over by account type, debit positive.
func sums(entries []ledger.Entry, f File) map[ledger.Account]money.Amount {
	out := map[ledger.Account]money.Amount{}
	for _, e := range entries {
		if e.BookedOn != f.eve() {
			continue
		}
		for _, p := range e.Postings {
			out[p.Account] = out[p.Account].Add(p.Amount)
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
