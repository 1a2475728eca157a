package web

import "slices"

var kindChoices = []string{"fixed", "Fixed fee", "ramp", "Ramp", "installments", "Installments", "once", "One-time", "usage", "Usage"}

// cellChoices are the price models that stand in a cell of a matrix as well.
var cellChoices = []string{"per_unit", "Per unit", "graduated", "Graduated", "volume", "Volume", "package", "Package", "stairstep", "Stairstep", "flat", "Flat"}

var modelChoices = slices.Concat(cellChoices, []string{"percentage", "Percentage", "matrix", "By dimension"})

var lineFields = slices.Concat(promiseFields, feeFields, usageFields, priceFields("lines[].usage.price", modelChoices), percentageFields, matrixFields)

var promiseFields = []formField{
	{path: "lines[].kind", label: "Kind", shape: oneOf, choices: kindChoices},
	{path: "lines[].id", label: "Id", hint: "Stays the same through amendments"},
	{path: "lines[].product", label: "Product", shape: coded, list: "products"},
	{path: "lines[].description", label: "Text on the invoice", hint: "Empty: the product's name"},
	{path: "lines[].clause", label: "Clause"},
	{path: "lines[].from", label: "Service from", shape: daily},
	{path: "lines[].through", label: "Service through", shape: daily},
	{path: "lines[].role", label: "Our role", shape: oneOf, unsaid: true, choices: roles("", "The deal's")},
	{path: "lines[].pass_on_percent", label: "Passed on", shape: numeric, unit: "%", hint: "An agent's: the supplier's part of the price"},
	{path: "lines[].supplier", label: "to supplier", shape: somebody},
	{path: "lines[].users", label: "Whose usage counts", shape: several, hint: "Empty: the customer's"},
}

var feeFields = []formField{
	{path: "lines[].fixed.quantity", label: "Quantity", shape: numeric},
	{path: "lines[].fixed.unit_price", label: "Unit price", shape: numeric},
	{path: "lines[].fixed.every", label: "Every", shape: oneOf, choices: everyChoices},
	{path: "lines[].fixed.in", label: "Billed in", shape: oneOf, choices: timingChoices},
	{path: "lines[].fixed.ramp[].from", label: "From", shape: daily},
	{path: "lines[].fixed.ramp[].through", label: "Through", shape: daily},
	{path: "lines[].fixed.ramp[].quantity", label: "Quantity", shape: numeric},
	{path: "lines[].fixed.ramp[].unit_price", label: "Unit price", shape: numeric},
	{path: "lines[].fixed.installments[].on", label: "Asked for on", shape: daily},
	{path: "lines[].fixed.installments[].amount", label: "Amount", shape: numeric},

	{path: "lines[].once.quantity", label: "Quantity", shape: numeric},
	{path: "lines[].once.unit_price", label: "Unit price", shape: numeric},
	{path: "lines[].once.on", label: "On", shape: daily},
	{path: "lines[].once.milestone", label: "or milestone"},
}

var usageFields = []formField{
	{path: "lines[].usage.meter", label: "Meter", shape: coded, list: "meters"},
	{path: "lines[].usage.where[].dimension", label: "Only where", key: true},
	{path: "lines[].usage.where[].value", label: "is"},
	{path: "lines[].usage.included", label: "Included", shape: numeric},
	{path: "lines[].usage.every", label: "Every", shape: oneOf, choices: everyChoices},
}

// priceFields are those of a price that needs no more than a quantity.
func priceFields(at string, models []string) []formField {
	return []formField{
		{path: at + ".model", label: "Price model", shape: oneOf, choices: models, unsaid: models[0] == ""},
		{path: at + ".amount", label: "Price", shape: numeric},
		{path: at + ".size", label: "Units in a package", shape: numeric},
		{path: at + ".tiers[].up_to", label: "Up to", shape: numeric},
		{path: at + ".tiers[].unit", label: "Per unit", shape: numeric},
		{path: at + ".tiers[].flat", label: "Once", shape: numeric},
		{path: at + ".flat_at_zero", label: "The first tier's flat fee is due even without usage", shape: checked},
	}
}

var percentageFields = []formField{
	{path: "lines[].usage.price.percent", label: "Of each amount", shape: numeric, unit: "%"},
	{path: "lines[].usage.price.per_event", label: "and per event", shape: numeric},
	{path: "lines[].usage.price.free_events", label: "Free events", shape: numeric},
	{path: "lines[].usage.price.free_units", label: "or free up to", shape: numeric},
	{path: "lines[].usage.price.minimum", label: "At least, an event", shape: numeric},
	{path: "lines[].usage.price.maximum", label: "At most, an event", shape: numeric},
}

var matrixFields = slices.Concat(
	[]formField{
		{path: "lines[].usage.price.by", label: "By dimension", hint: "Such as region"},
		{path: "lines[].usage.price.prices[].value", label: "Value", key: true},
	},
	priceFields("lines[].usage.price.prices[]", cellChoices),
	priceFields("lines[].usage.price.other", append([]string{"", "Choose…"}, cellChoices...)),
)

// modelKeys are what each price model says besides its name.
var modelKeys = map[string]string{
	"flat": "amount", "per_unit": "amount", "package": "amount size",
	"graduated": "tiers flat_at_zero", "volume": "tiers flat_at_zero", "stairstep": "tiers flat_at_zero",
	"percentage": "percent per_event free_events free_units minimum maximum", "matrix": "by prices other",
}
