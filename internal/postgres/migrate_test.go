package postgres_test

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/migrations"
)

// house is the first migration alone, and what the test adds.
func house(t *testing.T, more map[string]string) fs.FS {
	t.Helper()
	text, err := fs.ReadFile(migrations.FS, "0001_house.sql")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"0001_house.sql": {Data: text}}
	for name, text := range more {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

const note2 = `-- +goose Up
create schema story;
create table story.facts (id int primary key);
select house_append_only('story.facts');
select house_serve('story');
`

// bareServer is a server as somebody else set it up: it knows none of our roles. Its login role "given" owns
// the database "given" and has the attributes named.
func bareServer(t *testing.T, attributes string) (s *postgres.Server, given string) {
	t.Helper()
	s = start(t, newHome(t))
	for _, sql := range []string{
		`drop database ratable`, `drop role ratable_owner`, `drop role ratable_app`,
		`create role given login password 'given' ` + attributes, `create database given owner given`,
	} {
		query(t, s.AdminURL("postgres"), sql)
	}
	u, err := url.Parse(s.AdminURL("given"))
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("given", "given")
	return s, u.String()
}

func TestAGivenServerIsMigratedByARoleThatMayCreateRoles(t *testing.T) {
	t.Parallel()
	_, given := bareServer(t, "createrole")
	files := house(t, map[string]string{"0002_story.sql": note2})
	if n, err := postgres.MigrateFiles(t.Context(), given, files, math.MaxInt64); n != 2 || err != nil {
		t.Fatalf("applied %d, error %v; want 2 and none", n, err)
	}
	if n, err := postgres.MigrateFiles(t.Context(), given, files, math.MaxInt64); n != 0 || err != nil {
		t.Errorf("the second time applied %d, error %v; want nothing to do", n, err)
	}
	if got := query(t, given, `select tableowner from pg_tables where schemaname = 'story'`); got != postgres.OwnerRole {
		t.Errorf("the tables belong to %s, want %s", got, postgres.OwnerRole)
	}
	db, err := postgres.Open(t.Context(), given)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(t.Context(), `insert into story.facts values (1)`); err != nil {
		t.Errorf("serve: %v", err)
	}
	if _, err := db.Exec(t.Context(), `update story.facts set id = 2`); !errors.Is(postgres.Fault(err), fault.Denied) {
		t.Errorf("change history as the serving role: %v, want it denied", err)
	}
}

func TestARoleThatMayNotCreateRolesIsToldWhatAnAdministratorHasToRun(t *testing.T) {
	t.Parallel()
	s, given := bareServer(t, "")
	files := house(t, nil)
	// What each message asks for is done, until nothing is asked for any more.
	var asked []string
	for range 10 {
		_, err := postgres.MigrateFiles(t.Context(), given, files, math.MaxInt64)
		if err == nil {
			break
		}
		_, rest, found := strings.Cut(err.Error(), "may not run `")
		sql, _, _ := strings.Cut(rest, "`")
		if !found || !strings.Contains(err.Error(), "the role given of the database URL") {
			t.Fatalf("the message does not say what to do: %v", err)
		}
		asked = append(asked, sql)
		query(t, s.AdminURL("given"), sql)
	}
	want := []string{
		"create role ratable_owner nologin", `grant ratable_owner to "given"`,
		"create role ratable_app nologin", `grant ratable_app to "given"`,
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked for (+) instead of (-):\n%s", diff)
	}
}

func TestAnUnmigratedServerSaysToMigrateFirst(t *testing.T) {
	t.Parallel()
	_, given := bareServer(t, "")
	_, err := postgres.Open(t.Context(), given)
	if err == nil || !strings.Contains(err.Error(), "run `ratable migrate` first") {
		t.Errorf("open before migrating: %v", err)
	}
}

func TestTwoProcessesThatMigrateAtOnceTakeTurns(t *testing.T) {
	t.Parallel()
	s := start(t, newHome(t))
	files := house(t, map[string]string{"0002_story.sql": note2})
	extras := make(chan string, 8)
	extra := func(ctx context.Context, pool *pgxpool.Pool) error {
		var role string
		err := pool.QueryRow(ctx, `select current_user::text`).Scan(&role)
		extras <- role
		return err
	}
	type result struct {
		applied int
		err     error
	}
	results := make(chan result)
	for range 4 {
		go func() {
			n, err := postgres.MigrateFiles(t.Context(), s.OwnerURL(""), files, math.MaxInt64, extra)
			results <- result{n, err}
		}()
	}
	total := 0
	for range 4 {
		r := <-results
		if r.err != nil {
			t.Error(r.err)
		}
		total += r.applied
	}
	if total != 2 {
		t.Errorf("four processes applied %d files, want each of 2 once", total)
	}
	for range 4 {
		if role := <-extras; role != postgres.OwnerRole {
			t.Errorf("a library's migration ran as %s", role)
		}
	}
}

func TestAMigrationThatFailsIsNamedAndLeavesTheOneBefore(t *testing.T) {
	t.Parallel()
	s := start(t, newHome(t))
	files := house(t, map[string]string{"0002_story.sql": note2 + "create table story.facts (id int);\n"})
	n, err := postgres.MigrateFiles(t.Context(), s.OwnerURL(""), files, math.MaxInt64)
	if err == nil || !strings.Contains(err.Error(), "0002_story.sql") || !strings.Contains(err.Error(), `"facts" already exists`) {
		t.Errorf("applied %d, error %v; want the file and the reason", n, err)
	}
	if got := query(t, s.OwnerURL(""), `select count(*) from pg_namespace where nspname = 'story'`); got != "0" {
		t.Error("half of the failed file is there")
	}
	files = house(t, map[string]string{"0002_story.sql": note2})
	if n, err := postgres.MigrateFiles(t.Context(), s.OwnerURL(""), files, math.MaxInt64); n != 1 || err != nil {
		t.Errorf("after the correction applied %d, error %v; want 1 and none", n, err)
	}
}

func TestADumpIsTheSameForTheSameMigrations(t *testing.T) {
	t.Parallel()
	s := start(t, newHome(t))
	files := house(t, map[string]string{"0002_story.sql": note2})
	dumpOf := func(database string) string {
		if _, err := postgres.MigrateFiles(t.Context(), s.OwnerURL(database), files, math.MaxInt64); err != nil {
			t.Fatal(err)
		}
		text, err := postgres.Dump(t.Context(), s.OwnerURL(database))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	query(t, s.AdminURL("postgres"), `create database other owner ratable_owner`)
	one := dumpOf("")
	if diff := cmp.Diff(one, dumpOf("other")); diff != "" {
		t.Errorf("two databases of the same migrations differ:\n%s", diff)
	}
	for _, want := range []string{"CREATE TABLE story.facts", "GRANT SELECT,INSERT ON TABLE story.facts TO ratable_app", "CREATE TRIGGER house_append_only"} {
		if !strings.Contains(one, want) {
			t.Errorf("the dump lacks %q", want)
		}
	}
	if got := postgres.NormalizeDump("--\n-- Dumped by pg_dump version 15.1\n--\n\n\\restrict x\nSET a = 1;\n\n\ncreate 1;\n\n\n\ncreate 2;\n"); got != "create 1;\n\ncreate 2;\n" {
		t.Errorf("normalized to %q", got)
	}
}
