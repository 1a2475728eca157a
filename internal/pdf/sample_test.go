package pdf_test

import (
	"fmt"
	"time"

	"ratable/internal/pdf"
)

// sample is an invoice such as invoicing will draw: the tests below ask it for what every document must keep.
type sample struct {
	customer string
	lines    int
	paper    pdf.Paper
}

var (
	ink    = pdf.Color{R: 0x1b, G: 0x24, B: 0x30}
	muted  = pdf.Color{R: 0x5d, G: 0x68, B: 0x75}
	hair   = pdf.Rule{Stroke: 0.5, Color: pdf.Color{R: 0xd5, G: 0xda, B: 0xe0}}
	strong = pdf.Rule{Stroke: 1, Color: ink}
	body   = pdf.Style{Size: 9, Color: ink}
	small  = pdf.Style{Size: 7.5, Color: muted}
	accent = pdf.Color{R: 0x0f, G: 0x6e, B: 0x84}
	mark   = pdf.Mark{Name: "Rivermark Cloud", Shapes: []pdf.MarkShape{
		{Color: accent, Points: []pdf.Point{{X: 0, Y: 0}, {X: 1, Y: 0}, {X: 1, Y: 0.36}, {X: 0, Y: 0.64}}},
		{Color: ink, Points: []pdf.Point{{X: 0, Y: 0.78}, {X: 1, Y: 0.5}, {X: 1, Y: 1}, {X: 0, Y: 1}}},
	}}
)

func (s sample) draw() *pdf.Doc {
	d := pdf.New(pdf.Options{
		Paper: s.paper, Title: "Invoice RUS-2026-000123", Author: "Rivermark Cloud, Inc.", Created: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC),
		Footer: func(d *pdf.Doc, page, pages int) {
			y := d.Sheet().Height - 34
			d.Line(d.Left(), y-14, d.Right(), y-14, 0.5, hair.Color)
			d.Text(d.Left(), y, small, pdf.AlignLeft, "Rivermark Cloud, Inc. · 500 Howard Street, San Francisco, CA 94105 · EIN 84-1234567")
			d.Text(d.Right(), y, small, pdf.AlignRight, fmt.Sprintf("Page %d of %d", page, pages))
		},
	})
	d.Mark(mark, d.Left(), d.Top(), 22, pdf.Style{Size: 13, Bold: true, Color: ink})
	d.Text(d.Right(), d.Top()+19, pdf.Style{Size: 20, Color: ink}, pdf.AlignRight, "Invoice")
	d.MoveTo(d.Top() + 50)
	s.parties(d)
	s.table(d)
	d.Space(14)
	d.Need(40)
	end := d.Block(d.Left(), d.Y(), d.Width()*0.6, body.AsBold(), "How to pay")
	d.MoveTo(d.Block(d.Left(), end+2, d.Width()*0.6, body,
		"Bank transfer to First Harbor Bank, account 000123456789, routing 021000021, quoting RUS-2026-000123."))
	return d
}

func (s sample) parties(d *pdf.Doc) {
	half, top := d.Width()/2, d.Y()
	left := d.Block(d.Left(), top, half, small, "Billed to")
	left = d.Block(d.Left(), left+1, half-20, body.AsBold(), s.customer)
	left = d.Block(d.Left(), left, half-20, body, "Accounts Payable\n1200 Market Street, Floor 14\nPhiladelphia, PA 19107\nUnited States")
	x, y := d.Left()+half, top+2
	for _, kv := range [][2]string{{"Invoice number", "RUS-2026-000123"}, {"Issued", "April 1, 2026"}, {"Due", "May 1, 2026 (net 30)"},
		{"Your purchase order", "PO-88213"}, {"Service period", "March 1 – 31, 2026"}} {
		d.Text(x, y+8, small, pdf.AlignLeft, kv[0])
		d.Text(d.Right(), y+8, body, pdf.AlignRight, kv[1])
		y += 14
	}
	d.MoveTo(max(left, y) + 22)
}

func (s sample) table(d *pdf.Doc) {
	t := pdf.Table{
		Columns: []pdf.Column{{Title: "Description", Flex: 1}, {Title: "Quantity", Align: pdf.AlignRight},
			{Title: "Unit price", Align: pdf.AlignRight}, {Title: "Amount (USD)", Align: pdf.AlignRight}},
		Body: body, Note: small, Head: small, HeadRow: pdf.Row{Below: strong}, Gutter: 16, Pad: 4,
	}
	for i := range s.lines {
		t.Rows = append(t.Rows, pdf.Row{Below: hair, Cells: []pdf.Cell{
			{Text: fmt.Sprintf("API requests, region %d", i+1), Note: "March 1 – 31, 2026 · first 1,000,000 included, then $0.40 per 1,000 up to 5,000,000, $0.32 above"},
			{Text: "4,182,117"}, {Text: "0.0004"}, {Text: fmt.Sprintf("%d,272.85", i+1)},
		}})
	}
	total := func(label, amount string, st pdf.Style, above pdf.Rule, keep bool) {
		t.Rows = append(t.Rows, pdf.Row{KeepWithNext: keep, Style: st, Cells: []pdf.Cell{{}, {Text: label, Span: 2, Align: pdf.AlignLeft}, {Text: amount}}, Above: above})
	}
	total("Subtotal", "12,728.50", body, pdf.Rule{}, true)
	total("Pennsylvania sales tax 6%", "763.71", body, pdf.Rule{}, true)
	total("Philadelphia local 2%", "254.57", body, pdf.Rule{}, true)
	total("Total due", "13,746.78", pdf.Style{Size: 11, Bold: true, Color: ink}, strong, false)
	d.Table(t)
}
