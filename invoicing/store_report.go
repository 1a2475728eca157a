package invoicing

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

// TaxSum is the tax of a place at a rate that was charged, credited or voided in a month. Credits and voids are negative.
type TaxSum struct {
	Place, Name  string
	Rate         decimal.Decimal
	Month        period.Month
	Event        string // invoice, credit_note, void
	Taxable, Tax money.Amount
}

// TaxSums adds up the tax rows of the documents of an entity in one currency: by the day a document was issued, or voided.
func TaxSums(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, from, through period.Date) ([]TaxSum, error) {
	rows, err := q.Query(ctx, `
		select t.place, t.name, t.rate, date_trunc('month', d.issued_on)::date as month, d.kind as event, sum(t.taxable)::bigint, sum(t.tax)::bigint
		from invoicing.tax_lines t
		join invoicing.documents d on d.account_id = t.account_id and d.seq = t.seq
		where d.entity_id = @entity and d.currency = @currency and d.issued_on >= @from::date and d.issued_on <= @through::date
		group by 1, 2, 3, 4, 5
		union all
		select t.place, t.name, t.rate, date_trunc('month', v.voided_on)::date as month, 'void', -sum(t.taxable)::bigint, -sum(t.tax)::bigint
		from invoicing.voids v
		join invoicing.documents d on d.account_id = v.account_id and d.seq = v.seq
		join invoicing.tax_lines t on t.account_id = v.account_id and t.seq = v.seq
		where d.entity_id = @entity and d.currency = @currency and v.voided_on >= @from::date and v.voided_on <= @through::date
		group by 1, 2, 3, 4
		order by 1, 2, 3, 4, 5`, pgx.NamedArgs{"entity": entity, "currency": string(currency), "from": from, "through": through})
	if err != nil {
		return nil, fmt.Errorf("add up tax: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s TaxSum, err error) {
		var taxable, tax int64
		err = row.Scan(&s.Place, &s.Name, &s.Rate, &s.Month, &s.Event, &taxable, &tax)
		s.Taxable, s.Tax = money.Of(taxable, currency), money.Of(tax, currency)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up tax: %w", postgres.Fault(err))
	}
	return out, nil
}
