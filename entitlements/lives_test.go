package entitlements_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entitlements"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/usage"
)

var (
	cacheLives = flag.Int("cache-lives", 1, "how many lives a node follows")
	cacheFrom  = flag.Uint64("cache-from", 1, "first seed of them")
)

// following is a house in which things happen, and a node that follows it.
type following struct {
	house
	*rand.Rand
	node      *entitlements.Cache
	contracts []string
	deals     map[string]*deal
	events    int
	merged    map[string]bool
	folder    string
	told      []string
}

type deal struct {
	customer string
	from     period.Date
}

// Whatever happens, in whatever order: a moment later a node that follows says, to the byte, what one says that derives its
// answer from the facts as they stand. More of them: -cache-lives 50.
func TestInEveryLifeANodeSaysWhatFollowsFromTheFacts(t *testing.T) {
	for seed := *cacheFrom; seed < *cacheFrom+uint64(*cacheLives); seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			h := open(t)
			f := &following{house: h, Rand: rand.New(rand.NewPCG(seed, 39)), node: h.node(), deals: map[string]*deal{}, merged: map[string]bool{}, folder: t.TempDir()}
			steps := []func(){f.sign, f.sign, f.amend, f.amend, f.use, f.use, f.correct, f.merge, f.sell, f.turn, f.turn, f.notice, f.renew, f.archive}
			for range 25 {
				for range 1 + f.IntN(3) {
					steps[f.IntN(len(steps))]()
				}
				f.same()
			}
			if testing.Verbose() {
				t.Log(strings.Join(f.told, "\n"))
			}
		})
	}
}

func (f *following) one(of ...string) string { return of[f.IntN(len(of))] }

func (f *following) tell(format string, args ...any) {
	f.told = append(f.told, f.clock.now().Format("2006-01-02 ")+fmt.Sprintf(format, args...))
}

func (f *following) today() period.Date { return period.DateOf(f.clock.now(), f.US.Location()) }

func (f *following) tx(do func(tx pgx.Tx) error) error { return f.DB.Tx(f.Context(), do) }

var everybody = []string{"acme", "lone", "rhein", "gracht", "partner", "harbor", "summit"}

