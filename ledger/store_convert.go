package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// convertAll gives entries their functional amounts. Only accounts that book in a foreign currency are looked at.
func convertAll(ctx context.Context, q postgres.Querier, entries []Entry) ([]Entry, error) {
	if len(entries) == 0 {
		return entries, nil
	}
	home, err := entities.Currencies(ctx, q)
	if err != nil {
		return entries, err
	}
	c, err := loadConverter(ctx, q, entries, home)
	if err != nil {
		return entries, err
	}
	out := make([]Entry, len(entries))
	for i, e := range entries {
		if own := home[e.Entity]; own == "" || own == e.Currency { // nearly all: their amounts are written twice as they are
			if out[i] = e; e.ownAmounts() {
				continue
			}
			return entries, fmt.Errorf("entry %s is in the currency of its entity and comes with other functional amounts", e.Source)
		}
		if out[i], err = c.Convert(e); err != nil {
			return entries, err
		}
		if err := out[i].checkFunctional(); err != nil {
			return entries, err
		}
	}
	return out, nil
}

// ownAmounts says whether functional amounts, where they are given, are the amounts.
func (e Entry) ownAmounts() bool {
	for _, p := range e.Postings {
		if p.Functional != (money.Amount{}) && p.Functional != p.Amount {
			return false
		}
	}
	return true
}

// checkFunctional refuses functional amounts that were given and cannot be.
func (e Entry) checkFunctional() error {
	var sum money.Amount
	for _, p := range e.Postings {
		sum = sum.Add(p.Functional)
	}
	if !sum.IsZero() {
		return fmt.Errorf("entry %s does not balance in the currency of its entity: debits less credits are %s %s", e.Source, sum, sum.Currency())
	}
	return nil
}

// loadConverter reads what converting some entries takes: the rates of their days, and what their accounts carry.
func loadConverter(ctx context.Context, q postgres.Querier, entries []Entry, home map[entities.ID]money.Currency) (*Converter, error) {
	var accounts []customers.AccountID
	var currencies []money.Currency
	var days period.Span
	for _, e := range entries {
		if own := home[e.Entity]; own == "" || own == e.Currency || len(e.Postings) == 0 {
			continue
		}
		accounts, currencies = append(accounts, e.Account), append(currencies, e.Currency, home[e.Entity])
		if days.Start.IsZero() {
			days = period.Through(e.BookedOn, e.BookedOn)
		}
		days = period.Span{Start: period.MinDate(days.Start, e.BookedOn), End: period.MaxDate(days.End, e.BookedOn.AddDays(1))}
	}
	c := newConverter(func(id entities.ID) money.Currency { return home[id] }, entities.NewRates(nil))
	if len(accounts) == 0 {
		return c, nil
	}
	slices.Sort(accounts)
	slices.Sort(currencies)
	accounts, currencies = slices.Compact(accounts), slices.Compact(currencies)
	var err error
	if c.rates, err = entities.LoadRatesOf(ctx, q, currencies, days); err != nil {
		return nil, err
	}
	c.carrying, err = loadCarrying(ctx, q, accounts, home, lastDay)
	return c, err
}

// loadCarrying reads what accounts carry in foreign currencies, as booked through a day, in two queries for all of them.
func loadCarrying(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, home map[entities.ID]money.Currency, through period.Date) (map[customers.AccountID]*Carrying, error) {
	out := make(map[customers.AccountID]*Carrying, len(accounts))
	for _, a := range accounts {
		out[a] = NewCarrying()
	}
	ids, own := make([]entities.ID, 0, len(home)), make([]string, 0, len(home))
	for id, c := range home {
		ids, own = append(ids, id), append(own, string(c))
	}
	args := pgx.NamedArgs{"accounts": accounts, "entities": ids, "currencies": own, "through": through,
		"monetary": accountsMeasured(monetary), "historic": accountsMeasured(historic)}
	// What is monetary has no layers: a sum says it all. An item's own book comes after what is in every book.
	rows, err := q.Query(ctx, `
		select p.account_id, p.entity_id, p.currency, p.book, p.ledger_account, coalesce(p.customer_id, 0), coalesce(p.contract_id, 0),
		       coalesce(p.line, ''), coalesce(p.document, ''), sum(p.amount)::bigint, sum(p.functional)::bigint
		from ledger.postings p
		join unnest(@entities::bigint[], @currencies::text[]) as own (entity_id, currency) on own.entity_id = p.entity_id and own.currency <> p.currency
		where p.account_id = any(@accounts) and p.ledger_account = any(@monetary::smallint[]) and p.booked_on <= @through
		group by 1, 2, 3, 4, 5, 6, 7, 8, 9
		having sum(p.amount) <> 0 or sum(p.functional) <> 0
		order by 1, p.book`, args)
	if err := carry(rows, err, home, out); err != nil {
		return nil, fmt.Errorf("load what is carried in foreign currencies: %w", postgres.Fault(err))
	}
	rows, err = q.Query(ctx, `
		select p.account_id, p.entity_id, p.currency, p.book, p.ledger_account, coalesce(p.customer_id, 0), coalesce(p.contract_id, 0),
		       coalesce(p.line, ''), coalesce(p.document, ''), p.amount, p.functional
		from ledger.postings p
		join unnest(@entities::bigint[], @currencies::text[]) as own (entity_id, currency) on own.entity_id = p.entity_id and own.currency <> p.currency
		where p.account_id = any(@accounts) and p.ledger_account = any(@historic::smallint[]) and p.booked_on <= @through
		order by p.account_id, p.entry_seq, p.n`, args)
	if err := carry(rows, err, home, out); err != nil {
		return nil, fmt.Errorf("load advances in foreign currencies: %w", postgres.Fault(err))
	}
	return out, nil
}

// carry books rows on the accounts they are of.
func carry(rows pgx.Rows, err error, home map[entities.ID]money.Currency, out map[customers.AccountID]*Carrying) error {
	if err != nil {
		return err
	}
	var account customers.AccountID
	var e Entry
	var p Posting
	var amount, functional int64
	_, err = pgx.ForEachRow(rows, []any{&account, &e.Entity, &e.Currency, &e.Book, &p.Account, &p.Customer, &p.Contract, &p.Line, &p.Document, &amount, &functional}, func() error {
		p.Amount, p.Functional = money.Of(amount, e.Currency), money.Of(functional, home[e.Entity])
		e.Postings = []Posting{p}
		out[account].Book(e)
		return nil
	})
	return err
}

// accountsMeasured are those of the chart that are measured in a way.
func accountsMeasured(m measure) []Account {
	var out []Account
	for _, i := range Chart {
		if measures[i.Account] == m {
			out = append(out, i.Account)
		}
	}
	return out
}
