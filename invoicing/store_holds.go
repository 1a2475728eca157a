package invoicing

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// HoldFilter narrows a list of holds. Zero fields do not filter.
type HoldFilter struct {
	Accounts []customers.AccountID // nil: all
	On       period.Date           // that stand on this day
}

// Holds lists holds, the one placed first first, with how they were released.
func Holds(ctx context.Context, q postgres.Querier, f HoldFilter) ([]Hold, error) {
	found, err := loadHolds(ctx, q, f.Accounts, true)
	if !f.On.IsZero() {
		found = slices.DeleteFunc(found, func(h Hold) bool { return !h.Stands(f.On) })
	}
	return found, err
}

// loadHolds reads holds of some accounts, nil for all, with or without those that were released.
func loadHolds(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, released bool) ([]Hold, error) {
	rows, err := q.Query(ctx, `
		select h.account_id, h.id, coalesce(h.payer_id, 0), coalesce(h.contract_id, 0), h.starts_on, h.ends_on, h.reason,
			h.owner_id, h.by_user, h.recorded_at, r.released_on, coalesce(r.reason, ''), coalesce(r.by_user, 0)
		from invoicing.holds h
		left join invoicing.hold_releases r on r.account_id = h.account_id and r.hold_id = h.id
		where (@accounts::bigint[] is null or h.account_id = any(@accounts)) and (@released or r.hold_id is null)
		order by h.known_order`, pgx.NamedArgs{"accounts": accounts, "released": released})
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Hold, error) {
		var h Hold
		var r Released
		err := row.Scan(&h.Account, &h.ID, &h.Payer, &h.Contract, &h.StartsOn, &h.EndsOn, &h.Reason,
			&h.Owner, &h.By, &h.At, &r.On, &r.Reason, &r.By)
		if !r.On.IsZero() {
			h.Released = &r
		}
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", postgres.Fault(err))
	}
	return out, nil
}

// holdsByAccount are the holds nobody has released.
func holdsByAccount(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID][]Hold, error) {
	found, err := loadHolds(ctx, q, accounts, false)
	out := make(map[customers.AccountID][]Hold)
	for _, h := range found {
		out[h.Account] = append(out[h.Account], h)
	}
	return out, err
}

func insertHold(ctx context.Context, tx pgx.Tx, h Hold, by access.Actor) (HoldID, error) {
	err := tx.QueryRow(ctx, `
		insert into invoicing.holds (account_id, payer_id, contract_id, starts_on, ends_on, reason, owner_id, by_user)
		values (@account, nullif(@payer::bigint, 0), nullif(@contract::bigint, 0), @starts, @ends, @reason, @owner, @by)
		returning id`, pgx.NamedArgs{
		"account": h.Account, "payer": int64(h.Payer), "contract": int64(h.Contract), "starts": h.StartsOn, "ends": h.EndsOn,
		"reason": h.Reason, "owner": h.Owner, "by": by.UserID,
	}).Scan(&h.ID)
	return h.ID, postgres.Fault(err)
}

func insertRelease(ctx context.Context, tx pgx.Tx, h Hold, r Released) error {
	_, err := tx.Exec(ctx, `
		insert into invoicing.hold_releases (account_id, hold_id, released_on, reason, by_user)
		values (@account, @hold, @on, @reason, @by)`, pgx.NamedArgs{
		"account": h.Account, "hold": int64(h.ID), "on": r.On, "reason": r.Reason, "by": r.By,
	})
	return postgres.Fault(err)
}

// lockBills makes those who place a hold wait until the documents of these accounts stand, and waits for those who are
// placing one. Accounts are locked in order, so that two batches never wait for each other in a circle.
func lockBills(ctx context.Context, tx pgx.Tx, accounts []customers.AccountID) error {
	_, err := tx.Exec(ctx, `
		select pg_advisory_xact_lock_shared(hashtextextended('invoicing.bills ' || account, 0))
		from (select account from unnest(@accounts::bigint[]) as given (account) order by account) as sorted`,
		pgx.NamedArgs{"accounts": accounts})
	return postgres.Fault(err)
}

// lockOutBills waits until no document of the account is being appended, and keeps others from beginning to.
func lockOutBills(ctx context.Context, tx pgx.Tx, account customers.AccountID) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('invoicing.bills ' || @account::bigint, 0))`,
		pgx.NamedArgs{"account": account})
	return postgres.Fault(err)
}

// RunHold is what a run left out for one hold.
type RunHold struct {
	Hold      Hold
	Payer     customers.ID
	Documents int
	Net       money.Amount
}

// recordHolds writes what a run left out, once however often it is run.
func recordHolds(ctx context.Context, tx pgx.Tx, run int64, left []RunHold) error {
	for _, l := range left {
		if _, err := tx.Exec(ctx, `
			insert into invoicing.run_holds (run_id, account_id, hold_id, payer_id, currency, documents, net)
			values (@run, @account, @hold, @payer, @currency, @documents, @net)
			on conflict do nothing`, pgx.NamedArgs{
			"run": run, "account": l.Hold.Account, "hold": int64(l.Hold.ID), "payer": l.Payer,
			"currency": string(l.Net.Currency()), "documents": l.Documents, "net": l.Net.Minor(),
		}); err != nil {
			return postgres.Fault(err)
		}
	}
	return nil
}

// RunHolds lists what a run left out, with the holds it did so for.
func RunHolds(ctx context.Context, q postgres.Querier, run int64) ([]RunHold, error) {
	rows, err := q.Query(ctx, `
		select account_id, hold_id, payer_id, documents, net, currency
		from invoicing.run_holds
		where run_id = @run
		order by account_id, hold_id, payer_id, currency`, pgx.NamedArgs{"run": run})
	if err != nil {
		return nil, fmt.Errorf("list what run %d left out: %w", run, postgres.Fault(err))
	}
	var accounts []customers.AccountID
	left, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (RunHold, error) {
		var l RunHold
		var net int64
		var currency money.Currency
		err := row.Scan(&l.Hold.Account, &l.Hold.ID, &l.Payer, &l.Documents, &net, &currency)
		l.Net = money.Of(net, currency)
		accounts = append(accounts, l.Hold.Account)
		return l, err
	})
	if err != nil || len(left) == 0 {
		return left, postgres.Fault(err)
	}
	holds, err := loadHolds(ctx, q, accounts, true)
	for i := range left {
		for _, h := range holds {
			if h.Account == left[i].Hold.Account && h.ID == left[i].Hold.ID {
				left[i].Hold = h
			}
		}
	}
	return left, err
}

// HeldContracts are the contracts whose bills a hold keeps back on a day.
func HeldContracts(ctx context.Context, q postgres.Querier, on period.Date) ([]contracts.ID, error) {
	standing, err := Holds(ctx, q, HoldFilter{On: on})
	if err != nil || len(standing) == 0 {
		return nil, err
	}
	var accounts []customers.AccountID
	for _, h := range standing {
		accounts = append(accounts, h.Account)
	}
	agreed, err := contracts.LoadAgreements(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	var out []contracts.ID
	for account, all := range agreed {
		for _, a := range all {
			if _, held := (Facts{Account: account, Holds: standing}).holdOn(a.PayerOn(on), a.Contract, on); held {
				out = append(out, a.Contract)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}
