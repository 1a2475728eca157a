// Package pgtest owns the PostgreSQL that tests run on: one private server for all test processes of a
// `go test ./...`, a template database for each state of the migrations, and a database of its own for every
// test that asks for one. It owns no test data.
//
// The server keeps nothing safe from a power cut (fsync is off) and ends soon after the last test process,
// however that ended. TEST_DATABASE_URL names another server to use, logging in as a role that may create
// roles and databases. KEEP_DB=1 keeps the database of a failed test for half an hour and prints its
// URL. PGTEST_THROUGH=7 stops at migration 7, for when a later one is being written.
//
// A machine without PostgreSQL fails the test with the command that installs it; nothing is skipped.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

var extras []postgres.Extra

// Main runs a package's tests. A package that needs more than New only to hand over a library's migrations
// (jobs) calls it from TestMain, and so does one with a Shared database, which it drops; for others it is optional.
func Main(m *testing.M, extra ...postgres.Extra) {
	extras = extra
	code := m.Run()
	if err := dropFilled(); err != nil {
		fmt.Fprintln(os.Stderr, "drop the shared databases:", err)
	}
	os.Exit(code)
}

var count atomic.Int64

// New returns a database of this test's own, migrated and empty, as the serving role. It is dropped when the
// test ends.
func New(t testing.TB, opts ...postgres.Option) *postgres.DB {
	t.Helper()
	c, err := theCluster()
	if err != nil {
		t.Fatalf("no database to test on: %v", err)
	}
	return c.copyOf(t, c.template, opts...)
}

// copyOf opens a copy of a database that lives as long as the test.
func (c *cluster) copyOf(t testing.TB, template string, opts ...postgres.Option) *postgres.DB {
	t.Helper()
	name := databaseName(t)
	if err := c.create(context.Background(), name, template); err != nil {
		t.Fatalf("clone the template database: %v", err)
	}
	t.Cleanup(func() { c.discard(t, name) })
	return c.open(t, c.Serving, name, opts...)
}

func (c *cluster) create(ctx context.Context, name, template string) error {
	_, err := c.admin.Exec(ctx, fmt.Sprintf("create database %s template %s strategy file_copy owner %s", name, template, postgres.OwnerRole))
	return err
}

// Admin returns the same database as the owner of the schema, for what the serving role may not do.
func Admin(t testing.TB, db *postgres.DB) *postgres.DB {
	t.Helper()
	c, err := theCluster()
	if err != nil {
		t.Fatal(err)
	}
	return c.open(t, c.Owner, nameOf(db), postgres.AsOwner())
}

// URL returns the address of a test's database for a process that serves, OwnerURL for one that migrates.
func URL(t testing.TB, db *postgres.DB) string {
	t.Helper()
	c, err := theCluster()
	if err != nil {
		t.Fatal(err)
	}
	return withDatabase(c.Serving, nameOf(db))
}

// OwnerURL is URL as the owner.
func OwnerURL(t testing.TB, db *postgres.DB) string {
	t.Helper()
	c, err := theCluster()
	if err != nil {
		t.Fatal(err)
	}
	return withDatabase(c.Owner, nameOf(db))
}

// Plant changes an append-only table behind its guards' back, so that a test can see the discrepancy found. The
// statement may touch that one table only.
func Plant(t testing.TB, db *postgres.DB, table, sql string, args ...any) {
	t.Helper()
	err := Admin(t, db).Tx(context.Background(), func(tx pgx.Tx) error {
		for _, step := range []string{"alter table " + table + " disable trigger user", "", "alter table " + table + " enable trigger user"} {
			stepArgs := args
			if step == "" {
				step = sql
			} else {
				stepArgs = nil
			}
			if _, err := tx.Exec(context.Background(), step, stepArgs...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("plant a discrepancy in %s: %v", table, err)
	}
}

func (c *cluster) open(t testing.TB, url, database string, opts ...postgres.Option) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(context.Background(), withDatabase(url, database), opts...)
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(func() {
		closed := make(chan struct{})
		go func() { db.Close(); close(closed) }()
		select {
		case <-closed:
		case <-time.After(10 * time.Second):
			t.Errorf("a connection was never given back to the pool: close the rows, end the transaction")
		}
	})
	return db
}

// discard drops a database, unless a failed test's is to be looked at.
func (c *cluster) discard(t testing.TB, name string) {
	if t.Failed() && os.Getenv("KEEP_DB") != "" {
		c.keep()
		t.Logf("KEEP_DB: psql '%s'", withDatabase(c.Owner, name))
		return
	}
	if _, err := c.admin.Exec(context.Background(), "drop database "+name+" with (force)"); err != nil {
		t.Errorf("drop the test database: %v", err)
	}
}

var notPlain = regexp.MustCompile(`[^a-z0-9]+`)

// databaseName says whose it is, within the 63 bytes of a PostgreSQL name.
func databaseName(t testing.TB) string {
	name := fmt.Sprintf("%s%d_%d_%s", testPrefix, os.Getpid(), count.Add(1), strings.Trim(notPlain.ReplaceAllString(strings.ToLower(t.Name()), "_"), "_"))
	return name[:min(len(name), 63)]
}

func nameOf(db *postgres.DB) string { return db.Pool().Config().ConnConfig.Database }
