package pgtest_test

import (
	"context"
	"testing"

	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

func TestASharedDatabaseIsFilledOnceAndEveryTestChangesItsOwnCopy(t *testing.T) {
	var fills int
	var known int64
	shared := pgtest.Shared{Fill: func(ctx context.Context, db *postgres.DB) error {
		fills++
		return db.QueryRow(ctx, `select nextval('known_order')`).Scan(&known)
	}}
	for range 2 {
		var next int64
		if err := shared.Clone(t).QueryRow(t.Context(), `select nextval('known_order')`).Scan(&next); err != nil || next != known+1 {
			t.Errorf("a copy goes on with %d (%v), the filled database had come to %d", next, err, known)
		}
	}
	if fills != 1 {
		t.Errorf("it was filled %d times", fills)
	}
}
