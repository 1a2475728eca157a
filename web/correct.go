package web

import (
	"fmt"
	"net/http"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

// voidForm asks for a reason and shows what would be booked.
func (v *visit) voidForm() error { return v.showVoid(http.StatusOK, nil) }

func (v *visit) voidInvoice() error {
	number := v.param("number")
	take, then := invoicing.Void, " is void. What is still owed is billed by the next invoice run, under a new number."
	if v.form("again") == "no" {
		take, then = invoicing.Cancel, " is void. What it asked for is given up and not billed again."
	}
	err := take(v.ctx, v.DB, number, v.Today(), v.form("reason"), v.By)
	if fault.Kind(err) == fault.Invalid && !technical(err) {
		return v.showVoid(http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.redirect(invoiceAddress(number), done(number+then))
}

func (v *visit) showVoid(status int, refused error) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		d, err := invoicing.Get(v.ctx, t, v.param("number"))
		if err != nil {
			return err
		}
		open, err := ledger.OpenOf(v.ctx, t, d.Account, d.Number)
		if err != nil {
			return err
		}
		if err := d.Voidable(open); err != nil {
			return err
		}
		standings, err := ledger.LoadStandings(v.ctx, t, []customers.AccountID{d.Account})
		if err != nil {
			return err
		}
		entry := invoicing.Unissue(d.Document, v.Today(), standings[d.Account])
		n, err := v.namesOfEntry(t, entry)
		if err != nil {
			return err
		}
		postings := entryPostings(entry, n)
		postings.Title = "What would be booked today"
		view := page.Ask{
			Head: ui.HeadProps{Title: "Void " + d.Number, Sub: ui.AmountText(d.Total) + " to " + d.Buyer.Name, Crumbs: []ui.Anchor{{Label: "Invoices", Href: "/invoices"}, {Label: d.Number, Href: invoiceAddress(d.Number)}}},
			Text: []string{"Its lines no longer stand billed, so the next invoice run bills what is still owed under a new number; or what it asked for is given up for good, and what was earned of it is earned less. This number stays used and the document stays readable."},
			Form: ui.FormProps{Action: invoiceAddress(d.Number) + "/void", Errors: fault.Fields(refused)},
			Fields: []ui.FieldProps{{Name: "again", Label: "Bill it again?", Kind: ui.SelectInput, Value: v.form("again"), Options: []ui.Option{{Value: "", Label: "Yes: what is still owed, under a new number"}, {Value: "no", Label: "No: it is given up for good"}}},
				{Name: "reason", Label: "Reason", Value: v.form("reason"), Hint: "Kept in the audit trail", Required: true, Errors: fault.Fields(refused), Wide: true}},
			Verb: ui.ButtonProps{Label: "Void the invoice", Look: ui.Danger}, Back: invoiceAddress(d.Number),
		}
		view.Shown = ui.Cells(page.TableOf(postings))
		return v.page(status, frame{Title: "Void " + d.Number, Room: "invoices"}, page.AskPage(view))
	})
}

func (v *visit) namesOfEntry(t tx, e ledger.Entry) (names, error) {
	var people []customers.ID
	var agreed []int64
	for _, p := range e.Postings {
		people, agreed = append(people, p.Customer), append(agreed, p.Contract)
	}
	return v.namesOf(t, people, agreed)
}

// creditForm asks what to give back of which line.
func (v *visit) creditForm() error { return v.showCredit(http.StatusOK, nil, false) }

// creditInvoice shows what a credit would do, and when that was seen and confirmed, does it or asks finance to.
func (v *visit) creditInvoice() error {
	c, err := v.wishedCredit()
	preview := true
	switch step := v.form("step"); {
	case err != nil:
	case step == "ask":
		err, preview = v.do(func(t tx) error { return invoicing.AskCredit(v.ctx, t, c, v.By) }), false
		if err == nil {
			return v.redirect(invoiceAddress(c.Invoice), done("Finance is asked. The credit note is issued when somebody there grants it."))
		}
	case step == "commit":
		var note invoicing.Document
		preview = false
		if note, err = invoicing.GrantCredit(v.ctx, v.DB, c, v.By); err == nil {
			return v.redirect(invoiceAddress(note.Number), done("Credit note "+note.Number+" is issued and on its way."))
		}
	}
	if refusal(err) {
		return v.showCredit(http.StatusUnprocessableEntity, err, false)
	}
	if err != nil {
		return err
	}
	return v.showCredit(http.StatusOK, nil, preview)
}

