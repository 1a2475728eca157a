package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/journals"
	"ratable/ledger"
	"ratable/payments"
	"ratable/web/page"
	"ratable/web/ui"
)

func entryAddress(e ledger.Entry) string {
	return fmt.Sprintf("/ledger/entries/%d/%d", e.Account, e.Seq)
}

func scheduleAddress(number string) string { return "/revenue" + contractAddress(number) }

// sourceLink opens what an entry was booked for, by the name it goes by there.
func sourceLink(source string) templ.Component {
	if text, href := sourceOf(source); href != "" {
		return ui.Link(text, href)
	}
	return ui.Text(source)
}

// sourceOf reads an entry's source: what it is called and where it is found; no address when it has no page.
func sourceOf(source string) (text, href string) {
	kind, key, _ := strings.Cut(source, ":")
	switch kind {
	case "invoice", "credit_note", "void":
		return key, invoiceAddress(key)
	case "receipt", "application":
		number, _, _ := strings.Cut(key, ":")
		return number, receiptAddress(number)
	case "revenue":
		parts := strings.Split(key, ":") // the number itself may hold a colon: month and place are the last two
		if len(parts) >= 3 {
			number := strings.Join(parts[:len(parts)-2], ":")
			return number + ", " + parts[len(parts)-2], scheduleAddress(number)
		}
	case "loss":
		document, _, _ := strings.Cut(key, ":")
		if payments.IsReceipt(document) {
			return document, receiptAddress(document)
		}
		return document, invoiceAddress(document)
	case "subledger":
		return "Billed elsewhere", "/imports"
	case "manual":
		return key, "/journals/" + key
	case "cost":
		id, _, _ := strings.Cut(key, ":")
		return "Contract cost " + id, "/revenue/costs/" + id
	case "intercompany", "intercompany-payment":
		return key, "/journals/intercompany"
	case "remeasure":
		if parts := strings.Split(key, ":"); len(parts) == 4 { // entity, currency, month, number
			return "Exchange differences, " + spoken(parts[2]), "/ledger/exchange?month=" + parts[2]
		}
	}
	return source, ""
}

// entries is the journal, latest day first.
func (v *visit) entries() error {
	o := v.order("day", "amount")
	f := v.entryFilter(o)
	if v.query("format") == "csv" {
		return v.entriesFile(f)
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		found, err := ledger.EntriesPage(v.ctx, t, f)
		if err != nil {
			return err
		}
		found, pager := paged(v, found, entryCursor)
		sums, err := ledger.EntrySums(v.ctx, t, f)
		if err != nil {
			return err
		}
		n, err := v.namesOf(t, nil, []int64{f.Contract})
		if err != nil {
			return err
		}
		narrowing := v.narrowing("/ledger/entries", "Source, such as invoice:RUS-2026-000123",
			ui.FieldProps{Name: "entity", Label: "Entity", Kind: ui.SelectInput, Options: entityOptions(n.entities)},
			ui.FieldProps{Name: "kind", Label: "Booked for", Kind: ui.SelectInput, Options: sourceKinds},
			ui.FieldProps{Name: "month", Label: "Booked in", Kind: ui.MonthInput},
			ui.FieldProps{Name: "book", Label: "Book", Kind: ui.SelectInput, Options: bookOptions},
			entryAccountField)
		v.fixed(narrowing, "contract", "Contract", n.contracts[f.Contract])
		v.fixed(narrowing, "line", "Line", "")
		v.fixed(narrowing, "document", "Document", "")
		list := page.List{Head: v.ledgerHead("Entries", ""), Filter: narrowing, Tables: []ui.TableProps{v.entryTable(o, found, sums, pager, n)}}
		return v.page(http.StatusOK, frame{Title: "Entries", Room: "ledger"}, page.ListPage(list))
	})
}

// entryAccountField finds entries that touch an account.
var entryAccountField = ui.FieldProps{Name: "ledger", Label: "Account", Kind: ui.SelectInput, Options: options("Any", ledger.Chart, func(i ledger.Info) ui.Option {
	return ui.Option{Value: fmt.Sprint(int(i.Account)), Label: i.Name}
})}

var sourceKinds = []ui.Option{{Value: "", Label: "Anything"}, {Value: "invoice", Label: "Invoice"}, {Value: "credit_note", Label: "Credit note"}, {Value: "void", Label: "Void"},
	{Value: "receipt", Label: "Receipt"}, {Value: "application", Label: "Application of cash"}, {Value: "revenue", Label: "Revenue"}, {Value: "manual", Label: "Journal by hand"}, {Value: "cost", Label: "Contract cost"}, {Value: "intercompany", Label: "Intercompany"}, {Value: "remeasure", Label: "Remeasurement"}, {Value: "subledger", Label: "Document billed elsewhere"}, {Value: "loss", Label: "Loss or dispute"}}

