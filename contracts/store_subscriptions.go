package contracts

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// SubscriptionFilter narrows the list of contracts that are on a plan. Zero fields do not filter.
type SubscriptionFilter struct {
	On      period.Date // the day it is asked on
	Plan    string
	Version int            // with Plan
	Older   bool           // with Plan and Version: on a version before that one
	State   string         // active, trial, paused, ending, ahead (a change waits), ended
	Search  string         // the beginning of a number
	Parties []customers.ID // with Search: or of one of these
	Before  ID             // keyset: the last of the page before
	Limit   int            // default 50
}

// SubscriptionStates are the states a subscription is filtered by.
var SubscriptionStates = []string{"active", "trial", "paused", "ending", "ahead", "ended"}

func (f SubscriptionFilter) args() pgx.NamedArgs {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	return pgx.NamedArgs{"on": f.On, "plan": f.Plan, "version": f.Version, "older": f.Older, "state": f.State, "search": f.Search, "parties": f.Parties, "before": f.Before, "limit": min(limit, 10000)}
}

// matchSubscriptions finds the version agreed last of each contract on a plan.
const matchSubscriptions = `
		from contracts.contracts c
		cross join lateral (
			select v.version, v.effective_on, v.starts_on, v.ends_on, v.document, v.plan_code, v.plan_version
			from contracts.versions v
			join contracts.decisions d on d.account_id = v.account_id and d.contract_id = v.contract_id and d.version = v.version
			where v.account_id = c.account_id and v.contract_id = c.id and d.event in ('approved', 'renewed', 'signed')
			order by v.version desc
			limit 1) last
		where last.plan_code is not null
			and (@plan = '' or last.plan_code = @plan)
			and (@version::integer = 0 or not @older and last.plan_version = @version or @older and last.plan_version < @version)
			and (@search = '' or starts_with(lower(c.number), lower(@search)) or c.customer_id = any(@parties::bigint[]))
			and case @state
				when '' then true
				when 'ended' then last.ends_on <= @on
				when 'ending' then last.ends_on > @on and jsonb_exists(last.document, 'ending')
				when 'ahead' then last.ends_on > @on and last.effective_on > @on and last.version > 1
				when 'paused' then last.ends_on > @on and (last.document ->> 'paused') = 'true'
				when 'trial' then last.ends_on > @on and (last.document -> 'trial' ->> 'through')::date >= @on
				else last.ends_on > @on end`

// Subscriptions lists contracts on a plan, the one entered last first.
func Subscriptions(ctx context.Context, q postgres.Querier, f SubscriptionFilter) ([]Contract, error) {
	if bad := fault.Printable("search", f.Search, 200); len(bad) > 0 {
		return nil, fmt.Errorf("list subscriptions: %w", fault.InvalidFields(bad...))
	}
	rows, err := q.Query(ctx, `
		select c.account_id, c.id`+matchSubscriptions+`
			and (@before::bigint = 0 or c.id < @before)
		order by c.id desc
		limit @limit`, f.args())
	if err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", postgres.Fault(err))
	}
	var order []ID
	var accounts []customers.AccountID
	var account customers.AccountID
	var id ID
	if _, err := pgx.ForEachRow(rows, []any{&account, &id}, func() error {
		order, accounts = append(order, id), append(accounts, account)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", postgres.Fault(err))
	}
	found, err := load(ctx, q, accounts)
	if err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", err)
	}
	byID := make(map[ID]Contract, len(found))
	for _, c := range found {
		byID[c.ID] = c
	}
	out := make([]Contract, 0, len(order))
	for _, id := range order {
		out = append(out, byID[id])
	}
	return out, nil
}

// SubscriptionSum is what the recurring fees of all subscriptions in a currency come to in a month.
type SubscriptionSum struct {
	Count int
	MRR   money.Amount
}

// SubscriptionSums adds up the monthly recurring revenue of what a filter finds, by currency: of the version in force
// on the day, each rounded to the currency.
func SubscriptionSums(ctx context.Context, q postgres.Querier, f SubscriptionFilter) (map[money.Currency]SubscriptionSum, error) {
	rows, err := q.Query(ctx, `
		select c.currency, (
			select v.document
			from contracts.versions v
			join contracts.decisions d on d.account_id = v.account_id and d.contract_id = v.contract_id and d.version = v.version
			where v.account_id = c.account_id and v.contract_id = c.id and d.event in ('approved', 'renewed', 'signed') and v.effective_on <= @on
			order by v.version desc
			limit 1)`+matchSubscriptions, f.args())
	if err != nil {
		return nil, fmt.Errorf("add up subscriptions: %w", postgres.Fault(err))
	}
	out := map[money.Currency]SubscriptionSum{}
	var currency money.Currency
	var text []byte
	_, err = pgx.ForEachRow(rows, []any{&currency, &text}, func() error {
		sum := out[currency]
		sum.Count++
		var d Document
		if text != nil { // else it has not begun
			if err := json.Unmarshal(text, &d); err != nil {
				return err
			}
			sum.MRR = sum.MRR.Add(d.MRR(f.On))
		}
		sum.MRR = money.Zero(currency).Add(sum.MRR)
		out[currency] = sum
		return nil
	})
	return out, postgres.Fault(err)
}

// PeriodEnders are the contracts that their customer may end at the end of any billing period: what lies after the
// present one is not promised.
func PeriodEnders(ctx context.Context, q postgres.Querier) (map[ID]bool, error) {
	rows, err := q.Query(ctx, `
		select distinct v.contract_id
		from contracts.versions v
		where v.document -> 'renewal' ->> 'cancellable' = 'period_end'
			and exists (select from contracts.decisions d
				where d.account_id = v.account_id and d.contract_id = v.contract_id and d.version = v.version and d.event in ('approved', 'renewed', 'signed'))
			and not exists (select from contracts.decisions d
				where d.account_id = v.account_id and d.contract_id = v.contract_id and d.version > v.version and d.event in ('approved', 'renewed', 'signed'))`)
	if err != nil {
		return nil, fmt.Errorf("find contracts that may end with a period: %w", postgres.Fault(err))
	}
	out := map[ID]bool{}
	var id ID
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
		out[id] = true
		return nil
	})
	return out, postgres.Fault(err)
}
