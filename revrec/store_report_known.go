package revrec

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Shares lists what was billed when and is earned when, line by line, for reports that add it up otherwise than the waterfall.
func Shares(ctx context.Context, q postgres.Querier, f Filter) ([]Share, error) {
	scheduled, billed, err := f.load(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list what is billed and earned of %s: %w", f.AsOf, err)
	}
	return sharesOf(cuts(scheduled, billed, f.AsOf)), nil
}

// ListUndelivered lists what is earned after the end of a month, contract by contract, and what of it is a remaining performance
// obligation.
func ListUndelivered(ctx context.Context, q postgres.Querier, f Filter) ([]Undelivered, error) {
	scheduled, billed, err := f.load(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list promises of %s: %w", f.AsOf, err)
	}
	held, err := loadHeld(ctx, q, f)
	if err != nil {
		return nil, fmt.Errorf("list promises of %s: %w", f.AsOf, err)
	}
	scheduled = append(scheduled, held...) // promised and not known to be satisfied
	leaves, err := contracts.PeriodEnders(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list promises of %s: %w", f.AsOf, err)
	}
	return undelivered(scheduled, cuts(scheduled, billed, f.AsOf), f.AsOf, f.Currency, leaves), nil
}

// Moment is what a report is drawn of: booked through the end of a month, as known at a place in the known order.
type Moment struct {
	AsOf  period.Month
	Known int64 // ledger.Now: all that is known
}

// Compared are two waterfalls of the same columns and why they differ. The differences of a month add up to the difference
// of its column's sums.
type Compared struct {
	Then, Now   WaterfallTable
	Differences []Difference
}

// CompareWaterfalls draws the waterfall as it stood at one moment and at a later one, from one look at the schedule.
func CompareWaterfalls(ctx context.Context, q postgres.Querier, f Filter, then, now Moment, first period.Month, columns int) (Compared, error) {
	rows, err := loadRemembered(ctx, q, f, then.Known, now.Known)
	if err != nil {
		return Compared{}, fmt.Errorf("compare waterfalls: %w", postgres.Fault(err))
	}
	var was, is []Scheduled
	for _, r := range rows {
		if r.before {
			was = append(was, r.then())
		}
		is = append(is, r.Scheduled)
	}
	out := Compared{Differences: causes(rows, then.AsOf)}
	old, cutsThen, err := drawKnown(ctx, q, f, then, was, first, columns)
	if err != nil {
		return Compared{}, err
	}
	young, cutsNow, err := drawKnown(ctx, q, f, now, is, first, columns)
	if err != nil {
		return Compared{}, err
	}
	out.Then, out.Now = old, young
	before, after := expected(was, cutsThen), expected(is, cutsNow)
	for contract, months := range after {
		for month, amount := range months {
			out.Differences = append(out.Differences, Difference{BilledAhead, contract, month, amount})
		}
	}
	for contract, months := range before {
		for month, amount := range months {
			out.Differences = append(out.Differences, Difference{BilledAhead, contract, month, amount.Neg()})
		}
	}
	return out, nil
}

// WaterfallKnown is the waterfall as it stood at a moment.
func WaterfallKnown(ctx context.Context, q postgres.Querier, f Filter, at Moment, first period.Month, columns int) (WaterfallTable, error) {
	rows, err := loadRemembered(ctx, q, f, at.Known, at.Known)
	if err != nil {
		return WaterfallTable{}, fmt.Errorf("draw up the waterfall of %s: %w", at.AsOf, postgres.Fault(err))
	}
	scheduled := make([]Scheduled, len(rows))
	for i, r := range rows {
		scheduled[i] = r.Scheduled
	}
	t, _, err := drawKnown(ctx, q, f, at, scheduled, first, columns)
	return t, err
}

func drawKnown(ctx context.Context, q postgres.Querier, f Filter, at Moment, scheduled []Scheduled, first period.Month, columns int) (WaterfallTable, []cut, error) {
	billed, err := ledger.BilledKnown(ctx, q, f.Entity, f.Currency, int64(f.Contract), at.AsOf, at.Known)
	if err != nil {
		return WaterfallTable{}, nil, err
	}
	all := cuts(scheduled, billed, at.AsOf)
	var shares []share
	for _, c := range all {
		shares = append(shares, allot(c.billed, c.earned)...)
	}
	return waterfall(shares, first, columns, f.Currency), all, nil
}

// loadRemembered adds the schedule up by piece, attribution, version and what was known of it at two places.
func loadRemembered(ctx context.Context, q postgres.Querier, f Filter, then, now int64) ([]remembered, error) {
	rows, err := q.Query(ctx, `
		select s.account_id, s.contract_id, s.line, s.kind, s.starts_on, s.ends_on, s.month, s.recognition, s.version,
			s.known_order <= @then as before,
			case when r.known_order <= @now then r.month else s.month end as earned_in, coalesce(r.known_order <= @now, false) as recognized,
			case when r.known_order <= @then then r.month else s.month end as earned_then, coalesce(r.known_order <= @then, false) as booked,
			sum(s.amount)::bigint, sum(s.passed_on)::bigint
		from revrec.schedule s
		left join revrec.recognitions r on r.account_id = s.account_id and r.schedule_id = s.id
		where s.entity_id = @entity and s.currency = @currency and (@contract::bigint = 0 or s.contract_id = @contract) and s.known_order <= @now
			and s.book in ('', @book)
		group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
		having sum(s.amount) <> 0 or sum(s.passed_on) <> 0
		order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14`,
		pgx.NamedArgs{"entity": f.Entity, "currency": string(f.Currency), "contract": f.Contract, "then": then, "now": now, "book": f.book()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r remembered, err error) {
		var start, end period.Date
		var minor, passed int64
		err = row.Scan(&r.Account, &r.Contract, &r.Line, &r.Kind, &start, &end, &r.Month, &r.Recognition, &r.version,
			&r.before, &r.Column, &r.Recognized, &r.column, &r.booked, &minor, &passed)
		r.Span, r.Amount, r.PassedOn = period.NewSpan(start, end), money.Of(minor, f.Currency), money.Of(passed, f.Currency)
		r.Scheduled = r.Reported()
		return r, err
	})
}
