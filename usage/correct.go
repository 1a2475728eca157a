package usage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// Action is what a correction does to an event.
type Action string

const (
	Amend   Action = "amend"   // it says something else from here on
	Retract Action = "retract" // it counts no longer
	Restore Action = "restore" // it counts again, as it did before or as is said
)

// Correction is a new fact about an event that was accepted. The event itself
// stays as it came, and so does every correction before.
type Correction struct {
	Customer   string // external id of anybody in the paying family that the event counts in
	Source, ID string // of the event
	Action     Action

	// What the event is to say; what is not given stays as it is. A retraction gives nothing.
	Quantity   *decimal.Decimal
	OccurredAt time.Time
	Dimensions map[string]string // not nil: instead of all it had
	Meter      string            // code
	User       string            // external id of who used it, in the same family

	Reason   string
	Request  string // optional id of the sender: the same one again is the same correction
	Revision *int   // optional: the revision the sender has seen, 0 for the event as it came
}

// Corrected says what became of a correction.
type Corrected struct {
	Revision int  // of the event, after it
	Changed  bool // false: it said nothing new
}

// MaxCorrections is how many one call takes: they stand or fall together.
const MaxCorrections = 200_000

const maxReason = 1000

// problem gives the first field that cannot be accepted and why, "" when all can.
func (c *Correction) problem(now time.Time) (name, message string) {
	for _, f := range [...]struct{ name, value string }{{"customer", c.Customer}, {"source", c.Source}, {"id", c.ID}} {
		if message := textProblem(f.value); message != "" {
			return f.name, message
		}
	}
	for _, f := range [...]struct{ name, value string }{{"meter", c.Meter}, {"user", c.User}, {"request", c.Request}} {
		if message := textProblem(f.value); message != "" && f.value != "" {
			return f.name, message
		}
	}
	if reason := strings.TrimSpace(c.Reason); reason == "" {
		return "reason", "is missing: say why the event is corrected"
	} else if len(reason) > maxReason {
		return "reason", fmt.Sprintf("is longer than %d bytes", maxReason)
	}
	switch {
	case c.Action != Amend && c.Action != Retract && c.Action != Restore:
		return "action", "must be amend, retract or restore"
	case c.Action == Retract && c.gives():
		return "action", "retract takes the event out as a whole: leave out what it is to say"
	case c.Action == Amend && !c.gives():
		return "action", "amend needs what is to change: quantity, occurred_at, dimensions, meter or user"
	}
	return c.contentProblem(now)
}

func (c *Correction) contentProblem(now time.Time) (name, message string) {
	if c.Quantity != nil {
		if err := quantityProblem(*c.Quantity); err != nil {
			return "quantity", err.Error()
		}
	}
	if !c.OccurredAt.IsZero() {
		if message := timeProblem(c.OccurredAt); message != "" {
			return "occurred_at", message
		}
		if c.OccurredAt.Sub(now) > maxAhead {
			return "occurred_at", fmt.Sprintf("%s is more than a day ahead of now, %s", instant(c.OccurredAt), instant(now))
		}
	}
	return dimensionProblem(c.Dimensions)
}

// gives says whether the correction has anything for the event to say.
func (c *Correction) gives() bool {
	return c.Quantity != nil || !c.OccurredAt.IsZero() || c.Dimensions != nil || c.Meter != "" || c.User != ""
}

// CheckCorrections reports what is wrong with corrections by themselves, naming
// each by index, source and id.
func CheckCorrections(corrections []Correction, now time.Time) error {
	if len(corrections) > MaxCorrections {
		return fault.New(fault.Invalid, "%d corrections are too many for one call: they are made all or none, and at most %d fit", len(corrections), MaxCorrections)
	}
	var problems []fault.Field
	for i := range corrections {
		if name, message := corrections[i].problem(now); message != "" {
			problems = append(problems, corrections[i].field(i, name, message))
		}
		if len(problems) == maxProblems {
			break
		}
	}
	if len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	return nil
}

func (c *Correction) field(index int, name, message string) fault.Field {
	value := ""
	switch name {
	case "customer":
		value = c.Customer
	case "meter":
		value = c.Meter
	case "user":
		value = c.User
	case "action":
		value = string(c.Action)
	case "quantity":
		value = c.Quantity.String()
	}
	return fault.Field{
		Path: fmt.Sprintf("corrections[%d].%s", index, name), Value: fault.Shown(value),
		Message: fmt.Sprintf("event %q of source %q: %s %s", fault.Shown(c.ID), fault.Shown(c.Source), name, message),
	}
}

// content is what an event says that can be corrected.
type content struct {
	customer, meter int64
	at              time.Time
	quantity        decimal.Decimal
	dimensions      map[string]string
}

func (c content) equal(d content) bool {
	return c.customer == d.customer && c.meter == d.meter && c.at.UnixMicro() == d.at.UnixMicro() &&
		c.quantity.Equal(d.quantity) && maps.Equal(c.dimensions, d.dimensions)
}

// standing is an event as it stands after its last correction. Retracted, it
// keeps what it said last.
type standing struct {
	eventKey
	source, id string
	content
	revision  int
	retracted bool
	requests  map[string]answer // by id
	archived  string            // the month, when what it says is not at hand
}

// answer is what a correction with an id of its own made of an event.
type answer struct {
	action Action
	content
}

// resolved is a correction with the rows behind its names.
type resolved struct {
	*Correction
	customer int64 // 0: stays
	meter    int64 // 0: stays
}

