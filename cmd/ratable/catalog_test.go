package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

// priceList changes a price, adds a meter and a plan, and retires a product. What it does not name stays.
const priceList = `products:
  - code: platform
    name: Platform
    unit: seat
    tax_code: saas_b2b
    recognition: ratable
    standalone: [{currency: USD, every: month, price: 110, low: 95, mid: 105, high: 120}]
    features: {sso: true}
    starts_on: 2149-06-01
  - {code: storage, name: Storage, unit: GB, tax_code: saas_b2b, recognition: as_used, retired: true, starts_on: 2149-07-01}
  - {code: support, name: Premium support, tax_code: support, recognition: ratable}
meters:
  - {code: jobs, name: Jobs, unit: job, aggregation: count}
plans:
  - code: starter
    name: Starter
    starts_on: 2149-06-01
    terms:
      lines: [{id: seats, product: platform, fixed: {quantity: 1, unit_price: 49.00, every: month}}]
`

// badCatalogs are files that nobody can apply, with the finding each of them shows.
var badCatalogs = []struct{ what, file, says string }{
	{"nothing", " ", "document: is empty"},
	{"an unknown key", strings.Replace(priceList, "tax_code", "taxcode", 1), "line 5: products[0].taxcode: is not a key known here"},
	{"a tax code nobody knows", strings.Replace(priceList, "saas_b2b", "luxury", 1), "line 5: products[0].tax_code: is not a product code of the tax tables"},
	{"a change from a day that is over", strings.Replace(priceList, "2149-06-01", "2020-06-01", 1), "line 9: products[0].starts_on: is over"},
	{"a year that is a slip", strings.Replace(priceList, "2149-07-01", "21490-07-01", 1), "line 10: products[1].starts_on"},
	{"a century that is a slip", strings.Replace(priceList, "starts_on: 2149-06-01\n    terms", "starts_on: 2999-06-01\n    terms", 1), "line 17: plans[0].starts_on: lies outside the years 1990 to 2150"},
	{"a meter that means something else", strings.Replace(priceList, "code: jobs", "code: api.calls", 1), "meters[0].name"},
	{"a plan of a product that is not sold", strings.Replace(priceList, "product: platform,", "product: castle,", 1), "line 19: plans[0].terms.lines[0].product: is not a product of the catalog"},
	{"a plan with a price in words", strings.Replace(priceList, "49.00", "cheap", 1), "line 19: plans[0].terms.lines[0].fixed.unit_price"},
	{"a file of something else", "contract: C-1\n", "line 1: contract: is not a key known here; the keys are products, meters, plans"},
}

func TestACatalogFileIsPlannedAppliedApprovedAndThenThereIsNothingToDo(t *testing.T) {
	db := pgtest.New(t)
	company := invoicingtest.New(t, db)
	company.Sign(t, deal)
	env := settings(t, db)
	file := filepath.Join(t.TempDir(), "catalog.yaml")
	if err := os.WriteFile(file, []byte(priceList), 0o600); err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	say := func(a answer) answer {
		page.WriteString("$ ratable " + strings.ReplaceAll(a.command, file, "catalog.yaml") + "\n" + a.out + a.errors)
		return a
	}
	before := rowsOf(t, db)
	say(ratable(t, env, "", "catalog", "plan", file)).want(t, 0, "4 to change, 1 unchanged, nothing removed.")
	expectSame(t, "a plan", before, rowsOf(t, db))
	say(ratable(t, env, "", "catalog", "apply", "--reason", "Prices of June", file)).want(t, 0, "Recorded as change 1. Submit it in the web app")
	say(ratable(t, env, "", "catalog", "apply", file)).want(t, 0, "Recorded as change 1.")
	approveChange(t, db, 1, company.Finance)
	say(ratable(t, env, "", "catalog", "plan", file)).want(t, 0, "Nothing to do")
	say(ratable(t, env, "", "catalog", "apply", file)).want(t, 0, "Nothing to do")
	export := say(ratable(t, env, "", "catalog", "export")).want(t, 0, "features:")
	ratable(t, env, export.out, "catalog", "plan", "-").want(t, 0, "Nothing to do")
	for _, b := range badCatalogs {
		a := ratable(t, env, b.file, "catalog", "plan", "--as-of", "2026-05-01", "-").want(t, exitBadInput, b.says)
		page.WriteString(b.what + "\n    " + strings.ReplaceAll(strings.TrimSpace(a.errors), "\n", "\n    ") + "\n")
		ratable(t, env, b.file, "catalog", "apply", "-").want(t, exitBadInput, b.says)
	}
	ratable(t, env, "", "catalog", "plan", "nowhere.yaml").want(t, exitBadInput, "there is no file nowhere.yaml")
	golden(t, "testdata/catalog.golden", page.String())
}

// approveChange is what two people do in the web app.
func approveChange(t *testing.T, db *postgres.DB, id int64, finance access.Actor) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		u, err := access.CreateUser(t.Context(), tx, access.NewUser{Email: "paula@ratable.example", Name: "Paula", Roles: []access.Role{access.Product}}, access.System("test"))
		if err != nil {
			return err
		}
		paula := access.Actor{UserID: u.ID, Name: u.Name, Roles: u.Roles}
		if err := catalog.SubmitProposal(context.Background(), tx, id, "", paula); err != nil {
			return err
		}
		return catalog.ApproveProposal(context.Background(), tx, id, "", finance)
	})
	if err != nil {
		t.Fatal(err)
	}
}
