package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/mail"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/web/page"
	"ratable/web/ui"
)

// paper is a document with all that its page tells about it, as of one moment.
type paper struct {
	invoicing.Issued
	open    money.Amount
	entries []ledger.Recorded // that touch it, oldest first
	mails   []mail.Entry      // latest first
	trail   []access.AuditRow
	names   names
	losses  []payments.Loss
}

func (v *visit) paper(q postgres.Querier, number string) (p paper, err error) {
	if p.Issued, err = invoicing.Get(v.ctx, q, number); err != nil {
		return p, err
	}
	if p.open, err = ledger.OpenOf(v.ctx, q, p.Account, number); err != nil {
		return p, err
	}
	p.open = money.Zero(p.Currency).Add(p.open)
	if p.entries, err = ledger.EntriesPage(v.ctx, q, ledger.EntryFilter{Account: p.Account, Document: number, Limit: 500}); err != nil {
		return p, err
	}
	slices.Reverse(p.entries)
	if p.mails, err = invoicing.Mails(v.ctx, q, number); err != nil {
		return p, err
	}
	if p.trail, err = access.AuditPage(v.ctx, q, access.AuditFilter{Subject: access.Subject{Kind: string(p.Kind), Key: number}, Limit: 20}); err != nil {
		return p, err
	}
	if p.losses, err = payments.LossesOf(v.ctx, q, p.Account, number); err != nil {
		return p, err
	}
	p.names, err = v.namesOf(q, nil, nil)
	return p, err
}

func (p paper) row() invoicing.Row {
	return invoicing.Row{Number: p.Number, Kind: p.Kind, Account: p.Account, Payer: p.Payer, IssuedOn: p.IssuedOn, DueOn: p.DueOn, Total: p.Total, Voided: p.Voided != nil}
}

// invoice is a document as its PDF shows it, and what happened to it since.
func (v *visit) invoice() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		p, err := v.paper(t, v.param("number"))
		if err != nil {
			return err
		}
		view := page.Invoice{Sheet: v.sheet(p.Document)}
		view.Head = v.invoiceHead(p)
		view.Parts = invoiceNotes(p)
		view.Body = []templ.Component{page.TableOf(p.statement()), page.TableOf(mailTable(p.mails, v.may(get, "/outbox/:id")))}
		if len(p.losses) > 0 {
			view.Body = append(view.Body, page.TableOf(lossTable(p.losses)))
		}
		view.Rail = []templ.Component{ui.Facts("Document", v.invoiceFacts(p)), page.Trail("Trail", trailEvents(p.trail))}
		return v.page(http.StatusOK, frame{Title: p.Number, Room: "invoices"}, page.InvoicePage(view))
	})
}

func trailEvents(rows []access.AuditRow) []ui.Event {
	var out []ui.Event
	for _, r := range rows {
		out = append(out, trailEvent(r))
	}
	return out
}

