package onboarding

import (
	"encoding/csv"
	"io"

	"ratable/reports"
)

// comparisonHead names the columns of the file of a comparison.
var comparisonHead = []string{"customer", "contract", "class", "matched_by", "from", "through", "old_invoice", "old_line", "old_quantity", "old_unit_price", "old_net", "old_tax",
	"our_invoice_on", "our_line", "our_quantity", "our_unit_price", "our_net", "our_tax", "currency", "net_difference", "tax_difference", "why"}

// WriteCSV writes every pair of lines of a comparison, those that agree too.
func (c Comparison) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true // RFC 4180
	if err := out.Write(comparisonHead); err != nil {
		return err
	}
	for _, p := range c.Pairs {
		row := []string{p.Customer, p.Contract, string(p.Class), p.Matched, p.Span().Start.String(), p.Span().Last().String()}
		row = append(append(row, p.Old.cells()...), p.Ours.cells()...)
		row = append(row, string(p.Net.Currency()), p.Net.String(), p.Tax.String(), p.Why)
		for i := range row {
			row[i] = reports.Guarded(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// cells are what a side says; of one that is not there, nothing.
func (s *Side) cells() []string {
	if s == nil {
		return make([]string, 6)
	}
	name := s.Line
	if name == "" {
		name = s.Product
	}
	return []string{s.Document, name, s.Quantity.String(), s.UnitPrice.String(), s.Net.String(), s.Tax.String()}
}
