package partners

import (
	"fmt"
	"time"

	"ratable/internal/pdf"
)

// The look is that of invoices.
var (
	ink    = pdf.Color{R: 0x16, G: 0x1d, B: 0x27}
	gray   = pdf.Color{R: 0x64, G: 0x6e, B: 0x7a}
	body   = pdf.Style{Size: 8.4, Color: ink, Leading: 1.45}
	small  = pdf.Style{Size: 7.4, Color: gray, Leading: 1.45}
	strong = pdf.Rule{Stroke: 0.9, Color: ink}
	hair   = pdf.Rule{Stroke: 0.5, Color: pdf.Color{R: 0xd8, G: 0xdd, B: 0xe2}}
)

// PDF draws a sheet across, as its tables are wide. The same sheet gives the same bytes.
func (s Sheet) PDF() ([]byte, error) {
	d := pdf.New(pdf.Options{
		Paper: pdf.Paper{Width: pdf.A4.Height, Height: pdf.A4.Width}, Margins: pdf.Margins{Top: 17 * pdf.MM, Right: 17 * pdf.MM, Bottom: 22 * pdf.MM, Left: 17 * pdf.MM},
		Title: s.Title + ", " + monthText(s.Month), Author: s.From, Subject: s.Title + " for " + s.To, Created: s.Month.Last().Time(time.UTC),
		Footer: func(d *pdf.Doc, page, pages int) {
			y := d.Sheet().Height - 34
			d.Text(d.Left(), y, small, pdf.AlignLeft, s.From+"  ·  "+s.Title+", "+monthText(s.Month)+", for "+s.To)
			d.Text(d.Right(), y, small, pdf.AlignRight, fmt.Sprintf("Page %d of %d", page, pages))
		},
	})
	d.Text(d.Right(), d.Top()+15, body.With(gray), pdf.AlignRight, s.From)
	d.MoveTo(d.Block(d.Left(), d.Top(), d.Width()*0.7, pdf.Style{Size: 19, Color: ink, Leading: 1.2}, s.Title+", "+monthText(s.Month)) + 4)
	d.MoveTo(d.Block(d.Left(), d.Y(), d.Width(), pdf.Style{Size: 11, Bold: true, Color: ink, Leading: 1.3}, s.To) + 1)
	d.MoveTo(d.Block(d.Left(), d.Y(), d.Width(), body.With(gray), s.About))
	for _, p := range s.Parts {
		p.draw(d)
	}
	if len(s.Parts) == 0 {
		d.Space(16)
		d.Paragraph(body, "Nothing happened in this month, and nothing is owed.")
	}
	out, err := d.Bytes()
	if err != nil {
		return nil, fmt.Errorf("draw the statement of %s: %w", s.To, err)
	}
	return out, nil
}

func (p Part) draw(d *pdf.Doc) {
	d.Space(16)
	d.Need(60)
	d.Paragraph(pdf.Style{Size: 9.6, Bold: true, Color: ink, Leading: 1.4}, p.Title)
	d.Space(3)
	t := pdf.Table{Body: body, Head: small, HeadRow: pdf.Row{Below: strong, PadBottom: 2.5}, Gutter: 12, Pad: 1.6}
	for i, title := range p.Columns {
		c := pdf.Column{Title: title}
		if p.Right[i] {
			c.Align = pdf.AlignRight
		}
		if i == 0 {
			c.Flex = 1
		}
		t.Columns = append(t.Columns, c)
	}
	row := func(cells []Cell, style pdf.Style, above pdf.Rule) {
		r := pdf.Row{Style: style, Above: above}
		for _, c := range cells {
			r.Cells = append(r.Cells, pdf.Cell{Text: c.Shown()})
		}
		t.Rows = append(t.Rows, r)
	}
	for i, cells := range p.Rows {
		above := hair
		if i == 0 {
			above = pdf.Rule{}
		}
		row(cells, pdf.Style{}, above)
	}
	for _, cells := range p.Foot {
		t.Rows[len(t.Rows)-1].KeepWithNext = true
		row(cells, body.AsBold(), strong)
	}
	d.Table(t)
}
