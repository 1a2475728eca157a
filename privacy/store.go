package privacy

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/postgres"
)

func insert(ctx context.Context, tx pgx.Tx, r *Request) error {
	err := tx.QueryRow(ctx, `
		insert into privacy.requests (email, customer_id, usage_value, names, customers, accounts, reason, by_user)
		values (lower(@email), nullif(@customer::bigint, 0), @usage, @names, @customers::bigint[], @accounts::bigint[], @reason, @by)
		returning id, recorded_at`,
		pgx.NamedArgs{"email": r.Email, "customer": int64(r.Customer), "usage": r.UsageValue, "names": r.Names,
			"customers": r.Customers, "accounts": r.Accounts, "reason": r.Reason, "by": r.By}).Scan(&r.ID, &r.At)
	return postgres.Fault(err)
}

// Held is every table that names the person of a request: what will be done, before anything is.
func Held(ctx context.Context, q postgres.Querier, request int64) ([]Place, error) {
	return places(ctx, q, request, false)
}

func places(ctx context.Context, q postgres.Querier, request int64, give bool) (out []Place, err error) {
	var raw []byte
	err = q.QueryRow(ctx, `select privacy.held(@request, @give)::text`, pgx.NamedArgs{"request": request, "give": give}).Scan(&raw)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err != nil {
		return nil, fmt.Errorf("look for the person of request %d: %w", request, postgres.Fault(err))
	}
	return out, nil
}

// erase carries an approved request out.
func erase(ctx context.Context, tx pgx.Tx, request int64, by access.Actor) error {
	_, err := tx.Exec(ctx, `select privacy.erase(@request, @by)`, pgx.NamedArgs{"request": request, "by": by.UserID})
	return postgres.Fault(err)
}

// Get reads a request. NotFound: there is none with this number.
func Get(ctx context.Context, q postgres.Querier, id int64) (Request, error) {
	rows, err := q.Query(ctx, `
		select r.id, r.email, coalesce(r.customer_id, 0), r.usage_value, r.names, r.customers, r.accounts, r.reason, r.by_user, r.recorded_at, e.result, e.recorded_at
		from privacy.requests r
		left join privacy.erasures e on e.request_id = r.id
		where r.id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return Request{}, fmt.Errorf("read request %d: %w", id, postgres.Fault(err))
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRequest)
	if err != nil {
		return Request{}, fmt.Errorf("read request %d: %w", id, postgres.Fault(err))
	}
	return r, r.decided(ctx, q)
}

// List returns the latest 500 requests, the latest first.
func List(ctx context.Context, q postgres.Querier) ([]Request, error) {
	rows, err := q.Query(ctx, `
		select r.id, r.email, coalesce(r.customer_id, 0), r.usage_value, r.names, r.customers, r.accounts, r.reason, r.by_user, r.recorded_at, e.result, e.recorded_at
		from privacy.requests r
		left join privacy.erasures e on e.request_id = r.id
		order by r.id desc
		limit 500`)
	if err != nil {
		return nil, fmt.Errorf("list privacy requests: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scanRequest)
	if err != nil {
		return nil, fmt.Errorf("list privacy requests: %w", postgres.Fault(err))
	}
	for i := range out {
		if err := out[i].decided(ctx, q); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// decided looks up what became of a request that was not carried out.
func (r *Request) decided(ctx context.Context, q postgres.Querier) error {
	if r.State == Erased {
		return nil
	}
	history, err := access.History(ctx, q, r.Subject())
	if err != nil {
		return err
	}
	if n := len(history); n > 0 && history[n-1].Fact == access.Rejected {
		r.State = Rejected
	}
	return nil
}

func scanRequest(row pgx.CollectableRow) (Request, error) {
	r := Request{State: Waiting}
	var result []byte
	var at *time.Time
	err := row.Scan(&r.ID, &r.Email, &r.Customer, &r.UsageValue, &r.Names, &r.Customers, &r.Accounts, &r.Reason, &r.By, &r.At, &result, &at)
	if err == nil && at != nil {
		r.State, r.ErasedAt = Erased, *at
		err = json.Unmarshal(result, &r.Result)
	}
	return r, err
}
