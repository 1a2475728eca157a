package entitlements

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/usage"
)

// fetchPatience bounds how long somebody who is not in memory waits for a database that does not answer.
const fetchPatience = 5 * time.Second

// fetch derives what customers may use who are not in memory.
func (c *Cache) fetch(ctx context.Context, externals []string) error {
	ctx, cancel := context.WithTimeout(ctx, fetchPatience)
	defer cancel()
	c.building.Lock()
	defer c.building.Unlock()
	return c.DB.Snapshot(ctx, func(tx pgx.Tx) error { return c.fetchIn(ctx, tx, externals) })
}

// fetchIn is fetch in a transaction; the caller holds building.
func (c *Cache) fetchIn(ctx context.Context, tx pgx.Tx, externals []string) error {
	if err := c.loadSlow(ctx, tx, false); err != nil {
		return err
	}
	found, err := customers.Resolve(ctx, tx, externals)
	if err != nil {
		return err
	}
	accounts := map[customers.AccountID]bool{}
	var asked []customers.ID
	for _, p := range found {
		accounts[p.Account] = true
		asked = append(asked, p.ID)
		c.who[p.ID] = p
	}
	serving, err := contracts.AccountsServing(ctx, tx, asked)
	if err != nil {
		return err
	}
	for _, a := range serving {
		accounts[a] = true
	}
	_, err = c.build(ctx, tx, slices.Sorted(maps.Keys(accounts)), asked)
	return err
}

// loadSlow reads the catalog and our entities when they are not there, or anew.
func (c *Cache) loadSlow(ctx context.Context, tx pgx.Tx, anew bool) (err error) {
	if c.sold != nil && !anew {
		return nil
	}
	sellers, err := entities.Load(ctx, tx)
	if err != nil {
		return err
	}
	sold, err := catalog.Load(ctx, tx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, p := range sold.Products() {
		for code := range p.Features {
			known[code] = true
		}
	}
	c.sold, c.sellers = sold, sellers
	for _, e := range sellers.All() {
		if _, known := c.days[e.ID]; !known {
			c.days[e.ID] = c.today(e.ID) // before anything is derived on it: a day that begins now is noticed
		}
	}
	c.known.Store(&known)
	return nil
}

// today is the day in a seller's zone.
func (c *Cache) today(seller entities.ID) period.Date {
	e, ok := c.sellers.ByID(seller)
	if !ok {
		return period.DateOf(c.Now(), time.UTC)
	}
	return period.DateOf(c.Now(), e.Location())
}

// build derives the answers of everybody whom contracts of some accounts serve, or did before, and of those asked about. The
// caller holds building.
func (c *Cache) build(ctx context.Context, tx pgx.Tx, accounts []customers.AccountID, asked []customers.ID) ([]*Answer, error) {
	concerned := map[customers.ID]bool{}
	for _, id := range asked {
		concerned[id] = true
	}
	accounts, err := c.loadMergers(ctx, tx, accounts, concerned)
	if err != nil {
		return nil, err
	}
	serving, err := contracts.LoadServing(ctx, tx, accounts)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		for id := range c.served[a] {
			concerned[id] = true
		}
	}
	c.follow(accounts, serving, concerned)
	further, err := c.further(ctx, tx, accounts, concerned)
	if err != nil {
		return nil, err
	}
	if len(further) > 0 {
		more, err := contracts.LoadServing(ctx, tx, further)
		if err != nil {
			return nil, err
		}
		c.follow(further, more, nil)
		maps.Copy(serving, more)
	}
	facts, err := c.facts(ctx, tx, serving)
	if err != nil {
		return nil, err
	}
	if err := c.name(ctx, tx, slices.Collect(maps.Keys(concerned))); err != nil {
		return nil, err
	}
	all, failed := facts.grants()
	if len(failed) > 0 { // perhaps for what came into the catalog since it was read
		if err := c.loadSlow(ctx, tx, true); err != nil {
			return nil, err
		}
		facts.Catalog = c.sold
		all, failed = facts.grants()
	}
	fresh := c.answers(all, failed, concerned)
	c.plan(accounts, fresh)
	return c.put(fresh), nil
}

// answers renders what follows for those concerned, under all their names.
func (c *Cache) answers(all map[customers.ID][]grant, failed map[customers.ID]error, concerned map[customers.ID]bool) map[string]*Answer {
	fresh := map[string]*Answer{}
	for id := range concerned {
		if _, duplicate := c.merged[id]; duplicate {
			continue // its name is one of whom it was merged into, who is concerned then
		}
		who, ok := c.who[id]
		if err := failed[id]; err != nil {
			c.Log.Error("a customer's entitlements cannot be derived; the answer stays as it was", "customer", who.ExternalID, "error", err)
			continue
		}
		if !ok {
			continue
		}
		a := answer(who, combine(all[id]), c.today(who.Entity))
		fresh[who.ExternalID] = a
		for alias := range c.aliases[id] {
			fresh[alias] = a
		}
	}
	return fresh
}

