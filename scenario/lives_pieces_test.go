package scenario

import (
	"fmt"
	"strings"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/invoicing"
	"ratable/ledger"
)

// What must hold of charges and of what is printed of them.

// priced looks at the pieces of the day.
func (l *life) priced() error {
	pieces, err := l.charges()
	if err != nil {
		return err
	}
	seen := map[ledger.Piece]bool{}
	for _, p := range pieces {
		id := ledger.Piece{LineKey: ledger.LineKey{Contract: 1, Line: p.Line}, Kind: string(p.Kind), Span: p.Span}
		if seen[id] && p.Kind != contracts.Concession {
			return fmt.Errorf("%s %s of %s is charged twice", p.Line, p.Kind, p.Span)
		}
		seen[id] = true
		if err := adds(p); err != nil {
			return fmt.Errorf("%s %s of %s: %w", p.Line, p.Kind, p.Span, err)
		}
	}
	for i, p := range pieces {
		for _, q := range pieces[i+1:] {
			if q.Line == p.Line && q.Kind == p.Kind && p.Kind != contracts.Concession && p.Span.Overlaps(q.Span) {
				return fmt.Errorf("%s %s is charged for %s and for %s", p.Line, p.Kind, p.Span, q.Span)
			}
		}
	}
	return nil
}

// adds asks that the figures of a piece come to its amount.
func adds(p contracts.Piece) error {
	zero := money.Zero(p.Amount.Currency())
	sum := p.Amount
	for _, r := range p.Detail.Reduced {
		sum = sum.Add(r.Amount)
	}
	if p.Kind != contracts.Concession && !sum.Sub(p.Gross).IsZero() {
		return fmt.Errorf("%s with its reductions is %s, not the gross %s", p.Amount, sum, p.Gross)
	}
	if p.Kind != contracts.Concession && p.Amount.Sign() < 0 {
		return fmt.Errorf("%s is charged", p.Amount)
	}
	if tiers := zero; len(p.Detail.Tiers) > 0 {
		for _, t := range p.Detail.Tiers {
			tiers = tiers.Add(t.Amount)
		}
		if !tiers.Sub(p.Detail.List).IsZero() {
			return fmt.Errorf("the tiers come to %s, the list value is %s", tiers, p.Detail.List)
		}
	}
	if draws := zero; len(p.Detail.Draws) > 0 {
		for _, d := range p.Detail.Draws {
			draws = draws.Add(d.Amount)
		}
		if p.Kind == contracts.Metered && !draws.Sub(p.Detail.Drawn).IsZero() {
			return fmt.Errorf("the balances cover %s, drawn is %s", draws, p.Detail.Drawn)
		}
	}
	if n := len(p.Values); n > 0 && p.Kind == contracts.Metered && p.Closed && !p.Values[n-1].Amount.Sub(p.Amount).IsZero() {
		return fmt.Errorf("it grew to %s and is %s", p.Values[n-1].Amount, p.Amount)
	}
	return nil
}

// printed asks that a document's figures, and the steps it prints of a line, come
// to its amounts.
func printed(d invoicing.Issued, currency money.Currency) error {
	net, tax := money.Zero(currency), money.Zero(currency)
	for _, x := range d.Lines {
		net = net.Add(x.Amount)
	}
	for _, r := range d.TaxRows {
		tax = tax.Add(r.Tax)
	}
	if !net.Sub(d.Net).IsZero() || !tax.Sub(d.Tax).IsZero() || !net.Add(tax).Sub(d.Total).IsZero() {
		return fmt.Errorf("%s: lines of %s and tax of %s on a total of %s", d.Number, net, tax, d.Total)
	}
	for i, line := range d.Printed().Lines {
		sum, n := money.Zero(currency), 0
		for _, s := range line.Steps {
			if s.Amount == "" {
				continue
			}
			amount, err := money.ParseAmount(plain(s.Amount), currency)
			if err != nil {
				return fmt.Errorf("%s line %d prints %q: %w", d.Number, i+1, s.Amount, err)
			}
			sum, n = sum.Add(amount), n+1
		}
		if amount := d.Lines[line.Place-1].Amount; n > 0 && !sum.Sub(amount).IsZero() {
			return fmt.Errorf("%s line %d (%s): the steps come to %s, the line to %s: %v", d.Number, line.Place, line.Description, sum, amount, line.Steps)
		}
	}
	return nil
}

// plain is a printed amount without its thousands' commas and its true minus.
func plain(s string) string {
	return strings.NewReplacer(",", "", "−", "-").Replace(s)
}
