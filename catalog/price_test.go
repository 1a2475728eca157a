package catalog_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"ratable/catalog"
)

func TestAPriceThatCannotBeRatedIsRefusedAtItsField(t *testing.T) {
	open := catalog.Tier{Unit: dec("1")}
	for _, c := range []struct {
		what  string
		price catalog.Price
		want  []string
	}{
		{"unknown model", catalog.Price{Model: "stairs"}, []string{"p.model"}},
		{"no model", catalog.Price{}, []string{"p.model"}},
		{"negative amount", catalog.Price{Model: catalog.PerUnit, Amount: dec("-1")}, []string{"p.amount"}},
		{"absurd exponent", catalog.Price{Model: catalog.PerUnit, Amount: decimal.New(1, 309)}, []string{"p.amount"}},
		{"absurd precision", catalog.Price{Model: catalog.PerUnit, Amount: decimal.New(1, -309)}, []string{"p.amount"}},
		{"thirteen decimals", catalog.Price{Model: catalog.Flat, Amount: dec("0.0000000000001")}, []string{"p.amount"}},
		{"size without packages", catalog.Price{Model: catalog.PerUnit, Amount: dec("1"), Size: dec("10")}, []string{"p.size"}},
		{"tiers without tiering", catalog.Price{Model: catalog.Flat, Tiers: []catalog.Tier{open}}, []string{"p.tiers"}},
		{"flat at zero without tiers", catalog.Price{Model: catalog.Flat, FlatAtZero: true}, []string{"p.flat_at_zero"}},
		{"package without size", catalog.Price{Model: catalog.Package, Amount: dec("1")}, []string{"p.size"}},
		{"package of less than nothing", catalog.Price{Model: catalog.Package, Amount: dec("1"), Size: dec("-1")}, []string{"p.size"}},
		{"no tiers", catalog.Price{Model: catalog.Volume}, []string{"p.tiers"}},
		{"amount beside tiers", catalog.Price{Model: catalog.Volume, Amount: dec("3"), Tiers: []catalog.Tier{open}}, []string{"p.amount"}},
		{"last tier bounded", catalog.Price{Model: catalog.Graduated, Tiers: []catalog.Tier{{UpTo: upTo("10"), Unit: dec("1")}}}, []string{"p.tiers[0].up_to"}},
		{"open tier in the middle", catalog.Price{Model: catalog.Graduated, Tiers: []catalog.Tier{open, open}}, []string{"p.tiers[0].up_to"}},
		{"tiers out of order", catalog.Price{Model: catalog.Graduated, Tiers: []catalog.Tier{{UpTo: upTo("10")}, {UpTo: upTo("5")}, open}}, []string{"p.tiers[1].up_to"}},
		{"the same bound twice", catalog.Price{Model: catalog.Graduated, Tiers: []catalog.Tier{{UpTo: upTo("10")}, {UpTo: upTo("10.0")}, open}}, []string{"p.tiers[1].up_to"}},
		{"a tier up to zero", catalog.Price{Model: catalog.Volume, Tiers: []catalog.Tier{{UpTo: upTo("0")}, open}}, []string{"p.tiers[0].up_to"}},
		{"two mistakes are both named", catalog.Price{Model: catalog.Volume, Tiers: []catalog.Tier{{UpTo: upTo("-1"), Unit: dec("-2")}, open}}, []string{"p.tiers[0].unit", "p.tiers[0].up_to"}},
		{"a step with a price per unit", catalog.Price{Model: catalog.Stairstep, Tiers: []catalog.Tier{open}}, []string{"p.tiers[0].unit"}},
		{"a percentage of nothing", catalog.Price{Model: catalog.Percentage, FreeEvents: 3}, []string{"p.percent"}},
		{"more than the whole", catalog.Price{Model: catalog.Percentage, Percent: dec("101")}, []string{"p.percent"}},
		{"at most less than at least", catalog.Price{Model: catalog.Percentage, Percent: dec("1"), Minimum: dec("2"), Maximum: dec("1")}, []string{"p.maximum"}},
		{"free events that are owed", catalog.Price{Model: catalog.Percentage, Percent: dec("1"), FreeEvents: -1}, []string{"p.free_events"}},
		{"free units without a percentage", catalog.Price{Model: catalog.PerUnit, FreeUnits: dec("1")}, []string{"p.free_units"}},
		{"a matrix of nothing", catalog.Price{Model: catalog.Matrix}, []string{"p.by", "p.prices", "p.other"}},
		{"a matrix in a matrix", catalog.Price{Model: catalog.Matrix, By: "region", Prices: map[string]catalog.Price{"eu": matrix}, Other: &perUnit}, []string{"p.prices.eu.model"}},
		{"a cell that cannot be rated", catalog.Price{Model: catalog.Matrix, By: "region", Prices: map[string]catalog.Price{"eu": {Model: catalog.Package, Amount: dec("1")}}, Other: &perUnit}, []string{"p.prices.eu.size"}},
		{"prices without a dimension's name", catalog.Price{Model: catalog.Matrix, By: "the region", Prices: matrix.Prices, Other: &perUnit}, []string{"p.by"}},
		{"a figure beside a matrix", catalog.Price{Model: catalog.Matrix, By: "region", Prices: matrix.Prices, Other: &perUnit, Amount: dec("1")}, []string{"p.amount"}},
		{"nothing wrong", catalog.Price{Model: catalog.PerUnit}, nil},
		{"nothing wrong with a percentage", percentage, nil},
		{"nothing wrong with a matrix", matrix, nil},
	} {
		var paths []string
		for _, f := range c.price.Validate("p") {
			if f.Message == "" || len(f.Value) > 100 {
				t.Errorf("%s: finding %+v cannot be shown to a person", c.what, f)
			}
			paths = append(paths, f.Path)
		}
		if !slices.Equal(paths, c.want) {
			t.Errorf("%s: findings at %v, should be at %v", c.what, paths, c.want)
		}
	}
}

