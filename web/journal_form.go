package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/journals"
	"ratable/ledger"
	"ratable/web/page"
	"ratable/web/ui"
)

// journalRows is how many empty lines a form begins with, and how many more it grows by.
const journalRows = 4

// newJournal is an empty form, or one filled in from a template, from a journal that was sent back or is to be like.
func (v *visit) newJournal() error {
	w := journals.Written{On: v.Today().String()}
	id := journals.ID(max(v.queryNumber("corrects"), v.queryNumber("like")))
	if id != 0 {
		j, err := journals.Get(v.ctx, v.DB, id)
		if err != nil {
			return err
		}
		if w, err = v.writtenAgain(v.DB, j); err != nil {
			return err
		}
		if v.queryNumber("corrects") != 0 {
			w.Corrects = id
		}
	} else if code := v.query("template"); code != "" {
		tpl, err := journals.FindTemplate(v.ctx, v.DB, code)
		if err != nil {
			return err
		}
		w.Template, w.Reason, w.Lines = tpl.Code, tpl.Name, tpl.Fill(money.Amount{}) // shares come with the total
	}
	return v.showJournalForm(http.StatusOK, w, nil, nil)
}

// writtenAgain is a journal as somebody might have typed it.
func (v *visit) writtenAgain(q postgres.Querier, j journals.Journal) (journals.Written, error) {
	n, err := v.journalNames(q, j)
	if err != nil {
		return journals.Written{}, err
	}
	var people []customers.ID
	for _, l := range j.Lines {
		people = append(people, l.Customer)
	}
	known, err := customers.LoadMany(v.ctx, q, unique(people), v.Today())
	if err != nil {
		return journals.Written{}, err
	}
	e, _ := n.entities.ByID(j.Entity)
	w := journals.Written{Entity: e.Code, Currency: string(j.Currency), Book: string(j.Book), On: j.On.String(), Reason: j.Reason, Every: string(j.Every), Template: j.Template}
	if !j.ReversesOn.IsZero() {
		w.ReversesOn = j.ReversesOn.String()
	}
	if !j.Through.IsZero() {
		w.Through = j.Through.String()
	}
	for _, l := range j.Lines {
		x := journals.WrittenLine{Account: l.Account.Info().Code, Customer: known[l.Customer].ExternalID, Contract: n.contracts[l.Contract], Line: l.Line, Document: l.Document}
		if l.Amount.Sign() > 0 {
			x.Debit = l.Amount.String()
		} else {
			x.Credit = l.Amount.Neg().String()
		}
		if !l.Month.IsZero() {
			x.Month = l.Month.String()
		}
		w.Lines = append(w.Lines, x)
	}
	return w, nil
}

// typedJournal reads the form.
func (v *visit) typedJournal() journals.Written {
	w := journals.Written{Entity: v.form("entity"), Currency: strings.ToUpper(v.form("currency")), Book: v.form("book"), On: v.form("on"), Reason: v.form("reason"), ReversesOn: v.form("reverses_on"),
		Every: v.form("every"), Through: v.form("through"), Template: v.form("template")}
	_, _ = fmt.Sscan(v.form("corrects"), &w.Corrects)
	for i := range 500 {
		at := fmt.Sprintf("lines[%d].", i)
		if _, sent := v.echo.Request().Form[at+"account"]; !sent {
			break
		}
		w.Lines = append(w.Lines, journals.WrittenLine{Account: v.form(at + "account"), Debit: v.form(at + "debit"), Credit: v.form(at + "credit"), Customer: v.form(at + "customer"),
			Contract: v.form(at + "contract"), Line: v.form(at + "line"), Document: v.form(at + "document"), Month: v.form(at + "month")})
	}
	return w
}

// enterJournal previews what was typed, keeps it as a draft, or asks for its approval.
func (v *visit) enterJournal() error {
	_ = v.form("step") // parses the form
	w := v.typedJournal()
	switch v.form("step") {
	case "more":
		return v.showJournalForm(http.StatusOK, blank(w), nil, nil)
	case "split":
		return v.splitTotal(w)
	case "read":
		return v.readJournalFile(w)
	case "preview":
		j, err := journals.Read(v.ctx, v.DB, w)
		if found := fault.Fields(err); len(found) > 0 {
			return v.showJournalForm(http.StatusUnprocessableEntity, w, found, nil)
		}
		if err != nil {
			return err
		}
		return v.showJournalForm(http.StatusOK, w, nil, ui.Cells(hledgerPreview(j.Preview())))
	}
	var j journals.Journal
	err := v.do(func(t tx) (err error) {
		if j, err = journals.Enter(v.ctx, t, w, v.By); err == nil && v.form("step") == "submit" {
			err = journals.Submit(v.ctx, t, j.ID, v.By)
		}
		return err
	})
	if found := fault.Fields(err); len(found) > 0 {
		return v.showJournalForm(http.StatusUnprocessableEntity, w, found, nil)
	}
	if err != nil {
		return err
	}
	if v.form("step") == "submit" {
		return v.redirect(journalAddress(j.ID), done("The journal waits for approval by another person"))
	}
	return v.redirect(journalAddress(j.ID), done("The draft is kept"))
}

