package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/tax"
	"ratable/web/page"
	"ratable/web/ui"
)

// CatalogChecks are what a catalog document is held against outside the catalog: the tax tables know its tax codes, and a contract
// can be signed on its plans.
func CatalogChecks(ctx context.Context, q postgres.Querier) (catalog.Checks, error) {
	law, err := tax.Load(ctx, q)
	if err != nil {
		return catalog.Checks{}, err
	}
	return catalog.Checks{TaxCode: law.KnowsProduct, Terms: contracts.ReadTemplate, Sold: contracts.TemplateSold}, nil
}

// CompareCatalog says what a document would change and which live contracts each change is about; fault.Invalid names the
// document's paths.
func CompareCatalog(ctx context.Context, q postgres.Querier, d catalog.Document, asOf period.Date, checks catalog.Checks) (catalog.Changes, []contracts.Touch, error) {
	sold, err := catalog.Load(ctx, q)
	if err != nil {
		return catalog.Changes{}, nil, err
	}
	changes, found := sold.Compare(d, asOf, checks)
	if len(found) > 0 {
		return changes, nil, fault.InvalidFields(found...)
	}
	touched, err := contracts.TouchedBy(ctx, q, changes.List, asOf)
	return changes, touched, err
}

// catalogPage is everything sold, counted and offered, and the changes that wait.
func (v *visit) catalogPage() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		sold, err := catalog.Load(v.ctx, t)
		if err != nil {
			return err
		}
		proposals, err := catalog.Proposals(v.ctx, t, 20)
		if err != nil {
			return err
		}
		now := sold.Newest()
		everything := thingsOf(now)
		touched, err := contracts.TouchedBy(v.ctx, t, everything, v.Today())
		if err != nil {
			return err
		}
		used := map[string]int{}
		for i, c := range everything {
			used[c.Key()] = touched[i].Contracts
		}
		people, err := v.people(t)
		if err != nil {
			return err
		}
		list := page.List{
			Head: ui.HeadProps{Title: "Catalog", Sub: "What is sold, by dated versions. A contract keeps the versions of the days it took effect on.", Action: v.catalogActions(),
				Others: ui.Cells(ui.Button(ui.ButtonProps{Label: "Stand-alone prices", Href: "/catalog/standalone-prices"}), ui.Button(ui.ButtonProps{Label: "Export", Href: "/catalog/document", Icon: "download"}))},
		}
		if waiting := proposalTable(proposals, people, v.Today()); len(waiting.Rows) > 0 {
			list.Tables = append(list.Tables, waiting)
		}
		list.Tables = append(list.Tables, v.productTable(sold, used), v.planTable(sold, used), meterTable(now.Meters, used))
		return v.page(http.StatusOK, frame{Title: "Catalog", Room: "catalog"}, page.ListPage(list))
	})
}

// thingsOf names everything of a document, to be counted by.
func thingsOf(d catalog.Document) []catalog.Change {
	var out []catalog.Change
	for _, p := range d.Products {
		out = append(out, catalog.Change{Kind: catalog.ProductKind, Code: p.Code})
	}
	for _, m := range d.Meters {
		out = append(out, catalog.Change{Kind: catalog.MeterKind, Code: m.Code})
	}
	for _, p := range d.Plans {
		out = append(out, catalog.Change{Kind: catalog.PlanKind, Code: p.Code})
	}
	return out
}

