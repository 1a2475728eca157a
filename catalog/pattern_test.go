package catalog_test

import (
	"strings"
	"testing"

	"ratable/catalog"
)

func TestAMethodIsOfWhatIsEarnedOverTime(t *testing.T) {
	product := func(method catalog.Method, rounding catalog.Rounding, earned catalog.Recognition) string {
		p := catalog.Product{Code: "seats", StartsOn: day("2026-01-01"), Name: "Seats", TaxCode: "saas_b2b", Recognition: earned, Method: method, Rounding: rounding}
		said := ""
		for _, f := range p.Validate() {
			said += f.Path + ": " + f.Message + "\n"
		}
		return said
	}
	for _, m := range catalog.Methods {
		for _, r := range catalog.Roundings {
			if said := product(m, r, catalog.Ratable); said != "" {
				t.Errorf("%s with %s is refused: %s", m, r, said)
			}
		}
	}
	for _, c := range []struct {
		method   catalog.Method
		rounding catalog.Rounding
		earned   catalog.Recognition
		says     string
	}{
		{"by_moon", "", catalog.Ratable, "method: must be daily"},
		{catalog.UserSchedule, "", catalog.Ratable, "method: must be daily"},
		{"", "to_me", catalog.Ratable, "rounding: must be cumulative_half_up"},
		{catalog.MonthlyEven, "", catalog.PointInTime, "method: is for what is earned over time"},
		{"", catalog.LastAbsorbs, catalog.PointInTime, "method: is for what is earned over time"},
	} {
		if said := product(c.method, c.rounding, c.earned); !strings.Contains(said, c.says) {
			t.Errorf("%q, %q, %s says %q, want %q", c.method, c.rounding, c.earned, said, c.says)
		}
	}
}

func TestTheDefaultMethodSpelledOutIsNoChange(t *testing.T) {
	read := func(keys string) catalog.Product {
		d, err := catalog.Parse([]byte("products: [{code: seats, name: Seats, tax_code: saas_b2b, recognition: ratable, starts_on: 2026-01-01"+keys+"}]"), catalog.Checks{})
		if err != nil {
			t.Fatal(err)
		}
		return d.Products[0]
	}
	if found := catalog.ProductDifferences(read(""), read(", method: daily, rounding: cumulative_half_up")); len(found) > 0 {
		t.Errorf("the default is a change: %v", found)
	}
	found := catalog.ProductDifferences(read(""), read(", method: monthly_even, rounding: last_absorbs"))
	if len(found) != 2 || found[0].Path != "method" || found[1].Path != "rounding" {
		t.Errorf("another method is %v, want method and rounding", found)
	}
}
