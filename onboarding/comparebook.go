package onboarding

import (
	"io"
	"slices"

	"ratable/internal/money"
	"ratable/reports"
)

// bookColumns are those of the workbook of a comparison: the columns of the file, days and amounts told as such. The currency is the
// sheet's.
var bookColumns = []reports.Column{
	{Name: "customer", Label: "Customer", Kind: reports.Code}, {Name: "contract", Label: "Contract", Kind: reports.Code},
	{Name: "class", Label: "Kind of difference", Kind: reports.Code}, {Name: "matched_by", Label: "Matched by", Kind: reports.Code},
	{Name: "from", Label: "From", Kind: reports.Day}, {Name: "through", Label: "Through", Kind: reports.Day},
	{Name: "old_invoice", Label: "Their invoice", Kind: reports.Code}, {Name: "old_line", Label: "Their line", Kind: reports.Words},
	{Name: "old_quantity", Label: "Their units", Kind: reports.Number}, {Name: "old_unit_price", Label: "Their price", Kind: reports.Number},
	{Name: "old_net", Label: "Their amount", Kind: reports.Figure}, {Name: "old_tax", Label: "Their tax", Kind: reports.Figure},
	{Name: "our_invoice_on", Label: "Our invoice of", Kind: reports.Code}, {Name: "our_line", Label: "Our line", Kind: reports.Words},
	{Name: "our_quantity", Label: "Our units", Kind: reports.Number}, {Name: "our_unit_price", Label: "Our price", Kind: reports.Number},
	{Name: "our_net", Label: "Our amount", Kind: reports.Figure}, {Name: "our_tax", Label: "Our tax", Kind: reports.Figure},
	{Name: "net_difference", Label: "Difference", Kind: reports.Figure}, {Name: "tax_difference", Label: "Difference of tax", Kind: reports.Figure},
	{Name: "why", Label: "Why", Kind: reports.Words},
}

// WriteXLSX writes every pair of lines of a comparison as a workbook: a sheet for each currency, its amounts added up by formulas.
func (c Comparison) WriteXLSX(w io.Writer, cohort string) error {
	d := reports.Drawn{Report: reports.Report{Title: "Side by side: cohort " + cohort,
		Question: "What the other system invoiced, beside what our engine would have invoiced for the same days from the same usage. Differences are ours less theirs."}}
	for _, p := range c.Pairs {
		currency := p.Net.Currency()
		i := slices.IndexFunc(d.Tables, func(t reports.Table) bool { return t.Currency == currency })
		if i < 0 {
			i = len(d.Tables)
			d.Tables = append(d.Tables, reports.Table{Name: string(currency), Columns: bookColumns, Currency: currency})
		}
		d.Tables[i].Rows = append(d.Tables[i].Rows, reports.Row{Cells: p.bookCells()})
	}
	for i := range d.Tables {
		d.Tables[i].Rows = append(d.Tables[i].Rows, bookTotal(d.Tables[i].Rows))
	}
	if len(d.Tables) == 0 {
		d.Tables = []reports.Table{{Name: "lines", Columns: bookColumns}}
	}
	for _, customer := range c.Without {
		d.Notes = append(d.Notes, reports.Guarded(customer)+": nothing to compare, because it has no contract or no invoice of the other system here.")
	}
	return reports.WriteXLSX(w, d)
}

func (p Pair) bookCells() []reports.Cell {
	cells := []reports.Cell{{Text: p.Customer}, {Text: p.Contract}, {Text: string(p.Class)}, {Text: p.Matched}, {On: p.Span().Start}, {On: p.Span().Last()}}
	for _, s := range []*Side{p.Old, p.Ours} {
		said := s.cells()
		side := make([]reports.Cell, len(said))
		for i, text := range said {
			side[i].Text = text
		}
		if s != nil {
			side[4], side[5] = reports.Cell{Amount: s.Net}, reports.Cell{Amount: s.Tax}
		}
		cells = append(cells, side...)
	}
	return append(cells, reports.Cell{Amount: p.Net}, reports.Cell{Amount: p.Tax}, reports.Cell{Text: p.Why})
}

// bookTotal adds up the amounts of lines.
func bookTotal(lines []reports.Row) reports.Row {
	total := reports.Row{Kind: reports.Total, Cells: make([]reports.Cell, len(bookColumns))}
	sums := make([]money.Amount, len(bookColumns))
	for n, r := range lines {
		total.Adds = append(total.Adds, n)
		for i, c := range r.Cells {
			sums[i] = sums[i].Add(c.Amount)
		}
	}
	for i := range bookColumns {
		total.Cells[i].Amount = sums[i]
	}
	total.Cells[0].Text = "Total"
	return total
}
