package customers

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// appendFacts writes what an amendment says, one set-based statement a table, and what the customer can be found by.
func appendFacts(ctx context.Context, tx pgx.Tx, id ID, a Amendment, also ...term) error {
	if a.Profile != nil {
		if err := appendProfile(ctx, tx, id, a.StartsOn, *a.Profile); err != nil {
			return err
		}
	}
	if a.Billing != nil {
		if err := appendAddress(ctx, tx, id, "billing", a.StartsOn, *a.Billing); err != nil {
			return err
		}
	}
	if a.Service != nil {
		if err := appendAddress(ctx, tx, id, "service", a.StartsOn, *a.Service); err != nil {
			return err
		}
	}
	if a.OwnInvoice != nil {
		if err := appendInvoiceMode(ctx, tx, id, a.StartsOn, *a.OwnInvoice); err != nil {
			return err
		}
	}
	if err := appendContacts(ctx, tx, id, a); err != nil {
		return err
	}
	if err := appendTaxIDs(ctx, tx, id, a); err != nil {
		return err
	}
	return appendTerms(ctx, tx, id, append(a.terms(), also...))
}

func appendProfile(ctx context.Context, tx pgx.Tx, id ID, startsOn period.Date, p Profile) error {
	_, err := tx.Exec(ctx, `
		insert into customers.profiles (customer_id, starts_on, name, legal_name, kind, po_required)
		values (@customer, @starts_on, @name, @legal_name, @kind, @po_required)`,
		pgx.NamedArgs{
			"customer": int64(id), "starts_on": startsOn, "name": p.Name, "legal_name": p.LegalName,
			"kind": string(p.Kind), "po_required": p.PORequired,
		})
	return postgres.Fault(err)
}

func appendAddress(ctx context.Context, tx pgx.Tx, id ID, role string, startsOn period.Date, a Address) error {
	if a.Lines == nil {
		a.Lines = []string{}
	}
	_, err := tx.Exec(ctx, `
		insert into customers.addresses (customer_id, role, starts_on, lines, city, region, postcode, country)
		values (@customer, @role, @starts_on, @lines, @city, @region, @postcode, @country)`,
		pgx.NamedArgs{
			"customer": int64(id), "role": role, "starts_on": startsOn, "lines": a.Lines, "city": a.City,
			"region": a.Region, "postcode": a.Postcode, "country": a.Country,
		})
	return postgres.Fault(err)
}

func appendContacts(ctx context.Context, tx pgx.Tx, id ID, a Amendment) error {
	n := len(a.SetContacts) + len(a.RemoveContacts)
	if n == 0 {
		return nil
	}
	roles, keys, emails, names, removed := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]bool, n)
	// Removals first: a contact removed and set in one amendment stays.
	for i, c := range append(append([]Contact(nil), a.RemoveContacts...), a.SetContacts...) {
		roles[i], keys[i], emails[i], names[i], removed[i] = string(c.Role), emailKey(c.Email), c.Email, c.Name, i < len(a.RemoveContacts)
	}
	_, err := tx.Exec(ctx, `
		insert into customers.contacts (customer_id, starts_on, role, email_key, email, name, removed)
		select @customer, @starts_on, given.role, given.email_key, given.email, given.name, given.removed
		from unnest(@roles::text[], @keys::text[], @emails::text[], @names::text[], @removed::boolean[])
			with ordinality as given (role, email_key, email, name, removed, position)
		order by given.position`,
		pgx.NamedArgs{
			"customer": int64(id), "starts_on": a.StartsOn, "roles": roles, "keys": keys, "emails": emails, "names": names, "removed": removed,
		})
	return postgres.Fault(err)
}

func appendTaxIDs(ctx context.Context, tx pgx.Tx, id ID, a Amendment) error {
	n := len(a.SetTaxIDs) + len(a.RemoveTaxIDs)
	if n == 0 {
		return nil
	}
	kinds, countries, values := make([]string, n), make([]string, n), make([]string, n)
	verified, removed := make([]period.Date, n), make([]bool, n)
	for i, t := range append(append([]TaxID(nil), a.RemoveTaxIDs...), a.SetTaxIDs...) {
		kinds[i], countries[i], values[i], verified[i], removed[i] = t.Kind, t.Country, t.Value, t.VerifiedOn, i < len(a.RemoveTaxIDs)
	}
	_, err := tx.Exec(ctx, `
		insert into customers.tax_ids (customer_id, starts_on, kind, country, value, verified_on, removed)
		select @customer, @starts_on, given.kind, given.country, given.value, given.verified_on, given.removed
		from unnest(@kinds::text[], @countries::text[], @values::text[], @verified::date[], @removed::boolean[])
			with ordinality as given (kind, country, value, verified_on, removed, position)
		order by given.position`,
		pgx.NamedArgs{
			"customer": int64(id), "starts_on": a.StartsOn, "kinds": kinds, "countries": countries, "values": values,
			"verified": verified, "removed": removed,
		})
	return postgres.Fault(err)
}

func appendTerms(ctx context.Context, tx pgx.Tx, id ID, terms []term) error {
	kinds, texts := make([]string, 0, len(terms)), make([]string, 0, len(terms))
	for _, t := range terms {
		// A name of nothing but combining marks folds to nothing, and cannot be searched for.
		if t.text != "" {
			kinds, texts = append(kinds, t.kind), append(texts, t.text)
		}
	}
	_, err := tx.Exec(ctx, `
		insert into customers.search_terms (customer_id, kind, term)
		select distinct @customer::bigint, given.kind, given.term
		from unnest(@kinds::text[], @texts::text[]) as given (kind, term)
		on conflict do nothing`,
		pgx.NamedArgs{"customer": int64(id), "kinds": kinds, "texts": texts})
	return postgres.Fault(err)
}
