package invoicing

import (
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/pdf"
)

// steps explains a line's amount from list price to what is asked for: tiers,
// free units, what the prepaid amount covered, margin, what was charged before.
// Its figures add up to the line's amount.
func (s *sheet) steps(l Line) []pdf.Row {
	if l.reverses() || l.Kind == contracts.Concession {
		return nil
	}
	var out []pdf.Row
	switch l.Kind {
	case contracts.Metered:
		out = append(out, s.tiers(l)...)
		out = append(out, drawn(l)...)
	case contracts.OverCap:
		out = append(out, above(l)...)
	case contracts.TrueUp:
		out = append(out, committed(l)...)
	}
	out = append(out, margin(l)...)
	out = append(out, reduced(l, len(out) > 0)...)
	if l.Before.IsZero() {
		return out
	}
	if len(out) == 0 {
		out = append(out, step("Charge for this period", l.Amount.Add(l.Before)))
	}
	return append(out, step("Charged before", l.Before.Neg()))
}

// above shows what usage above the prepaid amount costs, before margin.
func above(l Line) []pdf.Row {
	f := l.Detail.Factor
	switch {
	case l.Detail.UnitPrice.IsPositive():
		return []pdf.Row{step("Usage above the prepaid amount at its own price", overage(l))}
	case f.IsZero() || f.Equal(decimal.NewFromInt(1)):
		return []pdf.Row{step("Usage above the prepaid amount at list price", overage(l))}
	}
	list := step("Usage above the prepaid amount at list price", l.Detail.List)
	return []pdf.Row{list, step("Overage factor "+figure(f, 0), overage(l).Sub(l.Detail.List))}
}

// committed shows what a true-up makes up for.
func committed(l Line) []pdf.Row {
	d := l.Detail
	if !d.CommittedUnits.IsZero() {
		row := func(label string, units decimal.Decimal) pdf.Row {
			return pdf.Row{Style: small, Cells: []pdf.Cell{{}, {Text: label, Span: 2}, {Text: figure(units, 0)}, {}, {}}}
		}
		return []pdf.Row{
			row("Committed for this period", d.CommittedUnits), row("Used in this period", d.UsedUnits.Neg()),
			step("Committed and not used", l.gross()),
		}
	}
	return []pdf.Row{step("Committed for this period", d.Committed), step("Charged for this period", d.Spent.Neg())}
}

// reduced shows what caps, discounts, credits and a trial took off: the charge
// before them, unless the rows above come to it, and each with its reason.
func reduced(l Line, explained bool) []pdf.Row {
	var out []pdf.Row
	for _, r := range l.Detail.Reduced {
		if !r.Amount.IsZero() {
			out = append(out, step(r.Label, r.Amount.Neg()))
		}
	}
	if len(out) > 0 && !explained {
		out = append([]pdf.Row{step("Charge before reductions", l.gross())}, out...)
	}
	return out
}

// gross is the whole charge before reductions, with what an earlier document
// asked for of it.
func (l Line) gross() money.Amount {
	sum := l.Amount.Add(l.Before)
	for _, r := range l.Detail.Reduced {
		sum = sum.Add(r.Amount)
	}
	return sum
}

func step(label string, amount money.Amount) pdf.Row {
	return pdf.Row{Style: small, Cells: []pdf.Cell{{}, {Text: label, Span: 4}, {Text: amount.Display()}}}
}

// tiers shows what each part of the quantity cost.
func (s *sheet) tiers(l Line) []pdf.Row {
	if l.plain() {
		return nil
	}
	row := func(label, quantity, unit, amount string) pdf.Row {
		return pdf.Row{Style: small, Cells: []pdf.Cell{{}, {Text: label, Span: 2}, {Text: quantity}, {Text: unit}, {Text: amount}}}
	}
	var out []pdf.Row
	if !l.Detail.Included.IsZero() {
		out = append(out, row("Included", figure(l.Detail.Included.Neg(), 0), "", ""))
	}
	if l.Detail.Events > 0 {
		out = append(out, row("Events", figure(decimal.NewFromInt(int64(l.Detail.Events)), 0), "", ""))
	}
	for _, t := range l.Detail.Tiers {
		quantity, unit := figure(t.Quantity, 0), price(t.Unit, s.Currency)
		if (t.Quantity.IsZero() || t.Unit.IsZero()) && !t.Flat.IsZero() {
			quantity, unit = "", ""
		}
		out = append(out, row(s.tier(t, l.Detail), quantity, unit, t.Amount.Display()))
	}
	return out
}

// tier names the units of a step of the price.
func (s *sheet) tier(t contracts.Tier, d contracts.Detail) string {
	switch {
	case t.Label != "":
		return t.Label
	case (t.Quantity.IsZero() || t.Unit.IsZero()) && !t.Flat.IsZero():
		return "Flat fee"
	}
	label := "Charged"
	switch {
	case len(d.Tiers) > 1 && t.From.IsZero():
		label = "Up to " + figure(t.Through, 0)
	case len(d.Tiers) > 1:
		label = "Above " + figure(t.From, 0)
	case !t.Quantity.Equal(t.Through): // a package price counts packages
		return "Packages started"
	}
	if d.Unit != "" {
		label += ", per " + d.Unit
	}
	if !t.Flat.IsZero() {
		label += ", plus " + price(t.Flat, s.Currency) + " once"
	}
	return label
}

// drawn takes off what was paid for up front.
func drawn(l Line) []pdf.Row {
	d := l.Detail
	if d.DrawnFrom == "" {
		return nil
	}
	var out []pdf.Row
	if l.plain() { // its price stands on the line itself
		out = append(out, step("Usage at list price", d.List))
	}
	out = append(out, step("Covered by the prepaid amount", d.Drawn.Neg()))
	// What was used on days that nothing prepaid covers is charged on the line itself.
	if above := d.List.Sub(d.Drawn).Sub(l.gross()); !above.IsZero() {
		out = append(out, step("Above the prepaid amount, charged as overage", above.Neg()))
	}
	return out
}

// overage is what lies above at its price, before margin.
func overage(l Line) money.Amount {
	d := l.Detail
	switch {
	case d.Margin.IsZero():
		return l.gross()
	case d.UnitPrice.IsPositive():
		return money.Round(money.Price(d.UnitPrice, l.Amount.Currency()).Mul(d.Quantity), money.HalfAwayFromZero)
	case d.Factor.IsZero():
		return d.List
	}
	return money.Round(d.List.Exact().Mul(d.Factor), money.HalfAwayFromZero)
}

// margin shows list price and what the reseller keeps of it.
func margin(l Line) []pdf.Row {
	d := l.Detail
	if d.Margin.IsZero() || d.DrawnFrom != "" || l.Kind == contracts.TrueUp || l.Kind == contracts.Prepayment {
		return nil
	}
	from := d.List
	var out []pdf.Row
	switch {
	case l.Kind == contracts.OverCap:
		from = overage(l)
	case l.Kind == contracts.FixedFee || l.Kind == contracts.OneTime || l.plain():
		out = append(out, step("List price", d.List))
	}
	return append(out, step("Reseller margin "+figure(d.Margin, 0)+"%", l.gross().Sub(from)))
}
