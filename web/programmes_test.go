package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/web/webtest"
)

func charityForm(owner int64, changed ...string) url.Values {
	form := url.Values{"code": {"charity"}, "name": {"Charities"}, "owner": {fmt.Sprint(owner)}, "currency": {"USD"}, "budget": {"20000.00"}, "starts": {"2026-01-01"}, "ends": {"2026-12-31"}}
	for i := 0; i+1 < len(changed); i += 2 {
		form.Set(changed[i], changed[i+1])
	}
	return form
}

// free is a contract that gives its seats away under the programme.
const freeDocument = `
contract: C-2026-009
entity: rus
customer: northwind
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines: [{id: seats, product: platform, fixed: {quantity: 10, unit_price: 100.00, every: month}}]
discounts: [{id: free, percent: 100, programme: charity, reason: Charity programme}]
`

func TestAProgrammeIsAddedLookedIntoAndChangedInTheBrowser(t *testing.T) {
	site := webtest.New(t)
	world := webtest.Furnish(site)
	finance := site.User("Fiona", access.Finance)
	b := site.LoginAs(finance)
	b.Get("/programmes").Want(http.StatusOK, "No programme yet")

	b.PostForm("/programmes", charityForm(0, "budget", "much", "ends", "soon")).Want(http.StatusUnprocessableEntity, "is not an amount such as 5000.00", "is not a day such as 2026-12-31")
	b.PostForm("/programmes", charityForm(0)).Want(http.StatusUnprocessableEntity, "the user who answers for the programme")
	b.PostForm("/programmes", charityForm(finance.UserID)).Want(http.StatusOK, "Charities may be named in contracts")
	b.PostForm("/programmes", charityForm(finance.UserID)).Want(http.StatusUnprocessableEntity, "belongs to a programme already")

	world.Enter(site, freeDocument, site.User("Seller", access.Sales))
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		return contracts.Approve(ctx, tx, "C-2026-009", "", finance)
	})
	page := b.Get("/programmes").Want(http.StatusOK)
	row := page.Table("Programmes")[0]
	given, ahead := row[5], row[6]
	if strings.HasPrefix(given, "0.00") || !strings.Contains(row[4], "20,000.00") || !strings.Contains(row[0], "Charities") {
		t.Errorf("the programme stands as %q", row)
	}
	record := b.Get("/programmes/charity").Want(http.StatusOK, "Charities", "C-2026-009", "Northwind Analytics")
	if diff := cmp.Diff([]string{"C-2026-009", "Northwind Analytics", given, ahead}, record.Table("Contracts")[0]); diff != "" {
		t.Errorf("its contracts say something else (-list +record):\n%s", diff)
	}
	if n := len(record.Table("By line and month")); n != 12 {
		t.Errorf("twelve months are %d rows", n)
	}

	b.PostForm("/programmes/charity", charityForm(finance.UserID, "budget", "1000.00")).Want(http.StatusUnprocessableEntity, "say why the programme is changed")
	b.PostForm("/programmes/charity", charityForm(finance.UserID, "budget", "1000.00", "reason", "spent elsewhere")).Want(http.StatusOK, "Overdrawn", "spent elsewhere")
	site.Login(access.Sales).Get("/programmes/charity").Want(http.StatusOK).Lacks("Record the change")
	b.Get("/programmes/nowhere").Want(http.StatusNotFound)
}
