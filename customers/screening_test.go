package customers_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

// ofac is a part of the real list of 2026: nine parties.
func ofac(t *testing.T, more string) customers.ScreenList {
	t.Helper()
	read := func(name string) []byte {
		content, err := os.ReadFile("testdata/ofac/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	l, err := customers.ParseOFAC(customers.OFAC{SDN: []byte(more + string(read("sdn.csv"))), Addresses: read("add.csv"), Aliases: read("alt.csv"), Comments: read("sdn_comments.csv")})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func importList(t *testing.T, db *postgres.DB, l customers.ScreenList) (isNew bool) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) (err error) {
		_, isNew, err = customers.ImportScreening(ctx, tx, l, day("2026-01-01"), clerk)
		return err
	})
	return isNew
}

func screen(t *testing.T, db *postgres.DB, id customers.ID) (s customers.Screening) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) (err error) {
		s, err = customers.Screen(ctx, tx, id, day("2026-02-01"), clerk)
		return err
	})
	return s
}

func named(t *testing.T, db *postgres.DB, n customers.New, name string) customers.Customer {
	t.Helper()
	n.ExternalID, n.Name = strings.ToLower(strings.ReplaceAll(name, " ", "-")), name
	return create(t, db, n)
}

// decide is what a person of a role says about a screening.
func decide(t *testing.T, db *postgres.DB, id int64, d customers.ScreenDecision, reason string, by access.Actor) error {
	t.Helper()
	return attempt(db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := customers.DecideScreening(ctx, tx, id, d, reason, day("2026-02-02"), by)
		return err
	})
}

func desk(t *testing.T, db *postgres.DB, name string, role access.Role) (by access.Actor) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error {
		u, err := access.CreateUser(ctx, tx, access.NewUser{Email: name + "@ratable.example", Name: name, Roles: []access.Role{role}}, clerk)
		by = access.Actor{UserID: u.ID, Name: u.Name, Roles: u.Roles}
		return err
	})
	return by
}

func TestNobodyIsClearOfAListThatIsNotThere(t *testing.T) {
	db, seller := open(t)
	c := create(t, db, plain(seller, "cus_1"))
	err := attempt(db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := customers.Screen(ctx, tx, c.ID, day("2026-02-01"), clerk)
		return err
	})
	if !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "no screening list is imported") {
		t.Errorf("screened without a list: %v", err)
	}
}

func TestThePartiesOfTheRealListAreFoundAndTheirNamesakesAreNot(t *testing.T) {
	db, seller := open(t)
	if !importList(t, db, ofac(t, "")) || importList(t, db, ofac(t, "")) {
		t.Fatal("the list is new once")
	}
	for name, want := range map[string]int64{
		"Dmitriy Khoroshev": 48603, "Suex OTC s.r.o.": 33151, "Successful Exchange": 33151, "Bel-Kap Steel": 44525, "Elvis Angus Logan Morey": 10278,
		"Iran Aircraft Manufacturing Industries": 11195, "Dánïel Möreno": 15102,
		"Northwind Analytics": 0, "NS Leader": 0, "Nordic Steel Works": 0, "Morrison Daniels": 0, "上海贸易": 0,
	} {
		s := screen(t, db, named(t, db, plain(seller, ""), name).ID)
		if want == 0 {
			if s.Result != customers.Clear || s.Held() {
				t.Errorf("%s is held for %+v", name, s.Matches)
			}
			continue
		}
		if !s.Held() || s.Matches[0].Entry != want {
			t.Errorf("%s is %s at %.3f: %+v, want entry %d", name, s.Result, s.Score, s.Matches, want)
		}
	}
}

