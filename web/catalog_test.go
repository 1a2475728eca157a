package web_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/internal/access"
	"ratable/invoicing/invoicingtest"
	"ratable/web/webtest"
)

// offer puts a plan into the catalog and a change of it before the approvers.
func (h house) offer(t *testing.T) {
	t.Helper()
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := catalog.AddPlanVersion(ctx, tx, catalog.Plan{Code: "starter", Name: "Starter", StartsOn: invoicingtest.Day("2025-01-01"), Currency: "USD",
			Document: []byte(`{"billing":{"net_days":14},"lines":[{"id":"seats","product":"platform","fixed":{"quantity":"1","unit_price":"49.00","every":"month"}}]}`)}, access.System("test"))
		return err
	})
	p := h.Login(access.Product).PostForm("/catalog/upload", url.Values{"do": {"submit"}, "document": {pricier}})
	p.Want(http.StatusOK, "Catalog change 1", "waits for approval")
}

// pricier is a file that changes the plan's price and adds a meter.
const pricier = `plans:
  - code: starter
    name: Starter
    currency: USD
    starts_on: 2026-06-01
    terms:
      billing: {net_days: 14}
      lines: [{id: seats, product: platform, fixed: {quantity: 1, unit_price: 59.00, every: month}}]
meters:
  - {code: jobs, name: Jobs, unit: job, aggregation: count}
`

