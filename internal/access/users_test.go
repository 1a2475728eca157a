package access

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

func TestGoAndPostgresRefuseTheSameRolesTogether(t *testing.T) {
	db := pgtest.New(t)
	for set := range 1 << len(Roles) {
		var roles []Role
		for i, r := range Roles {
			if set&(1<<i) != 0 {
				roles = append(roles, r)
			}
		}
		var refused bool
		err := db.QueryRow(t.Context(), `select access.roles_conflict($1)`, roleNames(roles)).Scan(&refused)
		if err != nil {
			t.Fatal(err)
		}
		if fields := checkRoles(roles); refused != (len(fields) > 0) {
			t.Errorf("%v: PostgreSQL refuses %v, Go says %v", roles, refused, fields)
		}
	}
}

func TestANewUserIsRefusedWithEveryFieldThatIsWrong(t *testing.T) {
	db := pgtest.New(t)
	err := try(t, db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := CreateUser(ctx, tx, NewUser{
			Email: "not an address", Name: "A\x00B", Password: "short", Roles: []Role{Admin, Finance, "king"}, CustomerID: 4,
		}, System("test"))
		return err
	})
	for _, says := range []string{
		"email: is not an e-mail address", "name: holds the control character U+0000", "roles: is not a role (king)",
		"cannot be held together with admin: who hands out rights must not book or sell", "customer: goes with the role customer",
		"password: has 5 characters, needs at least 12",
	} {
		wantKind(t, err, fault.Invalid, says)
	}
	if strings.Contains(err.Error(), "short") {
		t.Errorf("the message repeats the password: %v", err)
	}
}

func TestAnAddressHasOneUser(t *testing.T) {
	db := pgtest.New(t)
	person(t, db, "Ann", Support)
	err := try(t, db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := CreateUser(ctx, tx, NewUser{Email: " ANN@ratable.test", Name: "Other"}, System("test"))
		return err
	})
	wantKind(t, err, fault.Conflict, "")
}

func TestOnlyAnotherAdminChangesRights(t *testing.T) {
	db := pgtest.New(t)
	ada, fin := person(t, db, "Ada", Admin), person(t, db, "Fin", Finance)
	set := func(user int64, roles []Role, by Actor) error {
		return try(t, db, func(ctx context.Context, tx pgx.Tx) error { return SetRoles(ctx, tx, user, roles, "moved desk", by) })
	}
	wantKind(t, set(ada.UserID, []Role{Admin, Product}, ada), fault.Denied, "nobody changes their own rights")
	wantKind(t, set(ada.UserID, nil, fin), fault.Denied, "it takes the role admin")
	wantKind(t, set(fin.UserID, []Role{Customer}, ada), fault.Invalid, "a customer's login stays a customer's")
	wantKind(t, set(fin.UserID, []Role{Finance, Sales}, ada), fault.Invalid, "who is paid for a deal must not approve")
	wantKind(t, set(99, []Role{Sales}, ada), fault.NotFound, "")
	wantKind(t, set(0, []Role{Sales}, ada), fault.NotFound, "")
	if err := set(fin.UserID, []Role{Accountant}, ada); err != nil {
		t.Fatal(err)
	}
	u, err := GetUser(t.Context(), db, fin.UserID)
	if err != nil || len(u.Roles) != 1 || u.Roles[0] != Accountant {
		t.Errorf("roles are %v, want accountant (%v)", u.Roles, err)
	}
	line := mustPage(t, db, AuditFilter{Action: "user.set_roles"})[0]
	if string(line.Before) != `["finance"]` || string(line.After) != `["accountant"]` || line.Reason != "moved desk" {
		t.Errorf("the audit line says %s -> %s", line.Before, line.After)
	}
}

func TestPostgresRefusesConflictingRolesAndACustomerWithoutOne(t *testing.T) {
	db := pgtest.New(t)
	fin := person(t, db, "Fin", Finance)
	for change, constraint := range map[string]string{
		`update access.users set roles = array['admin', 'finance'] where id = $1`: "users_roles_do_not_conflict",
		`update access.users set roles = array['customer'] where id = $1`:         "users_customer_has_customer",
		`update access.users set roles = array['king'] where id = $1`:             "users_known_roles",
	} {
		_, err := db.Exec(t.Context(), change, fin.UserID)
		if got := postgres.Constraint(err); got != constraint {
			t.Errorf("%s: refused by %q (%v), want %s", change, got, err, constraint)
		}
	}
}

func TestAPasswordIsLongAndNotAmongTheFirstGuesses(t *testing.T) {
	for password, says := range map[string]string{
		goodPassword:                "",
		"Tr0ub4dor&3-and-more":      "",
		"пароль из слов":            "",
		"elevenchars":               "has 11 characters, needs at least 12",
		strings.Repeat("long ", 30): "has 150 characters, may have 128",
		"password1234":              "is among the passwords that are tried first",
		"Welcome2026!!":             "is among the passwords that are tried first",
		"zzzzzzzzzzzzzz":            "is one character repeated",
		"my-mia.muster-2026":        "contains the e-mail address",
	} {
		got := ""
		if fields := checkPassword(password, "mia.muster@example.com"); len(fields) > 0 {
			got = fields[0].Message
		}
		if got != says {
			t.Errorf("%q: got %q, want %q", password, got, says)
		}
	}
}
