package access

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

// browser is a client with a cookie jar at a server that answers who is signed in.
type browser struct {
	t      *testing.T
	client *http.Client
	url    string
	s      *Sessions
	during func() // called inside a request to /slow, after the session was loaded
}

func newBrowser(t *testing.T, db *postgres.DB, who Actor) *browser {
	b := &browser{t: t, s: NewSessions(db, false)}
	mux := http.NewServeMux()
	mux.HandleFunc("/in", func(w http.ResponseWriter, r *http.Request) { b.answer(w, b.s.SignIn(r.Context(), who)) })
	mux.HandleFunc("/out", func(w http.ResponseWriter, r *http.Request) { b.answer(w, b.s.SignOut(r.Context())) })
	mux.HandleFunc("/me", func(w http.ResponseWriter, r *http.Request) {
		a, err := b.s.Actor(r.Context())
		if errors.Is(err, fault.Denied) {
			a.Name = "nobody"
		}
		_, _ = io.WriteString(w, a.Name)
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		b.during()
		b.s.Manager.Put(r.Context(), "note", "written late")
	})
	server := httptest.NewServer(b.s.Manager.LoadAndSave(mux))
	t.Cleanup(server.Close)
	jar, _ := cookiejar.New(nil)
	b.client, b.url = &http.Client{Jar: jar}, server.URL
	return b
}

func (b *browser) answer(w http.ResponseWriter, err error) {
	if err != nil {
		b.t.Error(err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (b *browser) get(path string) string {
	b.t.Helper()
	response, err := b.client.Get(b.url + path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		b.t.Fatalf("%s answered %d %s (%v)", path, response.StatusCode, body, err)
	}
	return string(body)
}

// kept is what a thief would copy from the browser.
type kept struct {
	url     *url.URL
	cookies []*http.Cookie
}

func mustCookies(t *testing.T, b *browser) kept {
	t.Helper()
	u, err := url.Parse(b.url)
	if err != nil {
		t.Fatal(err)
	}
	k := kept{u, b.client.Jar.Cookies(u)}
	if len(k.cookies) != 1 {
		t.Fatalf("the browser holds %d cookies, want the session's", len(k.cookies))
	}
	return k
}

func (b *browser) wants(name, when string) {
	b.t.Helper()
	if got := b.get("/me"); got != name {
		b.t.Errorf("%s: signed in is %q, want %q", when, got, name)
	}
}

func TestASessionEndsWhenRightsChange(t *testing.T) {
	ends := map[string]func(ctx context.Context, tx pgx.Tx, user int64) error{
		"roles change": func(ctx context.Context, tx pgx.Tx, user int64) error {
			return SetRoles(ctx, tx, user, []Role{Product}, "", System("test"))
		},
		"the user is disabled": func(ctx context.Context, tx pgx.Tx, user int64) error {
			return DisableUser(ctx, tx, user, "", System("test"))
		},
		"the password changes": func(ctx context.Context, tx pgx.Tx, user int64) error {
			return SetPassword(ctx, tx, user, "another "+goodPassword, System("test"))
		},
		"sessions are revoked": RevokeSessions,
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			db := pgtest.New(t)
			ann := person(t, db, "Ann", Support)
			b := newBrowser(t, db, ann)
			b.wants("nobody", "before signing in")
			b.get("/in")
			b.wants("Ann", "after signing in")
			inTx(t, db, func(ctx context.Context, tx pgx.Tx) error { return end(ctx, tx, ann.UserID) })
			b.wants("nobody", "after "+name)
		})
	}
}

func TestARequestUnderWayDoesNotReviveASession(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, db *postgres.DB, b *browser, user int64){
		"revoked": func(t *testing.T, db *postgres.DB, _ *browser, user int64) {
			inTx(t, db, func(ctx context.Context, tx pgx.Tx) error { return RevokeSessions(ctx, tx, user) })
		},
		"signed out": func(_ *testing.T, _ *postgres.DB, b *browser, _ int64) {
			second := *b // another tab: the same cookies, another connection
			second.get("/out")
		},
	} {
		t.Run(name, func(t *testing.T) {
			db := pgtest.New(t)
			ann := person(t, db, "Ann", Support)
			b := newBrowser(t, db, ann)
			b.get("/in")
			b.during = func() { end(t, db, b, ann.UserID) }
			address := mustCookies(t, b)
			b.get("/slow")
			b.client.Jar.SetCookies(address.url, address.cookies) // a thief kept the old cookie
			b.wants("nobody", "after it was "+name+" while a request was writing it")
		})
	}
}

func TestASignInBegunBeforeRevocationIsDead(t *testing.T) {
	db := pgtest.New(t)
	ann := person(t, db, "Ann", Support)
	b := newBrowser(t, db, ann)
	b.get("/in")
	// The row as a request would insert it that signed in an instant too early.
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error { return RevokeSessions(ctx, tx, ann.UserID) })
	if _, err := db.Exec(t.Context(), `update access.sessions set revoked_at = null`); err != nil {
		t.Fatal(err)
	}
	b.wants("nobody", "with a session of an earlier epoch")
}

func TestTheDatabaseDoesNotHoldTheSessionToken(t *testing.T) {
	db := pgtest.New(t)
	b := newBrowser(t, db, person(t, db, "Ann", Support))
	b.get("/in")
	token := mustCookies(t, b).cookies[0].Value
	var hash, data []byte
	err := db.QueryRow(t.Context(), `select token_hash, data from access.sessions where user_id is not null`).Scan(&hash, &data)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(hash, secretHash(token)) || bytes.Contains(data, []byte(token)) {
		t.Errorf("the row holds %x, want only the hash of the cookie", hash)
	}
}

func TestASessionEndsAfterAnIdleHourAndAfterItsLifetime(t *testing.T) {
	db := pgtest.New(t)
	b := newBrowser(t, db, person(t, db, "Ann", Support))
	b.get("/in")
	var left time.Duration
	err := db.QueryRow(t.Context(), `select expires_at - now() from access.sessions where revoked_at is null`).Scan(&left)
	if err != nil || left > sessionIdle || left < sessionIdle/2 {
		t.Errorf("an idle session has %s left (%v), want about %s", left, err, sessionIdle)
	}
	if b.s.Manager.Lifetime != sessionLifetime {
		t.Errorf("the absolute lifetime is %s, want %s", b.s.Manager.Lifetime, sessionLifetime)
	}
	if _, err := db.Exec(t.Context(), `update access.sessions set expires_at = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	b.wants("nobody", "after its hour")
}

func TestSigningInChangesTheToken(t *testing.T) {
	db := pgtest.New(t)
	b := newBrowser(t, db, person(t, db, "Ann", Support))
	b.during = func() {}
	b.get("/slow") // a session before sign-in, whose token somebody may have planted
	planted := mustCookies(t, b)
	b.get("/in")
	b.client.Jar.SetCookies(planted.url, planted.cookies)
	b.wants("nobody", "with the token from before sign-in")
}
