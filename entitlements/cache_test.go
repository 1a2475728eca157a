package entitlements_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"go.uber.org/goleak"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entitlements"
	"ratable/internal/access"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = instant(at)
}

func instant(at string) time.Time {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return t
}

// house is a company whose products have features, on a day in March 2026.
type house struct {
	*testing.T
	*invoicingtest.Company
	clock *clock
}

var promises = map[string]map[string]catalog.Feature{
	"platform": {"sso": {On: true}, "seats": {PerUnit: figure("1"), Unit: "seat"}, "rooms": {Limit: figure("3")}, "beta": {}},
	"api":      {"api": {Meter: "api.calls"}},
	"storage":  {"disk": {Meter: "storage.gb"}},
	"support":  {"phone": {On: true}},
}

func figure(s string) *decimal.Decimal {
	d := decimal.RequireFromString(s)
	return &d
}

func open(t *testing.T) house {
	h := house{t, invoicingtest.New(t, pgtest.New(t)), &clock{at: instant("2026-03-10T15:00:00Z")}}
	h.must(h.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		sold, err := catalog.Load(t.Context(), tx)
		if err != nil {
			return err
		}
		for code, features := range promises {
			p, _ := sold.Product(code, invoicingtest.Day("2026-01-01"))
			p.Features = features
			if _, err := catalog.AddProductVersion(t.Context(), tx, p, access.System("fixture")); err != nil {
				return err
			}
		}
		return nil
	}))
	return h
}

