package contracts

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

func insertNotice(ctx context.Context, tx pgx.Tx, c Contract, n Notice, seq int, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into contracts.notices (account_id, contract_id, ends_on, seq, event, party, given_on, reason, by_user)
		values (@account, @contract, @ends, @seq, @event, @party, @on, @reason, @by)`, pgx.NamedArgs{
		"account": c.Account, "contract": c.ID, "ends": n.EndsOn, "seq": seq, "event": n.Event, "party": string(n.Party),
		"on": n.On, "reason": n.Reason, "by": by.UserID,
	})
	return postgres.Fault(err)
}

// loadNotices adds what people said about renewal. Pricing needs none of it, so only what people read asks for it.
func loadNotices(ctx context.Context, q postgres.Querier, found []Contract) error {
	byID := make(map[ID]*Contract, len(found))
	accounts := make([]customers.AccountID, len(found))
	for i := range found {
		byID[found[i].ID], accounts[i] = &found[i], found[i].Account
	}
	rows, err := q.Query(ctx, `
		select contract_id, ends_on, event, party, given_on, reason, by_user, recorded_at
		from contracts.notices
		where account_id = any(@accounts)
		order by contract_id, ends_on, seq`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return postgres.Fault(err)
	}
	var id ID
	var n Notice
	_, err = pgx.ForEachRow(rows, []any{&id, &n.EndsOn, &n.Event, &n.Party, &n.On, &n.Reason, &n.By, &n.At}, func() error {
		if c := byID[id]; c != nil {
			c.Notices = append(c.Notices, n)
		}
		return nil
	})
	return postgres.Fault(err)
}

// dueForRenewal lists contracts whose agreed term has ended by a day and that renew by themselves, after a number, in
// order. Whether notice stands against it is seen under the contract's lock.
func dueForRenewal(ctx context.Context, q postgres.Querier, asOf period.Date, after string, limit int) ([]string, error) {
	rows, err := q.Query(ctx, `
		select c.number
		from contracts.versions v
		join contracts.contracts c on c.account_id = v.account_id and c.id = v.contract_id
		where v.ends_on <= @as_of and (v.document -> 'renewal' ->> 'auto') = 'true' and c.number > @after
			and exists (select from contracts.decisions d
				where d.account_id = v.account_id and d.contract_id = v.contract_id and d.version = v.version and d.event in ('approved', 'renewed', 'signed'))
			and not exists (select from contracts.decisions d
				where d.account_id = v.account_id and d.contract_id = v.contract_id and d.version > v.version and d.event in ('approved', 'renewed', 'signed'))
		order by c.number
		limit @limit`, pgx.NamedArgs{"as_of": asOf, "after": after, "limit": limit})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return numbers, postgres.Fault(err)
}
