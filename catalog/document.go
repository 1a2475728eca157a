package catalog

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/strict"
)

// Document is a catalog as product managers keep it in a file, or a part of one: what it does not name stays as it is.
type Document struct {
	Products []Product `json:"products,omitempty"`
	Meters   []Meter   `json:"meters,omitempty"`
	Plans    []Plan    `json:"plans,omitempty"`
}

// MaxDocument is the largest catalog document accepted, in bytes.
const MaxDocument = 1 << 20

// Empty says that the document names nothing.
func (d Document) Empty() bool { return len(d.Products)+len(d.Meters)+len(d.Plans) == 0 }

// Checks are what a document is held against that lies outside the catalog. A nil check finds nothing.
type Checks struct {
	TaxCode func(code string) bool                                          // whether tax knows it
	Terms   func(terms *yaml.Node, p Plan) (json.RawMessage, []fault.Field) // reads a plan's terms; nil: they are kept as they stand
	Sold    func(p Plan, sold *Catalog) ([]fault.Field, error)              // whether what the terms name is sold; paths are those of the terms
}

// file is the document as YAML has it.
type file struct {
	Products []Product   `yaml:"products,omitempty"`
	Meters   []Meter     `yaml:"meters,omitempty"`
	Plans    []filedPlan `yaml:"plans,omitempty"`
}

type filedPlan struct {
	Code     string      `yaml:"code"`
	Name     string      `yaml:"name"`
	Currency string      `yaml:"currency,omitempty"`
	Retired  bool        `yaml:"retired,omitempty"`
	StartsOn period.Date `yaml:"starts_on,omitempty"`
	Terms    yaml.Node   `yaml:"terms"`
}

// Parse reads a catalog document from YAML or JSON, as strictly as contracts are read: fault.Invalid, each finding with its path
// and line. starts_on may be missing: what is unchanged needs none.
func Parse(source []byte, checks Checks) (Document, error) {
	root, err := strict.Tree(source, "catalog", MaxDocument)
	if err != nil {
		return Document{}, err
	}
	return ParseNode(root, checks)
}

// ParseNode is Parse for a document that is not a text: a form's fields.
func ParseNode(root *yaml.Node, checks Checks) (Document, error) {
	var f file
	found := strict.Read(root, &f)
	d := Document{Products: f.Products, Meters: f.Meters}
	for i, p := range f.Plans {
		plan, wrong := p.plan(fmt.Sprintf("plans[%d]", i), checks)
		d.Plans, found = append(d.Plans, plan), append(found, wrong...)
	}
	if len(found) == 0 {
		d.normalize()
		found = d.validate()
	}
	if len(found) > 0 {
		return Document{}, fault.InvalidFields(strict.Placed(root, found)...)
	}
	return d, nil
}

// Placed gives the findings of an error about a document the lines of its source; other errors come back as they are.
func Placed(source []byte, err error) error {
	found := fault.Fields(err)
	root, unreadable := strict.Tree(source, "catalog", MaxDocument)
	if len(found) == 0 || unreadable != nil {
		return err
	}
	return fault.InvalidFields(strict.Placed(root, found)...)
}

func (p filedPlan) plan(at string, checks Checks) (Plan, []fault.Field) {
	plan := Plan{Code: p.Code, Name: p.Name, Currency: p.Currency, Retired: p.Retired, StartsOn: p.StartsOn}
	if p.Terms.IsZero() {
		return plan, []fault.Field{field(at, "terms", "", "is missing: what a customer on the plan agrees to, written as in a contract")}
	}
	if checks.Terms == nil {
		text, err := json.Marshal(asJSON(&p.Terms))
		if err != nil {
			panic(err) // maps, lists and texts
		}
		plan.Document = text
		return plan, nil
	}
	var found []fault.Field
	plan.Document, found = checks.Terms(&p.Terms, plan)
	for i := range found {
		found[i].Path = strings.TrimSuffix(at+".terms."+found[i].Path, ".document")
	}
	return plan, found
}