func (v *visit) entryFilter(o order) ledger.EntryFilter {
	f := ledger.EntryFilter{
		Entity: entities.ID(v.queryNumber("entity")), Account: customers.AccountID(v.queryNumber("account")), Source: v.query("q"), Month: v.queryMonth("month"),
		Contract: v.queryNumber("contract"), Line: v.query("line"), Document: v.query("document"), Ledger: v.ledgerAccount(), Sort: ledger.Sort(o.String()), Limit: pageLength + 1, Book: v.book(),
	}
	if f.Source == "" {
		f.Source = v.query("kind")
	}
	if on, order, ok := strings.Cut(v.query("after"), "~"); ok {
		if day, err := period.ParseDate(on); err == nil {
			f.After.BookedOn = day
			_, _ = fmt.Sscan(order, &f.After.KnownOrder) // a cursor that cannot be read is the beginning
		}
	}
	return f
}

func entryCursor(r ledger.Recorded) string {
	return fmt.Sprintf("%s~%d", r.BookedOn, r.KnownOrder)
}

func (v *visit) entryTable(o order, found []ledger.Recorded, sums []ledger.Sum, pager ui.Pager, n names) ui.TableProps {
	t := ui.TableProps{Caption: "Entries", Pager: &pager,
		Columns: []ui.Column{v.column(o, "day", "Day", ui.Tight), {Label: "What"}, {Label: "Booked for"}, {Label: "Entity"}, {Label: "Postings", Kind: ui.Figures}, v.column(o, "amount", "Moved", ui.Figures)},
		Empty:   ui.EmptyProps{Title: "No entry matches", Action: &ui.ButtonProps{Label: "Show all", Href: "/ledger/entries"}}}
	for _, e := range found {
		t.Rows = append(t.Rows, ui.Row{Href: entryAddress(e.Entry), Cells: ui.Cells(ui.Day(e.BookedOn), ui.Text(e.Memo), sourceLink(e.Source), ui.Text(n.entity(e.Entity)),
			ui.Count(int64(len(e.Postings))), ui.Money(money.Zero(e.Currency).Add(e.Total())))})
	}
	none := ui.Text("")
	for _, s := range sums {
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text("In all"), ui.Text(howMany(int(s.Count), "entry")), none, none, none, ui.Money(s.Debit))})
	}
	return t
}

func (v *visit) entriesFile(f ledger.EntryFilter) error {
	head := []string{"booked_on", "entry", "source", "entity", "memo", "postings", "currency", "moved"}
	return v.csvFile("entries.csv", head, func(write func(cells ...string) error) error {
		return v.DB.Snapshot(v.ctx, func(t tx) error {
			n, err := v.namesOf(t, nil, nil)
			if err != nil {
				return err
			}
			f.After, f.Limit = ledger.EntryCursor{}, 500
			for {
				found, err := ledger.EntriesPage(v.ctx, t, f)
				if err != nil || len(found) == 0 {
					return err
				}
				for _, e := range found {
					seller, _ := n.entities.ByID(e.Entity)
					if err := write(e.BookedOn.String(), e.Number(), e.Source, seller.Code, e.Memo, fmt.Sprint(len(e.Postings)), string(e.Currency), e.Total().String()); err != nil {
						return err
					}
				}
				f.After = found[len(found)-1].Cursor()
			}
		})
	})
}

// entry is one booking: its two sides, what it billed, and the way back to what it was booked for.
func (v *visit) entry() error {
	account, err := v.number("account")
	if err != nil {
		return err
	}
	seq, err := v.number("seq")
	if err != nil {
		return err
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		e, err := ledger.Get(v.ctx, t, customers.AccountID(account), seq)
		if err != nil {
			return err
		}
		var people []customers.ID
		var agreed []int64
		for _, p := range e.Postings {
			people, agreed = append(people, p.Customer), append(agreed, p.Contract)
		}
		for _, b := range e.Billed {
			agreed = append(agreed, b.Contract)
		}
		n, err := v.namesOf(t, people, agreed)
		if err != nil {
			return err
		}
		view := page.Record{
			Head: ui.HeadProps{Title: "Entry " + e.Number(), Sub: e.Memo, Crumbs: []ui.Anchor{{Label: "Ledger", Href: "/ledger"}, {Label: "Entries", Href: "/ledger/entries"}}},
			Body: []templ.Component{page.TableOf(entryPostings(e.Entry, n)), page.TableOf(billedTable(e.Entry, n))},
			Rail: []templ.Component{ui.Facts("Entry", []ui.Fact{
				{Term: "Booked for", Value: sourceLink(e.Source)}, {Term: "Booked on", Value: ui.Day(e.BookedOn)}, {Term: "Entity", Value: ui.Text(n.entity(e.Entity))},
				{Term: "Currency", Value: ui.Text(string(e.Currency) + rateText(e.Entry))}, {Term: "Book", Value: ui.Text(bookText(e.Book))}, {Term: "Recorded", Value: ui.At(e.RecordedAt)}, {Term: "Source", Value: ui.Mono(e.Source)},
				{Term: "Evidence", Value: ui.Link("All papers, as one file", packAddress(e.Account, e.Seq))},
			})},
		}
		if len(e.Billed) == 0 {
			view.Body = view.Body[:1]
		}
		return v.page(http.StatusOK, frame{Title: "Entry " + e.Number(), Room: "ledger"}, page.RecordPage(view))
	})
}

