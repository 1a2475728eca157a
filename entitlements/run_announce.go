package entitlements

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

// herald holds whose terms may have changed since they were announced. It tells in its own time, so that answers never wait
// for it.
type herald struct {
	mu      sync.Mutex
	waiting map[customers.ID]customers.Placement
	wake    chan struct{}
}

func (h *herald) queue(changed []*Answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiting == nil {
		h.waiting = map[customers.ID]customers.Placement{}
	}
	for _, a := range changed {
		h.waiting[a.Customer.ID] = a.Customer
	}
	if len(changed) > 0 {
		select {
		case h.wake <- struct{}{}:
		default:
		}
	}
}

// take gives up to so many, in the order of their accounts.
func (h *herald) take(most int) []customers.Placement {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := slices.Sorted(maps.Keys(h.waiting))
	ids = ids[:min(len(ids), most)]
	out := make([]customers.Placement, len(ids))
	for i, id := range ids {
		out[i] = h.waiting[id]
		delete(h.waiting, id)
	}
	return out
}

// toldTogether is how many customers are announced in one transaction.
const toldTogether = 50

// tell announces what is queued, until ctx ends.
func (c *Cache) tell(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.herald.wake:
		}
		for {
			who := c.herald.take(toldTogether)
			if len(who) == 0 {
				break
			}
			if err := c.announce(ctx, who); err != nil && ctx.Err() == nil {
				c.Log.Warn("changed entitlements were not announced yet; they will be when everything is looked at again", "customers", len(who), "error", err)
			}
		}
	}
}

// announce tells each customer's change once, whoever sees it: the row of what was announced is locked, what stands is derived
// anew behind the lock, and the event is written with the row. A second process finds nothing left to tell.
func (c *Cache) announce(ctx context.Context, who []customers.Placement) error {
	return c.DB.Tx(ctx, func(tx pgx.Tx) error {
		told, err := lockAnnounced(ctx, tx, who)
		if err != nil {
			return fmt.Errorf("announce entitlements: %w", err)
		}
		answers, err := c.freshly(ctx, tx, who)
		if err != nil {
			return fmt.Errorf("announce entitlements: %w", err)
		}
		var events []webhook.Event
		var rows []announced
		for i, p := range who {
			if answers[i] == nil {
				continue
			}
			is := answers[i].Entitlements.terms()
			what := changes(told[p.ID].terms, is)
			if len(what) == 0 {
				continue
			}
			row := announced{p, told[p.ID].nth + 1, is}
			rows, events = append(rows, row), append(events, event(p, answers[i].Version, row.nth, what))
		}
		if err := writeAnnounced(ctx, tx, rows); err != nil {
			return fmt.Errorf("announce entitlements: %w", err)
		}
		return webhook.Emit(ctx, tx, events...)
	})
}

// freshly derives customers with what is committed now.
func (c *Cache) freshly(ctx context.Context, tx pgx.Tx, who []customers.Placement) ([]*Answer, error) {
	externals := make([]string, len(who))
	for i, p := range who {
		externals[i] = p.ExternalID
	}
	c.building.Lock()
	defer c.building.Unlock()
	if err := c.fetchIn(ctx, tx, externals); err != nil {
		return nil, err
	}
	out := make([]*Answer, len(who))
	for i, p := range who {
		if a := c.Held(p.ExternalID); a != nil && a.Customer.ID == p.ID { // a duplicate is told of as whom it was merged into
			out[i] = a
		}
	}
	return out, nil
}

// announced is what was last told of a customer.
type announced struct {
	who   customers.Placement
	nth   int64
	terms map[string]term
}

func keysOf(who []customers.Placement) (accounts, ids []int64) {
	for _, p := range who {
		accounts, ids = append(accounts, int64(p.Account)), append(ids, int64(p.ID))
	}
	return accounts, ids
}

