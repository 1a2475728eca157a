package invoicing

import (
	"fmt"
	"slices"
	"strings"

	"ratable/internal/money"
	"ratable/internal/pdf"
	"ratable/internal/period"
)

// longAfter is how many lines a clerk reads one by one. A document with more of them says on its first page what each product
// comes to, with total and payment below, and lists its lines behind, by product.
const longAfter = 30

func (d Draft) long() bool { return len(d.Lines) > longAfter }

// batch is what a section asks for one product.
type batch struct {
	product string
	name    string
	lines   []int // places in the document, from 0
	days    period.Span
	sum     money.Amount
}

// batches puts lines together by product, in the order in which each first appears.
func (d Draft) batches(lines []int) []batch {
	var out []batch
	for _, i := range lines {
		l := d.Lines[i]
		at := slices.IndexFunc(out, func(b batch) bool { return b.product == l.Product })
		if at < 0 {
			at, out = len(out), append(out, batch{product: l.Product, name: l.Description, days: l.Served(), sum: money.Zero(d.Currency)})
		}
		b := &out[at]
		b.lines, b.sum, b.name = append(b.lines, i), b.sum.Add(l.Amount), commonWords(b.name, l.Description)
		b.days = period.NewSpan(period.MinDate(b.days.Start, l.Served().Start), period.MaxDate(b.days.End, l.Served().End))
	}
	for i := range out {
		if out[i].name == "" {
			out[i].name = out[i].product
		}
	}
	return out
}

// commonWords are the words that two descriptions begin with: "Virtual machines" of "Virtual machines, us-east" and
// "Virtual machines, eu-west". A product's own name is not frozen with the document, its descriptions are.
func commonWords(a, b string) string {
	if a == b {
		return a
	}
	x, y := strings.Fields(a), strings.Fields(b)
	n := 0
	for n < len(x) && n < len(y) && strings.Trim(x[n], ",:;") == strings.Trim(y[n], ",:;") {
		n++
	}
	return strings.TrimRight(strings.Join(x[:n], " "), " ,:;-–·(")
}

// summary is the first page of a long document: what each product comes to, by end customer where there are several.
func (s *sheet) summary() {
	t := pdf.Table{
		Columns: []pdf.Column{{Title: "Product", Flex: 1}, {Title: "Service period"}, {Title: "Lines", Align: pdf.AlignRight}, {Title: "Amount, " + string(s.Currency), Align: pdf.AlignRight}},
		Body:    body, Note: small, Head: small, HeadRow: pdf.Row{Below: strong, PadBottom: 2.5}, Gutter: 11, Pad: 2.4,
	}
	sections := s.sections()
	for _, x := range sections {
		if len(sections) > 1 {
			t.Rows = append(t.Rows, pdf.Row{Cells: []pdf.Cell{{Text: x.name, Span: 4, Style: body.AsBold()}}, Fill: &pale, PadTop: 3, PadBottom: 3, KeepWithNext: true})
		}
		for _, b := range s.batches(x.lines()) {
			t.Rows = append(t.Rows, pdf.Row{Below: hair, Cells: []pdf.Cell{{Text: b.name}, {Text: span(b.days)}, {Text: numbers(b.lines)}, {Text: b.sum.Display()}}})
		}
		if len(sections) > 1 {
			t.Rows[len(t.Rows)-1].KeepWithNext = true
			t.Rows = append(t.Rows, pdf.Row{Cells: []pdf.Cell{{Text: "Subtotal " + x.name, Span: 3, Style: body.AsBold()}, {Text: x.sum.Display(), Style: body.AsBold()}}, PadBottom: 8})
		}
	}
	s.Table(t)
	s.Space(6)
	s.Paragraph(small, fmt.Sprintf("The %d lines of this document follow behind, numbered, with what each counted and how its amount came about.", len(s.Lines)))
}

// lines are the places of all lines of a section.
func (x section) lines() (out []int) {
	for _, p := range x.parts {
		out = append(out, p.lines...)
	}
	return out
}

// numbers say which lines of the document these are: "1 – 6", or how many where they do not follow each other.
func numbers(lines []int) string {
	first, last := lines[0], lines[len(lines)-1]
	switch {
	case len(lines) == 1:
		return fmt.Sprint(first + 1)
	case last-first == len(lines)-1:
		return fmt.Sprintf("%d – %d", first+1, last+1)
	}
	return plural(fmt.Sprintf("%d line", len(lines)), len(lines))
}

// annex lists the lines of a long document on pages of their own.
func (s *sheet) annex() {
	s.NewPage()
	s.Paragraph(pdf.Style{Size: 11.5, Bold: true, Color: ink, Leading: 1.4}, "Lines")
	s.Space(6)
	s.table()
}

// batched are the rows of some lines under a heading for each product, with what it comes to below.
func (s *sheet) batched(lines []int) []pdf.Row {
	var rows []pdf.Row
	for _, b := range s.batches(lines) {
		if len(b.lines) == 1 {
			rows = append(rows, s.line(b.lines[0]+1, s.Lines[b.lines[0]])...)
			continue
		}
		rows = append(rows, pdf.Row{Cells: []pdf.Cell{{}, {Text: b.name, Span: 5, Style: body.AsBold()}}, PadTop: 7, KeepWithNext: true})
		for _, i := range b.lines {
			rows = append(rows, s.line(i+1, s.Lines[i])...)
		}
		rows[len(rows)-1].KeepWithNext = true
		rows = append(rows, pdf.Row{Cells: []pdf.Cell{{}, {Text: "Subtotal " + b.name, Span: 4, Style: body.AsBold()}, {Text: b.sum.Display(), Style: body.AsBold()}}, PadTop: 3, PadBottom: 6})
	}
	return rows
}
