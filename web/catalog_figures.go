package web

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/strict"
	"ratable/web/ui"
)

// Whoever changes a price of a plan types the price: each figure of its terms has a field of its own beside the text.

// figureWords are the keys of terms whose values are figures, as people call them.
var figureWords = map[string]string{
	"unit_price": "unit price", "amount": "amount", "price": "price", "included": "included units", "quantity": "quantity", "size": "units a package",
	"up_to": "up to", "unit": "each unit", "flat": "flat fee", "units": "units", "factor": "factor", "percent": "percent", "minimum": "minimum", "maximum": "maximum",
	"months": "length in months", "days": "days", "net_days": "days to pay", "uplift_percent": "uplift, percent", "notice_days": "notice, days",
}

// figure is a value of terms that has a field.
type figure struct {
	path, label string
	node        *yaml.Node
}

// figuresOf lists the figures of terms in their order. Lines are called by their description or product.
func figuresOf(root *yaml.Node) []figure {
	var out []figure
	var walk func(n *yaml.Node, path, called string)
	walk = func(n *yaml.Node, path, called string) {
		switch n.Kind {
		case yaml.MappingNode:
			for _, key := range []string{"id", "product", "description"} { // the last that is there says it best
				if v := strict.NodeAt(n, key); v != nil && v.Kind == yaml.ScalarNode && v.Value != "" {
					called = v.Value
				}
			}
			for i := 0; i+1 < len(n.Content); i += 2 {
				key, value := n.Content[i].Value, n.Content[i+1]
				at := strings.TrimPrefix(path+"."+key, ".")
				if words, known := figureWords[key]; known && value.Kind == yaml.ScalarNode {
					out = append(out, figure{at, capital(strings.TrimPrefix(called+": "+words, ": ")), value})
					continue
				}
				if key == "renewal" || key == "trial" { // they have months of their own
					walk(value, at, key)
					continue
				}
				walk(value, at, called)
			}
		case yaml.SequenceNode:
			for i, item := range n.Content {
				words := called
				if strings.HasSuffix(path, "tiers") {
					words += ", tier " + strconv.Itoa(i+1)
				}
				walk(item, path+"["+strconv.Itoa(i)+"]", words)
			}
		}
	}
	walk(root, "", "")
	return out
}

// fieldOfFigure is the form's name of a figure; what stood in it when the form was shown is sent along, so that a figure changed
// in the text is not changed back by its field.
func fieldOfFigure(path string) string { return "terms." + path }

// setFigures puts the figures that were typed over into the text of the terms.
func (e *catalogEntry) setFigures() {
	root, err := strict.Tree([]byte(e.typed["terms"]), "plan", catalog.MaxDocument)
	if e.kind != catalog.PlanKind || err != nil {
		return
	}
	changed := false
	for _, f := range figuresOf(root) {
		name := fieldOfFigure(f.path)
		typed, sent := e.typed[name]
		if typed = strings.TrimSpace(typed); sent && typed != e.typed["was."+name] && typed != f.node.Value {
			f.node.Value, f.node.Tag, f.node.Style, changed = typed, "", 0, true
		}
	}
	if !changed {
		return
	}
	if text, err := strict.Write(root, nil, nil); err == nil {
		e.typed["terms"] = string(text)
	}
}

// figureFields are the fields of the terms as they stand, with their findings.
func (e catalogEntry) figureFields() (fields []ui.FieldProps, hidden []ui.Value) {
	root, err := strict.Tree([]byte(e.typed["terms"]), "plan", catalog.MaxDocument)
	if err != nil {
		return nil, nil
	}
	for _, f := range figuresOf(root) {
		name := fieldOfFigure(f.path)
		fields = append(fields, ui.FieldProps{Name: name, Label: f.label, Kind: ui.NumberInput, Value: f.node.Value, Errors: e.found})
		hidden = append(hidden, ui.Value{Name: "was." + name, Value: f.node.Value})
	}
	return fields, hidden
}

// ofFigure says that a finding is about a figure that has a field of its own.
func (e catalogEntry) ofFigure(f fault.Field) bool {
	root, err := strict.Tree([]byte(e.typed["terms"]), "plan", catalog.MaxDocument)
	return err == nil && slices.ContainsFunc(figuresOf(root), func(x figure) bool { return fieldOfFigure(x.path) == f.Path })
}
