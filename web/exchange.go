package web

import (
	"fmt"
	"net/http"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/web/page"
	"ratable/web/ui"
)

// exchange is what exchange rates gained and lost in a month, by what it arose on.
func (v *visit) exchange() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, err := v.scope()
		if err != nil {
			return err
		}
		f := ledger.Filter{Entity: s.entity, Book: v.book(), From: s.month.First(), Through: s.month.Last()}
		found, err := ledger.Differences(v.ctx, t, f)
		if err != nil {
			return err
		}
		var people []customers.ID
		var agreed []int64
		for _, d := range found {
			people, agreed = append(people, d.Customer), append(agreed, d.Contract)
		}
		n, err := v.namesOf(t, people, agreed)
		if err != nil {
			return err
		}
		if v.query("format") == "csv" {
			return v.exchangeFile(s, found, n)
		}
		bar := v.scopeBar("/ledger/exchange", s, true)
		bar.Props.Chips = append(bar.Props.Chips, v.bookChips()...)
		list := page.List{
			Head:   v.ledgerHead("Exchange differences", "Receivables and other monetary items at the closing rate of the month; advances stay at the rates they came in. In the currency of each entity, gains positive."),
			Filter: bar, Tables: []ui.TableProps{exchangeTable(found, n, f)},
		}
		list.Head.Others = append(list.Head.Others, ui.Button(ui.ButtonProps{Label: "Exchange rates", Href: "/settings/rates"}))
		if s.entity != 0 && v.may(post, "/ledger/exchange") && s.month.Before(v.Today().MonthOf()) {
			list.Parts = ui.Cells(page.PanelForm(page.Panel{Title: "End of " + ui.MonthText(s.month), Text: "Brings what is owed in foreign currencies to the closing rate. Again, it changes nothing; after a rate was corrected, it books the difference.",
				Form: ui.FormProps{Action: "/ledger/exchange", Values: []ui.Value{{Name: "entity", Value: fmt.Sprint(s.entity)}, {Name: "month", Value: s.month.String()}}}, Verb: ui.ButtonProps{Label: "Remeasure"}}))
		}
		return v.page(http.StatusOK, frame{Title: "Exchange differences", Room: "ledger"}, page.ListPage(list))
	})
}

func exchangeTable(found []ledger.Difference, n names, f ledger.Filter) ui.TableProps {
	t := ui.TableProps{Caption: "Exchange differences",
		Columns: []ui.Column{{Label: "Account"}, {Label: "Of"}, {Label: "With"}, {Label: "Currency", Kind: ui.Tight}, {Label: "Realized", Kind: ui.Figures}, {Label: "Unrealized", Kind: ui.Figures}, {Label: "In all", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "Nothing was gained or lost on exchange", Text: "What is billed in an entity's own currency has no rate; the others are remeasured at the end of a month."}}
	sums := map[money.Currency][2]money.Amount{}
	var order []money.Currency
	for _, d := range found {
		account, of := "Rounding", ui.Text(d.Document)
		if d.Account != 0 {
			account = d.Account.Info().Name
		}
		if d.Contract != 0 {
			of = n.lineLink(ledger.Posting{Contract: d.Contract, Line: d.Line})
		}
		all := d.Realized.Add(d.Unrealized)
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(account), of, ui.Text(n.customers[d.Customer]), ui.Text(string(d.Currency)), ui.Figure(d.Realized), ui.Figure(d.Unrealized),
			ui.FigureLink(all, postingsAddress("entity", d.Entity, "book", string(f.Book), "currency", d.Currency, "ledger", string(ledger.OnExchange), "document", d.Document, "contract", d.Contract, "line", d.Line, "customer", d.Customer, "amounts", "functional", "from", f.From, "through", f.Through)))})
		c := d.Realized.Currency()
		if _, seen := sums[c]; !seen {
			order = append(order, c)
		}
		sums[c] = [2]money.Amount{sums[c][0].Add(d.Realized), sums[c][1].Add(d.Unrealized)}
	}
	for _, c := range order {
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text("Sum"), ui.Text(""), ui.Text(""), ui.Text(string(c)), ui.Figure(sums[c][0]), ui.Figure(sums[c][1]), ui.Figure(sums[c][0].Add(sums[c][1])))})
	}
	return t
}

func (v *visit) exchangeFile(s scope, found []ledger.Difference, n names) error {
	head := []string{"entity", "account", "document", "contract", "line", "customer", "currency", "realized", "unrealized", "functional_currency"}
	return v.csvFile("exchange-"+s.month.String()+".csv", head, func(write func(cells ...string) error) error {
		for _, d := range found {
			e, _ := s.directory.ByID(d.Entity)
			if err := write(e.Code, d.Account.String(), d.Document, n.contracts[d.Contract], d.Line, n.customers[d.Customer], string(d.Currency), d.Realized.String(), d.Unrealized.String(), string(d.Realized.Currency())); err != nil {
				return err
			}
		}
		return nil
	})
}

// remeasure ends a month for an entity.
func (v *visit) remeasure() error {
	month, err := period.ParseMonth(v.form("month"))
	if err != nil {
		return fault.InvalidFields(fault.Field{Path: "month", Value: v.form("month"), Message: "is not a month such as 2026-03"})
	}
	var entity entities.ID
	_, _ = fmt.Sscan(v.form("entity"), &entity) // what is no number is no entity, and refused as one
	out, err := ledger.RemeasureMonth(v.ctx, v.DB, entity, month, v.By)
	if err != nil {
		return err
	}
	said := fmt.Sprintf("%s: %s booked, gains %s, losses %s.", ui.MonthText(month), howMany(out.Entries, "entry"), out.Gain.Display(), out.Loss.Display())
	return v.redirect(narrowed("/ledger/exchange", "entity", entity, "month", month), done(said))
}

// book is the set of rules a page shows: the primary one, unless another is asked for.
func (v *visit) book() ledger.Book {
	return ledger.Book(v.chosen("book", string(ledger.Primary), string(ledger.IFRS)))
}

// functional says whether amounts are shown in the currency of each entity.
func (v *visit) functional() bool { return v.query("amounts") == "functional" }

// bookChips switch between the books.
func (v *visit) bookChips() []ui.Chip {
	var out []ui.Chip
	for _, b := range bookNames {
		out = append(out, ui.Chip{Label: b.Label, Href: v.with("book", b.Value), On: ledger.Book(b.Value) == v.book()})
	}
	return out
}

var bookNames = []ui.Option{{Value: string(ledger.USGAAP), Label: "US GAAP"}, {Value: string(ledger.IFRS), Label: "IFRS"}}

// bookOptions narrow a list to a book.
var bookOptions = []ui.Option{{Value: "", Label: "US GAAP"}, {Value: string(ledger.IFRS), Label: "IFRS"}}

// amountChips switch between the currencies that were billed in and those of the entities.
func (v *visit) amountChips() []ui.Chip {
	return []ui.Chip{{Label: "As billed", Href: v.with("amounts", ""), On: !v.functional()}, {Label: "In the entity's currency", Href: v.with("amounts", "functional"), On: v.functional()}}
}