func (h house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// node is a cache that follows the house's database.
func (h house) node() *entitlements.Cache {
	h.Helper()
	c := entitlements.New(entitlements.Config{DB: h.DB, Now: h.clock.now, Log: quiet})
	c.Start(h.Context())
	h.Cleanup(c.Stop)
	ctx, cancel := context.WithTimeout(h.Context(), 30*time.Second)
	defer cancel()
	h.must(c.Confirm(ctx))
	return c
}

// eventually waits, with patience, until all caches say something of a customer's feature.
func (h house) eventually(what, customer, feature string, is func(entitlements.Feature) bool, nodes ...*entitlements.Cache) {
	h.Helper()
	deadline := time.After(20 * time.Second)
	for n, c := range nodes {
		for {
			a, err := c.Of(h.Context(), customer)
			h.must(err)
			f, _ := a.Entitlements.Feature(feature)
			if is(f) {
				break
			}
			select {
			case <-deadline:
				h.Fatalf("node %d never learned that %s; it says of %s: %s", n, what, customer, a.Body)
			case <-time.After(2 * time.Millisecond):
			}
		}
	}
}

const cloud = `
contract: C-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 40.00, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 1000, every: month, price: {model: per_unit, amount: 0.02}}}
caps:
  - {id: budget, kind: customer, lines: [calls], amount: 20, every: month, then: stop}
`

func TestACustomerMayUseWhatItsContractGives(t *testing.T) {
	h := open(t)
	h.Sign(t, cloud)
	h.Use(t, "acme", "api.calls", "2026-03-02", "400")
	c := h.node()
	a, err := c.Of(t.Context(), "acme")
	h.must(err)
	want := `"features":[` +
		`{"feature":"api","kind":"metered","allowed":true,"state":"active","limit":"1000","used":"400","remaining":"600","unit":"call","bound":"soft","resets_on":"2026-04-01","until":"2027-01-01","until_because":"term",` +
		`"budgets":[{"contract":"C-1","id":"budget","kind":"cap","label":"Cap of 20.00 a month","limit":"20.00","used":"0.00","remaining":"20.00","currency":"USD","then":"stop","resets_on":"2026-04-01"}],` +
		`"because":[{"contract":"C-1","version":1,"line":"calls","product":"api","state":"active","since":"2026-01-01","until":"2027-01-01","until_because":"term"}]},` +
		`{"feature":"beta","kind":"switch","allowed":false,"state":"off","because":[{"contract":"C-1","version":1,"line":"seats","product":"platform","state":"off","since":"2026-01-01","until":"2027-01-01","until_because":"term"}]},` +
		`{"feature":"rooms","kind":"limit","allowed":true,"state":"active","limit":"3","bound":"hard",`
	if !strings.Contains(string(a.Body), want) {
		t.Errorf("acme is told\n%s\nwhich should contain\n%s", a.Body, want)
	}
	if f, ok := a.Entitlements.Feature("seats"); !ok || f.Limit.String() != "10" || !f.Allowed {
		t.Errorf("ten seats were sold, and the limit is %v", f.Limit)
	}
	one, ok := a.Feature("sso")
	if !ok || !strings.HasPrefix(string(one.Body), `{"customer":"acme","version":"`+one.Version+`","feature":"sso","kind":"switch","allowed":true`) {
		t.Errorf("of sso alone acme is told %s", one.Body)
	}
	if _, err := c.Of(t.Context(), "nobody"); err == nil {
		t.Error("somebody whom nobody knows has entitlements")
	}
	said, err := c.Unbought("acme", "phone")
	if err != nil || !strings.Contains(string(said.Body), `"allowed":false`) {
		t.Errorf("of what was not bought it says %s, %v", said.Body, err)
	}
}

func TestEveryNodeFollowsTheFacts(t *testing.T) {
	h := open(t)
	h.Sign(t, cloud)
	one, two := h.node(), h.node()
	allowed := func(f entitlements.Feature) bool { return f.Allowed }
	refused := func(f entitlements.Feature) bool { return !f.Allowed }
	h.eventually("acme may call", "acme", "api", allowed, one, two)

	h.Use(t, "acme", "api.calls", "2026-03-03", "1999")
	h.eventually("1,999 calls were made", "acme", "api", func(f entitlements.Feature) bool { return f.Used != nil && f.Used.String() == "1999" }, one, two)
	h.Use(t, "acme", "api.calls", "2026-03-03", "1")
	h.eventually("the cap is reached and stops it", "acme", "api", func(f entitlements.Feature) bool { return f.State == entitlements.Stopped && !f.Allowed }, one, two)
	h.eventually("what is paid for goes on", "acme", "sso", allowed, one, two)

	h.Sign(t, strings.NewReplacer("C-1", "C-2", "quantity: 10", "quantity: 7").Replace(cloud))
	h.eventually("limits add up", "acme", "seats", func(f entitlements.Feature) bool { return f.Limit.String() == "17" }, one, two)

	h.eventually("lone has nothing", "lone", "sso", refused, one, two)
	h.Sign(t, strings.NewReplacer("C-1", "C-3", "acme", "lone").Replace(cloud))
	h.eventually("lone bought it", "lone", "sso", allowed, one, two)

	h.must(h.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		return contracts.MergeCustomers(t.Context(), tx, h.Customers["gracht"].ID, h.Customers["rhein"].ID, "one and the same", invoicingtest.Day("2026-03-10"), h.Finance)
	}))
	h.Sign(t, strings.NewReplacer("C-1", "C-4", "acme", "rhein", "rtus", "rteu", "USD", "EUR").Replace(cloud))
	h.eventually("a duplicate is who it was merged into", "gracht", "sso", allowed, one, two)
}