// splitTotal fills in the shares of the template that the journal is written from.
func (v *visit) splitTotal(w journals.Written) error {
	tpl, err := journals.FindTemplate(v.ctx, v.DB, w.Template)
	if err != nil {
		return err
	}
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	e, _ := directory.ByCode(w.Entity)
	c, err := money.ParseCurrency(cmp.Or(w.Currency, string(e.Currency)))
	if err != nil {
		return v.showJournalForm(http.StatusUnprocessableEntity, w, []fault.Field{{Path: "currency", Value: w.Currency, Message: "is not an ISO 4217 currency"}}, nil)
	}
	total, err := money.ParseAmount(strings.ReplaceAll(v.form("total"), ",", ""), c)
	if err != nil || total.Sign() <= 0 {
		return v.showJournalForm(http.StatusUnprocessableEntity, w, []fault.Field{{Path: "total", Value: v.form("total"), Message: "must be an amount above zero, such as 1234.50"}}, nil)
	}
	w.Lines = tpl.Fill(total)
	return v.showJournalForm(http.StatusOK, w, nil, nil)
}

func blank(w journals.Written) journals.Written {
	w.Lines = append(w.Lines, make([]journals.WrittenLine, journalRows)...)
	return w
}

// readJournalFile puts the lines of a file into the form, with what is wrong with each of its rows.
func (v *visit) readJournalFile(w journals.Written) error {
	_, content, err := v.sentFile("file")
	if err != nil {
		return err
	}
	lines, err := journals.ReadCSV(content)
	if found := fault.Fields(err); len(found) > 0 {
		return v.showJournalForm(http.StatusUnprocessableEntity, w, found, nil)
	}
	if err != nil {
		return err
	}
	w.Lines = lines
	_, err = journals.Read(v.ctx, v.DB, w)
	found := slices.DeleteFunc(fault.Fields(err), func(f fault.Field) bool { return !strings.HasPrefix(f.Path, "lines") })
	if len(found) > 0 {
		return v.showJournalForm(http.StatusUnprocessableEntity, w, found, nil)
	}
	return v.showJournalForm(http.StatusOK, w, nil, nil)
}

