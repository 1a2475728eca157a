package catalog

import (
	"testing"

	"github.com/shopspring/decimal"
)

func TestThePriceThatSaysMostOfACustomerIsItsStandAlonePrice(t *testing.T) {
	d := decimal.RequireFromString
	p := Product{Standalone: []Standalone{
		{Currency: "EUR", Every: "month", Price: d("100")},
		{Currency: "EUR", Every: "month", Segment: "enterprise", Price: d("80")},
		{Currency: "EUR", Every: "month", Region: "JP", Price: d("120")},
		{Currency: "EUR", Every: "month", Region: "JP", Segment: "enterprise", Price: d("90")},
		{Currency: "USD", Every: "month", Method: Residual},
		{Currency: "EUR", Price: d("7")},
	}}
	if found := validateStandalone(p.Standalone); len(found) > 0 {
		t.Fatalf("the library is refused: %v", found)
	}
	for _, c := range []struct{ region, segment, want string }{{"", "", "100"}, {"DE", "enterprise", "80"}, {"JP", "", "120"}, {"JP", "enterprise", "90"}, {"DE", "public", "100"}} {
		if s, ok := p.StandaloneFor("EUR", "month", c.region, c.segment); !ok || s.Price.String() != c.want {
			t.Errorf("to %q in %q it sells for %s (%t), should be %s", c.segment, c.region, s.Price, ok, c.want)
		}
	}
	if s, ok := p.StandaloneIn("USD", "month"); ok || !p.IsResidual("USD", "month") || p.IsResidual("EUR", "month") {
		t.Errorf("a residual sells for %s (%t)", s.Price, ok)
	}
	twice := append(p.Standalone, Standalone{Currency: "EUR", Every: "month", Region: "JP", Price: d("1")}, Standalone{Currency: "CHF", Method: "guess", Price: d("1")})
	if found := validateStandalone(twice); len(found) != 2 {
		t.Errorf("a price that is given twice and one that is a guess are found as %v", found)
	}
}
