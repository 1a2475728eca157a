package postgres_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

type (
	accountID int64
	code      string
)

// row has a column of every kind of value that our tables hold.
type row struct {
	Account  accountID
	Code     code
	Currency money.Currency
	On       period.Date
	Month    period.Month
	Quantity decimal.Decimal
	Maybe    period.Date
}

var sameValues = cmp.Options{
	cmp.Comparer(func(a, b period.Date) bool { return a == b }),
	cmp.Comparer(func(a, b period.Month) bool { return a == b }),
	cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) }),
	cmpopts.EquateEmpty(),
}

func tableOfTypes(t *testing.T) (db *postgres.DB, want []row) {
	t.Helper()
	db = pgtest.Admin(t, pgtest.New(t))
	_, err := db.Exec(t.Context(), `create table kinds (account bigint, code text, currency text, "on" date, month date, quantity numeric, maybe date)`)
	if err != nil {
		t.Fatal(err)
	}
	want = []row{
		{1, "a", "EUR", period.NewDate(2026, time.February, 28), period.NewMonth(2026, time.March), decimal.RequireFromString("0.000000000000000001"), period.Date{}},
		{2, "b", "JPY", period.NewDate(1, time.January, 1), period.NewMonth(1999, time.December), decimal.RequireFromString("-12345678901234567890.5"), period.NewDate(9999, time.December, 31)},
		{3, "ü", "USD", period.NewDate(2000, time.February, 29), period.NewMonth(2000, time.February), decimal.RequireFromString("1e3"), period.NewDate(1970, time.January, 1)},
	}
	return db, want
}

func readKinds(t *testing.T, q postgres.Querier, where string, args ...any) []row {
	t.Helper()
	rows, err := q.Query(t.Context(), `select account, code, currency, "on", month, quantity, maybe from kinds `+where+` order by account`, args...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	return got
}

func TestOurTypesGoInByCopyAndComeBackUnchanged(t *testing.T) {
	db, want := tableOfTypes(t)
	err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.CopyFrom(t.Context(), pgx.Identifier{"kinds"}, []string{"account", "code", "currency", "on", "month", "quantity", "maybe"},
			pgx.CopyFromSlice(len(want), func(i int) ([]any, error) {
				r := want[i]
				return []any{r.Account, r.Code, r.Currency, r.On, r.Month, r.Quantity, r.Maybe}, nil
			}))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, readKinds(t, db, ""), sameValues); diff != "" {
		t.Errorf("copied (-) and read (+):\n%s", diff)
	}
	if n := one[int](t, db, `select count(*) from kinds where maybe is null`); n != 1 {
		t.Errorf("%d rows hold null for a date that is none, want 1", n)
	}
}

func TestOurTypesGoInAsArraysAndComeBackUnchanged(t *testing.T) {
	db, want := tableOfTypes(t)
	var in struct {
		Accounts   []accountID
		Codes      []code
		Currencies []money.Currency
		On, Maybe  []period.Date
		Months     []period.Month
		Quantities []decimal.Decimal
	}
	for _, r := range want {
		in.Accounts, in.Codes, in.Currencies = append(in.Accounts, r.Account), append(in.Codes, r.Code), append(in.Currencies, r.Currency)
		in.On, in.Maybe, in.Months = append(in.On, r.On), append(in.Maybe, r.Maybe), append(in.Months, r.Month)
		in.Quantities = append(in.Quantities, r.Quantity)
	}
	_, err := db.Exec(t.Context(), `
		insert into kinds (account, code, currency, "on", month, quantity, maybe)
		select * from unnest(@accounts::bigint[], @codes::text[], @currencies::text[], @on::date[], @months::date[], @quantities::numeric[], @maybe::date[])`,
		pgx.NamedArgs{"accounts": in.Accounts, "codes": in.Codes, "currencies": in.Currencies, "on": in.On,
			"months": in.Months, "quantities": in.Quantities, "maybe": in.Maybe})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, readKinds(t, db, ""), sameValues); diff != "" {
		t.Errorf("sent as arrays (-) and read (+):\n%s", diff)
	}

	out := in
	err = db.QueryRow(t.Context(), `
		select array_agg(account order by account), array_agg(code order by account), array_agg(currency order by account), array_agg("on" order by account),
		       array_agg(maybe order by account), array_agg(month order by account), array_agg(quantity order by account) from kinds`).
		Scan(&out.Accounts, &out.Codes, &out.Currencies, &out.On, &out.Maybe, &out.Months, &out.Quantities)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out, sameValues); diff != "" {
		t.Errorf("arrays sent (-) and read (+):\n%s", diff)
	}
}

func TestOurTypesSelectRowsAsParameters(t *testing.T) {
	db, want := tableOfTypes(t)
	for _, r := range want {
		_, err := db.Exec(t.Context(), `
			insert into kinds (account, code, currency, "on", month, quantity, maybe) values ($1, $2, $3, $4, $5, $6, $7)`,
			r.Account, r.Code, r.Currency, r.On, r.Month, r.Quantity, r.Maybe)
		if err != nil {
			t.Fatal(err)
		}
	}
	for where, args := range map[string][]any{
		`where account = any($1)`:          {[]accountID{1, 2, 3}},
		`where code = any($1)`:             {[]code{"a", "b", "ü"}},
		`where currency = any($1)`:         {[]money.Currency{"EUR", "JPY", "USD"}},
		`where "on" = any($1)`:             {[]period.Date{want[0].On, want[1].On, want[2].On}},
		`where month = any($1)`:            {[]period.Month{want[0].Month, want[1].Month, want[2].Month}},
		`where quantity = any($1)`:         {[]decimal.Decimal{want[0].Quantity, want[1].Quantity, want[2].Quantity}},
		`where "on" < $1 and "on" >= $2`:   {period.NewDate(2100, 1, 1), period.NewDate(1, 1, 1)},
		`where $1::date is null`:           {period.Date{}},
		`where $1 in ('EUR') and $2 > 0.5`: {money.Currency("EUR"), decimal.NewFromInt(1)},
	} {
		if diff := cmp.Diff(want, readKinds(t, db, where, args...), sameValues); diff != "" {
			t.Errorf("%s finds (+) instead of (-):\n%s", where, diff)
		}
	}
}
