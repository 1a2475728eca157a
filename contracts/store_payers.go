package contracts

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/postgres"
)

func insertPayer(ctx context.Context, tx pgx.Tx, c Contract, p PayerChange, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into contracts.payers (account_id, contract_id, effective_on, payer_id, reason, by_user)
		values (@account, @contract, @from, @payer, @reason, @by)`, pgx.NamedArgs{
		"account": c.Account, "contract": c.ID, "from": p.From, "payer": p.Payer, "reason": p.Reason, "by": by.UserID,
	})
	return postgres.Fault(err)
}

func loadPayers(ctx context.Context, q postgres.Querier, args pgx.NamedArgs, into map[ID]*Contract) error {
	rows, err := q.Query(ctx, `
		select contract_id, effective_on, payer_id, reason, by_user
		from contracts.payers
		where account_id = any(@accounts)
		order by contract_id, effective_on, known_order`, args)
	if err != nil {
		return err
	}
	var id ID
	var p PayerChange
	_, err = pgx.ForEachRow(rows, []any{&id, &p.From, &p.Payer, &p.Reason, &p.By}, func() error {
		into[id].Payers = append(into[id].Payers, p)
		return nil
	})
	return err
}
