package subledger

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/postgres"
)

// group is what one journal is kept for: a customer's papers with one of our legal entities, in one currency.
type group struct {
	account  customers.AccountID
	customer customers.ID
	entity   entities.ID
	currency money.Currency
}

// stored is a fact as it is kept.
type stored struct {
	group
	source string
	told   Told
	Fact
}

// loadFacts reads what was told of accounts, in the order in which it was.
func loadFacts(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) ([]stored, error) {
	rows, err := q.Query(ctx, `
		select account_id, customer_id, entity_id, source, told
		from subledger.facts
		where account_id = any(@accounts)
		order by account_id, known_order`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return nil, fmt.Errorf("load what was billed elsewhere: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s stored, err error) {
		var told []byte
		if err := row.Scan(&s.account, &s.customer, &s.entity, &s.source, &told); err != nil {
			return s, err
		}
		if err := json.Unmarshal(told, &s.told); err != nil {
			return s, err
		}
		s.Fact, err = s.told.Fact()
		s.group.currency, s.Fact.ID = s.Currency, s.source+"/"+s.Fact.ID
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("load what was billed elsewhere: %w", postgres.Fault(err))
	}
	return out, nil
}

// Accounts lists the paying accounts with something billed elsewhere.
func Accounts(ctx context.Context, q postgres.Querier) ([]customers.AccountID, error) {
	rows, err := q.Query(ctx, `select distinct account_id from subledger.facts order by account_id`)
	if err != nil {
		return nil, fmt.Errorf("list accounts billed elsewhere: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	return out, postgres.Fault(err)
}

// insertFacts keeps what was told. What is known already fails with fault.Conflict.
func insertFacts(ctx context.Context, tx pgx.Tx, source string, rows []Row, by access.Actor) error {
	values := make([][]any, 0, len(rows))
	for _, r := range rows {
		if r.Outcome != Recorded {
			continue
		}
		told, err := json.Marshal(r.Told)
		if err != nil {
			return err
		}
		values = append(values, []any{r.group.account, r.group.customer, r.group.entity, source, r.Told.ID, r.Told.Kind, r.Told.On, string(told), by.UserID})
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"subledger", "facts"},
		[]string{"account_id", "customer_id", "entity_id", "source", "external_id", "kind", "happened_on", "told", "by_user"}, pgx.CopyFromRows(values))
	return postgres.Fault(err)
}
