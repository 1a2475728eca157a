package usage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// correctors may change what counts. Who sells may not: what was used is the base
// of what they are paid for.
var correctors = []access.Role{access.Finance, access.Product, access.Support}

// Correct amends, retracts and restores accepted events, all or none. What is
// booked follows by itself: the next runs ask for the difference. Several
// corrections of one event are made in their order; the same one again changes
// nothing. The answers are in the order of the corrections.
//
// An event nobody knows is fault.NotFound, a correction that contradicts what
// somebody did in between fault.Conflict, an event whose month is archived
// fault.Closed. All name source and id.
func Correct(ctx context.Context, db *postgres.DB, corrections []Correction, now time.Time, by access.Actor) ([]Corrected, error) {
	var out []Corrected
	err := amongCorrectors(ctx, db, len(corrections), func(tx pgx.Tx) (err error) {
		out, err = CorrectIn(ctx, tx, corrections, now, by)
		return err
	})
	return out, err
}

// amongCorrectors runs a transaction again when somebody committed a correction of
// one of its events in between: then that one is seen, and this one comes after. Few
// corrections take turns and never need it (takeTurns); many are tried again as often
// as they have events, and a thousand times at least, as each time a rival got through.
func amongCorrectors(ctx context.Context, db *postgres.DB, events int, fn func(tx pgx.Tx) error) error {
	for range max(events, 1000) {
		err := db.Tx(ctx, fn)
		if c := postgres.Constraint(err); c != "corrections_pkey" && c != "corrections_by_request" {
			return err
		}
	}
	return db.Tx(ctx, fn)
}

