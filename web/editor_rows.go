package web

import (
	"fmt"

	"ratable/web/page"
)

// This file lays the form out: which fields stand together, and which are folded away until somebody asks.

// line is a promise. The stylesheet shows what belongs to its kind.
func (c cells) line(i int) page.EditorLine {
	row := fmt.Sprintf("lines[%d]", i)
	l := page.EditorLine{
		EditorRow: page.EditorRow{Name: row, List: "lines", Number: i, What: fmt.Sprintf("line %d", i+1),
			Error: c.of(row, row+".fixed", row+".once", row+".usage", row+".usage.where", row+".usage.price")},
		Main: c.bare(row, "c-kind:kind", "c-product:product",
			"c-figure k k-fixed:fixed.quantity", "c-figure k k-fixed:fixed.unit_price", "c-word k k-fixed k-ramp:fixed.every", "c-word k k-fixed k-ramp:fixed.in",
			"c-figure k k-once:once.quantity", "c-figure k k-once:once.unit_price", "c-day k k-once:once.on", "k k-once:once.milestone",
			"k k-usage:usage.meter", "c-figure k k-usage:usage.included", "c-word k k-usage:usage.every"),
		Steps:        c.rows(row+".fixed.ramp", "Add a step", "step", "from", "through", "c-figure:quantity", "c-figure:unit_price"),
		Installments: c.rows(row+".fixed.installments", "Add an installment", "installment", "on", "c-figure:amount"),
		Price:        c.price(row+".usage.price", false),
	}
	l.Details = []page.EditorGroup{
		{Cells: c.cellsOf(row, "clause", "description", "from", "through", "id", "role", "pass_on_percent", "supplier", "k k-usage:users")},
		{Class: "k k-usage", Rows: c.rows(row+".usage.where", "Count only some events", "condition", "dimension", "value")},
	}
	l.Open = wrongIn(l.Details)
	l.Note = c.note(row, l.Details...)
	return l
}

// price is how usage becomes money. In a cell of a matrix stand the models that need no more than a quantity.
func (c cells) price(at string, cell bool) page.EditorPrice {
	p := page.EditorPrice{
		Name:   at,
		Error:  c.of(at),
		Model:  c.bare(at, "c-model:model")[0],
		Cells:  c.bare(at, "c-figure m m-per_unit m-flat m-package:amount", "c-figure m m-package:size"),
		Tiers:  c.rows(at+".tiers", "Add a tier", "tier", "c-figure:up_to", "c-figure m-unit:unit", "c-figure:flat"),
		AtZero: c.field(at + ".flat_at_zero"),
	}
	if tiers := p.Tiers.Rows; len(tiers) > 0 {
		tiers[len(tiers)-1].Cells[0].Field.Placeholder = "and beyond"
	}
	if cell {
		return p
	}
	p.Cells = append(p.Cells, c.bare(at, "c-figure m m-percentage:percent", "c-figure m m-percentage:per_event", "c-figure m m-percentage:free_events",
		"c-figure m m-percentage:free_units", "c-figure m m-percentage:minimum", "c-figure m m-percentage:maximum")...)
	by := c.cell("m m-matrix", at+".by")
	by.Field.List = "dimensions"
	p.Cells = append(p.Cells, by)
	p.Matrix = &page.EditorMatrix{List: at + ".prices", Error: c.of(at + ".prices"), Other: c.price(at+".other", true)}
	for i := range c.sheet.rows(at + ".prices") {
		row := fmt.Sprintf("%s.prices[%d]", at, i)
		one := c.price(row, true)
		one.Row = page.EditorRow{Name: row, List: at + ".prices", Number: i, What: fmt.Sprintf("value %d", i+1)}
		one.Value = c.bare(row, "c-value:value")
		one.Value[0].Field.Focus = c.focus == row
		p.Matrix.Prices = append(p.Matrix.Prices, one)
	}
	return p
}

// layout says which fields of a list's rows are seen at once, and which are folded away, in groups.
type layout struct {
	list, title, one, add, about string
	main                         []string
	more                         []group
}

type group struct {
	title string
	names []string
	rows  string // a list of installments
}