// wishedCredit reads the form.
func (v *visit) wishedCredit() (invoicing.Credit, error) {
	d, err := invoicing.Get(v.ctx, v.DB, v.param("number"))
	if err != nil {
		return invoicing.Credit{}, err
	}
	c := invoicing.Credit{Invoice: d.Number, Reason: v.form("reason"), On: v.Today(), Asked: v.form("asked") != ""}
	_, _ = fmt.Sscan(v.form("line"), &c.Line) // what is no line is line 0, which is refused by name
	c.Amount, err = v.typedAmount("amount", d.Currency, false)
	wrong := fault.Fields(err)
	if c.Reason == "" {
		wrong = append(wrong, fault.Field{Path: "reason", Message: "is missing: it is printed on the credit note"})
	}
	if len(wrong) > 0 {
		return c, fault.InvalidFields(wrong...)
	}
	return c, nil
}

func (v *visit) showCredit(status int, refused error, preview bool) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		d, err := invoicing.Get(v.ctx, t, v.param("number"))
		if err != nil {
			return err
		}
		originals, err := invoicing.LoadOriginals(v.ctx, t, d.Account)
		if err != nil {
			return err
		}
		at := invoiceAddress(d.Number)
		errors := fault.Fields(refused)
		if refused != nil && len(errors) == 0 {
			errors = []fault.Field{{Message: sentence(refused)}}
		}
		view := page.Ask{
			Head: ui.HeadProps{Title: "Credit " + d.Number, Sub: ui.AmountText(d.Total) + " to " + d.Buyer.Name, Crumbs: []ui.Anchor{{Label: "Invoices", Href: "/invoices"}, {Label: d.Number, Href: at}}},
			Text: []string{"The contract's charge is lowered by a fact; the credit note, the tax given back and the revenue taken back follow from it."},
			Form: ui.FormProps{Action: at + "/credit", Errors: errors, Values: []ui.Value{{Name: "asked", Value: v.form("asked")}}},
			Fields: []ui.FieldProps{
				{Name: "line", Label: "Line", Kind: ui.SelectInput, Options: creditable(d, originals), Value: v.form("line"), Errors: errors, Wide: true},
				{Name: "amount", Label: "Amount before tax", Kind: ui.MoneyInput, Currency: string(d.Currency), Value: v.form("amount"), Errors: errors, Required: true},
				{Name: "reason", Label: "Reason", Value: v.form("reason"), Hint: "Printed on the credit note", Errors: errors, Required: true},
			},
			Verb: ui.ButtonProps{Label: "Preview", Look: ui.Primary, Name: "step", Value: "preview"}, Back: at,
		}
		if v.form("asked") != "" {
			if err := v.askedCredit(t, d, &view); err != nil {
				return err
			}
		}
		if len(view.Fields[0].Options) == 0 {
			return fault.New(fault.Conflict, "nothing is left to credit on %s", d.Number)
		}
		if preview {
			shown, err := v.creditEffects(t, d, originals)
			if refusal(err) {
				return v.showCreditRefused(view, err)
			}
			if err != nil {
				return err
			}
			view.Verb.Look = ui.Secondary
			view.Shown = ui.Cells(page.EffectsPreview(shown))
		}
		return v.page(status, frame{Title: "Credit " + d.Number, Room: "invoices"}, page.AskPage(view))
	})
}

// showCreditRefused puts what the decision refused beside the fields.
func (v *visit) showCreditRefused(view page.Ask, err error) error {
	errors := fault.Fields(err)
	if len(errors) == 0 {
		errors = []fault.Field{{Message: sentence(err)}}
	}
	view.Form.Errors = errors
	for i := range view.Fields {
		view.Fields[i].Errors = errors
	}
	return v.page(http.StatusUnprocessableEntity, frame{Title: view.Head.Title, Room: "invoices"}, page.AskPage(view))
}

// creditable are the lines that still hold something to give back.
func creditable(d invoicing.Issued, originals []invoicing.Original) []ui.Option {
	var out []ui.Option
	for _, o := range originals {
		if o.Document == d.Number && o.Left().Sign() > 0 {
			l := d.Lines[o.Line-1]
			out = append(out, ui.Option{Value: fmt.Sprint(o.Line), Label: fmt.Sprintf("%d: %s, %s, %s left", o.Line, l.Description, ui.SpanText(l.Span), ui.AmountText(o.Left()))})
		}
	}
	return out
}