func correct(ctx context.Context, tx pgx.Tx, corrections []Correction, by access.Actor) ([]Corrected, error) {
	c, err := newCorrecting(ctx, tx, corrections)
	if err != nil {
		return nil, err
	}
	out, changes, err := c.judge()
	if err != nil || len(changes) == 0 {
		return out, err
	}
	order, err := nextOrder(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := c.write(ctx, tx, changes, nil, order, by); err != nil {
		return nil, err
	}
	// One line for all of them: each row has its reason and who gave it.
	subject := access.Subject{Kind: "usage batch", Key: strconv.FormatInt(order, 10)}
	counts := struct{ Corrected, Unchanged int }{len(changes), len(corrections) - len(changes)}
	return out, access.Audit(ctx, tx, by, "usage.correct", subject, nil, counts, changes[0].Reason)
}

// correcting is a transaction's work on corrections.
type correcting struct {
	meters   *catalog.Catalog
	resolved []resolved
	keys     []eventKey // of each
	current  map[eventKey]standing
	zones    map[int64]*time.Location
}

func newCorrecting(ctx context.Context, tx pgx.Tx, corrections []Correction) (*correcting, error) {
	c := &correcting{resolved: make([]resolved, len(corrections)), keys: make([]eventKey, len(corrections))}
	var err error
	if c.meters, err = catalog.LoadMeters(ctx, tx); err != nil {
		return nil, err
	}
	if err := c.resolve(ctx, tx, corrections); err != nil {
		return nil, err
	}
	if err := takeTurns(ctx, tx, c.keys); err != nil {
		return nil, err
	}
	if c.current, err = loadStandings(ctx, tx, c.keys); err != nil {
		return nil, err
	}
	for i, a := range c.resolved {
		if _, known := c.current[c.keys[i]]; !known {
			return nil, fault.New(fault.NotFound, "no event %q of source %q counts in the account of %s: it was never accepted there", a.ID, a.Source, a.Customer)
		}
	}
	var users []customers.ID
	for _, s := range c.current { // an archived event has no customer at hand, and is refused
		users = append(users, customers.ID(s.customer))
	}
	for _, a := range c.resolved {
		users = append(users, customers.ID(a.customer))
	}
	c.zones, err = zonesByNumber(ctx, tx, users)
	return c, err
}

func zonesByNumber(ctx context.Context, q postgres.Querier, users []customers.ID) (map[int64]*time.Location, error) {
	slices.Sort(users)
	users = slices.DeleteFunc(slices.Compact(users), func(c customers.ID) bool { return c == 0 })
	zones, err := zonesOf(ctx, q, users)
	out := make(map[int64]*time.Location, len(zones))
	for id, zone := range zones {
		out[int64(id)] = zone
	}
	return out, err
}

// resolve finds the rows behind the names of the corrections.
func (c *correcting) resolve(ctx context.Context, q postgres.Querier, corrections []Correction) error {
	names := make(map[string]bool)
	for i := range corrections {
		names[corrections[i].Customer] = true
		if u := corrections[i].User; u != "" {
			names[u] = true
		}
	}
	placements, err := resolveCustomers(ctx, q, slices.Sorted(maps.Keys(names)))
	if err != nil {
		return err
	}
	d := directory{meters: c.meters}
	if d.aliases, err = loadAliases(ctx, q, MeterName, unnamedMeters(corrections, c.meters)); err != nil {
		return err
	}
	var h hasher
	var problems []fault.Field
	for i := range corrections {
		x := &corrections[i]
		a := resolved{Correction: x}
		home, known := placements[x.Customer]
		if !known {
			problems = append(problems, x.field(i, "customer", "is not the external id of a customer"))
		}
		if x.User != "" {
			user, ok := placements[x.User]
			if !ok || user.Account != home.Account {
				problems = append(problems, x.field(i, "user", "is not the external id of a member of the paying family of "+x.Customer))
			}
			a.customer = int64(user.ID)
		}
		if x.Meter != "" {
			meter, ok := d.meter(x.Meter)
			if !ok {
				problems = append(problems, x.field(i, "meter", "is not a meter of the catalog"))
			}
			a.meter = meter.ID
		}
		if len(problems) >= maxProblems {
			break
		}
		c.resolved[i], c.keys[i] = a, eventKey{int64(home.Account), h.key(x.Source, x.ID)}
	}
	if len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	return nil
}

// judge makes the corrections one after the other.
func (c *correcting) judge() ([]Corrected, []change, error) {
	out := make([]Corrected, len(c.resolved))
	var changes []change
	for i, a := range c.resolved {
		before := c.current[c.keys[i]]
		after, err := before.correct(a)
		if err != nil {
			return nil, nil, err
		}
		out[i] = Corrected{Revision: after.revision, Changed: after.retracted != before.retracted || !after.content.equal(before.content)}
		if after.revision != before.revision {
			changes = append(changes, change{before, after, a})
			c.current[c.keys[i]] = after
		}
	}
	return out, changes, nil
}

// write appends corrections and moves the rollups by the difference, together
// with what new events add to them. The order of tables is that of ingesting,
// with corrections after events.
func (c *correcting) write(ctx context.Context, tx pgx.Tx, changes []change, fresh []staged, order int64, by access.Actor) error {
	slices.SortFunc(changes, compareChanges)
	if err := copyCorrections(ctx, tx, changes, order, by); err != nil {
		return fmt.Errorf("append %d corrections: %w", len(changes), err)
	}
	r := difference(changes, c.zones, c.meters)
	r.merge(rollUp(fresh))
	return shiftRollups(ctx, tx, r)
}

// merge adds what other events come to.
func (r *rollup) merge(more rollup) {
	for k, t := range more.buckets {
		tallyOf(&r.buckets, k).add(t.quantity, t.events)
	}
	for k, t := range more.days {
		tallyOf(&r.days, k).add(t.quantity, t.events)
	}
	for k, t := range more.combinations {
		tallyOf(&r.combinations, k).add(t.quantity, t.events)
	}
}

// CorrectIn is Correct in a transaction of the caller's. When somebody corrects
// one of the events at the same moment, it fails with fault.Conflict and may be
// tried again as a whole.
func CorrectIn(ctx context.Context, tx pgx.Tx, corrections []Correction, now time.Time, by access.Actor) ([]Corrected, error) {
	if err := by.Require(correctors...); err != nil {
		return nil, fmt.Errorf("correct usage: %w", err)
	}
	if err := CheckCorrections(corrections, now); err != nil {
		return nil, fmt.Errorf("correct usage: %w", err)
	}
	out, err := correct(ctx, tx, corrections, by)
	if err != nil {
		return nil, fmt.Errorf("correct usage: %w", err)
	}
	return out, nil
}
