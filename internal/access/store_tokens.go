package access

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// tokenPrefix makes a leaked token recognizable to secret scanners.
const tokenPrefix = "ratable_"

// NewToken is a request for an API token. A zero ExpiresAt means never.
type NewToken struct {
	User      int64 // whose roles the holder acts with
	Name      string
	Scopes    []Scope
	ExpiresAt time.Time
}

// Token is an API token as a page lists it. The secret itself is not kept.
type Token struct {
	ID, User  int64
	Name      string
	Hint      string // the secret's last four characters
	Scopes    []Scope
	CreatedAt time.Time
	ExpiresAt *time.Time
	RevokedAt *time.Time
	UsedAt    *time.Time // to the hour; nil: never
}

func (n NewToken) check() []fault.Field {
	fields := checkName(n.Name)
	if len(n.Scopes) == 0 {
		fields = append(fields, fault.Field{Path: "scopes", Message: "must name at least one"})
	}
	for _, s := range n.Scopes {
		if !slices.Contains(Scopes, s) {
			fields = append(fields, fault.Field{Path: "scopes", Value: string(s), Message: "is not a scope"})
		}
	}
	return fields
}

// IssueToken makes an API token and returns its secret, the only time it is seen.
func IssueToken(ctx context.Context, tx pgx.Tx, n NewToken, by Actor) (secret string, t Token, err error) {
	doing := fmt.Sprintf("issue API token %q", n.Name)
	if err := by.Require(Admin); err != nil {
		return "", Token{}, fmt.Errorf("%s: %w", doing, err)
	}
	if fields := n.check(); len(fields) > 0 {
		return "", Token{}, fmt.Errorf("%s: %w", doing, fault.InvalidFields(fields...))
	}
	random := make([]byte, 32)
	rand.Read(random)
	secret = tokenPrefix + base64.RawURLEncoding.EncodeToString(random)
	t = Token{User: n.User, Name: n.Name, Hint: secret[len(secret)-4:], Scopes: n.Scopes}
	if !n.ExpiresAt.IsZero() {
		t.ExpiresAt = &n.ExpiresAt
	}
	err = tx.QueryRow(ctx, `
		insert into access.tokens (user_id, name, secret_hash, hint, scopes, created_by, expires_at)
		values (@user, @name, @hash, @hint, @scopes, @by, @expires)
		returning id, created_at`,
		pgx.NamedArgs{
			"user": n.User, "name": n.Name, "hash": secretHash(secret), "hint": t.Hint,
			"scopes": scopeNames(n.Scopes), "by": by.UserID, "expires": t.ExpiresAt,
		}).Scan(&t.ID, &t.CreatedAt)
	if err != nil {
		return "", Token{}, fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	after := map[string]any{"user": n.User, "name": n.Name, "hint": t.Hint, "scopes": n.Scopes, "expires": t.ExpiresAt}
	return secret, t, Audit(ctx, tx, by, "token.issue", tokenSubject(t.ID), nil, after, "")
}

// RevokeToken ends an API token at once. Revoking it again changes nothing.
func RevokeToken(ctx context.Context, tx pgx.Tx, token int64, reason string, by Actor) error {
	if err := by.Require(Admin); err != nil {
		return fmt.Errorf("revoke API token %d: %w", token, err)
	}
	tag, err := tx.Exec(ctx, `
		update access.tokens set revoked_at = now() where id = @id and revoked_at is null`, pgx.NamedArgs{"id": token})
	if err != nil {
		return fmt.Errorf("revoke API token %d: %w", token, postgres.Fault(err))
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	return Audit(ctx, tx, by, "token.revoke", tokenSubject(token), nil, nil, reason)
}

// ActorForToken returns who a bearer secret stands for, when it is live at `now`
// and opens the scope; else fault.Denied.
func ActorForToken(ctx context.Context, q postgres.Querier, secret string, scope Scope, now time.Time) (Actor, error) {
	b, err := BearerOf(ctx, q, secret, now)
	if err != nil {
		return Actor{}, err
	}
	return b.Actor, b.Require(scope)
}

// BearerOf returns what a bearer secret stands for, when it is live at `now`; else
// fault.Denied, in words that do not say which part of a guess was right. A
// token's user may be one who cannot sign in.
func BearerOf(ctx context.Context, q postgres.Querier, secret string, now time.Time) (Bearer, error) {
	denied := fault.New(fault.Denied, "the API token is unknown, expired or revoked")
	if !strings.HasPrefix(secret, tokenPrefix) {
		return Bearer{}, denied
	}
	var b Bearer
	var roles, scopes []string
	err := q.QueryRow(ctx, `
		select u.id, u.name, u.email, u.roles, coalesce(u.customer_id, 0), t.id, t.name, t.scopes, t.expires_at, t.last_used_at
		from access.tokens t
		join access.users u on u.id = t.user_id
		where t.secret_hash = @hash and t.revoked_at is null and (t.expires_at is null or t.expires_at > @now)
		  and u.disabled_at is null`,
		pgx.NamedArgs{"hash": secretHash(secret), "now": now},
	).Scan(&b.Actor.UserID, &b.Actor.Name, &b.Actor.Email, &roles, &b.Actor.CustomerID, &b.Token, &b.name, &scopes, &b.ExpiresAt, &b.UsedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Bearer{}, denied
	}
	if err != nil {
		return Bearer{}, fmt.Errorf("look up an API token: %w", postgres.Fault(err))
	}
	// The audit trail shows which of a user's tokens acted.
	b.Actor.Name += " (token " + b.name + ")"
	b.Actor.Roles = rolesOf(roles)
	for _, s := range scopes {
		b.scopes = append(b.scopes, Scope(s))
	}
	return b, nil
}

// ListTokens returns all API tokens, the newest first.
func ListTokens(ctx context.Context, q postgres.Querier) ([]Token, error) {
	rows, err := q.Query(ctx, `
		select id, user_id, name, hint, scopes, created_at, expires_at, revoked_at, last_used_at
		from access.tokens order by id desc`)
	if err != nil {
		return nil, fmt.Errorf("list API tokens: %w", postgres.Fault(err))
	}
	tokens, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Token, error) {
		var t Token
		var scopes []string
		err := row.Scan(&t.ID, &t.User, &t.Name, &t.Hint, &scopes, &t.CreatedAt, &t.ExpiresAt, &t.RevokedAt, &t.UsedAt)
		for _, s := range scopes {
			t.Scopes = append(t.Scopes, Scope(s))
		}
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("list API tokens: %w", postgres.Fault(err))
	}
	return tokens, nil
}

// NoteUse writes down that a token was used: to the hour, so that a busy token costs one write an hour and not one a call.
func NoteUse(ctx context.Context, q postgres.Querier, token int64, now time.Time) error {
	_, err := q.Exec(ctx, `
		update access.tokens set last_used_at = @hour where id = @id and (last_used_at is null or last_used_at < @hour)`,
		pgx.NamedArgs{"id": token, "hour": now.UTC().Truncate(time.Hour)})
	if err != nil {
		return fmt.Errorf("note the use of API token %d: %w", token, postgres.Fault(err))
	}
	return nil
}

func tokenSubject(id int64) Subject {
	return Subject{Kind: "api_token", Key: strconv.FormatInt(id, 10)}
}

func scopeNames(scopes []Scope) []string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return names
}
