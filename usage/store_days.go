package usage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// LoadDays reads the usage of whole accounts from `from` up to, not including,
// `end`, in as many queries as one account takes. Every account asked for is in
// the map, without usage as an empty Days, and each speaks through the day
// before end. Single events come with it for the meters that do not add up, and
// for those named in single. What was counted for a duplicate is read as use of
// the customer it was merged into (customers.Mergers).
func LoadDays(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, from, end period.Date, single ...string) (map[customers.AccountID]*Days, error) {
	meters, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("load daily usage: %w", err)
	}
	l := loading{meters: meters, from: from, end: end, all: make(map[customers.AccountID]*Days, len(accounts)), users: map[customers.ID]customers.AccountID{}}
	for _, a := range accounts {
		l.all[a] = &Days{through: end.AddDays(-1)}
	}
	if l.mergers, err = customers.LoadMergers(ctx, q, accounts); err != nil {
		return nil, fmt.Errorf("load daily usage: %w", err)
	}
	for _, a := range l.mergers.Reading(accounts) {
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
	if err := l.days(ctx, q, byDimension); err != nil {
		return nil, fmt.Errorf("load daily usage: %w", err)
	}
	if err := l.combinations(ctx, q, byDimension); err != nil {
		return nil, fmt.Errorf("load daily usage by dimension: %w", err)
	}
	if err := l.events(ctx, q, byEvent); err != nil {
		return nil, fmt.Errorf("load events to be priced one by one: %w", err)
	}
	return l.all, nil
}

// loading is one call of LoadDays under way.
type loading struct {
	meters    *catalog.Catalog
	accounts  []int64
	from, end period.Date
	mergers   customers.Mergers

	all   map[customers.AccountID]*Days
	users map[customers.ID]customers.AccountID // everybody who used something on these days
}

// count finds where a customer's use of a day counts; false in an account that
// was read for a duplicate's sake only.
func (l *loading) count(account customers.AccountID, customer customers.ID, day period.Date) (*Days, customers.ID, bool) {
	account, customer = l.mergers.CountsFor(account, customer, day)
	days, asked := l.all[account]
	return days, customer, asked
}

func (l *loading) meter(id int64) (catalog.Meter, error) {
	m, ok := l.meters.MeterByID(id)
	if !ok {
		return m, fmt.Errorf("meter %d was added while loading", id)
	}
	return m, nil
}

// days reads meters without dimensions; what has some is the sum of its
// combinations.
func (l *loading) days(ctx context.Context, q postgres.Querier, except []int64) error {
	rows, err := q.Query(ctx, `
		select account_id, customer_id, meter_id, day, quantity, events
		from usage.days
		where account_id = any (@accounts::bigint[]) and day >= @from::date and day < @end::date
		  and meter_id <> all (@except::bigint[]) and events > 0
		order by account_id, customer_id, meter_id, day`,
		pgx.NamedArgs{"accounts": l.accounts, "from": l.from, "end": l.end, "except": except})
	if err != nil {
		return postgres.Fault(err)
	}
	var account customers.AccountID
	var customer customers.ID
	var meter, events int64
	var day period.Date
	var quantity decimal.Decimal
	_, err = pgx.ForEachRow(rows, []any{&account, &customer, &meter, &day, &quantity, &events}, func() error {
		m, err := l.meter(meter)
		if err != nil {
			return err
		}
		l.users[customer] = account
		if days, user, asked := l.count(account, customer, day); asked {
			days.add(Key{user, m.Code}, nil, day, quantity, events)
		}
		return nil
	})
	return postgres.Fault(err)
}

func (l *loading) combinations(ctx context.Context, q postgres.Querier, meters []int64) error {
	if len(meters) == 0 {
		return nil
	}
	rows, err := q.Query(ctx, `
		select account_id, customer_id, meter_id, day, dimensions, quantity, events
		from usage.dimension_days
		where account_id = any (@accounts::bigint[]) and day >= @from::date and day < @end::date
		  and meter_id = any (@meters::bigint[]) and events > 0
		order by account_id, customer_id, meter_id, dimensions, day`,
		pgx.NamedArgs{"accounts": l.accounts, "from": l.from, "end": l.end, "meters": meters})
	if err != nil {
		return postgres.Fault(err)
	}
	var account customers.AccountID
	var customer customers.ID
	var meter, events int64
	var day period.Date
	var quantity decimal.Decimal
	var dimensions map[string]string
	_, err = pgx.ForEachRow(rows, []any{&account, &customer, &meter, &day, &dimensions, &quantity, &events}, func() error {
		m, err := l.meter(meter)
		if err != nil {
			return err
		}
		l.users[customer] = account
		if days, user, asked := l.count(account, customer, day); asked {
			days.add(Key{user, m.Code}, dimensions, day, quantity, events)
		}
		dimensions = nil // the next row's are another map
		return nil
	})
	return postgres.Fault(err)
}

// events reads single events again. The day of each is that of the zone of the
// entity which sells to its customer, as when it was accepted.
func (l *loading) events(ctx context.Context, q postgres.Querier, meters []int64) error {
	if len(meters) == 0 || len(l.users) == 0 {
		return nil
	}
	zones, err := zonesOf(ctx, q, slices.Collect(maps.Keys(l.users)))
	if err != nil {
		return err
	}
	// A day of any zone lies within a day of UTC and the ones beside it.
	rows, err := q.Query(ctx, `
		select customer_id, meter_id, occurred_at, event_id, source, quantity, dimensions
		from usage.counted
		where account_id = any (@accounts::bigint[]) and meter_id = any (@meters::bigint[])
		  and occurred_at >= @from and occurred_at < @until
		order by customer_id, meter_id, occurred_at, event_id collate "C", source collate "C"`,
		pgx.NamedArgs{"accounts": l.accounts, "meters": meters,
			"from": l.from.AddDays(-1).Time(time.UTC), "until": l.end.AddDays(1).Time(time.UTC)})
	if err != nil {
		return postgres.Fault(err)
	}
	var o Occurrence
	var meter int64
	_, err = pgx.ForEachRow(rows, []any{&o.Customer, &meter, &o.At, &o.ID, &o.Source, &o.Quantity, &o.Dimensions}, func() error {
		m, err := l.meter(meter)
		if err != nil {
			return err
		}
		// Who has no zone used something on the days beside, and nothing on those asked for.
		if zone := zones[o.Customer]; zone != nil {
			if o.Day = period.DateOf(o.At, zone); !o.Day.Before(l.from) && o.Day.Before(l.end) {
				if days, user, asked := l.count(l.users[o.Customer], o.Customer, o.Day); asked {
					counted := o
					counted.At, counted.Customer = o.At.UTC(), user
					days.keep(Key{user, m.Code}, counted)
				}
			}
		}
		o.Dimensions = nil
		return nil
	})
	if err != nil {
		return postgres.Fault(err)
	}
	// Only now: a month that was not retired before it was read is held by our lock on the table.
	if err := l.refuseRetired(ctx, q); err != nil {
		return err
	}
	return l.refuseArchived(ctx, q, meters, zones)
}
