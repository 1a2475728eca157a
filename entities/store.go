package entities

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Create records a new legal entity. A code that is taken is fault.Conflict; bad fields are fault.Invalid, each named.
func Create(ctx context.Context, tx pgx.Tx, e Entity, by access.Actor) (Entity, error) {
	if found := e.validate(); len(found) > 0 {
		return Entity{}, fmt.Errorf("create entity: %w", fault.InvalidFields(found...))
	}
	if e.Lines == nil {
		e.Lines = []string{}
	}
	err := tx.QueryRow(ctx, `
		insert into entities.entities
			(code, name, country, region, postcode, city, lines, time_zone, currency, bank_name, bank_iban, bank_bic,
			 bank_account, bank_routing, bank_reference, email, phone, website, register_note)
		values
			(@code, @name, @country, @region, @postcode, @city, @lines, @time_zone, @currency, @bank_name, @bank_iban, @bank_bic,
			 @bank_account, @bank_routing, @bank_reference, @email, @phone, @website, @register_note)
		returning id`, pgx.NamedArgs{
		"code": e.Code, "name": e.Name, "country": e.Country, "region": e.Region, "postcode": e.Postcode, "city": e.City,
		"lines": e.Lines, "time_zone": e.TimeZone, "currency": string(e.Currency), "bank_name": e.Bank.Name, "bank_iban": e.Bank.IBAN,
		"bank_bic": e.Bank.BIC, "bank_account": e.Bank.Account, "bank_routing": e.Bank.Routing, "bank_reference": e.Bank.Reference,
		"email": e.Email, "phone": e.Phone, "website": e.Website, "register_note": e.RegisterNote,
	}).Scan(&e.ID)
	if err != nil {
		return Entity{}, fmt.Errorf("create entity %s: %w", e.Code, postgres.Fault(err))
	}
	if err := insertTaxIDs(ctx, tx, e); err != nil {
		return Entity{}, fmt.Errorf("create entity %s: %w", e.Code, err)
	}
	subject := access.Subject{Kind: "entity", Key: e.Code}
	if err := access.Audit(ctx, tx, by, "entity.create", subject, nil, e, ""); err != nil {
		return Entity{}, err
	}
	return e, nil
}

func insertTaxIDs(ctx context.Context, tx pgx.Tx, e Entity) error {
	kinds, values := make([]string, len(e.TaxIDs)), make([]string, len(e.TaxIDs))
	for i, t := range e.TaxIDs {
		kinds[i], values[i] = t.Kind, t.Value
	}
	_, err := tx.Exec(ctx, `
		insert into entities.tax_ids (entity_id, position, kind, value)
		select @entity, given.position, given.kind, given.value
		from unnest(@kinds::text[], @values::text[]) with ordinality as given (kind, value, position)`,
		pgx.NamedArgs{"entity": int64(e.ID), "kinds": kinds, "values": values})
	return postgres.Fault(err)
}

// Load reads all our entities. They are few: one query for them, one for their tax registrations.
func Load(ctx context.Context, q postgres.Querier) (*Directory, error) {
	all, err := loadEntities(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("load entities: %w", err)
	}
	at := make(map[ID]int, len(all))
	for i, e := range all {
		at[e.ID] = i
	}
	rows, err := q.Query(ctx, `select entity_id, kind, value from entities.tax_ids order by entity_id, position`)
	if err != nil {
		return nil, fmt.Errorf("load entities' tax ids: %w", postgres.Fault(err))
	}
	var id ID
	var t TaxID
	_, err = pgx.ForEachRow(rows, []any{&id, &t.Kind, &t.Value}, func() error {
		// Between the two queries another entity may have been committed: it will be there next time.
		if i, ok := at[id]; ok {
			all[i].TaxIDs = append(all[i].TaxIDs, t)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load entities' tax ids: %w", postgres.Fault(err))
	}
	return NewDirectory(all), nil
}

func loadEntities(ctx context.Context, q postgres.Querier) ([]Entity, error) {
	rows, err := q.Query(ctx, `
		select id, code, name, country, region, postcode, city, lines, time_zone, currency, bank_name, bank_iban, bank_bic,
		       bank_account, bank_routing, bank_reference, email, phone, website, register_note
		from entities.entities
		order by id`)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entity, error) {
		var e Entity
		err := row.Scan(&e.ID, &e.Code, &e.Name, &e.Country, &e.Region, &e.Postcode, &e.City, &e.Lines, &e.TimeZone, &e.Currency,
			&e.Bank.Name, &e.Bank.IBAN, &e.Bank.BIC, &e.Bank.Account, &e.Bank.Routing, &e.Bank.Reference,
			&e.Email, &e.Phone, &e.Website, &e.RegisterNote)
		return e, err
	})
}

// TakeNumbers takes the next n numbers of a series. The counter row stays locked until tx ends, so series of one entity,
// kind and year run one after the other: take them last, and a rolled-back transaction gives its numbers back.
func TakeNumbers(ctx context.Context, tx pgx.Tx, entity ID, kind Document, year int, n int) (NumberRange, error) {
	if n < 1 || (kind != Invoice && kind != CreditNote && kind != Journal) {
		panic(fmt.Sprintf("entities: take %d numbers for documents of kind %q", n, kind))
	}
	var code string
	var last int64
	// One statement reads, counts and locks. Two takers of a year's first number meet on the primary key.
	err := tx.QueryRow(ctx, `
		with taken as (
			insert into entities.number_counters as c (entity_id, kind, year, last)
			values (@entity, @kind, @year, @n)
			on conflict (entity_id, kind, year) do update set last = c.last + excluded.last
			returning c.entity_id, c.last
		)
		select e.code, taken.last
		from taken join entities.entities as e on e.id = taken.entity_id`,
		pgx.NamedArgs{"entity": int64(entity), "kind": string(kind), "year": year, "n": n}).Scan(&code, &last)
	if err != nil {
		return NumberRange{}, fmt.Errorf("take %d %s numbers of entity %d for %d: %w", n, kind, entity, year, postgres.Fault(err))
	}
	return NumberRange{Prefix: Prefix(code, kind), Year: year, First: last - int64(n) + 1, Count: n}, nil
}
