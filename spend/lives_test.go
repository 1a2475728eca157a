package spend

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/usage"
)

var (
	spendLives = flag.Int("spend-lives", 1, "how many lives of running bills")
	spendFrom  = flag.Uint64("spend-from", 1, "first seed of them")
)

// Deals of every kind, amended, paused, their usage corrected and late under every policy: whenever a run is made, the
// running bill asked just before is what it issues; forecasts of every day hold together. More: -spend-lives 50.
func TestInEveryLifeTheRunningBillIsWhatTheRunIssues(t *testing.T) {
	for seed := *spendFrom; seed < *spendFrom+uint64(*spendLives); seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			l := &spending{T: t, Rand: rand.New(rand.NewPCG(seed, 61)), c: invoicingtest.New(t, pgtest.New(t))}
			defer func() {
				if t.Failed() {
					t.Log(strings.Join(l.told, "\n"))
				}
			}()
			for i, u := range spenders {
				number := fmt.Sprintf("D-%d", i)
				text := l.with(deal(l.Rand, number, u.entity, u.customer, u.currency), u.customer)
				l.deals = append(l.deals, text)
				l.tell("%s", text)
				l.c.Sign(t, text)
			}
			for l.on = day("2026-01-03"); l.on.Before(day("2026-08-01")) && !t.Failed(); l.on = l.on.AddDays(1 + l.IntN(9)) {
				l.happen()
				l.foresee()
				l.run()
			}
		})
	}
}

var spenders = []struct{ customer, entity, currency string }{{"acme", "rtus", "USD"}, {"lone", "rtus", "USD"}, {"rhein", "rteu", "EUR"}, {"gracht", "rteu", "USD"}, {"harbor", "rtus", "USD"}}

type spending struct {
	*testing.T
	*rand.Rand
	c      *invoicingtest.Company
	on     period.Date
	deals  []string
	events int
	told   []string
}

func (l *spending) tell(format string, args ...any) {
	l.told = append(l.told, fmt.Sprintf("%s ", l.on)+fmt.Sprintf(format, args...))
}

func (l *spending) one(of ...string) string { return of[l.IntN(len(of))] }

// with adds what deal does not draw: how late usage is billed, alignment, a trial, a reseller.
func (l *spending) with(text, customer string) string {
	billing := "late_usage: " + l.one("next_invoice", "at_once", "reissue", "refuse, refuse_after_days: 20")
	if l.IntN(2) == 0 {
		billing += ", align: calendar"
	}
	more := "billing: {" + billing + "}\n"
	if l.IntN(4) == 0 {
		more += fmt.Sprintf("trial: {through: 2026-0%d-%02d, lines: [seats], then: %s}\n", 1+l.IntN(2), 13+l.IntN(14), l.one("end", "convert"))
	}
	if customer == "harbor" {
		more += "payer: partner\n"
		if l.IntN(2) == 0 {
			more += "reseller: {margin_percent: 12.5}\n"
		}
	}
	return strings.Replace(text, "lines:\n", more+"lines:\n", 1)
}

// happen uses, corrects and amends.
func (l *spending) happen() {
	for range 3 + l.IntN(12) {
		u := spenders[l.IntN(len(spenders))]
		on := l.on.AddDays(-l.IntN(12))
		if l.IntN(5) == 0 {
			on = l.on.AddDays(-l.IntN(90))
		}
		l.events++
		e := usage.Event{Source: "gw", ID: fmt.Sprint(l.events), Customer: u.customer, Meter: l.one("api.calls", "api.calls", "storage.gb"), OccurredAt: on.Time(l.c.US.Location()).Add(12 * 3600e9),
			Quantity: decimal.RequireFromString(l.one("1", "35.5", "400", "900", "2500"))}
		if _, err := usage.Ingest(l.Context(), l.c.DB, []usage.Event{e}, l.on.Time(l.c.US.Location()).Add(13*3600e9), robot); err != nil {
			l.Fatal(err)
		}
		l.tell("%s uses %s of %s on %s", e.Customer, e.Quantity, e.Meter, on)
	}
	if l.IntN(2) == 0 {
		q, id := decimal.NewFromInt(int64(l.IntN(3000))), fmt.Sprint(1+l.IntN(l.events))
		for _, u := range spenders {
			x := usage.Correction{Customer: u.customer, Source: "gw", ID: id, Action: usage.Amend, Quantity: &q, Reason: "read again"}
			if l.IntN(3) == 0 {
				x.Quantity, x.Action = nil, usage.Retract
			}
			if _, err := usage.Correct(l.Context(), l.c.DB, []usage.Correction{x}, l.on.Time(l.c.US.Location()).Add(13*3600e9), l.c.Finance); err == nil {
				l.tell("%s of %s: %s %s", id, u.customer, x.Action, q)
			}
		}
	}
	if l.IntN(4) == 0 {
		l.amend(l.IntN(len(l.deals)))
	}
}

