package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/money"
	"ratable/internal/postgres"
)

// PostingsPage lists postings in the order of day, account, entry and posting:
// the drill from a balance to what it is made of. The next page asks with After
// set to the last one's Cursor.
func PostingsPage(ctx context.Context, q postgres.Querier, f PostingFilter) ([]Posted, error) {
	rows, err := q.Query(ctx, `
		select p.account_id, p.entry_seq, p.n, p.entity_id, e.source, p.booked_on, e.memo, p.currency,
		       p.ledger_account, p.amount, coalesce(p.customer_id, 0), coalesce(p.contract_id, 0),
		       coalesce(p.line, ''), p.month, coalesce(p.document, ''), coalesce(p.schedule_id, 0)
		from ledger.postings p
		join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
		where (@entity::bigint = 0 or p.entity_id = @entity)
		  and (@currency = '' or p.currency = @currency)
		  and p.booked_on >= @from and p.booked_on <= @through
		  and (@account::bigint = 0 or p.account_id = @account)
		  and (@customer::bigint = 0 or p.customer_id = @customer)
		  and (@ledger::smallint = 0 or p.ledger_account = @ledger)
		  and (@contract::bigint = 0 or p.contract_id = @contract)
		  and (@line = '' or p.line = @line)
		  and (@document = '' or p.document = @document)
		  and (p.booked_on, p.account_id, p.entry_seq, p.n) > (@after_day::date, @after_account::bigint, @after_seq::bigint, @after_n::smallint)
		order by p.booked_on, p.account_id, p.entry_seq, p.n
		limit @limit`, f.args())
	if err != nil {
		return nil, fmt.Errorf("list postings: %w", postgres.Fault(err))
	}
	page, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Posted, error) {
		var p Posted
		var minor int64
		var currency money.Currency
		err := row.Scan(append([]any{&p.Book, &p.Seq, &p.N, &p.Entity, &p.Source, &p.BookedOn, &p.Memo, &currency}, p.columns(&minor)...)...)
		if err == nil {
			p.Amount = money.Of(minor, currency)
		}
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("list postings: %w", postgres.Fault(err))
	}
	return page, nil
}

func (f PostingFilter) args() pgx.NamedArgs {
	args := f.Filter.args()
	after := f.After
	if after == (PostingCursor{}) {
		after.BookedOn = firstDay
	}
	for name, value := range map[string]any{
		"account": f.Account, "customer": f.Customer, "ledger": f.Ledger, "contract": f.Contract, "line": f.Line, "document": f.Document,
		"after_day": after.BookedOn, "after_account": after.Account, "after_seq": after.Seq, "after_n": after.N, "limit": pageSize(f.Limit),
	} {
		args[name] = value
	}
	return args
}