func TestAMatchIsDecidedByASecondPersonAndOnce(t *testing.T) {
	db, seller := open(t)
	importList(t, db, ofac(t, ""))
	finance, admin, support := desk(t, db, "fin", access.Finance), desk(t, db, "adm", access.Admin), desk(t, db, "sup", access.Support)
	n := plain(seller, "suex")
	n.Name = "Suex OTC"
	var c customers.Customer
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) (err error) {
		c, err = customers.Create(ctx, tx, n, finance)
		return err
	})
	s := screen(t, db, c.ID)
	for who, by := range map[string]access.Actor{"who entered it": finance, "support": support, "the program": clerk} {
		if err := decide(t, db, s.ID, customers.Cleared, "No", by); !errors.Is(err, fault.Denied) {
			t.Errorf("%s decides: %v", who, err)
		}
	}
	if err := decide(t, db, s.ID, customers.Cleared, " ", admin); !errors.Is(err, fault.Invalid) {
		t.Errorf("cleared without a reason: %v", err)
	}
	if err := decide(t, db, s.ID, customers.Cleared, "Registered in Ohio in 1998; another firm", admin); err != nil {
		t.Fatal(err)
	}
	if err := decide(t, db, s.ID, customers.Confirmed, "Changed my mind", admin); !errors.Is(err, fault.Conflict) {
		t.Errorf("decided twice: %v", err)
	}
	// The database holds it too.
	_, err := pgtest.Admin(t, db).Exec(t.Context(), `insert into customers.screening_decisions (screening_id, entered_by, decision, by_user, reason, decided_on)
		select id, entered_by, 'cleared', entered_by, 'x', '2026-01-01' from customers.screenings where id = $1`, screen(t, db, c.ID).ID)
	if err == nil || !strings.Contains(err.Error(), "second_person") {
		t.Errorf("the database lets who entered a customer clear it: %v", err)
	}
}

func TestANewListScreensEverybodyAgainAndAsksOnlyAboutWhatIsNew(t *testing.T) {
	db, seller := open(t)
	importList(t, db, ofac(t, ""))
	admin := desk(t, db, "adm", access.Admin)
	suex, north := named(t, db, plain(seller, ""), "Suex OTC"), named(t, db, plain(seller, ""), "Northwind Analytics")
	all := func() customers.Screened {
		t.Helper()
		out, err := customers.ScreenAll(t.Context(), db, day("2026-03-01"), clerk, func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := all(); got.Compared != 2 || got.Possible != 1 {
		t.Fatalf("the first round: %+v", got)
	}
	if got := all(); got.Compared != 0 {
		t.Errorf("nothing changed, and %d were screened again", got.Compared)
	}
	waiting, err := customers.Matches(t.Context(), db, false)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("waiting: %+v, %v", waiting, err)
	}
	if err := decide(t, db, waiting[0].ID, customers.Cleared, "Another firm", admin); err != nil {
		t.Fatal(err)
	}
	amend(t, db, north.ID, customers.Amendment{StartsOn: day("2026-02-15"), Profile: &customers.Profile{Name: "Bel-Kap Steel", LegalName: "Bel-Kap Steel", Kind: customers.Business}})
	importList(t, db, ofac(t, `99,"UNHEARD OF TRADING",-0- ,"CYBER2",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0-`+"\n"))
	if got := all(); got.Compared != 2 || got.Possible != 1 {
		t.Errorf("the round after a new list: %+v", got)
	}
	last, _, err := customers.LastScreening(t.Context(), db, suex.ID)
	if err != nil || last.Held() || last.RestsOn != waiting[0].ID || last.Reason != "Another firm" {
		t.Errorf("what a person decided about the same names and entries does not stand: %+v, %v", last, err)
	}
	if held, err := customers.HeldByScreening(t.Context(), db, []string{suex.ExternalID, north.ExternalID}); err != nil || held != north.ExternalID {
		t.Errorf("held is %q, %v", held, err)
	}
	amend(t, db, suex.ID, customers.Amendment{StartsOn: day("2026-02-28"), SetContacts: []customers.Contact{{Role: customers.Payable, Name: "Dmitry Khoroshev", Email: "d@x.example"}}})
	if got := all(); got.Compared != 1 || got.Possible != 1 {
		t.Errorf("a new contact with a listed name: %+v", got)
	}
}
