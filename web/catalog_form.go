package web

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/strict"
	"ratable/web/page"
	"ratable/web/ui"
)

// This file reads the forms of products, meters and plans: what was typed becomes a catalog document with one entry, so that a form
// and a file are judged by the same checks, and findings come back to the fields they name.

// catalogEntry is a form on its way.
type catalogEntry struct {
	kind    catalog.Kind
	editing string            // code; empty for something new
	typed   map[string]string // by field name
	rows    int               // of stand-alone prices
	found   []fault.Field
	preview page.CatalogDifference
}

// maxStandalone bounds the rows of a form; a file may have more.
const maxStandalone = 40

// typedEntry reads what a form sent.
func (v *visit) typedEntry(kind catalog.Kind, editing string) catalogEntry {
	e := catalogEntry{kind: kind, editing: editing, typed: map[string]string{}}
	for name, values := range v.echo.Request().Form {
		if len(values) > 0 {
			e.typed[name] = strings.ReplaceAll(strings.ToValidUTF8(values[0], "\uFFFD"), "\r\n", "\n")
		}
	}
	if editing != "" {
		e.typed["code"] = editing
	}
	e.setFigures()
	e.rows, _ = strconv.Atoi(e.typed["rows"])
	e.rows = max(1, min(e.rows, maxStandalone))
	if e.typed["do"] == "add" {
		e.rows = min(e.rows+1, maxStandalone)
	}
	return e
}

// document makes one of what was typed, or says which fields are wrong.
func (e catalogEntry) document(checks catalog.Checks) (catalog.Document, []fault.Field) {
	entry := &yaml.Node{Kind: yaml.MappingNode}
	put := func(key string, value *yaml.Node) { entry.Content = append(entry.Content, scalar(key), value) }
	for _, name := range plainFields[e.kind] {
		if text := strings.TrimSpace(e.typed[name]); text != "" {
			put(name, scalar(text))
		}
	}
	if e.typed["retired"] != "" {
		put("retired", scalar("true"))
	}
	var rows []int // of the form, by place in the document
	switch e.kind {
	case catalog.ProductKind:
		features, wrong := e.features()
		if len(wrong) > 0 {
			return catalog.Document{}, wrong
		}
		put("features", features)
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range e.rows {
			if item := e.standalone(i); item != nil {
				list.Content, rows = append(list.Content, item), append(rows, i)
			}
		}
		put("standalone", list)
	case catalog.MeterKind:
		put("dimensions", words(e.typed["dimensions"]))
	case catalog.PlanKind:
		if strings.TrimSpace(e.typed["terms"]) != "" {
			terms, err := strict.Tree([]byte(e.typed["terms"]), "plan", catalog.MaxDocument)
			if err != nil {
				return catalog.Document{}, e.termsFindings(fault.Fields(err))
			}
			put("terms", terms)
		}
	}
	root := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{scalar(e.list()), {Kind: yaml.SequenceNode, Content: []*yaml.Node{entry}}}}
	d, err := catalog.ParseNode(root, checks)
	return d, e.fields(fault.Fields(err), rows)
}

// plainFields are the keys of an entry that the form has as they are.
var plainFields = map[catalog.Kind][]string{
	catalog.ProductKind: {"code", "name", "unit", "tax_code", "recognition", "method", "rounding", "starts_on"},
	catalog.MeterKind:   {"code", "name", "unit", "aggregation", "unique_by"},
	catalog.PlanKind:    {"code", "name", "currency", "starts_on"},
}

func (e catalogEntry) list() string { return string(e.kind) + "s" }

func scalar(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

// words are what commas and blanks separate.
func words(text string) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' }) {
		list.Content = append(list.Content, scalar(w))
	}
	return list
}

var standaloneKeys = []string{"currency", "every", "region", "segment", "method", "price", "low", "mid", "high"}

// standalone is a row of the form; nil when nothing was typed into it.
func (e catalogEntry) standalone(row int) *yaml.Node {
	item := &yaml.Node{Kind: yaml.MappingNode}
	typed := false
	for _, key := range standaloneKeys {
		if text := strings.TrimSpace(e.typed[fmt.Sprintf("standalone[%d].%s", row, key)]); text != "" {
			item.Content = append(item.Content, scalar(key), scalar(text))
			typed = typed || key != "every" && key != "method"
		}
	}
	if !typed {
		return nil
	}
	return item
}

