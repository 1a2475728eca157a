package web

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/contracts"
	"ratable/internal/fault"
)

// This file is the way from the form to the document, and of findings back to their fields.

// lineIDs are the ids of the lines as the document will have them: what was typed, else made of the product.
func (s sheet) lineIDs() []string {
	return s.ids("lines", func(row string) string { return s[row+".product"] })
}

// ids names the rows of a list. Ids are one namespace over the three lists.
func (s sheet) ids(list string, from func(row string) string) []string {
	taken := map[string]bool{}
	for name, value := range s {
		if strings.HasSuffix(name, ".id") {
			taken[strings.TrimSpace(value)] = true
		}
	}
	out := make([]string, s.rows(list))
	for i := range out {
		row := fmt.Sprintf("%s[%d]", list, i)
		if out[i] = strings.TrimSpace(s[row+".id"]); out[i] != "" || s.blank(row) {
			continue
		}
		base := strings.Trim(notOfAnID.ReplaceAllString(strings.TrimSpace(from(row)), "-"), "-")
		if base == "" {
			base = strings.TrimSuffix(list, "s")
		}
		out[i] = base
		for n := 2; taken[out[i]]; n++ {
			out[i] = fmt.Sprintf("%s-%d", base, n)
		}
		taken[out[i]] = true
	}
	return out
}

var notOfAnID = regexp.MustCompile(`[^A-Za-z0-9._/-]+`)

// judged is a sheet as a document, with the way back from the document's paths to the fields.
type judged struct {
	sheet  sheet
	root   *yaml.Node
	placed map[string]string // "lines[0]" of the document is "lines[1]" of the form, because lines[0] was left blank
}

// judge makes the document that the sheet says. What is empty is left out, and so is what a line's kind or price model
// has no use for; rows nobody filled in are no rows.
func (s sheet) judge() judged {
	filled := s.filled()
	j := judged{sheet: filled, placed: map[string]string{}}
	if j.root = j.group(formTree, "", ""); j.root == nil {
		j.root = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	}
	return j
}

// filled is the sheet with what an empty field stands for.
func (s sheet) filled() sheet {
	out := sheet{}
	for name, value := range s {
		f, _ := fieldNamed(name)
		out[name] = f.choiceOf(strings.TrimSpace(value))
	}
	var usage []string
	for i, id := range s.lineIDs() {
		row := fmt.Sprintf("lines[%d]", i)
		out[row+".id"] = id
		if out[row+".kind"] == "usage" && id != "" {
			usage = append(usage, id)
		}
	}
	for list, base := range map[string]string{"commitments": "commitment", "prepaid": "cap"} {
		for i, id := range s.ids(list, func(string) string { return base }) {
			row := fmt.Sprintf("%s[%d]", list, i)
			out[row+".id"] = id
			if id != "" && out[row+".lines"] == "" {
				out[row+".lines"] = strings.Join(usage, ", ")
			}
		}
	}
	return out
}

// counts says whether a key has a meaning beside the kind and price model chosen in its line.
func (j judged) counts(form string) bool {
	row, key, inLine := strings.Cut(form, "].")
	if !inLine || !strings.HasPrefix(form, "lines[") {
		return true
	}
	kind := j.sheet[row+"].kind"]
	switch {
	case key == "kind": // chooses, and is no key of a document itself
		return false
	case key == "fixed":
		return kind != "usage"
	case key == "fixed.ramp":
		return kind == "ramp"
	case key == "fixed.quantity" || key == "fixed.unit_price":
		return kind != "ramp"
	case key == "usage":
		return kind == "usage"
	case strings.HasPrefix(key, "usage.price."):
		return priced(j.sheet[row+"].usage.price.model"], strings.TrimPrefix(key, "usage.price."))
	}
	return true
}

// priced says which keys a price model has.
func priced(model, key string) bool {
	tiered := model == "graduated" || model == "volume"
	switch key {
	case "amount":
		return !tiered
	case "size":
		return model == "package"
	case "tiers", "flat_at_zero":
		return tiered
	}
	return true
}

