package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

// scope is which books a page of the accountants looks at: one legal entity (or all) as of a month.
type scope struct {
	directory *entities.Directory
	entity    entities.ID
	month     period.Month
}

// scope reads it from the address: the entity asked for, else all; the month asked for, else the present one.
func (v *visit) scope() (s scope, err error) {
	if s.directory, err = entities.Load(v.ctx, v.DB); err != nil {
		return s, err
	}
	if e, ok := s.directory.ByID(entities.ID(v.queryNumber("entity"))); ok {
		s.entity = e.ID
	}
	if s.month = v.queryMonth("month"); s.month.IsZero() {
		s.month = v.Today().MonthOf()
	}
	return s, nil
}

// scopeBar chooses entity and month: chips for the few, arrows for the near, a field for the far.
func (v *visit) scopeBar(action string, s scope, all bool) *page.Narrowing {
	n := &page.Narrowing{Props: ui.FilterProps{Action: action}}
	if all {
		n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: "All entities", Href: v.with("entity", ""), On: s.entity == 0})
	}
	for _, e := range s.directory.All() {
		n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: e.Name, Href: v.with("entity", fmt.Sprint(e.ID)), On: s.entity == e.ID})
	}
	for _, m := range []period.Month{s.month.Prev(), s.month, s.month.Next()} {
		n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: ui.MonthText(m), Href: v.with("month", m.String()), On: m == s.month})
	}
	n.Fields = []ui.FieldProps{{Name: "month", Label: "As of month", Kind: ui.MonthInput, Value: s.month.String()}}
	for _, name := range []string{"entity", "currency", "sort", "book", "amounts"} {
		if value := v.query(name); value != "" {
			n.Keep = append(n.Keep, ui.Value{Name: name, Value: value})
		}
	}
	return n
}

// trialBalance is where the books stand at the end of a month; every figure opens the postings it is made of.
func (v *visit) trialBalance() error {
	s, err := v.scope()
	if err != nil {
		return err
	}
	f := ledger.Filter{Entity: s.entity, From: s.month.First(), Through: s.month.Last(), Book: v.book(), Functional: v.functional()}
	trial, err := ledger.TrialBalance(v.ctx, v.DB, f)
	if err != nil {
		return err
	}
	if v.query("format") == "csv" {
		return v.trialFile(s, trial)
	}
	bar := v.scopeBar("/ledger", s, true)
	bar.Props.Chips = slices.Concat(bar.Props.Chips, v.bookChips(), v.amountChips())
	list := page.List{
		Head:   v.ledgerHead("Trial balance", "As booked through "+ui.DayText(f.Through)+". Debits are positive, credits stand in parentheses."),
		Filter: bar, Tables: []ui.TableProps{trialTable(trial, f)},
	}
	return v.page(http.StatusOK, frame{Title: "Trial balance", Room: "ledger"}, page.ListPage(list))
}

// ledgerHead is the top of the ledger's pages, one tab each.
func (v *visit) ledgerHead(title, sub string) ui.HeadProps {
	at := v.echo.Request().URL.Path
	h := ui.HeadProps{Title: title, Sub: sub, Others: ui.Cells(v.csvButton())}
	for _, tab := range []ui.Tab{{Label: "Trial balance", Href: "/ledger"}, {Label: "Entries", Href: "/ledger/entries"}, {Label: "Postings", Href: "/ledger/postings"}, {Label: "Exchange", Href: "/ledger/exchange"}, {Label: "Export", Href: "/ledger/export"}} {
		tab.On = tab.Href == at
		h.Tabs = append(h.Tabs, tab)
	}
	return h
}

// trialTable sets one currency below the other: they are never added up.
func trialTable(trial ledger.Trial, f ledger.Filter) ui.TableProps {
	t := ui.TableProps{Caption: "Trial balance",
		Columns: []ui.Column{{Label: "Account"}, {Label: "Number", Kind: ui.Tight}, {Label: "Opening", Kind: ui.Figures}, {Label: "Debit", Kind: ui.Figures}, {Label: "Credit", Kind: ui.Figures}, {Label: "Closing", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "Nothing is booked", Text: "Entries come from invoices, receipts and the recognition of revenue."}}
	for _, sum := range trial.Totals() {
		t.Rows = append(t.Rows, ui.Row{Group: string(sum.Currency)})
		for _, r := range trial.Rows {
			if r.Currency == sum.Currency {
				t.Rows = append(t.Rows, trialRow(r, f))
			}
		}
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text("Sum"), ui.Text(string(sum.Currency)), ui.Figure(sum.Opening), ui.Figure(sum.Debit), ui.Figure(sum.Credit), ui.Figure(sum.Closing))})
	}
	return t
}

