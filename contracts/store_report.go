package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Sale is a contract as reports sort it.
type Sale struct {
	Account  customers.AccountID
	Contract ID
	Number   string
	Customer customers.ID
	Payer    customers.ID
	SignedIn period.Month // in which its first version was entered: its cohort
	Term     period.Span  // as agreed last
	First    period.Span  // as agreed first
}

// Sales lists the contracts of a legal entity that were agreed to, without their documents.
func Sales(ctx context.Context, q postgres.Querier, entity entities.ID) ([]Sale, error) {
	rows, err := q.Query(ctx, `
		select c.account_id, c.id, c.number, c.customer_id, c.payer_id, date_trunc('month', f.entered_on)::date, f.starts_on, f.ends_on, l.ends_on
		from contracts.contracts c
		cross join lateral (
			select coalesce(v.entered_on, v.recorded_at::date) as entered_on, v.starts_on, v.ends_on
			from contracts.versions v
			where v.account_id = c.account_id and v.contract_id = c.id
				and exists (select from contracts.decisions d where d.account_id = v.account_id and d.contract_id = v.contract_id
					and d.version = v.version and d.event in ('approved', 'renewed', 'signed'))
			order by v.version limit 1) f
		cross join lateral (
			select v.ends_on
			from contracts.versions v
			where v.account_id = c.account_id and v.contract_id = c.id
				and exists (select from contracts.decisions d where d.account_id = v.account_id and d.contract_id = v.contract_id
					and d.version = v.version and d.event in ('approved', 'renewed', 'signed'))
			order by v.version desc limit 1) l
		where @entity::bigint = 0 or c.entity_id = @entity
		order by c.number`, pgx.NamedArgs{"entity": entity})
	if err != nil {
		return nil, fmt.Errorf("list what was sold: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Sale, err error) {
		var start, first, last period.Date
		err = row.Scan(&s.Account, &s.Contract, &s.Number, &s.Customer, &s.Payer, &s.SignedIn, &start, &first, &last)
		s.First, s.Term = period.NewSpan(start, first), period.NewSpan(start, last)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what was sold: %w", postgres.Fault(err))
	}
	return out, nil
}

// ProductLine says which product a line, commitment or prepaid amount of a contract is sold as, by the version entered last.
type ProductLine struct {
	Contract ID
	Line     string
	Product  string
}

// ProductLines lists them for a legal entity, without loading a document.
func ProductLines(ctx context.Context, q postgres.Querier, entity entities.ID) ([]ProductLine, error) {
	rows, err := q.Query(ctx, `
		select distinct on (v.contract_id, l.line ->> 'id') v.contract_id, l.line ->> 'id', coalesce(l.line ->> 'product', '')
		from contracts.versions v
		join contracts.contracts c on c.account_id = v.account_id and c.id = v.contract_id
		cross join lateral jsonb_array_elements(coalesce(v.document -> 'lines', '[]') || coalesce(v.document -> 'prepaid', '[]')
			|| coalesce(v.document -> 'commitments', '[]')) as l(line)
		where (@entity::bigint = 0 or c.entity_id = @entity) and l.line ->> 'id' is not null
		order by v.contract_id, l.line ->> 'id', v.version desc`, pgx.NamedArgs{"entity": entity})
	if err != nil {
		return nil, fmt.Errorf("list what lines are sold as: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p ProductLine, err error) {
		err = row.Scan(&p.Contract, &p.Line, &p.Product)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what lines are sold as: %w", postgres.Fault(err))
	}
	return out, nil
}

// Change is a version of a contract after its first that counts.
type Change struct {
	Account     customers.AccountID
	Contract    ID
	Number      string
	Version     int
	EffectiveOn period.Date
	EnteredOn   period.Date
	DecidedOn   period.Date // recorded; for people
	Event       string      // approved, renewed, signed
	Reason      string
	Prepared    int64
	Approver    int64
	Known       int64 // place of the decision in the known order
	Until       int64 // place of the next version's; the end of all places while there is none
}

// Changes lists the amendments of an entity's contracts that were entered from a day through another, the earliest first.
func Changes(ctx context.Context, q postgres.Querier, entity entities.ID, currency string, from, through period.Date) ([]Change, error) {
	rows, err := q.Query(ctx, `
		select c.account_id, c.id, c.number, v.version, v.effective_on, coalesce(v.entered_on, v.recorded_at::date) as entered, d.recorded_at::date, d.event,
			coalesce(nullif(v.reason, ''), v.document ->> 'reason', ''), v.prepared_by, d.by_user,
			d.known_order, coalesce((select min(n.known_order) from contracts.decisions n where n.account_id = v.account_id and n.contract_id = v.contract_id
				and n.version > v.version and n.event in ('approved', 'renewed', 'signed')), 9223372036854775807)
		from contracts.versions v
		join contracts.contracts c on c.account_id = v.account_id and c.id = v.contract_id
		join contracts.decisions d on d.account_id = v.account_id and d.contract_id = v.contract_id and d.version = v.version
			and d.event in ('approved', 'renewed', 'signed')
		where c.entity_id = @entity and c.currency = @currency and v.version > 1
			and coalesce(v.entered_on, v.recorded_at::date) >= @from::date and coalesce(v.entered_on, v.recorded_at::date) <= @through::date
		order by entered, c.number, v.version`, pgx.NamedArgs{"entity": entity, "currency": currency, "from": from, "through": through})
	if err != nil {
		return nil, fmt.Errorf("list amendments: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Change, err error) {
		err = row.Scan(&c.Account, &c.Contract, &c.Number, &c.Version, &c.EffectiveOn, &c.EnteredOn, &c.DecidedOn, &c.Event, &c.Reason, &c.Prepared, &c.Approver, &c.Known, &c.Until)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("list amendments: %w", postgres.Fault(err))
	}
	return out, nil
}
