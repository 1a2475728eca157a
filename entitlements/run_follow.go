package entitlements

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// together is how many accounts are derived in one snapshot.
const together = 200

// Start begins to follow the database, in the background: it listens, and then loads everybody in batches.
func (c *Cache) Start(ctx context.Context) {
	ctx, c.stop = context.WithCancel(ctx)
	c.follows.Store(true)
	c.done.Go(func() {
		c.DB.Listen(ctx, postgres.Listener{
			Channels: []string{"entitlements"},
			Up:       c.queue.everybody, // what was said before was not heard
			Heard:    func(_, payload string) { c.queue.hear(payload) },
			Down:     c.lost,
		})
	})
	context.AfterFunc(ctx, func() { close(c.ending) })
	c.done.Go(func() { c.work(ctx) })
	c.done.Go(func() { c.watch(ctx) })
	if c.Announce {
		c.done.Go(func() { c.tell(ctx) })
	}
}

// Stop ends what Start began, and waits for it.
func (c *Cache) Stop() {
	if c.stop != nil {
		c.stop()
		c.done.Wait()
	}
}

// lost notes since when answers are not confirmed.
func (c *Cache) lost(err error) {
	if c.since.CompareAndSwap(0, c.Now().UnixNano()) {
		c.Log.Warn("entitlements are answered as they were: the database cannot be reached", "error", err)
	}
}

// work derives what was touched.
func (c *Cache) work(ctx context.Context) {
	pause := cooldown
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.queue.wake:
		}
		accounts, all := c.queue.take(together)
		err := c.derive(ctx, accounts, all, true)
		if all && err == nil {
			err = c.everybody(ctx)
		}
		if err != nil && ctx.Err() == nil {
			c.lost(err)
			c.queue.touch(accounts...)
			c.queue.everybody() // when that is through, answers are confirmed again
			wait(ctx, pause)    // a database that is away is not asked a thousand times a second
			pause = min(2*pause, 8*cooldown)
			continue
		}
		pause = cooldown
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// derive brings accounts up to date.
func (c *Cache) derive(ctx context.Context, accounts []customers.AccountID, slowToo, tell bool) error {
	if len(accounts) == 0 && !slowToo {
		return nil
	}
	var changed []*Answer
	c.building.Lock()
	err := c.DB.Snapshot(ctx, func(tx pgx.Tx) (err error) {
		if err := c.loadSlow(ctx, tx, slowToo); err != nil {
			return err
		}
		changed, err = c.build(ctx, tx, accounts, nil)
		return err
	})
	c.building.Unlock()
	if err != nil {
		return err
	}
	if c.Announce && tell {
		c.herald.queue(changed)
	}
	return nil
}

// everybody derives all accounts with contracts, and those in memory that have none any more. What is touched meanwhile
// goes first: a full look takes a while.
func (c *Cache) everybody(ctx context.Context) error {
	var after customers.AccountID
	first := false
	if c.Announce {
		var err error
		if first, err = nothingTold(ctx, c.DB); err != nil {
			return err
		}
	}
	for {
		accounts, err := contracts.Accounts(ctx, c.DB, after, together)
		if err != nil {
			return err
		}
		if len(accounts) == 0 {
			break
		}
		after = accounts[len(accounts)-1]
		if err := c.derive(ctx, accounts, false, !first); err != nil {
			return err
		}
		if err := c.catchUp(ctx, accounts, first); err != nil {
			return err
		}
		touched, again := c.queue.take(together)
		if again {
			c.queue.everybody() // from the beginning, when this is through
		}
		if err := c.derive(ctx, touched, again, true); err != nil {
			c.queue.touch(touched...)
			return err
		}
	}
	c.loaded.Store(true)
	if c.since.Swap(0) != 0 {
		c.Log.Info("entitlements follow the database", "customers", c.Count())
	}
	return nil
}

// catchUp queues whom nobody was told of: what changed while no process ran, or was lost on the way.
func (c *Cache) catchUp(ctx context.Context, accounts []customers.AccountID, first bool) error {
	if !c.Announce {
		return nil
	}
	var answers []*Answer
	c.building.Lock()
	for _, account := range accounts {
		for id := range c.served[account] {
			if a := c.Held(c.who[id].ExternalID); a != nil && a.Customer.ID == id {
				answers = append(answers, a)
			}
		}
	}
	c.building.Unlock()
	untold, err := c.untold(ctx, answers, first)
	c.herald.queue(untold)
	return err
}

// watch looks at the clock: at midnight of a seller's zone its customers are looked at, those first whose answers end or begin with
// the day; and from time to time everybody is, in case a notification was lost.
func (c *Cache) watch(ctx context.Context) {
	clock, check := time.NewTicker(250*time.Millisecond), time.NewTicker(c.Check)
	defer clock.Stop()
	defer check.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-check.C:
			c.queue.everybody()
		case <-clock.C:
			if c.turned() {
				c.queue.touch(c.dueAccounts()...)
				c.queue.everybody()
			}
		}
	}
}

// turned says whether a day has begun somewhere since it was last asked.
func (c *Cache) turned() bool {
	c.building.Lock()
	defer c.building.Unlock()
	if c.sellers == nil {
		return false
	}
	turned := false
	for _, e := range c.sellers.All() {
		today := c.today(e.ID)
		turned = turned || c.days[e.ID] != today
		c.days[e.ID] = today
	}
	return turned
}

// dueAccounts are those with an answer that time has changed by now, wherever it is later.
func (c *Cache) dueAccounts() []customers.AccountID {
	c.building.Lock()
	defer c.building.Unlock()
	latest := period.DateOf(c.Now().Add(14*time.Hour), time.UTC)
	var out []customers.AccountID
	for account, next := range c.turns {
		if !next.IsZero() && !next.After(latest) {
			out = append(out, account)
		}
	}
	return out
}

var errNotConfirmed = errors.New("the answers are not confirmed by the database yet")

// Confirm waits until answers are what the database says, for tests and for readiness.
func (c *Cache) Confirm(ctx context.Context) error {
	for {
		if _, behind := c.Since(); !behind && c.Loaded() {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(errNotConfirmed, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}
