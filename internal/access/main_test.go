package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const goodPassword = "correct horse battery staple"

// inTx runs fn in a transaction that must succeed.
func inTx(t *testing.T, db *postgres.DB, fn func(ctx context.Context, tx pgx.Tx) error) {
	t.Helper()
	if err := try(t, db, fn); err != nil {
		t.Fatal(err)
	}
}

func try(t *testing.T, db *postgres.DB, fn func(ctx context.Context, tx pgx.Tx) error) error {
	t.Helper()
	return db.Tx(t.Context(), func(tx pgx.Tx) error { return fn(t.Context(), tx) })
}

// person creates a user with the roles and returns them as an actor.
func person(t *testing.T, db *postgres.DB, name string, roles ...Role) Actor {
	t.Helper()
	var u User
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) (err error) {
		n := NewUser{Email: strings.ToLower(name) + "@ratable.test", Name: name, Password: goodPassword, Roles: roles}
		u, err = CreateUser(ctx, tx, n, System("test"))
		return err
	})
	return Actor{UserID: u.ID, Name: u.Name, Email: u.Email, Roles: roles}
}

func wantKind(t *testing.T, err, kind error, says string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(fmt.Sprint(err), says) {
		t.Errorf("got error %v, want %v that says %q", err, kind, says)
	}
}

func TestSomebodyNotSignedInMayDoNothing(t *testing.T) {
	wantKind(t, Actor{}.Require(Admin, Finance), fault.Denied, "not signed in may not do this: it takes the role admin or finance")
	wantKind(t, Actor{Name: "system"}.Require(Admin), fault.Denied, "system may not")
	wantKind(t, Actor{UserID: 7, Name: "Sam", Roles: []Role{Sales}}.Require(Finance), fault.Denied, "Sam may not do this: it takes the role finance")
	if err := System("import").Require(Finance); err != nil {
		t.Errorf("the program itself was refused: %v", err)
	}
}
