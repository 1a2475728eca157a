package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// CollectedOn is what each document of some accounts asks for and what is paid of it, at the end of a day.
func CollectedOn(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, through period.Date) ([]Collected, error) {
	rows, err := q.Query(ctx, `
		select p.account_id, p.document, p.currency,
			coalesce(sum(p.amount) filter (where not paid), 0)::bigint,
			coalesce(-sum(p.amount) filter (where paid), 0)::bigint
		from ledger.postings p
		join ledger.entries e on e.account_id = p.account_id and e.seq = p.entry_seq
		cross join lateral (select e.source like 'receipt:%' or e.source like 'application:%' as paid) k
		where p.account_id = any(@accounts) and p.book in ('', 'us_gaap') and p.ledger_account = 1100 and p.booked_on <= @through and p.document is not null
		group by p.account_id, p.document, p.currency
		order by p.account_id, p.document`, pgx.NamedArgs{"accounts": accounts, "through": through})
	if err != nil {
		return nil, fmt.Errorf("add up what is collected: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Collected, err error) {
		var asked, paid int64
		var currency money.Currency
		err = row.Scan(&c.Account, &c.Document, &currency, &asked, &paid)
		if err == nil {
			c.Asked, c.Paid = money.Of(asked, currency), money.Of(paid, currency)
		}
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up what is collected: %w", postgres.Fault(err))
	}
	return out, nil
}

// AccruedOn is what stands booked as commission in some accounts at the end of a day.
func AccruedOn(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, through period.Date) ([]Accrued, error) {
	rows, err := q.Query(ctx, `
		select account_id, contract_id, customer_id, currency, sum(amount)::bigint, count(*), max(booked_on)
		from ledger.postings
		where account_id = any(@accounts) and book in ('', 'us_gaap') and ledger_account = 6100 and line = 'commission' and booked_on <= @through
		group by account_id, contract_id, customer_id, currency
		order by account_id, contract_id, customer_id`, pgx.NamedArgs{"accounts": accounts, "through": through})
	if err != nil {
		return nil, fmt.Errorf("add up commissions: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Accrued, err error) {
		var minor int64
		var currency money.Currency
		err = row.Scan(&a.Account, &a.Contract, &a.Partner, &currency, &minor, &a.Entries, &a.Last)
		if err == nil {
			a.Amount = money.Of(minor, currency)
		}
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up commissions: %w", postgres.Fault(err))
	}
	return out, nil
}

// PartyBalance is what we owe a partner or supplier: what was credited to the account less what was paid or withheld.
type PartyBalance struct {
	Party   customers.ID
	Entity  entities.ID
	Ledger  Account // CommissionPayable or PayableToPrincipal
	Earned  money.Amount
	Settled money.Amount
}

// Left is what is still to be paid.
func (b PartyBalance) Left() money.Amount { return b.Earned.Sub(b.Settled) }

// PartyBalances is what we owe partners and suppliers at the end of a day; party 0 is all of them.
func PartyBalances(ctx context.Context, q postgres.Querier, party customers.ID, through period.Date) ([]PartyBalance, error) {
	rows, err := q.Query(ctx, `
		select p.customer_id, p.entity_id, p.ledger_account, p.currency,
			coalesce(-sum(p.amount) filter (where p.contract_id is not null), 0)::bigint,
			coalesce(sum(p.amount) filter (where p.contract_id is null), 0)::bigint
		from ledger.postings p
		where p.ledger_account in (2400, 2450) and p.book in ('', 'us_gaap') and p.booked_on <= @through and p.customer_id is not null
			and (@party::bigint = 0 or p.customer_id = @party)
		group by p.customer_id, p.entity_id, p.ledger_account, p.currency
		order by p.customer_id, p.currency, p.ledger_account, p.entity_id`, pgx.NamedArgs{"party": party, "through": through})
	if err != nil {
		return nil, fmt.Errorf("add up what partners are owed: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b PartyBalance, err error) {
		var earned, settled int64
		var currency money.Currency
		err = row.Scan(&b.Party, &b.Entity, &b.Ledger, &currency, &earned, &settled)
		if err == nil {
			b.Earned, b.Settled = money.Of(earned, currency), money.Of(settled, currency)
		}
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("add up what partners are owed: %w", postgres.Fault(err))
	}
	return out, nil
}

// PartyBalancesOf is what entries in memory say is owed.
func PartyBalancesOf(entries []Entry, party customers.ID, through period.Date) []PartyBalance {
	var out []PartyBalance
	for _, e := range entries {
		for _, p := range e.Postings {
			if p.Account != CommissionPayable && p.Account != PayableToPrincipal || p.Customer != party || e.BookedOn.After(through) || !Primary.Shows(e.Book) {
				continue
			}
			i := 0
			for i < len(out) && (out[i].Entity != e.Entity || out[i].Ledger != p.Account || out[i].Earned.Currency() != e.Currency) {
				i++
			}
			if i == len(out) {
				out = append(out, PartyBalance{party, e.Entity, p.Account, money.Zero(e.Currency), money.Zero(e.Currency)})
			}
			if p.Contract != 0 {
				out[i].Earned = out[i].Earned.Sub(p.Amount)
			} else {
				out[i].Settled = out[i].Settled.Add(p.Amount)
			}
		}
	}
	return out
}
