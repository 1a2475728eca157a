package usage

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// PlanBackfill says what a backfill would do, and changes nothing.
func PlanBackfill(ctx context.Context, db *postgres.DB, b Backfill, now time.Time) (r Replacement, err error) {
	doing := "plan the backfill of " + b.Stretch.String()
	if err := b.check(now); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	err = db.Snapshot(ctx, func(tx pgx.Tx) error {
		r, err = planIn(ctx, tx, b)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	return r, nil
}

func planIn(ctx context.Context, tx pgx.Tx, b Backfill) (Replacement, error) {
	f, err := newFilling(ctx, tx, b, false)
	if err != nil {
		return Replacement{}, err
	}
	return f.plan(ctx, tx)
}

// PlanBackfillIn is PlanBackfill in a transaction of the caller's.
func PlanBackfillIn(ctx context.Context, tx pgx.Tx, b Backfill, now time.Time) (r Replacement, err error) {
	if err = b.check(now); err == nil {
		r, err = planIn(ctx, tx, b)
	}
	if err != nil {
		return r, fmt.Errorf("plan the backfill of %s: %w", b.Stretch, err)
	}
	return r, nil
}

// PrepareBackfill keeps a backfill to be looked at and applied later, and says
// what it would do now.
func PrepareBackfill(ctx context.Context, db *postgres.DB, b Backfill, now time.Time, by access.Actor) (id int64, r Replacement, err error) {
	doing := "prepare the backfill of " + b.Stretch.String()
	if err := by.Require(correctors...); err != nil {
		return 0, r, fmt.Errorf("%s: %w", doing, err)
	}
	if err := b.check(now); err != nil {
		return 0, r, fmt.Errorf("%s: %w", doing, err)
	}
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		f, err := newFilling(ctx, tx, b, false)
		if err != nil {
			return err
		}
		if r, err = f.plan(ctx, tx); err != nil {
			return err
		}
		if id, err = insertBackfill(ctx, tx, f.at, f.meter.ID, b, by); err != nil {
			return err
		}
		return access.Audit(ctx, tx, by, "usage.prepare_backfill", f.subject(id), nil, f.said(r), b.Reason)
	})
	if err != nil {
		return 0, r, fmt.Errorf("%s: %w", doing, err)
	}
	return id, r, nil
}

// LoadBackfill reads a backfill and, when it is not applied yet, what it would do.
func LoadBackfill(ctx context.Context, db *postgres.DB, id int64) (kept KeptBackfill, r Replacement, err error) {
	err = db.Snapshot(ctx, func(tx pgx.Tx) error {
		var b Backfill
		if kept, b, err = readBackfill(ctx, tx, id); err != nil || kept.Applied {
			return err
		}
		f, err := newFilling(ctx, tx, b, false)
		if err != nil {
			return err
		}
		r, err = f.plan(ctx, tx)
		return err
	})
	if err != nil {
		return kept, r, fmt.Errorf("load backfill %d: %w", id, err)
	}
	return kept, r, nil
}

func readBackfill(ctx context.Context, q postgres.Querier, id int64) (KeptBackfill, Backfill, error) {
	kept, events, err := loadBackfill(ctx, q, id)
	if err != nil {
		return kept, Backfill{}, err
	}
	if !kept.Applied && len(events) != kept.Events {
		return kept, Backfill{}, fault.New(fault.Conflict, "the %d events of backfill %d were taken away when a person was forgotten: send them again as another", kept.Events, id)
	}
	parties, err := customers.Placements(ctx, q, []customers.ID{kept.User})
	if err != nil {
		return kept, Backfill{}, err
	}
	meters, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return kept, Backfill{}, err
	}
	meter, ok := meters.MeterByID(kept.MeterID)
	if !ok {
		return kept, Backfill{}, fmt.Errorf("meter %d was added while loading", kept.MeterID)
	}
	b := Backfill{Stretch: Stretch{parties[kept.User].ExternalID, meter.Code, kept.Source, kept.From, kept.Until}, Reason: kept.Reason, Events: events}
	for i := range b.Events {
		b.Events[i].Customer, b.Events[i].Meter = b.Customer, b.Meter
	}
	return kept, b, nil
}