// entryPostings is an entry as accountants write it: debits, credits, equal sums.
func entryPostings(e ledger.Entry, n names) ui.TableProps {
	t := ui.TableProps{Title: "Postings", Columns: []ui.Column{{Label: "Account"}, {Label: "With"}, {Label: "Contract line"}, {Label: "Document"}, {Label: "Revenue of", Kind: ui.Tight}, {Label: "Debit", Kind: ui.Figures}, {Label: "Credit", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No postings", Text: "Something was billed for 0.00: no balance moves."}}
	debits, credits := money.Zero(e.Currency), money.Zero(e.Currency)
	foreign := len(e.Postings) > 0 && e.Postings[0].Functional.Currency() != e.Currency
	if foreign {
		t.Columns = append(t.Columns, ui.Column{Label: "In " + string(e.Postings[0].Functional.Currency()), Kind: ui.Figures})
	}
	for _, p := range e.Postings {
		if p.Amount.Sign() > 0 {
			debits = debits.Add(p.Amount)
		} else {
			credits = credits.Sub(p.Amount)
		}
		debit, credit := sides(p.Amount)
		document := ui.Nothing()
		if p.Document != "" {
			document = postedDocument(e.Source, p.Document)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(p.Account.Info().Name, fmt.Sprint(int(p.Account))), n.customerLink(p.Customer), n.lineLink(p), document, n.whyLink(e.Source, p), debit, credit)})
		if foreign { // what a posting moves there may be all it moves
			last := &t.Rows[len(t.Rows)-1]
			last.Cells = append(last.Cells, ui.Figure(p.Functional))
		}
	}
	none := ui.Text("")
	t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Sum"), none, none, none, none, ui.Money(debits), ui.Money(credits))}}
	if foreign {
		t.Foot[0].Cells = append(t.Foot[0].Cells, none)
	}
	return t
}

// previewed stands for the number of a document that is not issued yet.
const previewed = "Preview"

// postedDocument opens the document of a posting. What a journal names is whatever somebody called it, and a document billed
// elsewhere is in the other system; what entities owe each other is on the page of their charges.
func postedDocument(source, number string) templ.Component {
	switch {
	case strings.HasPrefix(source, "manual:"), strings.HasPrefix(source, "subledger:"):
		return ui.Text(number)
	case strings.HasPrefix(number, journals.ChargePrefix):
		return ui.Link(number, "/journals/intercompany")
	}
	return documentLink(number)
}

// documentLink opens an invoice, credit note or receipt by its number.
func documentLink(number string) templ.Component {
	if number == previewed {
		return ui.Text(number)
	}
	if _, ok := receiptID(number); ok {
		return ui.Link(number, receiptAddress(number))
	}
	return ui.Link(number, invoiceAddress(number))
}

func billedTable(e ledger.Entry, n names) ui.TableProps {
	t := ui.TableProps{Title: "Billed", Columns: []ui.Column{{Label: "Contract line"}, {Label: "What"}, {Label: "Charge"}, {Label: "For", Kind: ui.Tight}, {Label: "On line"}, {Label: "Before tax", Kind: ui.Figures}}}
	for _, b := range e.Billed {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Link(n.contracts[b.Contract]+" "+b.Line, contractAddress(n.contracts[b.Contract])), ui.Text(capital(string(b.Event))), ui.Text(subjectKind(b.Kind)),
			ui.Span(b.Span), ui.Link(fmt.Sprintf("%s, line %d", b.Document, b.DocumentLine), invoiceAddress(b.Document)), ui.Money(b.Amount))})
	}
	return t
}

// rateText is at which rate an entry in a foreign currency was booked.
func rateText(e ledger.Entry) string {
	if e.Rate.IsZero() {
		return ""
	}
	return " at " + e.Rate.String() + " of " + ui.DayText(e.RateOn)
}

func bookText(b ledger.Book) string {
	for _, o := range bookNames {
		if o.Value == string(b) {
			return o.Label + " only"
		}
	}
	return "Every book"
}
