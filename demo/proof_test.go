package demo_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

// proof is a check of the whole company that says what is wrong, one line each,
// and discrepancies that show it can.
type proof struct {
	check  func(t *testing.T, db *postgres.DB) []string
	plants []plant
}

// plant is one discrepancy, put into one row of a table, and how the check names it.
type plant struct{ table, sql, named string }

// hold wants the check silent on the company as it was lived, and every planted
// discrepancy named, with no word about anything else.
func (p proof) hold(t *testing.T) {
	t.Helper()
	t.Parallel()
	for _, finding := range p.check(t, company.Clone(t)) {
		t.Error(finding)
	}
	for _, x := range p.plants {
		db := company.Clone(t)
		pgtest.Plant(t, db, x.table, x.sql)
		expectNamed(t, x, p.check(t, db))
	}
}

func expectNamed(t *testing.T, x plant, findings []string) {
	t.Helper()
	if len(findings) == 0 {
		t.Errorf("not seen: %s", x.sql)
	}
	for _, finding := range findings {
		if !strings.Contains(finding, x.named) {
			t.Errorf("%s\nis reported as\n%s\nwhich should name %s", x.sql, finding, x.named)
		}
	}
}

// differences compares two ways to the same sums; what is not there is zero.
func differences(what string, should, is map[string]int64) (out []string) {
	keys := maps.Clone(should)
	maps.Copy(keys, is)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if should[key] != is[key] {
			out = append(out, fmt.Sprintf("%s of %s should be %d, is %d", what, key, should[key], is[key]))
		}
	}
	return out
}

// sums reads keys and minor units.
func sums(t *testing.T, db *postgres.DB, query string, args ...any) map[string]int64 {
	t.Helper()
	found, err := db.Query(context.Background(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	var key string
	var sum int64
	if _, err := pgx.ForEachRow(found, []any{&key, &sum}, func() error { out[key] += sum; return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// texts reads one column.
func texts(t *testing.T, db *postgres.DB, query string, args ...any) []string {
	t.Helper()
	found, err := db.Query(context.Background(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}
