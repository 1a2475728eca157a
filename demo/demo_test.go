package demo_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/demo"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/tax"
)

var (
	today = period.NewDate(2026, 11, 21)
	now   = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// options fill as cmd does: recognition of the months that are over first.
func options(db *postgres.DB) demo.Options {
	return demo.Options{Today: today, Now: now, BillingDay: func(ctx context.Context, day period.Date) error {
		by := access.System("test")
		earned, err := revrec.Run(ctx, db, revrec.Options{AsOf: day.AddDays(-1)}, by)
		if err != nil {
			return err
		}
		for _, f := range earned.Failures {
			return fmt.Errorf("recognize account %d: %w", f.Account, f.Err)
		}
		issued, err := invoicing.Run(ctx, db, invoicing.Options{AsOf: day}, by)
		if err != nil {
			return err
		}
		for _, f := range issued.Failures {
			return fmt.Errorf("bill account %d: %w", f.Account, f.Err)
		}
		if issued.Held != "" {
			return fault.New(fault.Conflict, "held: %s", issued.Held)
		}
		return nil
	}}
}

// timed logs how long each kind of scene took.
func timed(t *testing.T, o *demo.Options) func() {
	spent, last, since := map[string]time.Duration{}, "", time.Now()
	mark := func(note string) {
		if last != "" {
			spent[last] += time.Since(since)
		}
		if _, kind, ok := strings.Cut(note, " "); ok && note[4:5] == "-" {
			note = kind
		}
		last, since = note, time.Now()
	}
	o.Progress = func(_, _ int64, note string) { mark(note) }
	inner := o.BillingDay
	o.BillingDay = func(ctx context.Context, day period.Date) error { return inner(ctx, day) }
	return func() {
		mark("")
		for _, kind := range slices.Sorted(maps.Keys(spent)) {
			t.Logf("%8s %s", spent[kind].Round(time.Millisecond), kind)
		}
	}
}

func seeded(t *testing.T) *postgres.DB {
	t.Helper()
	db := pgtest.New(t)
	if err := db.Tx(context.Background(), func(tx pgx.Tx) error { return tax.InstallSeed(context.Background(), tx) }); err != nil {
		t.Fatal(err)
	}
	return db
}

func fill(t *testing.T, db *postgres.DB, o demo.Options) demo.Summary {
	t.Helper()
	s, err := demo.Fill(context.Background(), db, o)
	if err != nil {
		t.Fatalf("fill: %v", err)
	}
	return s
}

func TestTheYearIsLivedAndTheBooksAgree(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	o := options(db)
	report := timed(t, &o)
	began := time.Now()
	s := fill(t, db, o)
	t.Logf("%s in %s; released %v", s.Text, time.Since(began), s.Released)
	report()
	trialBalanceIsZero(t, db)
	receivableIsWhatInvoicesAndPaymentsLeave(t, db)
	nothingIsLeftToInvoice(t, db)
	monthsAreClosed(t, db)
	invoiceLinesEqualANaiveRating(t, db)
	exceptionsWait(t, db)
	everybodySignsIn(t, db)

	before := rows(t, db)
	if again := fill(t, db, o); again.Filled || again.Text != s.Text {
		t.Errorf("a second fill says %+v, the first said %+v", again, s)
	}
	if after := rows(t, db); !maps.Equal(before, after) {
		t.Errorf("a second fill changed row counts:\n%v\nbecame\n%v", before, after)
	}
}

// stops are ways to end a fill in the middle; cancel is what kills it.
var stops = []func(o *demo.Options, cancel func()){
	func(o *demo.Options, cancel func()) { // before a billing day
		bill := o.BillingDay
		o.BillingDay = func(ctx context.Context, day period.Date) error {
			if day == period.NewDate(2026, 1, 8) {
				cancel()
			}
			return bill(ctx, day)
		}
	},
	func(o *demo.Options, cancel func()) { // after one
		bill := o.BillingDay
		o.BillingDay = func(ctx context.Context, day period.Date) error {
			err := bill(ctx, day)
			if day == period.NewDate(2026, 5, 1) {
				cancel()
			}
			return err
		}
	},
	func(o *demo.Options, cancel func()) { o.Progress = stopAt("2026-07-08 receipts", cancel) },
	func(o *demo.Options, cancel func()) { o.Progress = stopAt("2026-08-27 a credit", cancel) },
}

func stopAt(what string, cancel func()) func(int64, int64, string) {
	return func(_, _ int64, note string) {
		if note == what {
			cancel()
		}
	}
}

// A fill that is stopped four times, and goes on another day each time, tells the
// same story as one that was left in peace.
func TestAnInterruptedFillGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	whole, stopped := seeded(t), seeded(t)
	fill(t, whole, options(whole))
	for i, stop := range stops {
		ctx, cancel := context.WithCancel(context.Background())
		o := options(stopped)
		o.Today, o.Now = o.Today.AddDays(i), o.Now.AddDate(0, 0, i)
		stop(&o, cancel)
		if _, err := demo.Fill(ctx, stopped, o); !errors.Is(err, context.Canceled) {
			t.Fatalf("stop %d: the fill answered %v", i, err)
		}
	}
	s := fill(t, stopped, options(stopped))
	if !s.Filled || s.Today != today {
		t.Errorf("the fill that went on says %+v", s)
	}
	trialBalanceIsZero(t, stopped)
	if diff := cmp.Diff(told(t, whole), told(t, stopped)); diff != "" {
		t.Errorf("left in peace (-) and stopped four times (+) differ:\n%s", diff)
	}
}

