package customers_test

import (
	"context"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

var finance = access.Actor{UserID: 1, Name: "Farah", Roles: []access.Role{access.Finance}}

func TestADuplicateIsHiddenFromListsAndItsNamesFindWhoStays(t *testing.T) {
	db, seller := open(t)
	stays := create(t, db, plain(seller, "rocket"))
	twice := create(t, db, plain(seller, "raketen"))
	found := func(f customers.Filter) []string {
		t.Helper()
		all, err := customers.List(context.Background(), db, f, day("2026-06-01"))
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, c := range all {
			out = append(out, c.ExternalID)
		}
		return out
	}
	expect := func(f customers.Filter, want ...string) {
		t.Helper()
		if got := found(f); !slices.Equal(got, want) {
			t.Errorf("%+v finds %v, not %v", f, got, want)
		}
	}
	m := customers.Merger{Duplicate: twice.ID, Into: stays.ID, On: day("2026-03-01"), Reason: "one and the same"}
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error { return customers.Merge(ctx, tx, m, finance) })
	expect(customers.Filter{}, "rocket")
	expect(customers.Filter{Search: "raketen"}, "rocket")
	expect(customers.Filter{Search: "raketen", Duplicates: true}, "rocket", "raketen")
	if c, err := customers.Called(context.Background(), db, "raketen", day("2026-06-01")); err != nil || c.ID != stays.ID {
		t.Errorf("the duplicate's number means %s (%v), not who stays", c.ExternalID, err)
	}
	if c := get(t, db, twice.ID, "2026-06-01"); c.DuplicateOf != stays.ID {
		t.Errorf("the duplicate points to customer %d, not to %d", c.DuplicateOf, stays.ID)
	}

	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error {
		return customers.Unmerge(ctx, tx, twice.ID, day("2026-04-01"), "they are two", finance)
	})
	expect(customers.Filter{}, "rocket", "raketen")
	expect(customers.Filter{Search: "raketen"}, "raketen")
	err := attempt(db, func(ctx context.Context, tx pgx.Tx) error {
		return customers.Unmerge(ctx, tx, twice.ID, day("2026-04-01"), "again", finance)
	})
	if fault.Kind(err) != fault.Conflict {
		t.Errorf("a merge was taken back twice: %v", err)
	}
}

func TestEachDayOfADuplicateCountsForOneOfTheTwo(t *testing.T) {
	db, seller := open(t)
	stays, twice := create(t, db, plain(seller, "rocket")), create(t, db, plain(seller, "raketen"))
	for _, takes := range []bool{false, true} {
		inTx(t, db, func(ctx context.Context, tx pgx.Tx) error {
			if takes {
				if err := customers.Unmerge(ctx, tx, twice.ID, day("2026-03-02"), "entered anew", finance); err != nil {
					return err
				}
			}
			return customers.Merge(ctx, tx, customers.Merger{Duplicate: twice.ID, Into: stays.ID, On: day("2026-03-01"), TakesUsage: takes, Reason: "one"}, finance)
		})
		for _, side := range []customers.AccountID{stays.Account, twice.Account} {
			m, err := customers.LoadMergers(context.Background(), db, []customers.AccountID{side})
			if err != nil {
				t.Fatal(err)
			}
			for on, want := range map[period.Date]customers.Customer{
				day("2026-02-28"): map[bool]customers.Customer{false: twice, true: stays}[takes],
				day("2026-03-01"): stays,
			} {
				if account, c := m.CountsFor(twice.Account, twice.ID, on); c != want.ID || account != want.Account {
					t.Errorf("read from account %d, usage of %s counts for customer %d of account %d, not for %s", side, on, c, account, want.ExternalID)
				}
			}
		}
	}
}
