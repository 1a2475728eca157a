package customers_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

func TestACustomerComesBackAsItWasCreated(t *testing.T) {
	db, seller := open(t)
	n := acme(seller)
	created := create(t, db, n)
	want := customers.Customer{
		ID: created.ID, Account: created.Account, ExternalID: n.ExternalID, Name: n.Name, LegalName: n.LegalName, Kind: n.Kind, Entity: seller,
		Currency: n.Currency, Billing: n.Billing, Service: n.Service, Contacts: n.Contacts, TaxIDs: n.TaxIDs, PORequired: true, SignedUpOn: n.SignedUpOn,
	}
	if created.ID == 0 || created.Account == 0 {
		t.Errorf("customer %d in account %d: keys are missing", created.ID, created.Account)
	}
	byName, err := customers.ByExternalID(context.Background(), db, "cus_acme", day("2026-06-01"))
	if err != nil {
		t.Fatal(err)
	}
	for how, got := range map[string]customers.Customer{"Create": created, "Get": get(t, db, created.ID, "2026-06-01"),
		"Get before the sign-up": get(t, db, created.ID, "2020-01-01"), "ByExternalID": byName} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s gives another customer (-given +got):\n%s", how, diff)
		}
	}
}

func TestWhatIsLeftOutHasItsUsualMeaning(t *testing.T) {
	db, seller := open(t)
	c := create(t, db, plain(seller, "shop"))
	if c.LegalName != "shop" {
		t.Errorf("the legal name left out is %q, should be the name", c.LegalName)
	}
	if diff := cmp.Diff(c.Billing, c.Service); diff != "" {
		t.Errorf("the service address left out is not the billing address:\n%s", diff)
	}
	// It follows the billing address for as long as nobody says otherwise.
	moved := customers.Address{Lines: []string{}, Country: "FR"}
	amend(t, db, c.ID, customers.Amendment{StartsOn: day("2026-02-01"), Billing: &moved})
	if got := get(t, db, c.ID, "2026-02-01").Service.Country; got != "FR" {
		t.Errorf("after moving to FR the service address is in %s", got)
	}
}

func TestAnAmendmentHoldsFromItsDay(t *testing.T) {
	db, seller := open(t)
	c := create(t, db, acme(seller))
	moved := customers.Address{Lines: []string{"2 New Road"}, City: "Berlin", Region: "BE", Postcode: "10115", Country: "DE"}
	amend(t, db, c.ID, customers.Amendment{
		StartsOn: day("2026-03-01"), Billing: &moved,
		Profile:        &customers.Profile{Name: "Zenith", LegalName: "Zenith AG", Kind: customers.Nonprofit},
		SetContacts:    []customers.Contact{{Role: customers.Payable, Name: "Ann Married", Email: "ap@ACME.example"}, {Role: customers.Procurement, Name: "Bo", Email: "bo@acme.example"}},
		RemoveContacts: []customers.Contact{{Role: customers.Technical, Email: "ted@acme.example"}},
		SetTaxIDs:      []customers.TaxID{{Kind: "ch_vat", Value: "CHE-111", Country: "CH", VerifiedOn: day("2026-02-27")}},
		RemoveTaxIDs:   []customers.TaxID{{Kind: "eu_vat", Value: "DE 123.456.789", Country: "DE"}},
	})
	if diff := cmp.Diff(c, get(t, db, c.ID, "2026-02-28")); diff != "" {
		t.Errorf("the day before, the amendment shows already:\n%s", diff)
	}
	want := c
	want.Name, want.LegalName, want.Kind, want.PORequired, want.Billing = "Zenith", "Zenith AG", customers.Nonprofit, false, moved
	want.Contacts = []customers.Contact{{Role: customers.Payable, Name: "Ann Married", Email: "ap@ACME.example"}, {Role: customers.Procurement, Name: "Bo", Email: "bo@acme.example"}}
	want.TaxIDs = []customers.TaxID{{Kind: "ch_vat", Value: "CHE-111", Country: "CH", VerifiedOn: day("2026-02-27")}}
	if diff := cmp.Diff(want, get(t, db, c.ID, "2026-03-01")); diff != "" {
		t.Errorf("on its day the amendment is not what holds (-want +got):\n%s", diff)
	}
}

