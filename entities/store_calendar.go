package entities

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// GregorianCalendar is the name of the calendar of months. It needs no rows.
const GregorianCalendar = "gregorian"

// LoadCalendar reads an accounting calendar by its name; "" and "gregorian" are the calendar months.
// A name without rows is fault.NotFound: booking by a calendar nobody entered would put days nowhere.
func LoadCalendar(ctx context.Context, q postgres.Querier, name string) (period.Calendar, error) {
	if name == "" || name == GregorianCalendar {
		return period.Gregorian(), nil
	}
	rows, err := q.Query(ctx, `
		select name, starts_on, ends_on
		from entities.accounting_periods
		where calendar = @calendar
		order by starts_on`,
		pgx.NamedArgs{"calendar": name})
	if err != nil {
		return period.Calendar{}, fmt.Errorf("load accounting calendar %q: %w", name, postgres.Fault(err))
	}
	periods, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (period.AccountingPeriod, error) {
		var p period.AccountingPeriod
		err := row.Scan(&p.Name, &p.Span.Start, &p.Span.End)
		return p, err
	})
	if err != nil {
		return period.Calendar{}, fmt.Errorf("load accounting calendar %q: %w", name, postgres.Fault(err))
	}
	if len(periods) == 0 {
		return period.Calendar{}, fault.New(fault.NotFound, "no accounting calendar is called %q", fault.Shown(name))
	}
	calendar, err := period.NewCalendar(periods)
	if err != nil {
		return period.Calendar{}, fmt.Errorf("load accounting calendar %q: %w", name, err)
	}
	return calendar, nil
}

// RecordPeriods appends periods to a calendar: a first fiscal year, or the next. Together with those that stand they must
// leave no gap and no overlap; a year entered twice is fault.Conflict.
func RecordPeriods(ctx context.Context, tx pgx.Tx, calendar string, periods []period.AccountingPeriod, by access.Actor) error {
	if found := validateCalendar(calendar, periods); len(found) > 0 {
		return fmt.Errorf("record accounting periods: %w", fault.InvalidFields(found...))
	}
	names, starts, ends := make([]string, len(periods)), make([]period.Date, len(periods)), make([]period.Date, len(periods))
	for i, p := range periods {
		names[i], starts[i], ends[i] = p.Name, p.Span.Start, p.Span.End
	}
	_, err := tx.Exec(ctx, `
		insert into entities.accounting_periods (calendar, name, starts_on, ends_on)
		select @calendar, given.name, given.starts_on, given.ends_on
		from unnest(@names::text[], @starts::date[], @ends::date[]) as given (name, starts_on, ends_on)`,
		pgx.NamedArgs{"calendar": calendar, "names": names, "starts": starts, "ends": ends})
	if err != nil {
		return fmt.Errorf("record periods of accounting calendar %s: %w", calendar, postgres.Fault(err))
	}
	// The database refuses overlaps; only reading the whole calendar back shows a gap.
	if _, err := LoadCalendar(ctx, tx, calendar); err != nil {
		return err
	}
	subject := access.Subject{Kind: "calendar", Key: calendar}
	return access.Audit(ctx, tx, by, "entity.record_periods", subject, nil, names, "")
}

func validateCalendar(calendar string, periods []period.AccountingPeriod) []fault.Field {
	found := fault.Printable("calendar", calendar, 40)
	if calendar == "" || calendar == GregorianCalendar {
		found = append(found, fault.Field{Path: "calendar", Value: calendar, Message: "must be a name of its own; gregorian has no rows"})
	}
	if len(periods) == 0 {
		found = append(found, fault.Field{Path: "periods", Message: "must not be empty"})
	}
	for i, p := range periods {
		at := fmt.Sprintf("periods[%d]", i)
		found = append(found, fault.Printable(at+".name", p.Name, 40)...)
		if p.Name == "" {
			found = append(found, fault.Field{Path: at + ".name", Message: "must not be empty"})
		}
		if p.Span.Start.IsZero() || p.Span.End.IsZero() || !p.Span.Start.Before(p.Span.End) {
			found = append(found, fault.Field{Path: at + ".span", Message: "must have a first day before its end"})
		}
	}
	return found
}
