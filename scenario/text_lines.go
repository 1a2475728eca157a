package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/invoicing"
	"ratable/tax"
)

// explain shows how a line's amount came about.
func explain(l invoicing.Line) []string {
	var out []string
	d := l.Detail
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if l.Corrects != nil {
		say("corrects line %d of %s", l.Corrects.Line, l.Corrects.Document)
	}
	if l.Corrects != nil && l.Amount.Sign() < 0 || l.Kind == contracts.Concession {
		return out
	}
	if l.Follows != nil {
		say("adds to line %d of %s", l.Follows.Line, l.Follows.Document)
	}
	switch l.Kind {
	case contracts.FixedFee, contracts.OneTime, contracts.Prepayment:
		say("%s x %s for a whole period", units(d.Quantity, d.Unit), price(d.UnitPrice, l.Amount.Currency()))
	case contracts.Metered:
		text := units(d.Quantity, d.Unit) + " used"
		if !d.Included.IsZero() {
			text += fmt.Sprintf(", %s included", commas(d.Included))
		}
		say("%s", text)
		for _, t := range d.Tiers {
			say("%s", tier(t, len(d.Tiers)))
		}
		if d.DrawnFrom != "" {
			say("%s at list price, %s of it drawn from %s", d.List.Display(), d.Drawn.Display(), d.DrawnFrom)
		}
	case contracts.OverCap:
		say("%s at list price x %s", d.List.Display(), d.Factor)
	case contracts.TrueUp:
		say("%s committed less %s charged", d.Committed.Display(), d.Spent.Display())
	}
	if !d.Margin.IsZero() && d.DrawnFrom == "" {
		say("%s at list price less %s%% margin", d.List.Display(), d.Margin)
	}
	return out
}

// tier says what the units of one step of a price cost; which units these are
// goes without saying when there is one step.
func tier(t contracts.Tier, steps int) string {
	c := t.Amount.Currency()
	text := fmt.Sprintf("%s x %s", commas(t.Quantity), price(t.Unit, c))
	if !t.Flat.IsZero() {
		text += " + " + price(t.Flat, c)
	}
	text += " = " + t.Amount.Display()
	switch {
	case !t.From.IsZero():
		text = fmt.Sprintf("above %s: %s", commas(t.From), text)
	case steps > 1:
		text = fmt.Sprintf("up to %s: %s", commas(t.Through), text)
	}
	return text
}

// price shows a unit price with at least the decimals of its currency.
func price(d decimal.Decimal, c money.Currency) string {
	if places := int32(c.Exponent()); d.Equal(d.Truncate(places)) {
		return d.StringFixed(places)
	}
	return d.String()
}

func units(quantity decimal.Decimal, unit string) string {
	return strings.TrimSpace(commas(quantity) + " " + unit)
}

// commas writes a quantity with thousands set apart.
func commas(d decimal.Decimal) string {
	whole, fraction, _ := strings.Cut(d.String(), ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
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
