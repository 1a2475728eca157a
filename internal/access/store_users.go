package access

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// userSubject names a user in the audit trail.
func userSubject(id int64) Subject { return Subject{Kind: "user", Key: strconv.FormatInt(id, 10)} }

// CreateUser adds a user. It takes the role admin (or the system, for the first
// one) and returns fault.Invalid with a field per problem, fault.Conflict when
// the address is taken.
func CreateUser(ctx context.Context, tx pgx.Tx, n NewUser, by Actor) (User, error) {
	n.Email = normalEmail(n.Email)
	if err := by.Require(Admin); err != nil {
		return User{}, fmt.Errorf("create user %s: %w", n.Email, err)
	}
	if fields := n.check(); len(fields) > 0 {
		return User{}, fmt.Errorf("create user %s: %w", n.Email, fault.InvalidFields(fields...))
	}
	var hash *string
	if n.Password != "" {
		h, err := hashPassword(ctx, n.Password)
		if err != nil {
			return User{}, fmt.Errorf("create user %s: %w", n.Email, err)
		}
		hash = &h
	}
	u := User{Email: n.Email, Name: n.Name, Roles: n.Roles, CustomerID: n.CustomerID}
	err := tx.QueryRow(ctx, `
		insert into access.users (email, name, password_hash, roles, customer_id)
		values (@email, @name, @hash, @roles, nullif(@customer::bigint, 0))
		returning id, created_at`,
		pgx.NamedArgs{"email": n.Email, "name": n.Name, "hash": hash, "roles": roleNames(n.Roles), "customer": n.CustomerID},
	).Scan(&u.ID, &u.CreatedAt)
	if err != nil {
		return User{}, fmt.Errorf("create user %s: %w", n.Email, postgres.Fault(err))
	}
	after := map[string]any{"email": u.Email, "name": u.Name, "roles": u.Roles, "customer": u.CustomerID}
	return u, Audit(ctx, tx, by, "user.create", userSubject(u.ID), nil, after, "")
}

// SetRoles replaces a user's roles and ends their sessions. Nobody changes their
// own roles, and a customer's login neither becomes staff nor the reverse.
func SetRoles(ctx context.Context, tx pgx.Tx, user int64, roles []Role, reason string, by Actor) error {
	doing := fmt.Sprintf("set roles of user %d", user)
	before, err := changeUser(ctx, tx, user, by)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	fields := checkRoles(roles)
	if (Actor{Roles: roles}).Has(Customer) != (before.CustomerID != 0) {
		fields = append(fields, fault.Field{Path: "roles", Message: "a customer's login stays a customer's: create another user"})
	}
	if len(fields) > 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(fields...))
	}
	_, err = tx.Exec(ctx, `update access.users set roles = @roles where id = @id`,
		pgx.NamedArgs{"id": user, "roles": roleNames(roles)})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	if err := RevokeSessions(ctx, tx, user); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return Audit(ctx, tx, by, "user.set_roles", userSubject(user), before.Roles, roles, reason)
}

// DisableUser bars a user from signing in and ends sessions and tokens at once.
func DisableUser(ctx context.Context, tx pgx.Tx, user int64, reason string, by Actor) error {
	doing := fmt.Sprintf("disable user %d", user)
	if _, err := changeUser(ctx, tx, user, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	_, err := tx.Exec(ctx, `update access.users set disabled_at = coalesce(disabled_at, now()) where id = @id`,
		pgx.NamedArgs{"id": user})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	if err := RevokeSessions(ctx, tx, user); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return Audit(ctx, tx, by, "user.disable", userSubject(user), nil, nil, reason)
}

// EnableUser lets a disabled user sign in again; old sessions stay dead.
func EnableUser(ctx context.Context, tx pgx.Tx, user int64, reason string, by Actor) error {
	doing := fmt.Sprintf("enable user %d", user)
	if _, err := changeUser(ctx, tx, user, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	_, err := tx.Exec(ctx, `update access.users set disabled_at = null where id = @id`, pgx.NamedArgs{"id": user})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	return Audit(ctx, tx, by, "user.enable", userSubject(user), nil, nil, reason)
}

// SetPassword gives a user a new password and ends their sessions. Admins set
// anybody's, everybody their own.
func SetPassword(ctx context.Context, tx pgx.Tx, user int64, password string, by Actor) error {
	doing := fmt.Sprintf("set the password of user %d", user)
	if by.UserID != user || user == 0 {
		if err := by.Require(Admin); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	u, err := lockUser(ctx, tx, user)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if fields := checkPassword(password, u.Email); len(fields) > 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(fields...))
	}
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	_, err = tx.Exec(ctx, `update access.users set password_hash = @hash where id = @id`, pgx.NamedArgs{"id": user, "hash": hash})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	if err := RevokeSessions(ctx, tx, user); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return Audit(ctx, tx, by, "user.set_password", userSubject(user), nil, nil, "")
}

// changeUser checks that `by` may change the user's rights and locks the row.
func changeUser(ctx context.Context, tx pgx.Tx, user int64, by Actor) (User, error) {
	if err := by.Require(Admin); err != nil {
		return User{}, err
	}
	if by.UserID == user {
		// Else the one admin could hand out every right to the one admin. User 0
		// is the system, which is nobody's to change either.
		return User{}, fault.New(fault.Denied, "nobody changes their own rights: ask another admin")
	}
	return lockUser(ctx, tx, user)
}

func lockUser(ctx context.Context, tx pgx.Tx, user int64) (User, error) {
	rows, err := tx.Query(ctx, `
		select id, email, name, roles, coalesce(customer_id, 0), disabled_at, created_at
		from access.users where id = @id and id > 0
		for no key update`, pgx.NamedArgs{"id": user})
	if err != nil {
		return User{}, postgres.Fault(err)
	}
	u, err := pgx.CollectExactlyOneRow(rows, scanUser)
	return u, postgres.Fault(err)
}

// GetUser returns one user; fault.NotFound when there is none.
func GetUser(ctx context.Context, q postgres.Querier, user int64) (User, error) {
	rows, err := q.Query(ctx, `
		select id, email, name, roles, coalesce(customer_id, 0), disabled_at, created_at
		from access.users where id = @id and id > 0`, pgx.NamedArgs{"id": user})
	if err != nil {
		return User{}, fmt.Errorf("read user %d: %w", user, postgres.Fault(err))
	}
	u, err := pgx.CollectExactlyOneRow(rows, scanUser)
	if err != nil {
		return User{}, fmt.Errorf("read user %d: %w", user, postgres.Fault(err))
	}
	return u, nil
}

// ListUsers returns all users by name, the disabled ones too.
func ListUsers(ctx context.Context, q postgres.Querier) ([]User, error) {
	rows, err := q.Query(ctx, `
		select id, email, name, roles, coalesce(customer_id, 0), disabled_at, created_at
		from access.users where id > 0 order by name, id`)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", postgres.Fault(err))
	}
	users, err := pgx.CollectRows(rows, scanUser)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", postgres.Fault(err))
	}
	return users, nil
}

func scanUser(row pgx.CollectableRow) (User, error) {
	var u User
	var roles []string
	err := row.Scan(&u.ID, &u.Email, &u.Name, &roles, &u.CustomerID, &u.DisabledAt, &u.CreatedAt)
	u.Roles = rolesOf(roles)
	return u, err
}
