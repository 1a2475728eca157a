package demo_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

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
	"ratable/invoicing"
	"ratable/ledger"
)

func TestTheYearIsLivedAndASecondFillChangesNothing(t *testing.T) {
	t.Parallel()
	db := company.Clone(t)
	t.Logf("%s; released %v", lived.Text, lived.Released)
	nothingIsLeftToInvoice(t, db)
	monthsAreClosed(t, db)
	invoiceLinesEqualANaiveRating(t, db)
	exceptionsWait(t, db)
	everybodySignsIn(t, db)

	before := state(t, db)
	if again := fill(t, db, options(db)); again.Filled || again.Text != lived.Text {
		t.Errorf("a second fill says %+v, the first said %+v", again, lived)
	}
	expectSame(t, "a second fill", before, state(t, db))
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
	stopped := seeded(t)
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
	for _, finding := range trialBalance(t, stopped) {
		t.Error(finding)
	}
	if diff := cmp.Diff(told(t, company.Clone(t)), told(t, stopped)); diff != "" {
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
		out = append(out, texts(t, db, query)...)
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

// nothingIsLeftToInvoice prices every contract again: due as of the last billing
// day, less booked, must be nothing.
func nothingIsLeftToInvoice(t *testing.T, db *postgres.DB) {
	t.Helper()
	ctx, asOf := context.Background(), lastBilled
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
	waiting := 0
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
			booked, stood := money.Zero(a.Currency), f.Standing.Of(int64(a.Contract))
			for _, s := range stood {
				booked = booked.Add(s.Amount)
			}
			for _, c := range invoicing.StandingOver(a, pieces, stood, asOf) {
				booked, waiting = booked.Add(c.Delta()), waiting+1
			}
			switch {
			case a.Number == disputed && owed.Sub(booked).Sign() <= 0:
				t.Errorf("contract %s is held, and nothing waits for it", a.Number)
			case a.Number != disputed && owed != booked:
				t.Errorf("contract %s: owed %s, booked and waiting %s", a.Number, owed, booked)
			}
		}
	}
	if waiting == 0 {
		t.Error("no late usage waits for its customer's next invoice")
	}
}

// disputed is the contract whose bills are held.
const disputed = "C-1005"

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
		"usage events that came too late":            `select count(*) from usage.waiting where reason = 'late' and deadline is not null and state = 'waiting'`,
		"names that senders use":                     `select count(*) from usage.aliases where means <> ''`,
		"voided invoices":                            `select count(*) from invoicing.voids`,
		"runs that were held and released":           `select count(*) from invoicing.run_events where event = 'released'`,
		"credits":                                    `select count(*) - 2 from contracts.concessions`,
		"money that pays no invoice":                 `select count(*) from ledger.postings where ledger_account = 2300`,
		"contracts submitted and not decided":        `select count(*) from contracts.decisions d where event = 'submitted' and not exists (select 1 from contracts.decisions e where e.contract_id = d.contract_id and e.version = d.version and e.seq > d.seq)`,
		"holds that stand":                           `select count(*) from invoicing.holds h where not exists (select 1 from invoicing.hold_releases r where r.account_id = h.account_id and r.hold_id = h.id)`,
		"contracts that renewed by themselves":       `select count(*) from contracts.decisions where event = 'renewed'`,
		"milestones that were reached":               `select count(*) from contracts.deliveries`,
		"other payers":                               `select count(*) from contracts.payers`,
		"matches that nobody decided about":          `select count(*) from customers.screenings where result = 'possible'`,
		"sign-ups that wait for one":                 `select count(*) from contracts.sign_ups where number is null`,
		"duplicates":                                 `select count(*) from customers.merges`,
		"signed papers":                              `select count(*) from contracts.attachments`,
		"two contracts under the programme":          `select count(distinct contract_id) - 1 from contracts.versions where document::text like '%"programme": "startups"%'`,
		"ceilings that cut a charge":                 `select count(*) from invoicing.documents where frozen::text like '%"Kind": "cap"%'`,
		"trials billed at nothing":                   `select count(*) from invoicing.documents where frozen::text like '%"Kind": "trial"%'`,
		"credits of the programme that paid":         `select count(*) from invoicing.documents where frozen::text like '%"Kind": "credit"%'`,
		"discounts":                                  `select count(*) from invoicing.documents where frozen::text like '%"Kind": "discount"%'`,
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
	var about []string
	for _, w := range waiting {
		about = append(about, w.Subject.Kind+" "+w.Subject.Key)
	}
	slices.Sort(about)
	if want := []string{"accounting_policy 1/us_gaap/1", "assessment C-1016/1", "catalog 1", "contract C-1013/v1", "erasure 1", "journal 3"}; err != nil || !slices.Equal(about, want) {
		t.Errorf("finance should decide about %v, finds %v, %v", want, about, err)
	}
}

func all(t *testing.T, db *postgres.DB) []entities.Entity {
	t.Helper()
	d, err := entities.Load(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	return d.All()
}