// loadMergers learns who is a duplicate of whom in some accounts, and adds the accounts of the others: what a duplicate's
// contracts give is given to whom it was merged into. A name whose merge was taken back is forgotten: its own answer is
// derived when it is asked for.
func (c *Cache) loadMergers(ctx context.Context, tx pgx.Tx, accounts []customers.AccountID, concerned map[customers.ID]bool) ([]customers.AccountID, error) {
	var mergers customers.Mergers
	var ids []customers.ID
	for known := -1; known < len(accounts); { // a family may have duplicates of several others
		known = len(accounts)
		var err error
		if mergers, err = customers.LoadMergers(ctx, tx, accounts); err != nil {
			return nil, err
		}
		ids = slices.Collect(maps.Keys(mergers))
		if err := c.name(ctx, tx, ids); err != nil {
			return nil, err
		}
		accounts = mergers.Reading(accounts)
		for _, dup := range ids {
			who := c.who[dup]
			if into, _ := mergers.CountsFor(who.Account, dup, c.today(who.Entity)); !slices.Contains(accounts, into) {
				accounts = append(accounts, into)
			}
		}
	}
	for dup, into := range c.merged {
		if _, still := mergers[dup]; !still && slices.Contains(accounts, c.who[dup].Account) {
			delete(c.merged, dup)
			delete(c.aliases[into], c.who[dup].ExternalID)
			c.forget(c.who[dup].ExternalID)
			concerned[into] = true // who used what the duplicate did, and does no more
		}
	}
	for _, dup := range ids {
		who := c.who[dup]
		if _, into := mergers.CountsFor(who.Account, dup, c.today(who.Entity)); into != dup {
			c.merged[dup] = into
			add(c.aliases, into, who.ExternalID)
			concerned[into] = true
		}
	}
	return accounts, nil
}

// follow notes whom accounts serve; a duplicate is served as whom it was merged into.
func (c *Cache) follow(accounts []customers.AccountID, serving map[customers.AccountID][]contracts.Serving, concerned map[customers.ID]bool) {
	for _, account := range accounts {
		for id := range c.served[account] {
			delete(c.serves[id], account)
		}
		delete(c.served, account)
		for _, s := range serving[account] {
			for _, id := range usersOf(s.Agreement) {
				if into, merged := c.merged[id]; merged {
					id = into
				}
				add(c.served, account, id)
				add(c.serves, id, account)
				if concerned != nil {
					concerned[id] = true
				}
			}
		}
	}
}

// further lists the accounts that serve somebody concerned besides those at hand. Until everybody was looked at, memory does
// not know all of them.
func (c *Cache) further(ctx context.Context, tx pgx.Tx, accounts []customers.AccountID, concerned map[customers.ID]bool) ([]customers.AccountID, error) {
	out := map[customers.AccountID]bool{}
	if !c.loaded.Load() {
		serving, err := contracts.AccountsServing(ctx, tx, slices.Sorted(maps.Keys(concerned)))
		if err != nil {
			return nil, err
		}
		for _, a := range serving {
			if !slices.Contains(accounts, a) {
				out[a] = true
			}
		}
	}
	for id := range concerned {
		for a := range c.serves[id] {
			if !slices.Contains(accounts, a) {
				out[a] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(out)), nil
}

// plan notes when time changes an answer next.
func (c *Cache) plan(accounts []customers.AccountID, fresh map[string]*Answer) {
	for _, account := range accounts {
		var next period.Date
		for id := range c.served[account] {
			if a := fresh[c.who[id].ExternalID]; a != nil && !a.next.IsZero() && (next.IsZero() || a.next.Before(next)) {
				next = a.next
			}
		}
		c.turns[account] = next
	}
}

// name looks up what customers are called.
func (c *Cache) name(ctx context.Context, tx pgx.Tx, ids []customers.ID) error {
	var unknown []customers.ID
	for _, id := range ids {
		if _, ok := c.who[id]; !ok {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	found, err := customers.Placements(ctx, tx, unknown)
	if err != nil {
		return err
	}
	maps.Copy(c.who, found)
	return nil
}

// facts loads what the entitlements of contracts follow from: usage as far back as it decides anything, in a few groups, so
// that one contract with an old balance does not make everybody's old usage be read.
func (c *Cache) facts(ctx context.Context, tx pgx.Tx, serving map[customers.AccountID][]contracts.Serving) (Facts, error) {
	f := Facts{Catalog: c.sold, Days: map[customers.AccountID]*usage.Days{}, Today: c.today}
	groups := map[int][]customers.AccountID{}
	from := map[int]period.Date{}
	var agreements []contracts.Agreement
	var end period.Date
	for _, account := range slices.Sorted(maps.Keys(serving)) {
		group, first := 0, period.Date{}
		for _, s := range serving[account] {
			f.Contracts, agreements = append(f.Contracts, s), append(agreements, s.Agreement)
			on := c.today(s.Entity)
			end = period.MaxDate(end, on.AddDays(1))
			a, _ := s.GoesOn(c.sold, on)
			if start, metered := a.MeteredFrom(on); metered && a.Term().Contains(on) && (first.IsZero() || start.Before(first)) {
				first = start
				group = max(group, backwards(on.Sub(start)))
			}
		}
		if group > 0 {
			groups[group] = append(groups[group], account)
			if from[group].IsZero() || first.Before(from[group]) {
				from[group] = first
			}
		}
	}
	for group, accounts := range groups {
		days, err := usage.LoadDays(ctx, tx, accounts, from[group], end, contracts.SingleEvents(agreements)...)
		if err != nil {
			return f, fmt.Errorf("load usage for entitlements: %w", err)
		}
		maps.Copy(f.Days, days)
	}
	var err error
	f.Mergers, err = customers.LoadMergers(ctx, tx, slices.Sorted(maps.Keys(serving)))
	return f, err
}

// backwards sorts contracts by how far back their usage counts: a month, a year, longer.
func backwards(days int) int {
	switch {
	case days <= 31:
		return 1
	case days <= 366:
		return 2
	}
	return 3
}

func add[K, V comparable](sets map[K]map[V]bool, key K, value V) {
	if sets[key] == nil {
		sets[key] = map[V]bool{}
	}
	sets[key][value] = true
}
