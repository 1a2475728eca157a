package pgtest

import (
	"testing"

	"ratable/internal/postgres"
)

// LoginURL is URL as an administrator of the server: for a program that is given one address, as in DATABASE_URL, and
// migrates and serves with it.
func LoginURL(t testing.TB, db *postgres.DB) string {
	t.Helper()
	c, err := theCluster()
	if err != nil {
		t.Fatal(err)
	}
	return withDatabase(c.Admin, nameOf(db))
}
