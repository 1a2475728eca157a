package customers

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

// Create records a customer and, unless it joins its parent's or a given one, its account.
// Bad fields are fault.Invalid, each named; an external id that is taken is fault.Conflict.
func Create(ctx context.Context, tx pgx.Tx, n New, by access.Actor) (Customer, error) {
	doing := "create customer " + fault.Shown(n.ExternalID)
	if found := n.validate(); len(found) > 0 {
		return Customer{}, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	account, err := accountFor(ctx, tx, n)
	if err != nil {
		return Customer{}, fmt.Errorf("%s: %w", doing, err)
	}
	var id ID
	err = tx.QueryRow(ctx, `
		insert into customers.customers (account_id, external_id, parent_id, entity_id, currency, signed_up_on, entered_by)
		values (@account, @external_id, nullif(@parent::bigint, 0), @entity, @currency, @signed_up_on, @by)
		returning id`,
		pgx.NamedArgs{
			"account": int64(account), "external_id": n.ExternalID, "parent": int64(n.Parent), "entity": int64(n.Entity),
			"currency": string(n.Currency), "signed_up_on": n.SignedUpOn, "by": by.UserID,
		}).Scan(&id)
	if err != nil {
		return Customer{}, fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	profile, facts := n.profile(), n.facts()
	facts.Profile = &profile
	if err := appendFacts(ctx, tx, id, facts, term{"external_id", fold(n.ExternalID)}); err != nil {
		return Customer{}, fmt.Errorf("%s: %w", doing, err)
	}
	c, err := Get(ctx, tx, id, n.SignedUpOn)
	if err != nil {
		return Customer{}, fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: "customer", Key: c.ExternalID, Account: int64(c.Account)}
	if err := access.Audit(ctx, tx, by, "customer.create", subject, nil, c, ""); err != nil {
		return Customer{}, err
	}
	return c, webhook.Emit(ctx, tx, toldCreated(c))
}

// Amend appends changes that hold from a day; nothing that stood before is touched.
func Amend(ctx context.Context, tx pgx.Tx, id ID, a Amendment, by access.Actor) error {
	if found := a.validate(); len(found) > 0 {
		return fmt.Errorf("amend customer %d: %w", id, fault.InvalidFields(found...))
	}
	before, err := Get(ctx, tx, id, a.StartsOn)
	if err != nil {
		return fmt.Errorf("amend customer %d: %w", id, err)
	}
	if err := appendFacts(ctx, tx, id, a); err != nil {
		return fmt.Errorf("amend customer %s: %w", before.ExternalID, err)
	}
	after, err := Get(ctx, tx, id, a.StartsOn)
	if err != nil {
		return fmt.Errorf("amend customer %s: %w", before.ExternalID, err)
	}
	subject := access.Subject{Kind: "customer", Key: before.ExternalID, Account: int64(before.Account)}
	if err := access.Audit(ctx, tx, by, "customer.amend", subject, before, after, a.Reason); err != nil {
		return err
	}
	return webhook.Emit(ctx, tx, toldChanged(after, a.parts(), a.StartsOn.String()))
}

// accountFor finds the account a new customer belongs to: its parent's, the one given, or a new one.
func accountFor(ctx context.Context, tx pgx.Tx, n New) (AccountID, error) {
	switch {
	case n.Parent != 0:
		return parentAccount(ctx, tx, n)
	case n.Account != 0:
		return givenAccount(ctx, tx, n.Account)
	}
	var id AccountID
	err := tx.QueryRow(ctx, `insert into customers.accounts (kind) values ('family') returning id`).Scan(&id)
	return id, postgres.Fault(err)
}

func parentAccount(ctx context.Context, tx pgx.Tx, n New) (AccountID, error) {
	var id AccountID
	err := tx.QueryRow(ctx, `select account_id from customers.customers where id = @parent`, pgx.NamedArgs{"parent": int64(n.Parent)}).Scan(&id)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, fault.InvalidFields(fault.Field{Path: "parent", Value: fmt.Sprint(n.Parent), Message: "is no customer"})
	case err != nil:
		return 0, postgres.Fault(err)
	case n.Account != 0 && n.Account != id:
		return 0, fault.InvalidFields(fault.Field{Path: "account", Value: fmt.Sprint(n.Account), Message: fmt.Sprintf("must be the parent's account, %d", id)})
	}
	return id, nil
}

func givenAccount(ctx context.Context, tx pgx.Tx, id AccountID) (AccountID, error) {
	var kind AccountKind
	err := tx.QueryRow(ctx, `select kind from customers.accounts where id = @id`, pgx.NamedArgs{"id": int64(id)}).Scan(&kind)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, postgres.Fault(err)
	}
	// A house account holds an entity's own entries; a customer in it would mix them with what it owes.
	if kind != Family {
		return 0, fault.InvalidFields(fault.Field{Path: "account", Value: fmt.Sprint(id), Message: "is no paying family's account"})
	}
	return id, nil
}

// OpenHouseAccount returns the house account of a legal entity and opens it the first time.
func OpenHouseAccount(ctx context.Context, tx pgx.Tx, entity entities.ID, by access.Actor) (AccountID, error) {
	var id AccountID
	err := tx.QueryRow(ctx, `
		insert into customers.accounts (kind, entity_id) values ('house', @entity)
		on conflict (entity_id) where kind = 'house' do nothing
		returning id`, pgx.NamedArgs{"entity": int64(entity)}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = tx.QueryRow(ctx, `select id from customers.accounts where kind = 'house' and entity_id = @entity`,
			pgx.NamedArgs{"entity": int64(entity)}).Scan(&id)
		if err != nil {
			return 0, fmt.Errorf("find the house account of entity %d: %w", entity, postgres.Fault(err))
		}
		return id, nil
	}
	if err != nil {
		return 0, fmt.Errorf("open the house account of entity %d: %w", entity, postgres.Fault(err))
	}
	subject := access.Subject{Kind: "account", Key: fmt.Sprint(id), Account: int64(id)}
	return id, access.Audit(ctx, tx, by, "customer.open_house_account", subject, nil, map[string]int64{"entity": int64(entity)}, "")
}

// Accounts returns every account by id: the paying families and the house accounts.
func Accounts(ctx context.Context, q postgres.Querier) ([]Account, error) {
	rows, err := q.Query(ctx, `select id, kind, coalesce(entity_id, 0) from customers.accounts order by id`)
	if err != nil {
		return nil, fmt.Errorf("load accounts: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Account])
	if err != nil {
		return nil, fmt.Errorf("load accounts: %w", postgres.Fault(err))
	}
	return all, nil
}
