package web

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/payments"
	"ratable/web/page"
	"ratable/web/ui"
)

// receiptForm takes down one transfer; invoice=NUMBER fills it in for that invoice.
func (v *visit) receiptForm() error {
	typed := page.Typed{"received_on": v.Today().String(), "payer": v.query("payer")}
	if number := v.query("invoice"); number != "" {
		p, err := v.paper(v.DB, number)
		if err != nil {
			return err
		}
		typed["payer"], typed["reference"], typed["currency"] = p.Buyer.External, number, string(p.Currency)
		if p.open.Sign() > 0 {
			typed["amount"] = p.open.String()
		}
	}
	return v.showReceiptForm(http.StatusOK, typed, nil)
}

var receiptFields = []string{"payer", "received_on", "currency", "amount", "reference", "transaction", "match"}

// recordReceipt books the transfer and applies it to what its reference names.
func (v *visit) recordReceipt() error {
	typed := page.Typed{}
	for _, name := range receiptFields {
		typed[name] = v.form(name)
	}
	r, err := v.typedReceipt(typed)
	var out payments.Receipt
	if err == nil {
		err = v.do(func(t tx) error {
			out, err = payments.Record(v.ctx, t, r, v.By)
			return err
		})
	}
	if refusal(err) {
		return v.showReceiptForm(http.StatusUnprocessableEntity, typed, err)
	}
	if err != nil {
		return err
	}
	said := done(out.Number() + " is recorded.")
	if out.Repeated {
		said = ui.Flash{Text: "This transfer stands recorded already. Nothing was booked again.", Tone: ui.Warn}
	}
	return v.redirect(receiptAddress(out.Number()), said)
}

// typedReceipt reads the form; everything wrong with it comes in one go.
func (v *visit) typedReceipt(typed page.Typed) (payments.Receipt, error) {
	r := payments.Receipt{Reference: typed["reference"], Transaction: typed["transaction"], Unmatched: typed["match"] == "no"}
	var wrong []fault.Field
	complain := func(path, message string) {
		wrong = append(wrong, fault.Field{Path: path, Value: typed[path], Message: message})
	}
	payer, err := customers.ByExternalID(v.ctx, v.DB, typed["payer"], v.Today())
	switch {
	case fault.Kind(err) == fault.NotFound:
		complain("payer", "is no customer number we know")
	case err != nil:
		return r, err
	}
	r.Payer = payer.ID
	if r.ReceivedOn, err = period.ParseDate(typed["received_on"]); err != nil {
		complain("received_on", "is no day, such as "+v.Today().String())
	} else if r.ReceivedOn.After(v.Today()) {
		complain("received_on", "lies after today")
	}
	currency, err := money.ParseCurrency(typed["currency"])
	if err != nil {
		complain("currency", "is no currency code, such as EUR")
		currency = "EUR" // so that the amount is still looked at
	}
	r.Amount, err = v.typedAmount("amount", currency, false)
	wrong = append(wrong, fault.Fields(err)...)
	if len(wrong) > 0 {
		return r, fault.InvalidFields(wrong...)
	}
	return r, nil
}

