package jobs

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres/pgtest"
)

func TestARunByHandIsAuditedAndTakesARole(t *testing.T) {
	db, d, now := pgtest.New(t), &diary{}, dawn
	var fin, sal access.User
	err := db.Tx(t.Context(), func(tx pgx.Tx) (err error) {
		n := access.NewUser{Email: "fin@ratable.test", Name: "Fin", Roles: []access.Role{access.Finance}}
		if fin, err = access.CreateUser(t.Context(), tx, n, access.System("test")); err != nil {
			return err
		}
		n = access.NewUser{Email: "sal@ratable.test", Name: "Sal", Roles: []access.Role{access.Sales}}
		sal, err = access.CreateUser(t.Context(), tx, n, access.System("test"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	by := access.Actor{UserID: fin.ID, Name: fin.Name, Roles: fin.Roles}
	s := scheduler(t, db, &now, daily(d, EachMissed), Spec{Name: "by hand", Do: d.Do, Roles: []access.Role{access.Sales}})

	if _, err := s.RunNow(t.Context(), "nonsense", day("2026-02-01"), by); !errors.Is(err, fault.NotFound) {
		t.Errorf("a job nobody knows: %v", err)
	}
	if _, err := s.RunNow(t.Context(), "by hand", day("2026-02-01"), by); !errors.Is(err, fault.Denied) {
		t.Errorf("a job for another role: %v", err)
	}
	seller := access.Actor{UserID: sal.ID, Name: sal.Name, Roles: sal.Roles}
	if _, err := s.RunNow(t.Context(), "daily", day("2026-02-01"), seller); !errors.Is(err, fault.Denied) {
		t.Errorf("a job by sales: %v", err)
	}
	r, err := s.RunNow(t.Context(), "daily", day("2026-02-01"), by)
	if err != nil || r.State != Done || r.RequestedName != "Fin" || r.AsOf != day("2026-02-01") || !r.Manual {
		t.Errorf("the run by hand is kept as %+v (%v)", r, err)
	}
	trail, err := access.AuditPage(t.Context(), db, access.AuditFilter{Action: "job.run"})
	if err != nil || len(trail) != 1 || trail[0].Subject.Key != "daily" || trail[0].Actor.UserID != fin.ID {
		t.Errorf("the audit trail says %+v (%v)", trail, err)
	}
}

func TestARequestedRunIsPerformedElsewhereInTheNameOfWhoAsked(t *testing.T) {
	db, now := pgtest.New(t), dawn
	var asker access.Actor
	d := &diary{do: func(_ context.Context, run Run) (Summary, error) { asker = run.By; return Summary{}, nil }}
	s := scheduler(t, db, &now, daily(d, EachMissed))
	var fin access.User
	err := db.Tx(t.Context(), func(tx pgx.Tx) (err error) {
		n := access.NewUser{Email: "fin@ratable.test", Name: "Fin", Roles: []access.Role{access.Finance}}
		if fin, err = access.CreateUser(t.Context(), tx, n, access.System("test")); err != nil {
			return err
		}
		by := access.Actor{UserID: fin.ID, Name: fin.Name, Roles: fin.Roles}
		_, err = s.Request(t.Context(), tx, "daily", day("2026-02-01"), now, by)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.told()) != 0 {
		t.Error("a request was performed before its transaction ended")
	}
	if n := runDue(t, s); n != 1 || asker.UserID != fin.ID || !asker.Has(access.Finance) || asker.IsSystem() || !strings.HasPrefix(asker.RequestID, "run:") {
		t.Errorf("%d runs, in the name of %+v", n, asker)
	}
}

func TestARequestOfSomebodyWhoLeftIsNotPerformed(t *testing.T) {
	db, now, d := pgtest.New(t), dawn, &diary{}
	s := scheduler(t, db, &now, daily(d, EachMissed))
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		fin, err := access.CreateUser(t.Context(), tx, access.NewUser{Email: "fin@ratable.test", Name: "Fin", Roles: []access.Role{access.Finance}}, access.System("test"))
		if err != nil {
			return err
		}
		if _, err := s.Request(t.Context(), tx, "daily", day("2026-02-01"), now, access.Actor{UserID: fin.ID, Name: "Fin", Roles: fin.Roles}); err != nil {
			return err
		}
		return access.DisableUser(t.Context(), tx, fin.ID, "left", access.System("test"))
	})
	if err != nil {
		t.Fatal(err)
	}
	runDue(t, s)
	if diff := cmp.Diff([]string{"2026-02-01 failed failed"}, history(t, db)); diff != "" || len(d.told()) != 0 {
		t.Errorf("performed %v, history (-want +got):\n%s", d.told(), diff)
	}
}
