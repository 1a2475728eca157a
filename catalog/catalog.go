package catalog

import (
	"cmp"
	"slices"

	"ratable/internal/period"
)

// Catalog is everything sold, in memory and immutable: a run loads it once and asks it often.
type Catalog struct {
	products   map[string][]Product // by code, newest version first
	meters     map[string]Meter
	metersByID map[int64]Meter
	plans      map[string][]Plan
}

// New builds a catalog without a database, as simulate does. Versions may come in any order.
func New(products []Product, meters []Meter, plans []Plan) *Catalog {
	c := &Catalog{
		products:   make(map[string][]Product),
		meters:     make(map[string]Meter, len(meters)),
		metersByID: make(map[int64]Meter, len(meters)),
		plans:      make(map[string][]Plan),
	}
	for _, p := range products {
		c.products[p.Code] = append(c.products[p.Code], p)
	}
	for _, versions := range c.products {
		slices.SortStableFunc(versions, func(a, b Product) int { return cmp.Compare(b.Version, a.Version) })
	}
	for _, m := range meters {
		c.meters[m.Code] = m
		c.metersByID[m.ID] = m
	}
	for _, p := range plans {
		c.plans[p.Code] = append(c.plans[p.Code], p)
	}
	for _, versions := range c.plans {
		slices.SortStableFunc(versions, func(a, b Plan) int { return cmp.Compare(b.Version, a.Version) })
	}
	return c
}

// Product returns the version of a product in force on a day: the newest that has started.
func (c *Catalog) Product(code string, on period.Date) (Product, bool) {
	for _, p := range c.products[code] {
		if !p.StartsOn.After(on) {
			return p, true
		}
	}
	return Product{}, false
}

// Plan returns the version of a plan on sale on a day: the newest that has started.
func (c *Catalog) Plan(code string, on period.Date) (Plan, bool) {
	for _, p := range c.plans[code] {
		if !p.StartsOn.After(on) {
			return p, true
		}
	}
	return Plan{}, false
}

// Meter finds a meter by its code.
func (c *Catalog) Meter(code string) (Meter, bool) {
	m, ok := c.meters[code]
	return m, ok
}

// MeterByID finds a meter by its key in the database.
func (c *Catalog) MeterByID(id int64) (Meter, bool) {
	m, ok := c.metersByID[id]
	return m, ok
}

// Products returns every version of every product, by code and then from the oldest version to the newest.
func (c *Catalog) Products() []Product {
	var all []Product
	for _, versions := range c.products {
		all = append(all, versions...)
	}
	slices.SortFunc(all, func(a, b Product) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Version, b.Version)) })
	return all
}

// Plans returns every version of every plan, by code and then from the oldest version to the newest.
func (c *Catalog) Plans() []Plan {
	var all []Plan
	for _, versions := range c.plans {
		all = append(all, versions...)
	}
	slices.SortFunc(all, func(a, b Plan) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Version, b.Version)) })
	return all
}

// Meters returns every meter by code.
func (c *Catalog) Meters() []Meter {
	all := make([]Meter, 0, len(c.meters))
	for _, m := range c.meters {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b Meter) int { return cmp.Compare(a.Code, b.Code) })
	return all
}

// ProductVersions returns every version of a product, the oldest first.
func (c *Catalog) ProductVersions(code string) []Product { return oldestFirst(c.products[code]) }

// PlanVersions returns every version of a plan, the oldest first.
func (c *Catalog) PlanVersions(code string) []Plan { return oldestFirst(c.plans[code]) }

func oldestFirst[T any](versions []T) []T {
	all := slices.Clone(versions)
	slices.Reverse(all)
	return all
}
