package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// PricedLine is a line of a contract with what a unit of it was agreed at. A ramp has one for each of its steps.
type PricedLine struct {
	Contract ID
	Line     string
	Product  string
	Every    string // month, quarter, half-year, year; empty: each unit, once
	Price    decimal.Decimal
	StartsOn period.Date // of the contract: the stand-alone price of this day counts
}

// PricedLines lists the fixed and one-time lines of contracts in force on a day, by their latest version, straight from the
// documents: without loading one.
func PricedLines(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, on period.Date) ([]PricedLine, error) {
	rows, err := q.Query(ctx, `
		select c.id, l.line ->> 'id', coalesce(l.line ->> 'product', ''), coalesce(l.line -> 'fixed' ->> 'every', ''), (s.step ->> 'unit_price')::numeric, v.starts_on
		from contracts.contracts c
		cross join lateral (
			select v.starts_on, v.ends_on, v.document
			from contracts.versions v
			where v.account_id = c.account_id and v.contract_id = c.id
				and exists (select from contracts.decisions d where d.account_id = v.account_id and d.contract_id = v.contract_id
					and d.version = v.version and d.event in ('approved', 'renewed', 'signed'))
			order by v.version desc limit 1) v
		cross join lateral jsonb_array_elements(coalesce(v.document -> 'lines', '[]')) as l(line)
		cross join lateral jsonb_array_elements(coalesce(l.line -> 'fixed' -> 'ramp', jsonb_build_array(coalesce(l.line -> 'fixed', l.line -> 'once')))) as s(step)
		where c.entity_id = @entity and c.currency = @currency and v.starts_on <= @on::date and v.ends_on > @on::date and s.step ->> 'unit_price' is not null
		order by c.number, 2, 5`, pgx.NamedArgs{"entity": entity, "currency": string(currency), "on": on})
	if err != nil {
		return nil, fmt.Errorf("list agreed prices: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p PricedLine, err error) {
		err = row.Scan(&p.Contract, &p.Line, &p.Product, &p.Every, &p.Price, &p.StartsOn)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("list agreed prices: %w", postgres.Fault(err))
	}
	return out, nil
}
