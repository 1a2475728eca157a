package main

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/closing"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/revrec"
)

func TestAnExportAsKnownAtACloseIsTheSameBytesAndVerifyNamesWhatIsTamperedWith(t *testing.T) {
	db := pgtest.New(t)
	company := invoicingtest.New(t, db)
	company.Sign(t, deal)
	company.Use(t, "acme", "api.calls", "2026-01-10", "2500")
	recognize := func(asOf string) {
		t.Helper()
		if _, err := revrec.Run(t.Context(), db, revrec.Options{AsOf: invoicingtest.Day(asOf)}, company.Accountant); err != nil {
			t.Fatal(err)
		}
	}
	company.Bill(t, "2026-01-01")
	recognize("2026-01-31")
	company.Bill(t, "2026-02-01")
	january := period.NewMonth(2026, 1)
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		_, err := closing.Close(t.Context(), tx, closing.At{Entity: company.US, Month: january, AsOf: invoicingtest.Day("2026-02-05")}, nil, nil, company.Accountant)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	env := settings(t, db)
	ask := func(args ...string) string {
		t.Helper()
		return ratable(t, env, "", append([]string{"export"}, args...)...).want(t, 0).out
	}
	known := [][]string{
		{"journal", "--as-known", "rtus/2026-01"}, {"journal", "--as-known", "rtus/2026-01#1", "--format", "hledger"},
		{"trial", "--entity", "rtus", "--as-known", "2026-01"},
	}
	var then []string
	for _, args := range known {
		then = append(then, ask(args...))
	}
	ratable(t, env, "", "verify").want(t, 0, "As sealed: 1 closed month with 2 entries")

	// More becomes known: late usage of January, and February.
	company.Use(t, "acme", "api.calls", "2026-01-20", "4000")
	recognize("2026-02-28")
	company.Bill(t, "2026-03-01")
	for i, args := range known {
		if again := ask(args...); again != then[i] {
			t.Errorf("%v differs the second time:\n%s\nwas\n%s", args, again, then[i])
		}
		if now := ask(args[0], "--entity", "rtus"); now == then[i] || !strings.Contains(now, "\n") {
			t.Errorf("%v shows nothing of what became known since", args)
		}
	}
	ratable(t, env, "", "verify", "--entity", "rtus", "--month", "2026-01").want(t, 0, "As sealed: 1 closed month")
	ratable(t, env, "", "export", "journal", "--as-known", "rtus/2026-02").want(t, exitBadInput, "was never closed")
	ratable(t, env, "", "export", "journal", "--as-known", "rtus/2026-01#2").want(t, exitBadInput, "say #1 to #1")
	ratable(t, env, "", "export", "journal", "--as-known", "999999999").want(t, exitBadInput, "place in the known order")
	ratable(t, env, "", "verify", "--entity", "nobody").want(t, exitBadInput, "not one of our legal entities")

	admin := pgtest.Admin(t, db)
	for _, sql := range []string{
		`alter table ledger.postings disable trigger user`,
		`update ledger.postings set amount = amount + sign(amount)::bigint where entry_seq = 1`,
		`alter table ledger.postings enable trigger user`,
	} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	ratable(t, env, "", "verify").want(t, exitFailure, "rtus 2026-01: entry 1 of account", "was changed")
}
