package usage

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// LoadSums is LoadDays for a reader who asks for the totals between some days only, such as the starts and ends of
// billing periods: what was used from one of these cuts to the next counts on the first of the two. The last cut is the
// end, and is left out. So a year is a few rows, and single days stand where each of them is a cut. Where a customer of
// the accounts was merged into another, days are read as they are.
func LoadSums(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, cuts []period.Date, single ...string) (map[customers.AccountID]*Days, error) {
	cuts = slices.Compact(slices.SortedFunc(slices.Values(cuts), period.Date.Compare))
	from, end := cuts[0], cuts[len(cuts)-1]
	meters, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("load usage sums: %w", err)
	}
	l := loading{meters: meters, from: from, end: end, all: make(map[customers.AccountID]*Days, len(accounts)), users: map[customers.ID]customers.AccountID{}}
	if l.mergers, err = customers.LoadMergers(ctx, q, accounts); err != nil {
		return nil, fmt.Errorf("load usage sums: %w", err)
	}
	if len(l.mergers) > 0 {
		return LoadDays(ctx, q, accounts, from, end, single...)
	}
	for _, a := range accounts {
		l.all[a] = &Days{through: end.AddDays(-1)}
		l.accounts = append(l.accounts, int64(a))
	}
	byEvent, byDimension := []int64{}, []int64{} // never null in SQL
	for _, m := range meters.Meters() {
		if !m.Additive() || slices.Contains(single, m.Code) {
			byEvent = append(byEvent, m.ID)
		}
		if m.Additive() && len(m.Dimensions) > 0 {
			byDimension = append(byDimension, m.ID)
		}
	}
	if err := l.sums(ctx, q, cuts, byDimension); err != nil {
		return nil, fmt.Errorf("load usage sums: %w", err)
	}
	if err := l.combinedSums(ctx, q, cuts, byDimension); err != nil {
		return nil, fmt.Errorf("load usage sums by dimension: %w", err)
	}
	if err := l.events(ctx, q, byEvent); err != nil {
		return nil, fmt.Errorf("load events to be priced one by one: %w", err)
	}
	return l.all, nil
}

// cutOf says of each day from the first cut to the last after which of the cuts it comes: to look that up is cheaper for
// the database than to search.
func cutOf(cuts []period.Date) []int32 {
	var out []int32
	for i := range len(cuts) - 1 {
		for range cuts[i+1].Sub(cuts[i]) {
			out = append(out, int32(i))
		}
	}
	return out
}

func (l *loading) sums(ctx context.Context, q postgres.Querier, cuts []period.Date, except []int64) error {
	rows, err := q.Query(ctx, `
		select account_id, customer_id, meter_id, (select @of::int[])[day - @from::date + 1], sum(quantity), sum(events)::bigint
		from usage.days
		where account_id = any (@accounts::bigint[]) and day >= @from::date and day < @end::date
		  and meter_id <> all (@except::bigint[])
		group by 1, 2, 3, 4
		order by 1, 2, 3, 4`,
		pgx.NamedArgs{"of": cutOf(cuts), "accounts": l.accounts, "from": l.from, "end": l.end, "except": except})
	if err != nil {
		return postgres.Fault(err)
	}
	var account customers.AccountID
	var customer customers.ID
	var meter, events int64
	var cut int
	var quantity decimal.Decimal
	_, err = pgx.ForEachRow(rows, []any{&account, &customer, &meter, &cut, &quantity, &events}, func() error {
		m, err := l.meter(meter)
		if err != nil {
			return err
		}
		l.users[customer] = account
		l.all[account].add(Key{customer, m.Code}, nil, cuts[cut], quantity, events)
		return nil
	})
	return postgres.Fault(err)
}

func (l *loading) combinedSums(ctx context.Context, q postgres.Querier, cuts []period.Date, meters []int64) error {
	if len(meters) == 0 {
		return nil
	}
	rows, err := q.Query(ctx, `
		select account_id, customer_id, meter_id, dimensions, (select @of::int[])[day - @from::date + 1], sum(quantity), sum(events)::bigint
		from usage.dimension_days
		where account_id = any (@accounts::bigint[]) and day >= @from::date and day < @end::date
		  and meter_id = any (@meters::bigint[])
		group by 1, 2, 3, 4, 5
		order by 1, 2, 3, 4, 5`,
		pgx.NamedArgs{"of": cutOf(cuts), "accounts": l.accounts, "from": l.from, "end": l.end, "meters": meters})
	if err != nil {
		return postgres.Fault(err)
	}
	var account customers.AccountID
	var customer customers.ID
	var meter, events int64
	var cut int
	var quantity decimal.Decimal
	var dimensions map[string]string
	_, err = pgx.ForEachRow(rows, []any{&account, &customer, &meter, &dimensions, &cut, &quantity, &events}, func() error {
		m, err := l.meter(meter)
		if err != nil {
			return err
		}
		l.users[customer] = account
		l.all[account].add(Key{customer, m.Code}, dimensions, cuts[cut], quantity, events)
		dimensions = nil // the next row's are another map
		return nil
	})
	return postgres.Fault(err)
}
