package api_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/entitlements"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing/invoicingtest"
	"ratable/web"
)

// restarting is a company on a PostgreSQL of this test's own, which it stops and starts under a site that is asked all the while.
type restarting struct {
	*testing.T
	home   string
	server *postgres.Server
	db     *postgres.DB
	site   *httptest.Server
	token  string
	cache  *entitlements.Cache
}

func newRestarting(t *testing.T) *restarting {
	r := &restarting{T: t}
	home, err := os.MkdirTemp("", "ratable-home-") // which the server's user can enter, as t.TempDir cannot be
	r.must(err)
	t.Cleanup(func() { os.RemoveAll(home) })
	r.must(os.Chmod(home, 0o755))
	r.home = home
	r.start()
	t.Cleanup(func() { r.server.Stop() })
	_, err = postgres.Migrate(t.Context(), r.server.OwnerURL("ratable"))
	r.must(err)
	r.db, err = postgres.Open(t.Context(), r.server.URL("ratable"))
	r.must(err)
	t.Cleanup(r.db.Close)
	company := invoicingtest.New(t, r.db)
	company.Sign(t, `{contract: C-1, entity: rtus, customer: acme, currency: USD, term: {from: 2026-01-01, through: 2026-12-31}, lines: [
		{id: seats, product: platform, fixed: {quantity: 10, unit_price: 40.00, every: month}}]}`)
	r.serve()
	return r
}

func (r *restarting) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *restarting) start() {
	r.Helper()
	var err error
	r.server, err = postgres.Start(r.Context(), postgres.Options{Home: r.home, Volatile: true})
	r.must(err)
}

func (r *restarting) serve() {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	now := func() time.Time { return time.Now().AddDate(2026-time.Now().Year(), 0, 0) }
	r.cache = entitlements.New(entitlements.Config{DB: r.db, Now: now, Log: quiet})
	door := access.NewDoor(r.db, now)
	r.cache.Start(r.Context())
	door.Start(r.Context())
	r.Cleanup(r.cache.Stop)
	r.Cleanup(door.Stop)
	r.site = httptest.NewServer(web.New(web.Config{DB: r.db, Sessions: access.NewSessions(r.db, false), Now: now, Log: quiet,
		Today: func() period.Date { return period.DateOf(now(), time.UTC) }, Entitlements: r.cache, Door: door}))
	r.Cleanup(r.site.Close)
	r.must(r.db.Tx(r.Context(), func(tx pgx.Tx) error {
		admin, err := access.CreateUser(r.Context(), tx, access.NewUser{Email: "ada@ratable.test", Name: "Ada", Roles: []access.Role{access.Admin}}, access.System("test"))
		if err != nil {
			return err
		}
		robot, err := access.CreateUser(r.Context(), tx, access.NewUser{Email: "robot@ratable.test", Name: "Robot", Roles: []access.Role{access.Support}}, access.System("test"))
		if err != nil {
			return err
		}
		r.token, _, err = access.IssueToken(r.Context(), tx, access.NewToken{User: robot.ID, Name: "gateway", Scopes: []access.Scope{access.EntitlementRead}},
			access.Actor{UserID: admin.ID, Name: "Ada", Roles: admin.Roles})
		return err
	}))
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	r.must(r.cache.Confirm(ctx))
}

func (r *restarting) ask() (status int, header http.Header, body string, err error) {
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.site.URL+"/v1/entitlements/acme", nil)
	if err != nil {
		return 0, nil, "", err
	}
	request.Header.Set("Authorization", "Bearer "+r.token)
	got, err := r.site.Client().Do(request)
	if err != nil {
		return 0, nil, "", err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	return got.StatusCode, got.Header, string(text), err
}

// until asks, with patience, until the answer is fresh or is not.
func (r *restarting) until(stale bool) (http.Header, string) {
	r.Helper()
	deadline := time.After(time.Minute)
	for {
		status, header, body, err := r.ask()
		if err != nil || status != http.StatusOK {
			r.Fatalf("while it waited for stale=%t an answer was %d %s %v", stale, status, body, err)
		}
		if strings.Contains(body, `"stale":true`) == stale {
			return header, body
		}
		select {
		case <-deadline:
			r.Fatalf("no answer was ever stale=%t", stale)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestAnswersGoOnWhileTheDatabaseIsStoppedAndStarted(t *testing.T) {
	r := newRestarting(t)
	if status, _, body, err := r.ask(); err != nil || status != http.StatusOK {
		t.Fatalf("before anything happens: %d %s %v", status, body, err)
	}
	var asked, failed atomic.Int64
	var askers sync.WaitGroup
	over := make(chan struct{})
	for range 4 {
		askers.Go(func() {
			for {
				select {
				case <-over:
					return
				case <-time.After(time.Millisecond):
				}
				asked.Add(1)
				if status, _, body, err := r.ask(); err != nil || status != http.StatusOK {
					if failed.Add(1) == 1 {
						t.Errorf("an answer failed: %d %s %v", status, body, err)
					}
				}
			}
		})
	}
	for range 2 {
		_, fresh := r.until(false)
		r.must(r.server.Stop())
		header, body := r.until(true)
		if header.Get("Age") == "" || !strings.Contains(body, `"stale_since":"20`) {
			t.Errorf("a stale answer has the headers %v and says %s", header, body)
		}
		if plain, _, _ := strings.Cut(body, `,"stale"`); plain+"}" != fresh {
			t.Errorf("without the database it says\n%s\nand before\n%s", body, fresh)
		}
		r.start()
		if header, _ := r.until(false); header.Get("Age") != "0" {
			t.Errorf("a fresh answer has the headers %v", header)
		}
	}
	close(over)
	askers.Wait()
	if failed.Load() > 0 || asked.Load() < 100 {
		t.Errorf("%d of %d requests failed while the database was restarted twice", failed.Load(), asked.Load())
	}
	t.Logf("%d requests were answered through two restarts", asked.Load())
}
