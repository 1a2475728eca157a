package access

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// RequestApproval asks that somebody else decide about the subject. Those who
// prepared it besides `by` (wrote a draft, uploaded a version) are named in
// prepared and cannot decide either. A subject waits for one decision at a time.
func RequestApproval(ctx context.Context, tx pgx.Tx, subject Subject, reason string, by Actor, prepared ...int64) error {
	return RequestApprovalOf(ctx, tx, subject, decidersOf(subject.Kind), reason, by, prepared...)
}

// RequestApprovalOf is RequestApproval where the subject's own rules say which roles may answer.
func RequestApprovalOf(ctx context.Context, tx pgx.Tx, subject Subject, roles []Role, reason string, by Actor, prepared ...int64) error {
	doing := fmt.Sprintf("request approval of %s %s", subject.Kind, subject.Key)
	last, err := lastApproval(ctx, tx, subject)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if last.Fact == Requested {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it already waits for a decision, requested by %s", last.RequestedBy.Name))
	}
	next := Approval{
		Subject: subject, Seq: last.Seq + 1, Fact: Requested, RequestedBy: Person{by.UserID, by.Name},
		PreparedBy: prepared, DecideRoles: roles, Reason: reason,
	}
	return appendApproval(ctx, tx, next, by, doing)
}

// Decide answers the request that waits for the subject. It refuses with
// fault.Denied whoever requested or prepared it or lacks the role, and with
// fault.Conflict when nothing waits (or somebody else was faster).
func Decide(ctx context.Context, tx pgx.Tx, subject Subject, decision Decision, reason string, by Actor) error {
	doing := fmt.Sprintf("%s %s %s", decision, subject.Kind, subject.Key)
	fact, err := decision.fact()
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	last, err := lastApproval(ctx, tx, subject)
	if errors.Is(err, fault.NotFound) || err == nil && last.Fact != Requested {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "no request waits for a decision"))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := last.MayDecide(by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if fact == Rejected && strings.TrimSpace(reason) == "" {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(fault.Field{Path: "reason", Message: "say why, so that it can be put right"}))
	}
	next := last
	next.Seq, next.Fact, next.DecidedBy, next.Reason = last.Seq+1, fact, Person{by.UserID, by.Name}, reason
	next.Subject.Account = subject.Account
	return appendApproval(ctx, tx, next, by, doing)
}

// appendApproval writes one fact and its audit line. Two writers at the same
// moment take the same seq, and the primary key lets one through.
func appendApproval(ctx context.Context, tx pgx.Tx, a Approval, by Actor, doing string) error {
	prepared := a.PreparedBy
	if prepared == nil {
		prepared = []int64{}
	}
	_, err := tx.Exec(ctx, `
		insert into access.approvals
			(subject_kind, subject_key, seq, account_id, fact, requested_by, prepared_by, decide_roles, decided_by, reason)
		values (@kind, @key, @seq, nullif(@account::bigint, 0), @fact, @requested_by, @prepared_by, @decide_roles,
			nullif(@decided_by::bigint, 0), @reason)`,
		pgx.NamedArgs{
			"kind": a.Subject.Kind, "key": a.Subject.Key, "seq": a.Seq, "account": a.Subject.Account, "fact": string(a.Fact),
			"requested_by": a.RequestedBy.ID, "prepared_by": prepared, "decide_roles": roleNames(a.DecideRoles),
			"decided_by": a.DecidedBy.ID, "reason": a.Reason,
		})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	return Audit(ctx, tx, by, "approval."+string(a.Fact), a.Subject, nil, nil, a.Reason)
}

// lastApproval returns the newest fact about the subject; fault.NotFound if none.
func lastApproval(ctx context.Context, q postgres.Querier, subject Subject) (Approval, error) {
	rows, err := q.Query(ctx, `
		select a.subject_kind, a.subject_key, coalesce(a.account_id, 0), a.seq, a.fact, a.requested_by, r.name, a.prepared_by,
		       a.decide_roles, coalesce(a.decided_by, 0), coalesce(d.name, ''), a.reason, a.recorded_at
		from access.approvals a
		join access.users r on r.id = a.requested_by
		left join access.users d on d.id = a.decided_by
		where a.subject_kind = @kind and a.subject_key = @key
		order by a.seq desc limit 1`,
		pgx.NamedArgs{"kind": subject.Kind, "key": subject.Key})
	if err != nil {
		return Approval{}, postgres.Fault(err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanApproval)
	return a, postgres.Fault(err)
}

// Pending lists the requests that wait for a decision one of the roles may take,
// the oldest first: what the home page shows. Use Approval.MayDecide per reader.
func Pending(ctx context.Context, q postgres.Querier, roles []Role) ([]Approval, error) {
	rows, err := q.Query(ctx, `
		select a.subject_kind, a.subject_key, coalesce(a.account_id, 0), a.seq, a.fact, a.requested_by, r.name, a.prepared_by,
		       a.decide_roles, 0::bigint, '', a.reason, a.recorded_at
		from access.approvals a
		join access.users r on r.id = a.requested_by
		where a.fact = 'requested' and a.decide_roles && @roles::text[]
		  and not exists (select from access.approvals n
		                  where n.subject_kind = a.subject_kind and n.subject_key = a.subject_key and n.seq = a.seq + 1)
		order by a.known_order
		limit 500`,
		pgx.NamedArgs{"roles": roleNames(roles)})
	if err != nil {
		return nil, fmt.Errorf("list pending approvals: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, scanApproval)
	if err != nil {
		return nil, fmt.Errorf("list pending approvals: %w", postgres.Fault(err))
	}
	return list, nil
}

// History returns every approval fact about the subject, the oldest first.
func History(ctx context.Context, q postgres.Querier, subject Subject) ([]Approval, error) {
	rows, err := q.Query(ctx, `
		select a.subject_kind, a.subject_key, coalesce(a.account_id, 0), a.seq, a.fact, a.requested_by, r.name, a.prepared_by,
		       a.decide_roles, coalesce(a.decided_by, 0), coalesce(d.name, ''), a.reason, a.recorded_at
		from access.approvals a
		join access.users r on r.id = a.requested_by
		left join access.users d on d.id = a.decided_by
		where a.subject_kind = @kind and a.subject_key = @key
		order by a.seq`,
		pgx.NamedArgs{"kind": subject.Kind, "key": subject.Key})
	if err != nil {
		return nil, fmt.Errorf("approval history of %s %s: %w", subject.Kind, subject.Key, postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, scanApproval)
	if err != nil {
		return nil, fmt.Errorf("approval history of %s %s: %w", subject.Kind, subject.Key, postgres.Fault(err))
	}
	return list, nil
}

func scanApproval(row pgx.CollectableRow) (Approval, error) {
	var a Approval
	var roles []string
	err := row.Scan(&a.Subject.Kind, &a.Subject.Key, &a.Subject.Account, &a.Seq, &a.Fact, &a.RequestedBy.ID, &a.RequestedBy.Name,
		&a.PreparedBy, &roles, &a.DecidedBy.ID, &a.DecidedBy.Name, &a.Reason, &a.At)
	a.DecideRoles = rolesOf(roles)
	return a, err
}
