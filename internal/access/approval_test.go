package access

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

var acme = Subject{Kind: "contract", Key: "ACME-1", Account: 3}

func request(t *testing.T, db *postgres.DB, by Actor, prepared ...int64) {
	t.Helper()
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error {
		return RequestApproval(ctx, tx, acme, "please look", by, prepared...)
	})
}

func decide(t *testing.T, db *postgres.DB, d Decision, reason string, by Actor) error {
	t.Helper()
	return try(t, db, func(ctx context.Context, tx pgx.Tx) error { return Decide(ctx, tx, acme, d, reason, by) })
}

func TestWhoRequestedOrPreparedNeverDecides(t *testing.T) {
	db := pgtest.New(t)
	fay, fox, fin := person(t, db, "Fay", Finance), person(t, db, "Fox", Finance), person(t, db, "Fin", Finance)
	sal := person(t, db, "Sal", Sales)
	request(t, db, fay, fox.UserID)

	wantKind(t, decide(t, db, Approve, "", fay), fault.Denied, "Fay requested the approval of contract ACME-1: another person must decide")
	wantKind(t, decide(t, db, Approve, "", fox), fault.Denied, "Fox prepared contract ACME-1: another person must decide")
	wantKind(t, decide(t, db, Approve, "", sal), fault.Denied, "it takes the role finance")
	wantKind(t, decide(t, db, Approve, "", System("nightly")), fault.Denied, "needs a person's decision")
	wantKind(t, decide(t, db, Approve, "", Actor{}), fault.Denied, "nobody is not a signed-in person")
	wantKind(t, decide(t, db, Reject, " ", fin), fault.Invalid, "say why")
	wantKind(t, decide(t, db, "maybe", "", fin), fault.Invalid, "must be approve or reject")
	if err := decide(t, db, Approve, "fine", fin); err != nil {
		t.Fatal(err)
	}
	wantKind(t, decide(t, db, Reject, "no, wait", fin), fault.Conflict, "no request waits")
}

func TestPostgresAlsoRefusesADecisionByWhoRequestedOrPrepared(t *testing.T) {
	db := pgtest.New(t)
	fay, fox, fin := person(t, db, "Fay", Finance), person(t, db, "Fox", Finance), person(t, db, "Fin", Finance)
	request(t, db, fay, fox.UserID)
	const insert = `insert into access.approvals
		(subject_kind, subject_key, seq, fact, requested_by, prepared_by, decide_roles, decided_by, reason)
		values ('contract', 'ACME-1', $1, $2, $3, $4, $5, nullif($6::bigint, 0), '')`
	cases := []struct {
		name       string
		seq        int
		fact       string
		requested  int64
		prepared   []int64
		roles      []string
		decided    int64
		constraint string
	}{
		{"by who requested", 2, "approved", fay.UserID, []int64{fox.UserID}, []string{"finance"}, fay.UserID, "approvals_four_eyes"},
		{"by who prepared", 2, "approved", fay.UserID, []int64{fox.UserID}, []string{"finance"}, fox.UserID, "approvals_four_eyes"},
		{"by the program", 2, "approved", fay.UserID, []int64{fox.UserID}, []string{"finance"}, 0, "approvals_decided_by_somebody"},
		{"hiding who requested", 2, "approved", fin.UserID, []int64{fox.UserID}, []string{"finance"}, fay.UserID, "approvals_answer_their_request"},
		{"hiding who prepared", 2, "approved", fay.UserID, []int64{}, []string{"finance"}, fox.UserID, "approvals_answer_their_request"},
		{"widening the roles", 2, "approved", fay.UserID, []int64{fox.UserID}, []string{"support"}, fin.UserID, "approvals_answer_their_request"},
		{"without a request", 4, "approved", fay.UserID, []int64{fox.UserID}, []string{"finance"}, fin.UserID, "approvals_no_gap"},
		{"a request on a request", 2, "requested", fay.UserID, []int64{}, []string{"finance"}, 0, "approvals_alternate"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := db.Exec(t.Context(), insert, c.seq, c.fact, c.requested, c.prepared, c.roles, c.decided)
			if got := postgres.Constraint(err); got != c.constraint {
				t.Errorf("refused by %q (%v), want %s", got, err, c.constraint)
			}
		})
	}
	if _, err := db.Exec(t.Context(), insert, 2, "approved", fay.UserID, []int64{fox.UserID}, []string{"finance"}, fin.UserID); err != nil {
		t.Errorf("another person's decision was refused: %v", err)
	}
}

func TestTwoDecisionsAtTheSameMomentLeaveOne(t *testing.T) {
	db := pgtest.New(t)
	fay, fin, fox := person(t, db, "Fay", Finance), person(t, db, "Fin", Finance), person(t, db, "Fox", Finance)
	request(t, db, fay)
	answers := make(chan error, 2)
	go func() { answers <- decide(t, db, Approve, "yes", fin) }()
	go func() { answers <- decide(t, db, Reject, "no", fox) }()
	first, second := <-answers, <-answers
	if (first == nil) == (second == nil) {
		t.Fatalf("exactly one decision should stand, got %v and %v", first, second)
	}
	if first == nil {
		first = second
	}
	wantKind(t, first, fault.Conflict, "")
}

func TestASubjectWaitsUntilItIsDecidedAndKeepsItsHistory(t *testing.T) {
	db := pgtest.New(t)
	sal, fin := person(t, db, "Sal", Sales), person(t, db, "Fin", Finance)
	request(t, db, sal)
	again := try(t, db, func(ctx context.Context, tx pgx.Tx) error { return RequestApproval(ctx, tx, acme, "", sal) })
	wantKind(t, again, fault.Conflict, "already waits for a decision, requested by Sal")

	pending := func(roles ...Role) int {
		list, err := Pending(t.Context(), db, roles)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if pending(Finance) != 1 || pending(Sales, Support) != 0 || pending() != 0 {
		t.Errorf("a contract should wait for finance only")
	}
	if err := decide(t, db, Reject, "the cap is missing", fin); err != nil {
		t.Fatal(err)
	}
	if pending(Finance) != 0 {
		t.Errorf("a rejected contract still waits")
	}
	request(t, db, sal)
	if err := decide(t, db, Approve, "", fin); err != nil {
		t.Fatal(err)
	}
	history, err := History(t.Context(), db, acme)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range history {
		got = append(got, string(a.Fact)+" by "+a.RequestedBy.Name+"/"+a.DecidedBy.Name+": "+a.Reason)
	}
	want := []string{"requested by Sal/: please look", "rejected by Sal/Fin: the cap is missing", "requested by Sal/: please look", "approved by Sal/Fin: "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	if n := len(mustPage(t, db, AuditFilter{Subject: acme})); n != 4 {
		t.Errorf("four approval facts left %d audit lines", n)
	}
}
