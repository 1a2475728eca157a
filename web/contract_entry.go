package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/invoicing"
	"ratable/web/page"
	"ratable/web/ui"
)

// contractForm is the empty form; ?customer= fills in the parties, ?amend= the document as it was entered last.
func (v *visit) contractForm() error {
	view := page.ContractForm{Title: "New contract", Text: startDocument}
	if number := v.query("amend"); number != "" {
		c, err := contracts.Get(v.ctx, v.DB, number)
		if err != nil {
			return err
		}
		d := c.Latest().Document
		d.Effective, d.Reason = v.Today().MonthOf().Next().First(), "Say why it is amended"
		text, err := contracts.Export(d)
		if err != nil {
			return err
		}
		view.Title, view.Text = "Amend "+number, string(text)
		view.Sub = "Change the lines and say from which day the change counts in effective, and why in reason."
	} else if id := v.queryNumber("customer"); id > 0 {
		c, err := customers.Get(v.ctx, v.DB, customers.ID(id), v.Today())
		if err != nil {
			return err
		}
		view.Text = strings.NewReplacer("customer: acme", "customer: "+c.ExternalID, "currency: USD", "currency: "+string(c.Currency)).Replace(startDocument)
	}
	return v.page(http.StatusOK, frame{Title: view.Title, Room: "contracts"}, page.ContractEntry(view))
}

// startDocument shows the shape of a contract to somebody who has never written one.
const startDocument = `contract: C-2026-001
title: What people call the deal
entity: rus
customer: acme
currency: USD
term: {from: 2026-05-01, through: 2027-04-30}
billing: {net_days: 30}
lines:
  - id: platform
    product: platform
    clause: § 2.1
    fixed: {quantity: 10, unit_price: 40.00, every: month}
`

// enterContract previews a document, keeps it as a draft, or submits it: three buttons of one form, the same checks.
func (v *visit) enterContract() error {
	source, err := v.sentDocument()
	if err != nil {
		return err
	}
	view := page.ContractForm{Title: "New contract", Text: strings.ReplaceAll(string(source), "\r\n", "\n")}
	d, err := contracts.Parse(source)
	if err != nil {
		return v.sendBack(view, err)
	}
	switch v.form("do") {
	case "draft", "submit":
		return v.keepContract(view, d, v.form("do") == "submit")
	}
	return v.previewContract(view, d)
}

// sentDocument is the file, when one was chosen, else the text.
func (v *visit) sentDocument() ([]byte, error) {
	file, err := v.echo.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) || err == nil && file.Size == 0 {
		return []byte(v.echo.FormValue("document")), nil
	}
	if err != nil {
		return nil, err
	}
	f, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, contracts.MaxDocument+1)) // one more than fits, so that Parse can refuse it
}

// sendBack shows the form again with each finding at its line; what is no finding about the document is an error page.
func (v *visit) sendBack(view page.ContractForm, err error) error {
	fields := fault.Fields(err)
	if fault.Kind(err) == fault.Conflict {
		fields = []fault.Field{{Path: "document", Message: sentence(err)}}
	}
	if len(fields) == 0 {
		return err
	}
	view.Errors = fields
	for _, f := range fields {
		if f.Line > 0 {
			message := f.Path + " " + f.Message
			if f.Value != "" {
				message = f.Path + ": " + f.Value + " " + f.Message
			}
			view.Remarks = append(view.Remarks, ui.Remark{Line: f.Line, Message: message})
		}
	}
	status := http.StatusUnprocessableEntity
	if fault.Kind(err) == fault.Conflict {
		status = http.StatusConflict
	}
	return v.page(status, frame{Title: view.Title, Room: "contracts"}, page.ContractEntry(view))
}

// keepContract records the version, and with submit asks for its approval in the same transaction.
func (v *visit) keepContract(view page.ContractForm, d contracts.Document, submit bool) error {
	err := v.do(func(t tx) error {
		c, err := contracts.Prepare(v.ctx, t, d, v.Today(), v.By)
		if err != nil || !submit || c.Latest().Last() != "" {
			return err
		}
		return contracts.Submit(v.ctx, t, d.Contract, d.Reason, v.By)
	})
	if err != nil {
		return v.sendBack(view, contracts.Placed([]byte(view.Text), err))
	}
	text := d.Contract + " is kept as a draft"
	if submit {
		text = d.Contract + " waits for approval by another person"
	}
	return v.redirect(contractAddress(d.Contract), done(text))
}

// errPreviewed takes a preview's transaction back.
var errPreviewed = errors.New("previewed")

// previewContract enters the document in a transaction that is taken back, so that it passes exactly the checks of a
// real one, and then runs the invoice runs of its term in memory.
func (v *visit) previewContract(view page.ContractForm, d contracts.Document) error {
	var c contracts.Contract
	err := v.do(func(t tx) (err error) {
		if c, err = contracts.Prepare(v.ctx, t, d, v.Today(), v.By); err != nil {
			return err
		}
		return errPreviewed
	})
	if !errors.Is(err, errPreviewed) {
		return v.sendBack(view, contracts.Placed([]byte(view.Text), err))
	}
	if a, agreed := c.Agreement(); agreed {
		view.Changes = differences(a.Latest().Document, d)
	}
	look, guesses, err := v.outlook(c, func(name string) string { return v.form(name) })
	if err != nil {
		return err
	}
	view.Outlook, view.Guesses = look, guesses
	return v.page(http.StatusOK, frame{Title: view.Title, Room: "contracts"}, page.ContractEntry(view))
}

