package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres/pgtest"
)

func TestTheChartInGoIsTheChartInTheDatabase(t *testing.T) {
	rows, err := pgtest.New(t).Query(ctx, `select id, code, name, type from ledger.accounts order by id`)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Info])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Chart, stored); diff != "" {
		t.Errorf("the charts differ (-Go +SQL):\n%s", diff)
	}
}
