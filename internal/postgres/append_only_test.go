package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

// history creates a schema with one append-only table and one ordinary one, as a migration would.
func history(t *testing.T) (serving, owner *postgres.DB) {
	t.Helper()
	serving = pgtest.New(t)
	owner = pgtest.Admin(t, serving)
	for _, sql := range []string{
		`create schema story`,
		`create table story.postings (id bigint generated always as identity primary key, amount bigint not null,
			known_order bigint not null default nextval('known_order'))`,
		`create table story.sessions (token text primary key, seen int not null default 0 check (seen >= 0))`,
		`select house_append_only('story.postings')`,
		`select house_shard('story.postings')`,
		`select house_serve('story')`,
		`select house_serve_delete('story.sessions')`,
		`insert into story.postings (amount) values (100)`,
	} {
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	return serving, owner
}

func TestTheServingRoleCannotChangeWhatIsAppendOnly(t *testing.T) {
	serving, _ := history(t)
	for _, sql := range []string{
		`update story.postings set amount = 1`,
		`delete from story.postings`,
		`truncate story.postings`,
		`alter table story.postings disable trigger user`,
		`insert into story.postings (amount) values (1) on conflict (id) do update set amount = 2`,
	} {
		if _, err := serving.Exec(t.Context(), sql); !errors.Is(postgres.Fault(err), fault.Denied) {
			t.Errorf("%s as the serving role: %v, want it denied", sql, err)
		}
	}
	if _, err := serving.Exec(t.Context(), `insert into story.postings (amount) values (-100)`); err != nil {
		t.Errorf("append a correction: %v", err)
	}
	if total := one[int64](t, serving, `select sum(amount)::bigint from story.postings`); total != 0 {
		t.Errorf("the postings add up to %d, want 0: something was changed", total)
	}
}

func TestEvenTheOwnerIsRefusedByTheGuard(t *testing.T) {
	_, owner := history(t)
	for _, sql := range []string{
		`update story.postings set amount = 1`,
		`update story.postings set amount = 1 where false`,
		`delete from story.postings`,
		`truncate story.postings`,
	} {
		_, err := owner.Exec(t.Context(), sql)
		err = postgres.Fault(err)
		const want = "story.postings is append-only: append a correction instead"
		if !errors.Is(err, fault.Denied) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s as the owner: %v, want %q", sql, err, want)
		}
	}
}

func TestTheServingRoleDeletesOnlyWhereItIsAllowedTo(t *testing.T) {
	serving, owner := history(t)
	for _, sql := range []string{
		`insert into story.sessions (token) values ('a')`,
		`update story.sessions set seen = 1`,
		`delete from story.sessions`,
	} {
		if _, err := serving.Exec(t.Context(), sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if _, err := owner.Exec(t.Context(), `select house_serve_delete('story.postings')`); err == nil {
		t.Error("an append-only table was opened for deletes")
	}
	if _, err := serving.Exec(t.Context(), `create table public.mine (n int)`); !errors.Is(postgres.Fault(err), fault.Denied) {
		t.Errorf("the serving role creates a table: %v, want it denied", err)
	}
	if _, err := serving.Exec(t.Context(), `reset role`); err != nil {
		t.Fatal(err)
	}
	if role := one[string](t, serving, `select current_user::text`); role != postgres.ServingRole {
		t.Errorf("after RESET ROLE the connection acts as %s", role)
	}
}

func TestADiscrepancyCanBePlantedAndTheGuardIsBackAfterwards(t *testing.T) {
	serving, owner := history(t)
	pgtest.Plant(t, serving, "story.postings", `update story.postings set amount = $1`, 99)
	if amount := one[int64](t, serving, `select amount from story.postings`); amount != 99 {
		t.Errorf("planted 99, found %d", amount)
	}
	if _, err := owner.Exec(t.Context(), `delete from story.postings`); !errors.Is(postgres.Fault(err), fault.Denied) {
		t.Errorf("after planting, a delete: %v, want it denied", err)
	}
}

func one[T any](t *testing.T, q postgres.Querier, sql string, args ...any) (v T) {
	t.Helper()
	if err := q.QueryRow(context.WithoutCancel(t.Context()), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}
