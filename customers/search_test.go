package customers_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"ratable/customers"
	"ratable/internal/fault"
)

func TestACustomerIsFoundByAnythingItIsKnownBy(t *testing.T) {
	db, seller := open(t)
	c := create(t, db, acme(seller))
	create(t, db, plain(seller, "100%_sure"))
	amend(t, db, c.ID, customers.Amendment{StartsOn: day("2026-03-01"), Profile: &customers.Profile{Name: "Zenith", LegalName: "Zenith AG", Kind: customers.Business}})

	for search, want := range map[string][]string{
		"":                    {"cus_acme", "100%_sure"},
		"zenith":              {"cus_acme"},
		"acme 🚀":              {"cus_acme"}, // without the accent, by a former name
		"ÁCME":                {"cus_acme"},
		"raketenBAU":          {"cus_acme"},
		"  raketenbau   gmbh": {"cus_acme"},
		"cus_ac":              {"cus_acme"},
		"ap@acme":             {"cus_acme"},
		"ann pay":             {"cus_acme"},
		"DE123456789":         {"cus_acme"},
		"123 456":             {"cus_acme"},
		"che111":              {"cus_acme"},
		"%":                   {"100%_sure"}, // LIKE's own signs are letters here
		"0%_S":                {"100%_sure"},
		`\`:                   nil,
		"--":                  nil,
		"nobody":              nil,
	} {
		found, err := customers.List(context.Background(), db, customers.Filter{Search: search}, day("2026-06-01"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, f.ExternalID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("searching %q finds %v, should find %v", search, got, want)
		}
	}
}

func TestAListGoesPageByPageWithoutGapOrRepeat(t *testing.T) {
	db, seller := open(t)
	var want []customers.ID
	for i := range 7 {
		n := plain(seller, fmt.Sprintf("shop-%d", i))
		if i%3 == 0 {
			n.Billing.Country = "AT"
		}
		c := create(t, db, n)
		if i%3 != 0 {
			want = append(want, c.ID)
		}
	}
	var got []customers.ID
	filter := customers.Filter{Search: "shop", Country: "DE", Entity: seller, Limit: 2}
	for {
		page, err := customers.List(context.Background(), db, filter, day("2026-06-01"))
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			got = append(got, c.ID)
		}
		filter.After = page[len(page)-1].ID
	}
	if !slices.Equal(got, want) {
		t.Errorf("the pages hold %v, should hold %v", got, want)
	}
	none, err := customers.List(context.Background(), db, customers.Filter{Entity: seller + 1}, day("2026-06-01"))
	if err != nil || len(none) != 0 {
		t.Errorf("another entity has %d customers (%v), should have none", len(none), err)
	}
}

func TestABrokenSearchIsRefusedByName(t *testing.T) {
	db, _ := open(t)
	for _, search := range []string{"\xff", "a\x00b"} {
		_, err := customers.List(context.Background(), db, customers.Filter{Search: search}, day("2026-06-01"))
		if got := paths(err); !errors.Is(err, fault.Invalid) || !slices.Equal(got, []string{"search"}) {
			t.Errorf("searching %q is refused at %v (%v), should be at search", search, got, err)
		}
	}
}