// lockAnnounced reads what was told, and keeps others from telling. Rows are locked in their order, so that two never wait
// for each other in a circle.
func lockAnnounced(ctx context.Context, tx pgx.Tx, who []customers.Placement) (map[customers.ID]announced, error) {
	accounts, ids := keysOf(who)
	args := pgx.NamedArgs{"accounts": accounts, "ids": ids}
	if _, err := tx.Exec(ctx, `
		insert into entitlements.announced (account_id, customer_id, terms)
		select account_id, customer_id, '{}'
		from unnest(@accounts::bigint[], @ids::bigint[]) as asked (account_id, customer_id)
		order by account_id, customer_id
		on conflict do nothing`, args); err != nil {
		return nil, postgres.Fault(err)
	}
	return readAnnounced(tx.Query(ctx, `
		select a.customer_id, a.nth, a.terms
		from entitlements.announced a
		join unnest(@accounts::bigint[], @ids::bigint[]) as asked (account_id, customer_id) using (account_id, customer_id)
		order by a.account_id, a.customer_id
		for update of a`, args))
}

func readAnnounced(rows pgx.Rows, err error) (map[customers.ID]announced, error) {
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out := map[customers.ID]announced{}
	var id customers.ID
	var nth int64
	var terms []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &nth, &terms}, func() error {
		a := announced{nth: nth}
		if err := json.Unmarshal(terms, &a.terms); err != nil {
			return err
		}
		out[id] = a
		return nil
	})
	return out, postgres.Fault(err)
}

func writeAnnounced(ctx context.Context, tx pgx.Tx, rows []announced) error {
	if len(rows) == 0 {
		return nil
	}
	who, nths, terms := make([]customers.Placement, len(rows)), make([]int64, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		who[i], nths[i], terms[i] = r.who, r.nth, termsText(r.terms)
	}
	accounts, ids := keysOf(who)
	_, err := tx.Exec(ctx, `
		insert into entitlements.announced as a (account_id, customer_id, nth, terms)
		select account_id, customer_id, nth, terms::jsonb
		from unnest(@accounts::bigint[], @ids::bigint[], @nths::bigint[], @terms::text[]) as told (account_id, customer_id, nth, terms)
		on conflict (account_id, customer_id)
		do update set nth = excluded.nth, terms = excluded.terms, announced_at = now()`,
		pgx.NamedArgs{"accounts": accounts, "ids": ids, "nths": nths, "terms": terms})
	return postgres.Fault(err)
}

// untold is those of some answers whose terms are not what was announced. When nothing was ever announced to anybody, what stands
// is where telling begins: it is written down and told nobody.
func (c *Cache) untold(ctx context.Context, answers []*Answer, first bool) ([]*Answer, error) {
	who := make([]customers.Placement, len(answers))
	for i, a := range answers {
		who[i] = a.Customer
	}
	if first {
		rows := make([]announced, len(answers))
		for i, a := range answers {
			rows[i] = announced{a.Customer, 0, a.Entitlements.terms()}
		}
		return nil, c.DB.Tx(ctx, func(tx pgx.Tx) error { return writeAnnounced(ctx, tx, rows) })
	}
	accounts, ids := keysOf(who)
	told, err := readAnnounced(c.DB.Query(ctx, `
		select a.customer_id, a.nth, a.terms
		from entitlements.announced a
		join unnest(@accounts::bigint[], @ids::bigint[]) as asked (account_id, customer_id) using (account_id, customer_id)`,
		pgx.NamedArgs{"accounts": accounts, "ids": ids}))
	if err != nil {
		return nil, err
	}
	var out []*Answer
	for _, a := range answers {
		if len(changes(told[a.Customer.ID].terms, a.Entitlements.terms())) > 0 {
			out = append(out, a)
		}
	}
	return out, nil
}

// nothingTold says that nothing was ever announced.
func nothingTold(ctx context.Context, q postgres.Querier) (none bool, err error) {
	err = q.QueryRow(ctx, `select not exists (select from entitlements.announced)`).Scan(&none)
	return none, postgres.Fault(err)
}