// dearerPlatform is the form of the platform with another price, as a browser sends it.
func dearerPlatform(t *testing.T, b *webtest.Browser, pairs ...string) (url.Values, string) {
	t.Helper()
	action := "/catalog/products/platform/edit"
	form, ok := b.Get(action).Want(http.StatusOK).Form(action)
	if !ok {
		t.Fatal("the product has no form")
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	form.Set("do", "submit")
	return form, action
}

func TestAPriceChangesFromNextMonthAfterAnotherPersonApproved(t *testing.T) {
	h := newHouse(t)
	paula := h.Login(access.Product)
	form, action := dearerPlatform(t, paula, "standalone[0].currency", "usd", "standalone[0].every", "month", "standalone[0].price", "110", "features", "sso, audit-log\nseats: {per_unit: 1}")
	if form.Get("starts_on") != "2026-05-01" {
		t.Errorf("the form proposes %s, should be the first of next month", form.Get("starts_on"))
	}
	p := paula.PostForm(action, form).Want(http.StatusOK, "waits for approval", "Version 2 from 1 May 2026", "1 live contract sells it and keeps", "C-100")
	p.Lacks("Approve\n")
	change := p.Path
	if refused := paula.PostForm(change+"/approve", nil); refused.Status != http.StatusForbidden {
		t.Errorf("who prepared the change approved it: %d", refused.Status)
	}
	farah := h.LoginAs(h.User("Farah", access.Finance))
	farah.Get("/approvals").Want(http.StatusOK, "Catalog change 2")
	farah.Get(change).Want(http.StatusOK, "Sells alone for, USD a month, price", "110", "Entitles to sso", "Entitles to seats", "Approve")
	farah.PostForm(change+"/approve", nil).Want(http.StatusOK, "was approved and counts", "It counts.")
	product := farah.Get("/catalog/products/platform").Want(http.StatusOK, "C-100")
	if rows := product.Table("Versions"); len(rows) != 2 || rows[0][3] != "Scheduled" || rows[1][3] != "Active" || !strings.Contains(rows[0][2], "nothing → 110") {
		t.Errorf("the timeline reads %v", rows)
	}
	farah.PostForm(change+"/approve", nil).Want(http.StatusConflict, "It is approved already")
}

func TestAContractThatTakesEffectLaterFollowsTheNewVersion(t *testing.T) {
	h := newHouse(t)
	h.Sign(t, strings.NewReplacer("C-100", "C-900", "2026-01-01", "2026-07-01", "2026-12-31", "2027-06-30").Replace(acme))
	b := h.Login(access.Product)
	form, action := dearerPlatform(t, b, "starts_on", "2026-06-01", "tax_code", "support")
	p := b.PostForm(action, form).Want(http.StatusOK, "2 live contracts sell it: C-900, C-100", "1 of them, named first, takes effect on 2026-06-01 or later and so under the new version; the others keep theirs", "saas_b2b", "support")
	p.Check()
}

func TestEachFieldOfAProductSaysWhatIsWrongWithIt(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Product)
	for _, c := range []struct{ field, value, says string }{
		{"name", "", "must not be empty"},
		{"name", strings.Repeat("x", 201), "200"},
		{"unit", strings.Repeat("x", 41), "40"},
		{"tax_code", "luxury", "is not a product code of the tax tables"},
		{"recognition", "sometimes", "must be ratable, as_used or point_in_time"},
		{"method", "by_moon", "must be daily, by_second"},
		{"rounding", "to_me", "must be cumulative_half_up"},
		{"features", "sso, sso", "is given twice"},
		{"features", "single/sign-on", "letters, digits"},
		{"features", "sso\nseats: many", "seats must be true, false, a limit"},
		{"features", "seats: {per_unit: 1", "line 1"},
		{"features", "api: {meter: api.cows}", "is not a meter of the catalog"},
		{"starts_on", "", "is missing: say from which day"},
		{"starts_on", "2026-04-14", "is over: a change counts from 2026-04-15 or later"},
		{"starts_on", "next month", "is not a date"},
		{"standalone[0].currency", "XBT", "is not an ISO 4217 currency"},
		{"standalone[0].every", "fortnight", "must be month, quarter"},
		{"standalone[0].price", "a lot", "is not a plain number"},
		{"standalone[0].price", "-5", "must not be negative"},
		{"standalone[0].low", "200", "must lie between low and high"},
		{"reason", strings.Repeat("x", 1001), "1000"},
	} {
		form, action := dearerPlatform(t, b, "name", "Platform", "standalone[0].currency", "USD", "standalone[0].price", "100", "standalone[0].low", "90", "standalone[0].mid", "100", "standalone[0].high", "110")
		form.Set(c.field, c.value)
		p := b.PostForm(action, form).Want(http.StatusUnprocessableEntity)
		at := c.field
		if c.value == "200" {
			at = "standalone[0].mid"
		}
		if said := p.Message(at); !strings.Contains(said, c.says) {
			t.Errorf("%s = %q is answered beside the field by %q, want %q:\n%s", c.field, c.value, said, c.says, p.Text())
		}
		chosen := slices.Contains([]string{"tax_code", "recognition", "method", "rounding"}, c.field) || c.field == "standalone[0].every" // a browser sends no other
		if c.field != "reason" && !chosen && len(c.value) < 50 && p.Field(c.field) != c.value {
			t.Errorf("%s = %q came back as %q", c.field, c.value, p.Field(c.field))
		}
		p.Check()
	}
	if all, err := catalog.Proposals(t.Context(), h.Site.DB, 9); err != nil || len(all) != 1 {
		t.Errorf("wrong entries left %d proposals (%v), want the house's own", len(all), err)
	}
}

func TestASecondStandAlonePriceKeepsItsFindings(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Product)
	form, action := dearerPlatform(t, b, "standalone[0].currency", "", "do", "")
	form.Set("do", "add")
	more := b.PostForm(action, form).Want(http.StatusOK, "Sells on its own for, 2")
	form, _ = more.Form(action)
	form.Set("standalone[1].currency", "EUR")
	form.Set("do", "submit")
	if said := b.PostForm(action, form).Want(http.StatusUnprocessableEntity).Message("standalone[1].price"); !strings.Contains(said, "is missing: give the observable price") {
		t.Errorf("the second row says %q", said)
	}
}

func TestNothingDifferentIsNoChange(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Product)
	form, action := dearerPlatform(t, b)
	p := b.PostForm(action, form)
	if p.Status == http.StatusOK {
		t.Errorf("a version that says the same was proposed:\n%s", p.Text())
	}
}

