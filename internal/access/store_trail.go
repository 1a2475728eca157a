package access

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// AuditFilter narrows a page of the audit trail; a zero field does not narrow.
type AuditFilter struct {
	Subject       Subject     // Kind alone, or Kind and Key, or Account
	Actor         string      // part of the actor's name or e-mail
	Action        string      // exactly, such as "contract.approve"
	From, Through period.Date // days in Zone, both inclusive
	Zone          *time.Location
	Sort          AuditSort
	Before        int64 // keyset: the ID of the last line of the page before
	Limit         int   // at most 500; 0 = 100
}

// AuditSort is an order of the audit trail; "-" before it turns it round. Equals stand by ID.
type AuditSort string

// The orders there are.
const (
	NewestFirst AuditSort = ""
	ByMoment    AuditSort = "at"
	ByActor     AuditSort = "who"
	ByAction    AuditSort = "what"
)

// AuditRow is one line of the audit trail.
type AuditRow struct {
	ID            int64
	At            time.Time
	Actor         Actor // with the roles held at that moment
	Action        string
	Subject       Subject
	Before, After json.RawMessage // nil when there was nothing
	Reason        string
}

// AuditPage returns the lines that match, in the filter's order. The next page asks with
// Before set to the last line's ID.
func AuditPage(ctx context.Context, q postgres.Querier, f AuditFilter) ([]AuditRow, error) {
	rows, err := f.query(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", postgres.Fault(err))
	}
	page, err := pgx.CollectRows(rows, scanAudit)
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", postgres.Fault(err))
	}
	return page, nil
}

// query picks the statement of the filter's order. Each is static text: the database plans it once, and a test prepares
// every one.
func (f AuditFilter) query(ctx context.Context, q postgres.Querier) (pgx.Rows, error) {
	from, until := f.instants()
	args := pgx.NamedArgs{
		"kind": f.Subject.Kind, "key": f.Subject.Key, "account": f.Subject.Account, "action": f.Action,
		"actor": f.Actor, "from": from, "until": until, "before": f.Before, "limit": pageSize(f.Limit),
	}
	switch f.Sort {
	case ByMoment:
		return q.Query(ctx, selectAudit+`
			and (last.id is null or (a.id) > (last.id))
			order by a.id limit @limit`, args)
	case "-" + ByMoment:
		return q.Query(ctx, selectAudit+`
			and (last.id is null or (a.id) < (last.id))
			order by a.id desc limit @limit`, args)
	case ByActor:
		return q.Query(ctx, selectAudit+`
			and (last.id is null or (lower(a.actor_name), a.id) > (lower(last.actor_name), last.id))
			order by lower(a.actor_name), a.id limit @limit`, args)
	case "-" + ByActor:
		return q.Query(ctx, selectAudit+`
			and (last.id is null or (lower(a.actor_name), a.id) < (lower(last.actor_name), last.id))
			order by lower(a.actor_name) desc, a.id desc limit @limit`, args)
	case ByAction:
		return q.Query(ctx, selectAudit+`
			and (last.id is null or (a.action, a.id) > (last.action, last.id))
			order by a.action, a.id limit @limit`, args)
	case "-" + ByAction:
		return q.Query(ctx, selectAudit+`
			and (last.id is null or (a.action, a.id) < (last.action, last.id))
			order by a.action desc, a.id desc limit @limit`, args)
	}
	return q.Query(ctx, selectAudit+`
			and (@before::bigint = 0 or a.id < @before)
			order by a.id desc limit @limit`, args)
}

// selectAudit is what the orders have in common. `last` is the line that ended the page before.
const selectAudit = `
		select a.id, a.at, a.actor_id, a.actor_name, a.actor_email, a.actor_roles, a.action, a.subject_kind, a.subject_key,
		       coalesce(a.account_id, 0), a.before, a.after, a.reason, a.request_id, a.ip
		from access.audit a
		left join (
			select x.id, x.actor_name, x.action from access.audit x where x.id = @before) last on true
		where (@kind = '' or a.subject_kind = @kind)
		  and (@key = '' or a.subject_key = @key)
		  and (@account::bigint = 0 or a.account_id = @account)
		  and (@action = '' or a.action = @action)
		  and (@actor = '' or strpos(lower(a.actor_name || ' ' || a.actor_email), lower(@actor)) > 0)
		  and (@from::timestamptz is null or a.at >= @from)
		  and (@until::timestamptz is null or a.at < @until)`

func scanAudit(row pgx.CollectableRow) (AuditRow, error) {
	var r AuditRow
	var roles []string
	err := row.Scan(&r.ID, &r.At, &r.Actor.UserID, &r.Actor.Name, &r.Actor.Email, &roles, &r.Action,
		&r.Subject.Kind, &r.Subject.Key, &r.Subject.Account, &r.Before, &r.After, &r.Reason,
		&r.Actor.RequestID, &r.Actor.IP)
	r.Actor.Roles = rolesOf(roles)
	return r, err
}

func rolesOf(names []string) []Role {
	roles := make([]Role, len(names))
	for i, n := range names {
		roles[i] = Role(n)
	}
	return roles
}

// instants turns the filter's days into [from, until) in the reader's zone.
func (f AuditFilter) instants() (from, until *time.Time) {
	zone := f.Zone
	if zone == nil {
		zone = time.UTC
	}
	if !f.From.IsZero() {
		t := f.From.Time(zone)
		from = &t
	}
	if !f.Through.IsZero() {
		t := f.Through.AddDays(1).Time(zone)
		until = &t
	}
	return from, until
}

func pageSize(limit int) int {
	switch {
	case limit <= 0:
		return 100
	case limit > 500:
		return 500
	}
	return limit
}