// invoiceHead offers what this reader may do to this document as it stands.
func (v *visit) invoiceHead(p paper) ui.HeadProps {
	at := invoiceAddress(p.Number)
	h := ui.HeadProps{
		Title: p.Number, Status: v.invoiceStatus(p.row(), p.open, map[string]bool{p.Number: givenUpOf(p.losses, p.Currency).Sign() > 0}), Sub: subjectKind(string(p.Kind)) + " to " + p.Buyer.Name,
		Crumbs: []ui.Anchor{{Label: "Invoices", Href: "/invoices"}},
		Others: ui.Cells(ui.Button(ui.ButtonProps{Label: "PDF", Href: at + "/pdf"}), ui.Button(ui.ButtonProps{Label: "Download", Href: at + "/pdf?download=1", Icon: "download"})),
	}
	if v.may(post, "/invoices/:number/send") {
		h.Others = append(h.Others, ui.Post(ui.PostProps{Action: at + "/send", Button: ui.ButtonProps{Label: "Send again"}}))
	}
	if p.Kind == entities.Invoice && p.Voided == nil && v.may(get, "/invoices/:number/credit") {
		h.Others = append(h.Others, ui.Button(ui.ButtonProps{Label: "Credit", Href: at + "/credit"}))
	}
	if p.Voidable(p.open) == nil && v.may(get, "/invoices/:number/void") {
		h.Others = append(h.Others, ui.Button(ui.ButtonProps{Label: "Void", Href: at + "/void", Look: ui.Danger}))
	}
	h.Others = append(h.Others, v.lossActions(p)...)
	switch {
	case p.open.Sign() > 0 && v.may(get, "/payments/new"):
		h.Action = ui.Button(ui.ButtonProps{Label: "Record payment", Href: "/payments/new?invoice=" + escape(p.Number), Look: ui.Primary})
	case p.open.Sign() < 0 && p.Kind == entities.Invoice && v.may(post, "/invoices/:number/release"):
		h.Action = ui.Confirm(ui.ConfirmProps{Label: "Release overpayment", Look: ui.Primary, Action: at + "/release", Confirm: "Release it",
			Text: ui.AmountText(p.open.Neg()) + " was paid too much, because the invoice was credited after it was paid. It becomes the customer's balance and can pay other invoices."})
	}
	return h
}

func invoiceNotes(p paper) []templ.Component {
	var out []templ.Component
	if x := p.Voided; x != nil {
		out = append(out, page.Notice(page.Note{Title: "Voided on " + ui.DayText(x.On), Text: x.Reason, Tone: ui.Warn}))
	}
	if len(p.mails) == 0 {
		out = append(out, page.Notice(page.Note{Title: "Not sent", Text: "Nobody is named to send it to. Add a contact to the customer, then send it.", Tone: ui.Warn,
			Link: ui.Anchor{Label: "Open the customer", Href: customerAddress(p.Payer)}}))
	} else if m := p.mails[0]; m.State == mail.Failed {
		out = append(out, page.Notice(page.Note{Title: "The e-mail failed", Text: m.LastError, Tone: ui.Bad, Link: ui.Anchor{Label: "Open the message", Href: messageAddress(m.ID)}}))
	}
	return out
}

func (v *visit) invoiceFacts(p paper) []ui.Fact {
	facts := []ui.Fact{
		{Term: "Customer", Value: ui.Link(p.Buyer.Name, customerAddress(p.Payer))},
		{Term: "Open", Value: ui.Money(p.open)},
		{Term: "Total", Value: ui.Money(p.Total)},
		{Term: "Issued", Value: ui.Day(p.IssuedOn)},
		{Term: "Due", Value: dueDay(p.row())},
		{Term: "Sold by", Value: ui.Text(p.names.entity(p.Entity))},
	}
	for _, number := range p.contracts() {
		facts = append(facts, ui.Fact{Term: "Contract", Value: ui.Link(number, contractAddress(number))})
	}
	if len(p.mails) > 0 {
		facts = append(facts, ui.Fact{Term: "E-mail", Value: ui.Status(capital(string(p.mails[0].State)))})
	}
	if p.Run != 0 {
		facts = append(facts, ui.Fact{Term: "Issued by", Value: v.runLink(p)})
	} else {
		facts = append(facts, ui.Fact{Term: "Issued by", Value: ui.Text("Hand")})
	}
	return facts
}

func (v *visit) runLink(p paper) templ.Component {
	if !v.may(get, "/runs/invoices/:day") {
		return ui.Text("Run of " + ui.DayText(p.IssuedOn))
	}
	return ui.Link("Run of "+ui.DayText(p.IssuedOn), "/runs/invoices/"+p.IssuedOn.String())
}