// asJSON keeps terms as they stand: every single value is the text that was written.
func asJSON(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		group := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			group[n.Content[i].Value] = asJSON(n.Content[i+1])
		}
		return group
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, asJSON(item))
		}
		return list
	}
	return n.Value
}

// normalize writes what has only one meaning in one way.
func (d *Document) normalize() {
	for i := range d.Products {
		p := &d.Products[i]
		p.Name, p.Unit = strings.TrimSpace(p.Name), strings.TrimSpace(p.Unit)
		p.normalizeSpreading()
		for j := range p.Standalone {
			p.Standalone[j].Currency = strings.ToUpper(strings.TrimSpace(p.Standalone[j].Currency))
		}
	}
	for i := range d.Meters {
		m := &d.Meters[i]
		m.Name, m.Unit, m.Aggregation = strings.TrimSpace(m.Name), strings.TrimSpace(m.Unit), cmp.Or(m.Aggregation, Sum)
	}
	for i := range d.Plans {
		p := &d.Plans[i]
		p.Name, p.Currency = strings.TrimSpace(p.Name), strings.ToUpper(strings.TrimSpace(p.Currency))
	}
}

// validate says what is wrong with the entries by themselves, besides their days.
func (d Document) validate() []fault.Field {
	var found []fault.Field
	seen := map[string]bool{}
	entry := func(list string, i int, code string, wrong []fault.Field) {
		at := fmt.Sprintf("%s[%d]", list, i)
		for _, f := range wrong {
			if f.Path != "starts_on" {
				found = append(found, field(at, f.Path, f.Value, f.Message))
			}
		}
		if seen[list+code] {
			found = append(found, field(at, "code", fault.Shown(code), "is given twice; keep one"))
		}
		seen[list+code] = true
	}
	for i, p := range d.Products {
		entry("products", i, p.Code, p.validate())
	}
	for i, m := range d.Meters {
		entry("meters", i, m.Code, m.validate())
	}
	for i, p := range d.Plans {
		entry("plans", i, p.Code, p.validate())
	}
	return found
}

// Newest is the catalog as a document: of each thing the version that was added last.
func (c *Catalog) Newest() Document {
	var d Document
	for _, versions := range c.products {
		d.Products = append(d.Products, versions[0])
	}
	for _, versions := range c.plans {
		d.Plans = append(d.Plans, versions[0])
	}
	d.Meters = c.Meters()
	slices.SortFunc(d.Products, func(a, b Product) int { return cmp.Compare(a.Code, b.Code) })
	slices.SortFunc(d.Plans, func(a, b Plan) int { return cmp.Compare(a.Code, b.Code) })
	return d
}

// figures and days are the keys whose values people write without quotes.
var (
	figures = []string{"price", "low", "mid", "high", "limit", "per_unit"}
	days    = []string{"starts_on"}
)

// Export writes the document as normalized YAML; applying an export of the catalog changes nothing.
func Export(d Document) ([]byte, error) {
	f := file{Products: d.Products, Meters: d.Meters}
	for _, p := range d.Plans {
		terms, err := strict.FromJSON(p.Document)
		if err != nil {
			return nil, fmt.Errorf("export plan %s: %w", p.Code, err)
		}
		f.Plans = append(f.Plans, filedPlan{p.Code, p.Name, p.Currency, p.Retired, p.StartsOn, *terms})
	}
	text, err := strict.Write(f, figures, days)
	if err != nil {
		return nil, fmt.Errorf("export the catalog: %w", err)
	}
	return text, nil
}

// TermsText is a plan's terms as they stand in a catalog document.
func TermsText(p Plan) (string, error) {
	terms, err := strict.FromJSON(p.Document)
	if err != nil {
		return "", fmt.Errorf("write the terms of plan %s: %w", p.Code, err)
	}
	text, err := strict.Write(terms, nil, nil)
	return string(text), err
}
