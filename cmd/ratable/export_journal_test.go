package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/exports"
	"ratable/internal/access"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

func TestABatchForAnotherLedgerIsPreviewedWrittenAndWrittenAgainTheSame(t *testing.T) {
	db := pgtest.New(t)
	company := invoicingtest.New(t, db)
	company.Sign(t, deal)
	company.Bill(t, "2026-01-01")
	env := settings(t, db)
	folder := t.TempDir()
	batch := []string{"export", "journal", "--target", "sap", "--entity", "rtus", "--month", "2026-01", "--out", folder}
	ratable(t, env, "", append(batch, "--preview")...).want(t, 0, "blocking: No rule maps AccountsReceivable of rtus in USD for sap (1)")
	ratable(t, env, "", batch...).want(t, exitBadInput, "unmapped: No rule maps AccountsReceivable")
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		p, err := exports.Propose(context.Background(), tx, exports.Default(invoicingtest.Day("2020-01-01")), "Begin", company.Finance)
		if err != nil {
			return err
		}
		return exports.Decide(context.Background(), tx, p.ID, access.Approve, "", company.Accountant)
	})
	if err != nil {
		t.Fatal(err)
	}
	ratable(t, env, "", append(batch, "--preview")...).want(t, 0, "sap-rtus-USD-2026-01-detailed-1.csv: 1 journals")
	ratable(t, env, "", batch...).want(t, 0, "sap-rtus-USD-2026-01-detailed-1.csv", "sap-rtus-USD-2026-01-1-control.csv")
	first := written(t, folder)
	if len(first) != 2 || !strings.HasPrefix(first["sap-rtus-USD-2026-01-detailed-1.csv"], "Batch ID,Company Code,") {
		t.Errorf("the folder holds %v", first)
	}
	ratable(t, env, "", batch...).want(t, 0, "nothing new is posted: batch 1 again")
	for name, content := range written(t, folder) {
		if content != first[name] {
			t.Errorf("%s differs the second time", name)
		}
	}
	ratable(t, env, "", "export", "journal", "--target", "beancount", "--entity", "rtus").want(t, 0, "open Assets:1100-Accounts-receivable USD")
	ratable(t, env, "", "export", "journal", "--target", "xero").want(t, exitBadInput, "takes an entity and a month: Xero imports batches")
	ratable(t, env, "", "export", "journal", "--target", "sage").want(t, exitBadInput, "target: is none of quickbooks, xero")
	ratable(t, env, "", "export", "journal", "--target", "sap", "--month", "2026-01").want(t, exitBadInput, "entity: is missing")
	ratable(t, env, "", append(batch, "--level", "brief")...).want(t, exitBadInput, "level: is detailed or summarized")
}

func written(t *testing.T, folder string) map[string]string {
	t.Helper()
	found, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range found {
		content, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name()] = string(content)
	}
	return out
}