func (v *visit) showReceiptForm(status int, typed page.Typed, refused error) error {
	errors := complaints(refused)
	field := func(f ui.FieldProps) ui.FieldProps {
		f.Value, f.Errors = typed[f.Name], errors
		return f
	}
	view := page.Ask{
		Head: ui.HeadProps{Title: "Record a transfer", Crumbs: []ui.Anchor{{Label: "Payments", Href: "/payments"}}},
		Form: ui.FormProps{Action: "/payments/new", Errors: errors},
		Fields: []ui.FieldProps{
			field(ui.FieldProps{Name: "payer", Label: "Customer number", Required: true, Hint: "As on the invoice"}),
			field(ui.FieldProps{Name: "received_on", Label: "Received on", Kind: ui.DateInput, Required: true}),
			field(ui.FieldProps{Name: "currency", Label: "Currency", Required: true, Placeholder: "EUR"}),
			field(ui.FieldProps{Name: "amount", Label: "Amount", Kind: ui.NumberInput, Required: true}),
			field(ui.FieldProps{Name: "reference", Label: "Reference", Required: true, Hint: "What the payer wrote; invoice numbers in it are found", Wide: true}),
			field(ui.FieldProps{Name: "transaction", Label: "Bank's name for it", Optional: true, Hint: "Keeps the same movement from being booked twice"}),
			field(ui.FieldProps{Name: "match", Label: "Apply it", Kind: ui.SelectInput, Options: []ui.Option{{Value: "", Label: "To the invoices it names, or of its amount"}, {Value: "no", Label: "To nothing yet"}}}),
		},
		Verb: ui.ButtonProps{Label: "Record it", Look: ui.Primary}, Back: "/payments",
	}
	return v.page(status, frame{Title: "Record a transfer", Room: "payments"}, page.AskPage(view))
}

// complaints are a refusal's fields; one without fields stands above the form.
func complaints(err error) []fault.Field { return prefixed("", err) }

// statementForm takes a bank statement.
func (v *visit) statementForm() error { return v.showStatement(http.StatusOK, "", nil, nil) }

// importStatement tries a statement out first; what was tried is sent again to be booked, so that what is booked is
// what was looked at.
func (v *visit) importStatement() error {
	text, err := v.upload("file", "rows")
	if err == nil && text == "" {
		err = fault.InvalidFields(fault.Field{Path: "file", Message: "is missing: choose a CSV file, or paste its rows"})
	}
	commit := v.form("step") == "commit"
	var found payments.Statement
	if err == nil {
		found, err = payments.ImportStatement(v.ctx, v.DB, strings.NewReader(text), !commit, v.Today(), v.By)
	}
	if refusal(err) {
		return v.showStatement(http.StatusUnprocessableEntity, text, nil, err)
	}
	if err != nil {
		return err
	}
	if commit && found.Count(payments.Refused) == 0 {
		return v.redirect("/payments", done(fmt.Sprintf("%s recorded, %d known already.", howMany(found.Count(payments.Recorded), "transfer"), found.Count(payments.Repeated))))
	}
	return v.showStatement(http.StatusOK, text, &found, nil)
}

// upload reads a file of a form, or the text area beside it.
func (v *visit) upload(file, area string) (string, error) {
	header, err := v.echo.FormFile(file)
	if err != nil { // no file, or no multipart form: then the text counts
		return v.echo.FormValue(area), nil
	}
	f, err := header.Open()
	if err != nil {
		return "", err
	}
	defer f.Close()
	var text bytes.Buffer
	_, err = io.Copy(&text, f)
	return text.String(), err
}

func (v *visit) showStatement(status int, text string, found *payments.Statement, refused error) error {
	errors := complaints(refused)
	view := page.Statement{
		Head:   ui.HeadProps{Title: "Import a bank statement", Crumbs: []ui.Anchor{{Label: "Payments", Href: "/payments"}}, Sub: "CSV with the header date,amount,currency,payer,reference and, if you have them, transaction and entity. The same file again books nothing twice."},
		Action: "/payments/statement", Text: text, Errors: errors,
	}
	if found != nil {
		view.Rows = v.statementTable(*found)
		view.Stats = []ui.StatProps{
			{Label: "Recorded", Value: ui.Count(int64(found.Count(payments.Recorded))), Note: whetherDry(*found)},
			{Label: "Known already", Value: ui.Count(int64(found.Count(payments.Repeated)))},
			{Label: "Refused", Value: ui.Count(int64(found.Count(payments.Refused)))},
		}
		view.Commit = found.DryRun && found.Count(payments.Recorded) > 0
	}
	return v.page(status, frame{Title: "Import a statement", Room: "payments"}, page.StatementPage(view))
}

