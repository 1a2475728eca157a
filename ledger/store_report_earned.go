package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Grouping puts contract lines into groups, place by place. An empty line puts the whole contract into the group; then no
// other place may name the contract.
type Grouping struct {
	Contracts []int64
	Lines     []string
	Groups    []int32 // not negative
}

// Add puts a line into a group.
func (g *Grouping) Add(contract int64, line string, group int) {
	g.Contracts, g.Lines, g.Groups = append(g.Contracts, contract), append(g.Lines, line), append(g.Groups, int32(group))
}

// GroupSum is the revenue of a group in a month of booking, credit positive. Group is -1 for what belongs to none.
type GroupSum struct {
	Group  int
	Month  period.Month
	Amount money.Amount
}

// EarnedBy adds revenue up by group and month of booking. The database joins the groups, so that a product's revenue over
// millions of postings comes over as twelve rows.
func EarnedBy(ctx context.Context, q postgres.Querier, f Filter, g Grouping) ([]GroupSum, error) {
	args := f.args()
	args["contracts"], args["lines"], args["groups"], args["ledgers"] = g.Contracts, g.Lines, g.Groups, NetRevenue()
	rows, err := q.Query(ctx, `
		select coalesce(g.place, -1) as place, date_trunc('month', p.booked_on)::date as month, -sum(p.amount)::bigint
		from ledger.postings p
		left join unnest(@contracts::bigint[], @lines::text[], @groups::int[]) as g(contract_id, line, place)
			on g.contract_id = p.contract_id and (g.line = '' or g.line = p.line)
		where (@entity::bigint = 0 or p.entity_id = @entity) and p.currency = @currency and p.book in ('', @book)
		  and p.booked_on >= @from and p.booked_on <= @through and p.ledger_account = any(@ledgers::smallint[])
		group by 1, 2 -- not by name: postings have a month of their own
		order by 1, 2`, args)
	if err != nil {
		return nil, fmt.Errorf("add up revenue by group: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (GroupSum, error) {
		var s GroupSum
		var minor int64
		err := row.Scan(&s.Group, &s.Month, &minor)
		s.Amount = money.Of(minor, f.Currency)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up revenue by group: %w", postgres.Fault(err))
	}
	return out, nil
}

// EntitySum is the revenue of a legal entity in a month of booking, credit positive.
type EntitySum struct {
	Entity entities.ID
	Month  period.Month
	Amount money.Amount
}

// EarnedByEntity adds revenue in one currency up by legal entity, whatever entity the filter names.
func EarnedByEntity(ctx context.Context, q postgres.Querier, f Filter) ([]EntitySum, error) {
	args := f.args()
	delete(args, "entity")
	args["ledgers"] = NetRevenue()
	rows, err := q.Query(ctx, `
		select entity_id, date_trunc('month', booked_on)::date as month, -sum(amount)::bigint
		from ledger.postings
		where currency = @currency and book in ('', @book) and booked_on >= @from and booked_on <= @through and ledger_account = any(@ledgers::smallint[])
		group by 1, 2
		order by 1, 2`, args)
	if err != nil {
		return nil, fmt.Errorf("add up revenue by entity: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (EntitySum, error) {
		var s EntitySum
		var minor int64
		err := row.Scan(&s.Entity, &s.Month, &minor)
		s.Amount = money.Of(minor, f.Currency)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up revenue by entity: %w", postgres.Fault(err))
	}
	return out, nil
}

// Released is what recognition did in a month of booking: earned is revenue (credit positive), and what it took from
// deferred revenue, added to unbilled receivables and passed on to a principal.
type Released struct {
	Month                               period.Month
	Revenue, Deferred, Unbilled, Passed money.Amount
	Elsewhere                           money.Amount // of Deferred and Unbilled what documents billed elsewhere released: they are no contract's
}

// ReleasedByMonth lists it. Recognition names the month of the service on every posting, and nobody else does on a
// contract's balances, so that no entry has to be looked at. Documents billed elsewhere name it too, without a contract.
func ReleasedByMonth(ctx context.Context, q postgres.Querier, f Filter) ([]Released, error) {
	args := f.args()
	args["ledgers"] = NetRevenue()
	rows, err := q.Query(ctx, `
		select date_trunc('month', booked_on)::date as month,
			coalesce(-sum(amount) filter (where ledger_account = any(@ledgers::smallint[])), 0)::bigint,
			coalesce(sum(amount) filter (where ledger_account in (2100, 2110, 2120, 2130) and month is not null), 0)::bigint,
			coalesce(sum(amount) filter (where ledger_account in (1150, 1160) and month is not null), 0)::bigint,
			coalesce(-sum(amount) filter (where ledger_account = 2450 and month is not null), 0)::bigint,
			coalesce(sum(amount) filter (where ledger_account in (1150, 1160, 2100, 2110, 2120, 2130) and month is not null and contract_id is null), 0)::bigint
		from ledger.postings
		where (@entity::bigint = 0 or entity_id = @entity) and currency = @currency and book in ('', @book) and booked_on >= @from and booked_on <= @through
		  and (ledger_account = any(@ledgers::smallint[]) or ledger_account in (1150, 1160, 2100, 2110, 2120, 2130, 2450))
		group by 1
		order by 1`, args)
	if err != nil {
		return nil, fmt.Errorf("add up what recognition released: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Released, error) {
		var r Released
		var revenue, deferred, unbilled, passed, elsewhere int64
		err := row.Scan(&r.Month, &revenue, &deferred, &unbilled, &passed, &elsewhere)
		r.Revenue, r.Deferred = money.Of(revenue, f.Currency), money.Of(deferred, f.Currency)
		r.Unbilled, r.Passed, r.Elsewhere = money.Of(unbilled, f.Currency), money.Of(passed, f.Currency), money.Of(elsewhere, f.Currency)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up what recognition released: %w", postgres.Fault(err))
	}
	return out, nil
}

// Attributed is revenue by contract, the month it belongs to and the month it was booked in, credit positive.
type Attributed struct {
	Contract      int64
	Month, Booked period.Month
	Amount        money.Amount
}

// EarnedEarlier lists revenue booked within the filter's days that belongs to an earlier month than the one it was booked in.
func EarnedEarlier(ctx context.Context, q postgres.Querier, f Filter) ([]Attributed, error) {
	args := f.args()
	args["ledgers"] = NetRevenue()
	rows, err := q.Query(ctx, `
		select coalesce(contract_id, 0) as contract, month, date_trunc('month', booked_on)::date as booked, -sum(amount)::bigint
		from ledger.postings
		where (@entity::bigint = 0 or entity_id = @entity) and currency = @currency and book in ('', @book) and booked_on >= @from and booked_on <= @through
		  and ledger_account = any(@ledgers::smallint[]) and month < date_trunc('month', booked_on)::date
		group by 1, 2, 3
		having sum(amount) <> 0
		order by 1, 2, 3`, args)
	if err != nil {
		return nil, fmt.Errorf("add up revenue of earlier months: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Attributed, error) {
		var a Attributed
		var minor int64
		err := row.Scan(&a.Contract, &a.Month, &a.Booked, &minor)
		a.Amount = money.Of(minor, f.Currency)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up revenue of earlier months: %w", postgres.Fault(err))
	}
	return out, nil
}
