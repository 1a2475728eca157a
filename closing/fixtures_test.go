package closing

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/ledger"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func month(s string) period.Month { return day(s + "-01").MonthOf() }

func usd(minor int64) money.Amount { return money.Of(minor, "USD") }

// books are two legal entities with people who keep them.
type books struct {
	t                *testing.T
	db               *postgres.DB
	us, de           entities.Entity
	anna, bert, fred access.Actor
	seq              int64
}

func open(t *testing.T) *books {
	t.Helper()
	b := &books{t: t, db: pgtest.New(t)}
	b.do(func(tx pgx.Tx) (err error) {
		for code, e := range map[string]*entities.Entity{"rus": &b.us, "rde": &b.de} {
			*e, err = entities.Create(ctx, tx, entities.Entity{Code: code, Name: code, Country: "DE", City: "Berlin", TimeZone: "UTC", Currency: "USD"}, access.System("test"))
			if err != nil {
				return err
			}
		}
		return nil
	})
	for name, who := range map[string]*access.Actor{"Anna": &b.anna, "Bert": &b.bert, "Fred": &b.fred} {
		role := access.Accountant
		if name == "Fred" {
			role = access.Finance
		}
		b.do(func(tx pgx.Tx) error {
			u, err := access.CreateUser(ctx, tx, access.NewUser{Email: name + "@example.com", Name: name, Password: "northern lights at midnight", Roles: []access.Role{role}}, access.System("test"))
			*who = access.Actor{UserID: u.ID, Name: name, Roles: []access.Role{role}}
			return err
		})
	}
	return b
}

func (b *books) do(f func(tx pgx.Tx) error) {
	b.t.Helper()
	if err := b.db.Tx(ctx, f); err != nil {
		b.t.Fatal(err)
	}
}

// book appends cash against revenue.
func (b *books) book(on string, minor int64) {
	b.t.Helper()
	b.do(func(tx pgx.Tx) error { return b.append(tx, on, minor, "") })
}

func (b *books) append(tx pgx.Tx, on string, minor int64, source string) error {
	b.seq++
	if source == "" {
		source = fmt.Sprintf("receipt:%d", b.seq)
	}
	return ledger.Append(ctx, tx, []ledger.Entry{{Account: 7, Seq: b.seq, Entity: b.us.ID, Source: source, BookedOn: day(on), Currency: "USD", Memo: "m",
		Postings: []ledger.Posting{ledger.Debit(ledger.Cash, usd(minor)), ledger.Credit(ledger.Revenue, usd(minor))}}})
}

func (b *books) at(m string) At {
	return At{Entity: b.us, Month: month(m), AsOf: month(m).End().AddDays(4)}
}

func (b *books) close(m string, checks ...Check) (s Seal, err error) {
	err = b.db.Tx(ctx, func(tx pgx.Tx) (err error) { s, err = Close(ctx, tx, b.at(m), checks, nil, b.anna); return err })
	return s, err
}

func (b *books) closed(m string) Seal {
	b.t.Helper()
	s, err := b.close(m)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *books) verify() Verified {
	b.t.Helper()
	v, err := Verify(ctx, b.db, 0, period.Month{})
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// tamper does as the owner of the database what nobody may.
func (b *books) tamper(table, sql string, args ...any) {
	b.t.Helper()
	admin := pgtest.Admin(b.t, b.db)
	for _, how := range []string{"disable", "enable"} {
		if how == "enable" {
			tag, err := admin.Exec(ctx, sql, args...)
			if err != nil || tag.RowsAffected() != 1 {
				b.t.Fatalf("%d rows changed: %v", tag.RowsAffected(), err)
			}
		}
		if _, err := admin.Exec(ctx, `alter table `+table+` `+how+` trigger user`); err != nil {
			b.t.Fatal(err)
		}
	}
}
