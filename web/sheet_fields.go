package web

import (
	"regexp"
	"slices"
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
	listed   // several words, with commas
	several  // customers, with commas
	among    // ids of the contract, each with a box to tick
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
	unit    string   // behind the box: "%"
	choices []string // value, label, value, label, ...
	key     bool     // of a row that the document has in a map: under what
	unsaid  bool     // the first choice is what the document means when it does not say: it is left out then
}

var everyChoices = []string{"month", "Month", "quarter", "Quarter", "half-year", "Half year", "year", "Year", "term", "Once"}

var timingChoices = []string{"advance", "Advance", "arrears", "Arrears"}

// formFields is the whole form in the order of the document. Names that are no keys of a document are a line's kind, which
// says whose keys count, and what a row of a map stands under.
var formFields = slices.Concat(headFields, lineFields, prepaidFields, commitFields, reductionFields, endFields)

var headFields = []formField{
	{path: "contract", label: "Contract number"},
	{path: "title", label: "Title", hint: "What people call the deal"},
	{path: "entity", label: "Sold by", shape: oneOf},
	{path: "customer", label: "Customer", shape: somebody, hint: "Name or external id"},
	{path: "payer", label: "Paid by", shape: somebody, hint: "Empty: the customer pays"},
	{path: "signer", label: "Signed by", shape: somebody, hint: "Empty: who pays"},
	{path: "currency", label: "Currency", shape: coded, list: "currencies", hint: "Empty: the customer's"},
	{path: "term.from", label: "First day", shape: daily},
	{path: "term.through", label: "Last day", shape: daily},
	{path: "term.renewed", label: "Renewed on", shape: listed},
	{path: "effective", label: "Counts from", shape: daily, hint: "Empty: from the first day"},
	{path: "reason", label: "Why it is amended"},
	{path: "plan.code", label: "Catalog plan", shape: coded, list: "plans"},
	{path: "plan.version", label: "Plan version", shape: numeric},
	{path: "paused", label: "Paused: no fees from the day this version counts", shape: checked},
	{path: "billing.net_days", label: "Days to pay", shape: numeric, hint: "Empty: due on receipt"},
	{path: "billing.po_number", label: "Purchase order"},
	{path: "billing.align", label: "Billing periods", shape: oneOf, choices: []string{"anniversary", "From the first day", "calendar", "Calendar months"}},
	{path: "billing.late_usage", label: "Usage that arrives late", shape: oneOf, unsaid: true, choices: []string{"next_invoice", "On the next invoice", "at_once", "Invoiced at once", "reissue", "Credited and billed anew", "refuse", "Refused after some days"}},
	{path: "billing.refuse_after_days", label: "Refused how many days after its period", shape: numeric, hint: "Only where late usage is refused"},

	{path: "trial.through", label: "Last free day", shape: daily},
	{path: "trial.then", label: "After that", shape: oneOf, unsaid: true, choices: []string{"convert", "Charged", "end", "The lines end"}},
	{path: "trial.lines", label: "Free in the trial", shape: among, hint: "None ticked: everything"},
	{path: "reseller.kind", label: "What the partner does", shape: oneOf, unsaid: true, choices: []string{"wholesale", "Buys and resells", "referral", "Refers the customer", "marketplace", "Runs the marketplace"}},
	{path: "reseller.partner", label: "Partner", shape: somebody, hint: "Empty: who pays"},
	{path: "reseller.margin_percent", label: "Margin off list price", shape: numeric, unit: "%"},
	{path: "reseller.commission_percent", label: "Commission on what was paid", shape: numeric, unit: "%"},
	{path: "reseller.fee_percent", label: "Marketplace's fee", shape: numeric, unit: "%"},
	{path: "reseller.role", label: "Our role", shape: oneOf, unsaid: true, choices: roles(), hint: "Agent: our part is the revenue"},
}

// roles are ours towards the customer; before them stands what an empty field means.
func roles(empty ...string) []string {
	return append(empty, "principal", "Principal", "agent", "Agent")
}

var endFields = []formField{
	{path: "renewal.months", label: "Renews for", shape: numeric, unit: "months"},
	{path: "renewal.notice_days", label: "Notice before the end", shape: numeric, unit: "days", hint: "Empty: until the last day"},
	{path: "renewal.uplift_percent", label: "Prices go up by", shape: numeric, unit: "%", hint: "Empty: they stay"},
	{path: "renewal.price", label: "Counted on", shape: oneOf, unsaid: true, choices: []string{"agreed", "The price agreed", "catalog", "The catalog's price then"}},
	{path: "renewal.auto", label: "Renews by itself when nobody gives notice", shape: checked},
	{path: "renewal.cancellable", label: "The customer may end it", shape: oneOf, unsaid: true, choices: []string{"", "When the term ends", "period_end", "After any billing period"}},

	{path: "ending.cause", label: "Why it ends", shape: oneOf, unsaid: true, choices: []string{"", "Choose…", "convenience", "One side wants to", "breach", "Breach of contract", "non_payment", "Not paid"}},
	{path: "ending.refund", label: "Paid for days after the end", shape: oneOf, unsaid: true, choices: []string{"unused", "Given back", "none", "Kept"}},
	{path: "ending.commitments", label: "Commitments", shape: oneOf, unsaid: true, choices: []string{"prorated", "By days", "full", "Due in full"}},
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
	if value == "" && len(f.choices) > 0 && !f.unsaid {
		return f.choices[0]
	}
	return value
}

// says tells whether somebody said something in the field. A choice that cannot be left open always says something, so
// that its value means nothing.
func (f formField) says(value string) bool {
	return strings.TrimSpace(value) != "" && (f.shape != oneOf || f.unsaid)
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

// pairs says that the document has a map where the form has rows.
func (t *twig) pairs() bool {
	return len(t.twigs) > 0 && t.twigs[0].field != nil && t.twigs[0].field.key
}

// sections are the groups of keys that a contract has or has not; one comes with a button and goes with another.
var sections = []string{"trial", "reseller", "renewal", "ending"}

// isList says whether rows can be added under a name: "lines[1].fixed.ramp".
func isList(name string) bool {
	pattern := rowNumber.ReplaceAllString(name, "[]") + "[]."
	return slices.ContainsFunc(formFields, func(f formField) bool { return strings.HasPrefix(f.path, pattern) })
}
