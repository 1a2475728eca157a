package catalog_test

import (
	"testing"

	"ratable/catalog"
	"ratable/internal/period"
)

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestTheNewestVersionThatHasStartedIsInForce(t *testing.T) {
	c := catalog.New([]catalog.Product{
		{Code: "api", Version: 2, StartsOn: day("2026-07-01"), Name: "second"},
		{Code: "api", Version: 1, StartsOn: day("2026-01-01"), Name: "first"},
		// Decided last, and from an earlier day than the second: it takes the second's place altogether.
		{Code: "api", Version: 3, StartsOn: day("2026-05-01"), Name: "third"},
	}, nil, nil)
	for on, want := range map[string]string{"2025-12-31": "", "2026-01-01": "first", "2026-04-30": "first", "2026-05-01": "third", "2026-08-01": "third"} {
		p, ok := c.Product("api", day(on))
		if p.Name != want || ok != (want != "") {
			t.Errorf("on %s the version in force is %q, should be %q", on, p.Name, want)
		}
	}
	if _, ok := c.Product("nothing", day("2026-01-01")); ok {
		t.Error("a product nobody added was found")
	}
}

func TestListsAreInOrderWhateverTheyWereBuiltFrom(t *testing.T) {
	c := catalog.New(
		[]catalog.Product{{Code: "b", Version: 1}, {Code: "a", Version: 2}, {Code: "a", Version: 1}},
		[]catalog.Meter{{ID: 2, Code: "y"}, {ID: 1, Code: "x"}},
		[]catalog.Plan{{Code: "q", Version: 1}, {Code: "p", Version: 1}})
	products, meters, plans := c.Products(), c.Meters(), c.Plans()
	if len(products) != 3 || products[0].Code != "a" || products[0].Version != 1 || products[1].Version != 2 || products[2].Code != "b" {
		t.Errorf("products come as %v, should be by code and version", products)
	}
	if len(meters) != 2 || meters[0].Code != "x" {
		t.Errorf("meters come as %v, should be by code", meters)
	}
	if len(plans) != 2 || plans[0].Code != "p" {
		t.Errorf("plans come as %v, should be by code", plans)
	}
	if m, ok := c.MeterByID(2); !ok || m.Code != "y" {
		t.Errorf("meter 2 is %v, should be y", m)
	}
}
