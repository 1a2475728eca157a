package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/web/page"
	"ratable/web/ui"
)

func myInvoiceAddress(number string) string { return "/my/invoices/" + escape(number) }

// myInvoices is every document to the reader's company, the newest first.
func (v *visit) myInvoices() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		c, err := v.me(t)
		if err != nil {
			return err
		}
		f := invoicing.Filter{Payer: c.ID, Limit: pageLength + 1}
		if on, number, ok := strings.Cut(v.query("after"), "~"); ok {
			if day, err := period.ParseDate(on); err == nil {
				f.Before = invoicing.Cursor{IssuedOn: day, Number: number}
			}
		}
		rows, err := invoicing.List(v.ctx, t, f)
		if err != nil {
			return err
		}
		rows, pager := paged(v, rows, documentCursor)
		open, err := v.openOf(t, rows)
		if err != nil {
			return err
		}
		lost, err := payments.GivenUp(v.ctx, t)
		if err != nil {
			return err
		}
		table := ui.TableProps{Caption: "Invoices", Pager: &pager, Empty: ui.EmptyProps{Title: "No invoice yet"},
			Columns: []ui.Column{{Label: "Number", Kind: ui.Tight}, {Label: "Document"}, {Label: "Status"}, {Label: "Issued", Kind: ui.Tight}, {Label: "Due", Kind: ui.Tight}, {Label: "Total", Kind: ui.Figures}, {Label: "Open", Kind: ui.Figures}}}
		for _, r := range rows {
			left := money.Zero(r.Total.Currency()).Add(open[r.Number])
			table.Rows = append(table.Rows, ui.Row{Href: myInvoiceAddress(r.Number), Muted: r.Voided, Cells: ui.Cells(
				ui.Text(r.Number), ui.Text(subjectKind(string(r.Kind))), ui.Status(v.myStatus(r, left, lost)), ui.Day(r.IssuedOn), dueDay(r), ui.Money(r.Total), ui.Figure(left))})
		}
		list := page.List{Head: ui.HeadProps{Title: "Invoices", Sub: "Invoices and credit notes to " + c.LegalName + ", the newest first."}, Tables: []ui.TableProps{table}}
		return v.page(http.StatusOK, frame{Title: "Invoices", Room: "invoices"}, page.ListPage(list))
	})
}

// myDocument is the document the address names, when the reader's company pays it. Of another's it says what it says of
// none, so that numbers can be guessed and nothing learned.
func (v *visit) myDocument(q postgres.Querier) (invoicing.Issued, error) {
	c, err := v.me(q)
	if err != nil {
		return invoicing.Issued{}, err
	}
	d, err := invoicing.Get(v.ctx, q, v.param("number"))
	if err != nil && fault.Kind(err) != fault.NotFound {
		return invoicing.Issued{}, err
	}
	if err != nil || d.Payer != c.ID {
		return invoicing.Issued{}, fault.New(fault.NotFound, "there is no such document among yours")
	}
	return d, nil
}

// myInvoice is the document as it was sent, and what paid it.
func (v *visit) myInvoice() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		d, err := v.myDocument(t)
		if err != nil {
			return err
		}
		open, err := ledger.OpenOf(v.ctx, t, d.Account, d.Number)
		if err != nil {
			return err
		}
		paid, err := payments.AppliedTo(v.ctx, t, d.Account, d.Number)
		if err != nil {
			return err
		}
		lost, err := payments.GivenUp(v.ctx, t)
		if err != nil {
			return err
		}
		p := paper{Issued: d, open: money.Zero(d.Currency).Add(open)}
		at := myInvoiceAddress(d.Number)
		view := page.Invoice{Sheet: v.sheet(d.Document)}
		view.Head = ui.HeadProps{Title: d.Number, Status: v.myStatus(p.row(), p.open, lost), Sub: subjectKind(string(d.Kind)) + " from " + d.Seller.Name,
			Crumbs: []ui.Anchor{{Label: "Invoices", Href: "/my/invoices"}},
			Others: ui.Cells(ui.Button(ui.ButtonProps{Label: "PDF", Href: at + "/pdf"}), ui.Button(ui.ButtonProps{Label: "Download", Href: at + "/pdf?download=1", Icon: "download"}))}
		if d.Voided != nil {
			view.Parts = ui.Cells(page.Notice(page.Note{Title: "Voided on " + ui.DayText(d.Voided.On), Text: "It no longer counts, and nothing is to be paid on it.", Tone: ui.Warn}))
		}
		if d.Kind == entities.Invoice {
			view.Body = ui.Cells(page.TableOf(p.settled(paid)))
		}
		view.Rail = ui.Cells(ui.Facts("Document", []ui.Fact{{Term: "Open", Value: ui.Money(p.open)}, {Term: "Total", Value: ui.Money(p.Total)}, {Term: "Issued", Value: ui.Day(p.IssuedOn)}, {Term: "Due", Value: dueDay(p.row())}}))
		return v.page(http.StatusOK, frame{Title: d.Number, Room: "invoices"}, page.InvoicePage(view))
	})
}

// settled is how an invoice came from its total to what is open: payments one by one, and the rest, which is credits.
func (p paper) settled(paid []payments.Application) ui.TableProps {
	t := ui.TableProps{Title: "Settled by", Columns: []ui.Column{{Label: "Day", Kind: ui.Tight}, {Label: "What happened"}, {Label: "Amount", Kind: ui.Figures}}}
	t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Day(p.IssuedOn), ui.Text("Invoiced"), ui.Figure(p.Total))})
	left := p.Total
	for _, a := range paid {
		what := "Payment"
		if a.Amount.Sign() < 0 {
			what = "Payment moved elsewhere"
		}
		left = left.Sub(a.Amount)
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Day(a.BookedOn), ui.Text(what), ui.Figure(a.Amount.Neg()))})
	}
	if credited := p.open.Sub(left); !credited.IsZero() {
		what := "Credited"
		if p.Voided != nil {
			what = "Voided"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Nothing(), ui.Text(what), ui.Figure(credited))})
	}
	t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Open"), ui.Text(""), ui.Money(p.open))}}
	return t
}

