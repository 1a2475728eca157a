package invoicing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/pdf"
	"ratable/internal/period"
)

// about says in a line what the document is for.
func (s *sheet) about() string {
	var corrected, numbers []string
	for _, l := range s.Lines {
		if l.Corrects != nil && !slices.Contains(corrected, l.Corrects.Document) {
			corrected = append(corrected, l.Corrects.Document)
		}
		if !slices.Contains(numbers, l.ContractNumber) {
			numbers = append(numbers, l.ContractNumber)
		}
	}
	switch {
	case len(corrected) > 0 && len(corrected) <= 3:
		return "Corrects " + list(corrected)
	case len(numbers) <= 3:
		return plural("For contract", len(numbers)) + " " + list(numbers)
	}
	return ""
}

// table lists the lines with how each amount came about, under a heading per end
// customer when there are several.
func (s *sheet) table() {
	t := pdf.Table{
		Columns: []pdf.Column{
			{}, {Title: "Description", Flex: 1}, {Title: "Service period"}, {Title: "Quantity", Align: pdf.AlignRight},
			{Title: "Unit price", Align: pdf.AlignRight}, {Title: "Amount, " + string(s.Currency), Align: pdf.AlignRight},
		},
		Body: body, Note: small, Head: small, HeadRow: pdf.Row{Below: strong, PadBottom: 2.5}, Gutter: 11, Pad: 0.7,
	}
	sections := s.sections()
	for _, x := range sections {
		if len(sections) > 1 {
			t.Rows = append(t.Rows, heading(x.name))
		}
		for _, p := range x.parts {
			t.Rows = append(t.Rows, s.part(p, len(x.parts) > 1)...)
		}
		if len(sections) > 1 {
			// A subtotal under its last line, never alone on a page.
			t.Rows[len(t.Rows)-1].KeepWithNext = true
			t.Rows = append(t.Rows, subtotal(x.name, x.sum))
		}
	}
	s.Table(t)
}

// part is what one contract asks for; with its number and sum where it is one of
// several.
func (s *sheet) part(p part, several bool) []pdf.Row {
	var rows []pdf.Row
	if several {
		rows = append(rows, pdf.Row{Cells: []pdf.Cell{{}, {Text: "Contract " + p.contract, Span: 5, Style: body.AsBold()}}, PadTop: 6, KeepWithNext: true})
	}
	if s.long() {
		rows = append(rows, s.batched(p.lines)...)
	} else {
		for _, i := range p.lines {
			rows = append(rows, s.line(i+1, s.Lines[i])...)
		}
	}
	if several {
		rows[len(rows)-1].KeepWithNext = true
		rows = append(rows, pdf.Row{
			Cells:  []pdf.Cell{{}, {Text: "Subtotal " + p.contract, Span: 4}, {Text: p.sum.Display()}},
			PadTop: 3, PadBottom: 6,
		})
	}
	return rows
}

func heading(name string) pdf.Row {
	return pdf.Row{
		Cells: []pdf.Cell{{}, {Text: name, Span: 5, Style: body.AsBold()}},
		Fill:  &pale, PadTop: 4, PadBottom: 4, KeepWithNext: true,
	}
}

func subtotal(name string, sum money.Amount) pdf.Row {
	return pdf.Row{
		Cells:  []pdf.Cell{{}, {Text: "Subtotal " + name, Span: 4, Style: body.AsBold()}, {Text: sum.Display(), Style: body.AsBold()}},
		PadTop: 4, PadBottom: 12,
	}
}

// line is a row for the charge and smaller ones for how it was computed.
func (s *sheet) line(n int, l Line) []pdf.Row {
	row := pdf.Row{Cells: []pdf.Cell{
		{Text: fmt.Sprint(n), Style: body.With(gray)},
		{Text: l.Description, Note: strings.Join(s.references(l), "\n")},
		{Text: span(l.Served()), Note: partial(l)},
		{}, {}, {Text: l.Amount.Display()},
	}}
	if l.showsQuantity() {
		row.Cells[3].Text = figure(l.Detail.Quantity, 0)
	}
	if unit, ok := l.unitPrice(); ok {
		row.Cells[4].Text = price(unit, s.Currency)
		if l.Detail.Unit != "" {
			row.Cells[4].Note = "per " + l.Detail.Unit
		}
	}
	rows := append([]pdf.Row{row}, s.steps(l)...)
	for i := range rows[:len(rows)-1] {
		rows[i].KeepWithNext = true
	}
	last := &rows[len(rows)-1]
	last.Below, last.PadBottom = hair, 4.6
	rows[0].PadTop = 4.6
	return rows
}

// references says where the charge is agreed and what it corrects.
func (s *sheet) references(l Line) []string {
	contract := "Contract " + l.ContractNumber
	if l.Clause != "" {
		contract += ", " + l.Clause
	}
	out := []string{contract}
	if l.Corrects != nil {
		out = append(out, fmt.Sprintf("Corrects line %d of %s", l.Corrects.Line, l.Corrects.Document))
	}
	switch {
	case l.Follows == nil:
	case l.reverses():
		out = append(out, fmt.Sprintf("Takes back from line %d of %s", l.Follows.Line, l.Follows.Document))
	default:
		out = append(out, fmt.Sprintf("Adds to line %d of %s", l.Follows.Line, l.Follows.Document))
	}
	return out
}

// Served are the days that were paid for: what the document prints as the service period.
func (l Line) Served() period.Span {
	if l.Service.Empty() {
		return l.Span
	}
	return l.Service
}

// partial tells a part of a billing period from a whole one.
func partial(l Line) string {
	if l.Kind == contracts.Concession || l.Served() != l.Span || l.Span == l.Period || l.Period.Empty() {
		return ""
	}
	return fmt.Sprintf("%d of %d days", l.Span.Days(), l.Period.Days())
}

// reverses says that the line only takes back: its own arithmetic is on the
// document it corrects, or follows when it is set against a new charge (setOff).
func (l Line) reverses() bool {
	return l.Amount.Sign() < 0 && (l.Corrects != nil || l.Before.IsZero())
}

func (l Line) showsQuantity() bool {
	// Overage is charged by value: its units are those of the usage line above.
	return !l.reverses() && !l.Detail.Quantity.IsZero() && l.Kind != contracts.OverCap && l.Kind != contracts.Concession
}

// unitPrice is what one unit costs, where one figure says it.
func (l Line) unitPrice() (decimal.Decimal, bool) {
	switch {
	case l.reverses():
	case l.Kind == contracts.FixedFee || l.Kind == contracts.OneTime || l.Kind == contracts.Prepayment:
		return l.Detail.UnitPrice, true
	case l.Kind == contracts.TrueUp && !l.Detail.CommittedUnits.IsZero():
		return l.Detail.UnitPrice, true
	case l.Kind == contracts.Metered && l.plain():
		return l.Detail.Tiers[0].Unit, true
	}
	return decimal.Decimal{}, false
}

// plain is usage at one price: no free units, no tiers, no flat amounts.
func (l Line) plain() bool {
	d := l.Detail
	return len(d.Tiers) == 1 && d.Tiers[0].Label == "" && d.Tiers[0].Flat.IsZero() && d.Tiers[0].Quantity.Equal(d.Quantity)
}
