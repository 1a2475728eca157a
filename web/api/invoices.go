package api

import (
	"net/http"
	"net/url"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/usage"
)

// InvoiceAt names a document by its address.
type InvoiceAt struct {
	Number string `path:"number" maxLength:"64" doc:"The document's number" example:"NLUS-2026-000001"`
}

// invoice is an issued document in a list. Amounts of a credit note are negative.
type invoice struct {
	Number   string      `json:"number" example:"NLUS-2026-000001"`
	Kind     string      `json:"kind" enum:"invoice,credit_note"`
	Status   string      `json:"status" enum:"open,partial,overdue,paid,written_off,credited,void" doc:"As of today; credited: a credit note" example:"open"`
	Entity   string      `json:"entity" doc:"Code of who sells" example:"nlus"`
	Payer    string      `json:"payer" doc:"External id of who pays" example:"northwind"`
	IssuedOn period.Date `json:"issued_on" format:"date" example:"2026-01-01"`
	DueOn    period.Date `json:"due_on,omitzero" format:"date" example:"2026-01-31"`
	PONumber string      `json:"po_number,omitempty" example:"PO-4711"`
	Currency string      `json:"currency" example:"USD"`
	Net      string      `json:"net" example:"1000.00"`
	Tax      string      `json:"tax" example:"0.00"`
	Total    string      `json:"total" example:"1000.00"`
	Open     string      `json:"open" doc:"What is still to be paid, as booked now; negative: credited after it was paid" example:"1000.00"`
	VoidedOn period.Date `json:"voided_on,omitzero" format:"date" doc:"Taken back on this day"`
	Href     string      `json:"href" example:"/v1/invoices/NLUS-2026-000001"`
}

// Invoice is invoice under a name that the document's maker looks into where it is embedded.
type Invoice = invoice

// invoiceDetail is a document with all that it says.
type invoiceDetail struct {
	Invoice
	Seller string        `json:"seller" doc:"As printed" example:"Northlight Systems Inc."`
	Buyer  string        `json:"buyer" doc:"As printed" example:"Northwind Analytics LLC"`
	Lines  []invoiceLine `json:"lines"`
	Taxes  []taxRow      `json:"taxes" doc:"Line by line and jurisdiction by jurisdiction"`
}

type invoiceLine struct {
	Line        int         `json:"line" doc:"Its place on the document, from 1" example:"1"`
	Contract    string      `json:"contract" example:"C-2026-001"`
	ContractID  string      `json:"contract_line" doc:"The line of the contract" example:"seats"`
	Kind        string      `json:"kind" example:"fixed"`
	Product     string      `json:"product" example:"platform"`
	Description string      `json:"description" example:"Platform"`
	From        period.Date `json:"from" format:"date" example:"2026-01-01"`
	Through     period.Date `json:"through" format:"date" example:"2026-01-31"`
	Quantity    string      `json:"quantity" example:"25"`
	Unit        string      `json:"unit,omitempty" example:"seat"`
	Amount      string      `json:"amount" doc:"Before tax" example:"1000.00"`
	Corrects    string      `json:"corrects,omitempty" doc:"The document whose line this one corrects"`
}

type taxRow struct {
	Line    int    `json:"line" example:"1"`
	Place   string `json:"place" example:"US-NY"`
	Name    string `json:"name" example:"New York state sales tax"`
	Rate    string `json:"rate" doc:"A fraction" example:"0.04"`
	Taxable string `json:"taxable" example:"1000.00"`
	Tax     string `json:"tax" example:"40.00"`
	Reason  string `json:"reason,omitempty"`
	Note    string `json:"note,omitempty" doc:"What the law wants printed"`
}

var (
	exampleInvoice = invoice{Number: "NLUS-2026-000001", Kind: "invoice", Status: "open", Entity: "nlus", Payer: "northwind", IssuedOn: period.NewDate(2026, 1, 1), DueOn: period.NewDate(2026, 1, 31),
		Currency: "USD", Net: "1000.00", Tax: "40.00", Total: "1040.00", Open: "1040.00", Href: "/v1/invoices/NLUS-2026-000001"}
	exampleLine = invoiceLine{Line: 1, Contract: "C-2026-001", ContractID: "seats", Kind: "fixed", Product: "platform", Description: "Platform", From: period.NewDate(2026, 1, 1),
		Through: period.NewDate(2026, 1, 31), Quantity: "25", Unit: "seat", Amount: "1000.00"}
	exampleTax = taxRow{Line: 1, Place: "US-NY", Name: "New York state sales tax", Rate: "0.04", Taxable: "1000.00", Tax: "40.00"}
)

type invoiceQuery struct {
	Paged
	Search   string      `query:"search" maxLength:"200" doc:"The beginning of a number or of a purchase order number" example:"NLUS-2026"`
	Customer string      `query:"customer" maxLength:"200" doc:"External id of who pays" example:"northwind"`
	Entity   string      `query:"entity" maxLength:"20" doc:"Code of who sells" example:"nlus"`
	Kind     string      `query:"kind" enum:"invoice,credit_note"`
	Currency string      `query:"currency" maxLength:"3" example:"USD"`
	From     period.Date `query:"from" format:"date" doc:"Issued on or after" example:"2026-01-01"`
	Through  period.Date `query:"through" format:"date" doc:"Issued on or before" example:"2026-12-31"`
}