// contractOutlook is the same for a contract that is there.
func (v *visit) contractOutlook() error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	view := page.Contract{Head: d.head(v, "outlook")}
	look, guesses, err := v.outlook(d.Contract, v.query)
	if err != nil {
		return err
	}
	view.Outlook = look
	return v.page(http.StatusOK, frame{Title: d.Number + " outlook", Room: "contracts"}, page.ContractOutlook(view, guesses, contractAddress(d.Number)+"/outlook"))
}

// proposed is the contract with its latest version, approved or not; one that was sent back counts only where there is
// no other.
func proposed(c contracts.Contract) contracts.Agreement {
	a, _ := c.Agreement()
	pending, ok := c.Pending()
	if !ok && len(a.Versions) > 0 {
		return a
	}
	return contracts.Agreement{Account: c.Account, Contract: c.ID, Number: c.Number, Entity: c.Entity, Customer: c.Customer, Payer: c.Payer,
		Currency: c.Currency, Concessions: c.Concessions, Versions: append(slices.Clone(a.Versions), pending.Version)}
}

// agreedAtLeast is what the term brings in if nothing is ever used: fees, caps and commitments.
func (d dossier) agreedAtLeast() (money.Amount, error) {
	a := proposed(d.Contract)
	pieces, err := contracts.Charges(a, d.catalog, nil, a.Term().End)
	sum := money.Zero(d.Currency)
	for _, p := range pieces {
		sum = sum.Add(p.Amount)
	}
	return sum, err
}

// outlook foresees a contract with its latest version, approved or not, from today's books on.
func (v *visit) outlook(c contracts.Contract, sent func(name string) string) (*page.Outlook, []page.Guess, error) {
	a := proposed(c)
	w, facts, err := v.previewFacts(a)
	if err != nil {
		return nil, nil, err
	}
	guess, guesses := guessed(w, a, sent)
	ahead, err := foresee(w, facts, a, guess, v.Today())
	if err != nil {
		return nil, nil, fmt.Errorf("preview contract %s: %w", c.Number, err)
	}
	view := outlookView(a, ahead)
	return &view, guesses, nil
}

// previewFacts loads what decides the account's documents, all of it as of one instant.
func (v *visit) previewFacts(a contracts.Agreement) (w invoicing.World, f invoicing.Facts, err error) {
	err = v.DB.Snapshot(v.ctx, func(t tx) error {
		if w, err = invoicing.LoadWorld(v.ctx, t, v.Today()); err != nil {
			return err
		}
		all, err := invoicing.LoadFacts(v.ctx, t, []customers.AccountID{a.Account}, v.Today())
		if err != nil {
			return err
		}
		f = all[0]
		if f.Customers, err = customers.LoadMany(v.ctx, t, []customers.ID{a.Customer, a.Payer}, v.Today()); err != nil {
			return err
		}
		f.Originals, err = invoicing.LoadOriginals(v.ctx, t, a.Account)
		return err
	})
	return w, f, err
}

// guessed reads the expected usage of each meter; what is no quantity comes back with its message and counts as none.
func guessed(w invoicing.World, a contracts.Agreement, sent func(name string) string) (expected, []page.Guess) {
	guess := expected{}
	var fields []page.Guess
	for _, code := range meters(a) {
		meter, _ := w.Catalog.Meter(code)
		field := page.Guess{Meter: code, Label: meter.Name, Value: sent("expect." + code)}
		if unit := units(meter.Unit); meter.Unit != "" && !strings.Contains(strings.ToLower(meter.Name), strings.ToLower(unit)) {
			field.Label += ", " + unit
		}
		if field.Value != "" {
			quantity, err := decimal.NewFromString(strings.ReplaceAll(field.Value, ",", ""))
			if err != nil || quantity.IsNegative() || len(field.Value) > 24 {
				field.Error = "is not a quantity such as 250000"
			} else {
				guess[code] = quantity
			}
		}
		fields = append(fields, field)
	}
	return guess, fields
}

func outlookView(a contracts.Agreement, o outlook) page.Outlook {
	view := page.Outlook{Net: o.Net, Tax: o.Tax, Stats: []ui.StatProps{
		{Label: "Revenue of the whole term", Value: ui.Money(o.Earned), Note: howMany(len(o.Months), "month")},
		{Label: "To be billed, net", Value: ui.Money(o.Net), Note: howMany(len(o.Invoices), "invoice")},
		{Label: "Tax", Value: ui.Money(o.Tax)},
		{Label: "To be billed, gross", Value: ui.Money(o.Net.Add(o.Tax))},
	}}
	if len(o.Meters) > 0 {
		view.Note = "Usage to come is what was entered as expected; without it, usage lines show what was used so far."
	}
	view.Chart = ui.ChartProps{Title: "Revenue by month", Kind: ui.Stacked, Head: "Month", Digits: a.Currency.Exponent(), Open: len(o.Months) <= 12}
	sure, used := ui.Series{Name: "Agreed"}, ui.Series{Name: "Usage"}
	for _, m := range o.Months {
		view.Chart.Labels = append(view.Chart.Labels, ui.MonthText(m.Month))
		sure.Marks = append(sure.Marks, ui.AmountMarks(m.Sure)...)
		used.Marks = append(used.Marks, ui.AmountMarks(m.Usage)...)
	}
	view.Chart.Series = []ui.Series{sure}
	if len(o.Meters) > 0 {
		view.Chart.Series = append(view.Chart.Series, used)
	}
	for _, d := range o.Invoices {
		invoice := page.OutlookInvoice{On: d.IssuedOn, Due: d.DueOn, Kind: string(d.Kind), Net: d.Net, Tax: d.Tax, Total: d.Total}
		for _, l := range d.Lines {
			invoice.Lines = append(invoice.Lines, page.OutlookLine{Text: l.Description, Span: l.Span, Amount: l.Amount})
		}
		view.Invoices = append(view.Invoices, invoice)
	}
	return view
}
