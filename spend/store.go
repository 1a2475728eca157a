package spend

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
)

// loadRules reads the latest revision of every rule of some accounts that was not removed.
func loadRules(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID][]Rule, error) {
	rows, err := q.Query(ctx, `
		select distinct on (account_id, id) account_id, id, revision, customer_id, coalesce(contract_id, 0) as contract_id, kind, meter, line, limit_kind, limit_id,
			thresholds, roles, addresses, set_by, removed, by_user, by_name, recorded_at
		from spend.rules
		where account_id = any(@accounts)
		order by account_id, id, revision desc`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return nil, fmt.Errorf("load alert rules: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, scanRule)
	if err != nil {
		return nil, fmt.Errorf("load alert rules: %w", postgres.Fault(err))
	}
	out := map[customers.AccountID][]Rule{}
	for _, r := range all {
		if !r.Removed {
			out[r.Account] = append(out[r.Account], r)
		}
	}
	return out, nil
}

func scanRule(row pgx.CollectableRow) (r Rule, err error) {
	var roles []string
	err = row.Scan(&r.Account, &r.ID, &r.Revision, &r.Customer, &r.Contract, &r.Kind, &r.Meter, &r.Line, &r.Limit, &r.LimitID,
		&r.Thresholds, &roles, &r.Addresses, &r.SetBy, &r.Removed, &r.ByUser, &r.ByName, &r.RecordedAt)
	for _, role := range roles {
		r.Roles = append(r.Roles, customers.ContactRole(role))
	}
	return r, err
}

// latestRule reads a rule as it stands, removed or not, and keeps others from changing it at the same time.
func latestRule(ctx context.Context, tx pgx.Tx, account customers.AccountID, id int64) (Rule, error) {
	rows, err := tx.Query(ctx, `
		select account_id, id, revision, customer_id, coalesce(contract_id, 0), kind, meter, line, limit_kind, limit_id,
			thresholds, roles, addresses, set_by, removed, by_user, by_name, recorded_at
		from spend.rules
		where account_id = @account and id = @id
		order by revision desc
		limit 1`, pgx.NamedArgs{"account": account, "id": id})
	if err != nil {
		return Rule{}, postgres.Fault(err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRule)
	return r, postgres.Fault(err)
}

func takeRuleID(ctx context.Context, tx pgx.Tx) (id int64, err error) {
	err = tx.QueryRow(ctx, `select nextval('spend.rule_ids')`).Scan(&id)
	return id, postgres.Fault(err)
}

func insertRule(ctx context.Context, tx pgx.Tx, r Rule) error {
	roles, addresses := make([]string, len(r.Roles)), r.Addresses
	for i, role := range r.Roles {
		roles[i] = string(role)
	}
	if addresses == nil {
		addresses = []string{}
	}
	_, err := tx.Exec(ctx, `
		insert into spend.rules (account_id, id, revision, customer_id, contract_id, kind, meter, line, limit_kind, limit_id,
			thresholds, roles, addresses, set_by, removed, by_user, by_name)
		values (@account, @id, @revision, @customer, nullif(@contract::bigint, 0), @kind, @meter, @line, @limit_kind, @limit_id,
			@thresholds, @roles, @addresses, @set_by, @removed, @by_user, @by_name)`, pgx.NamedArgs{
		"account": r.Account, "id": r.ID, "revision": r.Revision, "customer": r.Customer, "contract": r.Contract, "kind": string(r.Kind),
		"meter": r.Meter, "line": r.Line, "limit_kind": string(r.Limit), "limit_id": r.LimitID, "thresholds": r.Thresholds,
		"roles": roles, "addresses": addresses, "set_by": string(r.SetBy), "removed": r.Removed, "by_user": r.ByUser, "by_name": r.ByName,
	})
	return postgres.Fault(err)
}

// accountsWithRulesSince lists accounts whose rules changed after one place in the known order and up to another.
func accountsWithRulesSince(ctx context.Context, q postgres.Querier, after, through int64) ([]customers.AccountID, error) {
	rows, err := q.Query(ctx, `
		select distinct account_id
		from spend.rules
		where known_order > @after and known_order <= @through`, pgx.NamedArgs{"after": after, "through": through})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	return out, postgres.Fault(err)
}
