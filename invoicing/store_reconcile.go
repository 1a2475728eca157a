package invoicing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// What reconciliations read of documents: their rows added up, never the ledger's.

// AskedDocument is a document issued, or an invoice voided, in a span. Net and Tax are added up from its lines and tax rows; of a
// void they are negative.
type AskedDocument struct {
	Number   string
	Kind     Kind
	Void     bool
	Payer    customers.ID
	On       period.Date
	Net, Tax money.Amount
}

// AskedIn lists what was issued and what was voided in a span.
func AskedIn(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, span period.Span) ([]AskedDocument, error) {
	rows, err := q.Query(ctx, `
		with moved as (
			select d.account_id, d.seq, d.number, d.kind, d.payer_id, d.issued_on as happened_on, false as void
			from invoicing.documents d
			where d.entity_id = @entity and d.currency = @currency and d.issued_on >= @start and d.issued_on < @end
			union all
			select d.account_id, d.seq, d.number, d.kind, d.payer_id, v.voided_on, true
			from invoicing.voids v
			join invoicing.documents d on d.account_id = v.account_id and d.seq = v.seq
			where d.entity_id = @entity and d.currency = @currency and v.voided_on >= @start and v.voided_on < @end
		)
		select m.number, m.kind, m.void, m.payer_id, m.happened_on,
			coalesce((select sum(l.amount) from invoicing.lines l where l.account_id = m.account_id and l.seq = m.seq), 0)::bigint,
			coalesce((select sum(t.tax) from invoicing.tax_lines t where t.account_id = m.account_id and t.seq = m.seq), 0)::bigint
		from moved m
		order by m.number, m.void`, pgx.NamedArgs{"entity": entity, "currency": string(currency), "start": span.Start, "end": span.End})
	return collectAsked(rows, err, "list documents to reconcile", func(row pgx.CollectableRow) (a AskedDocument, err error) {
		var net, tax int64
		err = row.Scan(&a.Number, &a.Kind, &a.Void, &a.Payer, &a.On, &net, &tax)
		a.Net, a.Tax = money.Of(net, currency), money.Of(tax, currency)
		if a.Void {
			a.Net, a.Tax = a.Net.Neg(), a.Tax.Neg()
		}
		return a, err
	})
}

// Claim is what documents of a kind ask of a payer on one number: an invoice on its own, a credit note on the invoices its
// lines correct.
type Claim struct {
	Document string
	Payer    customers.ID
	Credit   bool // asked less, by credit notes
	Amount   money.Amount
}

// ClaimsOn adds up what documents ask, as issued and not voided by the end of a day: gross, less what a marketplace keeps.
func ClaimsOn(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, through period.Date) ([]Claim, error) {
	rows, err := q.Query(ctx, `
		with standing as (
			select d.account_id, d.seq, d.number, d.kind, d.payer_id, d.total, d.fee, d.frozen
			from invoicing.documents d
			where d.entity_id = @entity and d.currency = @currency and d.issued_on <= @through
				and not exists (select from invoicing.voids v where v.account_id = d.account_id and v.seq = d.seq and v.voided_on <= @through)
		), asked as (
			select number as document, payer_id, false as credit, total as amount from standing where kind = 'invoice'
			union all
			select coalesce(l.corrects_document, s.number), s.payer_id, true,
				l.amount + coalesce((select sum(t.tax) from invoicing.tax_lines t where t.account_id = l.account_id and t.seq = l.seq and t.line = l.n), 0)
				-- A line's part of the fee stands in the frozen document only; few have one.
				- case when s.fee = 0 then 0 else coalesce((split_part(s.frozen -> 'Lines' -> (l.n - 1) ->> 'Fee', ' ', 1)::numeric * @unit)::bigint, 0) end
			from standing s
			join invoicing.lines l on l.account_id = s.account_id and l.seq = s.seq
			where s.kind = 'credit_note'
		)
		select document, payer_id, credit, sum(amount)::bigint from asked group by document, payer_id, credit order by document, payer_id, credit`,
		pgx.NamedArgs{"entity": entity, "currency": string(currency), "through": through, "unit": unitsOf(currency)})
	return collectAsked(rows, err, "add up what documents ask", func(row pgx.CollectableRow) (c Claim, err error) {
		var minor int64
		err = row.Scan(&c.Document, &c.Payer, &c.Credit, &minor)
		c.Amount = money.Of(minor, currency)
		return c, err
	})
}

// unitsOf is how many minor units make one of the currency.
func unitsOf(c money.Currency) int64 {
	n := int64(1)
	for range c.Exponent() {
		n *= 10
	}
	return n
}

// MonthNet is what documents asked in a month before tax, less what was voided in it.
type MonthNet struct {
	Month  period.Month
	Amount money.Amount
}

// MonthNets adds up document lines by the month they were issued in, voids by the month of the void, through a day.
func MonthNets(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, through period.Date) ([]MonthNet, error) {
	rows, err := q.Query(ctx, `
		with moved as (
			select d.account_id, d.seq, d.issued_on as happened_on, 1 as sign from invoicing.documents d
			where d.entity_id = @entity and d.currency = @currency and d.issued_on <= @through
			union all
			select d.account_id, d.seq, v.voided_on, -1 from invoicing.voids v
			join invoicing.documents d on d.account_id = v.account_id and d.seq = v.seq
			where d.entity_id = @entity and d.currency = @currency and v.voided_on <= @through
		)
		select date_trunc('month', m.happened_on)::date, sum(m.sign * l.amount)::bigint
		from moved m
		join invoicing.lines l on l.account_id = m.account_id and l.seq = m.seq
		group by 1
		order by 1`, pgx.NamedArgs{"entity": entity, "currency": string(currency), "through": through})
	return collectAsked(rows, err, "add up documents by month", func(row pgx.CollectableRow) (n MonthNet, err error) {
		var minor int64
		err = row.Scan(&n.Month, &minor)
		n.Amount = money.Of(minor, currency)
		return n, err
	})
}

// LineNet is what documents ask for a contract line before tax.
type LineNet struct {
	Contract contracts.ID
	Line     string
	Amount   money.Amount
}

// LineNetsOn adds up document lines by contract line, as issued and not voided by the end of a day.
func LineNetsOn(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, through period.Date) ([]LineNet, error) {
	rows, err := q.Query(ctx, `
		select l.contract_id, l.line, sum(l.amount)::bigint
		from invoicing.documents d
		join invoicing.lines l on l.account_id = d.account_id and l.seq = d.seq
		where d.entity_id = @entity and d.currency = @currency and d.issued_on <= @through
			and not exists (select from invoicing.voids v where v.account_id = d.account_id and v.seq = d.seq and v.voided_on <= @through)
		group by l.contract_id, l.line
		order by l.contract_id, l.line`, pgx.NamedArgs{"entity": entity, "currency": string(currency), "through": through})
	return collectAsked(rows, err, "add up documents by contract line", func(row pgx.CollectableRow) (n LineNet, err error) {
		var minor int64
		err = row.Scan(&n.Contract, &n.Line, &minor)
		n.Amount = money.Of(minor, currency)
		return n, err
	})
}

func collectAsked[T any](rows pgx.Rows, err error, doing string, scan func(pgx.CollectableRow) (T, error)) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	return out, nil
}