// same waits until the node says of everybody what the facts say.
func (f *following) same() {
	f.Helper()
	patience := 2000 // looks, 5 ms apart
	for _, who := range everybody {
		for {
			held, err := f.node.Of(f.Context(), who)
			f.must(err)
			fresh, err := entitlements.New(entitlements.Config{DB: f.DB, Now: f.clock.now, Log: quiet}).Of(f.Context(), who)
			f.must(err)
			if bytes.Equal(held.Body, fresh.Body) {
				break
			}
			if patience--; patience == 0 {
				f.Fatalf("a node says of %s\n%s\nfrom the facts follows\n%s\nwhat happened:\n%s", who, held.Body, fresh.Body, strings.Join(f.told, "\n"))
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

func (f *following) sign() {
	d := &deal{customer: f.one(everybody...), from: f.today().AddDays(f.IntN(40) - 30)}
	number := fmt.Sprintf("C-%d", len(f.contracts)+1)
	f.contracts, f.deals[number] = append(f.contracts, number), d
	f.agree(number, d, "")
}

func (f *following) amend() {
	if len(f.contracts) == 0 {
		return
	}
	number := f.one(f.contracts...)
	d := f.deals[number]
	f.agree(number, d, fmt.Sprintf("effective: %s\nreason: anew\n", period.MaxDate(d.from.AddDays(1), f.today().AddDays(f.IntN(12)-6))))
}

// agree draws what a contract says from now on; when it cannot be agreed, what stands stays.
func (f *following) agree(number string, d *deal, head string) {
	entity, currency := "rtus", "USD"
	switch d.customer {
	case "rhein":
		entity, currency = "rteu", "EUR"
	case "gracht":
		entity = "rteu"
	}
	if head != "" && f.IntN(4) == 0 {
		head += "paused: true\n"
	}
	var s strings.Builder
	fmt.Fprintf(&s, "contract: %s\nentity: %s\ncustomer: %s\ncurrency: %s\nterm: {from: %s, through: %s}\n%s", number, entity, d.customer, currency, d.from, d.from.AddDays(60), head)
	if strings.ContainsAny(number[len(number)-1:], "13579") {
		s.WriteString("renewal: {auto: true, months: 1, notice_days: 10}\n")
	}
	if head == "" && f.IntN(3) == 0 {
		fmt.Fprintf(&s, "trial: {through: %s, lines: [care], then: %s}\n", d.from.AddDays(f.IntN(20)), f.one("end", "convert"))
	}
	fmt.Fprintf(&s, "lines:\n  - {id: seats, product: platform, fixed: {quantity: %d, unit_price: 40, every: month}}\n  - {id: care, product: support, fixed: {quantity: 1, unit_price: 9, every: month}}\n", 1+f.IntN(9))
	users := ""
	if d.customer == "partner" {
		users = ", users: [" + f.one("harbor", "summit", "harbor, summit") + "]"
	}
	fmt.Fprintf(&s, "  - {id: calls, product: api%s, usage: {meter: api.calls, included: %d, every: month, price: {model: per_unit, amount: 0.02}}}\n", users, f.IntN(2)*500)
	if f.IntN(2) == 0 {
		fmt.Fprintf(&s, "caps:\n  - {id: budget, kind: customer, lines: [calls], amount: %d, every: month, then: %s}\n", 5+f.IntN(15), f.one("stop", "throttle", "warn"))
	}
	if head == "" && f.IntN(3) == 0 {
		s.WriteString("prepaid:\n  - {id: pot, product: prepaid, lines: [calls], amount: 12, every: month}\n")
	}
	err := f.tx(func(tx pgx.Tx) error {
		parsed, err := contracts.Parse([]byte(s.String()))
		if err != nil {
			return err
		}
		if _, err := contracts.Prepare(f.Context(), tx, parsed, parsed.Start(), f.Sales); err != nil {
			return err
		}
		if err := contracts.Submit(f.Context(), tx, number, "please", f.Sales); err != nil {
			return err
		}
		return contracts.Approve(f.Context(), tx, number, "", f.Finance)
	})
	f.tell("agreed (%v):\n%s", err, s.String())
}

func (f *following) use() {
	f.events++
	e := usage.Event{Source: "gw", ID: fmt.Sprint(f.events), Customer: f.one(everybody...), Meter: f.one("api.calls", "api.calls", "storage.gb"),
		OccurredAt: f.clock.now().Add(-time.Duration(f.IntN(20*86400)) * time.Second), Quantity: decimal.NewFromInt(int64(f.IntN(600)))}
	_, err := usage.Ingest(f.Context(), f.DB, []usage.Event{e}, f.clock.now(), f.Finance)
	f.must(err)
	f.tell("%s uses %s of %s on %s", e.Customer, e.Quantity, e.Meter, e.OccurredAt)
}

// correct amends an event of whomever it is of.
func (f *following) correct() {
	q, id := decimal.NewFromInt(int64(f.IntN(900))), fmt.Sprint(1+f.IntN(f.events+1))
	for _, who := range everybody {
		_, err := usage.Correct(f.Context(), f.DB, []usage.Correction{{Customer: who, Source: "gw", ID: id, Action: usage.Amend, Quantity: &q, Reason: "read again"}}, f.clock.now(), f.Finance)
		if err == nil {
			f.tell("%s of %s is amended to %s", id, who, q)
		}
	}
}

func (f *following) merge() {
	pair := [][2]string{{"gracht", "rhein"}, {"harbor", "summit"}, {"lone", "acme"}}[f.IntN(3)]
	err := f.tx(func(tx pgx.Tx) (err error) {
		if f.merged[pair[0]] {
			return customers.Unmerge(f.Context(), tx, f.Customers[pair[0]].ID, f.today(), "they are two", f.Finance)
		}
		return contracts.MergeCustomers(f.Context(), tx, f.Customers[pair[0]].ID, f.Customers[pair[1]].ID, "one and the same", f.today(), f.Finance)
	})
	if err == nil {
		f.merged[pair[0]] = !f.merged[pair[0]]
	}
	f.tell("merged %v: %v (%v)", pair, f.merged[pair[0]], err)
}

// sell puts a product into the catalog anew, now or in some days.
func (f *following) sell() {
	err := f.tx(func(tx pgx.Tx) error {
		sold, err := catalog.Load(f.Context(), tx)
		if err != nil {
			return err
		}
		p, _ := sold.Product(f.one("platform", "api", "support"), f.today().AddDays(400))
		p.StartsOn = period.MaxDate(p.StartsOn, f.today()).AddDays(f.IntN(4))
		rooms := decimal.NewFromInt(int64(f.IntN(9)))
		p.Features = map[string]catalog.Feature{"rooms": {Limit: &rooms}, "sso": {On: f.IntN(2) == 0}, "api": {Meter: "api.calls"}}
		_, err = catalog.AddProductVersion(f.Context(), tx, p, access.System("test"))
		return err
	})
	f.tell("the catalog changes: %v", err)
}

func (f *following) turn() {
	f.clock.set(f.clock.now().Add(time.Duration(1+f.IntN(9)) * 24 * time.Hour).Format(time.RFC3339))
	f.tell("a day begins")
}

func (f *following) notice() {
	if len(f.contracts) == 0 {
		return
	}
	number := f.one(f.contracts...)
	err := f.tx(func(tx pgx.Tx) error {
		if f.IntN(3) == 0 {
			return contracts.WithdrawNotice(f.Context(), tx, number, "they stay", f.today(), f.Finance)
		}
		return contracts.GiveNotice(f.Context(), tx, number, "customer", f.today(), "they leave", f.today(), f.Finance)
	})
	f.tell("notice on %s: %v", number, err)
}

func (f *following) renew() {
	done, err := contracts.RenewDue(f.Context(), f.DB, f.today())
	f.tell("renewed %+v: %v", done, err)
}

func (f *following) archive() {
	before := f.today().MonthOf()
	_, err := usage.ArchiveBefore(f.Context(), f.DB, before, f.folder, nil, f.Finance, nil)
	f.tell("before %s is archived: %v", before, err)
}
