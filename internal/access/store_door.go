package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Door keeps the tokens that were seen in memory, for routes that are asked thousands of times a second and while the
// database is away. What ends a token (revoked, its user disabled or given other roles) is heard at once and asked again; an
// end that was not heard is found when the token has not been asked about for a while. It knows no secret, only its hash.
type Door struct {
	db  *postgres.DB
	now func() time.Time

	seen   atomic.Pointer[map[[32]byte]*entry] // by hash; copied when one comes or goes, which is seldom
	mu     sync.Mutex                          // of changing it
	heard  atomic.Int64
	away   atomic.Bool // the database cannot be reached: what was seen still counts
	opens  atomic.Bool // Start was called: what is heard is trusted
	asking singleflight.Group
	stop   context.CancelFunc
	done   sync.WaitGroup
}

type entry struct {
	bearer Bearer
	heard  int64
	at     time.Time
}

// doorAge bounds how long a token is taken for what it was without asking.
const doorAge = time.Minute

// doorPatience is how long a token that was seen waits for a database that does not answer.
const doorPatience = 500 * time.Millisecond

// NewDoor makes a door that has seen nobody.
func NewDoor(db *postgres.DB, now func() time.Time) *Door {
	d := &Door{db: db, now: now}
	d.seen.Store(&map[[32]byte]*entry{})
	return d
}

// Start listens for what ends tokens. Without it every token is asked about every time.
func (d *Door) Start(ctx context.Context) {
	ctx, d.stop = context.WithCancel(ctx)
	d.done.Go(func() {
		d.db.Listen(ctx, postgres.Listener{
			Channels: []string{"access_doors"},
			Up:       func() { d.heard.Add(1); d.away.Store(false); d.opens.Store(true) }, // what was said before was not heard
			Heard:    func(string, string) { d.heard.Add(1) },
			Down:     func(error) { d.away.Store(true) },
		})
	})
}

// Stop ends listening, and waits for it.
func (d *Door) Stop() {
	if d.stop != nil {
		d.stop()
		d.done.Wait()
	}
}

// Bearer is BearerOf from memory.
func (d *Door) Bearer(ctx context.Context, secret string) (Bearer, error) {
	hash := sha256.Sum256([]byte(secret))
	now := d.now()
	known := (*d.seen.Load())[hash]
	switch {
	case known == nil:
	case known.bearer.ExpiresAt != nil && !known.bearer.ExpiresAt.After(now):
		known = nil // it would be denied
	case d.away.Load():
		return known.bearer, nil
	case d.opens.Load() && known.heard == d.heard.Load() && now.Sub(known.at) < doorAge:
		return known.bearer, nil
	}
	return d.ask(ctx, secret, hash, now, known)
}

// Seen is Bearer without ever asking: false when the token would have to be asked about.
func (d *Door) Seen(secret string) (*Bearer, bool) {
	hash := sha256.Sum256([]byte(secret))
	known := (*d.seen.Load())[hash]
	if known == nil || !d.opens.Load() || known.heard != d.heard.Load() {
		return nil, false
	}
	now := d.now()
	if now.Sub(known.at) >= doorAge || known.bearer.ExpiresAt != nil && !known.bearer.ExpiresAt.After(now) {
		return nil, false
	}
	return &known.bearer, true
}

// keep remembers a token, or forgets it. What nobody used for an hour is forgotten too.
func (d *Door) keep(hash [32]byte, e *entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := (*d.seen.Load())[hash]; e == nil && !known {
		return // guesses cost no copy
	}
	next := maps.Clone(*d.seen.Load())
	delete(next, hash)
	if e != nil {
		maps.DeleteFunc(next, func(_ [32]byte, old *entry) bool { return e.at.Sub(old.at) > time.Hour })
		next[hash] = e
	}
	d.seen.Store(&next)
}

// ask looks a token up, once for all who ask at the same time. One that was seen before outlives a database that is away: there
// nobody can have ended it, or nobody could have been told.
func (d *Door) ask(ctx context.Context, secret string, hash [32]byte, now time.Time, known *entry) (Bearer, error) {
	got, err, _ := d.asking.Do(string(hash[:]), func() (any, error) {
		heard := d.heard.Load() // before the look: what is said during it is asked again
		asking, cancel := context.WithCancel(context.WithoutCancel(ctx))
		if known != nil {
			asking, cancel = context.WithTimeout(asking, doorPatience)
		}
		defer cancel()
		b, err := BearerOf(asking, d.db, secret, now)
		if err != nil {
			return nil, err
		}
		d.keep(hash, &entry{b, heard, now})
		return b, nil
	})
	switch {
	case err == nil:
		return got.(Bearer), nil
	case errors.Is(err, fault.Denied):
		d.keep(hash, nil)
		return Bearer{}, err
	case known != nil:
		return known.bearer, nil
	}
	return Bearer{}, err
}
