package entities

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// LoadRates reads the exchange rates that count on a day, the last one recorded for each pair: published on it or in the days
// before that a rate may be carried forward. There may be decades of them, and a decision takes those of its own day.
func LoadRates(ctx context.Context, q postgres.Querier, on period.Date) (*Rates, error) {
	rows, err := q.Query(ctx, `
		select distinct on (base, quote, quoted_on) base, quote, quoted_on, rate, source
		from entities.fx_rates
		where quoted_on >= @from and quoted_on <= @on
		order by base, quote, quoted_on, known_order desc`,
		pgx.NamedArgs{"from": on.AddDays(-MaxAge), "on": on})
	if err != nil {
		return nil, fmt.Errorf("load exchange rates of %s: %w", on, postgres.Fault(err))
	}
	rates, err := pgx.CollectRows(rows, scanRate)
	if err != nil {
		return nil, fmt.Errorf("load exchange rates of %s: %w", on, postgres.Fault(err))
	}
	return NewRates(rates), nil
}

func scanRate(row pgx.CollectableRow) (r Rate, err error) {
	err = row.Scan(&r.Base, &r.Quote, &r.On, &r.Rate, &r.Source)
	return r, err
}

// LoadRatesOf reads the rates that may count on the days of a span between some currencies, those across the euro
// included: what a booking needs, however many years of rates there are.
func LoadRatesOf(ctx context.Context, q postgres.Querier, currencies []money.Currency, days period.Span) (*Rates, error) {
	rows, err := q.Query(ctx, `
		select distinct on (base, quote, quoted_on) base, quote, quoted_on, rate, source
		from entities.fx_rates
		where base = any(@currencies::text[]) and quote = any(@currencies::text[]) and quoted_on >= @from and quoted_on < @until
		order by base, quote, quoted_on, known_order desc`,
		pgx.NamedArgs{"currencies": append(slices.Clone(currencies), pivot), "from": days.Start.AddDays(-MaxAge), "until": days.End})
	if err != nil {
		return nil, fmt.Errorf("load exchange rates of %s: %w", days, postgres.Fault(err))
	}
	rates, err := pgx.CollectRows(rows, scanRate)
	if err != nil {
		return nil, fmt.Errorf("load exchange rates of %s: %w", days, postgres.Fault(err))
	}
	return NewRates(rates), nil
}

// RecordRates appends published rates. A rate that already stands as given is not appended again, so a feed may be
// read twice; a different one for the same pair and day is a correction and holds from now on.
func RecordRates(ctx context.Context, tx pgx.Tx, rates []Rate, by access.Actor) error {
	var found []fault.Field
	for i, r := range rates {
		found = append(found, r.validate(fmt.Sprintf("rates[%d]", i))...)
	}
	if len(found) > 0 {
		return fmt.Errorf("record exchange rates: %w", fault.InvalidFields(found...))
	}
	n := len(rates)
	bases, quotes, sources := make([]string, n), make([]string, n), make([]string, n)
	days, figures := make([]period.Date, n), make([]decimal.Decimal, n)
	for i, r := range rates {
		bases[i], quotes[i], days[i], figures[i], sources[i] = string(r.Base), string(r.Quote), r.On, r.Rate, r.Source
	}
	// with ordinality + order by: of two rates for a pair and day in one call the later one also gets the later known_order.
	tag, err := tx.Exec(ctx, `
		insert into entities.fx_rates (base, quote, quoted_on, rate, source, by_user)
		select given.base, given.quote, given.quoted_on, given.rate, given.source, @by
		from unnest(@bases::text[], @quotes::text[], @days::date[], @rates::numeric[], @sources::text[])
			with ordinality as given (base, quote, quoted_on, rate, source, position)
		where not exists (
			select from (
				select stands.rate, stands.source
				from entities.fx_rates as stands
				where stands.base = given.base and stands.quote = given.quote and stands.quoted_on = given.quoted_on
				order by stands.known_order desc
				limit 1
			) as newest
			where newest.rate = given.rate and newest.source = given.source
		)
		order by given.position`,
		pgx.NamedArgs{"bases": bases, "quotes": quotes, "days": days, "rates": figures, "sources": sources, "by": by.UserID})
	if err != nil {
		return fmt.Errorf("record %d exchange rates: %w", n, postgres.Fault(err))
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	subject := access.Subject{Kind: "fx_rates", Key: sources[0]}
	return access.Audit(ctx, tx, by, "entity.record_rates", subject, nil, map[string]int64{"rates": tag.RowsAffected()}, "")
}
