package ledger

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
)

func TestAPolicyCountsFromItsDayOnceAnotherPersonHasApprovedIt(t *testing.T) {
	b := openBook(t)
	do := func(f func(pgx.Tx) error) error { return b.db.Tx(ctx, f) }
	anna, bert := b.person(t, "Anna"), b.person(t, "Bert")
	to := DefaultPolicy()
	to.Voids = ContraAccount
	v := PolicyVersion{Entity: b.rus, Book: USGAAP, Effective: day("2026-03-01"), Policy: to, Reason: "voids are shown apart"}
	propose := func(v PolicyVersion, by access.Actor) error {
		return do(func(tx pgx.Tx) error { _, err := ProposePolicy(ctx, tx, v, by); return err })
	}
	approve := func(number int, by access.Actor) error {
		return do(func(tx pgx.Tx) error { return ApprovePolicy(ctx, tx, b.rus, USGAAP, number, "", by) })
	}
	mustDo(t, propose(v, anna))
	mustFail(t, propose(v, bert), fault.Conflict, "still waits")
	if err := approve(1, anna); !errors.Is(err, fault.Denied) {
		t.Errorf("who proposed it approves it: %v", err)
	}
	mustDo(t, approve(1, bert))
	if err := approve(1, bert); err == nil {
		t.Error("a policy is approved twice")
	}
	all, err := LoadPolicies(ctx, b.db)
	mustDo(t, err)
	for on, want := range map[string]Presentation{"2026-02-28": ReduceRevenue, "2026-03-01": ContraAccount, "2027-01-01": ContraAccount} {
		if got := all.Of(b.rus, USGAAP, day(on)).Voids; got != want {
			t.Errorf("on %s voids are %s, not %s", on, got, want)
		}
	}
	if all.Of(b.rus, IFRS, day("2026-04-01")).Voids != ContraAccount || all.Of(b.rde, USGAAP, day("2026-04-01")).Voids != ReduceRevenue {
		t.Error("the second book goes by the first, and another entity by the default: it does not")
	}
	mustDo(t, propose(v, anna))
	mustDo(t, do(func(tx pgx.Tx) error { return RejectPolicy(ctx, tx, b.rus, USGAAP, 2, "the notes say otherwise", bert) }))
	mustDo(t, b.close("2026-03", anna))
	mustFail(t, propose(v, anna), fault.Closed, "let the policy count from 2026-04-01")
	v.Book, v.Reason = "hgb", ""
	if err := propose(v, anna); err == nil || !strings.Contains(err.Error(), "book: must be us_gaap or ifrs (hgb)") || !strings.Contains(err.Error(), "reason: say why") {
		t.Errorf("a bad proposal is refused as %v", err)
	}
}

// person is an accountant with an account of their own.
func (b book) person(t *testing.T, name string) access.Actor {
	a := access.Actor{Name: name, Roles: []access.Role{access.Accountant}}
	mustDo(t, b.db.Tx(ctx, func(tx pgx.Tx) error {
		u, err := access.CreateUser(ctx, tx, access.NewUser{Email: strings.ToLower(name) + "@ratable.test", Name: name, Roles: a.Roles}, clerk)
		a.UserID = u.ID
		return err
	}))
	return a
}
