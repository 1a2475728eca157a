package entities

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// ratesAsRecorded are the rates of a source that count now, by pair and day.
func ratesAsRecorded(ctx context.Context, q postgres.Querier, source string, first, last period.Date) (map[rateKey]Rate, error) {
	rows, err := q.Query(ctx, `
		select distinct on (base, quote, quoted_on) base, quote, quoted_on, rate, source
		from entities.fx_rates
		where source = @source and quoted_on >= @first and quoted_on <= @last
		order by base, quote, quoted_on, known_order desc`, pgx.NamedArgs{"source": source, "first": first, "last": last})
	if err != nil {
		return nil, fmt.Errorf("read recorded exchange rates: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, scanRate)
	if err != nil {
		return nil, fmt.Errorf("read recorded exchange rates: %w", postgres.Fault(err))
	}
	out := make(map[rateKey]Rate, len(all))
	for _, r := range all {
		out[rateKey{pair{r.Base, r.Quote}, r.On}] = r
	}
	return out, nil
}

// RecordedRate is a rate with who recorded it and when. Superseded: another one was recorded for its day since.
type RecordedRate struct {
	Rate
	ByUser     int64 // 0: the program
	RecordedAt time.Time
	Superseded bool
}

// RatesOfMonth lists what is recorded of a month, the latest day first; a currency narrows it to its pairs.
func RatesOfMonth(ctx context.Context, q postgres.Querier, month period.Month, currency money.Currency) ([]RecordedRate, error) {
	rows, err := q.Query(ctx, `
		select base, quote, quoted_on, rate, source, by_user, recorded_at,
		       known_order < max(known_order) over (partition by base, quote, quoted_on)
		from entities.fx_rates
		where quoted_on >= @first and quoted_on < @end and (@currency = '' or @currency in (base, quote))
		order by quoted_on desc, base, quote, known_order desc`,
		pgx.NamedArgs{"first": month.First(), "end": month.End(), "currency": string(currency)})
	if err != nil {
		return nil, fmt.Errorf("list the exchange rates of %s: %w", month, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r RecordedRate, err error) {
		err = row.Scan(&r.Base, &r.Quote, &r.On, &r.Rate.Rate, &r.Source, &r.ByUser, &r.RecordedAt, &r.Superseded)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the exchange rates of %s: %w", month, postgres.Fault(err))
	}
	return out, nil
}
