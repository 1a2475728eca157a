package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/internal/access"
	"ratable/internal/postgres"
)

// LoadRules returns every version of every approval rule, those that wait or were sent back too.
func LoadRules(ctx context.Context, q postgres.Querier) (Rules, error) {
	rows, err := q.Query(ctx, `
		select r.kind, r.version, r.starts_on, r.threshold, r.roles, r.active, r.reason, r.prepared_by, r.recorded_at,
			coalesce(d.event, ''), coalesce(d.by_user, 0), coalesce(d.recorded_at, r.recorded_at), coalesce(d.reason, '')
		from contracts.rules r
		left join contracts.rule_decisions d on d.kind = r.kind and d.version = r.version
		order by r.kind, r.version`)
	if err != nil {
		return nil, fmt.Errorf("load approval rules: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Rule, error) {
		var r Rule
		var threshold *decimal.Decimal
		var roles []string
		err := row.Scan(&r.Kind, &r.Version, &r.StartsOn, &threshold, &roles, &r.Active, &r.Reason, &r.PreparedBy, &r.RecordedAt,
			&r.Event, &r.DecidedBy, &r.DecidedAt, &r.Decision)
		if threshold != nil {
			r.Threshold = *threshold
		}
		r.Roles = rolesOf(roles)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("load approval rules: %w", postgres.Fault(err))
	}
	rules := Rules(found)
	rules.sort()
	return rules, nil
}

func insertRule(ctx context.Context, tx pgx.Tx, r Rule, by access.Actor) error {
	_, unit, _ := termOfRule(r.Kind)
	_, err := tx.Exec(ctx, `
		insert into contracts.rules (kind, version, starts_on, threshold, roles, active, reason, prepared_by)
		values (@kind, @version, @starts, case when @figure then @threshold::numeric end, @roles, @active, @reason, @by)`, pgx.NamedArgs{
		"kind": string(r.Kind), "version": r.Version, "starts": r.StartsOn, "figure": unit != "", "threshold": r.Threshold,
		"roles": roleTexts(r.Roles), "active": r.Active, "reason": r.Reason, "by": by.UserID,
	})
	return postgres.Fault(err)
}

func insertRuleDecision(ctx context.Context, tx pgx.Tx, r Rule, event, reason string, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into contracts.rule_decisions (kind, version, event, prepared_by, by_user, reason)
		values (@kind, @version, @event, @prepared, @by, @reason)`, pgx.NamedArgs{
		"kind": string(r.Kind), "version": r.Version, "event": event, "prepared": r.PreparedBy, "by": by.UserID, "reason": reason,
	})
	return postgres.Fault(err)
}

// lockRules makes the second of two people who change a rule at once wait.
func lockRules(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('approval rules', 0))`)
	return postgres.Fault(err)
}

func rolesOf(texts []string) []access.Role {
	out := make([]access.Role, len(texts))
	for i, t := range texts {
		out[i] = access.Role(t)
	}
	return out
}

func roleTexts(roles []access.Role) []string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return out
}
