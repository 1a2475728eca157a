package revrec

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Correction is revenue of a month that was closed, booked in a later one.
type Correction struct {
	Account       customers.AccountID
	Contract      contracts.ID
	Line          string
	Kind          contracts.Kind
	Month, Booked period.Month // belongs to; booked in
	Entry         int64        // that booked it
	Version       int          // of the contract, that priced it
	Cause         Cause
	Amount        money.Amount // revenue: without what is passed on
}

// Corrections lists what was booked from a month through another for closed months before. Its cause is told from what the
// schedule knew of the same line and month before.
func Corrections(ctx context.Context, q postgres.Querier, f Filter, from period.Month) ([]Correction, error) {
	rows, err := q.Query(ctx, `
		select s.account_id, s.contract_id, s.line, s.kind, s.month, r.month, r.entry_seq, s.recognition, max(s.version),
			coalesce(max(b.version), 0), sum(s.amount - s.passed_on)::bigint
		from revrec.recognitions r
		join revrec.schedule s on s.account_id = r.account_id and s.id = r.schedule_id
		left join lateral (
			select max(x.version) as version
			from revrec.schedule x
			where x.account_id = s.account_id and x.contract_id = s.contract_id and x.id < s.id and x.known_order < s.known_order
				and not exists (select from revrec.recognitions o where o.account_id = x.account_id and o.schedule_id = x.id and o.entry_seq = r.entry_seq)) b on true
		where s.entity_id = @entity and s.currency = @currency and r.month >= @from::date and r.month <= @through::date
			and s.month < r.month and r.entry_seq is not null and (@contract::bigint = 0 or s.contract_id = @contract) and s.book in ('', @book)
		group by 1, 2, 3, 4, 5, 6, 7, 8
		having sum(s.amount - s.passed_on) <> 0
		order by 6, 2, 3, 5, 7, 8`,
		pgx.NamedArgs{"entity": f.Entity, "currency": string(f.Currency), "contract": f.Contract, "from": from, "through": f.AsOf, "book": f.book()})
	if err != nil {
		return nil, fmt.Errorf("list corrections: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Correction, err error) {
		var r remembered
		var before int
		var minor int64
		err = row.Scan(&c.Account, &c.Contract, &c.Line, &c.Kind, &c.Month, &c.Booked, &c.Entry, &r.Recognition, &c.Version, &before, &minor)
		c.Amount = money.Of(minor, f.Currency)
		r.Key, r.version = Key{Contract: c.Contract, Line: c.Line, Kind: c.Kind, Month: c.Month}, c.Version
		seen := map[contracts.ID]int{}
		if before > 0 {
			seen[c.Contract] = before
		}
		c.Cause = r.cause(seen, map[contracts.ID]bool{c.Contract: c.Version > before}, c.Booked)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("list corrections: %w", postgres.Fault(err))
	}
	return out, nil
}

// Unreleased is revenue that is scheduled for months that are over and not recognized.
type Unreleased struct {
	Account  customers.AccountID
	Contract contracts.ID
	Line     string
	Kind     contracts.Kind
	First    period.Month // the earliest of the months
	EndsOn   period.Date  // of its service: the first day after
	Amount   money.Amount
}

// ListUnreleased finds it at the end of a month. What two rows cancel is left out.
func ListUnreleased(ctx context.Context, q postgres.Querier, f Filter) ([]Unreleased, error) {
	rows, err := q.Query(ctx, `
		select s.account_id, s.contract_id, s.line, s.kind, min(s.month), max(s.ends_on), sum(s.amount)::bigint
		from revrec.schedule s
		left join revrec.recognitions r on r.account_id = s.account_id and r.schedule_id = s.id
		where s.entity_id = @entity and s.currency = @currency and s.month <= @through::date and (@contract::bigint = 0 or s.contract_id = @contract)
			and (r.schedule_id is null or r.month > @through::date) and s.book in ('', @book)
		group by 1, 2, 3, 4
		having sum(s.amount) <> 0
		order by 2, 3, 4`,
		pgx.NamedArgs{"entity": f.Entity, "currency": string(f.Currency), "contract": f.Contract, "through": f.AsOf, "book": f.book()})
	if err != nil {
		return nil, fmt.Errorf("list what is not released: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u Unreleased, err error) {
		var minor int64
		err = row.Scan(&u.Account, &u.Contract, &u.Line, &u.Kind, &u.First, &u.EndsOn, &minor)
		u.Amount = money.Of(minor, f.Currency)
		return u, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what is not released: %w", postgres.Fault(err))
	}
	return out, nil
}

// Effect is what a version of a contract did to the revenue of a month.
type Effect struct {
	Change int // its place in the list that was asked for
	Month  period.Month
	Amount money.Amount
}

// Changed names the stretches of the known order in which versions of contracts were the latest: after Since, through Until.
type Changed struct {
	Accounts, Contracts, Since, Until []int64 // place by place
}

// Effects lists what each change did to the schedule of fixed fees: all that was appended to it while the version was the
// latest. The version on a row would not say it: an amendment cuts the days before it anew, at the price of the version
// before. Usage and credits have reasons of their own. A contract that was not scheduled before has no effect but its
// whole price, and is left out.
func Effects(ctx context.Context, q postgres.Querier, f Filter, c Changed) ([]Effect, error) {
	rows, err := q.Query(ctx, `
		select x.place, s.month, sum(s.amount - s.passed_on)::bigint
		from unnest(@accounts::bigint[], @contracts::bigint[], @since::bigint[], @until::bigint[]) with ordinality as x(account_id, contract_id, since, until, place)
		join revrec.schedule s on s.account_id = x.account_id and s.contract_id = x.contract_id and s.known_order > x.since and s.known_order <= x.until
		where s.recognition <> 'as_used' and s.kind <> 'concession' and s.book in ('', @book)
			and exists (select from revrec.schedule b where b.account_id = s.account_id and b.contract_id = s.contract_id and b.known_order <= x.since)
		group by 1, 2
		having sum(s.amount - s.passed_on) <> 0
		order by 1, 2`, pgx.NamedArgs{"accounts": c.Accounts, "contracts": c.Contracts, "since": c.Since, "until": c.Until, "book": f.book()})
	if err != nil {
		return nil, fmt.Errorf("list effects of amendments: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Effect, err error) {
		var minor int64
		err = row.Scan(&e.Change, &e.Month, &minor)
		e.Change--
		e.Amount = money.Of(minor, f.Currency)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("list effects of amendments: %w", postgres.Fault(err))
	}
	return out, nil
}
