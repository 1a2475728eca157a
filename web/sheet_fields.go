package web

import (
	"regexp"
	"strings"
)

// shape says how a field of the contract form is read and drawn.
type shape int

const (
	textual shape = iota
	numeric       // a quantity, price, percentage or count
	daily
	oneOf    // one of a few words, the first of which stands for an empty field
	somebody // a customer, found while typing
	coded    // a code of the catalog, found while typing
	listed   // several ids, with commas
	checked  // a checkbox
)

// formField is a field of the contract form. Its name is the path of the key in the document, "lines[].fixed.quantity",
// so that a finding about the key is a finding about the field.
type formField struct {
	path    string
	label   string
	shape   shape
	hint    string
	list    string   // of a coded field: the id of the page's list of suggestions
	choices []string // value, label, value, label, ...
}

var everyChoices = []string{"month", "Month", "quarter", "Quarter", "half-year", "Half year", "year", "Year", "term", "Once"}

// formFields is the whole form in the order of the document. The one name that is no key of a document is a line's kind,
// which says whose keys count.
var formFields = []formField{
	{path: "contract", label: "Contract number"},
	{path: "title", label: "Title", hint: "What people call the deal"},
	{path: "entity", label: "Sold by", shape: oneOf},
	{path: "customer", label: "Customer", shape: somebody, hint: "Name or external id"},
	{path: "payer", label: "Paid by", shape: somebody, hint: "Empty: the customer pays"},
	{path: "currency", label: "Currency", shape: coded, list: "currencies", hint: "Empty: the customer's"},
	{path: "term.from", label: "First day", shape: daily},
	{path: "term.through", label: "Last day", shape: daily},
	{path: "effective", label: "Counts from", shape: daily, hint: "Empty: from the first day"},
	{path: "reason", label: "Why it is amended"},
	{path: "plan.code", label: "Catalog plan", shape: coded, list: "plans"},
	{path: "plan.version", label: "Plan version", shape: numeric},
	{path: "billing.net_days", label: "Days to pay", shape: numeric, hint: "Empty: due on receipt"},
	{path: "billing.po_number", label: "Purchase order"},
	{path: "billing.align", label: "Billing periods", shape: oneOf, choices: []string{"anniversary", "From the first day", "calendar", "Calendar months"}},
	{path: "reseller.margin_percent", label: "Reseller's margin, %", shape: numeric, hint: "When the payer resells"},

	{path: "lines[].kind", label: "Kind", shape: oneOf, choices: []string{"fixed", "Fixed fee", "ramp", "Ramp", "usage", "Usage"}},
	{path: "lines[].id", label: "Id", hint: "Stays the same through amendments"},
	{path: "lines[].product", label: "Product", shape: coded, list: "products"},
	{path: "lines[].description", label: "Text on the invoice", hint: "Empty: the product's name"},
	{path: "lines[].clause", label: "Clause"},
	{path: "lines[].from", label: "Service from", shape: daily},
	{path: "lines[].through", label: "Service through", shape: daily},
	{path: "lines[].fixed.quantity", label: "Quantity", shape: numeric},
	{path: "lines[].fixed.unit_price", label: "Unit price", shape: numeric},
	{path: "lines[].fixed.every", label: "Every", shape: oneOf, choices: everyChoices},
	{path: "lines[].fixed.in", label: "Billed in", shape: oneOf, choices: []string{"advance", "Advance", "arrears", "Arrears"}},
	{path: "lines[].fixed.ramp[].from", label: "From", shape: daily},
	{path: "lines[].fixed.ramp[].through", label: "Through", shape: daily},
	{path: "lines[].fixed.ramp[].quantity", label: "Quantity", shape: numeric},
	{path: "lines[].fixed.ramp[].unit_price", label: "Unit price", shape: numeric},
	{path: "lines[].usage.meter", label: "Meter", shape: coded, list: "meters"},
	{path: "lines[].usage.included", label: "Included", shape: numeric},
	{path: "lines[].usage.every", label: "Every", shape: oneOf, choices: everyChoices},
	{path: "lines[].usage.price.model", label: "Price model", shape: oneOf, choices: []string{"per_unit", "Per unit", "graduated", "Graduated", "volume", "Volume", "package", "Package", "flat", "Flat"}},
	{path: "lines[].usage.price.amount", label: "Price", shape: numeric},
	{path: "lines[].usage.price.size", label: "Units in a package", shape: numeric},
	{path: "lines[].usage.price.tiers[].up_to", label: "Up to", shape: numeric},
	{path: "lines[].usage.price.tiers[].unit", label: "Per unit", shape: numeric},
	{path: "lines[].usage.price.tiers[].flat", label: "Once", shape: numeric},
	{path: "lines[].usage.price.flat_at_zero", label: "The first tier's flat fee is due even without usage", shape: checked},

	{path: "commitments[].id", label: "Id"},
	{path: "commitments[].product", label: "Billed as", shape: coded, list: "products"},
	{path: "commitments[].clause", label: "Clause"},
	{path: "commitments[].lines", label: "Lines that count", shape: listed, hint: "Empty: every usage line"},
	{path: "commitments[].amount", label: "At least", shape: numeric},
	{path: "commitments[].every", label: "Every", shape: oneOf, choices: everyChoices},

	{path: "prepaid[].id", label: "Id"},
	{path: "prepaid[].product", label: "Billed as", shape: coded, list: "products"},
	{path: "prepaid[].clause", label: "Clause"},
	{path: "prepaid[].lines", label: "Lines it covers", shape: listed, hint: "Empty: every usage line"},
	{path: "prepaid[].amount", label: "Cap in money", shape: numeric},
	{path: "prepaid[].units", label: "or in units", shape: numeric},
	{path: "prepaid[].price", label: "Paid up front", shape: numeric, hint: "Empty: the cap in money"},
	{path: "prepaid[].every", label: "Every", shape: oneOf, choices: everyChoices},
	{path: "prepaid[].overage.factor", label: "Overage, × list price", shape: numeric, hint: "Empty: list price"},
}

var fieldsByPath = func() map[string]formField {
	out := map[string]formField{}
	for _, f := range formFields {
		out[f.path] = f
	}
	return out
}()

var rowNumber = regexp.MustCompile(`\[(\d{1,3})\]`)

// fieldNamed finds the field that a name on the page belongs to: "lines[2].product" is one of "lines[].product".
func fieldNamed(name string) (formField, bool) {
	f, ok := fieldsByPath[rowNumber.ReplaceAllString(name, "[]")]
	return f, ok
}

// choiceOf is the word that an empty choice stands for.
func (f formField) choiceOf(value string) string {
	if value == "" && len(f.choices) > 0 {
		return f.choices[0]
	}
	return value
}

// twig is a part of the document's tree as the fields spell it: a key, a group of keys, or a list of such groups.
type twig struct {
	name  string
	rows  bool
	field *formField // of a leaf
	twigs []*twig
}

var formTree = func() *twig {
	root := &twig{}
	for i := range formFields {
		at := root
		for part := range strings.SplitSeq(formFields[i].path, ".") {
			at = at.twig(part)
		}
		at.field = &formFields[i]
	}
	return root
}()

func (t *twig) twig(part string) *twig {
	name, rows := strings.CutSuffix(part, "[]")
	for _, below := range t.twigs {
		if below.name == name {
			return below
		}
	}
	t.twigs = append(t.twigs, &twig{name: name, rows: rows})
	return t.twigs[len(t.twigs)-1]
}
