package demo_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

func TestNumbersOfAnEntityKindAndYearAreUniqueAndHaveNoGap(t *testing.T) {
	proof{numbers, []plant{
		{"invoicing.documents", `update invoicing.documents set number = 'NLUS-2026-009999' where number = 'NLUS-2026-000005'`, "NLUS-2026-00"},
		{"invoicing.documents", `update invoicing.documents set number = 'NLEU-2025-000003' where number = 'NLEU-2025-000002'`, "NLEU-2025-00000"},
		{"invoicing.documents", `update invoicing.documents set number = 'NLUS-2026-000101' where number = 'NLUS-2026-000100'`, "NLUS-2026-00010"},
		{"invoicing.numbers", `delete from invoicing.numbers where number = 'NLUS-2026-000007'`, "NLUS-2026-000007 is of a document and not in the list of numbers"},
	}}.hold(t)
}

// numbers counts each series from one, voided documents like others.
func numbers(t *testing.T, db *postgres.DB) (out []string) {
	t.Helper()
	found, err := db.Query(context.Background(), `
		select upper(e.code) || case d.kind when 'credit_note' then '-CN' else '' end || '-' || extract(year from d.issued_on), d.number
		from invoicing.documents d join entities.entities e on e.id = d.entity_id`)
	if err != nil {
		t.Fatal(err)
	}
	series, used := map[string][]string{}, map[string]int{}
	var prefix, number string
	if _, err := pgx.ForEachRow(found, []any{&prefix, &number}, func() error {
		series[prefix] = append(series[prefix], number)
		used[number]++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for prefix, all := range series {
		for n := range len(all) {
			if want := fmt.Sprintf("%s-%06d", prefix, n+1); !slices.Contains(all, want) {
				out = append(out, want+" is missing")
			}
		}
		for _, number := range all {
			if used[number] > 1 {
				out = append(out, number+" is used twice")
			}
			if !strings.HasPrefix(number, prefix+"-0") {
				out = append(out, number+" is not of the series "+prefix)
			}
		}
	}
	listed := texts(t, db, `select number from invoicing.numbers`)
	for number := range used {
		if !slices.Contains(listed, number) {
			out = append(out, number+" is of a document and not in the list of numbers")
		}
	}
	if len(series) < 6 || len(texts(t, db, `select number from invoicing.documents join invoicing.voids using (account_id, seq)`)) == 0 {
		t.Errorf("only %v, or no void, was looked at", series)
	}
	return out
}
