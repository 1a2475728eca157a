package contracts

import (
	"slices"
	"strings"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// PricedUsage is what Charges asks for some usage: all that a line counts in a billing period, or that of one value of the
// dimension it is priced by. Lists of usage show amounts by these and price nothing themselves.
type PricedUsage struct {
	Piece   Piece
	Reading usage.Reading // what the amount is for
	Amount  money.Amount
}

// ReadingOf is what a line of some version counts; false when the line counts no usage.
func ReadingOf(a Agreement, c *catalog.Catalog, version int, line string) (usage.Reading, bool, error) {
	l, ok := usageLine(a, version, line)
	if !ok {
		return usage.Reading{}, false, nil
	}
	p := pricing{agreement: a, catalog: c}
	r := p.reading(l)
	return r, true, p.err
}

// SinglyPriced says that a line of some version charges each event by its amount: what is used is then the sum of the
// amounts, whatever the meter makes of them.
func SinglyPriced(a Agreement, version int, line string) bool {
	l, ok := usageLine(a, version, line)
	return ok && l.Usage.Price.Model == catalog.Percentage
}

func usageLine(a Agreement, version int, line string) (Line, bool) {
	i := slices.IndexFunc(a.Versions, func(v Version) bool { return v.Number == version })
	if i < 0 {
		return Line{}, false
	}
	l, ok := a.Versions[i].Document.line(line)
	return l, ok && l.Usage != nil
}

// PriceUsage splits the pieces of usage among Charges by what they count. The parts of a piece add up to it.
func PriceUsage(a Agreement, c *catalog.Catalog, pieces []Piece) ([]PricedUsage, error) {
	var out []PricedUsage
	for _, p := range pieces {
		if p.Kind != Metered && p.Kind != OverCap {
			continue
		}
		r, ok, err := ReadingOf(a, c, p.Version, p.Line)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue // overage of a line that its version does not name cannot be told apart
		}
		if l, _ := usageLine(a, p.Version, p.Line); p.split(l) {
			out = append(out, p.cells(r, l.Usage.Price)...)
		} else {
			out = append(out, PricedUsage{p, r, p.Amount})
		}
	}
	return out, nil
}

// split says that the tiers of a matrix price are the amount: nothing was drawn, kept by a reseller or taken off.
func (p Piece) split(l Line) bool {
	_, named := l.Usage.Price.Prices[catalog.OfOther] // a value of that name cannot be told from all others
	return p.Kind == Metered && l.Usage.Price.Model == catalog.Matrix && !named && p.Detail.List == p.Amount && p.Detail.DrawnFrom == ""
}

// cells are the parts of a piece by the value of the dimension it is priced by, those without a price of their own together.
func (p Piece) cells(r usage.Reading, price catalog.Price) []PricedUsage {
	var values []string
	for value := range price.Prices {
		values = append(values, value)
	}
	slices.Sort(values)
	out := make([]PricedUsage, 0, len(values)+1)
	for _, value := range append(values, catalog.OfOther) {
		part := PricedUsage{p, r, money.Zero(p.Amount.Currency())}
		if _, priced := price.Prices[value]; priced {
			part.Reading.Where = map[string]string{price.By: value}
			for name, want := range r.Where {
				part.Reading.Where[name] = want
			}
		} else {
			part.Reading.Not = map[string][]string{price.By: values}
		}
		for _, t := range p.Detail.Tiers {
			// As window.tiers labels them: a run of a cell's units says where it begins or ends.
			if rest, ok := strings.CutPrefix(t.Label, price.By+" "+value); ok && (rest == "" || strings.HasPrefix(rest, ", above ") || strings.HasPrefix(rest, ", up to ")) {
				part.Amount = part.Amount.Add(t.Amount)
			}
		}
		out = append(out, part)
	}
	return out
}

// UsageSince is the first day whose usage decides the pieces of an agreement that lie in some days: that of the first billing
// period that reaches into them or, where what was used before tells what is left of a balance, commitment or credit, that
// of the term.
func UsageSince(a Agreement, days period.Span) period.Date {
	first := days.Start
	for _, v := range a.Versions {
		d := v.Document
		if len(d.Prepaid)+len(d.Commits)+len(d.Caps)+len(d.Credits)+len(a.Concessions) > 0 {
			return a.Term().Start
		}
		for _, x := range d.Discounts {
			if !x.Amount.IsZero() { // its own periods may be longer than those of the lines it lowers
				return a.Term().Start
			}
		}
		for _, l := range d.Lines {
			if l.Usage == nil {
				continue
			}
			cadence, err := period.ParseCadence(l.Usage.Every)
			if err != nil || cadence == period.Term {
				return a.Term().Start
			}
			// A period that holds a day begins less than its length before: a day more allows for months of unequal length.
			first = period.MinDate(first, days.Start.AddMonths(-cadence.Months()).AddDays(-1))
		}
	}
	return period.MaxDate(first, a.Term().Start)
}
