package journals

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Rules are all rules with what was decided, in the order they were decided, those that wait last.
func Rules(ctx context.Context, q postgres.Querier) ([]Rule, error) {
	rows, err := q.Query(ctx, `
		select r.id, r.kind, r.code, r.starts_on, r.body, r.reason, r.prepared_by, r.recorded_at, coalesce(d.event, ''), coalesce(d.by_user, 0), coalesce(d.reason, '')
		from journals.rules r left join journals.rule_decisions d on d.rule_id = r.id
		order by d.known_order nulls last, r.id`)
	if err != nil {
		return nil, fmt.Errorf("load rules of journals: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Rule, err error) {
		var body []byte
		err = row.Scan(&r.ID, &r.Kind, &r.Code, &r.StartsOn, &body, &r.Reason, &r.PreparedBy, &r.At, &r.Event, &r.DecidedBy, &r.Decision)
		if err == nil {
			err = r.unpack(body)
		}
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("load rules of journals: %w", postgres.Fault(err))
	}
	return out, nil
}

// FindRule reads one rule; fault.NotFound when there is none.
func FindRule(ctx context.Context, q postgres.Querier, id int64) (Rule, error) {
	all, err := Rules(ctx, q)
	if err != nil {
		return Rule{}, err
	}
	for _, r := range all {
		if r.ID == id {
			return r, nil
		}
	}
	return Rule{}, fault.New(fault.NotFound, "there is no rule %d of journals", id)
}

func insertRule(ctx context.Context, tx pgx.Tx, r Rule) (id int64, err error) {
	body, err := r.pack()
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `
		insert into journals.rules (kind, code, starts_on, body, reason, prepared_by) values (@kind, @code, @starts, @body, @reason, @by) returning id`,
		pgx.NamedArgs{"kind": string(r.Kind), "code": r.Code, "starts": r.StartsOn, "body": string(body), "reason": r.Reason, "by": r.PreparedBy}).Scan(&id)
	return id, postgres.Fault(err)
}

func insertRuleDecision(ctx context.Context, tx pgx.Tx, r Rule, event, reason string, by access.Actor) error {
	_, err := tx.Exec(ctx, `insert into journals.rule_decisions (rule_id, event, prepared_by, by_user, reason) values (@id, @event, @prepared, @by, @reason)`,
		pgx.NamedArgs{"id": r.ID, "event": event, "prepared": r.PreparedBy, "by": by.UserID, "reason": reason})
	return postgres.Fault(err)
}

// Templates are the templates that can be used, by code; with all of them, also those that were retired.
func Templates(ctx context.Context, q postgres.Querier, all bool) ([]Template, error) {
	rows, err := q.Query(ctx, `
		with latest as (
			select distinct on (code) code, name, body, retired, by_user, recorded_at from journals.templates order by code, known_order desc
		)
		select code, name, body, retired, by_user, recorded_at from latest where @all or not retired order by code`, pgx.NamedArgs{"all": all})
	if err != nil {
		return nil, fmt.Errorf("load templates of journals: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Template, err error) {
		var body []byte
		if err = row.Scan(&t.Code, &t.Name, &body, &t.Retired, &t.By, &t.At); err == nil {
			err = json.Unmarshal(body, &t.Lines)
		}
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("load templates of journals: %w", postgres.Fault(err))
	}
	return out, nil
}

// FindTemplate reads one template; fault.NotFound when there is none.
func FindTemplate(ctx context.Context, q postgres.Querier, code string) (Template, error) {
	all, err := Templates(ctx, q, true)
	if err != nil {
		return Template{}, err
	}
	for _, t := range all {
		if t.Code == code {
			return t, nil
		}
	}
	return Template{}, fault.New(fault.NotFound, "there is no template %s", fault.Quote(code))
}

func insertTemplate(ctx context.Context, tx pgx.Tx, t Template) error {
	body, err := t.body()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into journals.templates (code, name, body, retired, by_user) values (@code, @name, @body, @retired, @by)`,
		pgx.NamedArgs{"code": t.Code, "name": t.Name, "body": string(body), "retired": t.Retired, "by": t.By})
	return postgres.Fault(err)
}
