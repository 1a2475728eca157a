package privacy_test

import (
	"context"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/internal/webhook"
	"ratable/privacy"
	"ratable/usage"
	"ratable/web/webtest"
)

// everywhere is where an address or a name stands in the whole database: as a text, and in the bytes of what is kept as it came.
func everywhere(t *testing.T, site *webtest.Site, words ...string) map[string]int {
	t.Helper()
	find := []string{}
	for _, w := range words {
		find = append(find, strings.ReplaceAll(w, ".", "[.]"), hex.EncodeToString([]byte(w)))
	}
	return mentionsIn(t, site, strings.Join(find, "|"))
}

func mentionsIn(t *testing.T, site *webtest.Site, pattern string) map[string]int {
	t.Helper()
	db := pgtest.Admin(t, site.DB)
	rows, err := db.Query(t.Context(), `select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, table := range tables {
		var n int
		if err := db.QueryRow(t.Context(), `select count(*) from `+table+` x where to_jsonb(x)::text ~* $1`, pattern).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			out[table] = n
		}
	}
	return out
}

// What came in by the API is found where it was kept: an answer under its Idempotency-Key, an alert's address, an endpoint's answer, the
// events of a backfill.
func TestAPersonIsForgottenInWhatTheAPIKept(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	const address, name, user = "petra.kowalski@acme.example", "Petra Kowalski", "user-of-petra-4711"
	admin, finance := site.User("Admin", access.Admin), site.User("Finance", access.Finance)
	var token string
	site.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		robot := site.User("Robot", access.Finance)
		token, _, err = access.IssueToken(ctx, tx, access.NewToken{User: robot.UserID, Name: "robot", Scopes: access.Scopes}, admin)
		if err == nil {
			_, err = catalog.AddMeter(ctx, tx, catalog.Meter{Code: "people", Name: "People", Unit: "person", Aggregation: catalog.Unique, UniqueBy: "user"}, access.System("test"))
		}
		return err
	})
	call := func(path, key, body string) *webtest.Page {
		return site.Anonymous().Do(http.MethodPost, path, strings.NewReader(body), map[string]string{"Authorization": "Bearer " + token, "Idempotency-Key": key})
	}
	call("/v1/customers", "k-1", `{"external_id":"acme","name":"Acme","entity":"rus","currency":"USD","billing":{"lines":["1 Main St"],"city":"New York","region":"NY","postcode":"10001","country":"US"},"contacts":[{"role":"payable","name":"`+name+`","email":"`+address+`"}]}`).Want(http.StatusCreated)
	call("/v1/customers/acme/alerts", "k-2", `{"kind":"amount","thresholds":["100"],"roles":[],"addresses":["`+address+`"]}`).Want(http.StatusCreated)
	call("/v1/usage/backfills", "k-3", `{"customer":"acme","meter":"people","from":"2026-03-01T00:00:00Z","until":"2026-04-01T00:00:00Z","reason":"read again","events":[{"source":"gw","id":"2","occurred_at":"2026-03-02T10:00:00Z","quantity":"1","dimensions":{"user":"`+user+`"}}]}`).Want(http.StatusOK)
	waits, _, err := usage.PrepareBackfill(t.Context(), site.DB, usage.Backfill{Stretch: usage.Stretch{Customer: "acme", Meter: "people", From: day(2026, 2), Until: day(2026, 3)}, Reason: "and again",
		Events: []usage.Event{{Source: "gw", ID: "9", Customer: "acme", Meter: "people", OccurredAt: day(2026, 2).AddDate(0, 0, 3), Quantity: one(), Dimensions: map[string]string{"user": user}}}}, webtest.Now, finance)
	if err != nil {
		t.Fatal(err)
	}
	site.Tx(func(ctx context.Context, tx pgx.Tx) error { // somebody's receiver answers with what it knows
		_, _, err := webhook.AddEndpoint(ctx, tx, webhook.NewEndpoint{URL: "https://example.com/" + address, Description: "for " + address}, webhook.Guard{}, admin)
		return err
	})
	before := everywhere(t, site, address, name, user)
	for _, table := range []string{"api.answers", "spend.rules", "customers.contacts", "webhook.endpoints", "usage.events"} {
		if before[table] == 0 {
			t.Fatalf("Petra is not known in %s, so that nothing is tried: %v", table, before)
		}
	}
	var r privacy.Request
	site.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		r, err = privacy.Ask(ctx, tx, privacy.Asked{Email: address, UsageValue: user, Reason: "a letter"}, webtest.Today, admin)
		return err
	})
	var given []byte
	site.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		given, err = privacy.Give(ctx, tx, r.ID, admin)
		return err
	})
	for _, secret := range []string{"whsec_", token, "password_hash", "secret_hash"} {
		if strings.Contains(string(given), secret) {
			t.Errorf("what is given to the person holds a secret: %s", secret)
		}
	}
	if !strings.Contains(string(given), "api.answers") {
		t.Errorf("what is given leaves out what the API answered: %s", given)
	}
	site.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		_, err = privacy.Decide(ctx, tx, r.ID, access.Approve, "seen", finance)
		return err
	})
	webtest.Bill(site, period.NewDate(2026, time.May, 1))
	if rest := everywhere(t, site, address, name, user); !cmp.Equal(map[string]int{}, rest) {
		t.Errorf("she is still named: %v", rest)
	}
	again := call("/v1/customers", "k-1", `{"external_id":"acme"}`)
	if again.Status != http.StatusUnprocessableEntity || strings.Contains(again.Body, address) {
		t.Errorf("her key answers %d %s", again.Status, again.Body)
	}
	if _, err := usage.ApplyBackfill(t.Context(), site.DB, waits, "", finance); err == nil || !strings.Contains(err.Error(), "taken away when a person was forgotten") {
		t.Errorf("a backfill without its events is applied: %v", err)
	}
	list, err := usage.Backfills(t.Context(), site.DB, 0, 10)
	if err != nil || len(list) != 2 || list[1].Done.Added != 1 {
		t.Errorf("what was done is no longer told: %+v %v", list, err)
	}
}

func day(year int, month time.Month) time.Time {
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

func one() decimal.Decimal { return decimal.NewFromInt(1) }
