package invoicing

import (
	"fmt"
	"slices"
	"testing"

	"ratable/internal/money"
)

// wide is a document of a hundred lines: nine products a region each, and one that stands alone.
func wide(t *testing.T) Document {
	b := newBook(brandywine)
	doc := `
contract: C-2026-300
entity: rtus
customer: BRW-0417
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30, align: calendar}
lines:
  - {id: seats, product: platform, fixed: {quantity: 40, unit_price: 39.00, every: month}}
`
	for i := range 33 {
		doc += fmt.Sprintf("  - {id: calls-%d, product: api, description: \"API calls, region %d\", usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.00%d}}}\n", i, i, i%9+1)
		doc += fmt.Sprintf("  - {id: storage-%d, product: storage, description: \"Object storage, region %d\", usage: {meter: storage.gb, every: month, price: {model: graduated, tiers: [{up_to: 1000, unit: 0.03}, {unit: 0.02}]}}}\n", i, i)
	}
	b.sign(t, doc)
	b.bill(t, "2026-01-01")
	b.use("BRW-0417", "api.calls", "2026-01-14", 350_000)
	b.use("BRW-0417", "storage.gb", "2026-01-31", 18_240)
	return last(b.bill(t, "2026-02-01"))
}

func TestALongDocumentIsSummedUpByProductAndNoLineIsLost(t *testing.T) {
	d := wide(t)
	if !d.long() || len(d.Lines) != 67 {
		t.Fatalf("the document has %d lines", len(d.Lines))
	}
	var all []int
	var names []string
	sum := money.Zero(d.Currency)
	for _, x := range d.sections() {
		for _, b := range d.batches(x.lines()) {
			all, sum = append(all, b.lines...), sum.Add(b.sum)
			names = append(names, fmt.Sprintf("%s %d", b.name, len(b.lines)))
		}
	}
	slices.Sort(all)
	for i, at := range all {
		if i != at {
			t.Fatalf("line %d is not summed up once: %v", i+1, all)
		}
	}
	if sum != d.Net || !slices.Equal(names, []string{"Platform, Enterprise edition 1", "API calls, region 33", "Object storage, region 33"}) {
		t.Errorf("the products %q come to %s, the document to %s", names, sum, d.Net)
	}
	first, err := PDF(d)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := PDF(d); err != nil || !slices.Equal(first, again) {
		t.Errorf("drawn again the document is another (%v)", err)
	}
	if printed := d.Printed().Lines; len(printed) != len(d.Lines) {
		t.Errorf("the screen shows %d lines", len(printed))
	}
}

func TestDescriptionsOfOneProductShareTheWordsTheyBeginWith(t *testing.T) {
	for _, x := range [][3]string{
		{"Virtual machines, us-east", "Virtual machines, eu-west", "Virtual machines"},
		{"GPU machines h100, us-east", "GPU machines l4, us-east", "GPU machines"},
		{"Seats", "Seats", "Seats"}, {"Seats", "Calls", ""}, {"Seats (May)", "Seats (June)", "Seats"},
	} {
		if got := commonWords(x[0], x[1]); got != x[2] {
			t.Errorf("%q and %q share %q, want %q", x[0], x[1], got, x[2])
		}
	}
}
