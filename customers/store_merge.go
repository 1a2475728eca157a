package customers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

func insertMerge(ctx context.Context, tx pgx.Tx, m Merger, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into customers.merges (duplicate_id, into_id, takes_usage, merged_on, reason, by_user)
		values (@duplicate, nullif(@into::bigint, 0), @takes, @on, @reason, @by)`, pgx.NamedArgs{
		"duplicate": int64(m.Duplicate), "into": int64(m.Into), "takes": m.TakesUsage, "on": m.On, "reason": m.Reason, "by": by.UserID,
	})
	return postgres.Fault(err)
}

// LoadMergers reads the merges that decide whose usage counts in some accounts: of duplicates in them, and into
// customers in them.
func LoadMergers(ctx context.Context, q postgres.Querier, accounts []AccountID) (Mergers, error) {
	rows, err := q.Query(ctx, `
		select d.duplicate_id, d.into_id, d.takes_usage, d.merged_on, duplicate.account_id, other.account_id
		from customers.duplicates as d
		join customers.customers as duplicate on duplicate.id = d.duplicate_id
		join customers.customers as other on other.id = d.into_id
		where duplicate.account_id = any(@accounts::bigint[]) or other.account_id = any(@accounts::bigint[])`,
		pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return nil, fmt.Errorf("load merges: %w", postgres.Fault(err))
	}
	out := Mergers{}
	var duplicate ID
	var m merged
	var all bool
	_, err = pgx.ForEachRow(rows, []any{&duplicate, &m.into, &all, &m.on, &m.from, &m.account}, func() error {
		if all {
			m.on = period.Date{}
		}
		out[duplicate] = m
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load merges: %w", postgres.Fault(err))
	}
	return out, nil
}

// Called is the customer that a number means: itself, or the one it is a duplicate of. See ByExternalID.
func Called(ctx context.Context, q postgres.Querier, externalID string, asOf period.Date) (Customer, error) {
	c, err := ByExternalID(ctx, q, externalID, asOf)
	if err != nil || c.DuplicateOf == 0 {
		return c, err
	}
	return Get(ctx, q, c.DuplicateOf, asOf)
}

// DuplicatesOf are the customers that were merged into one, by age.
func DuplicatesOf(ctx context.Context, q postgres.Querier, id ID, asOf period.Date) ([]Customer, error) {
	ids, err := collectIDs(q.Query(ctx, `select duplicate_id from customers.duplicates where into_id = @id order by duplicate_id`, pgx.NamedArgs{"id": int64(id)}))
	if err != nil {
		return nil, fmt.Errorf("find duplicates of customer %d: %w", id, err)
	}
	return inOrder(ctx, q, ids, asOf)
}

// MergeOf is the merge that stands of a customer: when and why it was found to be a duplicate; fault.NotFound when it is none.
func MergeOf(ctx context.Context, q postgres.Querier, id ID) (Merger, error) {
	m := Merger{Duplicate: id}
	err := q.QueryRow(ctx, `
		select coalesce(into_id, 0), merged_on, takes_usage, reason
		from customers.merges
		where duplicate_id = @id
		order by known_order desc
		limit 1`, pgx.NamedArgs{"id": int64(id)}).Scan(&m.Into, &m.On, &m.TakesUsage, &m.Reason)
	if err != nil {
		return m, fmt.Errorf("find the merge of customer %d: %w", id, postgres.Fault(err))
	}
	if m.Into == 0 {
		return m, fault.New(fault.NotFound, "customer %d is no duplicate", id)
	}
	return m, nil
}
