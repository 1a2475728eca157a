package web_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/web/webtest"
)

func TestSalesRecordsADeliveryOnceAndThePageSaysWhen(t *testing.T) {
	site := webtest.New(t)
	w := webtest.Furnish(site)
	document := strings.Replace(webtest.Document, "C-2026-001", "C-2026-008", 1)
	document = strings.Replace(document, "lines:\n", "lines:\n  - {id: launch, product: platform, description: Launch, once: {unit_price: 900.00, milestone: All teams work with it}}\n", 1)
	w.Enter(site, document, site.User("Maker", access.Sales))
	site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		return contracts.Approve(ctx, tx, "C-2026-008", "", site.User("Checker", access.Finance))
	})
	sales, at := site.Login(access.Sales), "/contracts/C-2026-008"
	sales.Get(at).Want(200, "Record a delivery", "When delivered").Check()
	p := sales.Get(at+"/deliver").Want(200, "Launch: All teams work with it")
	p.Check()
	form, _ := p.Form(at + "/deliver")
	form.Set("on", "2020-01-01")
	sales.PostForm(at+"/deliver", form).Want(422, "is before the contract").Check()
	form.Set("on", "2026-04-14")
	form.Set("note", "Accepted by e-mail")
	sales.PostForm(at+"/deliver", form).Want(200, "Delivered 14 Apr 2026", "the next run bills it", "Accepted by e-mail").Lacks("Record a delivery").Check()
	sales.PostForm(at+"/deliver", form).Want(409, "a milestone is reached once")
	sales.Get(at+"/deliver").Want(200, "No milestone of the contract is open").Check()
}
