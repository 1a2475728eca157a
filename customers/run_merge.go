package customers

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

// Merge records that a customer is a duplicate. What contracts have to say about it, contracts.MergeCustomers asks
// before it calls this.
func Merge(ctx context.Context, tx pgx.Tx, m Merger, by access.Actor) error {
	doing := fmt.Sprintf("merge customer %d into %d", m.Duplicate, m.Into)
	if err := by.Require(access.Finance); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	duplicate, into, err := mergeable(ctx, tx, m)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := insertMerge(ctx, tx, m, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: "customer", Key: duplicate.ExternalID, Account: int64(duplicate.Account)}
	if err := access.Audit(ctx, tx, by, "customer.merge", subject, nil, map[string]string{"into": into.ExternalID, "on": m.On.String()}, m.Reason); err != nil {
		return err
	}
	return webhook.Emit(ctx, tx, toldChanged(duplicate, []string{"duplicate_of"}, m.On.String()))
}

func mergeable(ctx context.Context, tx pgx.Tx, m Merger) (duplicate, into Customer, err error) {
	// Merges are rare: one at a time, so that no two make a chain.
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('customers.merges', 0))`); err != nil {
		return duplicate, into, postgres.Fault(err)
	}
	if duplicate, err = Get(ctx, tx, m.Duplicate, m.On); err != nil {
		return duplicate, into, err
	}
	if into, err = Get(ctx, tx, m.Into, m.On); err != nil {
		return duplicate, into, err
	}
	var children, duplicates int
	err = tx.QueryRow(ctx, `
		select (select count(*) from customers.customers where parent_id = @id),
		       (select count(*) from customers.duplicates where into_id = @id)`,
		pgx.NamedArgs{"id": int64(m.Duplicate)}).Scan(&children, &duplicates)
	if err != nil {
		return duplicate, into, postgres.Fault(err)
	}
	if found := m.refusals(duplicate, into, children, duplicates); len(found) > 0 {
		return duplicate, into, fault.InvalidFields(found...)
	}
	return duplicate, into, nil
}

// Unmerge records that the two are not one after all. Every reading is at once as if they had never been: nothing was
// moved.
func Unmerge(ctx context.Context, tx pgx.Tx, duplicate ID, on period.Date, reason string, by access.Actor) error {
	doing := fmt.Sprintf("take back the merge of customer %d", duplicate)
	if err := by.Require(access.Finance); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if strings.TrimSpace(reason) == "" {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(fault.Field{Path: "reason", Message: "is missing: say why they are two"}))
	}
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('customers.merges', 0))`); err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	c, err := Get(ctx, tx, duplicate, on)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if c.DuplicateOf == 0 {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "%s is no duplicate", c.Name))
	}
	if err := insertMerge(ctx, tx, Merger{Duplicate: duplicate, On: on, Reason: reason}, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: "customer", Key: c.ExternalID, Account: int64(c.Account)}
	if err := access.Audit(ctx, tx, by, "customer.unmerge", subject, map[string]string{"into": fmt.Sprint(c.DuplicateOf)}, nil, reason); err != nil {
		return err
	}
	return webhook.Emit(ctx, tx, toldChanged(c, []string{"duplicate_of"}, on.String()))
}

// KeepStill keeps customers, by external id, from being merged until tx ends: what is signed for them is signed for who
// they are now. See Alone.
func KeepStill(ctx context.Context, tx pgx.Tx, externalIDs ...string) error {
	_, err := tx.Exec(ctx, `
		select pg_advisory_xact_lock_shared(hashtextextended('customer ' || name, 0))
		from (select name from unnest(@names::text[]) as given (name) order by name) as sorted`, pgx.NamedArgs{"names": externalIDs})
	return postgres.Fault(err)
}

// Alone waits for those who keep a customer still, and lets nobody in until tx ends.
func Alone(ctx context.Context, tx pgx.Tx, id ID) error {
	_, err := tx.Exec(ctx, `
		select pg_advisory_xact_lock(hashtextextended('customer ' || external_id, 0))
		from customers.customers
		where id = @id`, pgx.NamedArgs{"id": int64(id)})
	return postgres.Fault(err)
}