// trialRow links each figure to the postings it is made of.
func trialRow(r ledger.TrialRow, f ledger.Filter) ui.Row {
	at := func(from, through period.Date) string {
		currency, amounts, book := r.Currency, "", ""
		if f.Functional { // of whatever was billed in
			currency, amounts = "", "functional"
		}
		if f.Book != ledger.Primary {
			book = string(f.Book)
		}
		return postingsAddress("entity", f.Entity, "book", book, "currency", currency, "amounts", amounts, "ledger", int(r.Account), "from", from, "through", through)
	}
	return ui.Row{Cells: ui.Cells(ui.Text(r.Account.Info().Name), ui.Text(fmt.Sprint(int(r.Account))),
		ui.FigureLink(r.Opening, at(period.Date{}, f.From.AddDays(-1))), ui.FigureLink(r.Debit, at(f.From, f.Through)), ui.FigureLink(r.Credit, at(f.From, f.Through)),
		ui.FigureLink(r.Closing, at(period.Date{}, f.Through)))}
}

func (v *visit) trialFile(s scope, trial ledger.Trial) error {
	head := []string{"account", "name", "currency", "opening", "debit", "credit", "closing"}
	return v.csvFile("trial-balance-"+s.month.String()+".csv", head, func(write func(cells ...string) error) error {
		for _, r := range trial.Rows {
			if err := write(fmt.Sprint(int(r.Account)), r.Account.String(), string(r.Currency), r.Opening.String(), r.Debit.String(), r.Credit.String(), r.Closing.String()); err != nil {
				return err
			}
		}
		return nil
	})
}

// postingsAddress is the list of postings narrowed by pairs of name and value; a zero value does not narrow.
func postingsAddress(pairs ...any) string { return narrowed("/ledger/postings", pairs...) }

// narrowed is a list's address with pairs of name and value; zero values are left out.
func narrowed(path string, pairs ...any) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if zero, ok := pairs[i+1].(interface{ IsZero() bool }); ok && zero.IsZero() {
			continue
		}
		if text := fmt.Sprint(pairs[i+1]); text != "" && text != "0" {
			query.Set(pairs[i].(string), text)
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// postings is what a figure is made of: the drill of every balance.
func (v *visit) postings() error {
	o := v.order("day", "amount")
	f := v.postingFilter(o)
	if v.query("format") == "csv" {
		return v.postingsFile(f)
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		found, err := ledger.PostingsPage(v.ctx, t, f)
		if err != nil {
			return err
		}
		found, pager := paged(v, found, postingCursor)
		sums, err := ledger.PostingSums(v.ctx, t, f)
		if err != nil {
			return err
		}
		n, err := v.namesOfPostings(t, found, f)
		if err != nil {
			return err
		}
		list := page.List{Head: v.ledgerHead("Postings", "Each opens the entry it stands in."), Filter: v.postingNarrowing(f, n), Tables: []ui.TableProps{v.postingTable(o, found, sums, pager, n)}}
		return v.page(http.StatusOK, frame{Title: "Postings", Room: "ledger"}, page.ListPage(list))
	})
}

func (v *visit) postingFilter(o order) ledger.PostingFilter {
	f := ledger.PostingFilter{
		Filter:  ledger.Filter{Entity: entities.ID(v.queryNumber("entity")), Currency: money.Currency(v.query("currency")), From: v.queryDate("from"), Through: v.queryDate("through"), Book: v.book(), Functional: v.functional()},
		Account: customers.AccountID(v.queryNumber("account")), Customer: customers.ID(v.queryNumber("customer")), Ledger: v.ledgerAccount(), Type: v.ledgerType(), Sort: ledger.Sort(o.String()),
		Contract: v.queryNumber("contract"), Line: v.query("line"), Document: v.query("document"), Limit: pageLength + 1,
	}
	if parts := strings.Split(v.query("after"), "~"); len(parts) == 4 {
		if on, err := period.ParseDate(parts[0]); err == nil {
			f.After.BookedOn = on
			_, _ = fmt.Sscan(parts[1], &f.After.Account) // a cursor that cannot be read is the beginning
			_, _ = fmt.Sscan(parts[2], &f.After.Seq)
			_, _ = fmt.Sscan(parts[3], &f.After.N)
		}
	}
	return f
}

// ledgerAccount reads an account of the chart; any other number is none, not a mistake of ours.
func (v *visit) ledgerAccount() ledger.Account {
	for _, info := range ledger.Chart {
		if int64(info.Account) == v.queryNumber("ledger") {
			return info.Account
		}
	}
	return 0
}

// ledgerType reads a type of accounts from where an account is read: "revenue" is all of them.
func (v *visit) ledgerType() ledger.Type {
	return ledger.Type(v.chosen("ledger", "", string(ledger.Asset), string(ledger.Liability), string(ledger.Income), string(ledger.Expense), string(ledger.OnExchange)))
}