// into is what the event is to say by the correction.
func (a resolved) into(c content) content {
	if a.customer != 0 {
		c.customer = a.customer
	}
	if a.meter != 0 {
		c.meter = a.meter
	}
	if a.Quantity != nil {
		c.quantity = *a.Quantity
	}
	if !a.OccurredAt.IsZero() {
		c.at = a.OccurredAt.UTC().Truncate(time.Microsecond) // as Postgres keeps it
	}
	if a.Dimensions != nil {
		c.dimensions = a.Dimensions
	}
	return c
}

// correct gives the event after a correction: the same one when it says nothing
// new. It refuses what the sender cannot have meant (fault.Conflict).
func (s standing) correct(a resolved) (standing, error) {
	if s.archived != "" {
		return s, fault.New(fault.Closed, "event %q of source %q is of %s, which is archived: what it said is not at hand, so it cannot be corrected any more; send the difference as an event of its own", a.ID, a.Source, s.archived)
	}
	next := s
	next.content, next.retracted = a.into(s.content), a.Action == Retract
	if a.Request != "" {
		if before, answered := s.requests[a.Request]; answered {
			if before.action == a.Action && before.content.equal(a.into(before.content)) {
				return s, nil
			}
			return s, fault.New(fault.Conflict, "event %q of source %q was corrected under the request %q before, in another way; give each correction a request of its own", s.id, s.source, a.Request)
		}
	}
	same := s.retracted == next.retracted && s.content.equal(next.content) && (a.Action != Restore || !s.retracted)
	switch {
	case same && a.Request == "":
		return s, nil
	case same: // kept all the same: sent again after another one came in between, it is known
	case a.Revision != nil && *a.Revision != s.revision:
		return s, fault.New(fault.Conflict, "event %q of source %q is at revision %d, not %d: somebody corrected it in between; look again", s.id, s.source, s.revision, *a.Revision)
	case a.Action == Amend && s.retracted:
		return s, fault.New(fault.Conflict, "event %q of source %q is retracted; restore it, with what it is to say", s.id, s.source)
	case a.Action == Restore && !s.retracted:
		return s, fault.New(fault.Conflict, "event %q of source %q is not retracted; amend it", s.id, s.source)
	}
	next.revision++
	if a.Request != "" { // the same request may come again in the same call
		next.requests = maps.Clone(s.requests)
		if next.requests == nil {
			next.requests = make(map[string]answer)
		}
		next.requests[a.Request] = answer{a.Action, next.content}
	}
	return next, nil
}

// change is one revision to be written.
type change struct {
	before, after standing
	resolved
}

// difference is what changes add to the rollups and take from them. What comes to
// nothing is left out: a new dimension that no meter declares moves no sum.
func difference(changes []change, zones map[int64]*time.Location, meters *catalog.Catalog) rollup {
	r := rollup{buckets: make(map[bucketKey]*tally), days: make(map[dayKey]*tally)}
	for _, c := range changes {
		if !c.before.retracted {
			r.move(c.before.account, c.before.content, -1, zones, meters)
		}
		if !c.after.retracted {
			r.move(c.after.account, c.after.content, 1, zones, meters)
		}
	}
	maps.DeleteFunc(r.buckets, func(_ bucketKey, t *tally) bool { return t.nothing() })
	maps.DeleteFunc(r.days, func(_ dayKey, t *tally) bool { return t.nothing() })
	maps.DeleteFunc(r.combinations, func(_ dimensionKey, t *tally) bool { return t.nothing() })
	return r
}

func (t *tally) nothing() bool { return t.events == 0 && t.quantity.IsZero() }

// move counts one event in all rollups, times 1 or -1.
func (r *rollup) move(account int64, c content, times int64, zones map[int64]*time.Location, meters *catalog.Catalog) {
	zone := zones[c.customer]
	if zone == nil {
		panic(fmt.Sprintf("usage: the zone of customer %d was not loaded", c.customer))
	}
	quantity := c.quantity.Mul(decimal.NewFromInt(times))
	s := series{account, c.customer, c.meter}
	unix, day := c.at.Unix(), dayKey{s, period.DateOf(c.at, zone)}
	tallyOf(&r.buckets, bucketKey{s, unix - unix%bucketSeconds}).add(quantity, times)
	tallyOf(&r.days, day).add(quantity, times)
	meter, ok := meters.MeterByID(c.meter)
	if !ok || !meter.Additive() {
		return
	}
	if kept := meter.Combination(c.dimensions); kept != nil {
		tallyOf(&r.combinations, dimensionKey{day, dimensionsObject(kept)}).add(quantity, times)
	}
}

func tallyOf[K comparable](all *map[K]*tally, k K) *tally {
	if *all == nil {
		*all = make(map[K]*tally)
	}
	t := (*all)[k]
	if t == nil {
		t = new(tally)
		(*all)[k] = t
	}
	return t
}

// key is what identifies an event.
func (h *hasher) key(source, id string) digest {
	h.b = h.b[:0]
	h.text(source)
	h.text(id)
	return h.sum()
}

// compareChanges is the order in which corrections are written: that of locks.
func compareChanges(a, b change) int {
	return cmp.Or(cmp.Compare(a.after.account, b.after.account), slices.Compare(a.after.key[:], b.after.key[:]), cmp.Compare(a.after.revision, b.after.revision))
}
