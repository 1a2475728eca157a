package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// usersShown is how many contracts a catalog page names.
const usersShown = 200

// productPage is a product with its versions and the contracts that sell it.
func (v *visit) productPage() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		sold, err := catalog.Load(v.ctx, t)
		if err != nil {
			return err
		}
		versions := sold.ProductVersions(v.param("code"))
		if len(versions) == 0 {
			return missing("product", v.param("code"))
		}
		newest := versions[len(versions)-1]
		p, ok := sold.Product(newest.Code, v.Today())
		if !ok {
			p = newest
		}
		spans := make([]version, len(versions))
		for i, x := range versions {
			spans[i] = version{x.Version, x.StartsOn, x.Retired, nil}
			if i > 0 {
				spans[i].changed = catalog.ProductDifferences(versions[i-1], x)
			}
		}
		facts := []ui.Fact{
			{Term: "Code", Value: ui.Mono(p.Code)}, {Term: "Unit", Value: orDash(p.Unit)}, {Term: "Tax code", Value: ui.Mono(p.TaxCode)},
			{Term: "Earned", Value: ui.Text(earnedAs(p))}, {Term: "Entitles to", Value: page.Lines(featureLines(p))},
		}
		return v.showThing(t, thing{kind: catalog.ProductKind, code: p.Code, name: p.Name, versions: spans, inForce: ok, now: p.Version, facts: facts,
			body: []templ.Component{page.TableOf(standaloneTable(p))}})
	})
}

func missing(what, code string) error {
	return fault.New(fault.NotFound, "the catalog has no %s %s", what, fault.Shown(code))
}

func standaloneTable(p catalog.Product) ui.TableProps {
	t := ui.TableProps{Title: "Sells on its own for", Columns: []ui.Column{{Label: "Currency"}, {Label: "For"}, {Label: "Observed", Kind: ui.Figures}, {Label: "Low", Kind: ui.Figures}, {Label: "Middle", Kind: ui.Figures}, {Label: "High", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No stand-alone price", Text: "Where it is sold together with other things, its share of the price must be estimated."}}
	for _, s := range p.Standalone {
		per := "each unit"
		if s.Every != "" {
			per = "a " + s.Every
		}
		cells := ui.Cells(ui.Text(s.Currency), ui.TwoLines(per, joinedText(s.Region, s.Segment, evidenceWords[s.Method])), figureOrNothing(s.Price.IsZero(), price(s.Price)))
		for _, x := range []string{price(s.Low), price(s.Mid), price(s.High)} {
			cells = append(cells, figureOrNothing(!s.Ranged(), x))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

func figureOrNothing(none bool, text string) templ.Component {
	if none {
		return ui.Nothing()
	}
	return ui.Text(text)
}

// planPage is a plan with its versions, its terms, and its customers by version.
func (v *visit) planPage() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		sold, err := catalog.Load(v.ctx, t)
		if err != nil {
			return err
		}
		versions := sold.PlanVersions(v.param("code"))
		if len(versions) == 0 {
			return missing("plan", v.param("code"))
		}
		newest := versions[len(versions)-1]
		p, ok := sold.Plan(newest.Code, v.Today())
		if !ok {
			p = newest
		}
		spans := make([]version, len(versions))
		for i, x := range versions {
			spans[i] = version{x.Version, x.StartsOn, x.Retired, nil}
			if i > 0 {
				spans[i].changed = catalog.PlanDifferences(versions[i-1], x)
			}
		}
		terms, err := catalog.TermsText(p)
		if err != nil {
			return err
		}
		return v.showThing(t, thing{kind: catalog.PlanKind, code: p.Code, name: p.Name, versions: spans, inForce: ok, now: p.Version,
			facts: []ui.Fact{{Term: "Code", Value: ui.Mono(p.Code)}, {Term: "Currency", Value: ui.Text(cmp.Or(p.Currency, "Any"))},
				{Term: "Who is on it", Value: ui.Link("Subscriptions", "/subscriptions?plan="+url.QueryEscape(p.Code))}},
			body: []templ.Component{ui.Document(ui.DocumentProps{Name: fmt.Sprintf("Terms of version %d", p.Version), Text: terms})}})
	})
}

// meterPage is a meter, which has one version for ever.
func (v *visit) meterPage() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		sold, err := catalog.Load(v.ctx, t)
		if err != nil {
			return err
		}
		m, ok := sold.Meter(v.param("code"))
		if !ok {
			return missing("meter", v.param("code"))
		}
		return v.showThing(t, thing{kind: catalog.MeterKind, code: m.Code, name: m.Name, inForce: true, facts: []ui.Fact{
			{Term: "Code", Value: ui.Mono(m.Code)}, {Term: "Unit", Value: orDash(m.Unit)}, {Term: "Adds up by", Value: ui.Text(countedBy(m))}, {Term: "Dimensions", Value: orDash(strings.Join(m.Dimensions, ", "))},
		}})
	})
}