func postingCursor(p ledger.Posted) string {
	c := p.Cursor()
	return fmt.Sprintf("%s~%d~%d~%d", c.BookedOn, c.Account, c.Seq, c.N)
}

func (v *visit) postingNarrowing(f ledger.PostingFilter, n names) *page.Narrowing {
	out := v.narrowing("/ledger/postings", "", v.bookFields(n)...)
	v.fixed(out, "contract", "Contract", n.contracts[f.Contract])
	v.fixed(out, "line", "Line", "")
	v.fixed(out, "document", "Document", "")
	v.fixed(out, "customer", "Customer", n.customers[f.Customer])
	v.fixed(out, "account", "Book", "")
	return out
}

func (v *visit) bookFields(n names) []ui.FieldProps {
	return []ui.FieldProps{
		{Name: "entity", Label: "Entity", Kind: ui.SelectInput, Options: entityOptions(n.entities)},
		{Name: "ledger", Label: "Account", Kind: ui.SelectInput, Options: append(slices.Clone(entryAccountField.Options), ui.Option{Value: string(ledger.Asset), Label: "All assets"},
			ui.Option{Value: string(ledger.Liability), Label: "All liabilities"}, ui.Option{Value: string(ledger.Income), Label: "All revenue"},
			ui.Option{Value: string(ledger.Expense), Label: "All expenses"}, ui.Option{Value: string(ledger.OnExchange), Label: "Gains and losses on exchange"})},
		{Name: "book", Label: "Book", Kind: ui.SelectInput, Options: bookOptions},
		{Name: "amounts", Label: "Amounts", Kind: ui.SelectInput, Options: []ui.Option{{Value: "", Label: "As billed"}, {Value: "functional", Label: "In the entity's currency"}}},
		{Name: "currency", Label: "Currency", Placeholder: "EUR"},
		{Name: "from", Label: "Booked from", Kind: ui.DateInput},
		{Name: "through", Label: "Booked through", Kind: ui.DateInput},
	}
}

func (v *visit) namesOfPostings(t tx, found []ledger.Posted, f ledger.PostingFilter) (names, error) {
	people, agreed := []customers.ID{f.Customer}, []int64{f.Contract}
	for _, p := range found {
		people, agreed = append(people, p.Customer), append(agreed, p.Contract)
	}
	return v.namesOf(t, people, agreed)
}

func (v *visit) postingTable(o order, found []ledger.Posted, sums []ledger.Sum, pager ui.Pager, n names) ui.TableProps {
	t := ui.TableProps{Caption: "Postings", Pager: &pager,
		Columns: []ui.Column{v.column(o, "day", "Day", ui.Tight), {Label: "Entry"}, {Label: "Account"}, {Label: "Contract line"}, {Label: "Month", Kind: ui.Tight}, v.column(o, "amount", "Debit", ui.Figures), {Label: "Credit", Kind: ui.Figures}, {Label: "Balance", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "No posting matches", Action: &ui.ButtonProps{Label: "Show all", Href: "/ledger/postings"}}}
	none := ui.Text("")
	for _, p := range found {
		debit, credit := sides(v.shownAmount(p.Posting))
		t.Rows = append(t.Rows, ui.Row{Href: entryAddress(ledger.Entry{Account: p.Book, Seq: p.Seq}), Cells: ui.Cells(ui.Day(p.BookedOn), ui.Text(p.Memo), ui.Text(p.Posting.Account.Info().Name),
			n.lineLink(p.Posting), n.whyLink(p.Source, p.Posting), debit, credit, none)})
	}
	for _, s := range sums {
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text("In all"), ui.Text(howMany(int(s.Count), "posting")), none, none, none, ui.Money(s.Debit), ui.Money(s.Credit), ui.Money(s.Debit.Sub(s.Credit)))})
	}
	return t
}

// shownAmount is a posting's amount as it was billed, or in the currency of its entity.
func (v *visit) shownAmount(p ledger.Posting) money.Amount {
	if v.functional() {
		return p.Functional
	}
	return p.Amount
}

// sides writes a posting in the column it belongs to.
func sides(a money.Amount) (debit, credit templ.Component) {
	if a.Sign() < 0 {
		return ui.Text(""), ui.Money(a.Neg())
	}
	return ui.Money(a), ui.Text("")
}

// lineLink is the contract's line a posting belongs to, linked to the contract's schedule.
func (n names) lineLink(p ledger.Posting) templ.Component {
	number := n.contracts[p.Contract]
	if number == "" {
		return ui.Nothing()
	}
	return ui.Link(number+" "+p.Line, scheduleAddress(number))
}

