package payments

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// LossKind says what was lost, or came back.
type LossKind string

// The kinds there are.
const (
	WrittenOff  LossKind = "write_off"
	Reinstated  LossKind = "reinstate"
	Fee         LossKind = "fee"
	Disputed    LossKind = "dispute"
	DisputeWon  LossKind = "dispute_won"
	DisputeLost LossKind = "dispute_lost"
)

// Loss is one fact of money that was lost, or came back after all.
type Loss struct {
	Account  customers.AccountID
	Kind     LossKind
	Entity   entities.ID
	Customer customers.ID
	Document string // the invoice, or the receipt
	Amount   money.Amount
	Fee      money.Amount
	Policy   string // the word by which it was booked
	On       period.Date
	BookedOn period.Date
	Reason   string
	Entry    int64 // 0: nothing was left to book
}

// LossesOf lists the losses of a document, in order.
func LossesOf(ctx context.Context, q postgres.Querier, account customers.AccountID, document string) ([]Loss, error) {
	rows, err := q.Query(ctx, `
		select account_id, kind, entity_id, customer_id, document, currency, amount, fee, policy, happened_on, booked_on, reason, coalesce(entry_seq, 0)
		from payments.losses
		where account_id = @account and document = @document
		order by known_order`, pgx.NamedArgs{"account": account, "document": document})
	return collectLosses(rows, err)
}

// Losses lists those of an entity through a day, for the reconciliations.
func Losses(ctx context.Context, q postgres.Querier, entity entities.ID, through period.Date) ([]Loss, error) {
	rows, err := q.Query(ctx, `
		select account_id, kind, entity_id, customer_id, document, currency, amount, fee, policy, happened_on, booked_on, reason, coalesce(entry_seq, 0)
		from payments.losses
		where entity_id = @entity and booked_on <= @through
		order by known_order`, pgx.NamedArgs{"entity": entity, "through": through})
	return collectLosses(rows, err)
}

// GivenUp names the documents that nobody paid: written off, and no part of that reinstated since.
func GivenUp(ctx context.Context, q postgres.Querier) (map[string]bool, error) {
	rows, err := q.Query(ctx, `
		select document
		from payments.losses
		where kind in ('write_off', 'reinstate')
		group by document
		having sum(case kind when 'write_off' then amount else -amount end) > 0`)
	if err != nil {
		return nil, fmt.Errorf("list what was given up: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list what was given up: %w", postgres.Fault(err))
	}
	out := make(map[string]bool, len(found))
	for _, document := range found {
		out[document] = true
	}
	return out, nil
}

func collectLosses(rows pgx.Rows, err error) ([]Loss, error) {
	if err != nil {
		return nil, fmt.Errorf("list losses: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Loss, err error) {
		var currency money.Currency
		var amount, fee int64
		err = row.Scan(&l.Account, &l.Kind, &l.Entity, &l.Customer, &l.Document, &currency, &amount, &fee, &l.Policy, &l.On, &l.BookedOn, &l.Reason, &l.Entry)
		if err == nil {
			l.Amount, l.Fee = money.Of(amount, currency), money.Of(fee, currency)
		}
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("list losses: %w", postgres.Fault(err))
	}
	return out, nil
}

func insertLoss(ctx context.Context, tx pgx.Tx, l Loss, by access.Actor) error {
	var entry any
	if l.Entry != 0 {
		entry = l.Entry
	}
	_, err := tx.Exec(ctx, `
		insert into payments.losses (account_id, kind, entity_id, customer_id, document, currency, amount, fee, policy, happened_on, booked_on, reason, entry_seq, by_user)
		values (@account, @kind, @entity, @customer, @document, @currency, @amount, @fee, @policy, @on, @booked, @reason, @entry, @by)`, pgx.NamedArgs{
		"account": l.Account, "kind": string(l.Kind), "entity": l.Entity, "customer": l.Customer, "document": l.Document, "currency": string(l.Amount.Currency()),
		"amount": l.Amount.Minor(), "fee": l.Fee.Minor(), "policy": l.Policy, "on": l.On, "booked": l.BookedOn, "reason": l.Reason, "entry": entry, "by": by.UserID,
	})
	return postgres.Fault(err)
}
