package invoicing_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/revrec"
	"ratable/usage"
)

var (
	usageLives = flag.Int("usage-lives", 2, "how many lives of metered usage")
	usageFrom  = flag.Uint64("usage-from", 1, "first seed of the lives of metered usage")
	usageTell  = flag.Bool("usage-tell", false, "tell the lives of metered usage")
)

// Whatever senders and people do to events, in whatever order, while contracts change, customers are merged, months are
// archived and bills are made in between: what is billed in the end is what a reader with paper and pencil makes of the
// events that count. The reader (usage_naive_test.go) shares no code with the program. More of them:
//
//	go test ./invoicing -run EveryLifeOfMeteredUsage -usage-lives 100
func TestInEveryLifeOfMeteredUsageWhatCountsIsWhatIsBilled(t *testing.T) {
	for seed := *usageFrom; seed < *usageFrom+uint64(*usageLives); seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			l := beginUsage(t, seed)
			defer func() {
				if t.Failed() || *usageTell {
					t.Logf("seed %d:\n%s", seed, strings.Join(l.told, "\n"))
				}
			}()
			l.live()
		})
	}
}

// metering is one life: the company, and what the reader has written down.
type metering struct {
	*testing.T
	*rand.Rand
	c      *invoicingtest.Company
	book   *meterBook
	folder string
	now    time.Time
	told   []string
	events int
	closed period.Month // the next to be closed
	far    entities.ID
}

func (l *metering) tell(format string, args ...any) {
	l.told = append(l.told, l.now.Format("2006-01-02T15:04Z ")+fmt.Sprintf(format, args...))
}

func (l *metering) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatalf("%s: %v", l.now.Format(time.RFC3339), err)
	}
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func beginUsage(t *testing.T, seed uint64) *metering {
	l := &metering{T: t, Rand: rand.New(rand.NewPCG(seed, 6)), c: invoicingtest.New(t, pgtest.New(t)), folder: t.TempDir()}
	l.must(l.c.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		far, err := entities.Create(t.Context(), tx, entities.Entity{Code: "rtnp", Name: "Ratable Nepal", Country: "NP", City: "Kathmandu",
			Lines: []string{"1 Durbar Marg"}, TimeZone: "Asia/Kathmandu", Currency: "USD", Email: "np@ratable.example"}, access.System("test"))
		if err != nil {
			return err
		}
		l.far = far.ID
		for _, m := range []catalog.Meter{
			{Code: "traffic", Aggregation: catalog.Sum, Dimensions: []string{"region"}}, {Code: "requests", Aggregation: catalog.Count},
			{Code: "peak", Aggregation: catalog.Max}, {Code: "level", Aggregation: catalog.Last}, {Code: "paid", Aggregation: catalog.Sum},
			{Code: "people", Aggregation: catalog.Unique, UniqueBy: "user", Dimensions: []string{"region"}},
		} {
			m.Name, m.Unit = m.Code, "unit"
			if _, err := catalog.AddMeter(t.Context(), tx, m, access.System("test")); err != nil {
				return err
			}
		}
		for _, n := range []customers.New{
			{ExternalID: "lab", Parent: l.c.Customers["acme"].ID, Entity: l.c.US.ID},
			{ExternalID: "twin", Entity: l.c.US.ID},
			{ExternalID: "yeti", Entity: far.ID},
		} {
			n.Name, n.Currency, n.Kind, n.SignedUpOn = n.ExternalID, "USD", customers.Business, invoicingtest.Day("2025-01-01")
			n.Billing = customers.Address{Lines: []string{"1 Main Street"}, City: "Austin", Region: "TX", Postcode: "78701", Country: "US"}
			made, err := customers.Create(t.Context(), tx, n, access.System("test"))
			if err != nil {
				return err
			}
			l.c.Customers[n.ExternalID] = made
		}
		return nil
	}))
	l.book = newMeterBook(map[string]string{"acme": "family", "lab": "family", "twin": "twin", "yeti": "yeti"})
	l.now = time.Date(2026, 1, 2, 15, 0, 0, 0, time.UTC)
	for _, d := range []*meterDeal{{number: "C-1", entity: "rtus", customer: "acme"}, {number: "C-2", entity: "rtnp", customer: "yeti"}} {
		l.book.deals = append(l.book.deals, d)
		l.agree(d, d.draw(l.Rand, "2026-01-01"))
	}
	return l
}

