package revrec

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Waterfall draws up the deferred waterfall, with so many columns from first on. What is regular is added up by the
// database, and only the rest comes here line by line (see sortOut).
func Waterfall(ctx context.Context, q postgres.Querier, f Filter, first period.Month, columns int) (WaterfallTable, error) {
	shares, err := f.shares(ctx, q)
	if err != nil {
		return WaterfallTable{}, fmt.Errorf("draw up the waterfall of %s: %w", f.AsOf, postgres.Fault(err))
	}
	return waterfall(shares, first, columns, f.Currency), nil
}

func (f Filter) shares(ctx context.Context, q postgres.Querier) ([]share, error) {
	scheduled, err := loadPlanned(ctx, q, f)
	if err != nil {
		return nil, err
	}
	var billed []asked
	err = ledger.EachBilled(ctx, q, f.Entity, f.Currency, int64(f.Contract), f.AsOf, f.known(), func(b ledger.BilledSum) {
		billed = append(billed, askedOf(b))
	})
	if err != nil {
		return nil, err
	}
	s := sortOut(scheduled, billed, f.Currency)
	left := listed(s.irregular)
	sums, err := loadMonthly(ctx, q, f, left)
	if err != nil {
		return nil, err
	}
	late, err := loadMoved(ctx, q, f)
	if err != nil {
		return nil, err
	}
	var recognized period.Month
	if len(s.rests) > 0 || len(s.irregular) > 0 {
		if recognized, err = lastBooked(ctx, q, f); err != nil {
			return nil, err
		}
	}
	out := s.shares(sums, late, recognized, f.AsOf)
	if len(s.irregular) == 0 {
		return out, nil
	}
	detail, err := loadScheduledOf(ctx, q, f, left)
	if err != nil {
		return nil, err
	}
	for _, c := range cutsOf(detail, s.bills(billed, f.Currency), recognized, f.AsOf) {
		out = append(out, allot(c.billed, c.earned)...)
	}
	return out, nil
}

// holders are contracts, place by place.
type holders struct{ accounts, contracts []int64 }

func listed(of map[holder]bool) (out holders) {
	for h := range of {
		out.accounts, out.contracts = append(out.accounts, int64(h.account)), append(out.contracts, int64(h.contract))
	}
	return out
}

// args are what every query of the waterfall asks for.
func (f Filter) args() pgx.NamedArgs {
	return pgx.NamedArgs{"entity": f.Entity, "currency": string(f.Currency), "contract": f.Contract, "book": f.book(), "known": f.known(), "adjusting": adjusting()}
}

// loadPlanned adds up the schedule by piece, as reports read it (Scheduled.Reported).
func loadPlanned(ctx context.Context, q postgres.Querier, f Filter) ([]planned, error) {
	// What is added up has a place for every piece in memory, where it would be written to disk in between, and every
	// processor adds: rows of a piece stand together, so that little comes out of each, which the planner cannot know. All
	// this ends with the transaction.
	if _, err := q.Exec(ctx, `
		select set_config('work_mem', '256MB', true), set_config('max_parallel_workers_per_gather', '4', true), set_config('parallel_tuple_cost', '0', true)`); err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, `
		select s.account_id, s.contract_id, s.line, s.kind, s.starts_on, s.ends_on, sum(x.amount)::bigint, min(x.amount), max(x.amount)
		from revrec.schedule s
		cross join lateral (select case when s.passed_on <> 0 and s.kind = any(@adjusting::text[]) then s.amount - s.passed_on else s.amount end as amount) x
		where s.entity_id = @entity and s.currency = @currency and (@contract::bigint = 0 or s.contract_id = @contract) and s.book in ('', @book)
		  and s.known_order <= @known
		group by s.account_id, s.contract_id, s.line, s.kind, s.starts_on, s.ends_on`, f.args())
	if err != nil {
		return nil, err
	}
	var out []planned
	var p planned
	var start, end period.Date
	_, err = pgx.ForEachRow(rows, []any{&p.account, &p.contract, &p.line, &p.at.kind, &start, &end, &p.sum, &p.least, &p.most}, func() error {
		p.at.span = period.NewSpan(start, end)
		out = append(out, p)
		return nil
	})
	return out, err
}