func (j judged) group(t *twig, form, doc string) *yaml.Node {
	out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, below := range t.twigs {
		name, path := strings.TrimPrefix(form+"."+below.name, "."), strings.TrimPrefix(doc+"."+below.name, ".")
		if !j.counts(name) {
			continue
		}
		var value *yaml.Node
		switch {
		case below.field != nil:
			value = j.leaf(*below.field, name)
		case below.rows:
			value = j.list(below, name, path)
		default:
			value = j.group(below, name, path)
		}
		if value != nil {
			out.Content = append(out.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: below.name}, value)
		}
	}
	if len(out.Content) == 0 {
		return nil
	}
	return out
}

func (j judged) list(t *twig, form, doc string) *yaml.Node {
	out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for i := range j.sheet.rows(form) {
		row := fmt.Sprintf("%s[%d]", form, i)
		if j.sheet.blank(row) {
			continue
		}
		at := fmt.Sprintf("%s[%d]", doc, len(out.Content))
		j.placed[at] = row
		item := j.group(t, row, at)
		if item == nil {
			item = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		}
		out.Content = append(out.Content, item)
	}
	if len(out.Content) == 0 {
		return nil
	}
	return out
}

func (j judged) leaf(f formField, name string) *yaml.Node {
	value := j.sheet[name]
	if value == "" {
		return nil
	}
	if f.shape == listed {
		out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
		for _, id := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' }) {
			out.Content = append(out.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: id})
		}
		return out
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

// document reads what the sheet says; findings name fields.
func (j judged) document() (contracts.Document, error) {
	d, err := contracts.ParseNode(j.root)
	if found := j.unkind(); len(found) > 0 {
		return contracts.Document{}, fault.InvalidFields(append(found, fault.Fields(j.toFields(err))...)...)
	}
	return d, j.toFields(err)
}

// unkind finds the lines whose kind is none or has nothing to it, which the document has no word for.
func (j judged) unkind() (found []fault.Field) {
	for i := range j.sheet.rows("lines") {
		row := fmt.Sprintf("lines[%d]", i)
		switch kind := j.sheet[row+".kind"]; kind {
		case "", "fixed", "usage":
		case "ramp":
			if !j.sheet.blank(row) && !slices.ContainsFunc(j.sheet.under(row+".fixed.ramp["), func(name string) bool { return j.sheet[name] != "" }) {
				found = append(found, fault.Field{Path: row + ".fixed.ramp", Message: "is empty: a ramp has a step for each quantity and price"})
			}
		default:
			found = append(found, fault.Field{Path: row + ".kind", Value: fault.Shown(kind), Message: "must be fixed, ramp or usage"})
		}
	}
	return found
}

// toFields moves findings from the document's paths to the form's; other errors come back as they are.
func (j judged) toFields(err error) error {
	found := fault.Fields(err)
	if len(found) == 0 {
		return err
	}
	out := make([]fault.Field, len(found))
	for i, f := range found {
		out[i] = fault.Field{Path: j.fieldOf(f.Path), Value: f.Value, Message: f.Message}
	}
	return fault.InvalidFields(out...)
}

func (j judged) fieldOf(doc string) string {
	path := doc
	for end := len(doc); end > 0; end = strings.LastIndexByte(doc[:end-1], ']') + 1 {
		if row, ok := j.placed[doc[:end]]; ok {
			path = row + doc[end:]
			break
		}
	}
	if _, known := fieldNamed(path); !known { // "commitments[0].lines[1]" is said of the field that lists them
		if at := strings.LastIndex(path, "["); at > 0 {
			if _, known := fieldNamed(path[:at]); known {
				return path[:at]
			}
		}
	}
	return path
}

// text is the document as YAML, readable or not: what was typed stands in it.
func (j judged) text() string {
	if d, err := contracts.ParseNode(j.root); err == nil {
		if text, err := contracts.Export(d); err == nil {
			return string(text)
		}
	}
	loosen(j.root)
	text, err := yaml.Marshal(j.root)
	if err != nil {
		return ""
	}
	return string(text)
}

var plainFigure = regexp.MustCompile(`^(-?\d{1,15}(\.\d{1,12})?|\d{4}-\d\d-\d\d)$`)

// loosen takes the quotes off figures and days.
func loosen(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && plainFigure.MatchString(n.Value) {
		n.Tag = ""
	}
	for _, below := range n.Content {
		loosen(below)
	}
}