// thing is a product, meter or plan as its page shows it.
type thing struct {
	kind       catalog.Kind
	code, name string
	versions   []version // oldest first
	inForce    bool      // one of them is
	now        int       // its number, else the newest
	facts      []ui.Fact
	body       []templ.Component
}

// version is what a timeline says of one.
type version struct {
	number   int
	startsOn period.Date
	retired  bool
	changed  []catalog.Difference // since the one before
}

func (v *visit) showThing(t tx, x thing) error {
	used, total, err := contracts.UsersOf(v.ctx, t, x.kind, x.code, v.Today(), usersShown)
	if err != nil {
		return err
	}
	var ids []customers.ID
	for _, u := range used {
		ids = append(ids, u.Customer)
	}
	n, err := v.namesOf(t, ids, nil)
	if err != nil {
		return err
	}
	record := page.Record{Head: ui.HeadProps{Title: x.name, Crumbs: []ui.Anchor{{Label: "Catalog", Href: "/catalog"}}}, Rail: []templ.Component{ui.Facts(capital(string(x.kind)), x.facts)}}
	if x.kind != catalog.MeterKind && v.By.Require(catalogers...) == nil {
		record.Head.Action = ui.Button(ui.ButtonProps{Label: "New version", Href: catalogAddress(x.kind, x.code) + "/edit", Look: ui.Primary, Icon: "plus"})
	}
	if x.kind == catalog.MeterKind {
		record.Head.Sub = "A meter never changes: what it counted would mean something else."
	} else {
		record.Body = append(record.Body, page.TableOf(v.versionTable(x)))
	}
	record.Body = append(append(record.Body, x.body...), page.TableOf(userTable(x.kind, used, total, n)))
	return v.page(http.StatusOK, frame{Title: x.name, Room: "catalog"}, page.RecordPage(record))
}

// versionTable is the timeline, newest first.
func (v *visit) versionTable(x thing) ui.TableProps {
	t := ui.TableProps{Title: "Versions", Columns: []ui.Column{{Label: "Version", Kind: ui.Tight}, {Label: "Counts", Kind: ui.Tight}, {Label: "Changed"}, {Label: "Status"}}}
	for i, s := range slices.Backward(x.versions) {
		counts := "from " + ui.DayText(s.startsOn)
		end, replaced := x.endOf(i)
		switch {
		case replaced && !end.After(s.startsOn):
			counts = "never: replaced before"
		case replaced:
			counts = ui.SpanText(period.NewSpan(s.startsOn, end))
		}
		t.Rows = append(t.Rows, ui.Row{Muted: replaced && !end.After(v.Today()), Cells: ui.Cells(ui.Text(fmt.Sprintf("Version %d", s.number)), ui.Text(counts), page.Lines(changedTexts(s, i == 0)), ui.Status(v.versionStatus(x, s, end, replaced)))})
	}
	return t
}

// endOf is the first day on which a later version counts in place of one.
func (x thing) endOf(i int) (end period.Date, replaced bool) {
	for _, later := range x.versions[i+1:] {
		if !replaced || later.startsOn.Before(end) {
			end, replaced = later.startsOn, true
		}
	}
	return end, replaced
}