// ....|A........|B......      a back-dated C after A lasts until B starts; D on B's own day takes its place.
func TestTheLatestStartWinsAndOfEqualStartsTheLastKnown(t *testing.T) {
	db, seller := open(t)
	c := create(t, db, plain(seller, "shop"))
	for _, f := range []struct{ startsOn, country string }{{"2026-02-01", "AT"}, {"2026-06-01", "BE"}, {"2026-04-01", "CZ"}, {"2026-06-01", "DK"}} {
		amend(t, db, c.ID, customers.Amendment{StartsOn: day(f.startsOn), Billing: &customers.Address{Country: f.country}})
	}
	for on, want := range map[string]string{"2026-01-31": "DE", "2026-02-01": "AT", "2026-04-01": "CZ", "2026-05-31": "CZ", "2026-06-01": "DK"} {
		if got := get(t, db, c.ID, on).Billing.Country; got != want {
			t.Errorf("on %s the address is in %s, should be in %s", on, got, want)
		}
	}
}

func TestAFamilySharesTheAccountOfItsParent(t *testing.T) {
	db, seller := open(t)
	parent := create(t, db, plain(seller, "parent"))
	child := plain(seller, "child")
	child.Parent = parent.ID
	kid := create(t, db, child)
	grandchild := plain(seller, "grandchild")
	grandchild.Parent = kid.ID
	grandkid := create(t, db, grandchild)
	paidFor := plain(seller, "paid-for")
	paidFor.Account = parent.Account
	friend := create(t, db, paidFor)
	stranger := create(t, db, plain(seller, "stranger"))

	family, err := customers.Members(context.Background(), db, parent.Account, day("2026-06-01"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]customers.Customer{parent, kid, grandkid, friend}, family); diff != "" {
		t.Errorf("the family is not parent, child, grandchild and who is paid for (-want +got):\n%s", diff)
	}
	if stranger.Account == parent.Account {
		t.Error("a stranger is in the family's account")
	}

	for what, spoil := range map[string]func(*customers.New){
		"account": func(n *customers.New) { n.Parent, n.Account = parent.ID, stranger.Account },
		"parent":  func(n *customers.New) { n.Parent = 9999 },
	} {
		n := plain(seller, "late "+what)
		spoil(&n)
		err := attempt(db, func(ctx context.Context, tx pgx.Tx) error { _, err := customers.Create(ctx, tx, n, clerk); return err })
		if got := paths(err); !slices.Equal(got, []string{what}) {
			t.Errorf("a wrong %s is refused at %v (%v)", what, got, err)
		}
	}
}

func TestEachEntityHasOneHouseAccountWithoutCustomers(t *testing.T) {
	db, seller := open(t)
	var house, again customers.AccountID
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) (err error) {
		if house, err = customers.OpenHouseAccount(ctx, tx, seller, clerk); err != nil {
			return err
		}
		again, err = customers.OpenHouseAccount(ctx, tx, seller, clerk)
		return err
	})
	if again != house {
		t.Errorf("the second opening gave account %d, the first %d", again, house)
	}
	c := create(t, db, plain(seller, "shop"))
	accounts, err := customers.Accounts(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	want := []customers.Account{{ID: house, Kind: customers.House, Entity: seller}, {ID: c.Account, Kind: customers.Family}}
	if diff := cmp.Diff(want, accounts); diff != "" {
		t.Errorf("accounts differ (-want +got):\n%s", diff)
	}
	inHouse := plain(seller, "in-house")
	inHouse.Account = house
	err = attempt(db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := customers.Create(ctx, tx, inHouse, clerk)
		return err
	})
	if got := paths(err); !slices.Equal(got, []string{"account"}) {
		t.Errorf("a customer in the house account is refused at %v (%v), should be at account", got, err)
	}
}