// fields moves findings from the document's paths to the form's fields.
func (e catalogEntry) fields(found []fault.Field, rows []int) []fault.Field {
	prefix := e.list() + "[0]."
	var out, terms []fault.Field
	for _, f := range found {
		f.Path = strings.TrimPrefix(f.Path, prefix)
		var row int
		var key string
		switch {
		case e.ofFigure(f):
		case f.Path == "terms" || strings.HasPrefix(f.Path, "terms."):
			terms = append(terms, f)
			continue
		case strings.HasPrefix(f.Path, "features"):
			f.Message = strings.TrimPrefix(f.Path, "features.") + " " + f.Message
			f.Path = "features"
		case strings.HasPrefix(f.Path, "dimensions"):
			f.Path = "dimensions"
		case strings.HasPrefix(f.Path, "standalone["):
			if n, _ := fmt.Sscanf(strings.Replace(f.Path, "].", "] ", 1), "standalone[%d] %s", &row, &key); n == 2 && row < len(rows) {
				f.Path = fmt.Sprintf("standalone[%d].%s", rows[row], key)
			}
		}
		if f.Value != "" && (f.Path == "dimensions") {
			f.Message = f.Value + " " + f.Message
		}
		out = append(out, f)
	}
	return append(out, e.termsFindings(terms)...)
}

// termsFindings say inside one field where in its text something is wrong.
func (e catalogEntry) termsFindings(found []fault.Field) []fault.Field {
	root, unreadable := strict.Tree([]byte(e.typed["terms"]), "plan", catalog.MaxDocument)
	var out []fault.Field
	for _, f := range found {
		where := strings.TrimPrefix(strings.TrimPrefix(f.Path, "terms"), ".")
		if f.Line == 0 && unreadable == nil {
			f.Line = strict.LineOf(root, where)
		}
		if where == "document" {
			where = ""
		}
		message := strings.TrimSpace(where + " " + f.Message)
		if f.Line > 0 {
			message = fmt.Sprintf("line %d: %s", f.Line, message)
		}
		if f.Value != "" {
			message += " (" + f.Value + ")"
		}
		out = append(out, fault.Field{Path: "terms", Value: f.Value, Message: message})
	}
	return out
}

// fill puts what is in the catalog into the form, to be changed from the first of next month unless somebody says another day.
func (e *catalogEntry) fill(d catalog.Document, from string) error {
	e.typed["starts_on"] = from
	for _, p := range d.Products {
		e.typed["name"], e.typed["unit"], e.typed["tax_code"], e.typed["recognition"] = p.Name, p.Unit, p.TaxCode, string(p.Recognition)
		e.typed["method"], e.typed["rounding"] = string(p.Method), string(p.Rounding)
		e.typed["features"] = featureText(p)
		e.rows = max(1, len(p.Standalone))
		for i, s := range p.Standalone {
			at := fmt.Sprintf("standalone[%d].", i)
			e.typed[at+"currency"], e.typed[at+"every"] = s.Currency, s.Every
			e.typed[at+"region"], e.typed[at+"segment"], e.typed[at+"method"] = s.Region, s.Segment, string(s.Method)
			if !s.Price.IsZero() {
				e.typed[at+"price"] = s.Price.String()
			}
			if s.Ranged() {
				e.typed[at+"low"], e.typed[at+"mid"], e.typed[at+"high"] = s.Low.String(), s.Mid.String(), s.High.String()
			}
		}
	}
	for _, p := range d.Plans {
		terms, err := catalog.TermsText(p)
		if err != nil {
			return err
		}
		e.typed["name"], e.typed["currency"], e.typed["terms"] = p.Name, p.Currency, terms
	}
	return nil
}

// showEntry renders the form.
func (v *visit) showEntry(status int, e catalogEntry) error {
	taxCodes, err := v.taxCodes()
	if err != nil {
		return err
	}
	form := page.CatalogForm{
		Head:   ui.HeadProps{Title: "New " + string(e.kind), Crumbs: []ui.Anchor{{Label: "Catalog", Href: "/catalog"}}},
		Action: "/catalog/new/" + string(e.kind), Errors: e.found, Groups: e.groups(taxCodes), Preview: e.preview,
		Hidden: []ui.Value{{Name: "kind", Value: string(e.kind)}, {Name: "editing", Value: e.editing}, {Name: "rows", Value: strconv.Itoa(e.rows)}},
	}
	if e.kind == catalog.PlanKind {
		_, was := e.figureFields()
		form.Hidden = append(form.Hidden, was...)
	}
	if form.Preview.Summary == "" {
		form.Preview.Summary = "What you change shows up here, with the contracts it is about."
	}
	if e.kind == catalog.ProductKind {
		form.More = "Another stand-alone price"
	}
	if e.editing != "" {
		form.Action = catalogAddress(e.kind, e.editing) + "/edit"
		form.Head.Title = "New version of " + cmp.Or(strings.TrimSpace(e.typed["name"]), e.editing)
		form.Head.Crumbs = append(form.Head.Crumbs, ui.Anchor{Label: e.editing, Href: catalogAddress(e.kind, e.editing)})
	}
	return v.page(status, frame{Title: form.Head.Title, Room: "catalog"}, page.CatalogFormPage(form))
}

func okStatus(found []fault.Field) int {
	if len(found) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
