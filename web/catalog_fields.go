package web

import (
	"fmt"
	"slices"

	"ratable/catalog"
	"ratable/web/page"
	"ratable/web/ui"
)

// This file lays the forms of products, meters and plans out.

// groups lays the form out.
func (e catalogEntry) groups(taxCodes []ui.Option) []page.FieldGroup {
	field := func(f ui.FieldProps) ui.FieldProps {
		if f.Errors = e.found; f.Kind == ui.CheckInput {
			f.Checked = e.typed[f.Name] != ""
		} else {
			f.Value = e.typed[f.Name]
		}
		return f
	}
	named := []ui.FieldProps{field(ui.FieldProps{Name: "name", Label: "Name", Required: true, Focus: e.editing != "", Hint: "Printed on invoices."})}
	if e.editing == "" {
		named = slices.Insert(named, 0, field(ui.FieldProps{Name: "code", Label: "Code", Required: true, Focus: true, Placeholder: "api-calls", Hint: "Names it in contracts, for ever."}))
	}
	from := field(ui.FieldProps{Name: "starts_on", Label: "Counts from", Kind: ui.DateInput, Required: true, Hint: "Contracts that took effect before keep what they have."})
	retired := field(ui.FieldProps{Name: "retired", Label: "Retire it from that day: no new contract sells it", Kind: ui.CheckInput})
	why := page.FieldGroup{Title: "From when, and why", Fields: []ui.FieldProps{from, field(ui.FieldProps{Name: "reason", Label: "Why", Optional: true, Hint: "For those who approve it."})}}
	if e.editing != "" {
		why.Fields = append(why.Fields, retired)
	}
	unit := field(ui.FieldProps{Name: "unit", Label: "Unit", Optional: true, Placeholder: "seat", Hint: "What one of it is called."})
	switch e.kind {
	case catalog.MeterKind:
		why.Title, why.Fields = "Why", why.Fields[1:]
		return []page.FieldGroup{{Title: "Meter", Text: "What a meter counts never changes: another way is another meter.", Fields: append(named, unit)},
			{Title: "How it adds up", Fields: []ui.FieldProps{
				field(ui.FieldProps{Name: "aggregation", Label: "Of the events of a period", Kind: ui.SelectInput, Options: aggregations}),
				field(ui.FieldProps{Name: "unique_by", Label: "Distinct values of", Optional: true, Placeholder: "user", Hint: "A dimension of events, for distinct values only."}),
				field(ui.FieldProps{Name: "dimensions", Label: "Dimensions", Optional: true, Placeholder: "region, model", Hint: "That prices depend on, with commas between."})}}, why}
	case catalog.PlanKind:
		terms := field(ui.FieldProps{Name: "terms", Label: "Terms, written as in a contract", Kind: ui.CodeInput, Rows: 22, Wide: true, Required: true, Hint: "Without days and parties: the sign-up brings them."})
		figures, _ := e.figureFields()
		return []page.FieldGroup{{Title: "Plan", Fields: append(named, field(ui.FieldProps{Name: "currency", Label: "Currency", Optional: true, Placeholder: "EUR", Hint: "Empty: its prices hold in whatever the customer signs in."}))},
			why, {Title: "Figures", Text: "The figures of the terms below. What stands there changes with them.", Fields: figures}, {Title: "Terms", Fields: []ui.FieldProps{terms}}}
	}
	return slices.Concat([]page.FieldGroup{
		{Title: "Product", Fields: append(named, unit)},
		{Title: "Taxed and earned", Fields: []ui.FieldProps{
			field(ui.FieldProps{Name: "tax_code", Label: "Tax code", Kind: ui.SelectInput, Options: taxCodes}),
			field(ui.FieldProps{Name: "recognition", Label: "Revenue is earned", Kind: ui.SelectInput, Options: recognitionOptions}),
			field(ui.FieldProps{Name: "method", Label: "Over time, months weigh", Kind: ui.SelectInput, Options: methodOptions}),
			field(ui.FieldProps{Name: "rounding", Label: "Odd cents go", Kind: ui.SelectInput, Options: roundingOptions}),
		},
		},
		{Title: "Entitles to", Text: "What whoever bought it may use. A word alone is a switch; a limit is a number, by the unit sold or not; what a meter counts is bounded by what the contract includes, prepays and caps.", Fields: []ui.FieldProps{
			field(ui.FieldProps{Name: "features", Label: "Features, one a line", Kind: ui.CodeInput, Rows: 5, Wide: true, Optional: true, Placeholder: "sso\nworkspaces: 3\nseats: {per_unit: 1, unit: seat}\napi: {meter: api.calls}"})}},
		why}, e.standaloneGroups(field))
}