func TestABadCustomerIsRefusedFieldByField(t *testing.T) {
	db, seller := open(t)
	for _, c := range []struct {
		what  string
		spoil func(*customers.New)
		want  []string
	}{
		{"empty", func(n *customers.New) { *n = customers.New{} }, []string{"external_id", "name", "kind", "entity", "currency", "signed_up_on", "billing.country"}},
		{"broken UTF-8", func(n *customers.New) { n.Name, n.LegalName = "Acme \xc3\x28", "ok" }, []string{"name"}},
		{"a NUL", func(n *customers.New) { n.LegalName = "Ac\x00me" }, []string{"legal_name"}},
		{"an escape sequence", func(n *customers.New) { n.Name = "\x1b[31mAcme" }, []string{"name"}},
		{"nothing but spaces", func(n *customers.New) { n.ExternalID = "  " }, []string{"external_id"}},
		{"a name without end", func(n *customers.New) { n.Name = strings.Repeat("é", 201) }, []string{"name"}},
		{"an unknown country", func(n *customers.New) { n.Billing.Country = "XX" }, []string{"billing.country"}},
		{"an unknown region", func(n *customers.New) { n.Service.Region = "ZZ" }, []string{"service.region"}},
		{"a region with its country", func(n *customers.New) { n.Service.Region = "US-NY" }, []string{"service.region"}},
		{"no region where tax needs one", func(n *customers.New) { n.Service.Region = "" }, []string{"service.region"}},
		{"half a ZIP code", func(n *customers.New) { n.Service.Postcode = "1000" }, []string{"service.postcode"}},
		{"an unknown currency", func(n *customers.New) { n.Currency = "EURO" }, []string{"currency"}},
		{"an address for no e-mail", func(n *customers.New) { n.Contacts[0].Email = "Ann <ann@acme.example>" }, []string{"contacts[0].email"}},
		{"the same contact twice", func(n *customers.New) { n.Contacts[1] = n.Contacts[0] }, []string{"contacts[1].email"}},
		{"an unknown role", func(n *customers.New) { n.Contacts[1].Role = "boss" }, []string{"contacts[1].role"}},
		{"a tax id of nowhere", func(n *customers.New) { n.TaxIDs[1].Country = "EU" }, []string{"tax_ids[1].country"}},
		{"an American tax id needs no state", func(n *customers.New) { n.TaxIDs[1].Country, n.Currency = "US", "usd?" }, []string{"currency"}},
	} {
		n := acme(seller)
		c.spoil(&n)
		err := attempt(db, func(ctx context.Context, tx pgx.Tx) error { _, err := customers.Create(ctx, tx, n, clerk); return err })
		if got := paths(err); !errors.Is(err, fault.Invalid) || !slices.Equal(got, c.want) {
			t.Errorf("%s: refused at %v (%v), should be at %v", c.what, got, err, c.want)
		}
	}
}

func TestAnExternalIDIsTakenOnce(t *testing.T) {
	db, seller := open(t)
	create(t, db, plain(seller, "shop"))
	err := attempt(db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := customers.Create(ctx, tx, plain(seller, "shop"), clerk)
		return err
	})
	if !errors.Is(err, fault.Conflict) {
		t.Errorf("a second customer shop: %v, should be a conflict", err)
	}
}

func TestWhoDoesNotExistIsNotFound(t *testing.T) {
	db, _ := open(t)
	_, err := customers.Get(context.Background(), db, 99, day("2026-01-01"))
	_, err2 := customers.ByExternalID(context.Background(), db, "nobody", day("2026-01-01"))
	err3 := attempt(db, func(ctx context.Context, tx pgx.Tx) error {
		return customers.Amend(ctx, tx, 99, customers.Amendment{StartsOn: day("2026-01-01")}, clerk)
	})
	for how, err := range map[string]error{"Get": err, "ByExternalID": err2, "Amend": err3} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("%s of nobody: %v, should be not found", how, err)
		}
	}
}

func TestACustomersHistoryIsNeverEdited(t *testing.T) {
	db, seller := open(t)
	create(t, db, acme(seller))
	for _, table := range []string{"accounts", "customers", "profiles", "addresses", "contacts", "tax_ids", "search_terms"} {
		for _, verb := range []string{"update customers." + table + " set recorded_at = now()", "delete from customers." + table} {
			if _, err := db.Exec(context.Background(), verb); !errors.Is(postgres.Fault(err), fault.Denied) {
				t.Errorf("%s: %v, should be denied", verb, err)
			}
		}
	}
}