// whyLink is the month a posting belongs to; it opens why: what the line earns in it, or, of what is no revenue, the paper that
// the entry was booked for.
func (n names) whyLink(source string, p ledger.Posting) templ.Component {
	number := n.contracts[p.Contract]
	if number == "" || p.Month.IsZero() {
		return monthOf(p.Month)
	}
	if kind, _, _ := strings.Cut(source, ":"); kind == "cost" || kind == "manual" {
		_, paper := sourceOf(source)
		return ui.Link(ui.MonthText(p.Month), paper)
	}
	return ui.Link(ui.MonthText(p.Month), whyAddress(number, p.Line, p.Month))
}

func monthOf(m period.Month) templ.Component {
	if m.IsZero() {
		return ui.Nothing()
	}
	return ui.Text(ui.MonthText(m))
}

func (v *visit) postingsFile(f ledger.PostingFilter) error {
	head := []string{"booked_on", "entry", "source", "entity", "account", "customer", "contract", "line", "month", "document", "currency", "amount", "functional_currency", "functional_amount"}
	return v.csvFile("postings.csv", head, func(write func(cells ...string) error) error {
		return v.DB.Snapshot(v.ctx, func(t tx) error {
			f.After, f.Limit = ledger.PostingCursor{}, 500
			for {
				found, err := ledger.PostingsPage(v.ctx, t, f)
				if err != nil || len(found) == 0 {
					return err
				}
				n, err := v.namesOfPostings(t, found, f)
				if err != nil {
					return err
				}
				for _, p := range found {
					e, _ := n.entities.ByID(p.Entity)
					month := ""
					if !p.Month.IsZero() {
						month = p.Month.String()
					}
					if err := write(p.BookedOn.String(), ledger.Entry{Account: p.Book, Seq: p.Seq}.Number(), p.Source, e.Code, p.Posting.Account.String(), n.customers[p.Customer],
						n.contracts[p.Contract], p.Line, month, p.Document, string(p.Amount.Currency()), p.Amount.String(), string(p.Functional.Currency()), p.Functional.String()); err != nil {
						return err
					}
				}
				f.After = found[len(found)-1].Cursor()
			}
		})
	})
}

// exportLedger hands the journal over as a file, streamed; without a format it shows what would be in it.
func (v *visit) exportLedger() error {
	s, err := v.scope()
	if err != nil {
		return err
	}
	from, through := v.queryMonth("from"), v.queryMonth("through")
	if from.IsZero() {
		from = s.month
	}
	if through.IsZero() {
		through = s.month
	}
	f := ledger.Filter{Entity: s.entity, Currency: money.Currency(v.query("currency")), From: from.First(), Through: through.Last(), Book: v.book(), Functional: v.functional()}
	format := revrec.Format(v.query("format"))
	if format == "" {
		return v.exportForm(s, f, from, through)
	}
	if format != revrec.CSV && format != revrec.Hledger {
		return fault.New(fault.Invalid, "the journal is exported as csv or hledger")
	}
	h := v.echo.Response().Header()
	h.Set("Content-Type", map[revrec.Format]string{revrec.CSV: "text/csv; charset=utf-8", revrec.Hledger: "text/plain; charset=utf-8"}[format])
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="journal-%s-%s.%s"`, from, through, map[revrec.Format]string{revrec.CSV: "csv", revrec.Hledger: "journal"}[format]))
	return revrec.Export(v.ctx, v.DB, v.echo.Response(), format, f)
}

// exportForm chooses what to export and shows the control totals the file will come to.
func (v *visit) exportForm(s scope, f ledger.Filter, from, through period.Month) error {
	trial, err := ledger.TrialBalance(v.ctx, v.DB, f)
	if err != nil {
		return err
	}
	view := page.Export{Head: v.ledgerHead("Export", "The journal as a file. Months that are closed give the same bytes for ever."), Action: "/ledger/export",
		Fields: []ui.FieldProps{
			{Name: "entity", Label: "Entity", Kind: ui.SelectInput, Options: entityOptions(s.directory), Value: v.query("entity")},
			{Name: "currency", Label: "Currency", Value: v.query("currency"), Optional: true, Placeholder: "All"},
			{Name: "book", Label: "Book", Kind: ui.SelectInput, Options: bookNames, Value: string(v.book())},
			{Name: "amounts", Label: "Amounts", Kind: ui.SelectInput, Options: []ui.Option{{Value: "", Label: "As billed"}, {Value: "functional", Label: "In the entity's currency"}}, Value: v.query("amounts")},
			{Name: "from", Label: "From month", Kind: ui.MonthInput, Value: from.String()},
			{Name: "through", Label: "Through month", Kind: ui.MonthInput, Value: through.String()},
		},
		Totals: trialTable(trial, f),
	}
	view.Head.Others = nil
	view.Totals.Title, view.Totals.Caption = "Control totals", ""
	return v.page(http.StatusOK, frame{Title: "Export", Room: "ledger"}, page.ExportPage(view))
}
