package web

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/contracts"
	"ratable/internal/fault"
)

// This file is the way from the form to the document, and of findings back to their fields.

// judged is a sheet as a document, with the way back from the document's paths to the fields.
type judged struct {
	sheet  sheet
	root   *yaml.Node
	placed map[string]string // "lines[0]" of the document is "lines[1]" of the form, because lines[0] was left blank
	odd    *[]fault.Field    // what no document can say: a word that is none of a field's choices
}

// judge makes the document that the sheet says. What is empty is left out, and so is what a line's kind or price model
// has no use for; rows nobody filled in are no rows.
func (s sheet) judge() judged {
	j := judged{sheet: s.filled(), placed: map[string]string{}, odd: &[]fault.Field{}}
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
	ids := s.ids()
	for i := range s.rows("lines") {
		row := fmt.Sprintf("lines[%d]", i)
		if out[row+".kind"] == "usage" && ids[row] != "" {
			usage = append(usage, ids[row])
		}
		if out[row+".kind"] == "installments" { // the only period that has any
			out[row+".fixed.every"] = "term"
		}
	}
	for row, id := range ids {
		out[row+".id"] = id
		list, _, _ := strings.Cut(row, "[")
		if id != "" && slices.Contains([]string{"commitments", "prepaid", "caps"}, list) && out[row+".lines"] == "" {
			out[row+".lines"] = strings.Join(usage, ", ")
		}
	}
	return out
}

// kinds says for which kinds of line a key counts; keys that are not here count for all.
var kinds = map[string]string{
	"kind": "", // chooses, and is no key of a document itself
	"once": "once", "usage": "usage", "users": "usage",
	"fixed": "fixed ramp installments", "fixed.quantity": "fixed", "fixed.unit_price": "fixed", "fixed.in": "fixed ramp",
	"fixed.ramp": "ramp", "fixed.installments": "installments",
}

// counts says whether a key has a meaning beside what was chosen in its line or section.
func (j judged) counts(form string) bool {
	row, key, inRow := strings.Cut(form, "].")
	switch {
	case strings.HasPrefix(form, "reseller."):
		wanted, bound := resellers[strings.TrimPrefix(form, "reseller.")]
		return !bound || cmp.Or(j.sheet["reseller.kind"], "wholesale") == wanted
	case inRow && strings.HasPrefix(form, "discounts["):
		return key != "every" || j.sheet[row+"].amount"] != ""
	case !inRow || !strings.HasPrefix(form, "lines["):
		return true
	}
	if at := priceKey.FindStringSubmatch(form); at != nil {
		return at[2] == "model" || slices.Contains(strings.Fields(modelKeys[j.sheet[at[1]+".model"]]), at[2])
	}
	if at := tierUnit.FindStringSubmatch(form); at != nil { // a step costs its flat, whatever the quantity
		return j.sheet[at[1]+".model"] != "stairstep"
	}
	only, bound := kinds[key]
	return !bound || slices.Contains(strings.Fields(only), cmp.Or(j.sheet[row+"].kind"], "fixed"))
}

// resellers says which percentage belongs to which kind of partner.
var resellers = map[string]string{"margin_percent": "wholesale", "commission_percent": "referral", "fee_percent": "marketplace"}

const priceName = `^(lines\[\d+\]\.usage\.price(?:\.prices\[\d+\]|\.other)?)\.`

var (
	priceKey = regexp.MustCompile(priceName + `([a-z_]+)$`)
	tierUnit = regexp.MustCompile(priceName + `tiers\[\d+\]\.unit$`)
)

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
		case below.rows && below.pairs():
			value = j.pairsOf(below, name, path)
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

// pairsOf is a list of rows that the document has as a map: the first field of a row says under what.
func (j judged) pairsOf(t *twig, form, doc string) *yaml.Node {
	out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	key, rest := t.twigs[0], &twig{twigs: t.twigs[1:]}
	for i := range j.sheet.rows(form) {
		row := fmt.Sprintf("%s[%d]", form, i)
		if j.sheet.blank(row) {
			continue
		}
		called := j.sheet[row+"."+key.name]
		if called == "" {
			*j.odd = append(*j.odd, fault.Field{Path: row + "." + key.name, Message: "is missing: it says what the rest of the row is for"})
			continue
		}
		at := doc + "." + fault.Shown(called)
		j.placed[at], j.placed[doc+"."+called] = row, row
		value := j.group(rest, row, at)
		if plain := rest.twigs[0]; len(rest.twigs) == 1 && plain.field != nil {
			j.placed[at], j.placed[doc+"."+called] = row+"."+plain.name, row+"."+plain.name
			value = word(j.sheet[row+"."+plain.name])
		}
		out.Content = append(out.Content, word(called), value)
	}
	if len(out.Content) == 0 {
		return nil
	}
	return out
}

func word(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

func (j judged) leaf(f formField, name string) *yaml.Node {
	value := j.sheet[name]
	if value == "" {
		return nil
	}
	if len(f.choices) > 0 {
		j.hold(f, name, value)
	}
	if between, ok := separators[f.shape]; ok {
		out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
		for _, id := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(between, r) }) {
			if id = strings.TrimSpace(id); id != "" {
				out.Content = append(out.Content, word(id))
			}
		}
		return out
	}
	return word(value)
}

// separators stand between the words of a field that has several. A customer's name may have blanks in it.
var separators = map[shape]string{listed: ",; \n", among: ",; \n", several: ",;\n"}

// hold refuses a word that is none of a field's choices.
func (j judged) hold(f formField, name, value string) {
	var words []string
	for i := 0; i < len(f.choices); i += 2 {
		if f.choices[i] == value {
			return
		}
		if f.choices[i] != "" {
			words = append(words, f.choices[i])
		}
	}
	last := len(words) - 1
	known := words[last]
	if last > 0 {
		known = strings.Join(words[:last], ", ") + " or " + known
	}
	*j.odd = append(*j.odd, fault.Field{Path: name, Value: fault.Shown(value), Message: "must be " + known})
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
