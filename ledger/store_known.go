package ledger

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Final holds what is known at a place in the known order for ever: no fact under way can appear below it afterwards. Call
// it before the snapshot that reads as known then. A place that the order has not reached is fault.Invalid.
func Final(ctx context.Context, q postgres.Querier, known int64) error {
	var reached int64
	if err := q.QueryRow(ctx, `select house_final_order()`).Scan(&reached); err != nil {
		return fmt.Errorf("look at the known order: %w", postgres.Fault(err))
	}
	if known < 1 || known >= reached {
		return fault.InvalidFields(fault.Field{Path: "as-known", Value: fmt.Sprint(known), Message: fmt.Sprintf("is a place in the known order from 1 to %d, or a closed month", reached-1)})
	}
	return nil
}

// Became is what entries of one kind, that became known between two places, moved in an account and month.
type Became struct {
	Cause    string // the first word of their source: "invoice", "credit", "revenue", "receipt"
	Late     bool   // booked later than the month that the revenue belongs to
	BookedIn period.Month
	Account  Account
	Currency money.Currency
	Entries  int
	Amount   money.Amount // signed, debit positive
}

// BecameKnown adds up what became known after one place and up to another, of the filter's entity, currency and days, by
// cause, month and account. What an as-known trial balance shows less than a later one is the sum of these.
func BecameKnown(ctx context.Context, q postgres.Querier, f Filter, after, through int64) ([]Became, error) {
	args := f.args()
	delete(args, "known")
	args["after"], args["until"] = after, through
	rows, err := q.Query(ctx, `
		select split_part(e.source, ':', 1), coalesce(p.month < date_trunc('month', e.booked_on)::date, false) as late,
		       date_trunc('month', e.booked_on)::date, p.ledger_account, p.currency, count(distinct (e.account_id, e.seq)), sum(p.amount)::bigint
		from ledger.entries e
		join ledger.postings p on p.account_id = e.account_id and p.entry_seq = e.seq
		where (@entity::bigint = 0 or e.entity_id = @entity)
		  and (@currency = '' or e.currency = @currency)
		  and e.book in ('', @book)
		  and e.booked_on >= @from and e.booked_on <= @through
		  and e.known_order > @after and e.known_order <= @until
		group by 1, 2, 3, 4, 5
		having sum(p.amount) <> 0
		order by 1, 2, 3, 5, 4`, args)
	if err != nil {
		return nil, fmt.Errorf("add up what became known: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Became, err error) {
		var minor int64
		err = row.Scan(&b.Cause, &b.Late, &b.BookedIn, &b.Account, &b.Currency, &b.Entries, &minor)
		b.Amount = money.Of(minor, cmp.Or(b.Currency, f.Currency))
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up what became known: %w", postgres.Fault(err))
	}
	return out, nil
}
