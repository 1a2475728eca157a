package contracts

import (
	"cmp"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/strict"
)

// Parse reads a contract document from YAML or JSON. It is strict: an unknown or
// repeated key, a second document, an anchor, or an impossible value is refused
// with fault.Invalid, each finding with its path and line. The result is
// normalized: exporting it and parsing again gives the same.
func Parse(source []byte) (Document, error) {
	root, err := strict.Tree(source, "contract", MaxDocument)
	if err != nil {
		return Document{}, err
	}
	return ParseNode(root)
}

// ParseNode is Parse for a document that stands inside a larger one: the lines
// of its findings are those of the whole.
func ParseNode(root *yaml.Node) (Document, error) {
	var d Document
	found := append(strict.Read(root, &d), ambiguousZeros(root)...)
	if len(found) == 0 {
		d.normalize()
		found = d.Validate()
	}
	if len(found) > 0 {
		return Document{}, fault.InvalidFields(strict.Placed(root, found)...)
	}
	return d, nil
}

// ambiguousZeros refuses a zero where a missing value has a default that is not
// zero: who writes "factor: 0" means free overage and would be charged for it.
func ambiguousZeros(root *yaml.Node) findings {
	return append(zerosIn(root, "prepaid", defaulted), zerosIn(root, "caps", defaultedCap)...)
}

func zerosIn(root *yaml.Node, list string, defaulted []struct{ path, instead string }) findings {
	var f findings
	caps := strict.NodeAt(root, list)
	for i := 0; caps != nil && i < len(caps.Content); i++ {
		for _, zero := range defaulted {
			path := fmt.Sprintf("%s[%d].%s", list, i, zero.path)
			n := strict.NodeAt(root, path)
			if n == nil || n.Kind != yaml.ScalarNode {
				continue
			}
			if v, err := money.ParseDecimal(n.Value); err == nil && v.IsZero() {
				f.add(path, fault.Shown(n.Value), "cannot be zero; %s", zero.instead)
			}
		}
	}
	return f
}

// normalize writes what has only one meaning in one way, so that a document and
// its export are the same.
func (d *Document) normalize() {
	d.Currency = strings.ToUpper(strings.TrimSpace(d.Currency))
	for _, text := range []*string{&d.Title, &d.Reason, &d.Billing.PONumber} {
		*text = strings.TrimSpace(*text)
	}
	if d.Payer == d.Customer {
		d.Payer = ""
	}
	if d.Effective == d.Term.From {
		d.Effective = period.Date{}
	}
	if d.Signer == d.Paying() {
		d.Signer = ""
	}
	if d.Billing.Align == "" {
		d.Billing.Align = Anniversary
	}
	d.normalizeTerms()
	for i := range d.Lines {
		d.Lines[i].Description, d.Lines[i].Clause = strings.TrimSpace(d.Lines[i].Description), strings.TrimSpace(d.Lines[i].Clause)
		if f := d.Lines[i].Fixed; f != nil && f.In == "" && len(f.Installments) == 0 {
			f.In = Advance
		}
		if o := d.Lines[i].Once; o != nil {
			o.Quantity, o.Milestone = o.quantity(), strings.TrimSpace(o.Milestone)
		}
	}
}

// normalizeTerms writes out the defaults of terms that are there.
func (d *Document) normalizeTerms() {
	if t := d.Trial; t != nil {
		t.Then = cmp.Or(t.Then, Convert)
	}
	if r := d.Reseller; r != nil {
		r.Kind = r.kind()
	}
	if r := d.Renewal; r != nil {
		r.Price = cmp.Or(r.Price, AgreedPrice)
	}
	if e := d.Ending; e != nil {
		e.Refund, e.Commitments = cmp.Or(e.Refund, Unused), cmp.Or(e.Commitments, Prorated)
	}
}

// Export writes the document as normalized YAML; Parse(Export(d)) gives d.
func Export(d Document) ([]byte, error) {
	text, err := strict.Write(d, figures, days)
	if err != nil {
		return nil, fmt.Errorf("export contract %s: %w", d.Contract, err)
	}
	return text, nil
}

// figures and days are the keys whose values people write without quotes.
var (
	figures = []string{"quantity", "unit_price", "amount", "units", "price", "included", "size", "up_to", "unit", "flat", "factor", "margin_percent",
		"commission_percent", "fee_percent", "pass_on_percent", "uplift_percent", "percent", "most", "per_event", "free_units", "minimum", "maximum"}
	days = []string{"from", "through", "effective", "on", "renewed"}
)