// askedCredit is what is sent to give back part of a line.
type askedCredit struct {
	Line   int    `json:"line" minimum:"1" doc:"Of the invoice, from 1" example:"1"`
	Amount string `json:"amount" minLength:"1" maxLength:"30" doc:"Before tax, positive, in the invoice's currency" example:"50.00"`
	Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Printed on the credit note" example:"An outage on 12 January"`
}

type creditAsked struct {
	Status  string `json:"status" enum:"requested" doc:"A person of finance decides"`
	Invoice string `json:"invoice" example:"NLUS-2026-000001"`
	Line    int    `json:"line" example:"1"`
	Amount  string `json:"amount" example:"50.00"`
}

func (s *server) invoiceOperations() []operation {
	return []operation{
		list(about{
			id: "list-invoices", method: http.MethodGet, path: "/v1/invoices", tag: tagInvoices, scope: access.InvoiceRead,
			summary: "Invoices and credit notes, the newest first", answer: page[invoice]{Items: []invoice{exampleInvoice}},
		}, invoicing.Row.Cursor, s.listInvoices, (*call).invoices),
		read(about{
			id: "get-invoice", method: http.MethodGet, path: "/v1/invoices/{number}", tag: tagInvoices, scope: access.InvoiceRead,
			summary: "A document with its lines and taxes", details: "As it was issued: nothing of it changes afterwards, but what is open on it.",
			answer: invoiceDetail{exampleInvoice, "Northlight Systems Inc.", "Northwind Analytics LLC", []invoiceLine{exampleLine}, []taxRow{exampleTax}},
		}, s.giveInvoice),
		read(about{
			id: "get-invoice-pdf", method: http.MethodGet, path: "/v1/invoices/{number}/pdf", tag: tagInvoices, scope: access.InvoiceRead,
			summary: "The document as PDF", details: "Drawn from what was frozen when it was issued: the same bytes each time.", produces: []string{"application/pdf"},
		}, s.givePDF),
		list(about{
			id: "list-invoice-line-usage", method: http.MethodGet, path: "/v1/invoices/{number}/lines/{line}/usage", tag: tagInvoices, scope: access.UsageRead,
			summary: "The usage events that a line counted", details: "As it stands now, the earliest first. A line that counts no usage is refused with 422, which says what it is made of.",
			answer: page[counted]{Items: []counted{exampleCounted}},
		}, func(e usage.CountedEvent) usage.EventCursor { return e.At }, s.listBehind, (*call).counted),
		write(about{
			id: "request-credit", method: http.MethodPost, path: "/v1/invoices/{number}/credits", tag: tagInvoices, scope: access.InvoiceWrite,
			roles: []access.Role{access.Support, access.Finance}, status: http.StatusAccepted,
			summary: "Request a credit on a line", details: "A person of finance who did not ask for it decides; the credit note follows. What could not be granted is refused at once.",
			request: askedCredit{1, "50.00", "An outage on 12 January"}, answer: creditAsked{"requested", "NLUS-2026-000001", 1, "50.00"},
		}, s.askCredit),
	}
}

func (s *server) listInvoices(c *call, in *invoiceQuery, after *invoicing.Cursor, limit int) ([]invoicing.Row, error) {
	f := invoicing.Filter{Search: in.Search, Kind: invoicing.Kind(in.Kind), Currency: money.Currency(in.Currency), From: in.From, Through: in.Through, Limit: limit}
	var err error
	if f.Entity, err = c.entityCalled(c.DB, "entity", in.Entity); err != nil {
		return nil, err
	}
	if in.Customer != "" {
		payer, err := c.customerCalled(c.DB, "customer", in.Customer)
		if err != nil {
			return nil, err
		}
		f.Payer = payer.ID
	}
	if after != nil {
		f.Before = *after
	}
	return invoicing.List(c.ctx, c.DB, f)
}

// invoices are views of documents, with what is open on each.
func (c *call) invoices(q postgres.Querier, rows []invoicing.Row) ([]invoice, error) {
	directory, err := entities.Load(c.ctx, q)
	if err != nil {
		return nil, err
	}
	var payers []customers.ID
	accounts := map[customers.AccountID]bool{}
	for _, r := range rows {
		payers = append(payers, r.Payer)
		accounts[r.Account] = true
	}
	named, err := customers.Placements(c.ctx, q, payers)
	if err != nil {
		return nil, err
	}
	items, err := ledger.Open(c.ctx, q, keys(accounts))
	if err != nil {
		return nil, err
	}
	open := map[string]money.Amount{}
	for _, i := range items {
		open[i.Document] = i.Amount
	}
	lost, err := payments.GivenUp(c.ctx, q)
	if err != nil {
		return nil, err
	}
	out := make([]invoice, len(rows))
	for i, r := range rows {
		seller, _ := directory.ByID(r.Entity)
		left := money.Zero(r.Total.Currency()).Add(open[r.Number])
		out[i] = invoice{Number: r.Number, Kind: string(r.Kind), Status: string(payments.StatusOf(r, left, lost, c.Today())), Entity: seller.Code, Payer: named[r.Payer].ExternalID, IssuedOn: r.IssuedOn, DueOn: r.DueOn, PONumber: r.PONumber,
			Currency: string(r.Total.Currency()), Net: r.Net.String(), Tax: r.Tax.String(), Total: r.Total.String(),
			Open: left.String(), VoidedOn: r.VoidedOn, Href: "/v1/invoices/" + url.PathEscape(r.Number)}
	}
	return out, nil
}

