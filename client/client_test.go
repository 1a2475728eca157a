package client_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/client"
	"ratable/internal/access"
	"ratable/internal/postgres/pgtest"
	"ratable/web/webtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// as is a client with a token of somebody with a role.
func as(site *webtest.Site, role access.Role) *client.ClientWithResponses {
	site.T.Helper()
	var secret string
	user, admin := site.User("Program"+string(role), role), site.User("Admin", access.Admin)
	site.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		secret, _, err = access.IssueToken(ctx, tx, access.NewToken{User: user.UserID, Name: "client", Scopes: access.Scopes}, admin)
		return err
	})
	c, err := client.NewClientWithResponses(site.Server.URL, client.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+secret)
		return nil
	}))
	if err != nil {
		site.T.Fatal(err)
	}
	return c
}

func ptr[T any](v T) *T { return &v }

const deal = `contract: C-2026-080
entity: rus
customer: globex
currency: USD
term: {from: 2026-04-01, through: 2027-03-31}
billing: {net_days: 30}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 40.00, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 100, every: month, price: {model: per_unit, amount: 0.10}}}
`

// The whole way of a customer with the generated client alone: no request is written by hand.
func TestAGeneratedClientTakesACustomerFromCreationToItsInvoices(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	ctx, sales, finance, feed := t.Context(), as(site, access.Sales), as(site, access.Finance), as(site, access.Product)
	made, err := sales.CreateCustomerWithResponse(ctx, &client.CreateCustomerParams{IdempotencyKey: ptr("globex-1")}, client.NewCustomer{
		ExternalID: "globex", Name: "Globex", Entity: "rus", Currency: "USD",
		Billing: client.Address{Lines: &[]string{"2 Main St"}, City: ptr("New York"), Region: ptr("NY"), Postcode: ptr("10001"), Country: "US"},
	})
	if err != nil || made.JSON201 == nil || made.JSON201.ExternalID != "globex" {
		t.Fatalf("create a customer: %v %s", err, made.Body)
	}
	entered, err := sales.EnterContractWithBodyWithResponse(ctx, nil, "application/yaml", strings.NewReader(deal))
	if err != nil || entered.JSON201 == nil || entered.JSON201.Status != "draft" {
		t.Fatalf("enter a contract: %v %s", err, entered.Body)
	}
	if got, err := sales.SubmitContractWithResponse(ctx, "C-2026-080", nil, client.Said{}); err != nil || got.JSON200 == nil || !got.JSON200.Waiting {
		t.Fatalf("submit it: %v %s", err, got.Body)
	}
	if got, err := sales.ApproveContractWithResponse(ctx, "C-2026-080", nil, client.Said{}); err != nil || got.ApplicationProblemJSON403 == nil {
		t.Fatalf("who entered it approves it: %v %s", err, got.Body)
	}
	if got, err := finance.ApproveContractWithResponse(ctx, "C-2026-080", nil, client.Said{Reason: ptr("as ordered")}); err != nil || got.JSON200 == nil || got.JSON200.Status != "active" {
		t.Fatalf("approve it: %v %s", err, got.Body)
	}
	event := client.CloudEvent{Specversion: "1.0", Source: "/test", ID: "1", Type: "api.calls", Subject: "globex", Time: time.Date(2026, 4, 10, 12, 0, 0, 0, time.UTC), Data: client.EventData{Quantity: "600"}}
	for _, want := range []client.Receipt{{Accepted: 1}, {Repeated: 1}} {
		got, err := feed.SendEventsWithApplicationCloudeventsBatchPlusJSONBodyWithResponse(ctx, []client.CloudEvent{event})
		if err != nil || got.JSON202 == nil || got.JSON202.Accepted != want.Accepted || got.JSON202.Repeated != want.Repeated {
			t.Fatalf("send usage: %v %s", err, got.Body)
		}
	}
	if bill, err := finance.GetRunningBillWithResponse(ctx, "globex"); err != nil || bill.JSON200 == nil || !strings.Contains(string(bill.Body), "50.00") { // 500 beyond the included ones
		t.Errorf("the running bill: %v %s", err, bill.Body)
	}
	if got, err := finance.GetEntitlementsWithResponse(ctx, "globex", nil); err != nil || got.JSON200 == nil || got.JSON200.Customer != "globex" {
		t.Errorf("what it may use: %v %s", err, got.Body)
	}
	if numbers := invoices(t, finance, 2); len(numbers) < 4 {
		t.Errorf("all pages list %v", numbers)
	}
	if got, err := finance.ListInvoicesWithResponse(ctx, &client.ListInvoicesParams{Cursor: ptr("guess")}); err != nil || got.ApplicationProblemJSON422 == nil || *(*got.ApplicationProblemJSON422.Errors)[0].Path != "cursor" {
		t.Errorf("a guessed cursor: %v %s", err, got.Body)
	}
}

// invoices lists all invoices, page by page.
func invoices(t *testing.T, c *client.ClientWithResponses, limit int64) (numbers []string) {
	t.Helper()
	p := client.ListInvoicesParams{Limit: &limit}
	for {
		got, err := c.ListInvoicesWithResponse(t.Context(), &p)
		if err != nil || got.JSON200 == nil {
			t.Fatalf("list invoices: %v %s", err, got.Body)
		}
		for _, i := range got.JSON200.Items {
			numbers = append(numbers, i.Number)
		}
		if got.JSON200.NextCursor == nil {
			return numbers
		}
		p.Cursor = got.JSON200.NextCursor
	}
}
