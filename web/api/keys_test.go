package api_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/web/api"
	"ratable/web/webtest"
)

func customers(t *testing.T, db *postgres.DB) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), `select count(*) from customers.customers`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func kept(t *testing.T, db *postgres.DB) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), `select count(*) from api.answers`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheSameRequestUnderItsKeyHappensOnceAndIsAnsweredAlike(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Sales, access.CustomerWrite)
	first := c.keyed("/v1/customers", "k-1", acme).Want(http.StatusCreated)
	again := c.keyed("/v1/customers", "k-1", acme).Want(http.StatusCreated)
	if again.Body != first.Body || again.Header.Get("Location") != first.Header.Get("Location") || again.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("sent again it is answered\n%v %s\nafter\n%v %s", again.Header, again.Body, first.Header, first.Body)
	}
	other := answer(t, c.keyed("/v1/customers", "k-1", strings.Replace(acme, "Acme", "Other", 1)), http.StatusUnprocessableEntity)
	if at := other["errors"].([]any)[0].(map[string]any)["path"]; at != "Idempotency-Key" {
		t.Errorf("another request under the key is refused at %v", at)
	}
	elsewhere := answer(t, c.keyed("/v1/customers?reason=x", "k-1", acme), http.StatusUnprocessableEntity)
	if at := elsewhere["errors"].([]any)[0].(map[string]any)["path"]; at != "reason" {
		t.Errorf("an unknown parameter beside a key is refused at %v", at)
	}
	// A refusal changed nothing and is judged anew; a key of somebody else is another key.
	bad := strings.Replace(acme, `"name":"Acme"`, `"name":""`, 1)
	c.keyed("/v1/customers", "k-2", bad).Want(http.StatusUnprocessableEntity)
	c.keyed("/v1/customers", "k-2", strings.ReplaceAll(acme, "acme", "second")).Want(http.StatusCreated)
	finance := newCaller(site, access.Finance, access.CustomerWrite)
	finance.keyed("/v1/customers", "k-1", strings.ReplaceAll(acme, "acme", "third")).Want(http.StatusCreated)
	for _, key := range []string{"two words", strings.Repeat("k", 201), "schlüssel"} {
		got := answer(t, c.keyed("/v1/customers", key, acme), http.StatusUnprocessableEntity)
		if at := got["errors"].([]any)[0].(map[string]any)["path"]; at != "Idempotency-Key" {
			t.Errorf("the key %q is refused at %v", key, at)
		}
	}
	if n := kept(t, site.DB); n != 3 {
		t.Errorf("%d answers are kept, want 3", n)
	}
}

func TestManyCallsUnderOneKeyAtOnceHaveOneEffect(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Sales, access.CustomerWrite)
	before := customers(t, site.DB)
	statuses := make([]int, 12)
	var all sync.WaitGroup
	for i := range statuses {
		all.Go(func() { statuses[i] = c.keyed("/v1/customers", "one", acme).Status })
	}
	all.Wait()
	created := 0
	for _, status := range statuses {
		switch status {
		case http.StatusCreated:
			created++
		case http.StatusConflict: // it was being answered at that moment
		default:
			t.Errorf("one of the calls is answered %d", status)
		}
	}
	if n := customers(t, site.DB) - before; n != 1 || created == 0 || kept(t, site.DB) != 1 {
		t.Errorf("%d customers and %d kept answers from %d calls, %d of them answered as made: want one of each", n, kept(t, site.DB), len(statuses), created)
	}
}

func TestAKilledTransactionLeavesNeitherEffectNorKeyAndInFlightIsSaid(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	c := newCaller(site, access.Sales, access.CustomerWrite)
	before := customers(t, site.DB)
	owner := pgtest.Admin(t, site.DB)
	hold, err := owner.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold.Exec(t.Context(), `lock table api.answers in exclusive mode`); err != nil { // the effect is written, its answer is not
		t.Fatal(err)
	}
	answered := make(chan *webtest.Page, 1)
	go func() { answered <- c.keyed("/v1/customers", "killed", acme) }()
	var waits int32
	for waits == 0 {
		err := hold.QueryRow(t.Context(), `
			select coalesce(max(pid), 0) from pg_locks where not granted and relation = 'api.answers'::regclass`).Scan(&waits)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	inFlight := c.keyed("/v1/customers", "killed", acme).Want(http.StatusConflict)
	if !strings.Contains(inFlight.Body, "is being answered at this moment") {
		t.Errorf("a call in flight is answered %s", inFlight.Body)
	}
	if _, err := site.DB.Exec(t.Context(), `select pg_terminate_backend($1)`, waits); err != nil {
		t.Fatal(err)
	}
	if p := <-answered; p.Status != http.StatusInternalServerError || !strings.Contains(p.Body, `"reference"`) {
		t.Errorf("the killed call is answered %d %s", p.Status, p.Body)
	}
	if err := hold.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := customers(t, site.DB); n != before || kept(t, site.DB) != 0 {
		t.Errorf("after the kill %d customers were made and %d answers kept", n-before, kept(t, site.DB))
	}
	c.keyed("/v1/customers", "killed", acme).Want(http.StatusCreated)
	if n := customers(t, site.DB); n != before+1 || kept(t, site.DB) != 1 {
		t.Errorf("sent again, %d customers were made and %d answers kept", n-before, kept(t, site.DB))
	}
}

func TestKeptAnswersGoAfterTheirTimeAndNotBefore(t *testing.T) {
	site := webtest.New(t)
	webtest.Furnish(site)
	newCaller(site, access.Sales, access.CustomerWrite).keyed("/v1/customers", "old", acme).Want(http.StatusCreated)
	for _, x := range []struct{ days, left int }{{30, 1}, {36, 0}} {
		site.Tx(func(ctx context.Context, tx pgx.Tx) error {
			_, err := api.Sweep(ctx, tx, webtest.Now.AddDate(0, 0, x.days))
			return err
		})
		if n := kept(t, site.DB); n != x.left {
			t.Errorf("after %d days %d answers are kept, want %d", x.days, n, x.left)
		}
	}
}
