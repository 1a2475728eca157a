package webtest

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gopkg.in/yaml.v3"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/period"
)

// Starter and Pro are the terms of the plans that Plans puts on sale.
const (
	Starter = `lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 30, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 300, every: month, price: {model: per_unit, amount: 0.10}}}
`
	Pro = `lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 90, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 3000, every: month, price: {model: per_unit, amount: 0.05}}}
`
)

// Listed is one party of OFAC's list.
const Listed = `33151,"SUEX OTC, S.R.O.",-0- ,"CYBER2",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Website suex.io"`

// Plans puts two plans on sale in a furnished company and imports a screening list.
func Plans(site *Site) {
	site.T.Helper()
	system := access.System("test")
	Publish(site, "starter", "Starter", Starter)
	Publish(site, "pro", "Pro", Pro)
	list, err := customers.ParseOFAC(customers.OFAC{SDN: []byte(Listed)})
	if err != nil {
		site.T.Fatal(err)
	}
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		_, _, err := customers.ImportScreening(ctx, tx, list, period.NewDate(2026, time.January, 1), system)
		return err
	})
}

// Publish puts the next version of a plan on sale.
func Publish(site *Site, code, name, terms string) {
	site.T.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(terms), &root); err != nil {
		site.T.Fatal(err)
	}
	p := catalog.Plan{Code: code, Name: name, Currency: "USD", StartsOn: period.NewDate(2025, time.January, 1)}
	text, found := contracts.ReadTemplate(root.Content[0], p)
	if len(found) > 0 {
		site.T.Fatal(found)
	}
	p.Document = text
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := catalog.AddPlanVersion(ctx, tx, p, access.System("test"))
		return err
	})
}