func TestWhatTimeTakesAwayIsGoneAtMidnightOfTheSeller(t *testing.T) {
	h := open(t)
	h.Sign(t, `
contract: C-1
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
trial: {through: 2026-03-10, lines: [care], then: end}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 40.00, every: month}}
  - {id: care, product: support, fixed: {quantity: 1, unit_price: 40.00, every: month}}
`)
	c := h.node()
	h.eventually("the trial gives phone support", "acme", "phone", func(f entitlements.Feature) bool {
		return f.Allowed && f.Until.String() == "2026-03-11" && f.Why == "trial"
	}, c)
	h.clock.set("2026-03-11T03:59:59Z") // a second before midnight in New York
	time.Sleep(600 * time.Millisecond)
	if a, _ := c.Of(t.Context(), "acme"); !strings.Contains(string(a.Body), `{"feature":"phone","kind":"switch","allowed":true`) {
		t.Errorf("before midnight it is gone already: %s", a.Body)
	}
	h.clock.set("2026-03-11T04:00:00Z")
	h.eventually("the trial is over", "acme", "phone", func(f entitlements.Feature) bool { return !f.Allowed && f.State == entitlements.Over }, c)
	h.eventually("the seats stay", "acme", "seats", func(f entitlements.Feature) bool { return f.Allowed }, c)
}

func TestWhoWaitsIsWokenByAChangeOnly(t *testing.T) {
	h := open(t)
	h.Sign(t, cloud)
	c := h.node()
	a, err := c.Of(t.Context(), "acme")
	h.must(err)
	h.Sign(t, strings.NewReplacer("C-1", "C-3", "acme", "lone").Replace(cloud))
	h.eventually("lone bought it", "lone", "sso", func(f entitlements.Feature) bool { return f.Allowed }, c)
	select {
	case <-a.Replaced():
		t.Error("who waits for acme was woken by what lone bought")
	default:
	}
	h.Use(t, "acme", "api.calls", "2026-03-03", "5")
	select {
	case <-a.Replaced():
	case <-time.After(20 * time.Second):
		t.Error("who waits for acme was never woken")
	}
	if again, _ := c.Of(t.Context(), "acme"); again.Version == a.Version {
		t.Error("another answer has the same version")
	}
}

func TestTwoNodesSayTheSameBytes(t *testing.T) {
	h := open(t)
	h.Sign(t, cloud)
	h.Use(t, "acme", "api.calls", "2026-03-03", "5")
	one, two := h.node(), h.node()
	for _, customer := range []string{"acme", "lone"} {
		a, err := one.Of(t.Context(), customer)
		h.must(err)
		b, err := two.Of(t.Context(), customer)
		h.must(err)
		if a.ETag != b.ETag || string(a.Body) != string(b.Body) {
			t.Errorf("one node says\n%s\nthe other\n%s", a.Body, b.Body)
		}
	}
}

func TestACacheThatWasStoppedLeavesNothingRunning(t *testing.T) {
	h := open(t)
	h.Sign(t, cloud)
	before := goleak.IgnoreCurrent()
	c := entitlements.New(entitlements.Config{DB: h.DB, Now: h.clock.now, Log: quiet})
	c.Start(t.Context())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	h.must(c.Confirm(ctx))
	cancel()
	c.Stop()
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck"), goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).createIdleResources.func1"))
}

var _ = customers.ID(0)

func TestAChangeIsAnnouncedOnceWhoeverSeesIt(t *testing.T) {
	h := open(t)
	h.Sign(t, cloud)
	herald := func() *entitlements.Cache {
		c := entitlements.New(entitlements.Config{DB: h.DB, Now: h.clock.now, Log: quiet, Announce: true})
		c.Start(h.Context())
		ctx, cancel := context.WithTimeout(h.Context(), 30*time.Second)
		defer cancel()
		h.must(c.Confirm(ctx))
		return c
	}
	one := herald()
	if n := h.told(); len(n) != 0 {
		t.Errorf("where telling begins is told: %v", n)
	}
	two := herald()
	h.Use(t, "acme", "api.calls", "2026-03-02", "5") // no change of terms
	h.Use(t, "acme", "api.calls", "2026-03-02", "1995")
	h.eventuallyTold("acme 1: api active -> stopped")
	h.Sign(t, strings.NewReplacer("C-1", "C-3", "acme", "lone").Replace(cloud))
	h.eventuallyTold("acme 1: api active -> stopped", "lone 1: api  -> active, beta  -> off, rooms  -> active, seats  -> active, sso  -> active")
	one.Stop()
	two.Stop()

	h.clock.set("2026-04-01T15:00:00Z") // the cap counts anew, and nobody runs
	three := herald()
	defer three.Stop()
	h.eventuallyTold("acme 1: api active -> stopped", "lone 1: api  -> active, beta  -> off, rooms  -> active, seats  -> active, sso  -> active", "acme 2: api stopped -> active")
}