// ApplyBackfill does what was prepared, all of it or nothing. When seen is given
// and something happened in between, so that it would do something else than what
// was shown, it is fault.Conflict. Applied once, it is done.
func ApplyBackfill(ctx context.Context, db *postgres.DB, id int64, seen string, by access.Actor) (r Replacement, err error) {
	doing := fmt.Sprintf("apply backfill %d", id)
	if err := by.Require(correctors...); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	kept, b, err := readBackfill(ctx, db, id)
	if err == nil && kept.Applied {
		err = fault.New(fault.Conflict, "%s applied it already", kept.AppliedBy)
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	err = amongFillers(ctx, db, b.Events, func(tx pgx.Tx) error {
		f, err := newFilling(ctx, tx, b, true)
		if err != nil {
			return err
		}
		r, err = f.apply(ctx, tx, id, seen, by)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	return r, nil
}

// ReplaceStretch prepares a backfill and applies it at once.
func ReplaceStretch(ctx context.Context, db *postgres.DB, b Backfill, now time.Time, by access.Actor) (id int64, r Replacement, err error) {
	err = amongFillers(ctx, db, b.Events, func(tx pgx.Tx) error {
		id, r, err = ReplaceStretchIn(ctx, tx, b, now, by)
		return err
	})
	return id, r, err
}

// ReplaceStretchIn is ReplaceStretch in a transaction of the caller's. The months
// of the events are opened in it, which others who open one wait for.
func ReplaceStretchIn(ctx context.Context, tx pgx.Tx, b Backfill, now time.Time, by access.Actor) (id int64, r Replacement, err error) {
	doing := "backfill " + b.Stretch.String()
	if err := by.Require(correctors...); err != nil {
		return 0, r, fmt.Errorf("%s: %w", doing, err)
	}
	if err := b.check(now); err != nil {
		return 0, r, fmt.Errorf("%s: %w", doing, err)
	}
	f, err := newFilling(ctx, tx, b, true)
	if err != nil {
		return 0, r, fmt.Errorf("%s: %w", doing, err)
	}
	if err := openMonths(ctx, tx, monthsOf(f.fresh)); err != nil {
		return 0, r, fmt.Errorf("%s: %w", doing, err)
	}
	if id, err = insertBackfill(ctx, tx, f.at, f.meter.ID, b, by); err == nil {
		r, err = f.apply(ctx, tx, id, "", by)
	}
	if err != nil {
		return 0, r, fmt.Errorf("%s: %w", doing, err)
	}
	return id, r, nil
}

// amongFillers runs a transaction again when somebody committed one of its events
// or corrections in between, and when a month of it was not open.
func amongFillers(ctx context.Context, db *postgres.DB, events []Event, fn func(tx pgx.Tx) error) error {
	months := make([]staged, len(events))
	for i := range events {
		months[i].Event = &events[i]
	}
	for range 100 {
		err := db.Tx(ctx, fn)
		switch postgres.Constraint(err) {
		case "keys_pkey", "corrections_pkey":
			continue
		}
		if !noMonth(err) {
			return err
		}
		if err := openMonths(ctx, db, monthsOf(months)); err != nil {
			return err
		}
	}
	return db.Tx(ctx, fn)
}

// filling is a transaction's work on a backfill.
type filling struct {
	Backfill
	at        place
	meter     catalog.Meter
	directory directory
	replacing
	zones map[int64]*time.Location
}

// newFilling compares a backfill with what stands. Whoever is to apply it is alone
// with this use until the transaction ends: of two whose sets have nothing in
// common each would leave the other's events standing.
func newFilling(ctx context.Context, tx pgx.Tx, b Backfill, alone bool) (*filling, error) {
	f := &filling{Backfill: b}
	var err error
	if f.directory, err = loadDirectory(ctx, tx, []Event{{Customer: b.Customer}}); err != nil {
		return nil, err
	}
	var known bool
	if f.at, known = f.directory.places[b.Customer]; !known {
		return nil, fault.InvalidFields(fault.Field{Path: "customer", Value: fault.Shown(b.Customer), Message: "is not the external id of a customer"})
	}
	if f.meter, known = f.directory.meters.Meter(b.Meter); !known {
		return nil, fault.InvalidFields(fault.Field{Path: "meter", Value: fault.Shown(b.Meter), Message: "is not a meter of the catalog"})
	}
	if alone {
		if err := holdStretch(ctx, tx, f.at, f.meter.ID); err != nil {
			return nil, err
		}
	}
	if month, err := archivedWithin(ctx, tx, b.Stretch); err != nil {
		return nil, err
	} else if month != "" {
		return nil, fault.New(fault.Closed, "the events of %s are archived: what is to be replaced is not at hand; begin after it, or send the difference as an event", month)
	}
	set, _ := stage(b.Events, f.directory)
	keys := make([]eventKey, len(set))
	for i := range set {
		keys[i] = set[i].eventKey()
	}
	standings, err := loadStandings(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	counted, err := loadCounted(ctx, tx, f.at, f.meter.ID, b.Stretch)
	if err != nil {
		return nil, err
	}
	if f.replacing, err = replace(set, standings, counted, strings.TrimSpace(b.Reason)); err != nil {
		return nil, err
	}
	users := []customers.ID{customers.ID(f.at.customer)}
	for _, c := range f.changes {
		users = append(users, customers.ID(c.before.customer))
	}
	f.zones, err = zonesByNumber(ctx, tx, users)
	return f, err
}

// difference is what the backfill moves.
func (f *filling) difference() rollup {
	r := difference(f.changes, f.zones, f.directory.meters)
	r.merge(rollUp(f.fresh))
	return r
}

func (f *filling) plan(ctx context.Context, q postgres.Querier) (Replacement, error) {
	r, d := f.summary(), f.difference()
	before, err := loadDayTallies(ctx, q, d)
	r.Days = shifts(d, before, func(meter int64) string {
		m, _ := f.directory.meters.MeterByID(meter)
		return m.Code
	})
	r.Days = slices.DeleteFunc(r.Days, func(s DayShift) bool { return s.Before.Equal(s.After) && s.EventsBefore == s.EventsAfter })
	return r, err
}

func (f *filling) apply(ctx context.Context, tx pgx.Tx, id int64, seen string, by access.Actor) (Replacement, error) {
	r, err := f.plan(ctx, tx)
	if err != nil {
		return r, err
	}
	if seen != "" && seen != r.Seen() {
		return r, fault.New(fault.Conflict, "it would do something else by now than what was shown: usage came in or was corrected in between; look again")
	}
	order, err := nextOrder(ctx, tx)
	if err != nil {
		return r, err
	}
	if len(f.fresh) > 0 {
		w := writer{tx: tx, orders: []int64{order}}
		err := w.appendEvents(ctx, f.fresh)
		if err == nil {
			err = w.send(ctx)
		}
		if err != nil {
			return r, fmt.Errorf("append %d events: %w", len(f.fresh), err)
		}
	}
	slices.SortFunc(f.changes, compareChanges)
	if err := copyCorrections(ctx, tx, f.changes, order, by); err != nil {
		return r, fmt.Errorf("append %d corrections: %w", len(f.changes), err)
	}
	if err := shiftRollups(ctx, tx, f.difference()); err != nil {
		return r, err
	}
	if err := insertApplied(ctx, tx, f.at.account, id, r, order, by); err != nil {
		return r, err
	}
	return r, access.Audit(ctx, tx, by, "usage.backfill", f.subject(id), nil, f.said(r), f.Reason)
}

func (f *filling) subject(id int64) access.Subject {
	return access.Subject{Kind: "usage backfill", Key: strconv.FormatInt(id, 10), Account: f.at.account}
}

func (f *filling) said(r Replacement) any {
	return struct {
		Stretch                              string
		Added, Amended, Retracted, Unchanged int
	}{f.Stretch.String(), r.Added, r.Amended, r.Retracted, r.Unchanged}
}
