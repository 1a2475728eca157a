package contracts

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// maxFindings bounds how much is said about one document: whoever sends the
// wrong file learns it from the first lines.
const maxFindings = 50

// Parse reads a contract document from YAML or JSON. It is strict: an unknown or
// repeated key, a second document, an anchor, or an impossible value is refused
// with fault.Invalid, each finding with its path and line. The result is
// normalized: exporting it and parsing again gives the same.
func Parse(source []byte) (Document, error) {
	root, err := tree(source)
	if err != nil {
		return Document{}, err
	}
	return ParseNode(root)
}

// ParseNode is Parse for a document that stands inside a larger one: the lines
// of its findings are those of the whole.
func ParseNode(root *yaml.Node) (Document, error) {
	var d Document
	var r reader
	r.read(root, "", reflect.ValueOf(&d).Elem())
	if null(root) {
		r.blame(root, "", "is empty")
	}
	found := append(r.found, ambiguousZeros(root)...)
	if len(found) == 0 {
		d.normalize()
		found = d.Validate()
	}
	if len(found) > 0 {
		return Document{}, fault.InvalidFields(placed(root, found)...)
	}
	return d, nil
}

// ambiguousZeros refuses a zero where a missing value has a default that is not
// zero: who writes "factor: 0" means free overage and would be charged for it.
func ambiguousZeros(root *yaml.Node) findings {
	var f findings
	caps := nodeAt(root, "prepaid")
	for i := 0; caps != nil && i < len(caps.Content); i++ {
		for _, zero := range []struct{ path, instead string }{
			{"price", "leave it out to charge the cap's amount up front"},
			{"overage.factor", "leave it out for the list price; if overage is free, write a cap nobody can reach"},
		} {
			path := fmt.Sprintf("prepaid[%d].%s", i, zero.path)
			n := nodeAt(root, path)
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
	if d.Billing.Align == "" {
		d.Billing.Align = Anniversary
	}
	for i := range d.Lines {
		d.Lines[i].Description, d.Lines[i].Clause = strings.TrimSpace(d.Lines[i].Description), strings.TrimSpace(d.Lines[i].Clause)
		if f := d.Lines[i].Fixed; f != nil && f.In == "" {
			f.In = Advance
		}
	}
}

// Export writes the document as normalized YAML; Parse(Export(d)) gives d.
func Export(d Document) ([]byte, error) {
	var root yaml.Node
	if err := root.Encode(d); err != nil {
		return nil, fmt.Errorf("export contract %s: %w", d.Contract, err)
	}
	unquote(&root)
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&root); err != nil {
		return nil, fmt.Errorf("export contract %s: %w", d.Contract, err)
	}
	return out.Bytes(), enc.Close()
}

// figures and days are the keys whose values people write without quotes.
var (
	figures = []string{"quantity", "unit_price", "amount", "units", "price", "included", "size", "up_to", "unit", "flat", "factor", "margin_percent"}
	days    = []string{"from", "through", "effective"}
)

// unquote lets figures and days stand as sales would type them; the encoder
// quotes them, because to Go they are texts.
func unquote(n *yaml.Node) {
	for i, child := range n.Content {
		unquote(child)
		if n.Kind != yaml.MappingNode || i%2 == 0 || child.Kind != yaml.ScalarNode {
			continue
		}
		switch key := n.Content[i-1].Value; {
		case slices.Contains(days, key):
			child.Tag, child.Style = "!!timestamp", 0
		case slices.Contains(figures, key) && strings.Contains(child.Value, "."):
			child.Tag, child.Style = "!!float", 0
		case slices.Contains(figures, key):
			child.Tag, child.Style = "!!int", 0
		}
	}
}

// placed gives each finding the line of the nearest node its path names.
func placed(root *yaml.Node, found []fault.Field) []fault.Field {
	if more := len(found) - maxFindings; more > 0 {
		found = append(found[:maxFindings:maxFindings], fault.Field{Path: "document", Message: fmt.Sprintf("has %d more mistakes", more)})
	}
	for i := range found {
		if found[i].Line == 0 {
			found[i].Line = lineOf(root, found[i].Path)
		}
	}
	return found
}

// lineOf walks "lines[2].fixed.quantity" as far as it goes; the deepest node
// found gives the line, so that a missing key points at its parent.
func lineOf(n *yaml.Node, path string) int {
	line := 0
	for _, step := range steps(path) {
		if n = child(n, step); n == nil {
			return line
		}
		line = n.Line
	}
	return line
}

// nodeAt is the node a path names, nil when there is none.
func nodeAt(n *yaml.Node, path string) *yaml.Node {
	for _, step := range steps(path) {
		if n = child(n, step); n == nil {
			return nil
		}
	}
	return n
}

func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}

func child(n *yaml.Node, step string) *yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}
