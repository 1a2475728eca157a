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

// Subject is what was acted on, in the words of the package that owns it:
// Kind "invoice", Key "RUS-2026-000123". Account is the paying family the
// subject belongs to, 0 when it belongs to none (a tax rate, a user).
type Subject struct {
	Kind, Key string
	Account   int64
}

// Entry is one line of the audit trail before it is written, for AuditMany.
type Entry struct {
	Action        string
	Subject       Subject
	Before, After any // what changed, marshaled to JSON; nil when there was nothing
	Reason        string
}

// Audit appends one line to the audit trail inside tx, so that the line and the
// deed stand or fall together.
func Audit(ctx context.Context, tx pgx.Tx, by Actor, action string, subject Subject, before, after any, reason string) error {
	return AuditMany(ctx, tx, by, []Entry{{action, subject, before, after, reason}})
}

// AuditMany appends a batch of lines by COPY: an invoice run writes thousands.
func AuditMany(ctx context.Context, tx pgx.Tx, by Actor, entries []Entry) error {
	rows := make([][]any, len(entries))
	for i, e := range entries {
		row, err := auditRow(by, e)
		if err != nil {
			return fmt.Errorf("audit %s of %s %s: %w", e.Action, e.Subject.Kind, e.Subject.Key, err)
		}
		rows[i] = row
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"access", "audit"}, auditColumns, pgx.CopyFromRows(rows))
	if err != nil {
		return fmt.Errorf("append %d audit lines: %w", len(entries), postgres.Fault(err))
	}
	return nil
}

var auditColumns = []string{
	"actor_id", "actor_name", "actor_email", "actor_roles", "action",
	"subject_kind", "subject_key", "account_id", "before", "after", "reason", "request_id", "ip",
}

func auditRow(by Actor, e Entry) ([]any, error) {
	before, err := auditJSON(e.Before)
	if err != nil {
		return nil, fmt.Errorf("what was before: %w", err)
	}
	after, err := auditJSON(e.After)
	if err != nil {
		return nil, fmt.Errorf("what is after: %w", err)
	}
	var account *int64
	if e.Subject.Account != 0 {
		account = &e.Subject.Account
	}
	return []any{
		by.UserID, by.Name, by.Email, roleNames(by.Roles), e.Action,
		e.Subject.Kind, e.Subject.Key, account, before, after, e.Reason, by.RequestID, by.IP,
	}, nil
}

// auditJSON keeps the difference between "there was nothing" (SQL null) and a
// value that is itself empty.
func auditJSON(v any) (*string, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	s := string(b)
	return &s, nil
}

func roleNames(roles []Role) []string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return names
}

// AuditFilter narrows a page of the audit trail; a zero field does not narrow.
type AuditFilter struct {
	Subject       Subject     // Kind alone, or Kind and Key, or Account
	Actor         string      // part of the actor's name or e-mail
	Action        string      // exactly, such as "contract.approve"
	From, Through period.Date // days in Zone, both inclusive
	Zone          *time.Location
	Before        int64 // keyset: only lines with a smaller ID
	Limit         int   // at most 500; 0 = 100
}

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

// AuditPage returns the lines that match, newest first. The next page asks with
// Before set to the last line's ID.
func AuditPage(ctx context.Context, q postgres.Querier, f AuditFilter) ([]AuditRow, error) {
	from, until := f.instants()
	rows, err := q.Query(ctx, `
		select id, at, actor_id, actor_name, actor_email, actor_roles, action, subject_kind, subject_key,
		       coalesce(account_id, 0), before, after, reason, request_id, ip
		from access.audit
		where (@kind = '' or subject_kind = @kind)
		  and (@key = '' or subject_key = @key)
		  and (@account::bigint = 0 or account_id = @account)
		  and (@action = '' or action = @action)
		  and (@actor = '' or strpos(lower(actor_name || ' ' || actor_email), lower(@actor)) > 0)
		  and (@from::timestamptz is null or at >= @from)
		  and (@until::timestamptz is null or at < @until)
		  and (@before::bigint = 0 or id < @before)
		order by id desc
		limit @limit`,
		pgx.NamedArgs{
			"kind": f.Subject.Kind, "key": f.Subject.Key, "account": f.Subject.Account, "action": f.Action,
			"actor": f.Actor, "from": from, "until": until, "before": f.Before, "limit": pageSize(f.Limit),
		})
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", postgres.Fault(err))
	}
	page, err := pgx.CollectRows(rows, scanAudit)
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", postgres.Fault(err))
	}
	return page, nil
}

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
