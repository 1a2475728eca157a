package payments

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
)

// ReceiptByID returns a receipt with its applications, oldest first.
func ReceiptByID(ctx context.Context, q postgres.Querier, id int64) (Receipt, error) {
	rows, err := q.Query(ctx, `
		select r.id, r.account_id, r.entity_id, r.payer_id, r.currency, r.amount, r.received_on, r.reference, r.transaction, r.nth,
			r.booked_on, r.entry_seq, r.by_user, r.recorded_at,
			(select coalesce(sum(a.amount), 0)::bigint from payments.applications a where a.account_id = r.account_id and a.receipt_id = r.id)
		from payments.movements m
		join payments.receipts r on r.account_id = m.account_id and r.id = m.receipt_id
		where m.receipt_id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return Receipt{}, fmt.Errorf("find receipt %s: %w", number(id), postgres.Fault(err))
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanReceipt)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, fault.New(fault.NotFound, "there is no receipt %s", number(id))
	}
	if err != nil {
		return r, fmt.Errorf("find receipt %s: %w", number(id), postgres.Fault(err))
	}
	r.Applications, err = applications(ctx, q, r.Account, r.ID, "")
	return r, err
}

// AppliedTo lists what receipts pay of a document, in the order it was made known.
func AppliedTo(ctx context.Context, q postgres.Querier, account customers.AccountID, document string) ([]Application, error) {
	return applications(ctx, q, account, 0, document)
}

func applications(ctx context.Context, q postgres.Querier, account customers.AccountID, receipt int64, document string) ([]Application, error) {
	rows, err := q.Query(ctx, `
		select a.receipt_id, a.n, a.document, a.amount, r.currency, a.booked_on, a.entry_seq, a.reason, a.by_user, a.recorded_at
		from payments.applications a
		join payments.receipts r on r.account_id = a.account_id and r.id = a.receipt_id
		where a.account_id = @account
			and (@receipt::bigint = 0 or a.receipt_id = @receipt)
			and (@document = '' or a.document = @document)
		order by a.known_order`, pgx.NamedArgs{"account": account, "receipt": receipt, "document": document})
	if err != nil {
		return nil, fmt.Errorf("list applications: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Application, error) {
		var a Application
		var minor int64
		var c money.Currency
		err := row.Scan(&a.Receipt, &a.N, &a.Document, &minor, &c, &a.BookedOn, &a.Entry, &a.Reason, &a.By, &a.RecordedAt)
		a.Amount = money.Of(minor, c)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("list applications: %w", postgres.Fault(err))
	}
	return out, nil
}

func scanReceipt(row pgx.CollectableRow) (Receipt, error) {
	var r Receipt
	var minor, applied int64
	var c money.Currency
	err := row.Scan(&r.ID, &r.Account, &r.Entity, &r.Payer, &c, &minor, &r.ReceivedOn, &r.Reference, &r.Transaction, &r.Nth,
		&r.BookedOn, &r.Entry, &r.By, &r.RecordedAt, &applied)
	r.Amount, r.Applied = money.Of(minor, c), money.Of(applied, c)
	return r, err
}

// key names the movement of the bank account: see Record.
func (r Receipt) key() string {
	if r.Transaction != "" {
		return "bank " + r.Transaction
	}
	return fmt.Sprintf("row %s %s %s payer %d nth %d %s", r.ReceivedOn, r.Amount, r.Currency(), r.Payer, r.Nth, r.Reference)
}

// movement finds the receipt of a movement. Without an entity any of ours will
// do: a statement that does not say whose bank account it is about.
func movement(ctx context.Context, q postgres.Querier, r Receipt) (Receipt, bool, error) {
	var id int64
	err := q.QueryRow(ctx, `
		select receipt_id
		from payments.movements
		where key = @key and (@entity::bigint = 0 or entity_id = @entity)
		order by receipt_id
		limit 1`, pgx.NamedArgs{"key": r.key(), "entity": r.Entity}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Receipt{}, false, nil
	}
	if err != nil {
		return Receipt{}, false, postgres.Fault(err)
	}
	earlier, err := ReceiptByID(ctx, q, id)
	return earlier, err == nil, err
}

// accountOf places a receipt; that never changes.
func accountOf(ctx context.Context, q postgres.Querier, receipt int64) (account customers.AccountID, err error) {
	err = q.QueryRow(ctx, `
		select account_id
		from payments.movements
		where receipt_id = @receipt`, pgx.NamedArgs{"receipt": receipt}).Scan(&account)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.New(fault.NotFound, "there is no receipt %s", number(receipt))
	}
	return account, postgres.Fault(err)
}

func takeID(ctx context.Context, tx pgx.Tx) (id int64, err error) {
	err = tx.QueryRow(ctx, `select nextval('payments.receipt_ids')`).Scan(&id)
	return id, postgres.Fault(err)
}

func insertReceipt(ctx context.Context, tx pgx.Tx, r Receipt) error {
	args := pgx.NamedArgs{
		"account": r.Account, "id": r.ID, "entity": r.Entity, "payer": r.Payer, "currency": string(r.Currency()), "amount": r.Amount.Minor(),
		"received": r.ReceivedOn, "booked": r.BookedOn, "reference": r.Reference, "transaction": r.Transaction, "nth": r.Nth,
		"entry": r.Entry, "by": r.By, "key": r.key(),
	}
	if _, err := tx.Exec(ctx, `
		insert into payments.receipts
			(account_id, id, entity_id, payer_id, currency, amount, received_on, booked_on, reference, transaction, nth, entry_seq, by_user)
		values
			(@account, @id, @entity, @payer, @currency, @amount, @received, @booked, @reference, @transaction, @nth, @entry, @by)`, args); err != nil {
		return postgres.Fault(err)
	}
	_, err := tx.Exec(ctx, `
		insert into payments.movements (entity_id, key, account_id, receipt_id)
		values (@entity, @key, @account, @id)`, args)
	return postgres.Fault(err)
}

func insertApplications(ctx context.Context, tx pgx.Tx, account customers.AccountID, made []Application, by access.Actor) error {
	rows := make([][]any, len(made))
	for i, a := range made {
		rows[i] = []any{account, a.Receipt, int32(a.N), a.Document, a.Amount.Minor(), a.BookedOn, a.Entry, a.Reason, by.UserID}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"payments", "applications"},
		[]string{"account_id", "receipt_id", "n", "document", "amount", "booked_on", "entry_seq", "reason", "by_user"}, pgx.CopyFromRows(rows))
	return postgres.Fault(err)
}

// ours refuses a legal entity that is not there.
func ours(ctx context.Context, q postgres.Querier, id entities.ID) error {
	directory, err := entities.Load(ctx, q)
	if err != nil {
		return err
	}
	if _, ok := directory.ByID(id); !ok {
		return fault.New(fault.NotFound, "there is no legal entity %d", id)
	}
	return nil
}
