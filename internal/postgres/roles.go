package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// prepareRoles makes sure that both roles exist, that the login role may become them, and that the owner may
// create schemas in this database. On a prepared database it only looks.
func prepareRoles(ctx context.Context, adminURL string) error {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// Roles belong to the whole server: two databases of one server being prepared at once can meet here,
	// and no lock spans databases. Whoever lost finds everything in place the next time round.
	return retryRace(func() error { return grantRoles(ctx, conn) })
}

func grantRoles(ctx context.Context, conn *pgx.Conn) error {
	for _, role := range []string{OwnerRole, ServingRole} {
		if err := prepareRole(ctx, conn, role); err != nil {
			return err
		}
	}
	var database string
	var mayCreate, mayCreatePublic bool
	err := conn.QueryRow(ctx, `
		select current_database(),
		       has_database_privilege(@owner, current_database(), 'CREATE'),
		       has_schema_privilege(@owner, 'public', 'USAGE') and has_schema_privilege(@owner, 'public', 'CREATE')`,
		pgx.NamedArgs{"owner": OwnerRole}).Scan(&database, &mayCreate, &mayCreatePublic)
	if err != nil {
		return fmt.Errorf("read the privileges of %s: %w", OwnerRole, err)
	}
	if !mayCreate {
		sql := fmt.Sprintf("grant create, connect, temporary on database %s to %s", pgx.Identifier{database}.Sanitize(), OwnerRole)
		if err := administer(ctx, conn, sql); err != nil {
			return err
		}
	}
	if !mayCreatePublic {
		return administer(ctx, conn, "grant usage, create on schema public to "+OwnerRole)
	}
	return nil
}

// prepareRole creates a role when it is missing and makes the login role a member of it.
func prepareRole(ctx context.Context, conn *pgx.Conn, role string) error {
	var exists bool
	if err := conn.QueryRow(ctx, `select exists (select from pg_roles where rolname = $1)`, role).Scan(&exists); err != nil {
		return fmt.Errorf("look for role %s: %w", role, err)
	}
	if !exists {
		if err := administer(ctx, conn, "create role "+role+" nologin"); err != nil {
			return err
		}
	}
	// The serving role logs in by itself on a private server: only the owner has to be reachable there.
	var user string
	if err := conn.QueryRow(ctx, `select session_user`).Scan(&user); err != nil {
		return fmt.Errorf("read the login role: %w", err)
	}
	if member, err := canBecome(ctx, conn, role); err != nil || member || user == OwnerRole {
		return err
	}
	return administer(ctx, conn, fmt.Sprintf("grant %s to %s", role, pgx.Identifier{user}.Sanitize()))
}

// canBecome tells whether the login role may SET ROLE to the given one. From PostgreSQL 16 on, who created a
// role is its administrator without being allowed to become it.
func canBecome(ctx context.Context, conn *pgx.Conn, role string) (bool, error) {
	const sql = `
		select pg_has_role(session_user, $1, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)`
	var may bool
	if err := conn.QueryRow(ctx, sql, role).Scan(&may); err != nil {
		return false, fmt.Errorf("read the memberships of the login role: %w", err)
	}
	return may, nil
}

// administer runs a statement that needs an administrator, and says so in one sentence when we are none.
func administer(ctx context.Context, conn *pgx.Conn, sql string) error {
	_, err := conn.Exec(ctx, sql)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && slices.Contains([]string{"42501", "0LP01"}, pg.Code) {
		return fmt.Errorf("the role %s of the database URL may not run `%s`: let an administrator run it once, or give a role that may create roles: %w",
			conn.Config().User, sql, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

// retryRace repeats what failed only because another session did the same at the same moment.
func retryRace(do func() error) error {
	var err error
	for range maxAttempts {
		err = do()
		var pg *pgconn.PgError
		// duplicate_object, unique_violation in a catalog, "tuple concurrently updated"
		if !errors.As(err, &pg) || !slices.Contains([]string{"42710", "23505", "XX000"}, pg.Code) {
			return err
		}
	}
	return err
}
