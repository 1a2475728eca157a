package access

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func signIn(t *testing.T, db *postgres.DB, email, password, ip string, at time.Time) error {
	t.Helper()
	_, err := Authenticate(t.Context(), db, email, password, ip, at)
	return err
}

func TestSignInAnswersTheSameWhetherTheNameOrThePasswordIsWrongOrTheUserDisabled(t *testing.T) {
	db := pgtest.New(t)
	ann, dan := person(t, db, "Ann", Support), person(t, db, "Dan", Support)
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error {
		return DisableUser(ctx, tx, dan.UserID, "left", System("test"))
	})

	got, err := Authenticate(t.Context(), db, " ANN@ratable.test ", goodPassword, "10.0.0.1", noon)
	if err != nil || got.UserID != ann.UserID || !got.Has(Support) || got.IP != "10.0.0.1" || got.IsSystem() {
		t.Fatalf("Ann signed in as %+v, %v", got, err)
	}
	const sentence = "sign in: the e-mail address or the password is wrong"
	for what, err := range map[string]error{
		"a wrong password":                   signIn(t, db, ann.Email, "not "+goodPassword, "10.0.0.1", noon),
		"an empty password":                  signIn(t, db, ann.Email, "", "10.0.0.1", noon),
		"an unknown name":                    signIn(t, db, "nobody@ratable.test", goodPassword, "10.0.0.1", noon),
		"a disabled user":                    signIn(t, db, dan.Email, goodPassword, "10.0.0.1", noon),
		"the program itself":                 signIn(t, db, "system@ratable.invalid", "", "10.0.0.1", noon),
		"the dummy hash's own empty secrets": signIn(t, db, "nobody2@ratable.test", "", "10.0.0.1", noon),
	} {
		if !errors.Is(err, fault.Denied) || err.Error() != sentence {
			t.Errorf("%s is answered with %v, want %q", what, err, sentence)
		}
	}
}

func TestGuessesAreThrottledByAccountWhetherItExistsOrNot(t *testing.T) {
	for _, email := range []string{"ann@ratable.test", "nobody@ratable.test"} {
		t.Run(email, func(t *testing.T) {
			db := pgtest.New(t)
			person(t, db, "Ann", Support)
			for i := range failuresPerLogin {
				wantKind(t, signIn(t, db, email, "guess", fmt.Sprint("10.0.0.", i), noon), fault.Denied, "password is wrong")
			}
			wantKind(t, signIn(t, db, email, goodPassword, "10.0.1.1", noon.Add(time.Minute)), fault.Denied, "too many failed attempts: try again in 15 minutes")
			wantKind(t, signIn(t, db, email, "guess", "10.0.1.1", noon.Add(14*time.Minute)), fault.Denied, "too many")
			// Being refused did not prolong the wait.
			err := signIn(t, db, email, goodPassword, "10.0.1.1", noon.Add(throttleWindow+time.Second))
			if known := email == "ann@ratable.test"; known != (err == nil) {
				t.Errorf("after the window: %v", err)
			}
		})
	}
}

func TestGuessesAreThrottledByAddress(t *testing.T) {
	db := pgtest.New(t)
	ann := person(t, db, "Ann", Support)
	// Planted, because fifty password checks take seconds.
	_, err := db.Exec(t.Context(), `insert into access.attempts (account_key, ip, at, outcome)
		select decode(md5(i::text), 'hex'), '10.6.6.6', $1, 'failed' from generate_series(1, $2) i`, noon, failuresPerIP)
	if err != nil {
		t.Fatal(err)
	}
	wantKind(t, signIn(t, db, ann.Email, goodPassword, "10.6.6.6", noon), fault.Denied, "too many")
	if err := signIn(t, db, ann.Email, goodPassword, "10.0.0.1", noon); err != nil {
		t.Errorf("another address was refused: %v", err)
	}
}

func TestASuccessForgivesEarlierSlips(t *testing.T) {
	db := pgtest.New(t)
	ann := person(t, db, "Ann", Support)
	for range 2 {
		for range failuresPerLogin - 1 {
			wantKind(t, signIn(t, db, ann.Email, "slip", "10.0.0.1", noon), fault.Denied, "password is wrong")
		}
		if err := signIn(t, db, ann.Email, goodPassword, "10.0.0.1", noon); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGuessesSentAllAtOnceDoNotOvertakeTheirCount(t *testing.T) {
	db := pgtest.New(t)
	ann := person(t, db, "Ann", Support)
	var looked atomic.Int32
	var all errgroup.Group
	for range 20 {
		all.Go(func() error {
			err := signIn(t, db, ann.Email, "guess", "10.0.0.1", noon)
			if err != nil && err.Error() == "sign in: the e-mail address or the password is wrong" {
				looked.Add(1)
			} else if !errors.Is(err, fault.Denied) {
				return fmt.Errorf("a guess was answered with %w", err)
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := looked.Load(); n > failuresPerLogin {
		t.Errorf("%d of 20 simultaneous guesses were looked at, want at most %d", n, failuresPerLogin)
	}
}

func TestSweepDropsWhatNoLongerDecides(t *testing.T) {
	db := pgtest.New(t)
	_ = signIn(t, db, "nobody@ratable.test", "guess", "10.0.0.1", noon)
	var gone int64
	for _, at := range []time.Time{noon.Add(time.Hour), noon.AddDate(0, 0, 2)} {
		inTx(t, db, func(ctx context.Context, tx pgx.Tx) (err error) {
			gone, err = Sweep(ctx, tx, at)
			return err
		})
		if want := int64(at.Sub(noon).Hours()) / 48; gone != want {
			t.Errorf("at %s %d rows were swept, want %d", at, gone, want)
		}
	}
}
