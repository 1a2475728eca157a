package postgres_test

import (
	"testing"

	"ratable/internal/postgres"
)

// eventsOf0008 are events as a database held them before they were parted by month: two batches, three months, one
// instant that is March in UTC alone.
const eventsOf0008 = `
	insert into usage.events (account_id, key, content, customer_id, meter_id, occurred_at, quantity, dimensions, source, event_id, known_order, recorded_at)
	select 7, md5('k' || n)::uuid, md5('c' || n)::uuid, 1 + n % 2, 3, '2026-01-31T23:59:59Z'::timestamptz + n * interval '29 days', 1.5 * n,
	       case when n = 1 then '{"region": "eu"}'::jsonb end, 'edge', 'e-' || n, 100 + n % 2, '2026-04-01T00:00:00Z'
	from generate_series(0, 2) n`

// sealed is what a seal of usage.events would say: how many facts up to a place, and their digest.
const sealed = `select facts || ' ' || digest from house_fingerprint('usage.events',
	array['account_id', 'key', 'content', 'customer_id', 'meter_id', 'occurred_at', 'quantity', 'dimensions', 'source', 'event_id', 'known_order'], 0, 1000)`

func TestAnUpgradePartsEventsByMonthAndLosesNothing(t *testing.T) {
	t.Parallel()
	s := start(t, newHome(t))
	url := s.OwnerURL(postgres.DatabaseName)
	if _, err := postgres.MigrateTo(t.Context(), url, 35); err != nil {
		t.Fatal(err)
	}
	query(t, url, eventsOf0008+` returning 'planted'`)
	said := `select string_agg(x::text, E'\n' order by x::text) from usage.events x`
	rows, seal := query(t, url, said), query(t, url, sealed)
	query(t, url, `with a as (
			insert into closing.seals (entity_id, month, event_seq, columns, entries, ledger_hash, inputs_after, inputs_order, inputs_hash, hash, closed_on, watermark)
			select 1, '2026-01-01', 1, '{}', 0, sha256('l'), 0, 1000, sha256('i'), sha256('h'), '2026-02-01', 1000)
		insert into closing.sealed_inputs (entity_id, month, event_seq, table_name, columns, facts, digest)
		select 1, '2026-01-01', 1, 'usage.events', house_columns('usage.events'), 3, '' returning 'planted'`)

	if _, err := postgres.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct{ what, sql, value string }{
		{"the events", said, rows},
		{"the seal", sealed, seal},
		{"the months", `select string_agg(inhrelid::regclass::text, ' ' order by inhrelid::regclass::text) from pg_inherits where inhparent = 'usage.events'::regclass`,
			"usage.events_2026_01 usage.events_2026_03"},
		{"the keys", `select count(*) || ' ' || bool_and((k.content, k.occurred_at, k.known_order) = (e.content, e.occurred_at, e.known_order))
			from usage.keys k join usage.events e using (account_id, key)`, "3 true"},
	} {
		if got := query(t, url, want.sql); got != want.value {
			t.Errorf("%s are after the upgrade:\n%s\nand were:\n%s", want.what, got, want.value)
		}
	}

	query(t, url, `select 'retired' from usage.retire_month('2026-03-01', 1, 'march.gz', sha256('march'), 2, 1000, '{}')`)
	if got := query(t, url, `select count(*) || ' of ' || (select count(*) from usage.keys) from usage.events`); got != "1 of 3" {
		t.Errorf("events and keys after March was retired: %s", got)
	}
	if got := query(t, url, sealed); got != seal {
		t.Errorf("the seal taken before the upgrade says %s once a month is retired, and said %s", got, seal)
	}
}
