package scenario

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/invoicing"
	"ratable/ledger"
)

// WriteText writes the outcome for an accountant: documents, money received,
// the revenue schedule, how the balances moved, the waterfall, the journal and
// the trial balance.
func (o Outcome) WriteText(w io.Writer) error {
	p := &page{bufio.NewWriter(w)}
	if o.Title != "" {
		p.line("%s", o.Title)
		p.line("%s", strings.Repeat("=", len([]rune(o.Title))))
		p.line("")
	}
	if story := strings.TrimSpace(o.Story); story != "" {
		p.line("%s", story)
		p.line("")
	}
	p.line("Played from %s through %s.", o.From, o.Through)
	o.documents(p)
	o.receipts(p)
	o.refused(p)
	for _, b := range o.Books {
		b.write(p, len(o.Books) > 1)
	}
	o.journal(p)
	for _, b := range o.Books {
		p.heading("Trial balance, %s, %s", b.Entity, b.Currency)
		trial(p, b.Trial)
	}
	for _, h := range o.Home {
		p.heading("Trial balance, %s, all in %s", h.Entity, h.Currency)
		trial(p, h.Trial)
	}
	return p.Flush()
}

// page is a text being written; a failed write shows when it is flushed.
type page struct{ *bufio.Writer }

func (p *page) line(format string, args ...any) {
	text := strings.TrimRight(fmt.Sprintf(format, args...), " ")
	p.WriteString(text)
	p.WriteByte('\n')
}

func (p *page) heading(format string, args ...any) {
	text := strings.ToUpper(fmt.Sprintf(format, args...))
	p.line("")
	p.line("")
	p.line("%s", text)
	p.line("%s", strings.Repeat("-", len([]rune(text))))
}

// pad fills a text up to a width in characters; a longer one stays whole.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-len([]rune(s))))
}

// figures is an amount, right-aligned.
func figures(a money.Amount) string { return fmt.Sprintf("%14s", a.Display()) }

// blank is an amount, or nothing for zero, so that a table can be read.
func blank(a money.Amount) string {
	if a.IsZero() {
		return fmt.Sprintf("%14s", "-")
	}
	return figures(a)
}

func (o Outcome) documents(p *page) {
	p.heading("Invoices and credit notes")
	if len(o.Documents) == 0 {
		p.line("none")
	}
	for i, d := range o.Documents {
		if i > 0 {
			p.line("")
		}
		o.document(p, d)
	}
}

// refused is shown only where something was: most contracts take usage whenever it comes.
func (o Outcome) refused(p *page) {
	if len(o.Refused) == 0 {
		return
	}
	p.heading("Usage that came too late")
	for _, r := range o.Refused {
		p.line("%s of %s by %s: %s", r.Quantity, r.Meter, r.Customer, r.Why)
	}
}

func (o Outcome) document(p *page, d invoicing.Issued) {
	kind := map[entities.Document]string{entities.Invoice: "Invoice", entities.CreditNote: "Credit note"}[d.Kind]
	p.line("%s %s   issued %s%s   %s to %s", kind, d.Number, d.IssuedOn, due(d), d.Seller.Name, d.Buyer.Name)
	if d.PONumber != "" {
		p.line("     purchase order %s", d.PONumber)
	}
	printed := d.Printed()
	user := ""
	for _, l := range printed.Lines {
		if l.User != user {
			user = l.User
			p.line("     for %s", user)
		}
		p.printed(l, "Contract "+d.Lines[0].ContractNumber)
	}
	p.line("      %s %s", pad("Net", 87), figures(d.Net))
	for _, t := range taxes(d.TaxRows) {
		p.line("      %s %s", pad(t.label, 87), figures(t.tax))
	}
	if !d.Fee.IsZero() {
		p.line("      %s %s", pad("Less marketplace fee", 87), figures(d.Fee.Neg()))
	}
	p.line("      %s %s", pad("Total "+string(d.Currency), 87), figures(d.Total))
	for _, note := range notes(d.TaxRows) {
		p.line("      %s", note)
	}
	if d.Local != nil {
		p.line("      Tax in %s: %s at %s of %s (%s)", d.Local.Currency, d.Local.Tax.Display(), d.Local.Quote.Rate, d.Local.Quote.On, d.Local.Quote.Source)
	}
	for _, w := range d.Warnings {
		p.line("      Before sending: %s", w)
	}
	o.state(p, d)
}