var layouts = []layout{
	{"prepaid", "Prepaid amounts", "prepaid amount", "Prepaid amount", "Usage paid up front; what goes beyond it is charged as overage.",
		[]string{"product", "c-figure:amount", "c-figure:units", "every", "c-figure:price", "c-figure:overage.factor", "lines"},
		[]group{
			{"Left over at the end of a period", []string{"rollover.percent", "rollover.most", "rollover.periods", "rollover.used", "expires_after_days"}, ""},
			{"Billed apart from when it can be used", []string{"bill.every", "bill.in"}, "bill.installments"},
			{"Days, order and paper", []string{"from", "through", "priority", "overage.unit_price", "clause", "id"}, ""},
		}},
	{"commitments", "Commitments", "commitment", "Commitment", "Spend at least so much in each period, or pay the difference.",
		[]string{"c-figure:amount", "every", "product", "lines"},
		[]group{
			{"In units instead of money", []string{"units", "unit_price"}, ""},
			{"Beside other commitments", []string{"flow", "priority", "within"}, ""},
			{"Days and paper", []string{"from", "through", "clause", "id"}, ""},
		}},
	{"caps", "Caps", "cap", "Cap", "Bound what lines can cost in each period.",
		[]string{"kind", "c-figure:amount", "c-figure:units", "every", "then", "lines"},
		[]group{{"Beyond it, and paper", []string{"overage.factor", "overage.unit_price", "clause", "id"}, ""}}},
	{"discounts", "Discounts", "discount", "Discount", "Off what lines come to, before tax.",
		[]string{"c-figure:percent", "c-figure:amount", "k-amount:every", "reason", "lines"},
		[]group{{"Days, programme and paper", []string{"from", "through", "programme", "clause", "id"}, ""}}},
	{"credits", "Credits", "credit", "Credit", "Pays for charges until it is used up or lapses; never paid for.",
		[]string{"kind", "c-figure:amount", "through", "reason", "lines"},
		[]group{{"Days, order, programme and paper", []string{"from", "priority", "programme", "clause", "id"}, ""}}},
}

// promised is a list of the contract with its rows.
func (c cells) promised(l layout) page.EditorList {
	out := page.EditorList{List: l.list, Title: l.title, Add: l.add, About: l.about, One: l.one}
	for i := range c.sheet.rows(l.list) {
		row := fmt.Sprintf("%s[%d]", l.list, i)
		r := page.EditorPromise{EditorRow: page.EditorRow{Name: row, List: l.list, Number: i, What: fmt.Sprintf("%s %d", l.one, i+1), Cells: c.cellsOf(row, l.main...),
			Error: c.of(row, row+".bill", row+".rollover", row+".overage")}}
		r.Cells[0].Field.Focus = c.focus == row
		for _, g := range l.more {
			shown := page.EditorGroup{Title: g.title, Cells: c.cellsOf(row, g.names...)}
			if g.rows != "" {
				shown.Rows = c.rows(row+"."+g.rows, "Add an installment", "installment", "on", "c-figure:amount")
			}
			r.More = append(r.More, shown)
		}
		r.Open, r.Note = wrongIn(r.More), c.note(row, r.More...)
		out.Rows = append(out.Rows, r)
	}
	return out
}

// sectionLayouts are the parts that a contract has once or not at all.
var sectionLayouts = []struct {
	name, title, about string
	cells              []string
}{
	{"trial", "Trial", "A time without charge that ends by itself.", []string{"through", "then", "lines"}},
	{"reseller", "Partner", "The third party of the deal.", []string{"kind", "partner", "p p-wholesale:margin_percent", "p p-referral:commission_percent", "p p-marketplace:fee_percent", "role"}},
	{"renewal", "Renewal", "What happens when the term runs out.", []string{"months", "notice_days", "uplift_percent", "price", "cancellable", "c-check:auto"}},
	{"ending", "Early end", "The last day is the last day of the term.", []string{"cause", "refund", "commitments"}},
}

// sections are those in the form, and buttons for the others.
func (c cells) sections() (shown []page.EditorSection, absent []page.EditorAdd) {
	for _, l := range sectionLayouts {
		if !c.sheet.has(l.name) {
			absent = append(absent, page.EditorAdd{Name: l.name, Label: l.title})
			continue
		}
		s := page.EditorSection{Name: l.name, Title: l.title, About: l.about, Error: c.of(l.name), Cells: c.cellsOf(l.name, l.cells...)}
		s.Cells[0].Field.Focus = c.focus == l.name
		shown = append(shown, s)
	}
	return shown, absent
}

// wrongIn says whether something in folded groups is wrong: they are opened then.
func wrongIn(groups []page.EditorGroup) bool {
	for _, g := range groups {
		for _, cell := range g.Cells {
			if cell.Wrong() {
				return true
			}
		}
		if g.Rows.Error != "" {
			return true
		}
		for _, row := range g.Rows.Rows {
			for _, cell := range row.Cells {
				if cell.Wrong() {
					return true
				}
			}
		}
	}
	return false
}