// told is what webhooks are told, in words and in order.
func (h house) told() []string {
	h.Helper()
	rows, err := pgtest.Admin(h, h.DB).Query(h.Context(), `
		select customer || ' ' || row_number() over (partition by customer order by sequence) || ': ' ||
		       (select string_agg((c ->> 'feature') || ' ' || coalesce(c -> 'was' ->> 'state', '') || ' -> ' || coalesce(c -> 'is' ->> 'state', ''), ', ' order by c ->> 'feature')
		        from jsonb_array_elements(data::jsonb -> 'changed') c)
		from webhook.events where type = 'entitlement.changed' order by sequence`)
	h.must(err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	h.must(err)
	return out
}

func (h house) eventuallyTold(want ...string) {
	h.Helper()
	deadline := time.After(20 * time.Second)
	for {
		got := h.told()
		if strings.Join(got, "\n") == strings.Join(want, "\n") {
			break
		}
		select {
		case <-deadline:
			h.Fatalf("webhooks were told\n%s\nand should be\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// A contract may count by a meter, or be of a seller, that was not there when the node looked at the catalog last.
func TestWhatIsAddedToTheCatalogIsKnownToEveryNodeWhenAContractUsesIt(t *testing.T) {
	h := open(t)
	node := h.node()
	h.must(h.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		_, err := catalog.AddMeter(t.Context(), tx, catalog.Meter{Code: "api.batches", Name: "Batches", Unit: "batch", Aggregation: catalog.Sum}, access.System("test"))
		return err
	}))
	h.Sign(t, strings.ReplaceAll(cloud, "api.calls", "api.batches"))
	h.eventually("acme bought it", "acme", "sso", func(f entitlements.Feature) bool { return f.Allowed }, node)
}

func TestAMergeThatIsTakenBackIsSeenByWhomTheDuplicateWasTakenFor(t *testing.T) {
	h := open(t)
	h.Sign(t, cloud)
	h.Use(t, "acme", "api.calls", "2026-03-03", "1500")
	h.Use(t, "lone", "api.calls", "2026-03-03", "1500")
	node := h.node()
	h.eventually("1,500 calls are below the cap", "acme", "api", func(f entitlements.Feature) bool { return f.Allowed && f.Used.String() == "1500" }, node)
	h.must(h.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		return contracts.MergeCustomers(t.Context(), tx, h.Customers["lone"].ID, h.Customers["acme"].ID, "one and the same", invoicingtest.Day("2026-03-10"), h.Finance)
	}))
	h.eventually("3,000 calls are above it", "acme", "api", func(f entitlements.Feature) bool { return !f.Allowed && f.Used.String() == "3000" }, node)
	h.must(h.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		return customers.Unmerge(t.Context(), tx, h.Customers["lone"].ID, invoicingtest.Day("2026-03-10"), "they are two", h.Finance)
	}))
	h.eventually("the calls of lone are not its own", "acme", "api", func(f entitlements.Feature) bool { return f.Allowed && f.Used.String() == "1500" }, node)
}

// A day may begin in the moment in which a node starts.
func TestADayThatBeginsAsANodeStartsIsNoticed(t *testing.T) {
	h := open(t)
	h.Sign(t, strings.Replace(cloud, "from: 2026-01-01", "from: 2026-03-11", 1))
	c := h.node()
	h.clock.set("2026-03-11T15:00:00Z")
	h.eventually("its contract began", "acme", "sso", func(f entitlements.Feature) bool { return f.Allowed }, c)
}
