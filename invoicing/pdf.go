package invoicing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ratable/entities"
	"ratable/internal/mail"
	"ratable/internal/pdf"
	"ratable/internal/postgres"
)

// MailKind is how a message names a document that Renderer draws.
const MailKind = "invoice"

// Renderer draws the documents that messages name, when they are sent. A voided one is refused for good: its message
// stays unsent, with the reason.
func Renderer() mail.Renderer {
	return func(ctx context.Context, q postgres.Querier, number string) (mail.Attachment, error) {
		d, err := Get(ctx, q, number)
		if err != nil {
			return mail.Attachment{}, err
		}
		if d.Voided != nil { // while its message waited
			return mail.Attachment{}, &mail.Refusal{Code: 550, Reply: fmt.Sprintf("not sent: %s was voided on %s", number, d.Voided.On)}
		}
		content, err := PDF(d.Document)
		return mail.Attachment{Name: number + ".pdf", ContentType: "application/pdf", Content: content}, err
	}
}

// PDF draws a document as it was frozen: the same document gives the same bytes
// today and in ten years, because nothing else is looked at.
func PDF(d Document) ([]byte, error) {
	s := &sheet{Document: d}
	s.Doc = pdf.New(pdf.Options{
		Paper: paper(d.Buyer.Country), Margins: pdf.Margins{Top: 19 * pdf.MM, Right: 19 * pdf.MM, Bottom: 25 * pdf.MM, Left: 19 * pdf.MM},
		Title: kindName(d.Kind) + " " + d.Number, Author: d.Seller.Name, Created: d.IssuedOn.Time(time.UTC),
		Subject: fmt.Sprintf("%s %s for %s", kindName(d.Kind), d.Number, d.Buyer.Name),
		Header:  s.header, Footer: s.footer,
	})
	s.letterhead()
	s.parties()
	s.headline()
	if s.long() {
		s.summary()
	} else {
		s.table()
	}
	s.totals()
	s.notes()
	s.payment()
	if s.long() {
		s.annex()
	}
	out, err := s.Bytes()
	if err != nil {
		return nil, fmt.Errorf("draw %s: %w", d.Number, err)
	}
	return out, nil
}

// sheet is a document being drawn.
type sheet struct {
	Document
	*pdf.Doc
}

// paper is what the buyer's printer holds.
func paper(country string) pdf.Paper {
	switch country {
	case "US", "CA", "MX", "PH", "CL", "CO":
		return pdf.Letter
	}
	return pdf.A4
}

// The house's look: one ink, one gray, one accent; type in three sizes.
var (
	ink    = pdf.Color{R: 0x16, G: 0x1d, B: 0x27}
	gray   = pdf.Color{R: 0x64, G: 0x6e, B: 0x7a}
	accent = pdf.Color{R: 0x0b, G: 0x63, B: 0x7a}
	pale   = pdf.Color{R: 0xf3, G: 0xf5, B: 0xf7}

	hair   = pdf.Rule{Stroke: 0.5, Color: pdf.Color{R: 0xd8, G: 0xdd, B: 0xe2}}
	strong = pdf.Rule{Stroke: 0.9, Color: ink}

	body  = pdf.Style{Size: 8.8, Color: ink, Leading: 1.45}
	small = pdf.Style{Size: 7.4, Color: gray, Leading: 1.45}
	title = pdf.Style{Size: 21, Color: ink, Leading: 1.2}
)

// logo stands where the seller's logo goes: rising steps in a square.
var logo = []pdf.MarkShape{
	{Color: accent, Points: []pdf.Point{{X: 0, Y: 0.62}, {X: 0.28, Y: 0.62}, {X: 0.28, Y: 1}, {X: 0, Y: 1}}},
	{Color: accent, Points: []pdf.Point{{X: 0.36, Y: 0.32}, {X: 0.64, Y: 0.32}, {X: 0.64, Y: 1}, {X: 0.36, Y: 1}}},
	{Color: ink, Points: []pdf.Point{{X: 0.72, Y: 0}, {X: 1, Y: 0}, {X: 1, Y: 1}, {X: 0.72, Y: 1}}},
}

func (s *sheet) letterhead() {
	s.Mark(pdf.Mark{Name: s.Seller.Name, Shapes: logo}, s.Left(), s.Top(), 20, pdf.Style{Size: 12.5, Bold: true, Color: ink})
	s.Text(s.Right(), s.Top()+17, title, pdf.AlignRight, kindName(s.Kind))
	s.MoveTo(s.Top() + 46)
}

