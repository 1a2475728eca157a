package access_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres/pgtest"
)

// guarded is a door with a token that it lets in.
func guarded(t *testing.T, expires time.Time) (d *access.Door, now *time.Time, secret string, token access.Token, revoke func()) {
	db := pgtest.New(t)
	admin := access.Actor{UserID: 1, Name: "Ada", Roles: []access.Role{access.Admin}}
	instant := time.Now().UTC()
	now = &instant
	tx := func(fn func(ctx context.Context, tx pgx.Tx) error) {
		t.Helper()
		if err := db.Tx(t.Context(), func(tx pgx.Tx) error { return fn(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
	}
	tx(func(ctx context.Context, tx pgx.Tx) error {
		u, err := access.CreateUser(ctx, tx, access.NewUser{Email: "robot@ratable.test", Name: "Robot", Roles: []access.Role{access.Support}}, access.System("test"))
		if err != nil {
			return err
		}
		secret, token, err = access.IssueToken(ctx, tx, access.NewToken{User: u.ID, Name: "gateway", Scopes: []access.Scope{access.EntitlementRead}, ExpiresAt: expires}, admin)
		return err
	})
	d = access.NewDoor(db, func() time.Time { return *now })
	return d, now, secret, token, func() {
		tx(func(ctx context.Context, tx pgx.Tx) error {
			return access.RevokeToken(ctx, tx, token.ID, "lost", admin)
		})
	}
}

// soon waits with patience.
func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for !is() {
		select {
		case <-deadline:
			t.Fatalf("it never came about that %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func TestADoorRemembersATokenUntilItIsToldThatItEnded(t *testing.T) {
	d, _, secret, token, revoke := guarded(t, time.Time{})
	if _, known := d.Seen(secret); known {
		t.Error("a door that has seen nobody knows a token")
	}
	d.Start(t.Context())
	defer d.Stop()
	soon(t, "a token is remembered", func() bool {
		b, err := d.Bearer(t.Context(), secret)
		if err != nil || b.Token != token.ID {
			t.Fatalf("the door says %+v, %v", b, err)
		}
		_, known := d.Seen(secret)
		return known
	})
	revoke()
	soon(t, "a revoked token is refused", func() bool {
		_, err := d.Bearer(t.Context(), secret)
		return errors.Is(err, fault.Denied)
	})
	if _, known := d.Seen(secret); known {
		t.Error("a token that was refused is still known")
	}
	if _, err := d.Bearer(t.Context(), "ratable_guess"); !errors.Is(err, fault.Denied) {
		t.Errorf("a guess is met with %v", err)
	}
}

func TestADoorThatListensToNobodyAsksEveryTime(t *testing.T) {
	d, _, secret, _, revoke := guarded(t, time.Time{})
	if _, err := d.Bearer(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	revoke()
	if _, err := d.Bearer(t.Context(), secret); !errors.Is(err, fault.Denied) {
		t.Errorf("a revoked token is met with %v", err)
	}
}

func TestATokenThatExpiresIsRefusedAlthoughItIsRemembered(t *testing.T) {
	d, now, secret, _, _ := guarded(t, time.Now().Add(time.Hour))
	d.Start(t.Context())
	defer d.Stop()
	soon(t, "a token is remembered", func() bool {
		d.Bearer(t.Context(), secret)
		_, known := d.Seen(secret)
		return known
	})
	*now = now.Add(2 * time.Hour)
	if _, known := d.Seen(secret); known {
		t.Error("a token is known after its time")
	}
	if _, err := d.Bearer(t.Context(), secret); !errors.Is(err, fault.Denied) {
		t.Errorf("after its time a token is met with %v", err)
	}
}
