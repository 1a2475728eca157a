package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/money"
	"ratable/internal/postgres"
)

// LinesPage lists where contract lines stand at the end of a day, by account,
// contract and line. The next page asks with After set to the last one's Cursor.
// PostingsPage with a line's account, contract and name says what it is made of.
func LinesPage(ctx context.Context, q postgres.Querier, f LineFilter) ([]LineBalance, error) {
	// ledger.billed does not repeat the entity; its entry says it.
	rows, err := q.Query(ctx, `
		with booked as (
			select account_id, contract_id, line, currency, ledger_account, amount, 0::bigint as asked
			from ledger.postings
			where contract_id is not null and booked_on <= @through and (ledger_account in (1150, 2100, 2450, 3900, 4000, 4100, 4200, 4300, 4810, 4830, 4850)
			       or ledger_account in (1160, 2110, 2130, 2140, 7010, 7110) and schedule_id is not null) -- see Standing
			  and book in ('', 'us_gaap')
			  and (@entity::bigint = 0 or entity_id = @entity)
			  and (@account::bigint = 0 or account_id = @account)
			  and (@contract::bigint = 0 or contract_id = @contract)
			  and (@currency = '' or currency = @currency)
			  and (account_id, contract_id, line) > (@after_account::bigint, @after_contract::bigint, @after_line::text)
			union all
			select b.account_id, b.contract_id, b.line, b.currency, 0::smallint, 0::bigint, b.amount
			from ledger.billed b
			join ledger.entries e on e.account_id = b.account_id and e.seq = b.entry_seq
			where e.booked_on <= @through
			  and (@entity::bigint = 0 or e.entity_id = @entity)
			  and (@account::bigint = 0 or b.account_id = @account)
			  and (@contract::bigint = 0 or b.contract_id = @contract)
			  and (@currency = '' or b.currency = @currency)
			  and (b.account_id, b.contract_id, b.line) > (@after_account::bigint, @after_contract::bigint, @after_line::text)
		), standing as (
			select account_id, contract_id, line, currency,
			       sum(asked)::bigint as billed,
			       coalesce(-sum(amount) filter (where ledger_account in (1160, 2110, 2130, 2140, 2450, 3900, 4000, 4100, 4200, 4300, 4810, 4830, 4850, 7010, 7110)), 0)::bigint as earned,
			       coalesce(-sum(amount) filter (where ledger_account = 2100), 0)::bigint as deferred,
			       coalesce(sum(amount) filter (where ledger_account = 1150), 0)::bigint as unbilled
			from booked
			group by account_id, contract_id, line, currency
		)
		select account_id, contract_id, line, currency, billed, earned, deferred, unbilled
		from standing
		where not @outstanding or deferred <> 0 or unbilled <> 0
		order by account_id, contract_id, line, currency
		limit @limit`, f.args())
	if err != nil {
		return nil, fmt.Errorf("list balances by contract line: %w", postgres.Fault(err))
	}
	page, err := pgx.CollectRows(rows, scanLine)
	if err != nil {
		return nil, fmt.Errorf("list balances by contract line: %w", postgres.Fault(err))
	}
	return page, nil
}

func scanLine(row pgx.CollectableRow) (LineBalance, error) {
	var b LineBalance
	var billed, earned, deferred, unbilled int64
	if err := row.Scan(&b.Account, &b.Contract, &b.Line, &b.Currency, &billed, &earned, &deferred, &unbilled); err != nil {
		return b, err
	}
	b.Billed, b.Earned = money.Of(billed, b.Currency), money.Of(earned, b.Currency)
	b.Deferred, b.Unbilled = money.Of(deferred, b.Currency), money.Of(unbilled, b.Currency)
	return b, nil
}

func (f LineFilter) args() pgx.NamedArgs {
	args := Filter{Entity: f.Entity, Currency: f.Currency, Through: f.Through}.args()
	delete(args, "from")
	for name, value := range map[string]any{
		"account": f.Account, "contract": f.Contract, "outstanding": f.Outstanding, "limit": pageSize(f.Limit),
		"after_account": f.After.Account, "after_contract": f.After.Contract, "after_line": f.After.Line,
	} {
		args[name] = value
	}
	return args
}
