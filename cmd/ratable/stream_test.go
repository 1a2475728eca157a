package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/usage"
)

// The whole stream takes some minutes: go test ./cmd/ratable -run Stream -events 1000000
var (
	streamEvents = flag.Int("events", 40_000, "how many events the stream of usage has")
	streamSeed   = flag.Uint64("seed", 6, "what the stream of usage is drawn from")
)

func TestAStreamOfWrongLateAndRepeatedUsageThatOutlivesKilledServersCountsOnce(t *testing.T) {
	db := pgtest.New(t)
	company := invoicingtest.New(t, db)
	addStreamMeters(t, db, streamMeters...)
	p := newPlan(*streamSeed, *streamEvents, 4, max(20, *streamEvents/2000), time.Now().UTC())
	t.Logf("%d events in the plan, %d to be refused, %d contents in conflict", p.sent, p.broken, p.conflicts)

	s := newStream(t, db, p, streamToken(t, db))
	program(t) // building it is not what the log below tells
	began := time.Now()
	s.run(t)
	t.Logf("%d events went through in %s; the server was killed %d times, %d requests were sent again, %d events refused by name",
		p.sent, time.Since(began).Round(time.Millisecond), s.kills, s.resent.Load(), s.refused.Load())
	if s.refused.Load() < int64(p.broken) { // a request whose answer was lost names them again
		t.Errorf("%d events were refused by name, %d are broken", s.refused.Load(), p.broken)
	}
	if s.resent.Load() == 0 {
		t.Error("no request met a dead server: nothing was tried")
	}

	expectCounted(t, db, p, known(streamCustomers, streamMeters))
	meet(t, db, company, metLater)
	addStreamMeters(t, db, unknownMeter)
	if _, err := usage.Replay(t.Context(), db, access.System("test")); err != nil {
		t.Fatal(err)
	}
	expectCounted(t, db, p, known(append(slices.Clone(streamCustomers), metLater), append(slices.Clone(streamMeters), unknownMeter)))
}

// known says which events find their customer and meter.
func known(customers, meters []string) func(*measure) bool {
	return func(e *measure) bool {
		return slices.Contains(customers, e.customer) && slices.Contains(meters, e.meter)
	}
}

