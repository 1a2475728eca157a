package partners

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

func takeID(ctx context.Context, q postgres.Querier) (id int64, err error) {
	err = q.QueryRow(ctx, `select nextval('partners.settlement_ids')`).Scan(&id)
	return id, postgres.Fault(err)
}

func insertSettlement(ctx context.Context, tx pgx.Tx, s Settlement) error {
	_, err := tx.Exec(ctx, `
		insert into partners.settlements (account_id, id, party_id, owed, entity_id, currency, amount, settled_on, booked_on, reference, entry_seq, by_user)
		values (@account, @id, @party, @owed, @entity, @currency, @amount, @on, @booked, @reference, @entry, @by)`, pgx.NamedArgs{
		"account": s.Account, "id": s.ID, "party": s.Party, "owed": string(s.Owed), "entity": s.Entity, "currency": string(s.Amount.Currency()),
		"amount": s.Amount.Minor(), "on": s.On, "booked": s.BookedOn, "reference": s.Reference, "entry": s.Entry, "by": s.By,
	})
	return postgres.Fault(err)
}

// Settlements lists what a party was paid, booked in some days, the latest first.
func Settlements(ctx context.Context, q postgres.Querier, party customers.ID, days period.Span) ([]Settlement, error) {
	rows, err := q.Query(ctx, `
		select account_id, id, party_id, owed, entity_id, currency, amount, settled_on, booked_on, reference, entry_seq, by_user, recorded_at
		from partners.settlements
		where party_id = @party and booked_on >= @from and booked_on < @to
		order by booked_on desc, id desc`, pgx.NamedArgs{"party": party, "from": days.Start, "to": days.End})
	if err != nil {
		return nil, fmt.Errorf("list settlements: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Settlement, err error) {
		var minor int64
		var currency money.Currency
		err = row.Scan(&s.Account, &s.ID, &s.Party, &s.Owed, &s.Entity, &currency, &minor, &s.On, &s.BookedOn, &s.Reference, &s.Entry, &s.By, &s.RecordedAt)
		if err == nil {
			s.Amount = money.Of(minor, currency)
		}
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("list settlements: %w", postgres.Fault(err))
	}
	return out, nil
}
