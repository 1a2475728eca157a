package invoicing

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/pdf"
	"ratable/tax"
)

// totals adds up: net, the tax of each jurisdiction with its base and rate, total.
// They stay on one page.
func (s *sheet) totals() {
	s.Space(9)
	t := pdf.Table{
		Columns: []pdf.Column{{Flex: 1}, {Align: pdf.AlignRight}, {Align: pdf.AlignRight}},
		Body:    body, Gutter: 14, Pad: 2.2, Indent: s.Width() * 0.26,
	}
	row := func(label, basis, amount string) {
		t.Rows = append(t.Rows, pdf.Row{KeepWithNext: true, Cells: []pdf.Cell{{Text: label}, {Text: basis, Style: body.With(gray)}, {Text: amount}}})
	}
	row("Net amount", "", s.Net.Display())
	for _, g := range taxGroups(s.TaxRows) {
		row(g.label, g.basis(), g.tax.Display())
	}
	if !s.Fee.IsZero() {
		row(s.feeLabel(), "kept by the marketplace", s.Fee.Neg().Display())
	}
	label := "Total due, " + string(s.Currency)
	if s.Kind == entities.CreditNote {
		label = "Total credit, " + string(s.Currency)
	}
	big := pdf.Style{Size: 11.5, Bold: true, Color: ink}
	t.Rows = append(t.Rows, pdf.Row{Above: strong, PadTop: 3, PadBottom: 3, Style: big, Cells: []pdf.Cell{{Text: label, Span: 2, Align: pdf.AlignLeft}, {Text: s.Total.Display()}}})
	s.Table(t)
}

// taxGroup is one printed row of tax: all lines of a jurisdiction at one rate.
type taxGroup struct {
	label     string
	percent   decimal.Decimal
	base, tax money.Amount
	taxed     bool
}

// basis is what the tax was computed from: "4.5% of 77,004.85".
func (g taxGroup) basis() string {
	if !g.taxed {
		return "on " + g.base.Display()
	}
	return percent(g.percent) + " of " + g.base.Display()
}

// taxGroups adds up rows by jurisdiction, rate and reason, in the order they come.
func taxGroups(rows []tax.Row) []taxGroup {
	var out []taxGroup
	for _, r := range rows {
		label, base, taxed := taxLabel(r)
		if label == "" {
			continue
		}
		i := slices.IndexFunc(out, func(g taxGroup) bool { return g.label == label && g.percent.Equal(r.Rate) && g.taxed == taxed })
		if i < 0 {
			i, out = len(out), append(out, taxGroup{label: label, percent: r.Rate, taxed: taxed})
		}
		out[i].base, out[i].tax = out[i].base.Add(base), out[i].tax.Add(r.Tax)
	}
	return out
}

// taxLabel is what is printed for a row, and on which amount. Where we do not
// collect there is no tax to speak of.
func taxLabel(r tax.Row) (label string, base money.Amount, taxed bool) {
	switch r.Reason {
	case tax.StandardRated, tax.ReducedRated:
		return r.Name, r.Taxable, true
	case tax.ZeroRated:
		return r.Name + ", zero rated", r.Net, true
	case tax.ReverseCharge:
		return "VAT, reverse charge", r.Net, true
	case tax.ProductExempt:
		return "Not taxable in " + r.Name, r.Net, false
	case tax.CustomerExempt:
		return "Exempt in " + r.Name, r.Net, false
	case tax.OutsideScope:
		return "Outside the scope of VAT", r.Net, false
	}
	return "", base, false
}

// notes print what the law wants said.
func (s *sheet) notes() {
	texts := s.legal()
	if len(texts) == 0 {
		return
	}
	s.Space(10)
	for _, text := range texts {
		s.Need(body.Height(text, s.Width()))
		s.Paragraph(body, text)
	}
}

// payment says where the money goes and what to quote.
func (s *sheet) payment() {
	if s.Kind == entities.CreditNote {
		s.Space(12)
		s.Need(30)
		s.Paragraph(body.With(gray), "This credit lowers what is open on the documents it corrects. Nothing is to be paid. What was paid already is kept as your balance.")
		return
	}
	if s.Total.IsZero() {
		return
	}
	rows := s.bank()
	const line, inset, foot = 13.0, 11.0, 9.0
	height := 20 + line*float64((len(rows)+1)/2) + foot
	s.Space(16)
	s.Need(height)
	top := s.Y()
	s.Box(s.Left(), top, s.Width(), height, pale)
	s.Text(s.Left()+inset, top+15, body.AsBold(), pdf.AlignLeft, "Please pay by bank transfer, "+s.by())
	// Two columns, filled downward.
	half := (len(rows) + 1) / 2
	for i, r := range rows {
		x, y := s.Left()+inset, top+30+line*float64(i%half)
		if i >= half {
			x += s.Width() / 2
		}
		s.Text(x, y, small, pdf.AlignLeft, r[0])
		s.Text(x+82, y, body, pdf.AlignLeft, r[1])
	}
	s.MoveTo(top + height)
}

func (s *sheet) by() string {
	if s.DueOn == s.IssuedOn {
		return "on receipt"
	}
	return "by " + day(s.DueOn)
}

func (s *sheet) bank() [][2]string {
	reference := s.Number
	if s.Bank.Reference != "" {
		reference = s.Bank.Reference + " " + s.Number
	}
	var out [][2]string
	for _, r := range [][2]string{
		{"Beneficiary", s.Seller.Name}, {"Bank", s.Bank.Name}, {"IBAN", spaced(s.Bank.IBAN)}, {"Account", s.Bank.Account},
		{"ABA routing", s.Bank.Routing}, {"BIC / SWIFT", s.Bank.BIC},
		{"Amount", string(s.Currency) + " " + s.Total.Display()}, {"Reference", reference},
	} {
		if r[1] != "" {
			out = append(out, r)
		}
	}
	return out
}

// spaced prints an IBAN in groups of four, as it is typed.
func spaced(iban string) string {
	var out []byte
	for i := range len(iban) {
		if i > 0 && i%4 == 0 {
			out = append(out, ' ')
		}
		out = append(out, iban[i])
	}
	return string(out)
}
