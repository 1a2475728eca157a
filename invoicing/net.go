package invoicing

import (
	"cmp"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Net is what a document asks for by a contract before tax, credits taken off: a credit note lowers the documents whose
// lines it corrects, as it lowers their receivables.
type Net struct {
	Account  customers.AccountID
	Document string
	Contract contracts.ID
	IssuedOn period.Date // of the document itself
	Amount   money.Amount
}

// NetsOf adds up documents in memory, as NetsOn does those in the database: those issued by the end of a day that were
// not voided by then.
func NetsOf(documents []Issued, through period.Date) []Net {
	type key struct {
		document string
		contract contracts.ID
	}
	sums := map[key]*Net{}
	for _, d := range documents {
		if d.IssuedOn.After(through) || d.Voided != nil && !d.Voided.On.After(through) {
			continue
		}
		for _, l := range d.Lines {
			k := key{d.Number, l.Contract}
			if d.Kind == entities.CreditNote && l.Corrects != nil {
				k.document = l.Corrects.Document
			}
			if sums[k] == nil {
				sums[k] = &Net{d.Account, k.document, l.Contract, d.IssuedOn, money.Zero(d.Currency)}
			}
			sums[k].IssuedOn, sums[k].Amount = period.MinDate(sums[k].IssuedOn, d.IssuedOn), sums[k].Amount.Add(l.Amount)
		}
	}
	out := make([]Net, 0, len(sums))
	for _, n := range sums {
		out = append(out, *n)
	}
	slices.SortFunc(out, func(a, b Net) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Document, b.Document), cmp.Compare(a.Contract, b.Contract))
	})
	return out
}
