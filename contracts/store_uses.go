package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Touch says which live contracts a change of the catalog is about. A contract keeps the versions of the days on which its own
// versions take effect: only one that takes effect from the change's day on follows it.
type Touch struct {
	Contracts int      // live ones that sell it, or are on the plan
	Follow    int      // of these: take effect on the change's day or later
	Numbers   []string // the first of them, those that follow before others
}

// touchesShown bounds how many contracts a change names.
const touchesShown = 20

// liveContracts are those that have not ended, each with its version agreed last and what that one sells.
const liveContracts = `
		with live as (
			select distinct on (v.account_id, v.contract_id) c.number, c.customer_id, v.effective_on, v.ends_on,
			       jsonb_path_query_array(v.document, '$.**.product') as products,
			       jsonb_path_query_array(v.document, '$.lines[*].usage.meter') as meters,
			       coalesce(v.document -> 'plan' ->> 'code', '') as plan,
			       coalesce((v.document -> 'plan' ->> 'version')::integer, 0) as plan_version
			from contracts.versions v
			join contracts.contracts c on c.account_id = v.account_id and c.id = v.contract_id
			where exists (select from contracts.decisions d
			              where d.account_id = v.account_id and d.contract_id = v.contract_id and d.version = v.version and d.event = 'approved')
			order by v.account_id, v.contract_id, v.version desc)`

// TouchedBy counts for each change the live contracts that it is about, in one look.
func TouchedBy(ctx context.Context, q postgres.Querier, changes []catalog.Change, asOf period.Date) ([]Touch, error) {
	kinds, codes, days := make([]string, len(changes)), make([]string, len(changes)), make([]string, len(changes))
	for i, c := range changes {
		kinds[i], codes[i] = string(c.Kind), c.Code
		if days[i] = c.StartsOn.String(); c.StartsOn.IsZero() {
			days[i] = "infinity"
		}
	}
	rows, err := q.Query(ctx, liveContracts+`
		select x.place, count(*), count(*) filter (where l.effective_on >= x.day),
		       (array_agg(l.number order by l.effective_on >= x.day desc, l.number))[1:@shown::integer]
		from unnest(@kinds::text[], @codes::text[], @days::date[]) with ordinality as x (kind, code, day, place)
		join live l on case x.kind when 'product' then l.products ? x.code when 'meter' then l.meters ? x.code else l.plan = x.code end
		where l.ends_on > @as_of
		group by x.place`, pgx.NamedArgs{"kinds": kinds, "codes": codes, "days": days, "as_of": asOf, "shown": touchesShown})
	if err != nil {
		return nil, fmt.Errorf("contracts that a catalog change is about: %w", postgres.Fault(err))
	}
	out := make([]Touch, len(changes))
	var place int
	var t Touch
	_, err = pgx.ForEachRow(rows, []any{&place, &t.Contracts, &t.Follow, &t.Numbers}, func() error {
		out[place-1] = t
		t.Numbers = nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("contracts that a catalog change is about: %w", postgres.Fault(err))
	}
	return out, nil
}

// Use is a live contract that sells a product, counts with a meter or is on a plan.
type Use struct {
	Number      string
	Customer    customers.ID
	EffectiveOn period.Date // of its version agreed last
	EndsOn      period.Date // first day after its term
	PlanVersion int         // of a plan: which one
}

// UsersOf lists live contracts that use something of the catalog, and how many there are.
func UsersOf(ctx context.Context, q postgres.Querier, kind catalog.Kind, code string, asOf period.Date, limit int) ([]Use, int, error) {
	rows, err := q.Query(ctx, liveContracts+`
		select number, customer_id, effective_on, ends_on, plan_version, count(*) over ()
		from live
		where ends_on > @as_of
		  and case @kind::text when 'product' then products ? @code::text when 'meter' then meters ? @code::text else plan = @code::text end
		order by plan_version, number
		limit @limit`, pgx.NamedArgs{"kind": string(kind), "code": code, "as_of": asOf, "limit": limit})
	if err != nil {
		return nil, 0, fmt.Errorf("contracts that use %s %s: %w", kind, code, postgres.Fault(err))
	}
	total := 0
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u Use, err error) {
		return u, row.Scan(&u.Number, &u.Customer, &u.EffectiveOn, &u.EndsOn, &u.PlanVersion, &total)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("contracts that use %s %s: %w", kind, code, postgres.Fault(err))
	}
	return found, total, nil
}