func (l *metering) agree(d *meterDeal, v meterTerms) {
	l.tell("%s is agreed: %s", d.number, v)
	l.c.Sign(l.T, d.document(v))
	d.versions = append(d.versions, v)
}

// live plays half a year and what comes after it.
func (l *metering) live() {
	steps := []struct {
		weight int
		do     func()
	}{{12, l.send}, {6, l.correct}, {2, l.backfill}, {2, l.alias}, {3, l.replay}, {3, l.decideStrays}, {3, l.resolve}, {2, l.merge}, {1, l.archive}, {2, l.amend}, {1, l.pay}, {4, l.bill}, {2, l.close}}
	for !l.now.After(time.Date(2026, 8, 5, 0, 0, 0, 0, time.UTC)) && !l.Failed() {
		for range 1 + l.IntN(3) {
			n := l.IntN(43)
			for _, s := range steps {
				if n -= s.weight; n < 0 {
					s.do()
					break
				}
			}
			l.quarantineStands()
			l.now = l.now.Add(time.Duration(l.IntN(10*3600)) * time.Second)
		}
		if l.IntN(4) == 0 {
			l.counted()
		}
		l.now = l.now.AddDate(0, 0, l.IntN(6)).Truncate(time.Hour)
	}
	l.now = time.Date(2026, 8, 20, 12, 0, 0, 0, time.UTC)
	l.counted()
	l.bill()
	l.billed()
	l.earned()
	expectBalanced(l.T, l.c.DB)
}

// A sender's day.

func (l *metering) fresh() usage.Event {
	l.events++
	e := usage.Event{Source: pick(l.Rand, "gw", "gw", "app"), ID: fmt.Sprint(l.events), Customer: pick(l.Rand, "acme", "acme", "acme", "lab", "twin", "yeti", "yeti", "Acme Inc"),
		Meter: pick(l.Rand, "traffic", "traffic", "requests", "peak", "level", "paid", "people", "bytes")}
	return l.says(e)
}

// says draws what an event says.
func (l *metering) says(e usage.Event) usage.Event {
	back := time.Duration(l.IntN(4*86400)) * time.Second
	if l.IntN(3) == 0 {
		back = time.Duration(l.IntN(100*86400)) * time.Second
	}
	e.OccurredAt = l.now.Add(-back)
	if l.IntN(4) == 0 { // at the turn of a month, in some zone
		first := time.Date(e.OccurredAt.Year(), e.OccurredAt.Month(), 1, 0, 0, 0, 0, pick(l.Rand, time.UTC, nepal, newYork))
		if e.OccurredAt = first.Add(time.Duration(l.IntN(3)-1) * time.Second).UTC(); e.OccurredAt.After(l.now) {
			e.OccurredAt = l.now
		}
	}
	e.Quantity = decimal.RequireFromString(pick(l.Rand, "0", "1", "2.5", "10", "33.333", "400"))
	e.Dimensions = nil
	if region := pick(l.Rand, "", "eu", "us"); region != "" {
		e.Dimensions = map[string]string{"region": region}
	}
	if user := pick(l.Rand, "", "ann", "bob", "cyd"); user != "" {
		if e.Dimensions == nil {
			e.Dimensions = map[string]string{}
		}
		e.Dimensions["user"] = user
	}
	return e
}