func (s *server) giveInvoice(c *call, in *InvoiceAt) (out invoiceDetail, err error) {
	err = c.DB.Snapshot(c.ctx, func(tx pgx.Tx) error {
		d, err := invoicing.Get(c.ctx, tx, in.Number)
		if err != nil {
			return err
		}
		rows, err := invoicing.Rows(c.ctx, tx, []string{d.Number})
		if err != nil {
			return err
		}
		views, err := c.invoices(tx, []invoicing.Row{rows[d.Number]})
		if err != nil {
			return err
		}
		out = invoiceDetail{Invoice: views[0], Seller: d.Seller.Name, Buyer: d.Buyer.Name, Lines: linesOf(d.Document), Taxes: []taxRow{}}
		for _, r := range d.TaxRows {
			out.Taxes = append(out.Taxes, taxRow{Line: r.Line, Place: r.Place, Name: r.Name, Rate: r.Rate.String(), Taxable: r.Taxable.String(), Tax: r.Tax.String(), Reason: string(r.Reason), Note: r.Note})
		}
		return nil
	})
	return out, err
}

func linesOf(d invoicing.Document) []invoiceLine {
	out := make([]invoiceLine, len(d.Lines))
	for i, l := range d.Lines {
		out[i] = invoiceLine{Line: i + 1, Contract: l.ContractNumber, ContractID: l.Line, Kind: string(l.Kind), Product: l.Product, Description: l.Description,
			From: l.Span.Start, Through: l.Span.Last(), Quantity: l.Detail.Quantity.String(), Unit: l.Detail.Unit, Amount: l.Amount.String()}
		if l.Corrects != nil {
			out[i].Corrects = l.Corrects.Document
		}
	}
	return out
}

func (s *server) givePDF(c *call, in *InvoiceAt) (file, error) {
	d, err := invoicing.Get(c.ctx, c.DB, in.Number)
	if err != nil {
		return file{}, err
	}
	body, err := invoicing.PDF(d.Document)
	return file{"application/pdf", d.Number + ".pdf", body}, err
}

type lineQuery struct {
	Paged
	InvoiceAt
	Line int `path:"line" minimum:"1" doc:"Of the document, from 1" example:"1"`
}

func (s *server) listBehind(c *call, in *lineQuery, after *usage.EventCursor, limit int) ([]usage.CountedEvent, error) {
	d, err := invoicing.Get(c.ctx, c.DB, in.Number)
	if err != nil {
		return nil, err
	}
	b, err := invoicing.Behind(c.ctx, c.DB, d, in.Line)
	if err != nil {
		return nil, err
	}
	if !b.Counted {
		return nil, fault.InvalidFields(fault.Field{Path: "line", Value: itoa(in.Line), Message: "counts no usage. " + b.Made})
	}
	var from usage.EventCursor
	if after != nil {
		from = *after
	}
	return usage.BehindPage(c.ctx, c.DB, b.Usage, from, limit)
}

func (s *server) askCredit(c *call, tx pgx.Tx, in *struct {
	InvoiceAt
	Body askedCredit
}) (creditAsked, error) {
	d, err := invoicing.Get(c.ctx, tx, in.Number)
	if err != nil {
		return creditAsked{}, err
	}
	amount, err := amountOf("amount", in.Body.Amount, d.Currency)
	if err != nil {
		return creditAsked{}, err
	}
	credit := invoicing.Credit{Invoice: d.Number, Line: in.Body.Line, Amount: amount, Reason: in.Body.Reason, On: c.Today()}
	if err := invoicing.AskCredit(c.ctx, tx, credit, c.by); err != nil {
		return creditAsked{}, err
	}
	return creditAsked{"requested", d.Number, in.Body.Line, amount.String()}, nil
}

// amountOf reads a positive amount of a currency.
func amountOf(path, text string, currency money.Currency) (money.Amount, error) {
	amount, err := money.ParseAmount(text, currency)
	switch {
	case err != nil:
		return amount, fault.InvalidFields(fault.Field{Path: path, Value: fault.Shown(text), Message: "is no amount of " + string(currency) + ", such as 50.00"})
	case amount.Sign() <= 0:
		return amount, fault.InvalidFields(fault.Field{Path: path, Value: fault.Shown(text), Message: "must be more than zero"})
	}
	return amount, nil
}

func keys[K comparable](set map[K]bool) []K {
	out := make([]K, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	return out
}