func (v *visit) showJournalForm(status int, w journals.Written, found []fault.Field, shown []templ.Component) error {
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	sellers := make([]ui.Option, len(directory.All()))
	for i, e := range directory.All() {
		sellers[i] = ui.Option{Value: e.Code, Label: e.Name}
	}
	if len(sellers) > 0 {
		w.Entity = cmp.Or(w.Entity, sellers[0].Value)
	}
	for len(w.Lines) < journalRows {
		w.Lines = append(w.Lines, journals.WrittenLine{})
	}
	head := ui.HeadProps{Title: "New journal", Sub: "Another person approves it, and so it is posted. What a sub-ledger proves, such as receivables and deferred revenue, is not booked by hand.", Crumbs: []ui.Anchor{{Label: "Journals", Href: "/journals"}}}
	if w.Corrects != 0 {
		head.Title = fmt.Sprintf("Correct journal %d", w.Corrects)
	}
	view := page.JournalForm{Head: head, Shown: shown,
		Form: ui.FormProps{Action: "/journals/new", Files: true, Errors: found, Values: []ui.Value{{Name: "template", Value: w.Template}, {Name: "corrects", Value: fmt.Sprint(w.Corrects)}}},
		File: []ui.FieldProps{{Name: "file", Label: "Lines from a CSV file", Kind: ui.FileInput, Accept: ".csv,.txt", Optional: true, Wide: true, Errors: found, Hint: "Its first row names columns: account, debit, credit, and any of customer, contract, line, document, month. They take the place of the lines above."}}}
	every := []ui.Option{{Value: "", Label: "Not at all"}, {Value: "month", Label: "Every month"}, {Value: "quarter", Label: "Every quarter"}, {Value: "half-year", Label: "Every half-year"}, {Value: "year", Label: "Every year"}}
	view.Fields = []ui.FieldProps{
		{Name: "reason", Label: "Reason", Value: w.Reason, Required: true, Wide: true, Errors: found},
		{Name: "entity", Label: "Entity", Kind: ui.SelectInput, Value: w.Entity, Options: sellers, Errors: found},
		{Name: "on", Label: "Day", Kind: ui.DateInput, Value: w.On, Required: true, Errors: found},
		{Name: "currency", Label: "Currency", Value: w.Currency, Optional: true, Placeholder: "of the entity", Errors: found},
		{Name: "reverses_on", Label: "Takes itself back on", Kind: ui.DateInput, Value: w.ReversesOn, Optional: true, Errors: found, Hint: "Usual is the first of the next month"},
		{Name: "book", Label: "Book", Kind: ui.SelectInput, Value: w.Book, Options: []ui.Option{{Value: "", Label: "Every book"}, {Value: string(ledger.USGAAP), Label: "US GAAP only"}, {Value: string(ledger.IFRS), Label: "IFRS only"}}, Errors: found},
		{Name: "every", Label: "Repeats", Kind: ui.SelectInput, Value: w.Every, Options: every, Errors: found},
		{Name: "through", Label: "Repeats through", Kind: ui.DateInput, Value: w.Through, Optional: true, Errors: found},
	}
	if view.Split = w.Template != ""; view.Split {
		view.Fields = append(view.Fields, ui.FieldProps{Name: "total", Label: "Total that the template splits", Kind: ui.NumberInput, Value: v.form("total"), Optional: true, Errors: found})
	}
	accounts := []ui.Option{{Value: "", Label: "Choose"}}
	for _, i := range journals.Free() {
		accounts = append(accounts, ui.Option{Value: i.Code, Label: i.Name})
	}
	for i, l := range w.Lines {
		view.Lines = append(view.Lines, journalLineView(i, l, accounts, found))
	}
	return v.page(status, frame{Title: head.Title, Room: "journals"}, page.JournalFormPage(view))
}

func journalLineView(i int, l journals.WrittenLine, accounts []ui.Option, found []fault.Field) page.JournalLine {
	at := fmt.Sprintf("lines[%d].", i)
	if l.Account != "" && !slices.ContainsFunc(accounts, func(o ui.Option) bool { return o.Value == l.Account }) {
		accounts = append(slices.Clip(accounts), ui.Option{Value: l.Account, Label: l.Account}) // what a file says, to be seen beside why it cannot be
	}
	field := func(name, label, value string) ui.FieldProps {
		return ui.FieldProps{Name: at + name, Label: label, Value: value, Errors: found}
	}
	account, debit, credit := field("account", "Account", l.Account), field("debit", "Debit", l.Debit), field("credit", "Credit", l.Credit)
	account.Kind, account.Options = ui.SelectInput, accounts
	debit.Kind, credit.Kind = ui.NumberInput, ui.NumberInput
	month := field("month", "Belongs to month", l.Month)
	month.Kind = ui.MonthInput
	out := page.JournalLine{Main: []ui.FieldProps{account, debit, credit}, More: []ui.FieldProps{field("customer", "Customer id", l.Customer), field("contract", "Contract", l.Contract),
		field("line", "Contract line", l.Line), field("document", "Document", l.Document), month}}
	out.Open = l.Customer+l.Contract+l.Line+l.Document+l.Month != ""
	for _, f := range found {
		if slices.ContainsFunc(out.More, func(m ui.FieldProps) bool { return m.Name == f.Path }) {
			out.Open = true
		}
	}
	return out
}

// hledgerPreview shows entries as plain-text accounting writes them.
func hledgerPreview(entries []ledger.Entry) templ.Component {
	var b strings.Builder
	for i, e := range entries {
		if i > 0 {
			b.WriteString("\n\n")
		}
		fmt.Fprintf(&b, "%s * %s", e.BookedOn, ledger.OneLine(e.Memo))
		for _, p := range e.Postings {
			name := fmt.Sprintf("%s:%s", capital(string(p.Account.Info().Type)), p.Account.Info().Code)
			fmt.Fprintf(&b, "\n    %-44s %14s %s", name, p.Amount, e.Currency)
		}
	}
	return ui.Document(ui.DocumentProps{Name: "What approving it posts", Text: b.String()})
}
