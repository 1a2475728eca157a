package reports

import (
	"fmt"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
)

// Kind says what a column holds, and so how it is written in each form.
type Kind int

// Kinds of columns.
const (
	Words  Kind = iota
	Code        // an identifier: never broken, never a number to a spreadsheet
	Figure      // money in the report's currency
	Count
	Day
	Month
	Number // a price or a rate: as many digits as it has
)

// Column is a head: Name is for files, Label for people.
type Column struct {
	Name  string
	Label string
	Kind  Kind
}

// RowKind says how a row stands among the others.
type RowKind int

// Kinds of rows.
const (
	Line     RowKind = iota
	Heading          // words over the rows that follow
	Subtotal         // of the rows it adds up
	Total
)

// Row is a line of a table. Adds are the places of the rows that a subtotal or total adds up: a workbook holds the formula,
// so that whoever changes a figure sees the sum follow.
type Row struct {
	Kind  RowKind
	Cells []Cell
	Adds  []int
}

// Cell is a value of its column's kind, and where it leads. A figure without a currency is empty.
type Cell struct {
	Text   string
	Amount money.Amount
	Count  int64
	On     period.Date
	Month  period.Month
	Link   Link

	contract int64 // to be named: its number
	customer int64 // to be named
}

// Target is a kind of page a figure leads to.
type Target string

// Targets. Of what it is says Link.Of.
const (
	ToPostings Target = "postings"
	ToEntries  Target = "entries"
	ToEntry    Target = "entry"    // Of: "account/seq"
	ToSchedule Target = "schedule" // of the contract with this number
	ToWhy      Target = "why"      // of the contract with this number: With line and month
	ToContract Target = "contract"
	ToCustomer Target = "customer"
	ToInvoices Target = "invoices"
	ToReport   Target = "report"
	ToCell     Target = "waterfall cell" // Of: "2026-01/2026-03"
	ToProduct  Target = "product"
	ToAgeing   Target = "ageing"
	ToHolds    Target = "holds"
	ToTrial    Target = "trial balance"
)

// Link is one step deeper: the page, and what it is narrowed by, as pairs of name and value.
type Link struct {
	To   Target
	Of   string
	With []string
}

// Value is what the page is narrowed by under a name.
func (l Link) Value(name string) string {
	for i := 0; i+1 < len(l.With); i += 2 {
		if l.With[i] == name {
			return l.With[i+1]
		}
	}
	return ""
}

// to makes a link; what is zero does not narrow.
func to(target Target, of string, pairs ...any) Link {
	l := Link{To: target, Of: of}
	for i := 0; i+1 < len(pairs); i += 2 {
		if value := fmt.Sprint(pairs[i+1]); value != "" && value != "0" {
			l.With = append(l.With, fmt.Sprint(pairs[i]), value)
		}
	}
	return l
}

// Table is one grid of a report. Name is that of its file and sheet.
type Table struct {
	Name     string
	Title    string
	Columns  []Column
	Rows     []Row
	Currency money.Currency // of its figures; empty: the scope's
	Empty    string         // what is said when there is nothing
	Ordered  bool           // its rows stand in an order of their own
	Sparse   bool           // a page leaves nothing white, so that the shape is seen

	lines []int // places of the lines
}

// newTable begins one.
func newTable(name, title string, columns ...Column) *Table {
	return &Table{Name: name, Title: title, Columns: columns, Empty: "Nothing to show"}
}

func words(name, label string) Column   { return Column{name, label, Words} }
func code(name, label string) Column    { return Column{name, label, Code} }
func figure(name, label string) Column  { return Column{name, label, Figure} }
func count(name, label string) Column   { return Column{name, label, Count} }
func dayOf(name, label string) Column   { return Column{name, label, Day} }
func monthOf(name, label string) Column { return Column{name, label, Month} }
func numeric(name, label string) Column { return Column{name, label, Number} }

func says(text string) Cell              { return Cell{Text: text} }
func is(a money.Amount, at ...Link) Cell { return linked(Cell{Amount: a}, at) }
func on(day period.Date) Cell            { return Cell{On: day} }
func in(m period.Month) Cell             { return Cell{Month: m} }
func counts(n int64) Cell                { return Cell{Count: n} }
func linked(c Cell, at []Link) Cell {
	if len(at) > 0 {
		c.Link = at[0]
	}
	return c
}

// contract names a contract by its number, once all of them are looked up together; 0 is none.
func contract(id int64) Cell { return Cell{contract: id} }

// customer names a customer.
func customer(id int64) Cell { return Cell{customer: id} }

// line adds a row and says at which place it stands.
func (t *Table) line(cells ...Cell) int {
	t.Rows = append(t.Rows, Row{Kind: Line, Cells: t.fill(cells)})
	t.lines = append(t.lines, len(t.Rows)-1)
	return len(t.Rows) - 1
}

func (t *Table) fill(cells []Cell) []Cell {
	if len(cells) > len(t.Columns) {
		panic(fmt.Sprintf("reports: a row of %s has %d cells and the table %d columns", t.Name, len(cells), len(t.Columns)))
	}
	return append(cells, make([]Cell, len(t.Columns)-len(cells))...)
}

func (t *Table) heading(text string) {
	t.Rows = append(t.Rows, Row{Kind: Heading, Cells: t.fill([]Cell{says(text)})})
}

// sum adds a row that adds up the figures of others, column by column.
func (t *Table) sum(kind RowKind, label string, rows []int, links ...func(column int) Link) int {
	cells := t.fill([]Cell{says(label)})
	for i, c := range t.Columns {
		if c.Kind != Figure || i == 0 {
			continue
		}
		for _, r := range rows {
			cells[i].Amount = cells[i].Amount.Add(t.Rows[r].Cells[i].Amount)
		}
		if len(links) > 0 {
			cells[i].Link = links[0](i)
		}
	}
	t.Rows = append(t.Rows, Row{Kind: kind, Cells: cells, Adds: slices.Clone(rows)})
	return len(t.Rows) - 1
}

// total adds all lines up, unless there are none.
func (t *Table) total(zero money.Amount, links ...func(column int) Link) {
	if len(t.lines) == 0 {
		return
	}
	n := t.sum(Total, "Total", t.lines, links...)
	for i, c := range t.Columns {
		if c.Kind == Figure && i > 0 {
			t.Rows[n].Cells[i].Amount = zero.Add(t.Rows[n].Cells[i].Amount)
		}
	}
}

// of is the figure of a column in the table's total; zero when there are no lines.
func (t *Table) of(name string, zero money.Amount) money.Amount {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	sum := zero
	for _, r := range t.lines {
		sum = sum.Add(t.Rows[r].Cells[i].Amount)
	}
	return sum
}

// Chart is a drawing of some figures: one value for each label and series.
type Chart struct {
	Title   string
	Stacked bool
	Lines   bool
	Head    string // what the labels are
	Labels  []string
	Series  []Series
}

// Series is one color.
type Series struct {
	Name   string
	Values []money.Amount
	Links  []Link // one for each value, or none
}
