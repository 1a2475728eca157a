package webhook_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ratable/internal/access"
	"ratable/internal/mail"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

var (
	ada  = access.Actor{UserID: 7, Name: "Ada Lindqvist", Email: "ada@northlight.example", Roles: []access.Role{access.Admin}}
	here = func() webhook.Guard {
		g, err := webhook.ParseGuard("127.0.0.0/8")
		if err != nil {
			panic(err)
		}
		return g
	}()
)

// start is later than the database's clock, so that "two minutes later" is later for both.
var start = time.Now().Add(time.Hour)

// arrival is a request that was taken, its signature verified by the library of Standard Webhooks.
type arrival struct {
	id, givenUp string
	webhook.Envelope
	signatures string
}

// receiver is an endpoint of somebody else's: a real HTTP server.
type receiver struct {
	t      *testing.T
	server *httptest.Server
	// answer decides what becomes of the n-th request of an event, counted from 1; nil takes everything.
	answer func(e webhook.Envelope, n int) int

	mu       sync.Mutex
	secrets  []string
	seen     map[string]int
	arrivals []arrival
}

func newReceiver(t *testing.T, answer func(e webhook.Envelope, n int) int) *receiver {
	r := &receiver{t: t, answer: answer, seen: map[string]int{}}
	r.server = httptest.NewServer(r)
	t.Cleanup(r.server.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the sender was stopped in the middle
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	// Requests of tests carry times of tests: the library is asked without its tolerance.
	for _, secret := range r.secrets {
		verifier, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			r.t.Errorf("the secret %q is none: %v", secret, err)
			continue
		}
		if err := verifier.VerifyIgnoringTimestamp(body, req.Header); err != nil {
			r.t.Errorf("a request does not verify: %v\n%s", err, body)
		}
	}
	var e webhook.Envelope
	if err := json.Unmarshal(body, &e); err != nil {
		r.t.Errorf("the body is no envelope: %v\n%s", err, body)
	}
	id := req.Header.Get("webhook-id")
	if id != e.ID {
		r.t.Errorf("webhook-id is %s, the envelope says %s", id, e.ID)
	}
	r.seen[id]++
	code := http.StatusOK
	if r.answer != nil {
		code = r.answer(e, r.seen[id])
	}
	if code < 300 {
		r.arrivals = append(r.arrivals, arrival{id, req.Header.Get("ratable-given-up"), e, req.Header.Get("webhook-signature")})
	}
	if code >= 300 && code < 400 {
		w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
	}
	w.WriteHeader(code)
	_, _ = w.Write([]byte("thanks"))
}

func (r *receiver) took() []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.arrivals)
}

func (r *receiver) requests(id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen[id]
}

// add enters the receiver as an endpoint.
func (r *receiver) add(db *postgres.DB, types ...webhook.Type) webhook.Endpoint {
	r.t.Helper()
	var e webhook.Endpoint
	err := db.Tx(context.Background(), func(tx pgx.Tx) (err error) {
		var secret string
		e, secret, err = webhook.AddEndpoint(context.Background(), tx, webhook.NewEndpoint{URL: r.server.URL, Description: "test", Types: types}, here, ada)
		r.secrets = []string{secret}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return e
}

func newSender(t *testing.T, db *postgres.DB) *webhook.Sender {
	s := webhook.NewSender(db, here, time.Now)
	s.From = func(context.Context, postgres.Querier) (mail.Address, error) {
		return mail.Address{Name: "Northlight", Email: "billing@northlight.example"}, nil
	}
	t.Cleanup(s.Stop)
	return s
}

func deliver(t *testing.T, s *webhook.Sender, now time.Time, want webhook.Summary) {
	t.Helper()
	got, err := s.Deliver(context.Background(), now)
	if err != nil {
		t.Fatalf("deliver: %v", err)
	}
	if got != want {
		t.Fatalf("the pass did %+v, want %+v", got, want)
	}
}

func do(t *testing.T, db *postgres.DB, fn func(ctx context.Context, tx pgx.Tx) error) {
	t.Helper()
	if err := db.Tx(context.Background(), func(tx pgx.Tx) error { return fn(context.Background(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func deliveries(t *testing.T, db *postgres.DB, f webhook.Filter) []webhook.Delivery {
	t.Helper()
	all, err := webhook.Deliveries(context.Background(), db, f)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func endpoint(t *testing.T, db *postgres.DB, id int64) webhook.Endpoint {
	t.Helper()
	e, err := webhook.GetEndpoint(context.Background(), db, id)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
