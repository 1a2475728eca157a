package cost

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Filter narrows a list of facts; a zero field does not narrow.
type Filter struct {
	ID       ID
	Kind     Kind
	Account  customers.AccountID
	Entity   entities.ID
	Contract int64
	After    ID // the last fact of the page before
	Limit    int
}

// List reads facts, the latest first.
func List(ctx context.Context, q postgres.Querier, f Filter) ([]Fact, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 100_000
	}
	rows, err := q.Query(ctx, `
		select f.id, f.kind, coalesce(f.account_id, 0), f.entity_id, f.body, f.reason, f.prepared_by, f.recorded_at, coalesce(d.event, ''), coalesce(d.by_user, 0), coalesce(d.reason, '')
		from cost.facts f left join cost.decisions d on d.fact_id = f.id
		where (@id::bigint = 0 or f.id = @id)
		  and (@kind = '' or f.kind = @kind)
		  and (@account::bigint = 0 or f.account_id = @account)
		  and (@entity::bigint = 0 or f.entity_id = @entity)
		  and (@contract::bigint = 0 or (f.body->>'contract')::bigint = @contract)
		  and (@after::bigint = 0 or f.id < @after)
		order by f.id desc
		limit @limit`, pgx.NamedArgs{"id": f.ID, "kind": string(f.Kind), "account": f.Account, "entity": f.Entity, "contract": f.Contract, "after": f.After, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list contract costs: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x Fact, err error) {
		var body []byte
		err = row.Scan(&x.ID, &x.Kind, &x.Account, &x.Entity, &body, &x.Reason, &x.PreparedBy, &x.At, &x.Event, &x.DecidedBy, &x.Decision)
		if err == nil {
			err = x.unpack(body)
		}
		return x, err
	})
	if err != nil {
		return nil, fmt.Errorf("list contract costs: %w", postgres.Fault(err))
	}
	return out, nil
}

// Get reads one fact; fault.NotFound when there is none.
func Get(ctx context.Context, q postgres.Querier, id ID) (Fact, error) {
	found, err := List(ctx, q, Filter{ID: id, Limit: 1})
	if err != nil {
		return Fact{}, err
	}
	if len(found) == 0 {
		return Fact{}, fault.New(fault.NotFound, "there is no contract cost %d", id)
	}
	return found[0], nil
}

// body is what of a fact is its own; a word that no fact has is a broken database.
func (f *Fact) body() any {
	switch f.Kind {
	case TestFact:
		return &f.Test
	case PolicyFact:
		return &f.Policy
	}
	return &f.Cost
}

func (f *Fact) unpack(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(f.body())
}

func insertFact(ctx context.Context, tx pgx.Tx, f Fact) (id ID, err error) {
	body, err := json.Marshal(f.body())
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `
		insert into cost.facts (kind, account_id, entity_id, body, reason, prepared_by)
		values (@kind, nullif(@account::bigint, 0), @entity, @body, @reason, @by) returning id`,
		pgx.NamedArgs{"kind": string(f.Kind), "account": f.Account, "entity": f.Entity, "body": string(body), "reason": f.Reason, "by": f.PreparedBy}).Scan(&id)
	return id, postgres.Fault(err)
}

func insertDecision(ctx context.Context, tx pgx.Tx, f Fact, event, reason string, by access.Actor) error {
	_, err := tx.Exec(ctx, `insert into cost.decisions (fact_id, event, prepared_by, by_user, reason) values (@id, @event, @prepared, @by, @reason)`,
		pgx.NamedArgs{"id": f.ID, "event": event, "prepared": f.PreparedBy, "by": by.UserID, "reason": reason})
	return postgres.Fault(err)
}

