package entitlements

import (
	"context"
	"fmt"
	"hash/maphash"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Config is what a cache stands on.
type Config struct {
	DB  *postgres.DB
	Now func() time.Time
	Log *slog.Logger
	// Check is how often everything is derived anew, which finds what a lost notification was about. Default five minutes.
	Check time.Duration
	// Announce tells webhooks what changes. One process would do; if several do, each change is told once all the same.
	Announce bool
}

// Cache answers from memory and follows the database. Until the first load is done, what is not there yet is derived when it
// is asked for. One that was never started follows nothing and derives whatever it is asked.
type Cache struct {
	Config
	shards [shardCount]atomic.Pointer[map[string]*Answer] // by external id
	seed   maphash.Seed
	asked  singleflight.Group // customers being derived on demand
	known  atomic.Pointer[map[string]bool]

	building sync.Mutex // one derivation at a time owns what follows
	sold     *catalog.Catalog
	sellers  *entities.Directory
	who      map[customers.ID]customers.Placement
	serves   map[customers.ID]map[customers.AccountID]bool // the accounts whose contracts serve a customer
	served   map[customers.AccountID]map[customers.ID]bool // and the other way round
	merged   map[customers.ID]customers.ID                 // duplicates, and what they are duplicates of
	aliases  map[customers.ID]map[string]bool              // external ids of a customer's duplicates
	days     map[entities.ID]period.Date                   // of each seller, as it was looked at last
	turns    map[customers.AccountID]period.Date           // the next day on which time changes an answer of the account

	queue   queue
	herald  herald
	since   atomic.Int64 // when the line was lost, in nanoseconds; 0: it stands
	follows atomic.Bool  // it was started
	loaded  atomic.Bool
	ending  chan struct{}
	stop    context.CancelFunc
	done    sync.WaitGroup
}

// shardCount keeps what one change copies small: a map of 100,000 customers is never copied whole.
const shardCount = 256

// New makes a cache that knows nothing yet.
func New(c Config) *Cache {
	if c.Check == 0 {
		c.Check = 5 * time.Minute
	}
	out := &Cache{
		Config: c, seed: maphash.MakeSeed(), who: map[customers.ID]customers.Placement{}, serves: map[customers.ID]map[customers.AccountID]bool{},
		served: map[customers.AccountID]map[customers.ID]bool{}, aliases: map[customers.ID]map[string]bool{}, merged: map[customers.ID]customers.ID{}, turns: map[customers.AccountID]period.Date{}, days: map[entities.ID]period.Date{},
	}
	out.ending = make(chan struct{})
	out.queue.wake, out.herald.wake = make(chan struct{}, 1), make(chan struct{}, 1)
	for i := range out.shards {
		out.shards[i].Store(&map[string]*Answer{})
	}
	out.known.Store(&map[string]bool{})
	out.since.Store(c.Now().UnixNano()) // nothing is confirmed yet
	return out
}

// Of is the answer about a customer. Asking about one in memory takes no lock, no database and no allocation.
func (c *Cache) Of(ctx context.Context, external string) (*Answer, error) {
	if a := c.Held(external); a != nil && c.follows.Load() {
		return a, nil
	}
	if len(fault.Printable("customer", external, 100)) > 0 {
		return nil, fault.New(fault.NotFound, "there is no customer %s", fault.Shown(external))
	}
	found, err, _ := c.asked.Do(external, func() (any, error) {
		// Whoever asked first may give up; the others still want it.
		if err := c.fetch(context.WithoutCancel(ctx), []string{external}); err != nil {
			return nil, err
		}
		if a := c.Held(external); a != nil {
			return a, nil
		}
		return nil, c.absent(context.WithoutCancel(ctx), external)
	})
	if err != nil {
		return nil, err
	}
	return found.(*Answer), nil
}

// absent says why somebody has no answer: nobody knows them, or what they bought cannot be told.
func (c *Cache) absent(ctx context.Context, external string) error {
	found, err := customers.Resolve(ctx, c.DB, []string{external})
	if err != nil {
		return err
	}
	if _, known := found[external]; known {
		return fmt.Errorf("the entitlements of customer %q cannot be derived; the log says why", external)
	}
	return fault.New(fault.NotFound, "there is no customer %q", external)
}

// Ready is Held by a cache that follows and whose answers are confirmed; nil whenever there is more to say or to do.
func (c *Cache) Ready(external string) *Answer {
	if !c.follows.Load() || c.since.Load() != 0 {
		return nil
	}
	return c.Held(external)
}

// Held is the answer in memory; nil when there is none.
func (c *Cache) Held(external string) *Answer {
	return (*c.shard(external).Load())[external]
}

// Fetch brings customers into memory that are not there, in one go. Those who do not exist stay out.
func (c *Cache) Fetch(ctx context.Context, externals []string) error {
	var missing []string
	for _, e := range externals {
		if (c.Held(e) == nil || !c.follows.Load()) && len(fault.Printable("customer", e, 100)) == 0 {
			missing = append(missing, e)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return c.fetch(ctx, missing)
}

// Unbought is what is said about a feature that the customer never had; fault.NotFound when no product has it.
func (c *Cache) Unbought(customer, code string) (Said, error) {
	if !(*c.known.Load())[code] {
		return Said{}, fault.New(fault.NotFound, "no product of the catalog has a feature %s", fault.Shown(code))
	}
	return nothing(customer, code), nil
}

// Since is when answers were last known to be what the database says, as long as they are not; false when they are. They
// follow it a moment behind.
func (c *Cache) Since() (time.Time, bool) {
	if at := c.since.Load(); at != 0 && c.follows.Load() {
		return time.Unix(0, at).UTC(), true
	}
	return time.Time{}, false
}

// Loaded says that every customer with a contract is in memory.
func (c *Cache) Loaded() bool { return c.loaded.Load() }

// Ending is closed when the cache stops following: whoever waits for a change is let go.
func (c *Cache) Ending() <-chan struct{} { return c.ending }

// Count is how many customers are in memory, by any name.
func (c *Cache) Count() int {
	n := 0
	for i := range c.shards {
		n += len(*c.shards[i].Load())
	}
	return n
}

func (c *Cache) shard(external string) *atomic.Pointer[map[string]*Answer] {
	return &c.shards[maphash.String(c.seed, external)%shardCount]
}

// put takes answers in, those of one shard in one step. What says the same as before stays, so that nobody is woken. The
// caller holds building. It returns the answers whose terms changed, or are new.
func (c *Cache) put(answers map[string]*Answer) []*Answer {
	var changed []*Answer
	byShard := map[*atomic.Pointer[map[string]*Answer]]map[string]*Answer{}
	for external, a := range answers {
		if same := c.Held(a.Customer.ExternalID); same != nil && same.Version == a.Version {
			a = same // a further name of the same customer points at the same answer
		}
		at := c.shard(external)
		if (*at.Load())[external] == a {
			continue
		}
		if byShard[at] == nil {
			byShard[at] = map[string]*Answer{}
		}
		byShard[at][external] = a
		if had := (*at.Load())[external]; external == a.Customer.ExternalID && (had == nil || had.terms != a.terms) {
			changed = append(changed, a)
		}
	}
	for at, fresh := range byShard {
		old := *at.Load()
		next := maps.Clone(old)
		maps.Copy(next, fresh)
		at.Store(&next)
		for external := range fresh {
			if had := old[external]; had != nil && external == had.Customer.ExternalID {
				close(had.replaced)
			}
		}
	}
	return changed
}

// forget takes a name out of memory.
func (c *Cache) forget(external string) {
	at := c.shard(external)
	old := *at.Load()
	if had := old[external]; had != nil {
		next := maps.Clone(old)
		delete(next, external)
		at.Store(&next)
		if external == had.Customer.ExternalID {
			close(had.replaced)
		}
	}
}
