package catalog

import (
	"fmt"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// Kind says what a change is about.
type Kind string

const (
	ProductKind Kind = "product"
	MeterKind   Kind = "meter"
	PlanKind    Kind = "plan"
)

// Change is one thing that a document adds, or a new version of it.
type Change struct {
	Kind     Kind
	Code     string
	Name     string
	Base     int         // the version there is; 0: it is new
	StartsOn period.Date // the day from which the new version counts; none for a meter
	Retires  bool
	Instead  period.Date // not zero: a version that would have counted from this later day never will
	Fields   []Difference
}

// Key names the thing among all kinds: "product api-calls".
func (c Change) Key() string { return string(c.Kind) + " " + c.Code }

// Changes are what a document would do to the catalog. Nothing is ever removed: what the document does not name stays.
type Changes struct {
	List      []Change
	Unchanged int
	Document  Document // only what changes
}

// Compare holds a document against the catalog on a day. Its findings name the document's paths: a version that would count from
// a day that is over, a meter that would change its meaning, what the checks refuse.
func (c *Catalog) Compare(d Document, asOf period.Date, checks Checks) (Changes, []fault.Field) {
	x := comparing{catalog: c, asOf: asOf, checks: checks}
	for i, m := range d.Meters {
		x.meter(fmt.Sprintf("meters[%d]", i), m)
	}
	after := c.with(d)
	for i, p := range d.Products {
		x.product(fmt.Sprintf("products[%d]", i), p, after)
	}
	for i, p := range d.Plans {
		x.plan(fmt.Sprintf("plans[%d]", i), p, after)
	}
	return x.Changes, x.found
}

// with is the catalog as it would be with the document's versions in it.
func (c *Catalog) with(d Document) *Catalog {
	products, meters, plans := c.Products(), c.Meters(), c.Plans()
	for _, p := range d.Products {
		p.Version = len(c.products[p.Code]) + 1
		products = append(products, p)
	}
	for _, p := range d.Plans {
		p.Version = len(c.plans[p.Code]) + 1
		plans = append(plans, p)
	}
	return New(products, append(meters, d.Meters...), plans)
}

// comparing is one comparison under way.
type comparing struct {
	Changes
	catalog *Catalog
	asOf    period.Date
	checks  Checks
	found   []fault.Field
}

func (x *comparing) meter(at string, m Meter) {
	stands, known := x.catalog.Meter(m.Code)
	if !known {
		x.List = append(x.List, Change{Kind: MeterKind, Code: m.Code, Name: m.Name, Fields: differences(nil, m)})
		x.Document.Meters = append(x.Document.Meters, m)
		return
	}
	changed := differences(stands, m)
	for _, d := range changed {
		x.found = append(x.found, field(at, d.Path, fault.Shown(d.New),
			fmt.Sprintf("is %q in the catalog: a meter never changes, because what it counted would mean something else; give the new one a code of its own", d.Old)))
	}
	if len(changed) == 0 {
		x.Unchanged++
	}
}

func (x *comparing) product(at string, p Product, after *Catalog) {
	x.featureMeters(at, p, after)
	if x.checks.TaxCode != nil && !x.checks.TaxCode(p.TaxCode) {
		x.found = append(x.found, field(at, "tax_code", fault.Shown(p.TaxCode), "is not a product code of the tax tables, such as saas_b2b or api_usage"))
	}
	change := Change{Kind: ProductKind, Code: p.Code, Name: p.Name, StartsOn: p.StartsOn, Retires: p.Retired}
	var stands Product
	if versions := x.catalog.products[p.Code]; len(versions) > 0 {
		stands = versions[0]
		change.Base, change.Fields = stands.Version, differences(stands, p)
	} else {
		change.Fields = differences(nil, p)
	}
	if x.counts(at, &change, stands.StartsOn) {
		x.Document.Products = append(x.Document.Products, p)
	}
}

func (x *comparing) plan(at string, p Plan, after *Catalog) {
	change := Change{Kind: PlanKind, Code: p.Code, Name: p.Name, StartsOn: p.StartsOn, Retires: p.Retired}
	var stands Plan
	if versions := x.catalog.plans[p.Code]; len(versions) > 0 {
		stands = versions[0]
		change.Base, change.Fields = stands.Version, differences(stands, p)
	} else {
		change.Fields = differences(nil, p)
	}
	if !x.counts(at, &change, stands.StartsOn) {
		return
	}
	x.Document.Plans = append(x.Document.Plans, p)
	if x.checks.Sold == nil || p.Retired || p.StartsOn.IsZero() {
		return
	}
	found, err := x.checks.Sold(p, after)
	if err != nil {
		found = append(found, fault.Field{Path: "document", Message: err.Error()})
	}
	for _, f := range found {
		x.found = append(x.found, field(at, "terms."+f.Path, f.Value, f.Message))
	}
}

// counts decides whether an entry is a change, from which day, and whether that day will do. A version that is there says the
// day of its own; to repeat it says nothing new.
func (x *comparing) counts(at string, c *Change, stands period.Date) bool {
	blame := func(format string, args ...any) {
		x.found = append(x.found, field(at, "starts_on", c.StartsOn.String(), fmt.Sprintf(format, args...)))
	}
	known := c.Base > 0
	same := known && len(c.Fields) == 0
	switch {
	case same && (c.StartsOn.IsZero() || c.StartsOn == stands):
		x.Unchanged++
		return false
	case !c.StartsOn.IsZero() && (c.StartsOn.Year() < 1990 || c.StartsOn.Year() > 2150):
		blame("lies outside the years 1990 to 2150; check the year")
	case same && c.StartsOn.After(stands):
		blame("is later than %s, the day from which version %d counts already, and nothing else is changed; leave it at that day", stands, c.Base)
	case c.StartsOn.IsZero() && known:
		blame("is missing: say from which day the change counts, %s or later", x.asOf)
	case c.StartsOn.IsZero():
		blame("is missing: the first day on which it may be sold")
	case known && c.StartsOn.Before(x.asOf):
		blame("is over: a change counts from %s or later, so that what was sold keeps its terms", x.asOf)
	}
	if same {
		c.Fields = []Difference{{"starts_on", stands.String(), c.StartsOn.String()}}
	}
	if known && c.StartsOn.Before(stands) {
		c.Instead = stands
	}
	x.List = append(x.List, *c)
	return true
}
