package access

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// UserByEmail finds who signs in with an address; false when nobody does.
func UserByEmail(ctx context.Context, q postgres.Querier, email string) (User, bool, error) {
	var id int64
	err := q.QueryRow(ctx, `select id from access.users where email = @email`, pgx.NamedArgs{"email": normalEmail(email)}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return User{}, false, nil
	}
	if err != nil {
		return User{}, false, fmt.Errorf("find a user by address: %w", postgres.Fault(err))
	}
	u, err := GetUser(ctx, q, id)
	return u, err == nil, err
}
