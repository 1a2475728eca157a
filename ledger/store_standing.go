package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// LoadStandings reads where accounts stand, in three queries for all of them.
// An account with nothing booked is there too, empty.
func LoadStandings(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID]*Standing, error) {
	out := make(map[customers.AccountID]*Standing, len(accounts))
	for _, a := range accounts {
		out[a] = NewStanding()
	}
	for _, load := range []func(context.Context, postgres.Querier, []customers.AccountID, map[customers.AccountID]*Standing) error{
		loadPlaces, loadBalances, loadStood,
	} {
		if err := load(ctx, q, accounts, out); err != nil {
			return nil, fmt.Errorf("load what stands booked: %w", postgres.Fault(err))
		}
	}
	return out, nil
}

func loadPlaces(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, out map[customers.AccountID]*Standing) error {
	rows, err := q.Query(ctx, `
		select account_id, max(seq) + 1
		from ledger.entries
		where account_id = any(@accounts)
		group by account_id`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return err
	}
	var account customers.AccountID
	var next int64
	_, err = pgx.ForEachRow(rows, []any{&account, &next}, func() error {
		out[account].Next = next
		return nil
	})
	return err
}

func loadBalances(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, out map[customers.AccountID]*Standing) error {
	rows, err := q.Query(ctx, `
		select account_id, contract_id, line, ledger_account, currency, sum(amount)::bigint, coalesce(max(schedule_id), 0)
		from ledger.postings
		where account_id = any(@accounts) and contract_id is not null and book in ('', 'us_gaap')
		group by account_id, contract_id, line, ledger_account, currency, schedule_id is null`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return err
	}
	var account customers.AccountID
	var key LineKey
	var posted Account
	var currency money.Currency
	var sum, row int64
	_, err = pgx.ForEachRow(rows, []any{&account, &key.Contract, &key.Line, &posted, &currency, &sum, &row}, func() error {
		out[account].post(key, Posting{Account: posted, Amount: money.Of(sum, currency), Schedule: row})
		return nil
	})
	return err
}

func loadStood(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, out map[customers.AccountID]*Standing) error {
	rows, err := q.Query(ctx, `
		select account_id, event, contract_id, line, kind, starts_on, ends_on, amount, currency, document, document_line
		from ledger.billed
		where account_id = any(@accounts)
		order by account_id, entry_seq, n`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return err
	}
	var account customers.AccountID
	var b Billed
	var start, end period.Date
	var minor int64
	var currency money.Currency
	_, err = pgx.ForEachRow(rows, []any{&account, &b.Event, &b.Contract, &b.Line, &b.Kind, &start, &end, &minor, &currency, &b.Document, &b.DocumentLine}, func() error {
		b.Span, b.Amount = period.NewSpan(start, end), money.Of(minor, currency)
		key := LineKey{b.Contract, b.Line}
		at := out[account].Lines[key]
		at.Billed = at.Billed.Add(b.Amount)
		out[account].Lines[key] = at
		out[account].stand(Piece{key, b.Kind, b.Span}, b)
		return nil
	})
	return err
}
