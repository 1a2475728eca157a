package spend

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/usage"
)

// Measured is where something an alert looks at stands: how much of what, in which period.
type Measured struct {
	Rule
	Number  string // of the contract; empty: all of them
	Subject string // "Cap of 5,000.00 a month", "API calls", "Running bill"
	Period  period.Span
	Mark    period.Date     // tells this period from others: the day of invoicing of an amount, else the first day
	Value   decimal.Decimal // in Unit; for percent, the percentage
	Unit    string          // currency, what is counted, or "%"
	Limit   *Limit          // of percent
}

// Passed are the thresholds that the value has come to.
func (m Measured) Passed() []decimal.Decimal {
	var out []decimal.Decimal
	for _, t := range m.Thresholds {
		if m.Value.Cmp(t) >= 0 {
			out = append(out, t)
		}
	}
	return out
}

// Rules are the rules in force: those that were set, and those that come with contracts.
func (x *Account) Rules(set []Rule) []Rule {
	kept := slices.DeleteFunc(slices.Clone(set), func(r Rule) bool { return r.Removed })
	return append(kept, x.byContract(kept)...)
}

// Measure says where everything stands that rules look at. A rule without anything to look at today is not listed.
func (x *Account) Measure(rules []Rule) []Measured {
	var out []Measured
	for _, r := range rules {
		switch r.Kind {
		case Amount:
			out = append(out, x.amounts(r)...)
		case Units:
			out = append(out, x.units(r)...)
		case Percent:
			out = append(out, x.percents(r)...)
		}
	}
	return out
}

// of are the running agreements that a rule is about.
func (x *Account) of(r Rule) []contracts.Agreement {
	return slices.DeleteFunc(x.running(), func(a contracts.Agreement) bool {
		return r.Contract != 0 && a.Contract != r.Contract || r.Contract == 0 && a.PayerOn(x.AsOf) != r.Customer
	})
}

// amounts adds up what open periods come to so far, by day of invoicing. What corrects earlier periods is not among it,
// and no fee of days to come: an alert is about what is being spent.
func (x *Account) amounts(r Rule) []Measured {
	type bill struct {
		on       period.Date
		currency money.Currency
	}
	sums, spans, numbers := map[bill]money.Amount{}, map[bill]period.Span{}, map[contracts.ID]string{}
	for _, a := range x.of(r) {
		numbers[a.Contract] = a.Number
		stood := standingOf(x.Facts).Of(int64(a.Contract))
		days := map[period.Date]bool{}
		pieces := x.asIfOver(a.Contract, x.priced[a.Contract].pieces, days)
		for on := range days {
			for _, c := range invoicing.Plan(invoicing.Asked(pieces, stood, on), stood) {
				if c.Piece.BillOn != on || !x.begun(c.Piece) {
					continue
				}
				at := bill{on, a.Currency}
				sums[at] = sums[at].Add(c.Delta())
				spans[at] = around(spans[at], c.Piece.Span)
			}
		}
	}
	var out []Measured
	for at, sum := range sums {
		m := Measured{Rule: r, Subject: "Running bill", Period: period.NewSpan(spans[at].Start, at.on), Mark: at.on, Value: sum.Decimal(), Unit: string(at.currency)}
		if r.Contract != 0 {
			m.Number = numbers[r.Contract]
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Measured) int {
		return cmp.Or(a.Period.End.Compare(b.Period.End), cmp.Compare(a.Unit, b.Unit))
	})
	return out
}

func around(a, b period.Span) period.Span {
	if a.Start.IsZero() {
		return b
	}
	return period.NewSpan(period.MinDate(a.Start, b.Start), period.MaxDate(a.End, b.End))
}

// units counts a line in its open period, or a meter in the period of the first line that counts it; where no line
// does, in the calendar month.
func (x *Account) units(r Rule) []Measured {
	var out []Measured
	for _, a := range x.of(r) {
		for _, p := range x.priced[a.Contract].pieces {
			if p.Kind != contracts.Metered || !p.Span.Contains(x.AsOf) {
				continue
			}
			if r.Line == p.Line {
				out = append(out, Measured{Rule: r, Number: a.Number, Subject: p.Description, Period: p.Period, Mark: p.Period.Start, Value: p.Detail.Quantity, Unit: p.Detail.Unit})
				break
			}
			if r.Meter != "" && meterOf(a, p.Line) == r.Meter {
				return x.counted(r, a.Number, a.Customer, p.Period)
			}
		}
	}
	if r.Meter != "" && r.Contract == 0 {
		return x.counted(r, "", r.Customer, x.AsOf.MonthOf().Span())
	}
	return out
}

func meterOf(a contracts.Agreement, line string) string {
	for _, v := range slices.Backward(a.Versions) {
		for _, l := range v.Document.Lines {
			if l.ID == line && l.Usage != nil {
				return l.Usage.Meter
			}
		}
	}
	return ""
}

func (x *Account) counted(r Rule, number string, customer customers.ID, span period.Span) []Measured {
	meter, ok := x.World.Catalog.Meter(r.Meter)
	if !ok {
		return nil
	}
	total, err := x.Facts.Usage.Total(usage.Reading{Customers: []customers.ID{customer}, Meter: meter}, span)
	if err != nil {
		return nil // single events of a meter that no price of the account looks at are not at hand
	}
	return []Measured{{Rule: r, Number: number, Subject: meter.Name, Period: span, Mark: span.Start, Value: total, Unit: meter.Unit}}
}

func (x *Account) percents(r Rule) []Measured {
	var out []Measured
	for _, l := range x.Limits() {
		if l.Contract == r.Contract && l.Kind == r.Limit && l.ID == r.LimitID {
			out = append(out, Measured{Rule: r, Number: l.Number, Subject: l.Label, Period: l.Period, Mark: l.Period.Start, Value: l.Percent(), Unit: "%", Limit: &l})
		}
	}
	return out
}

// Says puts a value as people read it: "4,120.00 USD", "82 %", "12,400 calls".
func (m Measured) Says(value decimal.Decimal) string {
	switch m.Kind {
	case Amount:
		return display(value, money.Currency(m.Unit)) + " " + m.Unit
	case Percent:
		return value.Round(0).String() + " %"
	}
	return quantity(value, m.Unit)
}

func display(value decimal.Decimal, currency money.Currency) string {
	a, err := money.ParseAmount(value.String(), currency)
	if err != nil {
		return value.String()
	}
	return a.Display()
}

// quantity reads "1 call", "12,400 calls".
func quantity(value decimal.Decimal, unit string) string {
	whole := value.String()
	dot := len(whole)
	for i, c := range whole {
		if c == '.' {
			dot = i
		}
	}
	out := whole
	for i := dot - 3; i > 0 && out[i-1] != '-'; i -= 3 {
		out = out[:i] + "," + out[i:]
	}
	if unit == "" {
		unit = "unit"
	}
	if last := unit[len(unit)-1]; !value.Equal(decimal.NewFromInt(1)) && last != 's' && last >= 'a' && last <= 'z' && len(unit) > 2 {
		unit += "s"
	}
	return fmt.Sprintf("%s %s", out, unit)
}