func due(d invoicing.Issued) string {
	if d.Kind == entities.CreditNote {
		return ""
	}
	return ", due " + d.DueOn.String()
}

// state says what became of a document by the end.
func (o Outcome) state(p *page, d invoicing.Issued) {
	open := o.Open[d.Number]
	switch {
	case d.Voided != nil:
		p.line("      Voided on %s: %s", d.Voided.On, d.Voided.Reason)
	case d.Kind == entities.CreditNote && open.IsZero():
	case open.IsZero():
		p.line("      Paid or credited in full on %s", o.Through)
	default:
		p.line("      Open on %s: %s", o.Through, open.Display())
	}
}

func (o Outcome) receipts(p *page) {
	if len(o.Receipts) == 0 && len(o.Closings) == 0 {
		return
	}
	p.heading("Money received, months closed")
	for _, r := range o.Receipts {
		p.line("%s  %s  from %s  %s %s   %s", r.ReceivedOn, r.Number(), o.Names.Customers[r.Payer], figures(r.Amount), r.Currency(), r.Reference)
		for _, a := range r.Applications {
			to := "applied to " + a.Document
			if a.Refund() {
				to = a.BookedOn.String() + " sent back"
			}
			p.line("              %s %s", pad(to, 20), figures(a.Amount))
		}
		if left := r.Unapplied(); !left.IsZero() {
			p.line("              %s %s", pad("customer balance", 20), figures(left))
		}
	}
	for _, c := range o.Closings {
		p.line("%s  month %s of %s closed", c.On, c.Month, c.Entity)
	}
}

// journal is every entry in order of the day it is booked on.
func (o Outcome) journal(p *page) {
	p.heading("Journal")
	p.line("%s  %s %14s %14s", pad("", 10), pad("", 58), "debit", "credit")
	for _, e := range o.Entries {
		if len(e.Postings) == 0 {
			continue
		}
		at := ""
		if !e.Rate.IsZero() {
			at = fmt.Sprintf("  at %s of %s", e.Rate, e.RateOn)
		}
		p.line("%s  %s  [%s]%s", e.BookedOn, e.Memo, e.Source, at)
		for _, x := range e.Postings {
			text := x.Account.String()
			if x.Contract != 0 {
				text += fmt.Sprintf("  %s/%s", o.Names.Contracts[x.Contract], x.Line)
			} else if x.Document != "" {
				text += "  " + x.Document
			}
			if !x.Month.IsZero() && x.Month != e.BookedOn.MonthOf() {
				text += "  of " + x.Month.String()
			}
			nothing, home := strings.Repeat(" ", 14), ""
			if foreign(e) {
				home = fmt.Sprintf("%s %s", figures(x.Functional), x.Functional.Currency())
			}
			switch x.Amount.Sign() {
			case 1:
				p.line("%s    %s %s %s %s", pad("", 10), pad(text, 56), figures(x.Amount), nothing, home)
			case -1:
				p.line("%s      %s %s %s %s", pad("", 10), pad(text, 54), nothing, figures(x.Amount.Neg()), home)
			default: // moves value only
				p.line("%s    %s %s %s %s", pad("", 10), pad(text, 56), nothing, nothing, home)
			}
		}
	}
}

func trial(p *page, t ledger.Trial) {
	p.line("%s %14s %14s %14s", pad("", 42), "debits", "credits", "balance")
	for _, r := range t.Rows {
		p.line("%s %s %s %s", pad(fmt.Sprintf("%d %s", r.Account, r.Account.Info().Name), 42), figures(r.Debit), figures(r.Credit), figures(r.Closing))
	}
	for _, r := range t.Totals() {
		p.line("%s %s %s %s", pad("", 42), figures(r.Debit), figures(r.Credit), figures(r.Closing))
	}
}
