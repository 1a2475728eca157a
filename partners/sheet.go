package partners

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Sheet is a statement as it is read: the page, the CSV file and the PDF show these very cells.
type Sheet struct {
	Title, From, To string
	About           string
	Month           period.Month
	Parts           []Part
}

// Part is one table of it. Right says which columns hold figures.
type Part struct {
	Title   string
	Columns []string
	Right   []bool
	Rows    [][]Cell
	Foot    [][]Cell
}

// Cell is a text or an amount.
type Cell struct {
	Text   string
	Amount *money.Amount
}

// Shown is the cell as people read it.
func (c Cell) Shown() string {
	if c.Amount != nil {
		return c.Amount.Display() + " " + string(c.Amount.Currency())
	}
	return c.Text
}

// texts and amounts make cells of a row.
func texts(all ...string) []Cell {
	out := make([]Cell, len(all))
	for i, t := range all {
		out[i].Text = t
	}
	return out
}

func amounts(row []Cell, all ...money.Amount) []Cell {
	for _, a := range all {
		row = append(row, Cell{Amount: &a})
	}
	return row
}

// Names are what the sheet calls parties.
type Names map[customers.ID]string

// Sheet lays the statement out for the partner.
func (s Statement) Sheet(from string, names Names) Sheet {
	out := Sheet{Title: "Partner statement", From: from, To: names[s.Party], Month: s.Month, About: "What " + monthText(s.Month) + " brought, and what is owed at its end."}
	out.add(s.balances())
	out.add(s.commissions(names))
	out.add(s.sold("Sold on to end customers", s.Sales, true))
	out.add(s.payments())
	return out
}

// CustomerSheet lays out what one end customer used, without what the partner was charged.
func (s Statement) CustomerSheet(from string, customer customers.ID, names Names) Sheet {
	out := Sheet{Title: "Statement of use", From: from, To: names[customer], Month: s.Month, About: "What was billed to " + names[s.Party] + " in " + monthText(s.Month) + " for your use of it."}
	out.add(s.sold("Used", s.Of(customer), false))
	return out
}

func (s *Sheet) add(p Part) {
	if len(p.Rows) > 0 {
		s.Parts = append(s.Parts, p)
	}
}

func monthText(m period.Month) string { return m.First().Format("January 2006") }
func dayText(d period.Date) string    { return d.Format("2 Jan 2006") }

// spanText leaves out what both ends share: "1 – 31 Aug 2026".
func spanText(s period.Span) string {
	if s.Start.MonthOf() == s.Last().MonthOf() {
		return s.Start.Format("2") + " – " + dayText(s.Last())
	}
	return dayText(s.Start) + " – " + dayText(s.Last())
}

// quantityText sets thousands apart, as amounts do.
func quantityText(d decimal.Decimal, unit string) string {
	if d.IsZero() {
		return ""
	}
	whole, part, _ := strings.Cut(d.String(), ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if part != "" {
		whole += "." + part
	}
	return strings.TrimSpace(whole + " " + unit)
}

func percentOf(d decimal.Decimal) string { return d.String() + " %" }

// OwedText says what a party is owed for.
func OwedText(o Owed) string {
	if o == Supply {
		return "Supplies we sell as the agent"
	}
	return "Commission"
}

func (s Statement) balances() Part {
	p := Part{Title: "Balance", Columns: []string{"For", "At the beginning", "Earned", "Paid or withheld", "Owed at the end"}, Right: []bool{false, true, true, true, true}}
	for _, r := range s.Rolls {
		p.Rows = append(p.Rows, amounts(texts(OwedText(r.Owed)), r.Opening, r.Earned, r.Paid, r.Closing))
	}
	return p
}

func (s Statement) commissions(names Names) Part {
	p := Part{Title: "Commission by contract", Columns: []string{"End customer", "Contract", "Of what is collected", "Billed", "Collected", "Commission"}, Right: []bool{false, false, true, true, true, true}}
	sums := map[money.Currency]Earning{}
	var order []money.Currency
	for _, e := range s.Commissions {
		p.Rows = append(p.Rows, amounts(texts(names[e.Customer], e.Number, percentOf(e.Percent)), e.Billed, e.Collected, e.Accrued))
		sum, seen := sums[e.Currency]
		if !seen {
			order = append(order, e.Currency)
		}
		sum.Billed, sum.Collected, sum.Accrued = sum.Billed.Add(e.Billed), sum.Collected.Add(e.Collected), sum.Accrued.Add(e.Accrued)
		sums[e.Currency] = sum
	}
	for _, c := range order {
		p.Foot = append(p.Foot, amounts(texts("Together", "", ""), sums[c].Billed, sums[c].Collected, sums[c].Accrued))
	}
	return p
}

// sold lists what end customers used. Prices are the partner's own affair: its customer does not see them.
func (s Statement) sold(title string, sales []Sale, priced bool) Part {
	p := Part{Title: title, Columns: []string{"End customer", "Contract", "What", "Service", "Quantity"}, Right: []bool{false, false, false, false, true}}
	fees := slices.ContainsFunc(sales, func(x Sale) bool { return x.Kind == contracts.Marketplace })
	if priced {
		p.Columns, p.Right = append(p.Columns, "Document", "Before tax"), append(p.Right, false, true)
		if fees {
			p.Columns, p.Right = append(p.Columns, "Fee kept"), append(p.Right, true)
		}
	}
	sums := map[money.Currency][2]money.Amount{}
	for _, x := range sales {
		row := texts(x.Name, x.Contract, x.Text, spanText(x.Span), quantityText(x.Quantity, x.Unit))
		if priced {
			row = amounts(append(row, texts(x.Document)...), x.Amount)
			if fees {
				row = amounts(row, x.Fee)
			}
			c := x.Amount.Currency()
			sums[c] = [2]money.Amount{sums[c][0].Add(x.Amount), sums[c][1].Add(x.Fee)}
		}
		p.Rows = append(p.Rows, row)
	}
	for _, c := range currencies(sums) {
		row := amounts(texts("Together", "", "", "", "", ""), sums[c][0])
		if fees {
			row = amounts(row, sums[c][1])
		}
		p.Foot = append(p.Foot, row)
	}
	return p
}

func currencies[T any](sums map[money.Currency]T) []money.Currency {
	var out []money.Currency
	for c := range sums {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

func (s Statement) payments() Part {
	p := Part{Title: "Payments", Columns: []string{"Day", "Number", "For", "Reference", "Amount"}, Right: []bool{false, false, false, false, true}}
	for _, x := range s.Settlements {
		p.Rows = append(p.Rows, amounts(texts(dayText(x.On), x.Number(), OwedText(x.Owed), x.Reference), x.Amount))
	}
	return p
}