func TestANewProductMeterAndPlanAreProposed(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Product)
	enter := func(kind string, pairs ...string) *webtest.Page {
		t.Helper()
		action := "/catalog/new/" + kind
		form, ok := b.Get(action).Want(http.StatusOK).Form(action)
		if !ok {
			t.Fatalf("no form for a new %s", kind)
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		form.Set("do", "submit")
		return b.PostForm(action, form)
	}
	enter("product", "code", "vault", "name", "Vault", "unit", "GB", "reason", "Asked for by many").Want(http.StatusOK, "waits for approval", "New from 15 Apr 2026", "Asked for by many")
	enter("meter", "code", "users", "name", "Users", "aggregation", "unique", "unique_by", "user", "dimensions", "region").Want(http.StatusOK, "waits for approval", "Distinct")
	enter("plan", "code", "team", "name", "Team", "currency", "eur").Want(http.StatusOK, "waits for approval", "lines[platform].fixed.unit_price", "49")
	for _, c := range []struct{ kind, field, value, says string }{
		{"product", "code", "", "must be 1 to 64 letters"},
		{"product", "code", "platform", "is the code of another product already"},
		{"meter", "code", "api.calls", "is the code of another meter already"},
		{"meter", "name", "", "must not be empty"},
		{"meter", "aggregation", "median", "must be sum, count, max, last or unique"},
		{"meter", "unique_by", "user", "has no meaning for a meter that is not unique"},
		{"meter", "dimensions", "region, region", "is named twice"},
		{"plan", "code", "starter", "is the code of another plan already"},
		{"plan", "currency", "euros", "is not an ISO 4217 currency"},
		{"plan", "terms", "", "is missing"},
		{"plan", "terms", "lines: [", "cannot be read as YAML"},
		{"plan", "terms", "lines:\n  - {id: a, product: nothing, fixed: {quantity: 1, unit_price: 1, every: month}}", "line 2: lines[0].product is not a product of the catalog"},
		{"plan", "terms", "lines:\n  - {id: a, product: platform, fixed: {quantity: 1, unit_price: 1, every: fortnight}}", "line 2: lines[0].fixed.every"},
		{"plan", "terms", "lines:\n  - {id: a, product: platform, from: 2026-01-01, fixed: {quantity: 1, unit_price: 1, every: month}}", "is a day: a plan has none"},
	} {
		pairs := []string{"code", "fresh", "name", "Fresh"}
		p := enter(c.kind, append(pairs, c.field, c.value)...)
		p.Want(http.StatusUnprocessableEntity)
		if said := p.Message(c.field); !strings.Contains(said, c.says) {
			t.Errorf("%s: %s = %q is answered beside the field by %q, want %q", c.kind, c.field, c.value, said, c.says)
		}
		p.Check()
	}
}

func TestAPlansPriceChangesForNewCustomersOnly(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Product)
	action := "/catalog/plans/starter/edit"
	form, _ := b.Get(action).Want(http.StatusOK).Form(action)
	form.Set("terms", strings.Replace(form.Get("terms"), "unit_price: 49.00", "unit_price: 69.00", 1))
	form.Set("do", "preview")
	b.PostForm(action, form).Want(http.StatusOK, "Version 2 from 1 May 2026", "lines[seats].fixed.unit_price", "49.00", "69")
	preview := b.PostForm("/catalog/preview", form).Want(http.StatusOK, "lines[seats].fixed.unit_price", "69")
	if strings.Contains(preview.Body, "<html") {
		t.Error("the preview is a whole page")
	}
	form.Set("name", "")
	b.PostForm("/catalog/preview", form).Want(http.StatusOK, "Not right yet", "must not be empty")
	form.Set("kind", "price list")
	b.PostForm("/catalog/preview", form).Want(http.StatusUnprocessableEntity)
}

