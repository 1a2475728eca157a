package demo_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/demo"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/mail"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
)

func TestEveryJobRunAgainChangesNothing(t *testing.T) {
	t.Parallel()
	db, folder := company.Clone(t), t.TempDir()
	if sent, _ := deliver(t, db, folder); sent < 350 {
		t.Errorf("only %d messages were sent", sent)
	}
	sweep(t, db)
	before := state(t, db)
	for range 2 {
		for _, day := range []period.Date{lastBilled, lastBilled.AddDays(-7), period.NewDate(2026, 3, 1)} {
			bill(t, db, day)
		}
		if err := revenue(t.Context(), db, lastBilled); err != nil {
			t.Error(err)
		}
		sweep(t, db)
		if sent, refused := deliver(t, db, folder); sent+refused != 0 {
			t.Errorf("%d messages were sent and %d refused again", sent, refused)
		}
	}
	expectSame(t, "every job again", before, state(t, db))

	pgtest.Plant(t, db, "ledger.billed", `update ledger.billed set due_on = due_on + 1 where document = 'NLUS-2026-000019'`)
	if found := changed(before, state(t, db)); !slices.Equal(found, []string{"ledger.billed"}) {
		t.Errorf("a row of ledger.billed was changed, and what differs is %v", found)
	}
}

// state is the number of rows of every table of ours and a sum over all they say.
func state(t *testing.T, db *postgres.DB) map[string]string {
	t.Helper()
	owner, out := pgtest.Admin(t, db), map[string]string{}
	for _, table := range texts(t, db, `
		select n.nspname || '.' || c.relname
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind = 'r' and n.nspname in ('access', 'catalog', 'contracts', 'customers', 'entities', 'invoicing', 'ledger', 'mail',
			'payments', 'revrec', 'tax', 'usage')`) {
		out[table] = texts(t, owner, `select count(*) || ' rows, ' || coalesce(sum(hashtextextended(x::text, 0)::numeric), 0) from `+table+` x`)[0]
	}
	return out
}

// changed names the tables that differ.
func changed(before, after map[string]string) (out []string) {
	for table := range before {
		if before[table] != after[table] {
			out = append(out, table)
		}
	}
	return out
}

func expectSame(t *testing.T, what string, before, after map[string]string) {
	t.Helper()
	for _, table := range changed(before, after) {
		t.Errorf("%s changed %s: %s became %s", what, table, before[table], after[table])
	}
}

func deliver(t *testing.T, db *postgres.DB, folder string) (sent, refused int) {
	t.Helper()
	renderers := map[string]mail.Renderer{invoicing.MailKind: invoicing.Renderer()}
	s, err := mail.Deliver(context.Background(), db, mail.Folder(folder), renderers, time.Now(), 2000)
	if err != nil || s.Later+s.Lost > 0 {
		t.Fatalf("delivery ended with %+v, %v", s, err)
	}
	return s.Sent, s.Failed
}

func sweep(t *testing.T, db *postgres.DB) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		_, err := access.Sweep(t.Context(), tx, now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// bill runs a billing day; a held one is released by a person and run again.
func bill(t *testing.T, db *postgres.DB, day period.Date) int {
	t.Helper()
	r, err := billing(t.Context(), db, day)
	if fault.Kind(err) == fault.Conflict && r.Held != "" {
		release(t, db, day)
		r, err = billing(t.Context(), db, day)
	}
	if err != nil {
		t.Fatalf("bill %s: %v", day, err)
	}
	return r.Issued.Documents
}

func release(t *testing.T, db *postgres.DB, day period.Date) {
	t.Helper()
	felix := demo.Logins[slices.IndexFunc(demo.Logins, func(l demo.Login) bool { return l.Name == "Felix Brandt" })]
	by, err := access.Authenticate(t.Context(), db, felix.Email, felix.Password, "127.0.0.1", now)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Tx(t.Context(), func(tx pgx.Tx) error { return invoicing.Release(t.Context(), tx, day, "looked at by a test", by) })
	if err != nil {
		t.Fatal(err)
	}
}
