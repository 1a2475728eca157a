package catalog_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/postgres/pgtest"
)

func TestALimitIsItsOwnAndThatOfTheUnitsSold(t *testing.T) {
	p := parsed(t, `products: [{code: p, name: P, tax_code: saas_b2b, recognition: ratable, features: {seats: {limit: 2, per_unit: 1.5}, rooms: 3, sso: true}}]`).Products[0]
	for _, c := range []struct{ feature, quantity, want string }{{"seats", "10", "17"}, {"seats", "0", "2"}, {"rooms", "10", "3"}} {
		if got := p.Features[c.feature].For(decimal.RequireFromString(c.quantity)); got.String() != c.want {
			t.Errorf("%s of %s sold is limited to %s, should be %s", c.feature, c.quantity, got, c.want)
		}
	}
	if kind := p.Features["sso"].Kind(); kind != catalog.SwitchFeature || !p.Features["sso"].On {
		t.Errorf("sso: true is a %s", kind)
	}
}

func TestAFeatureNeedsAMeterThatThereIs(t *testing.T) {
	d := parsed(t, strings.Replace(shop, "meter: api.calls}, scim", "meter: api.cows}, scim", 1))
	_, found := fresh(catalog.Document{}).Compare(d, day("2026-01-01"), catalog.Checks{})
	if len(found) != 1 || found[0].Path != "products[0].features.api.meter" || !strings.Contains(found[0].Message, "is not a meter") {
		t.Errorf("a feature that a meter nobody knows counts is met with %v", found)
	}
	if _, found := fresh(catalog.Document{}).Compare(parsed(t, shop), day("2026-01-01"), catalog.Checks{}); len(found) > 0 {
		t.Errorf("a meter of the same document is not known: %v", found)
	}
}

func TestAVersionFromWhenFeaturesWereAListIsReadAsSwitches(t *testing.T) {
	var p catalog.Product
	if err := json.Unmarshal([]byte(`{"code": "platform", "entitlements": ["sso", "scim"]}`), &p); err != nil {
		t.Fatal(err)
	}
	if len(p.Features) != 2 || !p.Features["sso"].On || !p.Features["scim"].On || p.Code != "platform" {
		t.Errorf("an old proposal is read as %+v", p)
	}
	o := open(t)
	pgtest.Plant(t, o.db, "catalog.product_versions", `
		insert into catalog.product_versions (product_id, version, starts_on, name, tax_code, unit, recognition, method, rounding, standalone, entitlements)
		select product_id, version + 1, starts_on, name, tax_code, unit, recognition, method, rounding, standalone, '{vip}'
		from catalog.product_versions where version = 1 and product_id = (select id from catalog.products where code = 'platform')`)
	old, ok := o.sold().Product("platform", day("2026-06-01"))
	if !ok || old.Version != 2 || !old.Features["vip"].On || len(old.Features) != 1 {
		t.Errorf("an old version is read as %+v", old.Features)
	}
}

func TestTooManyFeaturesAreRefused(t *testing.T) {
	p := parsed(t, shop).Products[0]
	p.StartsOn = day("2026-01-01")
	p.Features = map[string]catalog.Feature{}
	for i := range 101 {
		p.Features["f"+decimal.NewFromInt(int64(i)).String()] = catalog.Feature{On: true}
	}
	if err := fault.InvalidFields(p.Validate()...); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "at most 100") {
		t.Errorf("101 features are met with %v", err)
	}
}