func whetherDry(s payments.Statement) string {
	if s.DryRun {
		return "Tried out, nothing is booked yet"
	}
	return "Booked"
}

var outcomeWords = map[payments.Outcome]string{payments.Recorded: "Done", payments.Repeated: "Skipped", payments.Refused: "Rejected"}

func (v *visit) statementTable(s payments.Statement) *ui.TableProps {
	t := &ui.TableProps{Title: "Rows", Columns: []ui.Column{{Label: "Line", Kind: ui.Tight}, {Label: "Outcome"}, {Label: "Received", Kind: ui.Tight}, {Label: "Reference"}, {Label: "What becomes of it"}, {Label: "Amount", Kind: ui.Figures}, {Label: "Unapplied", Kind: ui.Figures}}}
	for _, r := range s.Rows {
		cells := ui.Cells(ui.Text(fmt.Sprint(r.Line)), ui.Status(outcomeWords[r.Outcome]), ui.Day(r.Receipt.ReceivedOn), ui.Text(r.Receipt.Reference), ui.Text(fate(r)), ui.Money(r.Receipt.Amount), ui.Figure(r.Receipt.Unapplied()))
		if r.Outcome == payments.Refused {
			cells[2], cells[3], cells[5], cells[6] = ui.Nothing(), ui.Nothing(), ui.Nothing(), ui.Nothing()
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

// fate says what a row pays, or why it was refused.
func fate(r payments.RowResult) string {
	if r.Outcome == payments.Refused {
		var out []string
		for _, f := range r.Fields() {
			out = append(out, f.Path+" "+f.Message)
		}
		if len(out) == 0 && r.Err != nil {
			return sentence(r.Err)
		}
		return strings.Join(out, "; ")
	}
	var pays []string
	for _, a := range r.Receipt.Applications {
		pays = append(pays, a.Document)
	}
	if len(pays) == 0 {
		return "Customer balance"
	}
	return "Pays " + strings.Join(pays, ", ")
}

// ageing is what is open by payer and by how late it is.
func (v *visit) ageing() error {
	on := v.queryDate("on")
	if on.IsZero() {
		on = v.Today()
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		n, err := v.namesOf(t, nil, nil)
		if err != nil {
			return err
		}
		s := payments.Scope{Currency: money.Currency(v.query("currency"))}
		if e, ok := n.entities.ByID(entities.ID(v.queryNumber("entity"))); ok {
			s.Entity = e.ID
		}
		report, err := payments.Ageing(v.ctx, t, on, s)
		if err != nil {
			return err
		}
		var payers []customers.ID
		for _, r := range report.Rows {
			payers = append(payers, r.Payer)
		}
		if n.customers, err = customers.NamesOf(v.ctx, t, unique(payers)); err != nil {
			return err
		}
		o := v.order(ageingKeys()...)
		sortBy(o, report.Rows, ageingColumns(n))
		report.Rows = calledLike(v.query("q"), report.Rows, func(r payments.AgeingRow) string { return n.customers[r.Payer] })
		if v.query("q") != "" {
			report.Totals = payments.TotalsOf(report.Rows)
		}
		if v.query("format") == "csv" {
			return v.ageingFile(report, n)
		}
		key := func(r payments.AgeingRow) string { return fmt.Sprintf("%d~%d~%s", r.Payer, r.Entity, r.Currency) }
		shown, pager := paged(v, from(v.query("after"), report.Rows, key), key)
		pager.Summary = fmt.Sprintf("%d of %d shown", len(shown), len(report.Rows))
		report.Rows = shown
		list := page.List{
			Head: v.paymentsHead("Ageing"),
			Filter: v.narrowing("/payments/ageing", "Customer", ui.FieldProps{Name: "on", Label: "As of", Kind: ui.DateInput},
				ui.FieldProps{Name: "entity", Label: "Sold by", Kind: ui.SelectInput, Options: entityOptions(n.entities)}, ui.FieldProps{Name: "currency", Label: "Currency", Placeholder: "EUR"}),
			Tables: []ui.TableProps{v.ageingTable(o, report, pager, n)},
		}
		list.Head.Sub = "Receivables at the end of " + ui.DayText(on) + ", by days past due."
		return v.page(http.StatusOK, frame{Title: "Ageing", Room: "payments"}, page.ListPage(list))
	})
}

// ageingKeys are what the report can be sorted by: the customer, each bucket by its number, and the two sums.
func ageingKeys() []string {
	keys := []string{"customer", "open", "unapplied"}
	for i := range payments.BucketNames {
		keys = append(keys, fmt.Sprint(i))
	}
	return keys
}

func ageingColumns(n names) map[string]func(a, b payments.AgeingRow) int {
	out := map[string]func(a, b payments.AgeingRow) int{
		"customer":  byText(func(r payments.AgeingRow) string { return n.customers[r.Payer] }),
		"open":      byAmount(func(r payments.AgeingRow) money.Amount { return r.Open }),
		"unapplied": byAmount(func(r payments.AgeingRow) money.Amount { return r.Unapplied }),
	}
	for i := range payments.BucketNames {
		out[fmt.Sprint(i)] = byAmount(func(r payments.AgeingRow) money.Amount { return r.Buckets[i] })
	}
	return out
}

func (v *visit) ageingTable(o order, report payments.AgeingReport, pager ui.Pager, n names) ui.TableProps {
	t := ui.TableProps{Caption: "Ageing", Pager: &pager, Columns: []ui.Column{v.column(o, "customer", "Customer", ui.Words), {Label: "Currency", Kind: ui.Tight}}, Wide: true,
		Empty: ui.EmptyProps{Title: "Nothing is open", Text: "Every invoice is paid, credited or void."}}
	for i, name := range payments.BucketNames {
		t.Columns = append(t.Columns, v.column(o, fmt.Sprint(i), name, ui.Figures))
	}
	t.Columns = append(t.Columns, v.column(o, "open", "Open", ui.Figures), v.column(o, "unapplied", "Unapplied", ui.Figures))
	row := func(r payments.AgeingRow, first string) ui.Row {
		out := ui.Row{Cells: ui.Cells(ui.Text(first), ui.Text(string(r.Currency)))}
		for _, b := range r.Buckets {
			out.Cells = append(out.Cells, figureOrBlank(b))
		}
		out.Cells = append(out.Cells, ui.Figure(money.Zero(r.Currency).Add(r.Open)), figureOrBlank(r.Unapplied))
		return out
	}
	for _, r := range report.Rows {
		line := row(r, n.customers[r.Payer])
		line.Href = narrowed("/invoices", "view", "open", "payer", int64(r.Payer), "currency", r.Currency)
		t.Rows = append(t.Rows, line)
	}
	for _, r := range report.Totals {
		t.Foot = append(t.Foot, row(r, "Sum"))
	}
	return t
}

func (v *visit) ageingFile(report payments.AgeingReport, n names) error {
	head := append([]string{"customer_id", "customer", "entity", "currency"}, payments.BucketNames[:]...)
	return v.csvFile("ageing-"+report.AsOf.String()+".csv", append(head, "open", "unapplied"), func(write func(cells ...string) error) error {
		for _, r := range report.Rows {
			seller, _ := n.entities.ByID(r.Entity)
			cells := []string{fmt.Sprint(r.Payer), n.customers[r.Payer], seller.Code, string(r.Currency)}
			for _, b := range r.Buckets {
				cells = append(cells, money.Zero(r.Currency).Add(b).String())
			}
			if err := write(append(cells, money.Zero(r.Currency).Add(r.Open).String(), money.Zero(r.Currency).Add(r.Unapplied).String())...); err != nil {
				return err
			}
		}
		return nil
	})
}
