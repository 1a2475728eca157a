package customers

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// LoadMany returns the customers that exist among ids, as they stand on a day, in three queries however many they are.
// A zero asOf panics: it would find nobody's address and look like data.
func LoadMany(ctx context.Context, q postgres.Querier, ids []ID, asOf period.Date) (map[ID]Customer, error) {
	if asOf.IsZero() {
		panic("customers: load as of no day")
	}
	keys := make([]int64, len(ids))
	for i, id := range ids {
		keys[i] = int64(id)
	}
	args := pgx.NamedArgs{"ids": keys, "as_of": asOf}
	found, err := loadCustomers(ctx, q, args)
	if err != nil {
		return nil, fmt.Errorf("load %d customers: %w", len(ids), err)
	}
	if err := loadContacts(ctx, q, args, found); err != nil {
		return nil, fmt.Errorf("load contacts of %d customers: %w", len(ids), err)
	}
	if err := loadTaxIDs(ctx, q, args, found); err != nil {
		return nil, fmt.Errorf("load tax ids of %d customers: %w", len(ids), err)
	}
	return found, nil
}

// loadCustomers reads who they are with the profile and addresses in force. A customer without a service address has a
// row of the billing address in its place.
func loadCustomers(ctx context.Context, q postgres.Querier, args pgx.NamedArgs) (map[ID]Customer, error) {
	rows, err := q.Query(ctx, `
		select c.id, c.account_id, c.external_id, coalesce(c.parent_id, 0), c.entity_id, c.currency, c.signed_up_on,
		       p.name, p.legal_name, p.kind, p.po_required,
		       b.lines, b.city, b.region, b.postcode, b.country,
		       s.lines, s.city, s.region, s.postcode, s.country,
		       coalesce(m.own_invoice, false), coalesce(d.into_id, 0)
		from customers.customers as c
		left join customers.duplicates as d on d.duplicate_id = c.id
		left join lateral (
			select own_invoice from customers.invoice_modes
			where customer_id = c.id and starts_on <= @as_of
			order by starts_on desc, known_order desc limit 1) as m on true
		cross join lateral (
			select name, legal_name, kind, po_required from customers.profiles
			where customer_id = c.id and starts_on <= @as_of
			order by starts_on desc, known_order desc limit 1) as p
		cross join lateral (
			select lines, city, region, postcode, country from customers.addresses
			where customer_id = c.id and role = 'billing' and starts_on <= @as_of
			order by starts_on desc, known_order desc limit 1) as b
		cross join lateral (
			select lines, city, region, postcode, country from customers.addresses
			where customer_id = c.id and starts_on <= @as_of
			-- 'service' sorts after 'billing': the fallback comes last
			order by role desc, starts_on desc, known_order desc limit 1) as s
		where c.id = any(@ids)`, args)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	found := make(map[ID]Customer)
	var c Customer
	// pgx appends to nothing here: each scan gives Lines a new slice, so copying c keeps rows apart.
	_, err = pgx.ForEachRow(rows, []any{
		&c.ID, &c.Account, &c.ExternalID, &c.Parent, &c.Entity, &c.Currency, &c.SignedUpOn,
		&c.Name, &c.LegalName, &c.Kind, &c.PORequired,
		&c.Billing.Lines, &c.Billing.City, &c.Billing.Region, &c.Billing.Postcode, &c.Billing.Country,
		&c.Service.Lines, &c.Service.City, &c.Service.Region, &c.Service.Postcode, &c.Service.Country,
		&c.OwnInvoice, &c.DuplicateOf,
	}, func() error { found[c.ID] = c; return nil })
	return found, postgres.Fault(err)
}

// loadContacts adds the contacts in force, payable first, each in the order it was made known.
func loadContacts(ctx context.Context, q postgres.Querier, args pgx.NamedArgs, found map[ID]Customer) error {
	rows, err := q.Query(ctx, `
		select customer_id, role, name, email
		from (
			select distinct on (customer_id, role, email_key) customer_id, role, name, email, removed, known_order
			from customers.contacts
			where customer_id = any(@ids) and starts_on <= @as_of
			order by customer_id, role, email_key, starts_on desc, known_order desc
		) as newest
		where not removed
		order by customer_id, array_position(array['payable', 'procurement', 'technical'], role), known_order`, args)
	if err != nil {
		return postgres.Fault(err)
	}
	var id ID
	var contact Contact
	_, err = pgx.ForEachRow(rows, []any{&id, &contact.Role, &contact.Name, &contact.Email}, func() error {
		if c, ok := found[id]; ok {
			c.Contacts = append(c.Contacts, contact)
			found[id] = c
		}
		return nil
	})
	return postgres.Fault(err)
}

func loadTaxIDs(ctx context.Context, q postgres.Querier, args pgx.NamedArgs, found map[ID]Customer) error {
	rows, err := q.Query(ctx, `
		select customer_id, kind, value, country, verified_on
		from (
			select distinct on (customer_id, kind, country, value) customer_id, kind, country, value, verified_on, removed, known_order
			from customers.tax_ids
			where customer_id = any(@ids) and starts_on <= @as_of
			order by customer_id, kind, country, value, starts_on desc, known_order desc
		) as newest
		where not removed
		order by customer_id, known_order`, args)
	if err != nil {
		return postgres.Fault(err)
	}
	var id ID
	var t TaxID
	_, err = pgx.ForEachRow(rows, []any{&id, &t.Kind, &t.Value, &t.Country, &t.VerifiedOn}, func() error {
		if c, ok := found[id]; ok {
			c.TaxIDs = append(c.TaxIDs, t)
			found[id] = c
		}
		return nil
	})
	return postgres.Fault(err)
}