func TestAPlansFiguresHaveFieldsOfTheirOwn(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Product)
	action := "/catalog/plans/starter/edit"
	const price = "terms.lines[0].fixed.unit_price"
	send := func(pairs ...string) *webtest.Page {
		form, _ := b.Get(action).Want(http.StatusOK, "Platform: unit price").Form(action)
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		form.Set("do", "preview")
		return b.PostForm(action, form)
	}
	p := send(price, "64.50").Want(http.StatusOK, "lines[seats].fixed.unit_price", "64.5")
	if p.Field(price) != "64.50" || !strings.Contains(p.Field("terms"), "unit_price: 64.50") {
		t.Errorf("the price typed came back as %q in\n%s", p.Field(price), p.Field("terms"))
	}
	form, _ := b.Get(action).Form(action)
	p = send("terms", strings.Replace(form.Get("terms"), "49.00", "45.00", 1)).Want(http.StatusOK, "45")
	if p.Field(price) != "45.00" {
		t.Errorf("a price changed in the text stands in its field as %q", p.Field(price))
	}
	for _, c := range []struct{ value, says string }{{"cheap", "is not a plain number"}, {"-1", "is negative"}, {"{a: 1}", "is not a plain number"}} {
		p = send(price, c.value).Want(http.StatusUnprocessableEntity)
		if said := p.Message(price); !strings.Contains(said, c.says) {
			t.Errorf("%q is answered beside the field by %q, want %q:\n%s", c.value, said, c.says, p.Text())
		}
		p.Check()
	}
}

func TestACatalogFileIsComparedBeforeItIsSubmitted(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Product)
	same := b.Get("/catalog/document").Want(http.StatusOK)
	if !strings.Contains(same.Header.Get("Content-Disposition"), "catalog.yaml") {
		t.Errorf("the export is %v", same.Header)
	}
	b.PostForm("/catalog/upload", url.Values{"do": {"plan"}, "document": {same.Body}}).Want(http.StatusOK, "Nothing is different from the catalog.").Lacks("Submit for approval")
	edited := strings.Replace(same.Body, "unit_price: 49.00", "unit_price: 45.00", 1)
	b.PostForm("/catalog/upload", url.Values{"do": {"plan"}, "document": {edited}}).Want(http.StatusUnprocessableEntity, "is over: a change counts from 2026-04-15 or later")
	look := b.PostForm("/catalog/upload", url.Values{"do": {"plan"}, "document": {strings.Replace(pricier, "59", "45", 1)}}).Want(http.StatusOK, "Plan Starter", "Meter Jobs", "2 changes, 0 unchanged, nothing removed", "Submit for approval")
	look.Check()

	var body bytes.Buffer
	file := multipart.NewWriter(&body)
	part, err := file.CreateFormFile("file", "catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte("products:\n  - {code: x, nam: X}\n"))
	_ = file.WriteField("do", "plan")
	_ = file.Close()
	p := b.Do(http.MethodPost, "/catalog/upload", &body, map[string]string{"Content-Type": file.FormDataContentType(), "Sec-Fetch-Site": "same-origin"})
	p.Want(http.StatusUnprocessableEntity, "products[0].nam", "is not a key known here").Check()
	b.PostForm("/catalog/upload", url.Values{"do": {"plan"}, "document": {""}}).Want(http.StatusUnprocessableEntity, "is empty")
}

func TestAChangeIsSentBackWithAReasonOrRefusedWhenItIsOvertaken(t *testing.T) {
	h := newHouse(t)
	farah := h.LoginAs(h.User("Farah", access.Finance))
	farah.PostForm("/catalog/changes/1/reject", url.Values{"reason": {" "}}).Want(http.StatusUnprocessableEntity, "say why")
	pete := h.LoginAs(h.User("Pete", access.Product))
	other := pete.PostForm("/catalog/upload", url.Values{"do": {"submit"}, "document": {strings.Replace(pricier, "59", "45", 1)}}).Want(http.StatusOK, "Catalog change 2")
	farah.PostForm("/catalog/changes/1/approve", nil).Want(http.StatusOK, "counts")
	farah.PostForm(other.Path+"/approve", nil).Want(http.StatusConflict, "has changed since")
	farah.PostForm(other.Path+"/reject", url.Values{"reason": {"59 stays"}}).Want(http.StatusOK, "was sent back", "59 stays", "counts for nothing")
	farah.Get("/catalog/plans/starter").Want(http.StatusOK, "Version 2", "49.00 → 59", "Scheduled")
	farah.Get("/catalog/meters/jobs").Want(http.StatusOK, "Jobs", "never changes")
	farah.Get("/catalog/changes/99").Want(http.StatusNotFound, "catalog change 99")
}