// loadMonthly adds up the schedule by stretch and month, without some contracts.
func loadMonthly(ctx context.Context, q postgres.Querier, f Filter, without holders) ([]monthly, error) {
	args := f.args()
	args["accounts"], args["contracts"] = without.accounts, without.contracts
	rows, err := q.Query(ctx, `
		select s.kind, s.starts_on, s.ends_on, s.month, sum(case when s.passed_on <> 0 and s.kind = any(@adjusting::text[]) then s.amount - s.passed_on else s.amount end)::bigint
		from revrec.schedule s
		left join unnest(@accounts::bigint[], @contracts::bigint[]) as h (account_id, contract_id) on h.account_id = s.account_id and h.contract_id = s.contract_id
		where s.entity_id = @entity and s.currency = @currency and (@contract::bigint = 0 or s.contract_id = @contract) and s.book in ('', @book)
		  and s.known_order <= @known and h.contract_id is null
		group by s.kind, s.starts_on, s.ends_on, s.month`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m monthly, err error) {
		var start, end period.Date
		var minor int64
		err = row.Scan(&m.at.kind, &start, &end, &m.month, &minor)
		m.at.span, m.amount = period.NewSpan(start, end), money.Of(minor, f.Currency)
		return m, err
	})
}

// loadMoved lists what is booked in another month than it belongs to.
func loadMoved(ctx context.Context, q postgres.Querier, f Filter) ([]moved, error) {
	rows, err := q.Query(ctx, `
		select s.account_id, s.contract_id, s.kind, s.starts_on, s.ends_on, s.month, r.month,
			sum(case when s.passed_on <> 0 and s.kind = any(@adjusting::text[]) then s.amount - s.passed_on else s.amount end)::bigint
		from revrec.recognitions r
		join revrec.schedule s on s.account_id = r.account_id and s.id = r.schedule_id
		where r.late and r.known_order <= @known and s.entity_id = @entity and s.currency = @currency
		  and (@contract::bigint = 0 or s.contract_id = @contract) and s.book in ('', @book) and s.known_order <= @known
		group by 1, 2, 3, 4, 5, 6, 7`, f.args())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m moved, err error) {
		var start, end period.Date
		var minor int64
		err = row.Scan(&m.account, &m.contract, &m.at.kind, &start, &end, &m.from, &m.to, &minor)
		m.at.span, m.amount = period.NewSpan(start, end), money.Of(minor, f.Currency)
		return m, err
	})
}

// loadScheduledOf is loadScheduled for some contracts.
func loadScheduledOf(ctx context.Context, q postgres.Querier, f Filter, of holders) ([]Scheduled, error) {
	args := f.args()
	args["accounts"], args["contracts"] = of.accounts, of.contracts
	rows, err := q.Query(ctx, `
		select s.account_id, s.contract_id, s.line, s.kind, s.starts_on, s.ends_on, s.month,
			s.recognition, coalesce(r.month, s.month) as earned_in, r.schedule_id is not null as recognized, sum(s.amount)::bigint, sum(s.passed_on)::bigint
		from unnest(@accounts::bigint[], @contracts::bigint[]) as h (account_id, contract_id)
		join revrec.schedule s on s.account_id = h.account_id and s.contract_id = h.contract_id
		left join revrec.recognitions r on r.account_id = s.account_id and r.schedule_id = s.id and r.known_order <= @known
		where s.entity_id = @entity and s.currency = @currency and s.book in ('', @book) and s.known_order <= @known
		group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
		having sum(s.amount) <> 0 or sum(s.passed_on) <> 0`, args)
	if err != nil {
		return nil, err
	}
	return f.collect(rows)
}

// lastBooked is lastRecognized of all that loadScheduled would load: the last month in which something is recognized that
// was not taken back in it. The latest month has it nearly always, so that the first row found is the answer.
func lastBooked(ctx context.Context, q postgres.Querier, f Filter) (month period.Month, err error) {
	args := f.args()
	for args["before"] = nil; ; args["before"] = month {
		var found bool
		err = q.QueryRow(ctx, `
			select max(month) from revrec.recognitions where known_order <= @known and (@before::date is null or month < @before::date)`, args).Scan(&month)
		if err != nil || month.IsZero() {
			return month, err
		}
		args["month"] = month
		err = q.QueryRow(ctx, `
			select exists (
				select from revrec.recognitions r
				join revrec.schedule s on s.account_id = r.account_id and s.id = r.schedule_id
				where r.month = @month::date and r.known_order <= @known and s.entity_id = @entity and s.currency = @currency
				  and (@contract::bigint = 0 or s.contract_id = @contract) and s.book in ('', @book) and s.known_order <= @known
				  and exists (
					select from revrec.schedule x
					join revrec.recognitions y on y.account_id = x.account_id and y.schedule_id = x.id
					where x.account_id = s.account_id and x.contract_id = s.contract_id and x.line = s.line and x.kind = s.kind
					  and x.starts_on = s.starts_on and x.ends_on = s.ends_on and x.month = s.month and x.recognition = s.recognition
					  and x.entity_id = s.entity_id and x.currency = s.currency and x.book in ('', @book) and x.known_order <= @known
					  and y.month = r.month and y.known_order <= @known
					having sum(x.amount) <> 0 or sum(x.passed_on) <> 0))`, args).Scan(&found)
		if err != nil || found {
			return month, err
		}
	}
}