func (v *visit) productTable(sold *catalog.Catalog, used map[string]int) ui.TableProps {
	t := ui.TableProps{Title: "Products", Columns: []ui.Column{{Label: "Product"}, {Label: "Tax code"}, {Label: "Earned"}, {Label: "Sells alone for", Kind: ui.Tight}, {Label: "Version", Kind: ui.Figures}, {Label: "Since", Kind: ui.Tight}, {Label: "Status"}, {Label: "Contracts", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No products yet", Text: "A product says how a sale is taxed and earned."}}
	for _, newest := range sold.Newest().Products {
		p, status := newest, "Planned"
		if inForce, ok := sold.Product(newest.Code, v.Today()); ok {
			p, status = inForce, onSale(inForce.Retired)
		}
		t.Rows = append(t.Rows, ui.Row{Href: catalogAddress(catalog.ProductKind, p.Code), Muted: p.Retired, Cells: ui.Cells(ui.TwoLines(p.Name, p.Code), ui.Mono(p.TaxCode), ui.Text(recognitions[p.Recognition]),
			page.Lines(standaloneTexts(p)), ui.Count(int64(p.Version)), ui.Day(p.StartsOn), catalogStatus(status, newest.Version-p.Version), ui.Count(int64(used["product "+p.Code])))})
	}
	return t
}

func (v *visit) planTable(sold *catalog.Catalog, used map[string]int) ui.TableProps {
	t := ui.TableProps{Title: "Plans", Columns: []ui.Column{{Label: "Plan"}, {Label: "Currency"}, {Label: "Version", Kind: ui.Figures}, {Label: "Since", Kind: ui.Tight}, {Label: "Status"}, {Label: "Contracts", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No plans yet", Text: "A plan is a template of contract terms that customers sign up to."}}
	for _, newest := range sold.Newest().Plans {
		p, status := newest, "Planned"
		if inForce, ok := sold.Plan(newest.Code, v.Today()); ok {
			p, status = inForce, onSale(inForce.Retired)
		}
		t.Rows = append(t.Rows, ui.Row{Href: catalogAddress(catalog.PlanKind, p.Code), Muted: p.Retired, Cells: ui.Cells(ui.TwoLines(p.Name, p.Code), ui.Text(cmp.Or(p.Currency, "Any")),
			ui.Count(int64(p.Version)), ui.Day(p.StartsOn), catalogStatus(status, newest.Version-p.Version), ui.Count(int64(used["plan "+p.Code])))})
	}
	return t
}

func meterTable(all []catalog.Meter, used map[string]int) ui.TableProps {
	t := ui.TableProps{Title: "Meters", Columns: []ui.Column{{Label: "Meter"}, {Label: "Unit"}, {Label: "Adds up by"}, {Label: "Dimensions"}, {Label: "Contracts", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No meters yet", Text: "A meter counts usage. What it counts never changes."}}
	for _, m := range all {
		t.Rows = append(t.Rows, ui.Row{Href: catalogAddress(catalog.MeterKind, m.Code), Cells: ui.Cells(ui.TwoLines(m.Name, m.Code), ui.Text(m.Unit), ui.Text(countedBy(m)), ui.Text(strings.Join(m.Dimensions, ", ")), ui.Count(int64(used["meter "+m.Code])))})
	}
	return t
}

func countedBy(m catalog.Meter) string {
	if m.UniqueBy != "" {
		return "Distinct " + m.UniqueBy
	}
	return capital(m.Aggregation)
}

func onSale(retired bool) string {
	if retired {
		return "Retired"
	}
	return "On sale"
}

// catalogStatus says besides that later versions are planned already.
func catalogStatus(status string, planned int) templ.Component {
	if planned > 0 && status != "Planned" {
		return ui.TwoLines(status, howMany(planned, "later version"))
	}
	return ui.Text(status)
}

// standaloneTexts puts what a product sells for alone in a line each.
func standaloneTexts(p catalog.Product) []string {
	var out []string
	for _, s := range p.Standalone {
		text := s.Currency + " " + price(s.Best())
		if !s.Figures() {
			text = s.Currency + ": a residual"
		}
		if s.Every != "" {
			text += " a " + s.Every
		}
		if s.Ranged() {
			text += fmt.Sprintf(" (%s to %s)", price(s.Low), price(s.High))
		}
		if whom := joinedText(s.Region, s.Segment); whom != "" {
			text += ", " + whom
		}
		out = append(out, text)
	}
	return out
}

// catalogActions are the ways into a change, for those who may make one.
func (v *visit) catalogActions() templ.Component {
	if v.By.Require(catalogers...) != nil {
		return nil
	}
	return page.CatalogActions()
}

// catalogAddress is the page of a product, meter or plan.
func catalogAddress(kind catalog.Kind, code string) string {
	return fmt.Sprintf("/catalog/%ss/%s", kind, code)
}

func changeAddress(id int64) string { return fmt.Sprintf("/catalog/changes/%d", id) }

// proposalTable shows the changes that wait, and the latest that were decided.
func proposalTable(all []catalog.Proposal, people map[int64]string, today period.Date) ui.TableProps {
	t := ui.TableProps{Title: "Changes", Columns: []ui.Column{{Label: "Change"}, {Label: "About"}, {Label: "Prepared by"}, {Label: "Prepared", Kind: ui.Tight}, {Label: "Status"}}}
	for _, p := range all {
		if p.Open() || period.DateOf(p.At, p.At.Location()).AddDays(30).After(today) {
			t.Rows = append(t.Rows, ui.Row{Href: changeAddress(p.ID), Cells: ui.Cells(ui.Text(fmt.Sprintf("Change %d", p.ID)), ui.Text(proposalAbout(p.Document)), ui.Text(preparer(p, people)), ui.At(p.At), ui.Status(proposalWords[p.State()]))})
		}
	}
	return t
}

var proposalWords = map[string]string{catalog.Draft: "Draft", catalog.Submitted: "Waiting", catalog.Approved: "Approved", catalog.Rejected: "Rejected"}

func preparer(p catalog.Proposal, people map[int64]string) string {
	if p.PreparedBy == 0 {
		return "The command line"
	}
	return people[p.PreparedBy]
}

// proposalAbout names the first few things of a change.
func proposalAbout(d catalog.Document) string {
	var names []string
	for _, p := range d.Products {
		names = append(names, p.Name)
	}
	for _, p := range d.Plans {
		names = append(names, "plan "+p.Name)
	}
	for _, m := range d.Meters {
		names = append(names, "meter "+m.Name)
	}
	if len(names) > 3 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", len(names)-3)
	}
	return strings.Join(names, ", ")
}