func (v *visit) versionStatus(x thing, s version, end period.Date, replaced bool) string {
	switch {
	case replaced && (!end.After(s.startsOn) || !end.After(v.Today())):
		return "Superseded"
	case s.startsOn.After(v.Today()):
		return "Scheduled"
	case s.retired:
		return "Ended"
	}
	return "Active"
}

func changedTexts(s version, first bool) []string {
	if first {
		return []string{"The first"}
	}
	var out []string
	for _, d := range s.changed {
		out = append(out, differenceText(d))
	}
	return out
}

func differenceText(d catalog.Difference) string {
	return fmt.Sprintf("%s: %s → %s", fieldWords(d.Path), cmp.Or(d.Old, "nothing"), cmp.Or(d.New, "nothing"))
}

// fieldWords calls a field of a product or plan what its form calls it; a plan's terms keep their paths.
func fieldWords(path string) string {
	if words, ok := fieldNames[path]; ok {
		return words
	}
	if key, rest, ok := strings.Cut(strings.TrimPrefix(path, "standalone["), "]."); ok && strings.HasPrefix(path, "standalone[") {
		if c, every, recurring := strings.Cut(key, " "); recurring {
			key = c + " a " + every
		}
		return "Sells alone for, " + key + ", " + rest
	}
	if feature, ok := strings.CutPrefix(path, "features."); ok {
		return "Entitles to " + feature
	}
	return strings.TrimPrefix(path, "terms.")
}

var fieldNames = map[string]string{
	"name": "Name", "unit": "Unit", "tax_code": "Tax code", "recognition": "Earned", "method": "Months weigh", "rounding": "Odd cents go", "retired": "Retired",
	"starts_on": "Counts from", "currency": "Currency", "aggregation": "Adds up by", "unique_by": "Distinct", "dimensions": "Dimensions",
}

func userTable(kind catalog.Kind, used []contracts.Use, total int, n names) ui.TableProps {
	title, none := "Contracts that sell it", "No live contract sells it"
	switch kind {
	case catalog.MeterKind:
		title, none = "Contracts that count with it", "No live contract counts with it"
	case catalog.PlanKind:
		title, none = "Customers on it", "No live contract is on the plan"
	}
	t := ui.TableProps{Title: title, Columns: []ui.Column{{Label: "Contract"}, {Label: "Customer"}, {Label: "Took effect", Kind: ui.Tight}, {Label: "Through", Kind: ui.Tight}}, Empty: ui.EmptyProps{Title: none}}
	if kind == catalog.PlanKind {
		t.Columns = append(t.Columns, ui.Column{Label: "Version", Kind: ui.Figures})
	}
	for _, u := range used {
		cells := ui.Cells(ui.Text(u.Number), n.customerLink(u.Customer), ui.Day(u.EffectiveOn), ui.Day(u.EndsOn.AddDays(-1)))
		if kind == catalog.PlanKind {
			cells = append(cells, ui.Count(int64(u.PlanVersion)))
		}
		t.Rows = append(t.Rows, ui.Row{Href: contractAddress(u.Number), Cells: cells})
	}
	if total > len(used) {
		t.Pager = &ui.Pager{Summary: fmt.Sprintf("%d of %d shown", len(used), total)}
	}
	return t
}

// downloadCatalog is the whole catalog as a file.
func (v *visit) downloadCatalog() error {
	sold, err := catalog.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	text, err := catalog.Export(sold.Newest())
	if err != nil {
		return err
	}
	v.echo.Response().Header().Set("Content-Disposition", `attachment; filename="catalog.yaml"`)
	return v.echo.Blob(http.StatusOK, "application/yaml; charset=utf-8", text)
}

// earnedAs says when a product's revenue is earned, and how its months weigh where that is not by day.
func earnedAs(p catalog.Product) string {
	said := recognitions[p.Recognition]
	for _, o := range slices.Concat(methodOptions, roundingOptions) {
		if o.Value != "" && (o.Value == string(p.Method) || o.Value == string(p.Rounding)) {
			said += "; " + strings.ToLower(o.Label[:1]) + o.Label[1:]
		}
	}
	return said
}