// standaloneGroups is a group of fields for each stand-alone price.
func (e catalogEntry) standaloneGroups(field func(ui.FieldProps) ui.FieldProps) []page.FieldGroup {
	var out []page.FieldGroup
	for i := range e.rows {
		at := func(key string) string { return fmt.Sprintf("standalone[%d].%s", i, key) }
		g := page.FieldGroup{Title: fmt.Sprintf("Sells on its own for, %d", i+1), Fields: []ui.FieldProps{
			field(ui.FieldProps{Name: at("currency"), Label: "Currency", Placeholder: "EUR"}),
			field(ui.FieldProps{Name: at("every"), Label: "For", Kind: ui.SelectInput, Options: standalonePeriods}),
			field(ui.FieldProps{Name: at("method"), Label: "Found as", Kind: ui.SelectInput, Options: evidenceOptions}),
			field(ui.FieldProps{Name: at("region"), Label: "Region", Optional: true}),
			field(ui.FieldProps{Name: at("segment"), Label: "Segment", Optional: true, Placeholder: "enterprise"}),
			field(ui.FieldProps{Name: at("price"), Label: "Observed price", Kind: ui.NumberInput}),
			field(ui.FieldProps{Name: at("low"), Label: "Range from", Kind: ui.NumberInput}),
			field(ui.FieldProps{Name: at("mid"), Label: "Middle", Kind: ui.NumberInput}),
			field(ui.FieldProps{Name: at("high"), Label: "Range to", Kind: ui.NumberInput})}}
		if i == 0 {
			g.Text = "What those pay who buy nothing else, and the range of prices that count as such. Revenue of a deal is shared out by it."
		}
		out = append(out, g)
	}
	return out
}

var (
	standalonePeriods  = []ui.Option{{Value: "", Label: "Each unit"}, {Value: "month", Label: "A month"}, {Value: "quarter", Label: "A quarter"}, {Value: "half-year", Label: "Half a year"}, {Value: "year", Label: "A year"}}
	evidenceOptions    = []ui.Option{{Value: "", Label: "An observable price"}, {Value: string(catalog.CostPlus), Label: "Cost and a margin"}, {Value: string(catalog.Residual), Label: "A residual: what the others leave"}}
	recognitionOptions = []ui.Option{{Value: string(catalog.Ratable), Label: "Over its service"}, {Value: string(catalog.AsUsed), Label: "As it is used"}, {Value: string(catalog.PointInTime), Label: "On delivery"}}
	methodOptions      = []ui.Option{{Value: "", Label: "By their days"}, {Value: string(catalog.MonthlyEven), Label: "All the same"}, {Value: string(catalog.MonthlyFraction), Label: "The same, parts by their days"},
		{Value: string(catalog.MonthlyFractionHalf), Label: "The same, parts as halves"}, {Value: string(catalog.MidMonth), Label: "The same, half a month late"}, {Value: string(catalog.NextMonth), Label: "The same, a month late"},
		{Value: string(catalog.FullMonth), Label: "The first whole, no part at the end"}, {Value: string(catalog.BySecond), Label: "By the second"}}
	roundingOptions = []ui.Option{{Value: "", Label: "Where they fall (cumulative)"}, {Value: string(catalog.LastAbsorbs), Label: "To the last month"}, {Value: string(catalog.FirstAbsorbs), Label: "To the first month"},
		{Value: string(catalog.LargestRemainder), Label: "To those who lost most"}, {Value: string(catalog.FloorLastFullMonth), Label: "Cut off, to the last whole month"}, {Value: string(catalog.RoundMonthlyThenLastTakes), Label: "A month rounded once, rest to the last"}}
	aggregations = []ui.Option{{Value: catalog.Sum, Label: "Sum of quantities"}, {Value: catalog.Count, Label: "Number of events"}, {Value: catalog.Max, Label: "Largest quantity"}, {Value: catalog.Last, Label: "Last quantity"}, {Value: catalog.Unique, Label: "Distinct values"}}
)

// startTerms shows the shape of a plan to somebody who has never written one.
const startTerms = `months: 12
billing: {net_days: 14}
lines:
  - {id: platform, product: platform, fixed: {quantity: 1, unit_price: 49.00, every: month}}
renewal: {auto: true, months: 12, notice_days: 30}
`
