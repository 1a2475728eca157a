package access

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

func TestTheAuditTrailCannotBeChanged(t *testing.T) {
	db := pgtest.New(t)
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error {
		return Audit(ctx, tx, System("test"), "thing.do", Subject{Kind: "thing", Key: "1"}, nil, nil, "")
	})
	owner := pgtest.Admin(t, db) // not even the role that owns the tables
	for _, table := range []string{"access.audit", "access.approvals"} {
		for _, change := range []string{
			`update ` + table + ` set reason = 'nicer'`, `delete from ` + table, `truncate ` + table,
		} {
			_, err := db.Exec(t.Context(), change)
			wantKind(t, postgres.Fault(err), fault.Denied, "")
			_, err = owner.Exec(t.Context(), change)
			wantKind(t, postgres.Fault(err), fault.Denied, "is append-only: append a correction instead")
		}
	}
	page, err := AuditPage(t.Context(), db, AuditFilter{})
	if err != nil || len(page) != 1 || page[0].Reason != "" {
		t.Errorf("the trail should still hold one unchanged line, got %v, %v", page, err)
	}
}

func TestAnAuditLineStandsOrFallsWithTheDeed(t *testing.T) {
	db := pgtest.New(t)
	undone := fault.New(fault.Conflict, "changed my mind")
	_ = try(t, db, func(ctx context.Context, tx pgx.Tx) error {
		if err := Audit(ctx, tx, System("test"), "thing.do", Subject{Kind: "thing", Key: "1"}, nil, nil, ""); err != nil {
			t.Error(err)
		}
		return undone
	})
	if page, err := AuditPage(t.Context(), db, AuditFilter{}); err != nil || len(page) != 0 {
		t.Errorf("a deed that was rolled back left %d audit lines (%v)", len(page), err)
	}
}

func TestTheAuditTrailIsFoundBySubjectActorActionAndDay(t *testing.T) {
	db := pgtest.New(t)
	mia := Actor{UserID: 7, Name: "Mia Müller", Email: "mia@ratable.test", Roles: []Role{Finance}, RequestID: "req-1", IP: "10.0.0.1"}
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error {
		return AuditMany(ctx, tx, mia, []Entry{
			{"invoice.issue", Subject{"invoice", "A-1", 5}, nil, map[string]int{"total": 100}, ""},
			{"invoice.issue", Subject{"invoice", "A-2", 6}, nil, nil, ""},
			{"invoice.void", Subject{"invoice", "A-1", 5}, []int{1}, []int{}, "wrong address"},
		})
	})
	inTx(t, db, func(ctx context.Context, tx pgx.Tx) error {
		return Audit(ctx, tx, System("nightly"), "month.close", Subject{Kind: "month", Key: "2026-03"}, nil, nil, "")
	})
	today := period.DateOf(mustPage(t, db, AuditFilter{Limit: 1})[0].At, time.UTC)
	cases := []struct {
		name   string
		filter AuditFilter
		want   string
	}{
		{"everything, newest first", AuditFilter{}, "month.close invoice.void invoice.issue invoice.issue"},
		{"one subject", AuditFilter{Subject: Subject{Kind: "invoice", Key: "A-1"}}, "invoice.void invoice.issue"},
		{"a kind of subject", AuditFilter{Subject: Subject{Kind: "month"}}, "month.close"},
		{"one account", AuditFilter{Subject: Subject{Account: 6}}, "invoice.issue"},
		{"part of a name in another case", AuditFilter{Actor: "müller"}, "invoice.void invoice.issue invoice.issue"},
		{"one action", AuditFilter{Action: "invoice.void"}, "invoice.void"},
		{"today", AuditFilter{From: today, Through: today, Action: "month.close"}, "month.close"},
		{"yesterday", AuditFilter{Through: today.AddDays(-1)}, ""},
		{"tomorrow", AuditFilter{From: today.AddDays(1)}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, r := range mustPage(t, db, c.filter) {
				got = append(got, r.Action)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}

	void := mustPage(t, db, AuditFilter{Action: "invoice.void"})[0]
	if string(void.Before) != "[1]" || string(void.After) != "[]" || void.Reason != "wrong address" ||
		void.Actor.Name != mia.Name || void.Actor.RequestID != "req-1" || void.Actor.IP != "10.0.0.1" || !void.Actor.Has(Finance) {
		t.Errorf("the line does not say what was recorded: %+v", void)
	}
	first := mustPage(t, db, AuditFilter{Limit: 3})
	rest := mustPage(t, db, AuditFilter{Limit: 3, Before: first[2].ID})
	if len(rest) != 1 || rest[0].Subject.Key != "A-1" || rest[0].Before != nil {
		t.Errorf("the second page of three should hold the oldest line, got %+v", rest)
	}
}

func mustPage(t *testing.T, db *postgres.DB, f AuditFilter) []AuditRow {
	t.Helper()
	page, err := AuditPage(t.Context(), db, f)
	if err != nil {
		t.Fatal(err)
	}
	return page
}