const document = `model: graduated
tiers:
    - up_to: "10"
      unit: "10"
      flat: "2"
    - unit: "0.05"
flat_at_zero: true
`

func TestAPriceReadsAndWritesTheSameDocument(t *testing.T) {
	var p catalog.Price
	if err := strictly([]byte(document), &p); err != nil {
		t.Fatalf("read the price: %v", err)
	}
	if found := p.Validate(""); len(found) > 0 {
		t.Fatalf("a good price is refused: %v", found)
	}
	written, err := yaml.Marshal(p)
	if err != nil {
		t.Fatalf("write the price: %v", err)
	}
	if string(written) != document {
		t.Errorf("the price comes back as\n%s\nshould be\n%s", written, document)
	}
	asJSON, err := json.Marshal(p)
	if err != nil {
		t.Fatalf("write the price as JSON: %v", err)
	}
	want := `{"model":"graduated","tiers":[{"up_to":"10","unit":"10","flat":"2"},{"unit":"0.05"}],"flat_at_zero":true}`
	if string(asJSON) != want {
		t.Errorf("the price as JSON is\n%s\nshould be\n%s", asJSON, want)
	}
}

func TestAPriceTakesPlainNumbersExactly(t *testing.T) {
	var fromYAML, fromJSON catalog.Price
	if err := strictly([]byte("model: per_unit\namount: 0.000123456789\n"), &fromYAML); err != nil {
		t.Fatalf("read YAML: %v", err)
	}
	if err := json.Unmarshal([]byte(`{"model":"per_unit","amount":0.000123456789}`), &fromJSON); err != nil {
		t.Fatalf("read JSON: %v", err)
	}
	for form, p := range map[string]catalog.Price{"YAML": fromYAML, "JSON": fromJSON} {
		if p.Amount.String() != "0.000123456789" {
			t.Errorf("0.000123456789 in %s becomes %s", form, p.Amount)
		}
	}
}

func TestAnUnknownKeyInAPriceIsRefused(t *testing.T) {
	var p catalog.Price
	err := strictly([]byte("model: flat\namuont: 3\n"), &p)
	if err == nil || !strings.Contains(err.Error(), "amuont") {
		t.Errorf("a misspelled key in YAML gives %v, should name it", err)
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(`{"model":"flat","amuont":3}`)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err == nil || !strings.Contains(err.Error(), "amuont") {
		t.Errorf("a misspelled key in JSON gives %v, should name it", err)
	}
}

// strictly reads YAML and refuses unknown keys, as contract documents do.
func strictly(document []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(document))
	decoder.KnownFields(true)
	return decoder.Decode(into)
}
