package tax

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// Load reads the tables: eleven set-based queries over reference data. Read them in the snapshot the run decides on.
func Load(ctx context.Context, q postgres.Querier) (*Tables, error) {
	var d data
	for _, load := range []func() error{
		into(ctx, q, &d.sources, `select code, title, as_of, license from tax.sources order by code`),
		into(ctx, q, &d.places, `
			select code, coalesce(parent, ''), level, name, country, region, stacking = 'replaces', locals, self_administered, rounding, language
			from tax.places order by known_order`),
		into(ctx, q, &d.postcodes, `select place, country, region, first, last, source from tax.postcodes order by known_order`),
		into(ctx, q, &d.cities, `select place, country, region, city, source from tax.cities order by known_order`),
		into(ctx, q, &d.rates, `
			select place, tax, class, rate, starts_on, ends_on, source, confidence
			from tax.rates order by place, tax, class, starts_on`),
		into(ctx, q, &d.products, `select code, name, family, eu_consumer_rule from tax.product_codes order by code`),
		into(ctx, q, &d.rules, `
			select place, product, customer_kind, treatment, share, class, starts_on, ends_on, citation, confidence, source
			from tax.taxability order by place, product, customer_kind, starts_on`),
		into(ctx, q, &d.remotes, `select place, reason, note, citation, source from tax.remote order by place`),
		into(ctx, q, &d.phrases, `select code, language, text from tax.phrases order by code, language`),
		into(ctx, q, &d.registrations, `
			select entity, place, scheme, number, starts_on, ends_on
			from tax.registrations order by entity, place, scheme, starts_on`),
		into(ctx, q, &d.exemptions, `
			select e.id, e.account_id, e.customer_id, e.place, e.product, e.form, e.reason, e.number, e.starts_on,
				case when last.verdict = 'revoked' then least(e.ends_on, last.decided_on) else e.ends_on end
			from tax.exemptions e
			cross join lateral (
				select d.verdict, d.decided_on,
					exists (select from tax.exemption_decisions v
						where v.account_id = e.account_id and v.exemption_id = e.id and v.verdict = 'verified') as was_verified
				from tax.exemption_decisions d
				where d.account_id = e.account_id and d.exemption_id = e.id
				order by d.known_order desc limit 1) last
			where last.verdict <> 'rejected' and last.was_verified
			order by e.account_id, e.id`),
	} {
		if err := load(); err != nil {
			return nil, fmt.Errorf("load tax tables: %w", err)
		}
	}
	return build(d)
}

// into reads rows whose columns are the fields of T, in order.
func into[T any](ctx context.Context, q postgres.Querier, all *[]T, sql string) func() error {
	return func() error {
		rows, err := q.Query(ctx, sql)
		if err != nil {
			return postgres.Fault(err)
		}
		*all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[T])
		return postgres.Fault(err)
	}
}
