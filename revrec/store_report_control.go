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
		select s.account_id, s.contract_id, s.line, s.kind, s.month, r.month, r.entry_seq, s.version, s.recognition,
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
		group by 1, 2, 3, 4, 5, 6, 7, 8, 9
		having sum(s.amount - s.passed_on) <> 0
		order by 6, 2, 3, 5, 7, 8, 9`,
		pgx.NamedArgs{"entity": f.Entity, "currency": string(f.Currency), "contract": f.Contract, "from": from, "through": f.AsOf, "book": f.book()})
	if err != nil {
		return nil, fmt.Errorf("list corrections: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Correction, err error) {
		var r remembered
		var before int
		var minor int64
		err = row.Scan(&c.Account, &c.Contract, &c.Line, &c.Kind, &c.Month, &c.Booked, &c.Entry, &c.Version, &r.Recognition, &before, &minor)
		c.Amount = money.Of(minor, f.Currency)
		r.Key, r.version = Key{Contract: c.Contract, Line: c.Line, Kind: c.Kind, Month: c.Month}, c.Version
		seen := map[contracts.ID]int{}
		if before > 0 {
			seen[c.Contract] = before
		}
		c.Cause = r.cause(seen, map[Key]bool{r.Key: true}, c.Booked)
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

// Effect is what a version of a contract did to the revenue of a month when the schedule was computed with it: fixed fees,
// which an amendment changes; usage carries the version too and is left out.
type Effect struct {
	Contract contracts.ID
	Version  int
	Month    period.Month
	Amount   money.Amount
}

// Effects lists them for versions after the first.
func Effects(ctx context.Context, q postgres.Querier, f Filter) ([]Effect, error) {
	rows, err := q.Query(ctx, `
		select contract_id, version, month, sum(amount - passed_on)::bigint
		from revrec.schedule
		where entity_id = @entity and currency = @currency and version > 1 and recognition <> 'as_used' and kind <> 'concession'
			and (@contract::bigint = 0 or contract_id = @contract) and book in ('', @book)
		group by 1, 2, 3
		having sum(amount - passed_on) <> 0
		order by 1, 2, 3`, pgx.NamedArgs{"entity": f.Entity, "currency": string(f.Currency), "contract": f.Contract, "book": f.book()})
	if err != nil {
		return nil, fmt.Errorf("list effects of amendments: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Effect, err error) {
		var minor int64
		err = row.Scan(&e.Contract, &e.Version, &e.Month, &minor)
		e.Amount = money.Of(minor, f.Currency)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("list effects of amendments: %w", postgres.Fault(err))
	}
	return out, nil
}
