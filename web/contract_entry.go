package web

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/foresight"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/invoicing"
	"ratable/web/page"
	"ratable/web/ui"
)

// documentForm is where a document is entered as it is; ?amend= fills in the one entered last.
func (v *visit) documentForm() error {
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
		view.Title, view.Text = titleOf(number), string(text)
		view.Sub = "Change the lines and say from which day the change counts in effective, and why in reason."
	}
	return v.showDocumentForm(http.StatusOK, view)
}

func (v *visit) showDocumentForm(status int, view page.ContractForm) error {
	return v.page(status, frame{Title: view.Title, Room: "contracts"}, page.ContractEntry(view))
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

// enterDocument previews a document, keeps it as a draft, submits it, or turns it into the form: buttons of one form,
// the same checks.
func (v *visit) enterDocument() error {
	source, err := v.sentDocument(contracts.MaxDocument)
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
	case "form":
		return v.asForm(view, d)
	}
	return v.previewContract(view, d)
}

// sentDocument is the file, when one was chosen, else the text; at most one byte more than may be sent, so that reading refuses it.
func (v *visit) sentDocument(most int64) ([]byte, error) {
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
	return io.ReadAll(io.LimitReader(f, most+1))
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
	view.Errors, view.Remarks = fields, remarksOf(fields)
	status := http.StatusUnprocessableEntity
	if fault.Kind(err) == fault.Conflict {
		status = http.StatusConflict
	}
	return v.showDocumentForm(status, view)
}

// remarksOf are findings to stand at their lines.
func remarksOf(found []fault.Field) (out []ui.Remark) {
	for _, f := range found {
		if f.Line > 0 {
			message := f.Path + " " + f.Message
			if f.Value != "" {
				message = f.Path + ": " + f.Value + " " + f.Message
			}
			out = append(out, ui.Remark{Line: f.Line, Message: message})
		}
	}
	return out
}

// keepContract records the version, and with submit asks for its approval in the same transaction.
func (v *visit) keepContract(view page.ContractForm, d contracts.Document, submit bool) error {
	if err := v.record(d, submit); err != nil {
		return v.sendBack(view, contracts.Placed([]byte(view.Text), err))
	}
	return v.redirect(contractAddress(d.Contract), kept(d.Contract, submit))
}

// record prepares a version and, with submit, asks for its approval in the same transaction.
func (v *visit) record(d contracts.Document, submit bool) error {
	return v.do(func(t tx) error {
		c, err := contracts.Prepare(v.ctx, t, d, v.Today(), v.By)
		if err != nil || !submit || c.Latest().Last() != "" {
			return err
		}
		return contracts.Submit(v.ctx, t, d.Contract, d.Reason, v.By)
	})
}

func kept(number string, submit bool) ui.Flash {
	if submit {
		return done(number + " waits for approval by another person")
	}
	return done(number + " is kept as a draft")
}

// previewContract holds the document against the books as entering it would, and runs the invoice runs of its term in
// memory.
func (v *visit) previewContract(view page.ContractForm, d contracts.Document) error {
	var p proposed
	err := v.DB.Snapshot(v.ctx, func(t tx) (err error) {
		p, err = v.propose(t, d)
		return err
	})
	if err != nil {
		return v.sendBack(view, contracts.Placed([]byte(view.Text), err))
	}
	if a, agreed := p.contract.Agreement(); agreed {
		view.Changes, view.From = differences(p.world.Catalog, a.Latest().Document, d), countsFrom(d)
	}
	a := agreedOrProposed(p.contract)
	guess, guesses := guessed(p.world.Catalog, meters(a), v.form)
	ahead, err := foresee(p.world, p.facts, a, guess, v.Today())
	if err != nil {
		return fmt.Errorf("preview contract %s: %w", d.Contract, err)
	}
	look := outlookView(a, ahead)
	view.Outlook, view.Guesses = &look, guesses
	return v.showDocumentForm(http.StatusOK, view)
}

// contractOutlook is the same for a contract that is there.
func (v *visit) contractOutlook() error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	view := page.Contract{Head: d.head(v, "outlook")}
	if view.Notes, err = v.contractHolds(d); err != nil { // the days below are those on which it would be billed but for these
		return err
	}
	look, guesses, err := v.outlook(d.Contract, v.query)
	if err != nil {
		return err
	}
	view.Outlook = look
	return v.page(http.StatusOK, frame{Title: d.Number + " outlook", Room: "contracts"}, page.ContractOutlook(view, guesses, contractAddress(d.Number)+"/outlook"))
}

// agreedOrProposed is the contract with its latest version, approved or not; one that was sent back counts only where there is
// no other.
func agreedOrProposed(c contracts.Contract) contracts.Agreement { return foresight.AgreedOrProposed(c) }

// agreedAtLeast is what the term brings in if nothing is ever used: fees, caps and commitments.
func (d dossier) agreedAtLeast() (money.Amount, error) {
	a := agreedOrProposed(d.Contract)
	pieces, err := contracts.Charges(a, d.catalog, nil, a.Term().End)
	sum := money.Zero(d.Currency)
	for _, p := range pieces {
		sum = sum.Add(p.Amount)
	}
	return sum, err
}

// outlook foresees a contract with its latest version, approved or not, from today's books on.
func (v *visit) outlook(c contracts.Contract, sent func(name string) string) (*page.Outlook, []page.Guess, error) {
	a := agreedOrProposed(c)
	var w invoicing.World
	var facts invoicing.Facts
	err := v.DB.Snapshot(v.ctx, func(t tx) (err error) {
		w, facts, err = v.decisive(t, c)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	guess, guesses := guessed(w.Catalog, meters(a), sent)
	ahead, err := foresee(w, facts, a, guess, v.Today())
	if err != nil {
		return nil, nil, fmt.Errorf("preview contract %s: %w", c.Number, err)
	}
	view := outlookView(a, ahead)
	return &view, guesses, nil
}

// guessed reads the expected usage of each meter; what is no quantity comes back with its message and counts as none.
func guessed(sold *catalog.Catalog, meters []string, sent func(name string) string) (expected, []page.Guess) {
	guess := expected{}
	var fields []page.Guess
	for _, code := range meters {
		meter, _ := sold.Meter(code)
		field := page.Guess{Meter: code, Label: cmp.Or(meter.Name, code), Value: sent("expect." + code)}
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
	if !o.Fee.IsZero() {
		view.Stats[3] = ui.StatProps{Label: "To be paid to us", Value: ui.Money(o.Net.Add(o.Tax).Sub(o.Fee)), Note: "gross less the marketplace's fee of " + ui.AmountText(o.Fee)}
	}
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
			invoice.Lines = append(invoice.Lines, page.OutlookLine{Text: l.Description, Span: l.Served(), Amount: l.Amount})
		}
		if !d.Fee.IsZero() {
			invoice.Lines = append(invoice.Lines, page.OutlookLine{Text: "Less the marketplace's fee", Span: d.Lines[0].Served(), Amount: d.Fee.Neg()})
		}
		view.Invoices = append(view.Invoices, invoice)
	}
	return view
}