// parties sets who sells, who buys, and the facts of the document side by side.
func (s *sheet) parties() {
	top, gap := s.Y(), 18.0
	facts := 172.0
	party := (s.Width() - facts - 2*gap) / 2
	from := s.party(s.Left(), party, "From", s.Seller, s.sellerDetails())
	to := s.party(s.Left()+party+gap, party, "Bill to", s.Buyer, s.Buyer.TaxIDs)
	at := s.facts(s.Right()-facts, top-3, facts)
	s.MoveTo(max(from, to, at) + 22)
}

func (s *sheet) party(x, width float64, label string, p Party, more []string) float64 {
	y := s.Block(x, s.Y(), width, small, label) + 1.5
	y = s.Block(x, y, width, body.AsBold(), p.Name)
	y = s.Block(x, y, width, body, strings.Join(p.Lines, "\n"))
	if len(more) > 0 {
		y = s.Block(x, y+3, width, small, strings.Join(more, "\n"))
	}
	return y
}

func (s *sheet) sellerDetails() []string {
	out := append([]string(nil), s.Seller.TaxIDs...)
	for _, contact := range []string{s.Seller.Email, s.Seller.Phone} {
		if contact != "" {
			out = append(out, contact)
		}
	}
	return out
}

// facts are the numbers and days a clerk types into another system.
func (s *sheet) facts(x, y, width float64) float64 {
	rows := [][2]string{{kindName(s.Kind) + " number", s.Number}, {"Issued", day(s.IssuedOn)}}
	if s.TaxPoint != s.IssuedOn {
		rows = append(rows, [2]string{"Tax point", day(s.TaxPoint)})
	}
	if s.Kind == entities.Invoice {
		rows = append(rows, [2]string{"Due", day(s.DueOn)}, [2]string{"Terms", terms(s.DueOn.Sub(s.IssuedOn))})
	}
	if s.PONumber != "" {
		rows = append(rows, [2]string{"Your purchase order", s.PONumber})
	}
	if s.Buyer.External != "" {
		rows = append(rows, [2]string{"Customer number", s.Buyer.External})
	}
	for i, r := range rows {
		if i > 0 {
			s.Line(x, y, x+width, y, hair.Stroke, hair.Color)
		}
		s.Text(x, y+11, small, pdf.AlignLeft, r[0])
		value := body
		if i == 0 {
			value = body.AsBold()
		}
		s.Text(x+width, y+11, value, pdf.AlignRight, r[1])
		y += 16
	}
	return y
}

// headline answers the reader's first question.
func (s *sheet) headline() {
	text := fmt.Sprintf("%s %s due %s", s.Currency, s.Total.Display(), day(s.DueOn))
	switch {
	case s.Kind == entities.CreditNote:
		text = fmt.Sprintf("%s %s credited to you", s.Currency, s.Total.Neg().Display())
	case s.Total.IsZero():
		text = "Nothing to pay"
	}
	big := pdf.Style{Size: 15.5, Bold: true, Color: ink, Leading: 1.25}
	s.MoveTo(s.Block(s.Left(), s.Y(), s.Width(), big, text) + 2)
	if about := s.about(); about != "" {
		s.MoveTo(s.Block(s.Left(), s.Y(), s.Width(), body.With(gray), about))
	}
	s.Space(12)
}

// header names the document on the pages after the first.
func (s *sheet) header(d *pdf.Doc, page, _ int) {
	if page == 1 {
		return
	}
	y := d.Top() - 22
	d.Text(d.Left(), y, small, pdf.AlignLeft, s.Seller.Name)
	d.Text(d.Right(), y, small, pdf.AlignRight, fmt.Sprintf("%s %s to %s", kindName(s.Kind), s.Number, s.Buyer.Name))
}

func (s *sheet) footer(d *pdf.Doc, page, pages int) {
	y := d.Sheet().Height - 40
	d.Line(d.Left(), y-12, d.Right(), y-12, hair.Stroke, hair.Color)
	parts := append([]string{s.Seller.Name}, s.Seller.Lines...)
	d.Text(d.Left(), y, small, pdf.AlignLeft, strings.Join(parts, ", "))
	var law []string
	for _, p := range append(append([]string{s.Seller.Register}, s.Seller.TaxIDs...), s.Seller.Website) {
		if p != "" {
			law = append(law, p)
		}
	}
	d.Text(d.Left(), y+10.5, small, pdf.AlignLeft, strings.Join(law, "  ·  "))
	d.Text(d.Right(), y, small, pdf.AlignRight, s.Number)
	d.Text(d.Right(), y+10.5, small, pdf.AlignRight, fmt.Sprintf("Page %d of %d", page, pages))
}
