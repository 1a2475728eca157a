package invoicing_test

import (
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ratable/internal/fault"
	"ratable/usage"
)

// meterBook is what a reader with paper and pencil knows of a life: plain maps, plain loops, exact fractions.
type meterBook struct {
	family    map[string]string // of a customer: who shares keys
	aliases   map[string]string
	deals     []*meterDeal
	merged    bool // twin into acme
	sent      []usage.Event
	events    map[string]*metered // by family, source and id
	order     []*metered
	strays    map[string]*stray // by what they say
	conflicts map[string]bool   // open, by family and what they say
	decided   map[string]bool   // of conflicts that were ever
	archived  map[time.Time]bool
	settled   map[string]bool // conflicts that were accepted
}

type metered struct {
	source, id, customer, meter, content string
	came                                 time.Time // the time it came with
	held, filed                          bool
	at                                   time.Time
	quantity                             *big.Rat
	dimensions                           map[string]string
	revision                             int
	retracted                            bool
}

type stray struct {
	usage.Event
	order               int
	received            time.Time
	reason              string
	discarded, released bool
}

type counts struct{ accepted, repeated, quarantined, conflicts int }

var nepal, newYork = zoneOf("Asia/Kathmandu"), zoneOf("America/New_York")

func zoneOf(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return loc
}

func newMeterBook(family map[string]string) *meterBook {
	return &meterBook{family: family, aliases: map[string]string{}, events: map[string]*metered{}, strays: map[string]*stray{}, conflicts: map[string]bool{}, decided: map[string]bool{}, archived: map[time.Time]bool{}, settled: map[string]bool{}}
}

func said(e usage.Event) string {
	return fmt.Sprint(e.Source, " ", e.ID, " ", e.Customer, " ", e.Meter, " ", e.OccurredAt.UTC().Format(time.RFC3339), " ", fraction(e.Quantity.String()).RatString(), " ", e.Dimensions)
}

func fraction(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return r
}

func (b *meterBook) who(name string) string {
	if b.family[name] != "" {
		return name
	}
	return b.aliases[name]
}

var priced = []string{"traffic", "requests", "peak", "level", "paid", "people"}

func (b *meterBook) meter(name string) string {
	if slices.Contains(priced, name) {
		return name
	}
	return b.aliases[name]
}

func (b *meterBook) key(customer, source, id string) string {
	return b.family[customer] + " " + source + " " + id
}

func (b *meterBook) unknown(e usage.Event) string {
	switch who, meter := b.who(e.Customer), b.meter(e.Meter); {
	case who == "" && meter == "":
		return "unknown customer and meter"
	case who == "":
		return "unknown customer"
	case meter == "":
		return "unknown meter"
	}
	return ""
}

func (b *meterBook) send(batch []usage.Event, now time.Time) (n counts) {
	for _, e := range batch {
		b.sent = append(b.sent, e)
		reason := b.unknown(e)
		if reason == "" {
			if old := b.events[b.key(b.who(e.Customer), e.Source, e.ID)]; old != nil {
				if old.content == said(e) || b.settled[b.family[b.who(e.Customer)]+" "+said(e)] {
					n.repeated++
				} else {
					n.conflicts++
					b.clash(e)
				}
				continue
			}
			if !b.late(e, now) {
				n.accepted++
				b.add(e)
				continue
			}
			reason = "late"
		}
		if b.strays[said(e)] != nil {
			n.repeated++
			continue
		}
		n.quarantined++
		b.strays[said(e)] = &stray{Event: e, order: len(b.strays), received: now, reason: reason}
	}
	return n
}

func (b *meterBook) clash(e usage.Event) {
	key := b.family[b.who(e.Customer)] + " " + said(e)
	if !b.decided[key] {
		b.decided[key], b.conflicts[key] = true, true
	}
}

func (b *meterBook) add(e usage.Event) {
	who, meter := b.who(e.Customer), b.meter(e.Meter)
	x := &metered{source: e.Source, id: e.ID, customer: who, meter: meter, content: said(e), came: e.OccurredAt, at: e.OccurredAt, quantity: fraction(e.Quantity.String()), dimensions: e.Dimensions,
		held: slices.Contains([]string{"peak", "level", "people", "paid"}, meter)}
	b.events[b.key(who, e.Source, e.ID)] = x
	b.order = append(b.order, x)
}

func (b *meterBook) any(r *rand.Rand) *metered {
	if len(b.order) == 0 {
		return nil
	}
	return pick(r, b.order...)
}

// gone says that what the event says lies in an archive alone.
func (x *metered) gone() bool { return x.filed && x.revision == 0 && !x.held }

func (x *metered) become(customer, meter string, at time.Time, quantity *big.Rat, dimensions map[string]string, retracted bool) {
	x.customer, x.meter, x.at, x.quantity, x.dimensions, x.retracted = customer, meter, at, quantity, dimensions, retracted
	x.revision++
}

func (b *meterBook) correct(x *metered, c usage.Correction) error {
	customer, meter, at, quantity, dimensions := x.customer, x.meter, x.at, x.quantity, x.dimensions
	if c.User != "" {
		customer = c.User
	}
	if c.Meter != "" {
		meter = c.Meter
	}
	if !c.OccurredAt.IsZero() {
		at = c.OccurredAt
	}
	if c.Quantity != nil {
		quantity = fraction(c.Quantity.String())
	}
	if c.Dimensions != nil {
		dimensions = c.Dimensions
	}
	same := customer == x.customer && meter == x.meter && at.Equal(x.at) && quantity.Cmp(x.quantity) == 0 && maps.Equal(dimensions, x.dimensions)
	switch {
	case x.gone():
		return fault.Closed
	case c.Action == usage.Retract && x.retracted, c.Action != usage.Retract && !x.retracted && same:
		return nil
	case c.Action == usage.Amend && x.retracted, c.Action == usage.Restore && !x.retracted:
		return fault.Conflict
	}
	x.become(customer, meter, at, quantity, dimensions, c.Action == usage.Retract)
	return nil
}

