package contracts

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/postgres"
)

func insertDelivery(ctx context.Context, tx pgx.Tx, c Contract, d Delivery, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into contracts.deliveries (account_id, contract_id, line, delivered_on, note, by_user)
		values (@account, @contract, @line, @on, @note, @by)`, pgx.NamedArgs{
		"account": c.Account, "contract": c.ID, "line": d.Line, "on": d.On, "note": d.Note, "by": by.UserID,
	})
	return postgres.Fault(err)
}

func loadDeliveries(ctx context.Context, q postgres.Querier, args pgx.NamedArgs, into map[ID]*Contract) error {
	rows, err := q.Query(ctx, `
		select contract_id, line, delivered_on, note
		from contracts.deliveries
		where account_id = any(@accounts)
		order by contract_id, delivered_on, line`, args)
	if err != nil {
		return err
	}
	var id ID
	var d Delivery
	_, err = pgx.ForEachRow(rows, []any{&id, &d.Line, &d.On, &d.Note}, func() error {
		into[id].Deliveries = append(into[id].Deliveries, d)
		return nil
	})
	return err
}
