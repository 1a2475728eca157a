package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/usage"
)

// tallies are sums and counts by what they are of, as text.
type tallies map[string]tally

type tally struct {
	Quantity string
	Events   int64
}

func (t tallies) add(key string, quantity decimal.Decimal) {
	was := t[key]
	sum := quantity
	if was.Quantity != "" {
		sum = sum.Add(decimal.RequireFromString(was.Quantity))
	}
	t[key] = tally{sum.String(), was.Events + 1}
}

// sellerZones says in whose zone a customer's days are: that of the seller's legal entity.
var sellerZones = map[string]string{"acme": "America/New_York", "lone": "America/New_York", "rhein": "Europe/Amsterdam", "gracht": "Europe/Amsterdam",
	"harbor": "America/New_York", "summit": "America/New_York", metLater: "America/New_York"}

// expectCounted holds what the database counts against the plan, event by event, and then its rollups against a plain
// recount of the plan: neither looks at how events came in.
func expectCounted(t *testing.T, db *postgres.DB, p *plan, known func(*measure) bool) {
	t.Helper()
	want, hours, days, combinations := map[string]string{}, tallies{}, tallies{}, tallies{}
	for id, e := range p.events {
		if !known(e) || e.retracted {
			continue
		}
		want[id.source+" "+id.id] = spelled(e.customer, e.meter, e.at, e.quantity, e.dimensions)
		zone, err := time.LoadLocation(sellerZones[e.customer])
		if err != nil {
			t.Fatal(err)
		}
		of, day := e.customer+" "+e.meter+" ", e.at.In(zone).Format(time.DateOnly)
		hours.add(of+e.at.UTC().Truncate(15*time.Minute).Format(time.RFC3339), e.quantity)
		days.add(of+day, e.quantity)
		if e.meter == "requests" {
			combinations.add(of+day+" "+e.dimensions["region"], e.quantity)
		}
	}
	expectSameMap(t, "events that count", want, countedEvents(t, db))
	const parties = ` join customers.customers c on c.id = r.customer_id join catalog.meters m on m.id = r.meter_id where r.events > 0`
	expectSameMap(t, "quarter hours", hours, rolledUp(t, db, `
		select c.external_id || ' ' || m.code || ' ' || to_char(bucket_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), quantity, events from usage.quarter_hours r`+parties))
	expectSameMap(t, "days", days, rolledUp(t, db, `select c.external_id || ' ' || m.code || ' ' || day, quantity, events from usage.days r`+parties))
	expectSameMap(t, "days by dimension", combinations, rolledUp(t, db, `
		select c.external_id || ' ' || m.code || ' ' || day || ' ' || coalesce(r.dimensions ->> 'region', ''), quantity, events from usage.dimension_days r`+parties))
	expectRecount(t, db)
	if got := count(t, db, `select count(*) from usage.conflicts`); got != p.conflicts {
		t.Errorf("%d conflicts are kept, %d contents were refused", got, p.conflicts)
	}
	waiting := 0
	for _, e := range p.events {
		if !known(e) {
			waiting++
		}
	}
	if got := count(t, db, `select count(*) from usage.quarantine w where not exists (select from usage.releases r where r.key = w.key and r.content = w.content)`); got != waiting {
		t.Errorf("%d events wait in quarantine, %d have no customer or meter", got, waiting)
	}
}

func spelled(customer, meter string, at time.Time, quantity decimal.Decimal, dimensions map[string]string) string {
	text, err := json.Marshal(dimensions) // sorted by name
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%s %s %s %s %s", customer, meter, at.UTC().Format(time.RFC3339Nano), quantity, text)
}

func countedEvents(t *testing.T, db *postgres.DB) map[string]string {
	t.Helper()
	rows, err := pgtest.Admin(t, db).Query(t.Context(), `
		select e.source || ' ' || e.event_id, c.external_id, m.code, e.occurred_at, e.quantity, e.dimensions
		from usage.counted e join customers.customers c on c.id = e.customer_id join catalog.meters m on m.id = e.meter_id`)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	var key, customer, meter string
	var at time.Time
	var quantity decimal.Decimal
	var dimensions map[string]string
	_, err = pgx.ForEachRow(rows, []any{&key, &customer, &meter, &at, &quantity, &dimensions}, func() error {
		if out[key] != "" {
			t.Errorf("%s counts twice", key)
		}
		out[key] = spelled(customer, meter, at, quantity, dimensions)
		dimensions = nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func rolledUp(t *testing.T, db *postgres.DB, sql string) tallies {
	t.Helper()
	rows, err := pgtest.Admin(t, db).Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	out := tallies{}
	var key string
	var quantity decimal.Decimal
	var events int64
	if _, err = pgx.ForEachRow(rows, []any{&key, &quantity, &events}, func() error {
		out[key] = tally{quantity.String(), events}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// expectRecount asks the program's own recount too: it reads as `ratable verify` does.
func expectRecount(t *testing.T, db *postgres.DB) {
	t.Helper()
	rows, err := db.Query(t.Context(), `select distinct account_id from usage.days`)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range accounts {
		found, err := usage.Recount(t.Context(), db, account)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range found {
			t.Error(d)
		}
	}
}

// expectSameMap names the first differences only: a million lines help nobody.
func expectSameMap[V any](t *testing.T, what string, want, got map[string]V) {
	t.Helper()
	var wrong []string
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if have, ok := got[k]; !ok || !cmp.Equal(want[k], have) {
			wrong = append(wrong, fmt.Sprintf("%s: want %v, have %v", k, want[k], have))
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s: want nothing, have %v", k, v))
		}
	}
	if len(wrong) > 0 {
		t.Errorf("%s: %d of %d differ, such as\n%s", what, len(wrong), len(want), wrong[:min(5, len(wrong))])
	}
	if len(want) == 0 {
		t.Errorf("%s: the plan has none", what)
	}
}