// offer makes an event say what was offered in a conflict.
func (b *meterBook) offer(e usage.Event) error {
	if b.unknown(e) != "" {
		return fault.Invalid
	}
	x := b.events[b.key(b.who(e.Customer), e.Source, e.ID)]
	c := usage.Correction{Action: usage.Amend, User: b.who(e.Customer), Meter: b.meter(e.Meter), OccurredAt: e.OccurredAt, Quantity: &e.Quantity, Dimensions: e.Dimensions}
	if c.Dimensions == nil {
		c.Dimensions = map[string]string{}
	}
	if x.retracted {
		c.Action = usage.Restore
	}
	return b.correct(x, c)
}

func (b *meterBook) backfill(f usage.Backfill) error {
	for month := range b.archived {
		if month.Before(f.Until) && month.AddDate(0, 1, 0).After(f.From) {
			return fault.Closed
		}
	}
	wanted := map[*metered]bool{}
	for _, e := range f.Events {
		if x := b.events[b.key(f.Customer, e.Source, e.ID)]; x != nil {
			if wanted[x] = true; x.gone() {
				return fault.Closed
			}
		}
	}
	for _, x := range b.order {
		if x.customer == f.Customer && x.meter == f.Meter && (f.Source == "" || x.source == f.Source) && !x.at.Before(f.From) && x.at.Before(f.Until) && !x.retracted && !wanted[x] {
			x.become(x.customer, x.meter, x.at, x.quantity, x.dimensions, true)
		}
	}
	for _, e := range f.Events {
		x := b.events[b.key(f.Customer, e.Source, e.ID)]
		if x == nil {
			b.add(e)
			continue
		}
		quantity := fraction(e.Quantity.String())
		if x.retracted || x.customer != f.Customer || x.meter != f.Meter || !x.at.Equal(e.OccurredAt) || x.quantity.Cmp(quantity) != 0 || !maps.Equal(x.dimensions, e.Dimensions) {
			x.become(f.Customer, f.Meter, e.OccurredAt, quantity, e.Dimensions, false)
		}
	}
	return nil
}

func (b *meterBook) replay() {
	b.take(slices.DeleteFunc(slices.Collect(maps.Values(b.strays)), func(s *stray) bool { return s.released || s.discarded || s.reason == "late" }), false)
}

func (b *meterBook) accept(late []*stray) { b.take(late, true) }

// take tries strays again, oldest first. Whether they are late is asked of all before any of them counts.
func (b *meterBook) take(list []*stray, anyhow bool) {
	slices.SortFunc(list, func(s, t *stray) int { return s.order - t.order })
	var known []*stray
	for _, s := range list {
		if s.reason = b.unknown(s.Event); s.reason != "" {
			continue
		}
		if old := b.events[b.key(b.who(s.Customer), s.Source, s.ID)]; old == nil && !anyhow && b.late(s.Event, s.received) {
			s.reason = "late"
			continue
		}
		known = append(known, s)
	}
	for _, s := range known {
		s.released = true
		switch old := b.events[b.key(b.who(s.Customer), s.Source, s.ID)]; {
		case old == nil:
			b.add(s.Event)
		case old.content != said(s.Event):
			b.clash(s.Event)
		}
	}
}

func (b *meterBook) archive(before time.Time) {
	for _, x := range b.order {
		if !x.filed && x.came.Before(before) {
			came := x.came.UTC()
			x.filed, b.archived[time.Date(came.Year(), came.Month(), 1, 0, 0, 0, 0, time.UTC)] = true, true
		}
	}
}

// Days and deadlines.

func dayOf(customer string, at time.Time) string {
	zone := newYork
	if customer == "yeti" {
		zone = nepal
	}
	return at.In(zone).Format(time.DateOnly)
}

func (b *meterBook) countsFor(customer string) string {
	if customer == "twin" && b.merged {
		return "acme"
	}
	return customer
}

// late says whether every line that counts an event had stopped to take it when it came.
func (b *meterBook) late(e usage.Event, received time.Time) bool {
	customer, meter := b.who(e.Customer), b.meter(e.Meter)
	day, came := dayOf(customer, e.OccurredAt), dayOf(customer, received)
	refused := false
	for _, d := range b.deals {
		for _, line := range d.lines() {
			if line.meter != meter || !slices.Contains(line.users, b.countsFor(customer)) || day < "2026-01-01" || day >= "2026-07-01" {
				continue
			}
			v := d.law(day)
			_, end := line.period(day)
			if v.refuse == 0 || came < addDays(end, v.refuse) {
				return false
			}
			refused = true
		}
	}
	return refused
}

func addDays(day string, n int) string {
	t, _ := time.Parse(time.DateOnly, day)
	return t.AddDate(0, 0, n).Format(time.DateOnly)
}

// days adds up what everybody used, by day.
func (b *meterBook) days() map[string]string {
	sums := map[string]*big.Rat{}
	for _, x := range b.order {
		if x.retracted {
			continue
		}
		key := fmt.Sprintf("%s %s %s", b.countsFor(x.customer), x.meter, dayOf(x.customer, x.at))
		if sums[key] == nil {
			sums[key] = new(big.Rat)
		}
		sums[key].Add(sums[key], x.quantity)
	}
	out := map[string]string{}
	for key, sum := range sums {
		out[key] = strings.TrimRight(strings.TrimRight(sum.FloatString(6), "0"), ".")
	}
	return out
}
