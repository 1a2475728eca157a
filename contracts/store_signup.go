package contracts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/postgres"
)

func nextSubscription(ctx context.Context, tx pgx.Tx) (string, error) {
	var n int64
	err := tx.QueryRow(ctx, `select nextval('contracts.subscription_numbers')`).Scan(&n)
	return subscriptionNumber(n), postgres.Fault(err)
}

// keptSignUp is a sign-up that was recorded.
type keptSignUp struct {
	key      string
	digest   []byte
	customer customers.ID
	number   string // its contract's; empty while it is held
	request  SignUpRequest
}

// lockSignUp holds a key, so that of two that come at once the second sees what became of the first.
func lockSignUp(ctx context.Context, tx pgx.Tx, key string) (k keptSignUp, found bool, err error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended(@key, 0))`, pgx.NamedArgs{"key": "sign-up " + key}); err != nil {
		return k, false, postgres.Fault(err)
	}
	err = tx.QueryRow(ctx, `
		select s.digest, s.customer_id, coalesce(s.number, r.number, '')
		from contracts.sign_ups s
		left join contracts.sign_up_releases r on r.key = s.key
		where s.key = @key`, pgx.NamedArgs{"key": key}).Scan(&k.digest, &k.customer, &k.number)
	if errors.Is(err, pgx.ErrNoRows) {
		return k, false, nil
	}
	return k, err == nil, postgres.Fault(err)
}

func insertSignUp(ctx context.Context, tx pgx.Tx, r SignUpRequest, c customers.Customer, number string, by access.Actor) error {
	text, digest := r.digest()
	_, err := tx.Exec(ctx, `
		insert into contracts.sign_ups (key, digest, request, account_id, customer_id, number, by_user)
		values (@key, @digest, @request, @account, @customer, nullif(@number, ''), @by)`, pgx.NamedArgs{
		"key": r.Key, "digest": digest[:], "request": string(text), "account": c.Account, "customer": c.ID, "number": number, "by": by.UserID,
	})
	return postgres.Fault(err)
}

// heldSignUps are those of a customer that wait for a person, in the order they came.
func heldSignUps(ctx context.Context, q postgres.Querier, customer customers.ID) ([]keptSignUp, error) {
	rows, err := q.Query(ctx, `
		select s.key, s.request
		from contracts.sign_ups s
		where s.customer_id = @customer and s.number is null
			and not exists (select from contracts.sign_up_releases r where r.key = s.key)
		order by s.known_order`, pgx.NamedArgs{"customer": customer})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k keptSignUp, err error) {
		var text []byte
		if err = row.Scan(&k.key, &text); err == nil {
			err = json.Unmarshal(text, &k.request)
		}
		k.request.Key, k.customer = k.key, customer
		return k, err
	})
	return all, postgres.Fault(err)
}

// HeldPlans says which plan each of some customers signed up for that is held.
func HeldPlans(ctx context.Context, q postgres.Querier) (map[customers.ID]string, error) {
	rows, err := q.Query(ctx, `
		select s.customer_id, s.request ->> 'plan'
		from contracts.sign_ups s
		where s.number is null and not exists (select from contracts.sign_up_releases r where r.key = s.key)
		order by s.known_order`)
	if err != nil {
		return nil, fmt.Errorf("list held sign-ups: %w", postgres.Fault(err))
	}
	out := map[customers.ID]string{}
	var id customers.ID
	var plan string
	_, err = pgx.ForEachRow(rows, []any{&id, &plan}, func() error {
		out[id] = plan
		return nil
	})
	return out, postgres.Fault(err)
}

func insertRelease(ctx context.Context, tx pgx.Tx, key, number string, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into contracts.sign_up_releases (key, number, by_user)
		values (@key, @number, @by)`, pgx.NamedArgs{"key": key, "number": number, "by": by.UserID})
	return postgres.Fault(err)
}