func (l *metering) send() {
	var batch []usage.Event
	seen := map[string]bool{}
	for range 1 + l.IntN(8) {
		e := l.fresh()
		if sent := l.book.sent; len(sent) > 0 && l.IntN(4) == 0 { // again
			if e = sent[l.IntN(len(sent))]; l.IntN(2) == 0 {
				e = l.says(e)
			}
		}
		if key := e.Source + " " + e.ID; !seen[key] {
			seen[key] = true
			batch = append(batch, e)
		}
	}
	got, err := usage.Ingest(l.Context(), l.c.DB, batch, l.now, l.c.Finance)
	l.must(err)
	want := l.book.send(batch, l.now)
	l.tell("%d events are sent: %v", len(batch), want)
	for _, e := range batch {
		l.told = append(l.told, "    "+tellEvent(e))
	}
	if have := (counts{got.Accepted, got.Repeated, got.Quarantined, len(got.Conflicts)}); have != want {
		l.Errorf("%s: the receipt says %+v, by hand it is %+v", l.now, have, want)
	}
}

func tellEvent(e usage.Event) string {
	return fmt.Sprintf("%s/%s %s of %s at %s %v for %s", e.Source, e.ID, e.Quantity, e.Meter, e.OccurredAt.Format(time.RFC3339), e.Dimensions, e.Customer)
}

// What people do.

func (l *metering) correct() {
	e := l.book.any(l.Rand)
	if e == nil {
		return
	}
	x := usage.Correction{Customer: e.customer, Source: e.source, ID: e.id, Action: pick(l.Rand, usage.Amend, usage.Amend, usage.Retract, usage.Restore), Reason: "read again"}
	if x.Action != usage.Retract {
		if said := l.says(usage.Event{}); true {
			switch l.IntN(4) {
			case 0:
				x.Quantity = &said.Quantity
			case 1:
				x.OccurredAt = said.OccurredAt
			case 2:
				x.Meter = pick(l.Rand, "traffic", "peak", "people", "paid")
			default:
				if x.Quantity, x.Dimensions = &said.Quantity, said.Dimensions; x.Dimensions == nil {
					x.Dimensions = map[string]string{}
				}
			}
		}
		if l.book.family[e.customer] == "family" && l.IntN(3) == 0 {
			x.User = pick(l.Rand, "acme", "lab")
		}
	}
	want := l.book.correct(e, x)
	l.tell("%s of %s/%s, %v: %v", x.Action, x.Source, x.ID, x, want)
	for range 1 + l.IntN(2) { // sent once or twice: the second says nothing new, or is refused alike
		_, err := usage.Correct(l.Context(), l.c.DB, []usage.Correction{x}, l.now, l.c.Finance)
		if !errors.Is(err, want) {
			l.Fatalf("%s: the correction of %s/%s is answered with %v, by hand it is %v", l.now, x.Source, x.ID, err, want)
		}
	}
}

func (l *metering) backfill() {
	customer, meter := pick(l.Rand, "acme", "lab", "twin", "yeti"), pick(l.Rand, "traffic", "requests", "peak", "people", "paid")
	until := l.now.Add(-time.Duration(l.IntN(60*86400)) * time.Second).Truncate(time.Second)
	b := usage.Backfill{Stretch: usage.Stretch{Customer: customer, Meter: meter, Source: pick(l.Rand, "", "gw"), From: until.Add(-time.Duration(1+l.IntN(20*86400)) * time.Second), Until: until}, Reason: "read again"}
	taken := map[string]bool{}
	for range l.IntN(5) {
		e := l.fresh()
		if known := l.book.any(l.Rand); known != nil && l.IntN(2) == 0 && l.book.family[known.customer] == l.book.family[customer] {
			e.Source, e.ID = known.source, known.id
		}
		if e.Customer, e.Meter = customer, meter; b.Source != "" {
			e.Source = b.Source
		}
		e.OccurredAt = b.From.Add(time.Duration(l.Int64N(int64(b.Until.Sub(b.From)))).Truncate(time.Second))
		if key := e.Source + e.ID; !taken[key] {
			taken[key] = true
			b.Events = append(b.Events, e)
		}
	}
	want := l.book.backfill(b)
	l.tell("backfill of %s by %d events: %v", b.Stretch, len(b.Events), want)
	for _, e := range b.Events {
		l.told = append(l.told, "    "+tellEvent(e))
	}
	for range 1 + l.IntN(2) {
		if _, _, err := usage.ReplaceStretch(l.Context(), l.c.DB, b, l.now, l.c.Finance); !errors.Is(err, want) {
			l.Fatalf("%s: the backfill is answered with %v, by hand it is %v", l.now, err, want)
		}
	}
}

