package invoicing

import (
	"fmt"
	"slices"

	"ratable/internal/pdf"
)

// Printed is what a document's PDF says in its table, as texts, for a page that
// shows the same. It is read off the very rows the PDF draws, so that screen and
// paper cannot differ.
type Printed struct {
	About  string
	Lines  []PrintedLine
	Totals []PrintedTotal // net, then the tax of each jurisdiction
	Notes  []string       // what the law wants said
	Bank   [][2]string    // where to pay: term and value
}

// PrintedLine is a line with how its amount came about.
type PrintedLine struct {
	Place              int            // in the document, from 1
	User               string         // who used it, where somebody pays for several
	Contract           string         // its number, where the user has several on the document
	Sums               []PrintedTotal // that stand below it: of its contract, then of its user
	Description, About string
	Span, Part         string // service period, and "12 of 31 days"
	Quantity           string
	Price, Unit        string
	Amount             string
	Steps              []PrintedStep
}

// PrintedStep is one step from list price to amount; most have no quantity.
type PrintedStep struct{ Label, Quantity, Price, Amount string }

// PrintedTotal is a row below the lines: "New York State sales tax", "4% of 100.00", "4.00".
type PrintedTotal struct{ Label, Basis, Amount string }

// Printed reads the document as its PDF prints it.
func (d Document) Printed() Printed {
	s := &sheet{Document: d}
	out := Printed{About: s.about(), Notes: s.legal(), Totals: []PrintedTotal{{"Net amount", "", d.Net.Display()}}}
	for _, g := range taxGroups(d.TaxRows) {
		out.Totals = append(out.Totals, PrintedTotal{g.label, g.basis(), g.tax.Display()})
	}
	if !d.Fee.IsZero() {
		out.Totals = append(out.Totals, PrintedTotal{d.feeLabel(), "kept by the marketplace", d.Fee.Neg().Display()})
	}
	sections := s.sections()
	for _, x := range sections {
		for _, p := range x.parts {
			out.Lines = append(out.Lines, s.printedPart(p, len(x.parts) > 1)...)
		}
		if len(sections) > 1 {
			n := 0
			for _, p := range x.parts {
				n += len(p.lines)
			}
			own := out.Lines[len(out.Lines)-n:]
			for i := range own {
				own[i].User = x.name
			}
			own[n-1].Sums = append(own[n-1].Sums, PrintedTotal{Label: "Subtotal " + x.name, Amount: x.sum.Display()})
		}
	}
	if d.Total.Sign() > 0 {
		out.Bank = s.bank()
	}
	return out
}

func (s *sheet) printedPart(p part, several bool) []PrintedLine {
	var out []PrintedLine
	for _, i := range p.lines {
		line := printedLine(s.line(i+1, s.Lines[i]))
		line.Place = i + 1
		if several {
			line.Contract = p.contract
		}
		out = append(out, line)
	}
	if several {
		out[len(out)-1].Sums = []PrintedTotal{{Label: "Subtotal " + p.contract, Amount: p.sum.Display()}}
	}
	return out
}

// printedLine reads the rows of a line: its own, then a step each. A step has a
// label, perhaps quantity and price, and an amount.
func printedLine(rows []pdf.Row) PrintedLine {
	c := rows[0].Cells
	out := PrintedLine{
		Description: c[1].Text, About: c[1].Note, Span: c[2].Text, Part: c[2].Note,
		Quantity: c[3].Text, Price: c[4].Text, Unit: c[4].Note, Amount: c[5].Text,
	}
	for _, row := range rows[1:] {
		step := PrintedStep{Label: row.Cells[1].Text, Amount: row.Cells[len(row.Cells)-1].Text}
		if len(row.Cells) == 5 {
			step.Quantity, step.Price = row.Cells[2].Text, row.Cells[3].Text
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

// legal is what the law wants said, each sentence once.
func (s *sheet) legal() []string {
	var texts []string
	for _, r := range s.TaxRows {
		if r.Note != "" && !slices.Contains(texts, r.Note) {
			texts = append(texts, r.Note)
		}
	}
	if l := s.Local; l != nil {
		texts = append(texts, fmt.Sprintf("Tax in %s: %s, at %s %s = 1 %s (%s, %s)",
			l.Currency, l.Tax.Display(), figure(l.Quote.Rate.Round(6), 0), l.Currency, s.Currency, l.Quote.Source, day(l.Quote.On)))
	}
	return texts
}