func (p paper) contracts() []string {
	var out []string
	for _, l := range p.Lines {
		out = append(out, l.ContractNumber)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// statement is the document's own account: what asked for it, paid it, credited it, and what that left open. A credit
// note's statement is what it took off the invoices it corrects.
func (p paper) statement() ui.TableProps {
	t := ui.TableProps{Title: "Statement", Columns: []ui.Column{{Label: "Day", Kind: ui.Tight}, {Label: "What happened"}, {Label: "Document"}, {Label: "Amount", Kind: ui.Figures}, {Label: "Open", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing booked", Text: "A document of 0.00 moves no balance."}}
	sum := money.Zero(p.Currency)
	for _, e := range p.entries {
		moved := money.Zero(p.Currency)
		for _, x := range e.Postings {
			if x.Account == ledger.AccountsReceivable && (x.Document == p.Number || p.Kind == entities.CreditNote && ownEntry(e, p.Number)) {
				moved = moved.Add(x.Amount)
			}
		}
		sum = sum.Add(moved)
		t.Rows = append(t.Rows, ui.Row{Href: entryAddress(e.Entry), Cells: ui.Cells(ui.Day(e.BookedOn), ui.Text(e.Memo), sourceLink(e.Source), ui.Figure(moved), ui.Figure(sum))})
	}
	t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Open"), ui.Text(""), ui.Text(""), ui.Text(""), ui.Money(p.open))}}
	if p.Kind == entities.CreditNote {
		t.Foot = nil
	}
	return t
}

func ownEntry(e ledger.Recorded, number string) bool { return strings.HasSuffix(e.Source, ":"+number) }

// sheet is a document in the shape of its PDF.
func (v *visit) sheet(d invoicing.Document) page.Sheet {
	p := d.Printed()
	s := page.Sheet{
		Kind: subjectKind(string(d.Kind)), Number: d.Number, About: p.About, Currency: string(d.Currency), Total: d.Total, TotalLabel: "Total due, " + string(d.Currency), Notes: p.Notes,
		Headline: fmt.Sprintf("%s %s due %s", d.Currency, d.Total.Display(), ui.DayText(d.DueOn)),
		Seller:   party("From", d.Seller), Buyer: party("Bill to", d.Buyer),
	}
	s.Facts = []ui.Fact{{Term: s.Kind + " number", Value: ui.Text(d.Number)}, {Term: "Issued", Value: ui.Day(d.IssuedOn)}}
	switch {
	case d.Kind == entities.CreditNote:
		s.Headline, s.TotalLabel = fmt.Sprintf("%s %s credited to you", d.Currency, d.Total.Neg().Display()), "Total credit, "+string(d.Currency)
	default:
		s.Facts = append(s.Facts, ui.Fact{Term: "Due", Value: ui.Day(d.DueOn)})
	}
	if d.PONumber != "" {
		s.Facts = append(s.Facts, ui.Fact{Term: "Your purchase order", Value: ui.Text(d.PONumber)})
	}
	if d.Buyer.External != "" {
		s.Facts = append(s.Facts, ui.Fact{Term: "Customer number", Value: ui.Text(d.Buyer.External)})
	}
	for _, t := range p.Totals {
		s.Totals = append(s.Totals, page.SheetTotal(t))
	}
	for _, b := range p.Bank {
		s.Bank = append(s.Bank, ui.Fact{Term: b[0], Value: ui.Text(b[1])})
	}
	s.Lines = v.sheetLines(d, p)
	v.leaf(&s, d)
	return s
}

// sheetLength is how many lines of a long document stand on one page; one that is half as long again is shown whole.
const sheetLength = 50

// leaf keeps the lines of a long document that the address asks for. The PDF has them all.
func (v *visit) leaf(s *page.Sheet, d invoicing.Document) {
	n := len(s.Lines)
	if d.Seq == 0 || n <= sheetLength*3/2 {
		return
	}
	from := 1
	if asked := v.queryNumber("from"); asked > 1 && asked <= int64(n) {
		from = int(asked)
	}
	through := min(n, from+sheetLength-1)
	s.Lines = s.Lines[from-1 : through]
	s.Pager = &ui.Pager{Summary: fmt.Sprintf("Lines %d to %d of %d", from, through, n), Label: "Pages of lines"}
	if from > 1 {
		s.Pager.First = v.with("from", "")
	}
	if through < n {
		s.Pager.Next = v.with("from", fmt.Sprint(through+1))
	}
}

// sheetLines links each line to the contract that asked for it and to how it is booked.
func (v *visit) sheetLines(d invoicing.Document, p invoicing.Printed) []page.SheetLine {
	var out []page.SheetLine
	for i, l := range p.Lines {
		line := page.SheetLine{Number: fmt.Sprint(l.Place), Description: l.Description, Span: l.Span, Part: l.Part, Quantity: l.Quantity, Price: l.Price, Unit: l.Unit, Amount: l.Amount,
			User: l.User, First: l.User != "" && (i == 0 || p.Lines[i-1].User != l.User)}
		source := d.Lines[l.Place-1]
		if l.User != "" && v.may(get, "/customers/:id") {
			line.UserHref = customerAddress(source.Customer)
		}
		if l.Contract != "" && (line.First || i == 0 || p.Lines[i-1].Contract != l.Contract) {
			line.Group = "Contract " + l.Contract
		}
		for _, sum := range l.Sums {
			line.Sums = append(line.Sums, page.SheetTotal(sum))
		}
		line.Contract, line.About, _ = strings.Cut(l.About, "\n")
		line.ContractHref = contractAddress(source.ContractNumber)
		if v.may(get, "/ledger/postings") && d.Seq > 0 {
			line.Href = postingsAddress("contract", source.Contract, "line", source.Line, "document", d.Number)
		}
		if d.Seq > 0 {
			at := invoiceAddress(d.Number)
			if v.visiting() {
				at = myInvoiceAddress(d.Number)
			}
			line.BehindHref = lineAddress(at, l.Place)
		}
		for _, s := range l.Steps {
			line.Steps = append(line.Steps, page.SheetStep(s))
		}
		out = append(out, line)
	}
	return out
}

func party(label string, p invoicing.Party) page.Party {
	out := page.Party{Label: label, Name: p.Name, Lines: p.Lines, Details: slices.Clone(p.TaxIDs)}
	if p.Email != "" {
		out.Details = append(out.Details, p.Email)
	}
	return out
}

// invoicePDF shows the document in the browser's own viewer, or hands it over as a file.
func (v *visit) invoicePDF() error {
	d, err := invoicing.Get(v.ctx, v.DB, v.param("number"))
	if err != nil {
		return err
	}
	content, err := invoicing.PDF(d.Document)
	if err != nil {
		return err
	}
	return v.file(d.Number+".pdf", "application/pdf", content, v.query("download") == "")
}

// file answers with a document of ours; inline where a browser can show it safely.
func (v *visit) file(name, contentType string, content []byte, inline bool) error {
	disposition := "attachment"
	if inline {
		disposition = "inline"
	}
	h := v.echo.Response().Header()
	h.Set("Content-Disposition", disposition+`; filename="`+strings.Map(plainName, name)+`"`)
	h.Set("Content-Length", fmt.Sprint(len(content)))
	return v.echo.Blob(http.StatusOK, contentType, content)
}

// plainName keeps a file name free of what ends a header's quotes or begins another folder.
func plainName(r rune) rune {
	if r < 0x20 || r > 0x7e || strings.ContainsRune(`"\/:;`, r) {
		return '_'
	}
	return r
}

// sendInvoice puts the document into the outbox once more.
func (v *visit) sendInvoice() error {
	number := v.param("number")
	err := v.do(func(t tx) error {
		_, err := invoicing.Resend(v.ctx, t, number, v.Today(), v.By)
		return err
	})
	if err != nil {
		return err
	}
	return v.redirect(invoiceAddress(number), done(number+" is in the outbox and will be sent within a minute."))
}