func (l *metering) alias() {
	a := pick(l.Rand, usage.Alias{Kind: usage.CustomerName, Alias: "Acme Inc", Means: "acme"}, usage.Alias{Kind: usage.MeterName, Alias: "bytes", Means: "traffic"})
	if l.IntN(4) == 0 {
		a.Means = ""
	}
	a.Reason = "asked them"
	l.must(l.c.DB.Tx(l.Context(), func(tx pgx.Tx) error { return usage.SetAlias(l.Context(), tx, a, l.c.Finance) }))
	l.book.aliases[a.Alias] = a.Means
	l.tell("%q means %q", a.Alias, a.Means)
}

func (l *metering) replay() {
	_, err := usage.Replay(l.Context(), l.c.DB, l.c.Finance)
	l.must(err)
	l.book.replay()
	l.tell("what waits is tried again")
}

func (l *metering) decideStrays() {
	from := pick(l.Rand, "late", "late", "waiting", "discarded")
	var ids []usage.StrayID
	var chosen []*stray
	list, err := usage.QuarantinePage(l.Context(), l.c.DB, usage.QuarantineFilter{Discarded: from == "discarded", Limit: 10000})
	l.must(err)
	for _, w := range list {
		if (from != "late" || w.Reason == usage.Late) && l.IntN(2) == 0 {
			ids, chosen = append(ids, w.Stray), append(chosen, l.book.strays[said(w.Event)])
		}
	}
	if len(ids) == 0 {
		return
	}
	l.tell("%d of those %s are decided about", len(ids), from)
	switch from {
	case "late":
		_, err = usage.AcceptLate(l.Context(), l.c.DB, ids, "an outage of ours", l.c.Finance)
		l.book.accept(chosen)
	case "waiting":
		err = usage.Discard(l.Context(), l.c.DB, ids, "a test", l.c.Finance)
	default:
		err = usage.Return(l.Context(), l.c.DB, ids, "no test", l.c.Finance)
	}
	l.must(err)
	if from != "late" {
		for _, s := range chosen {
			s.discarded = from == "waiting"
		}
	}
}

// quarantineStands compares what waits, and for what, with the reader's list.
func (l *metering) quarantineStands() {
	got, want := map[string]string{}, map[string]string{}
	for _, discarded := range []bool{false, true} {
		list, err := usage.QuarantinePage(l.Context(), l.c.DB, usage.QuarantineFilter{Discarded: discarded, Limit: 10000})
		l.must(err)
		for _, w := range list {
			got[said(w.Event)] = fmt.Sprintf("%s %v", w.Reason, w.Discarded)
		}
	}
	for key, s := range l.book.strays {
		if !s.released {
			want[key] = fmt.Sprintf("%s %v", s.reason, s.discarded)
		}
	}
	if !maps.Equal(got, want) {
		l.Fatalf("%s: in quarantine are %v, by hand %v", l.now, got, want)
	}
}