// myPDF shows the document in the browser's own viewer, or hands it over as a file.
func (v *visit) myPDF() error {
	d, err := v.myDocument(v.DB)
	if err != nil {
		return err
	}
	content, err := invoicing.PDF(d.Document)
	if err != nil {
		return err
	}
	return v.file(d.Number+".pdf", "application/pdf", content, v.query("download") == "")
}

// myPayments is what the reader's company paid, the newest first.
func (v *visit) myPayments() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		c, err := v.me(t)
		if err != nil {
			return err
		}
		f := payments.Filter{Payer: c.ID, Limit: pageLength + 1}
		if on, id, ok := strings.Cut(v.query("after"), "~"); ok {
			if day, err := period.ParseDate(on); err == nil {
				f.Before.ReceivedOn = day
				f.Before.ID, _ = strconv.ParseInt(id, 10, 64) // a cursor that cannot be read is the beginning of its day
			}
		}
		found, err := payments.ListReceipts(v.ctx, t, f)
		if err != nil {
			return err
		}
		found, pager := paged(v, found, func(r payments.Receipt) string { return fmt.Sprintf("%s~%d", r.ReceivedOn, r.ID) })
		table := ui.TableProps{Caption: "Payments", Pager: &pager, Empty: ui.EmptyProps{Title: "No payment yet", Text: "A bank transfer shows here once it has arrived."},
			Columns: []ui.Column{{Label: "Payment", Kind: ui.Tight}, {Label: "Status"}, {Label: "Received", Kind: ui.Tight}, {Label: "Reference"}, {Label: "Amount", Kind: ui.Figures}, {Label: "Applied", Kind: ui.Figures}, {Label: "Not yet applied", Kind: ui.Figures}}}
		for _, r := range found {
			table.Rows = append(table.Rows, ui.Row{Href: fmt.Sprintf("/my/payments/%d", r.ID), Cells: ui.Cells(ui.Text(r.Number()), ui.Status(receiptStatus(r)), ui.Day(r.ReceivedOn), ui.Text(r.Reference), ui.Money(r.Amount), ui.Figure(r.Applied), ui.Figure(r.Unapplied()))})
		}
		list := page.List{Head: ui.HeadProps{Title: "Payments", Sub: "What arrived from " + c.LegalName + ", the newest first."}, Tables: []ui.TableProps{table}}
		return v.page(http.StatusOK, frame{Title: "Payments", Room: "payments"}, page.ListPage(list))
	})
}

// myPayment is one payment of the reader's company and the invoices it pays. Another's is answered like none.
func (v *visit) myPayment() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		c, err := v.me(t)
		if err != nil {
			return err
		}
		r, err := payments.ReceiptByID(v.ctx, t, id)
		if err != nil && fault.Kind(err) != fault.NotFound {
			return err
		}
		if err != nil || r.Payer != c.ID {
			return fault.New(fault.NotFound, "there is no such payment among yours")
		}
		table, err := v.myApplications(t, c.ID, r)
		if err != nil {
			return err
		}
		view := page.Record{
			Head:  ui.HeadProps{Title: r.Number(), Status: receiptStatus(r), Sub: "Received on " + ui.DayText(r.ReceivedOn), Crumbs: []ui.Anchor{{Label: "Payments", Href: "/my/payments"}}},
			Stats: []ui.StatProps{{Label: "Received", Value: ui.Money(r.Amount)}, {Label: "Applied", Value: ui.Money(r.Applied)}, {Label: "Not yet applied", Value: ui.Money(r.Unapplied())}},
			Body:  ui.Cells(page.TableOf(table)),
			Rail:  ui.Cells(ui.Facts("Payment", []ui.Fact{{Term: "Received on", Value: ui.Day(r.ReceivedOn)}, {Term: "Reference", Value: orDash(r.Reference)}})),
		}
		return v.page(http.StatusOK, frame{Title: r.Number(), Room: "payments"}, page.RecordPage(view))
	})
}

// myApplications links what the payment paid. A payment may settle an invoice of the same family that another member
// owes: that one is named, as the payer knows it, and stays closed.
func (v *visit) myApplications(q postgres.Querier, me customers.ID, r payments.Receipt) (ui.TableProps, error) {
	t := ui.TableProps{Title: "Pays", Columns: []ui.Column{{Label: "Invoice", Kind: ui.Tight}, {Label: "Applied on", Kind: ui.Tight}, {Label: "Amount", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Pays nothing yet", Text: "The money stands to your credit until it is applied to an invoice."}}
	var numbers []string
	for _, a := range r.Applications {
		numbers = append(numbers, a.Document)
	}
	rows, err := invoicing.Rows(v.ctx, q, numbers)
	for _, a := range r.Applications {
		var document templ.Component = ui.Text(a.Document)
		if rows[a.Document].Payer == me {
			document = ui.Link(a.Document, myInvoiceAddress(a.Document))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(document, ui.Day(a.BookedOn), ui.Money(a.Amount))})
	}
	t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Applied"), ui.Text(""), ui.Money(r.Applied))}}
	return t, err
}

// myStatus is the status as who pays may read it: what we gave up is our affair, and neither open nor paid.
func (v *visit) myStatus(r invoicing.Row, open money.Amount, lost map[string]bool) string {
	if payments.StatusOf(r, open, lost, v.Today()) == payments.Lost {
		return "Closed"
	}
	return v.invoiceStatus(r, open, lost)
}
