package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/invoicing"
	"ratable/tax"
)

// printed shows a line as the PDF does, with how its amount came about. What goes
// without saying is left out.
func (p *page) printed(l invoicing.PrintedLine, unsaid string) {
	p.line("  %2d  %s  %s  %14s", l.Place, pad(l.Description, 62), pad(l.Span, 22), l.Amount)
	for about := range strings.Lines(l.About) {
		if about = strings.TrimSpace(about); about != unsaid {
			p.line("        %s", about)
		}
	}
	basis := l.Quantity
	if l.Price != "" {
		basis += " x " + l.Price
	}
	if l.Unit != "" {
		basis += " " + l.Unit
	}
	if l.Part != "" {
		basis += ", " + l.Part
	}
	if basis = strings.TrimPrefix(basis, ", "); basis != "" {
		p.line("        %s", basis)
	}
	for _, x := range l.Steps {
		text := x.Label
		if x.Quantity != "" {
			text += ": " + x.Quantity
		}
		if x.Price != "" {
			text += " x " + x.Price
		}
		p.line("          %s %14s", pad(text, 60), x.Amount)
	}
	for _, x := range l.Sums {
		p.line("          %s %14s", pad(x.Label, 77), x.Amount)
	}
}

// taxed is the tax of a document in one jurisdiction at one rate.
type taxed struct {
	label   string
	tax     money.Amount
	taxable money.Amount
}

// taxes adds a document's tax rows up by jurisdiction, in order of appearance.
func taxes(rows []tax.Row) []taxed {
	type key struct{ name, rate, reason string }
	var order []key
	sums := map[key]taxed{}
	for _, r := range rows {
		k := key{r.Name, r.Rate.String(), string(r.Reason)}
		s, seen := sums[k]
		if !seen {
			order = append(order, k)
		}
		s.tax, s.taxable = s.tax.Add(r.Tax), s.taxable.Add(r.Taxable)
		sums[k] = s
	}
	var out []taxed
	for _, k := range order {
		s := sums[k]
		rate := decimal.RequireFromString(k.rate).Shift(2).String()
		s.label = fmt.Sprintf("%s (%s)", k.name, strings.ReplaceAll(k.reason, "_", " "))
		if !s.taxable.IsZero() {
			s.label = fmt.Sprintf("%s %s%% on %s", k.name, rate, s.taxable.Display())
		}
		out = append(out, s)
	}
	return out
}

// notes are the legal texts of a document, each once.
func notes(rows []tax.Row) []string {
	var out []string
	for _, r := range rows {
		if r.Note != "" && !slices.Contains(out, r.Note) {
			out = append(out, r.Note)
		}
	}
	return out
}