// Movements are what is booked of costs of an account, in the order of booking; cost 0 is all of them.
func Movements(ctx context.Context, q postgres.Querier, account customers.AccountID, cost ID) ([]Movement, error) {
	rows, err := q.Query(ctx, `
		select cost_id, n, kind, month, amount, currency, booked_on, entry_seq from cost.movements
		where account_id = @account and (@cost::bigint = 0 or cost_id = @cost) order by cost_id, n`, pgx.NamedArgs{"account": account, "cost": cost})
	if err != nil {
		return nil, fmt.Errorf("load what is booked of contract costs: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Movement, err error) {
		var minor int64
		var currency money.Currency
		err = row.Scan(&m.Cost, &m.N, &m.Effect, &m.Month, &minor, &currency, &m.BookedOn, &m.Entry)
		m.Amount = money.Of(minor, currency)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("load what is booked of contract costs: %w", postgres.Fault(err))
	}
	return out, nil
}

func insertMovements(ctx context.Context, tx pgx.Tx, account customers.AccountID, all []Movement) error {
	rows := make([][]any, len(all))
	for i, m := range all {
		rows[i] = []any{account, m.Cost, m.N, string(m.Effect), m.Month.First(), m.Amount.Minor(), string(m.Amount.Currency()), m.BookedOn, m.Entry}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"cost", "movements"}, []string{"account_id", "cost_id", "n", "kind", "month", "amount", "currency", "booked_on", "entry_seq"}, pgx.CopyFromRows(rows))
	return postgres.Fault(err)
}

// lock makes runs over one account take turns: the second finds what the first has booked.
func lock(ctx context.Context, tx pgx.Tx, account customers.AccountID) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('cost', @account))`, pgx.NamedArgs{"account": int64(account)})
	return postgres.Fault(err)
}

// accountsWith are the accounts with a cost.
func accountsWith(ctx context.Context, q postgres.Querier) ([]customers.AccountID, error) {
	rows, err := q.Query(ctx, `select distinct account_id from cost.facts where account_id is not null order by account_id`)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	return out, postgres.Fault(err)
}

// RollRow is one line of the roll-forward of contract costs: opening + capitalized - amortized - impaired = closing.
type RollRow struct {
	Contract                                           int64
	Purpose                                            Purpose
	Currency                                           money.Currency
	Opening, Capitalized, Amortized, Impaired, Closing money.Amount
}

// RollForward adds up, by contract and purpose, what the books of an entity say of contract costs over some days of
// booking. Entity 0 is every entity, contract 0 every contract, no currency every currency.
func RollForward(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, contract int64, days period.Span) ([]RollRow, error) {
	rows, err := q.Query(ctx, `
		select (f.body->>'contract')::bigint as contract, f.body->>'purpose' as purpose, m.currency,
			coalesce(sum(case when m.kind = 'capitalized' then m.amount else -m.amount end) filter (where m.booked_on < @from), 0)::bigint,
			coalesce(sum(m.amount) filter (where m.kind = 'capitalized' and m.booked_on >= @from), 0)::bigint,
			coalesce(sum(m.amount) filter (where m.kind = 'amortized' and m.booked_on >= @from), 0)::bigint,
			coalesce(sum(m.amount) filter (where m.kind = 'impaired' and m.booked_on >= @from), 0)::bigint
		from cost.movements m join cost.facts f on f.id = m.cost_id
		where m.kind <> 'expensed' and m.booked_on < @to and (@entity::bigint = 0 or f.entity_id = @entity)
		  and (@currency = '' or m.currency = @currency) and (@contract::bigint = 0 or (f.body->>'contract')::bigint = @contract)
		group by 1, 2, 3
		order by 3, 1, 2`, pgx.NamedArgs{"from": days.Start, "to": days.End, "entity": entity, "currency": string(currency), "contract": contract})
	if err != nil {
		return nil, fmt.Errorf("roll contract costs forward: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r RollRow, err error) {
		var opening, capitalized, amortized, impaired int64
		err = row.Scan(&r.Contract, &r.Purpose, &r.Currency, &opening, &capitalized, &amortized, &impaired)
		r.Opening, r.Capitalized = money.Of(opening, r.Currency), money.Of(capitalized, r.Currency)
		r.Amortized, r.Impaired = money.Of(amortized, r.Currency), money.Of(impaired, r.Currency)
		r.Closing = r.Opening.Add(r.Capitalized).Sub(r.Amortized).Sub(r.Impaired)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("roll contract costs forward: %w", postgres.Fault(err))
	}
	return out, nil
}
