package tax

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// InstallSeed writes the embedded rows that are not there yet. Running it again changes nothing; a newer seed may
// end an open row and append the next one. Rows an operator added stay; one that contradicts the seed (two rates
// live on one day) is fault.Invalid.
func InstallSeed(ctx context.Context, tx pgx.Tx) error {
	for _, install := range []func() error{
		installing(ctx, tx, "sources", `
			insert into tax.sources (code, title, as_of, license)
			select code, title, as_of::date, license
			from jsonb_to_recordset(@rows) as r (code text, title text, as_of text, license text)
			on conflict (code) do nothing`),
		installing(ctx, tx, "places", `
			insert into tax.places (code, parent, level, name, country, region, stacking, locals, self_administered, rounding, language)
			select code, nullif(parent, ''), level, name, country, region, stacking, locals, self_administered::boolean, rounding, language
			from jsonb_to_recordset(@rows) as r (code text, parent text, level text, name text, country text, region text, stacking text,
				locals text, self_administered text, rounding text, language text)
			on conflict (code) do nothing`),
		installing(ctx, tx, "postcodes", `
			insert into tax.postcodes (country, region, place, first, last, source)
			select country, region, place, first, last, source
			from jsonb_to_recordset(@rows) as r (country text, region text, place text, first text, last text, source text)
			on conflict (country, region, place, first) do nothing`),
		installing(ctx, tx, "cities", `
			insert into tax.cities (country, region, city, place, source)
			select country, region, city, place, source
			from jsonb_to_recordset(@rows) as r (country text, region text, city text, place text, source text)
			on conflict (country, region, city, place) do nothing`),
		installing(ctx, tx, "rates", `
			insert into tax.rates as held (place, tax, class, rate, starts_on, ends_on, source, confidence)
			select place, tax, class, rate::numeric, starts_on::date, nullif(ends_on, '')::date, source, confidence
			from jsonb_to_recordset(@rows) as r (place text, tax text, class text, rate text, starts_on text, ends_on text, source text, confidence text)
			order by place, tax, class, starts_on
			on conflict (place, tax, class, starts_on) do update set ends_on = excluded.ends_on
			where held.ends_on is null and excluded.ends_on is not null and held.rate = excluded.rate`),
		installing(ctx, tx, "product_codes", `
			insert into tax.product_codes (code, name, family, eu_consumer_rule)
			select code, name, family, eu_consumer_rule
			from jsonb_to_recordset(@rows) as r (code text, name text, family text, eu_consumer_rule text)
			on conflict (code) do nothing`),
		installing(ctx, tx, "taxability", `
			insert into tax.taxability as held (place, product, customer_kind, treatment, share, class, starts_on, ends_on, citation, confidence, source)
			select place, product, customer_kind, treatment, share::numeric, class, starts_on::date, nullif(ends_on, '')::date, citation, confidence, source
			from jsonb_to_recordset(@rows) as r (place text, product text, customer_kind text, treatment text, share text, class text,
				starts_on text, ends_on text, citation text, confidence text, source text)
			order by place, product, customer_kind, starts_on
			on conflict (place, product, customer_kind, starts_on) do update set ends_on = excluded.ends_on
			where held.ends_on is null and excluded.ends_on is not null and held.treatment = excluded.treatment`),
		installing(ctx, tx, "remote", `
			insert into tax.remote (place, reason, note, citation, source)
			select place, reason, note, citation, source
			from jsonb_to_recordset(@rows) as r (place text, reason text, note text, citation text, source text)
			on conflict (place) do nothing`),
		installing(ctx, tx, "phrases", `
			insert into tax.phrases (code, language, text)
			select code, language, text from jsonb_to_recordset(@rows) as r (code text, language text, text text)
			on conflict (code, language) do nothing`),
	} {
		if err := install(); err != nil {
			return err
		}
	}
	return nil
}

func installing(ctx context.Context, tx pgx.Tx, name, sql string) func() error {
	return func() error {
		rows, err := json.Marshal(records(name))
		if err != nil {
			return fmt.Errorf("install tax seed %s: %w", name, err)
		}
		if _, err := tx.Exec(ctx, sql, pgx.NamedArgs{"rows": string(rows)}); err != nil {
			return fmt.Errorf("install tax seed %s: %w", name, postgres.Fault(err))
		}
		return nil
	}
}
