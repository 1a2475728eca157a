package access

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

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

// QueueAudit is Audit as a part of a batch that the caller sends.
func QueueAudit(batch *pgx.Batch, by Actor, action string, subject Subject, before, after any, reason string) error {
	row, err := auditRow(by, Entry{action, subject, before, after, reason})
	if err != nil {
		return fmt.Errorf("audit %s of %s %s: %w", action, subject.Kind, subject.Key, err)
	}
	batch.Queue(`
		insert into access.audit (actor_id, actor_name, actor_email, actor_roles, action, subject_kind, subject_key, account_id, before, after, reason, request_id, ip)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, row...)
	return nil
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
