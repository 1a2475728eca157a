package payments

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Ageing is what is open at the end of a day, by payer and by how late it is:
// booked by then, whatever happened since. Call it inside one snapshot.
func Ageing(ctx context.Context, q postgres.Querier, asOf period.Date, s Scope) (AgeingReport, error) {
	open, err := openOn(ctx, q, s, asOf)
	if err != nil {
		return AgeingReport{}, fmt.Errorf("age receivables as of %s: %w", asOf, err)
	}
	balances, err := Balances(ctx, q, asOf, s)
	if err != nil {
		return AgeingReport{}, fmt.Errorf("age receivables as of %s: %w", asOf, err)
	}
	return Age(asOf, open, balances), nil
}

// Balance is money of a payer that pays no invoice.
type Balance struct {
	Account customers.AccountID
	Payer   customers.ID
	Entity  entities.ID
	Amount  money.Amount
}

// Balances lists customer balances at the end of a day; those of zero are left out.
func Balances(ctx context.Context, q postgres.Querier, asOf period.Date, s Scope) ([]Balance, error) {
	rows, err := q.Query(ctx, `
		select r.account_id, r.payer_id, r.entity_id, r.currency, sum(r.amount - paid.applied)::bigint
		from payments.receipts r
		cross join lateral (
			select coalesce(sum(a.amount), 0) as applied
			from payments.applications a
			where a.account_id = r.account_id and a.receipt_id = r.id and a.booked_on <= @as_of) paid
		where r.booked_on <= @as_of
			and (@account::bigint = 0 or r.account_id = @account)
			and (@payer::bigint = 0 or r.payer_id = @payer)
			and (@entity::bigint = 0 or r.entity_id = @entity)
			and (@currency = '' or r.currency = @currency)
		group by r.account_id, r.payer_id, r.entity_id, r.currency
		having sum(r.amount - paid.applied) <> 0
		order by r.account_id, r.payer_id, r.entity_id, r.currency`, pgx.NamedArgs{
		"as_of": asOf, "account": s.Account, "payer": s.Payer, "entity": s.Entity, "currency": string(s.Currency),
	})
	if err != nil {
		return nil, fmt.Errorf("list customer balances: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Balance, error) {
		var b Balance
		var minor int64
		var c money.Currency
		err := row.Scan(&b.Account, &b.Payer, &b.Entity, &c, &minor)
		b.Amount = money.Of(minor, c)
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("list customer balances: %w", postgres.Fault(err))
	}
	return out, nil
}
