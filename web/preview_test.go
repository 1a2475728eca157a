package web

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/usage"
)

// soldEverywhere has every product and meter that a document names.
func soldEverywhere(d contracts.Document) *catalog.Catalog {
	var products []catalog.Product
	var counted []catalog.Meter
	add := func(code string) {
		products = append(products, catalog.Product{Code: code, Name: code, StartsOn: period.NewDate(2000, time.January, 1), TaxCode: "saas_b2b", Recognition: catalog.Ratable})
	}
	for _, l := range d.Lines {
		add(l.Product)
		if l.Usage != nil {
			i := slices.IndexFunc(counted, func(m catalog.Meter) bool { return m.Code == l.Usage.Meter })
			if i < 0 {
				i, counted = len(counted), append(counted, catalog.Meter{ID: int64(len(counted) + 1), Code: l.Usage.Meter, Name: l.Usage.Meter, Aggregation: catalog.Sum})
			}
			for dimension := range l.Usage.Where {
				counted[i].Dimensions = append(counted[i].Dimensions, dimension)
			}
			if l.Usage.Price.By != "" {
				counted[i].Dimensions = append(counted[i].Dimensions, l.Usage.Price.By)
			}
		}
	}
	for _, c := range d.Commits {
		add(c.Product)
	}
	for _, c := range d.Prepaid {
		add(c.Product)
	}
	return catalog.New(products, counted, nil)
}

func TestPricingAContractOnceShowsOnEachDayWhatPricingItThatDayWould(t *testing.T) {
	for name, d := range everyDocument(t) {
		a := contracts.Agreement{Contract: 1, Number: d.Contract, Customer: 1, Payer: 1, Currency: money.Currency(d.Currency),
			Versions: []contracts.Version{{Number: 1, EffectiveOn: d.Start(), Document: d}}}
		for _, l := range d.Lines { // whoever uses is customer 1 here
			for _, user := range l.Users {
				if a.Users == nil {
					a.Users = map[string]customers.ID{}
				}
				a.Users[user] = 1
			}
		}
		sold, days := soldEverywhere(d), &usage.Days{}
		n := int64(1)
		for day := a.Term().Start; day.Before(a.Term().End); day = day.AddDays(3) {
			for _, meter := range meters(a) {
				n = n * 48271 % 2147483647 // a spread of quantities, the same in every run
				counted, _ := sold.Meter(meter)
				days.Record(counted, usage.Occurrence{Customer: 1, Day: day, At: day.Time(time.UTC), Quantity: decimal.NewFromInt(n % 40000)})
			}
		}
		once, err := contracts.Charges(a, sold, days, a.Term().End)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, on := range billingDays(once, a.Term().Start) {
			that, err := contracts.Charges(a, sold, days, on)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if diff := cmp.Diff(spelled(invoicing.Due(that, on)), spelled(invoicing.Due(once, on))); diff != "" {
				t.Fatalf("%s: on %s, priced that day (-) and once (+):\n%s", name, on, diff)
			}
		}
	}
}

func spelled(pieces []contracts.Piece) (out []string) {
	for _, p := range pieces {
		out = append(out, fmt.Sprintf("%s %s %s, %s of it: %s on %s, %v", p.Line, p.Kind, p.Span, p.Period, p.Amount, p.BillOn, p.Detail))
	}
	return out
}
