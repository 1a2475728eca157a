package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/access"
	"ratable/web/webtest"
)

func TestStaffSeeWhatACustomerMayUseAndWhichLineGivesIt(t *testing.T) {
	h := newHouse(t)
	one := decimal.NewFromInt(1)
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		sold, err := catalog.Load(ctx, tx)
		if err != nil {
			return err
		}
		p, _ := sold.Product("platform", webtest.Today)
		p.Features = map[string]catalog.Feature{"sso": {On: true}, "seats": {PerUnit: &one, Unit: "seat"}, "beta": {}}
		_, err = catalog.AddProductVersion(ctx, tx, p, access.System("test"))
		return err
	})
	b := h.Login(access.Support)
	at := fmt.Sprintf("/customers/%d", h.Customers["acme"].ID)
	b.Get(at).Want(http.StatusOK, "Entitlements")
	p := b.Get(at+"/entitlements").Want(http.StatusOK, "may use", "sso", "Not part of it", "C-100", "GET /v1/entitlements/acme")
	p.Check()
	rows := p.Table("Features")
	if len(rows) != 3 || !strings.Contains(strings.Join(rows[1], " "), "seat") || !strings.HasPrefix(rows[2][1], "Yes") {
		t.Errorf("the features read %v", rows)
	}
	if why := p.Table("Why"); len(why) != 3 || !strings.Contains(why[0][1], "C-100") {
		t.Errorf("the reasons read %v", why)
	}
	h.Login(access.Customer).Get("/my/plan").Want(http.StatusOK, "What you may use", "sso").Check()
	b.Get("/customers/777/entitlements").Want(http.StatusNotFound)
}