// addStreamMeters adds meters of every aggregation; those of the fixture are there already.
func addStreamMeters(t *testing.T, db *postgres.DB, codes ...string) {
	t.Helper()
	aggregation := map[string]string{"requests": catalog.Count, "peak": catalog.Max, "level": catalog.Last, "people": catalog.Unique, unknownMeter: catalog.Sum}
	declared := map[string][]string{"requests": {"region"}}
	uniqueBy := map[string]string{"people": "user"}
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		for _, code := range codes {
			if code == "api.calls" || code == "storage.gb" {
				continue
			}
			m := catalog.Meter{Code: code, Name: code, Unit: "unit", Aggregation: aggregation[code], UniqueBy: uniqueBy[code], Dimensions: declared[code]}
			if _, err := catalog.AddMeter(t.Context(), tx, m, access.System("test")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// meet creates a customer of the American company.
func meet(t *testing.T, db *postgres.DB, company *invoicingtest.Company, external string) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		_, err := customers.Create(t.Context(), tx, customers.New{ExternalID: external, Name: "Met later", Kind: customers.Business, Entity: company.US.ID, Currency: "USD",
			Billing: customers.Address{Lines: []string{"1 Main St"}, City: "New York", Region: "NY", Postcode: "10001", Country: "US"}, SignedUpOn: period.NewDate(2024, 1, 1)}, access.System("test"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func streamToken(t *testing.T, db *postgres.DB) (secret string) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		u, err := access.CreateUser(t.Context(), tx, access.NewUser{Email: "meter@ratable.example", Name: "Meter", Roles: []access.Role{access.Product}}, access.System("test"))
		if err != nil {
			return err
		}
		secret, _, err = access.IssueToken(t.Context(), tx, access.NewToken{User: u.ID, Name: "edge", Scopes: []access.Scope{access.UsageWrite}}, access.System("test"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// stream sends a plan to a server that is killed and started again on the same address.
type stream struct {
	plan    *plan
	token   string
	address string
	env     []string

	done, resent, refused atomic.Int64 // requests answered, sent again, and events refused
	kills                 int
}

func newStream(t *testing.T, db *postgres.DB, p *plan, token string) *stream {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return &stream{plan: p, token: token, address: address, env: append(settings(t, db), "RATABLE_ADDR="+address)}
}

// run sends everything, each writer its requests in order, while the server is killed at every fifth of the way.
func (s *stream) run(t *testing.T) {
	t.Helper()
	all := 0
	for _, of := range s.plan.requests {
		all += len(of)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	var writers sync.WaitGroup
	failed := make(chan error, len(s.plan.requests))
	server := s.start(t)
	for _, of := range s.plan.requests {
		writers.Go(func() { failed <- s.write(ctx, of) })
	}
	over := make(chan struct{})
	go func() { writers.Wait(); close(over) }()
	for ended := false; !ended; {
		select {
		case <-over:
			ended = true
		case <-time.After(5 * time.Millisecond):
			if int(s.done.Load())*5/all > s.kills && s.kills < 4 {
				_ = server.Process.Kill()
				_ = server.Wait()
				s.kills++
				server = s.start(t)
			}
		}
	}
	_ = server.Process.Kill()
	_ = server.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (s *stream) start(t *testing.T) *exec.Cmd {
	t.Helper()
	c := exec.Command(program(t), "serve", "--no-worker")
	c.Env = surroundings(s.env...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	return c
}

// write sends requests in order, each until it is answered.
func (s *stream) write(ctx context.Context, requests []request) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	for _, r := range requests {
		if err := s.send(ctx, client, r); err != nil {
			return err
		}
		s.done.Add(1)
	}
	return nil
}

var eventPath = regexp.MustCompile(`^(?:events)?\[(\d+)\]`)

// send repeats a request until it is taken: what is broken in it is left out as soon as the answer names it.
func (s *stream) send(ctx context.Context, client *http.Client, r request) error {
	for tries := 0; ; tries++ {
		if tries > 0 {
			s.resent.Add(1)
			time.Sleep(20 * time.Millisecond)
		}
		status, body, err := s.post(ctx, client, r)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil || status >= 500:
			continue
		case status == http.StatusUnprocessableEntity:
			if r, err = s.without(r, body); err != nil {
				return err
			}
			tries = -1
			if len(r.events) == 0 {
				return nil
			}
		case status >= 300 && status != http.StatusConflict:
			return fmt.Errorf("answered with %d: %s", status, body)
		default:
			return nil
		}
	}
}

func (s *stream) post(ctx context.Context, client *http.Client, r request) (int, []byte, error) {
	path := "/v1/events"
	if r.corrections != nil {
		path = "/v1/usage/corrections"
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+path, bytes.NewReader(r.body()))
	if err != nil {
		return 0, nil, err
	}
	q.Header.Set("Authorization", "Bearer "+s.token)
	q.Header.Set("Content-Type", "application/cloudevents-batch+json")
	if r.corrections != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	a, err := client.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	return a.StatusCode, body, err
}

// without leaves out the events that an answer names. Naming a good one is a fault.
func (s *stream) without(r request, body []byte) (request, error) {
	var problem struct {
		Errors []struct{ Path string }
	}
	if err := json.Unmarshal(body, &problem); err != nil {
		return r, fmt.Errorf("%w: %s", err, body)
	}
	named := map[int]bool{}
	for _, e := range problem.Errors {
		if found := eventPath.FindStringSubmatch(e.Path); found != nil {
			i, _ := strconv.Atoi(found[1])
			named[i] = true
		}
	}
	if len(named) == 0 {
		return r, fmt.Errorf("the refusal names no event: %s", body)
	}
	var rest []wireEvent
	for i, e := range r.events {
		switch {
		case !named[i]:
			rest = append(rest, e)
		case !e.broken:
			return r, fmt.Errorf("event %d is refused and has nothing wrong: %+v: %s", i, e, body)
		default:
			s.refused.Add(1)
		}
	}
	return request{events: rest}, nil
}