// told is the story as the books have it.
func told(t *testing.T, db *postgres.DB) []string {
	t.Helper()
	var out []string
	for _, query := range []string{
		`select number || ' ' || issued_on || ' ' || total || ' ' || currency from invoicing.documents order by number`,
		`select transaction || ' ' || received_on || ' ' || amount from payments.receipts order by transaction`,
		`select entity_id || ' ' || currency || ' ' || ledger_account || ' ' || booked_on || ' ' || sum(amount) || ' ' || count(*)
		from ledger.postings group by entity_id, currency, ledger_account, booked_on order by entity_id, currency, ledger_account, booked_on`,
		`select customer_id || ' ' || meter_id || ' ' || sum(quantity) || ' ' || count(*)
		from usage.events group by customer_id, meter_id order by customer_id, meter_id`,
		`select 'conflicts ' || count(*) from usage.conflicts`,
		`select 'quarantined ' || count(*) from usage.quarantine`,
	} {
		found, err := db.Query(context.Background(), query)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(found, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, lines...)
	}
	return out
}

func TestAnotherCompanyIsNotMovedInWith(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	err := db.Tx(context.Background(), func(tx pgx.Tx) error {
		_, err := entities.Create(context.Background(), tx, entities.Entity{Code: "acme", Name: "Acme Inc.", Country: "US", Region: "CA",
			City: "Fresno", TimeZone: "America/Los_Angeles", Currency: "USD"}, access.System("test"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Fill(context.Background(), db, options(db)); fault.Kind(err) != fault.Conflict || !strings.Contains(err.Error(), "Acme Inc.") {
		t.Errorf("the fill answered %v", err)
	}
}

func trialBalanceIsZero(t *testing.T, db *postgres.DB) {
	t.Helper()
	for currency, sum := range sums(t, db, `select currency, sum(amount)::bigint from ledger.postings group by currency`) {
		if sum != 0 {
			t.Errorf("the trial balance in %s is off by %d", currency, sum)
		}
	}
}

// receivableIsWhatInvoicesAndPaymentsLeave adds documents up from invoicing and
// payments, and compares with the ledger.
func receivableIsWhatInvoicesAndPaymentsLeave(t *testing.T, db *postgres.DB) {
	t.Helper()
	owed := sums(t, db, `
		with asked as (
			select d.currency, d.total from invoicing.documents d
			where not exists (select 1 from invoicing.voids v where v.account_id = d.account_id and v.seq = d.seq)
		), paid as (
			select r.currency, a.amount from payments.applications a
			join payments.receipts r on r.account_id = a.account_id and r.id = a.receipt_id
		)
		select currency, sum(total)::bigint from (
			select currency, total from asked union all select currency, -amount from paid) as x
		group by currency`)
	booked := sums(t, db, `select currency, sum(amount)::bigint from ledger.postings where ledger_account = 1100 group by currency`)
	if !maps.Equal(owed, booked) {
		t.Errorf("documents less payments leave %v open, the ledger has %v", owed, booked)
	}
	if len(owed) < 4 {
		t.Errorf("open receivables in %v only", owed)
	}
}

// nothingIsLeftToInvoice prices every contract again: due as of the last billing
// day, less booked, must be nothing.
func nothingIsLeftToInvoice(t *testing.T, db *postgres.DB) {
	t.Helper()
	ctx, asOf := context.Background(), period.NewDate(2026, 11, 15)
	accounts, err := contracts.Accounts(ctx, db, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	world, err := invoicing.LoadWorld(ctx, db, asOf)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := invoicing.LoadFacts(ctx, db, accounts, asOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range facts {
		for _, a := range f.Agreements {
			pieces, err := contracts.Charges(a, world.Catalog, f.Usage, asOf)
			if err != nil {
				t.Fatal(err)
			}
			owed := money.Zero(a.Currency)
			for _, p := range invoicing.Due(pieces, asOf) {
				owed = owed.Add(p.Amount)
			}
			booked := money.Zero(a.Currency)
			for _, s := range f.Standing.Of(int64(a.Contract)) {
				booked = booked.Add(s.Amount)
			}
			if owed != booked {
				t.Errorf("contract %s: owed %s, booked %s", a.Number, owed, booked)
			}
		}
	}
}

func monthsAreClosed(t *testing.T, db *postgres.DB) {
	t.Helper()
	months, err := ledger.LoadMonths(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all(t, db) {
		if got, want := months.ClosedThrough(e.ID), period.NewMonth(2026, 10); got != want {
			t.Errorf("%s is closed through %s, should be through %s", e.Code, got, want)
		}
	}
}

// exceptionsWait looks for what the open month must leave to people.
func exceptionsWait(t *testing.T, db *postgres.DB) {
	t.Helper()
	for what, query := range map[string]string{
		"conflicting usage events":                   `select count(*) from usage.conflicts`,
		"usage events in quarantine":                 `select count(*) from usage.quarantine`,
		"voided invoices":                            `select count(*) from invoicing.voids`,
		"runs that were held and released":           `select count(*) from invoicing.run_events where event = 'released'`,
		"credits":                                    `select count(*) - 2 from contracts.concessions`,
		"money that pays no invoice":                 `select count(*) from ledger.postings where ledger_account = 2300`,
		"contracts submitted and not decided":        `select count(*) from contracts.decisions d where event = 'submitted' and not exists (select 1 from contracts.decisions e where e.contract_id = d.contract_id and e.version = d.version and e.seq > d.seq)`,
		"drafts":                                     `select count(*) from contracts.versions v where not exists (select 1 from contracts.decisions d where d.contract_id = v.contract_id and d.version = v.version)`,
		"second versions":                            `select count(*) from contracts.versions where version = 2`,
		"lines that correct an issued one by itself": `select count(*) from invoicing.documents d where d.frozen::text like '%Addition: %' or d.frozen::text like '%Correction of %'`,
	} {
		var n int
		if err := db.QueryRow(context.Background(), query).Scan(&n); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if n < 1 {
			t.Errorf("there are no %s", what)
		}
	}
}

// everybodySignsIn tries the logins as printed; finance finds a contract to decide.
func everybodySignsIn(t *testing.T, db *postgres.DB) {
	t.Helper()
	for _, l := range demo.Logins {
		a, err := access.Authenticate(context.Background(), db, l.Email, l.Password, "127.0.0.1", now)
		if err != nil || !slices.Equal(a.Roles, []access.Role{l.Role}) || a.Name != l.Name {
			t.Errorf("%s signs in as %s %v, %v", l.Email, a.Name, a.Roles, err)
		}
	}
	waiting, err := access.Pending(context.Background(), db, []access.Role{access.Finance})
	if err != nil || len(waiting) != 1 || waiting[0].Subject.Key != "C-1013/v1" {
		t.Errorf("finance should decide about C-1013, finds %+v, %v", waiting, err)
	}
}

func sums(t *testing.T, db *postgres.DB, query string) map[string]int64 {
	t.Helper()
	found, err := db.Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	var currency string
	var sum int64
	if _, err := pgx.ForEachRow(found, []any{&currency, &sum}, func() error { out[currency] = sum; return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// rows counts every table of ours.
func rows(t *testing.T, db *postgres.DB) map[string]int64 {
	t.Helper()
	found, err := db.Query(context.Background(), `
		select n.nspname || '.' || c.relname
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind = 'r' and n.nspname in ('access', 'catalog', 'contracts', 'customers', 'entities', 'invoicing', 'ledger', 'mail',
			'payments', 'revrec', 'tax', 'usage')`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, name := range names {
		var n int64
		if err := pgtest.Admin(t, db).QueryRow(context.Background(), "select count(*) from "+name).Scan(&n); err != nil {
			t.Fatal(err)
		}
		out[name] = n
	}
	return out
}

func all(t *testing.T, db *postgres.DB) []entities.Entity {
	t.Helper()
	d, err := entities.Load(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	return d.All()
}
