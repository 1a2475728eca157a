package api

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/tax"
)

// product is what is sold on a day.
type product struct {
	Code        string      `json:"code" example:"platform"`
	Name        string      `json:"name" example:"Platform"`
	Version     int         `json:"version" example:"1"`
	StartsOn    period.Date `json:"starts_on" format:"date" doc:"This version holds from this day" example:"2025-01-01"`
	Unit        string      `json:"unit,omitempty" doc:"What a quantity counts" example:"seat"`
	TaxCode     string      `json:"tax_code" example:"saas_b2b"`
	Recognition string      `json:"recognition" doc:"When it is earned" example:"ratable"`
	Retired     bool        `json:"retired" doc:"No new contract may sell it"`
}

// plan is a pay-as-you-go offer.
type plan struct {
	Code     string          `json:"code" example:"starter"`
	Name     string          `json:"name" example:"Starter"`
	Version  int             `json:"version" example:"1"`
	StartsOn period.Date     `json:"starts_on" format:"date" example:"2025-01-01"`
	Currency string          `json:"currency,omitempty" doc:"Missing: whatever the customer signs in" example:"USD"`
	Retired  bool            `json:"retired" doc:"Nobody signs up to it any more"`
	Terms    json.RawMessage `json:"terms" doc:"What whoever signs up agrees to"`
}

// meter is something counted.
type meter struct {
	Code        string   `json:"code" example:"api.calls"`
	Name        string   `json:"name" example:"API calls"`
	Unit        string   `json:"unit,omitempty" example:"call"`
	Aggregation string   `json:"aggregation" doc:"How the events of a period become one quantity" example:"sum"`
	UniqueBy    string   `json:"unique_by,omitempty" doc:"The dimension whose different values are counted"`
	Dimensions  []string `json:"dimensions" doc:"That prices may go by"`
}

type products struct {
	Items []product `json:"items"`
}

type plans struct {
	Items []plan `json:"items"`
}

type meters struct {
	Items []meter `json:"items"`
}

type catalogQuery struct {
	On period.Date `query:"on" format:"date" doc:"As sold on this day; default: today" example:"2026-01-01"`
}

// proposed is a change of the catalog that waits for people.
type proposed struct {
	ID    int64  `json:"id" doc:"0: the document changes nothing" example:"3"`
	State string `json:"state" example:"draft"`
}

const exampleCatalog = `meters:
  - {code: storage.gb, name: Storage, unit: GB, aggregation: max}
`

func (s *server) catalogOperations() []operation {
	return []operation{
		read(about{
			id: "list-products", method: http.MethodGet, path: "/v1/catalog/products", tag: tagCatalog, scope: access.CatalogRead,
			summary: "Products as they are sold on a day", answer: products{[]product{{Code: "platform", Name: "Platform", Version: 1, StartsOn: period.NewDate(2025, 1, 1), Unit: "seat", TaxCode: "saas_b2b", Recognition: "ratable"}}},
		}, s.giveProducts),
		read(about{
			id: "list-plans", method: http.MethodGet, path: "/v1/catalog/plans", tag: tagCatalog, scope: access.CatalogRead,
			summary: "Plans as they are sold on a day", answer: plans{[]plan{{Code: "starter", Name: "Starter", Version: 1, StartsOn: period.NewDate(2025, 1, 1), Currency: "USD", Terms: json.RawMessage(`{"lines":[]}`)}}},
		}, s.givePlans),
		read(about{
			id: "list-meters", method: http.MethodGet, path: "/v1/catalog/meters", tag: tagCatalog, scope: access.CatalogRead,
			summary: "Meters", answer: meters{[]meter{{Code: "api.calls", Name: "API calls", Unit: "call", Aggregation: "sum", Dimensions: []string{}}}},
		}, s.giveMeters),
		bare[proposeQuery, proposed](about{
			id: "propose-catalog-change", method: http.MethodPost, path: "/v1/catalog/proposals", tag: tagCatalog, scope: access.CatalogWrite,
			roles: []access.Role{access.Product, access.Finance}, status: http.StatusCreated,
			summary: "Propose a change of the catalog", details: "A document, YAML or JSON, with what is to be new: it becomes a proposal that people submit and approve. Saying what stands already changes nothing and has the id 0.",
			request: exampleCatalog, answer: proposed{3, "draft"}, consumes: documentKinds, limit: maxBody, document: true,
		}, s.proposeCatalog),
	}
}

func (c *call) sold() (*catalog.Catalog, error) { return catalog.Load(c.ctx, c.DB) }

func (c *call) day(asked period.Date) period.Date {
	if asked.IsZero() {
		return c.Today()
	}
	return asked
}

func (s *server) giveProducts(c *call, in *catalogQuery) (products, error) {
	sold, err := c.sold()
	if err != nil {
		return products{}, err
	}
	out := products{[]product{}}
	seen := map[string]bool{}
	for _, p := range sold.Products() {
		now, ok := sold.Product(p.Code, c.day(in.On))
		if !ok || seen[p.Code] {
			continue
		}
		seen[p.Code] = true
		out.Items = append(out.Items, product{now.Code, now.Name, now.Version, now.StartsOn, now.Unit, now.TaxCode, string(now.Recognition), now.Retired})
	}
	return out, nil
}

func (s *server) givePlans(c *call, in *catalogQuery) (plans, error) {
	sold, err := c.sold()
	if err != nil {
		return plans{}, err
	}
	out := plans{[]plan{}}
	seen := map[string]bool{}
	for _, p := range sold.Plans() {
		now, ok := sold.Plan(p.Code, c.day(in.On))
		if !ok || seen[p.Code] {
			continue
		}
		seen[p.Code] = true
		out.Items = append(out.Items, plan{now.Code, now.Name, now.Version, now.StartsOn, now.Currency, now.Retired, now.Document})
	}
	return out, nil
}

func (s *server) giveMeters(c *call, _ *struct{}) (meters, error) {
	sold, err := c.sold()
	if err != nil {
		return meters{}, err
	}
	out := meters{[]meter{}}
	for _, m := range sold.Meters() {
		out.Items = append(out.Items, meter{m.Code, m.Name, m.Unit, m.Aggregation, m.UniqueBy, append([]string{}, slices.Clone(m.Dimensions)...)})
	}
	return out, nil
}

type proposeQuery struct {
	Reason string `query:"reason" maxLength:"500" doc:"Why, for who approves it" example:"A new storage meter"`
	Body   catalog.Document
}

// proposeCatalog records what a document would change.
func (s *server) proposeCatalog(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	law, err := tax.Load(c.ctx, c.DB)
	if err != nil {
		return err
	}
	checks := catalog.Checks{TaxCode: law.KnowsProduct, Terms: contracts.ReadTemplate, Sold: contracts.TemplateSold}
	d, err := catalog.Parse(body, checks)
	if err != nil {
		return err
	}
	got, err := c.once(func(tx pgx.Tx) (answer, error) {
		p, err := catalog.Propose(c.ctx, tx, d, c.echo.QueryParam("reason"), c.Today(), checks, c.by)
		if err != nil || p.ID == 0 {
			a, failed := c.encode(proposed{0, "nothing to change"})
			if err == nil {
				err = failed
			}
			return a, err
		}
		return c.encode(proposed{p.ID, p.State()})
	})
	if err != nil {
		return catalog.Placed(body, err)
	}
	return c.reply(got)
}
