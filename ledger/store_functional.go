package ledger

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/postgres"
)

// functionalBalance adds up what all postings come to in the currencies of their entities: every entry balances there
// too, whatever it was booked in, so one sum covers all the currencies an entity bills in.
func functionalBalance(ctx context.Context, q postgres.Querier, f Filter) (Trial, error) {
	home, err := entities.Currencies(ctx, q)
	if err != nil {
		return Trial{}, fmt.Errorf("draw up the trial balance: %w", err)
	}
	rows, err := q.Query(ctx, `
		select entity_id, ledger_account,
		       coalesce(sum(functional) filter (where booked_on < @from), 0)::bigint,
		       coalesce(sum(functional) filter (where functional > 0 and booked_on >= @from), 0)::bigint,
		       coalesce(-sum(functional) filter (where functional < 0 and booked_on >= @from), 0)::bigint,
		       sum(functional)::bigint
		from ledger.postings p
		where (@entity::bigint = 0 or entity_id = @entity)
		  and book in ('', @book)
		  and booked_on <= @through and functional <> 0
		  and (@known::bigint = 9223372036854775807 or exists (
			select from ledger.entries e where e.account_id = p.account_id and e.seq = p.entry_seq and e.known_order <= @known))
		group by entity_id, ledger_account`, f.args())
	if err != nil {
		return Trial{}, fmt.Errorf("draw up the trial balance: %w", postgres.Fault(err))
	}
	sums := map[balance]TrialRow{}
	var entity entities.ID
	var account Account
	var opening, debit, credit, closing int64
	_, err = pgx.ForEachRow(rows, []any{&entity, &account, &opening, &debit, &credit, &closing}, func() error {
		c := home[entity]
		if f.Currency != "" && c != f.Currency {
			return nil
		}
		r, ok := sums[balance{c, account}]
		if !ok {
			r = newTrialRow(account, c)
		}
		r.Opening, r.Closing = r.Opening.Add(money.Of(opening, c)), r.Closing.Add(money.Of(closing, c))
		r.Debit, r.Credit = r.Debit.Add(money.Of(debit, c)), r.Credit.Add(money.Of(credit, c))
		sums[balance{c, account}] = r
		return nil
	})
	if err != nil {
		return Trial{}, fmt.Errorf("draw up the trial balance: %w", postgres.Fault(err))
	}
	t := Trial{Filter: f}
	for _, r := range sums {
		t.Rows = append(t.Rows, r)
	}
	slices.SortFunc(t.Rows, func(a, b TrialRow) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Account, b.Account))
	})
	return t, nil
}

// functionalSums is PostingSums in the currencies of entities. Currency still narrows by what was booked.
func functionalSums(ctx context.Context, q postgres.Querier, f PostingFilter) ([]Sum, error) {
	home, err := entities.Currencies(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("add up postings: %w", err)
	}
	rows, err := q.Query(ctx, `
	select p.entity_id, count(*),
	       coalesce(sum(p.functional) filter (where p.functional > 0), 0)::bigint, coalesce(-sum(p.functional) filter (where p.functional < 0), 0)::bigint
	from ledger.postings p`+matchPostings+`
	group by p.entity_id`, f.args())
	if err != nil {
		return nil, fmt.Errorf("add up postings: %w", postgres.Fault(err))
	}
	sums := map[money.Currency]Sum{}
	var entity entities.ID
	var count, debit, credit int64
	_, err = pgx.ForEachRow(rows, []any{&entity, &count, &debit, &credit}, func() error {
		c := home[entity]
		s := sums[c]
		sums[c] = Sum{s.Count + count, s.Debit.Add(money.Of(debit, c)), s.Credit.Add(money.Of(credit, c))}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("add up postings: %w", postgres.Fault(err))
	}
	out := make([]Sum, 0, len(sums))
	for _, c := range slices.Sorted(maps.Keys(sums)) {
		out = append(out, sums[c])
	}
	return out, nil
}
