package access

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// A session ends after an hour without a request, and after twelve hours in any
// case: a working day with one sign-in.
const (
	sessionIdle     = time.Hour
	sessionLifetime = 12 * time.Hour
)

// What a session knows about its user; everything else is read anew on each
// request, so that a change of roles counts at once.
const (
	sessionUser  = "user_id"
	sessionEpoch = "epoch"
)

// Sessions is browser sign-in kept on the server. Manager carries the cookie
// middleware (LoadAndSave) and flash values.
type Sessions struct {
	Manager *scs.SessionManager
	db      *postgres.DB
}

// NewSessions returns sessions stored in db. secure marks the cookie for HTTPS
// only; it is false only for a server on localhost.
func NewSessions(db *postgres.DB, secure bool) *Sessions {
	m := scs.New()
	m.Store = NewSessionStore(db, m.Codec)
	m.IdleTimeout, m.Lifetime = sessionIdle, sessionLifetime
	m.Cookie.Name = "ratable_session"
	m.Cookie.Secure = secure
	if secure {
		m.Cookie.Name = "__Host-ratable_session" // the browser then insists on Secure, no Domain, Path=/
	}
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Persist = false // gone with the browser
	return &Sessions{Manager: m, db: db}
}

// SignIn makes the request's session the actor's, under a new token (a token that
// was planted before sign-in is worth nothing).
func (s *Sessions) SignIn(ctx context.Context, a Actor) error {
	_, epoch, err := loadActor(ctx, s.db, a.UserID)
	if err != nil {
		return fmt.Errorf("start a session for user %d: %w", a.UserID, err)
	}
	if err := s.Manager.RenewToken(ctx); err != nil {
		return fmt.Errorf("start a session for user %d: %w", a.UserID, err)
	}
	s.Manager.Put(ctx, sessionUser, a.UserID)
	s.Manager.Put(ctx, sessionEpoch, epoch)
	return nil
}

// Actor returns who is signed in, with the roles of this moment, or fault.Denied
// when nobody is. The caller adds RequestID and IP.
func (s *Sessions) Actor(ctx context.Context) (Actor, error) {
	id := s.Manager.GetInt64(ctx, sessionUser)
	if id == 0 {
		return Actor{}, fault.New(fault.Denied, "nobody is signed in")
	}
	a, epoch, err := loadActor(ctx, s.db, id)
	if err != nil {
		return Actor{}, fmt.Errorf("read the signed-in user %d: %w", id, err)
	}
	if epoch != s.Manager.GetInt64(ctx, sessionEpoch) {
		// Revoked between the middleware's look and this one.
		return Actor{}, fault.New(fault.Denied, "the session has ended: sign in again")
	}
	return a, nil
}

// SignOut ends the request's session.
func (s *Sessions) SignOut(ctx context.Context) error {
	if err := s.Manager.Destroy(ctx); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}
