package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// nobodysHash is verified when there is no such user, so that the answer takes as
// long as for one who exists. No password matches it: its key is all zero bytes.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUu$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Authenticate checks an e-mail address and a password and returns who that is.
//
// It answers fault.Denied in the same words and time whether the address is
// unknown, the password wrong, or the user disabled. After too many failures for
// one address or from one ip within a quarter of an hour it answers fault.Denied
// without looking at the password. `now` is the attempt's instant.
func Authenticate(ctx context.Context, db *postgres.DB, email, password, ip string, now time.Time) (Actor, error) {
	actor, err := authenticate(ctx, db, normalEmail(email), password, ip, now)
	if err != nil {
		return Actor{}, fmt.Errorf("sign in: %w", err)
	}
	return actor, nil
}

func authenticate(ctx context.Context, db *postgres.DB, email, password, ip string, now time.Time) (Actor, error) {
	attempt, err := recordAttempt(ctx, db, email, ip, now)
	if err != nil {
		return Actor{}, err
	}
	forLogin, forIP, err := countFailures(ctx, db, email, ip, now)
	if err != nil {
		return Actor{}, err
	}
	if tooMany(forLogin, forIP) {
		// Marked, so that being refused does not prolong the wait.
		err := settleAttempt(ctx, db, attempt, "throttled")
		return Actor{}, errors.Join(fault.New(fault.Denied, "too many failed attempts: try again in %d minutes", int(throttleWindow.Minutes())), err)
	}
	actor, hash, enabled, err := loadLogin(ctx, db, email)
	if err != nil {
		return Actor{}, err
	}
	if len(password) > 4*maxPassword {
		password = "" // nobody's; do not hash a megabyte
	}
	matches, err := verifyPassword(ctx, password, hash)
	if err != nil {
		return Actor{}, err
	}
	if !matches || !enabled {
		err := settleAttempt(ctx, db, attempt, "failed")
		return Actor{}, errors.Join(fault.New(fault.Denied, "the e-mail address or the password is wrong"), err)
	}
	actor.IP = ip
	return actor, db.Tx(ctx, func(tx pgx.Tx) error {
		if err := settleAttempt(ctx, tx, attempt, "passed"); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, "user.sign_in", userSubject(actor.UserID), nil, nil, "")
	})
}

// recordAttempt commits the attempt before anything is judged.
func recordAttempt(ctx context.Context, q postgres.Querier, email, ip string, now time.Time) (int64, error) {
	var id int64
	err := q.QueryRow(ctx, `
		insert into access.attempts (account_key, ip, at) values (@key, @ip, @now) returning id`,
		pgx.NamedArgs{"key": accountKey(email), "ip": ip, "now": now}).Scan(&id)
	return id, postgres.Fault(err)
}

// countFailures counts failed and undecided attempts in the window: for the
// account since its last success, and from the address.
func countFailures(ctx context.Context, q postgres.Querier, email, ip string, now time.Time) (forLogin, forIP int, err error) {
	err = q.QueryRow(ctx, `
		select (select count(*) from access.attempts
		        where account_key = @key and at > @since and outcome in ('pending', 'failed')
		          and id > coalesce((select max(p.id) from access.attempts p
		                             where p.account_key = @key and p.at > @since and p.outcome = 'passed'), 0)),
		       (select count(*) from access.attempts
		        where ip = @ip and at > @since and outcome in ('pending', 'failed'))`,
		pgx.NamedArgs{"key": accountKey(email), "ip": ip, "since": now.Add(-throttleWindow)}).Scan(&forLogin, &forIP)
	return forLogin, forIP, postgres.Fault(err)
}

func settleAttempt(ctx context.Context, q postgres.Querier, id int64, outcome string) error {
	_, err := q.Exec(ctx, `update access.attempts set outcome = @outcome where id = @id`,
		pgx.NamedArgs{"id": id, "outcome": outcome})
	return postgres.Fault(err)
}

// loadLogin returns who signs in under the address. For nobody, and for a user
// without a password, it returns a hash that nothing matches.
func loadLogin(ctx context.Context, q postgres.Querier, email string) (a Actor, hash string, enabled bool, err error) {
	var roles []string
	err = q.QueryRow(ctx, `
		select id, name, email, roles, coalesce(customer_id, 0), coalesce(password_hash, @nobody), disabled_at is null
		from access.users where email = @email and id > 0`,
		pgx.NamedArgs{"email": email, "nobody": nobodysHash},
	).Scan(&a.UserID, &a.Name, &a.Email, &roles, &a.CustomerID, &hash, &enabled)
	if errors.Is(err, pgx.ErrNoRows) {
		return Actor{}, nobodysHash, false, nil
	}
	a.Roles = rolesOf(roles)
	return a, hash, enabled, postgres.Fault(err)
}

// Sweep deletes sessions that are over and sign-in attempts older than a day:
// neither decides anything anymore. It returns how many rows went.
func Sweep(ctx context.Context, tx pgx.Tx, now time.Time) (int64, error) {
	sessions, err := tx.Exec(ctx, `delete from access.sessions where expires_at < @now`, pgx.NamedArgs{"now": now})
	if err != nil {
		return 0, fmt.Errorf("sweep sessions: %w", postgres.Fault(err))
	}
	attempts, err := tx.Exec(ctx, `delete from access.attempts where at < @before`, pgx.NamedArgs{"before": now.AddDate(0, 0, -1)})
	if err != nil {
		return 0, fmt.Errorf("sweep sign-in attempts: %w", postgres.Fault(err))
	}
	return sessions.RowsAffected() + attempts.RowsAffected(), nil
}