// creditEffects decides the credit on the facts of one moment and appends nothing: the document, what it books, and
// what each month will earn less.
func (v *visit) creditEffects(t tx, d invoicing.Issued, originals []invoicing.Original) (page.Effects, error) {
	c, err := v.wishedCredit()
	if err != nil {
		return page.Effects{}, err
	}
	w, err := invoicing.LoadWorld(v.ctx, t, c.On)
	if err != nil {
		return page.Effects{}, err
	}
	facts, err := invoicing.LoadFacts(v.ctx, t, []customers.AccountID{d.Account}, c.On)
	if err != nil {
		return page.Effects{}, err
	}
	f := facts[0]
	f.Originals = originals
	granted, draft, err := invoicing.DecideCredit(w, f, d, c)
	if err != nil {
		return page.Effects{}, err
	}
	revenue, err := v.revenueEffect(t, w, f, d.Lines[c.Line-1].Contract, granted)
	if err != nil {
		return page.Effects{}, err
	}
	note, entry := invoicing.Issue(draft, previewed, 0, f.Standing)
	n, err := v.namesOfEntry(t, entry)
	if err != nil {
		return page.Effects{}, err
	}
	limit, beyond, err := invoicing.BeyondSupport(w, f, d, c)
	if err != nil {
		return page.Effects{}, err
	}
	step, verb := "commit", "Issue the credit note"
	if beyond && !v.By.Has(access.Finance) {
		step, verb = "ask", "Ask finance for it"
	}
	sheet := v.sheet(note)
	postings := entryPostings(entry, n)
	postings.Title = "What would be booked today"
	out := page.Effects{
		Title:  "What the credit would do",
		Stats:  []ui.StatProps{{Label: "Before tax", Value: ui.Money(draft.Net)}, {Label: "Tax", Value: ui.Money(draft.Tax)}, {Label: "Credit note", Value: ui.Money(draft.Total)}},
		Sheet:  &sheet,
		Tables: []ui.TableProps{revenue, postings},
		Form: ui.FormProps{Action: invoiceAddress(d.Number) + "/credit", Values: []ui.Value{
			{Name: "line", Value: v.form("line")}, {Name: "amount", Value: v.form("amount")}, {Name: "reason", Value: v.form("reason")}, {Name: "asked", Value: v.form("asked")}, {Name: "step", Value: step}}},
		Verb: ui.ButtonProps{Label: verb, Look: ui.Primary},
	}
	if step == "ask" {
		out.Note = &page.Note{Title: "This needs a person of finance", Tone: ui.Warn,
			Text: fmt.Sprintf("Support grants up to %s %s before tax on one invoice. What you typed is passed on, and the credit note goes out when it is granted.", limit.Currency(), limit.Display())}
	}
	return out, nil
}

// revenueEffect compares what the contract earns by month without and with the credit. What falls into a closed month
// is booked in the first open one.
func (v *visit) revenueEffect(t tx, w invoicing.World, f invoicing.Facts, contract contracts.ID, granted contracts.Granted) (ui.TableProps, error) {
	table := ui.TableProps{Title: "Revenue by month", Columns: []ui.Column{{Label: "Month", Kind: ui.Tight}, {Label: "Before", Kind: ui.Figures}, {Label: "After", Kind: ui.Figures}, {Label: "Change", Kind: ui.Figures}, {Label: "Booked in", Kind: ui.Tight}}}
	i := slices.IndexFunc(f.Agreements, func(a contracts.Agreement) bool { return a.Contract == contract })
	if i < 0 {
		return table, fault.New(fault.NotFound, "the contract of this line is gone")
	}
	months, err := ledger.LoadMonths(v.ctx, t)
	if err != nil {
		return table, err
	}
	before := f.Agreements[i]
	after := before
	after.Concessions = append(slices.Clone(before.Concessions), granted)
	was, err := earnedByMonth(w, f, before, granted.GrantedOn)
	if err != nil {
		return table, err
	}
	is, err := earnedByMonth(w, f, after, granted.GrantedOn)
	if err != nil {
		return table, err
	}
	sum := money.Zero(before.Currency)
	for _, m := range slices.SortedFunc(keysOf(was, is), period.Month.Compare) {
		change := is[m].Sub(was[m])
		if change.IsZero() {
			continue
		}
		sum = sum.Add(change)
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Text(ui.MonthText(m)), ui.Figure(was[m]), ui.Figure(is[m]), ui.Figure(change), ui.Text(ui.MonthText(months.FirstOpen(before.Entity, m))))})
	}
	none := ui.Text("")
	table.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("In all"), none, none, ui.Money(sum), none)}}
	return table, nil
}

func earnedByMonth(w invoicing.World, f invoicing.Facts, a contracts.Agreement, on period.Date) (map[period.Month]money.Amount, error) {
	pieces, err := contracts.Charges(a, w.Catalog, f.Usage, on)
	if err != nil {
		return nil, err
	}
	out := map[period.Month]money.Amount{}
	for _, row := range revrec.Schedule(a.Contract, pieces, on.MonthOf()) {
		out[row.Month] = out[row.Month].Add(row.Amount)
	}
	return out, nil
}

// keysOf yields the keys of two maps, each once.
func keysOf[K comparable, V any](a, b map[K]V) func(yield func(K) bool) {
	return func(yield func(K) bool) {
		for k := range a {
			if !yield(k) {
				return
			}
		}
		for k := range b {
			if _, seen := a[k]; !seen && !yield(k) {
				return
			}
		}
	}
}