func (l *metering) resolve() {
	list, err := usage.ConflictsPage(l.Context(), l.c.DB, usage.ConflictFilter{Open: true, Limit: 1000})
	l.must(err)
	if len(list) != len(l.book.conflicts) {
		l.Fatalf("%s: %d conflicts are open, by hand %d", l.now, len(list), len(l.book.conflicts))
	}
	if len(list) == 0 {
		return
	}
	k := pick(l.Rand, list...)
	decision, want := pick(l.Rand, usage.Accepted, usage.Accepted, usage.Dismissed), error(nil)
	if decision == usage.Accepted {
		want = l.book.offer(k.Offered)
	}
	err = usage.ResolveConflict(l.Context(), l.c.DB, k.ID, decision, "asked them", l.now, l.c.Finance)
	l.tell("the conflict %s is %s: %v", tellEvent(k.Offered), decision, want)
	if !errors.Is(err, want) {
		l.Fatalf("%s: conflict %s is answered with %v, by hand it is %v", l.now, decision, err, want)
	}
	if want == nil {
		for _, name := range []string{"acme", "twin", "yeti"} { // an alias may mean nobody by now
			if l.c.Account(name) == k.Account {
				key := l.book.family[name] + " " + said(k.Offered)
				delete(l.book.conflicts, key)
				l.book.settled[key] = decision == usage.Accepted
			}
		}
	}
}

func (l *metering) merge() {
	if l.book.merged = !l.book.merged; l.book.merged {
		l.must(merge(l.c, l.c.Customers["twin"].ID, l.c.Customers["acme"].ID, l.now.Format(time.DateOnly)))
	} else {
		unmerge(l.T, l.c, l.c.Customers["twin"].ID, l.now.Format(time.DateOnly))
	}
	l.tell("twin is merged into acme: %v", l.book.merged)
}

func (l *metering) archive() {
	before := period.NewMonth(l.now.Year(), l.now.Month()).Add(-1 - l.IntN(2))
	_, err := usage.ArchiveBefore(l.Context(), l.c.DB, before, l.folder, []string{"paid"}, l.c.Finance, nil)
	l.must(err)
	l.book.archive(before.First().Time(time.UTC))
	l.tell("months before %s are archived", before)
}

func (l *metering) amend() {
	d := pick(l.Rand, l.book.deals...)
	if v, ok := d.amendment(l.Rand, l.now); ok {
		l.agree(d, v)
	}
}

func (l *metering) pay() {
	today := invoicingtest.Day(l.now.Format(time.DateOnly))
	to := l.c.Customers[pick(l.Rand, "acme", "lab")].ID
	err := l.c.DB.Tx(l.Context(), func(tx pgx.Tx) error {
		return contracts.ChangePayer(l.Context(), tx, "C-1", to, today, "they moved", today, l.c.Finance)
	})
	l.tell("the payer changes: %v", err)
}

func (l *metering) recognize() {
	r, err := revrec.Run(l.Context(), l.c.DB, revrec.Options{AsOf: invoicingtest.Day(l.now.Format(time.DateOnly)).AddDays(-1)}, l.c.Accountant)
	l.must(err)
	if len(r.Failures) > 0 {
		l.Fatalf("%s: revenue: %+v", l.now, r)
	}
}

// close closes the next month that is over, of the sellers of both contracts: what is known of it later is earned later.
func (l *metering) close() {
	month := period.NewMonth(2026, 1)
	if l.closed != (period.Month{}) {
		month = l.closed
	}
	if !month.Before(period.NewMonth(l.now.Year(), l.now.Month())) {
		return
	}
	l.bill()
	l.recognize()
	l.must(l.c.DB.Tx(l.Context(), func(tx pgx.Tx) error {
		if err := revrec.Close(l.Context(), tx, l.far, month, l.c.Accountant); err != nil {
			return err
		}
		return revrec.Close(l.Context(), tx, l.c.US.ID, month, l.c.Accountant)
	}))
	l.closed = month.Next()
	l.tell("%s is closed", month)
}

func (l *metering) bill() {
	if l.IntN(3) == 0 {
		l.recognize()
	}
	today := l.now.Format(time.DateOnly)
	l.tell("the run of %s issues %d", today, l.c.Bill(l.T, today).Issued.Documents)
	if again := l.c.Bill(l.T, today); again.Issued.Documents != 0 {
		l.Fatalf("the second run of %s issues %d documents", today, again.Issued.Documents)
	}
}
