package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// SessionStore keeps scs sessions in PostgreSQL, under the SHA-256 of the token.
// A stolen backup therefore signs nobody in.
type SessionStore struct {
	db    *postgres.DB
	codec scs.Codec // to see whose session it is, so that it can be revoked
}

var _ scs.CtxStore = (*SessionStore)(nil)

// NewSessionStore returns a store; codec must be the session manager's own.
func NewSessionStore(db *postgres.DB, codec scs.Codec) *SessionStore {
	return &SessionStore{db: db, codec: codec}
}

// FindCtx returns a live session. One that expired, was revoked, or whose user
// was disabled or changed roles since, is not found.
func (s *SessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := s.db.QueryRow(ctx, `
		select s.data from access.sessions s
		left join access.users u on u.id = s.user_id
		where s.token_hash = @hash and s.expires_at > now() and s.revoked_at is null
		  and (s.user_id is null or (u.epoch = s.epoch and u.disabled_at is null))`,
		pgx.NamedArgs{"hash": secretHash(token)}).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", postgres.Fault(err))
	}
	return data, true, nil
}

// CommitCtx writes a session. It never revives one that was revoked meanwhile:
// the tombstone stays, and the user's epoch moved on.
func (s *SessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, values, err := s.codec.Decode(data)
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	var user, epoch *int64
	if id, ok := values[sessionUser].(int64); ok {
		e, _ := values[sessionEpoch].(int64)
		user, epoch = &id, &e
	}
	_, err = s.db.Exec(ctx, `
		insert into access.sessions (token_hash, user_id, epoch, data, expires_at)
		values (@hash, @user, @epoch, @data, @expiry)
		on conflict (token_hash) do update
		set user_id = excluded.user_id, epoch = excluded.epoch, data = excluded.data, expires_at = excluded.expires_at
		where access.sessions.revoked_at is null`,
		pgx.NamedArgs{"hash": secretHash(token), "user": user, "epoch": epoch, "data": data, "expiry": expiry})
	if err != nil {
		return fmt.Errorf("save session: %w", postgres.Fault(err))
	}
	return nil
}

// DeleteCtx revokes a session: it leaves a tombstone, see CommitCtx.
func (s *SessionStore) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.db.Exec(ctx, `
		update access.sessions set revoked_at = now(), data = '' where token_hash = @hash and revoked_at is null`,
		pgx.NamedArgs{"hash": secretHash(token)})
	if err != nil {
		return fmt.Errorf("revoke session: %w", postgres.Fault(err))
	}
	return nil
}

// Find, Commit and Delete complete scs.Store; the manager calls the Ctx forms.
func (s *SessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *SessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *SessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// RevokeSessions ends every session of the user, those being written too.
func RevokeSessions(ctx context.Context, tx pgx.Tx, user int64) error {
	_, err := tx.Exec(ctx, `update access.users set epoch = epoch + 1 where id = @id`, pgx.NamedArgs{"id": user})
	if err != nil {
		return fmt.Errorf("revoke sessions of user %d: %w", user, postgres.Fault(err))
	}
	_, err = tx.Exec(ctx, `
		update access.sessions set revoked_at = now(), data = '' where user_id = @id and revoked_at is null`,
		pgx.NamedArgs{"id": user})
	if err != nil {
		return fmt.Errorf("revoke sessions of user %d: %w", user, postgres.Fault(err))
	}
	return nil
}

// ActorByID returns an enabled user as an actor with the roles of this moment, for
// work that goes on after the request; fault.Denied when disabled or gone.
func ActorByID(ctx context.Context, q postgres.Querier, user int64) (Actor, error) {
	a, _, err := loadActor(ctx, q, user)
	if err != nil {
		return Actor{}, fmt.Errorf("read user %d: %w", user, err)
	}
	return a, nil
}

// loadActor returns an enabled user as an actor, with the epoch that sessions
// are held against; fault.Denied when the user is disabled or gone.
func loadActor(ctx context.Context, q postgres.Querier, user int64) (a Actor, epoch int64, err error) {
	var roles []string
	err = q.QueryRow(ctx, `
		select id, name, email, roles, coalesce(customer_id, 0), epoch
		from access.users where id = @id and id > 0 and disabled_at is null`,
		pgx.NamedArgs{"id": user}).Scan(&a.UserID, &a.Name, &a.Email, &roles, &a.CustomerID, &epoch)
	if errors.Is(err, pgx.ErrNoRows) {
		return Actor{}, 0, fault.New(fault.Denied, "user %d may not sign in", user)
	}
	a.Roles = rolesOf(roles)
	return a, epoch, postgres.Fault(err)
}

// secretHash is how tokens are stored: plain SHA-256 is enough for 256 random
// bits, which cannot be guessed the way a chosen password can.
func secretHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
