package access

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

func issue(t *testing.T, db *postgres.DB, n NewToken) (secret string, token Token) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) (err error) {
		secret, token, err = IssueToken(ctx, tx, n, System("test"))
		return err
	})
	return secret, token
}

func TestAnAPITokenOpensItsScopeUntilItEnds(t *testing.T) {
	db := pgtest.New(t)
	feed := person(t, db, "Feed", Support)
	secret, token := issue(t, db, NewToken{User: feed.UserID, Name: "usage feed", Scopes: []Scope{UsageWrite}, ExpiresAt: noon.AddDate(0, 1, 0)})

	a, err := ActorForToken(t.Context(), db, secret, UsageWrite, noon)
	if err != nil || a.UserID != feed.UserID || a.Name != "Feed (token usage feed)" || !a.Has(Support) {
		t.Fatalf("the token acts as %+v, %v", a, err)
	}
	look := func(secret string, scope Scope, at time.Time) error {
		_, err := ActorForToken(t.Context(), db, secret, scope, at)
		return err
	}
	const ended = "the API token is unknown, expired or revoked"
	wantKind(t, look(secret, Read, noon), fault.Denied, `the API token "usage feed" does not open read`)
	wantKind(t, look(secret, UsageWrite, noon.AddDate(0, 1, 0)), fault.Denied, ended)
	wantKind(t, look(secret[:len(secret)-1], UsageWrite, noon), fault.Denied, ended)
	wantKind(t, look("", UsageWrite, noon), fault.Denied, ended)

	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error {
		return RevokeToken(ctx, tx, token.ID, "leaked", System("test"))
	})
	wantKind(t, look(secret, UsageWrite, noon), fault.Denied, ended)
}

func TestATokenDiesWithItsUser(t *testing.T) {
	db := pgtest.New(t)
	feed := person(t, db, "Feed", Support)
	secret, _ := issue(t, db, NewToken{User: feed.UserID, Name: "feed", Scopes: []Scope{UsageWrite}})
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error {
		return DisableUser(ctx, tx, feed.UserID, "", System("test"))
	})
	_, err := ActorForToken(t.Context(), db, secret, UsageWrite, noon)
	wantKind(t, err, fault.Denied, "")
}

func TestTheSecretOfATokenIsSeenOnce(t *testing.T) {
	db := pgtest.New(t)
	feed := person(t, db, "Feed", Support)
	secret, token := issue(t, db, NewToken{User: feed.UserID, Name: "feed", Scopes: []Scope{UsageWrite, Read}})
	var rows string
	err := db.QueryRow(t.Context(), `select (select string_agg(t::text, ' ') from access.tokens t) || (select string_agg(a::text, ' ') from access.audit a)`).Scan(&rows)
	if err != nil || strings.Contains(rows, strings.TrimPrefix(secret, tokenPrefix)) {
		t.Errorf("the database shows the secret: %s (%v)", rows, err)
	}
	list, err := ListTokens(t.Context(), db)
	if err != nil || len(list) != 1 || list[0].ID != token.ID || !strings.HasSuffix(secret, list[0].Hint) || len(list[0].Scopes) != 2 {
		t.Errorf("the list shows %+v (%v)", list, err)
	}
}

func TestATokenIsIssuedByAnAdminForKnownScopes(t *testing.T) {
	db := pgtest.New(t)
	err := try(t, db, func(ctx context.Context, tx pgx.Tx) error {
		_, _, err := IssueToken(ctx, tx, NewToken{User: 1, Name: "x", Scopes: []Scope{Read}}, Actor{UserID: 1, Name: "Fin", Roles: []Role{Finance}})
		return err
	})
	wantKind(t, err, fault.Denied, "it takes the role admin")
	err = try(t, db, func(ctx context.Context, tx pgx.Tx) error {
		_, _, err := IssueToken(ctx, tx, NewToken{User: 1, Name: " ", Scopes: []Scope{"everything"}}, System("test"))
		return err
	})
	wantKind(t, err, fault.Invalid, "scopes: is not a scope (everything)")
	wantKind(t, err, fault.Invalid, "name: must not be empty")
}