// amend agrees other fees from about today on, a pause or its end, or an early end; what cannot be agreed stays.
func (l *spending) amend(i int) {
	head := fmt.Sprintf("effective: %s\nreason: anew\n", period.MaxDate(day("2026-01-13"), l.on.AddDays(l.IntN(20)-12)))
	text := strings.Replace(l.deals[i], "quantity: ", fmt.Sprintf("quantity: %d", 1+l.IntN(2)), 1)
	switch l.IntN(4) {
	case 0:
		head += "paused: true\n"
	case 1:
		text = strings.Replace(text, "amount: 0.0", "amount: 0.02", 1)
	}
	text = strings.Replace(text, "lines:\n", head+"lines:\n", 1)
	err := l.c.DB.Tx(l.Context(), func(tx pgx.Tx) error {
		d, err := contracts.Parse([]byte(text))
		if err != nil {
			return err
		}
		if _, err := contracts.Prepare(l.Context(), tx, d, d.Start(), l.c.Sales); err != nil {
			return err
		}
		if err := contracts.Submit(l.Context(), tx, d.Contract, "please", l.c.Sales); err != nil {
			return err
		}
		return contracts.Approve(l.Context(), tx, d.Contract, "", l.c.Finance)
	})
	l.tell("amended (%v):\n%s", err, text)
}

// foresee asks for a forecast of everybody: so far is no more than expected, which lies within its bounds.
func (l *spending) foresee() {
	for _, u := range spenders {
		x := load(l.T, l.c.DB, l.c.Account(u.customer), l.on)
		f, err := x.Forecast()
		if err != nil {
			l.Fatalf("%s: %s cannot be foreseen: %v", l.on, u.customer, err)
		}
		for _, o := range f.Contracts {
			for _, b := range o.Bills {
				if b.Low.Cmp(b.Amount) > 0 || b.Amount.Cmp(b.High) > 0 {
					l.Errorf("%s: contract %s on %s: so far %s, expected %s, from %s to %s", l.on, o.Number, b.On, b.SoFar, b.Amount, b.Low, b.High)
				}
			}
			for _, r := range o.Limits {
				if !r.On.IsZero() && (r.On.Before(l.on) || r.Earliest.IsZero() || r.Earliest.After(r.On) || !r.Latest.IsZero() && r.On.After(r.Latest)) {
					l.Errorf("%s: %s %s of %s is reached on %s, between %s and %s", l.on, r.Kind, r.ID, o.Number, r.On, r.Earliest, r.Latest)
				}
			}
		}
		bill, err := x.Running()
		if err != nil {
			l.Fatalf("%s: %s has no running bill: %v", l.on, u.customer, err)
		}
		for _, total := range bill.Totals() {
			if _, err := x.Course(total); err != nil {
				l.Fatalf("%s: no course: %v", l.on, err)
			}
		}
	}
}

// bill runs the day, also when somebody has to let go a run that is far from the one before.
func (l *spending) bill() {
	for range 2 {
		r, err := invoicing.Run(l.Context(), l.c.DB, invoicing.Options{AsOf: l.on}, l.c.Finance)
		if err != nil || len(r.Failures) > 0 {
			l.Fatalf("%s: the run fails: %v %v", l.on, err, r.Failures)
		}
		if r.Held == "" {
			return
		}
		if err := l.c.DB.Tx(l.Context(), func(tx pgx.Tx) error { return invoicing.Release(l.Context(), tx, l.on, "it is so", l.c.Finance) }); err != nil {
			l.Fatal(err)
		}
	}
}

func (l *spending) run() {
	want, before := map[string][]printed{}, map[string]int{}
	for _, u := range spenders {
		bill, err := load(l.T, l.c.DB, l.c.Account(u.customer), l.on).Running()
		if err != nil {
			l.Fatal(err)
		}
		for _, d := range bill.Documents {
			if d.IssuedOn == l.on {
				want[u.customer] = append(want[u.customer], print(d))
			}
		}
		before[u.customer] = len(l.c.Documents(l.T, l.c.Account(u.customer)))
	}
	l.bill()
	for _, u := range spenders {
		var got []printed
		for _, d := range l.c.Documents(l.T, l.c.Account(u.customer))[before[u.customer]:] {
			got = append(got, print(d.Draft))
		}
		if diff := cmp.Diff(want[u.customer], got); diff != "" {
			l.Errorf("%s: the running bill of %s is not what the run issued (-running bill +issued):\n%s", l.on, u.customer, diff)
		}
	}
}

// What is sent under a duplicate's number fills the cap of whom it was merged into, and is told of at once.
func TestUseOfADuplicateFiresTheAlertOfWhomItCountsFor(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, capped)
	look(t, c.DB, "2026-01-10")
	if err := c.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		return contracts.MergeCustomers(t.Context(), tx, c.Customers["lone"].ID, c.Customers["acme"].ID, "one and the same", day("2026-01-10"), c.Finance)
	}); err != nil {
		t.Fatal(err)
	}
	c.Use(t, "lone", "api.calls", "2026-01-10", "450")
	if got := look(t, c.DB, "2026-01-10"); got.Fired != 1 {
		t.Errorf("90 %% of the cap are reached, and what fired is %+v", got)
	}
}
