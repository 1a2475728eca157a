package web

import (
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/web/page"
	"ratable/web/ui"
)

// suggestions are what fields of the form offer while somebody types. Customers beyond the first hundred are found then.
func (v *visit) suggestions(s sheet, sold *catalog.Catalog, directory *entities.Directory) ([]page.Suggestions, error) {
	found, err := customers.List(v.ctx, v.DB, customers.Filter{Limit: 100}, v.Today())
	if err != nil {
		return nil, err
	}
	parties, products, meters, plans, money := suggested{ID: "parties"}, suggested{ID: "products"}, suggested{ID: "meters"}, suggested{ID: "plans"}, suggested{ID: "currencies"}
	dimensions, commitments := suggested{ID: "dimensions"}, suggested{ID: "commitment-ids"}
	for _, c := range found {
		parties.offer(c.ExternalID, partyLabel(c))
	}
	for _, p := range sold.Products() {
		products.offer(p.Code, p.Name)
	}
	for _, m := range sold.Meters() {
		meters.offer(m.Code, m.Name)
		for _, d := range m.Dimensions {
			dimensions.offer(d, d)
		}
	}
	for _, p := range sold.Plans() {
		plans.offer(p.Code, p.Name)
	}
	for _, one := range directory.All() {
		money.offer(string(one.Currency), string(one.Currency))
	}
	given, err := contracts.LoadProgrammes(v.ctx, v.DB)
	if err != nil {
		return nil, err
	}
	programmes := suggested{ID: "programmes"}
	for _, p := range given {
		programmes.offer(p.Code, p.Name)
	}
	for _, id := range s.idsOf("commitments") {
		commitments.offer(id, id)
	}
	var out []page.Suggestions
	for _, o := range []suggested{parties, products, meters, plans, money, dimensions, commitments, programmes} {
		out = append(out, page.Suggestions(o))
	}
	return out, nil
}

type suggested page.Suggestions

// offer adds a value once: a product stands in the catalog with every version.
func (o *suggested) offer(value, label string) {
	if !slices.ContainsFunc(o.Options, func(have ui.Option) bool { return have.Value == value }) {
		o.Options = append(o.Options, ui.Option{Value: value, Label: label})
	}
}
