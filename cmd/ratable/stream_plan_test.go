package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/shopspring/decimal"
)

// A plan is a stream of usage made up before a byte of it is sent, and what must stand in the end whatever happens on
// the way. Writers share nothing but repeats: of each event one writer is the owner, who alone sends other content
// under its id and corrects it, later than the event itself. So the outcome does not depend on who is faster.
type plan struct {
	requests [][]request // of each writer, in order
	events   map[eventID]*measure
	first    map[eventID]wireEvent // as each was sent first: corrections change what counts, not this
	sent     int                   // events in all requests

	conflicts, broken int // contents and events to be refused
}

type eventID struct{ source, id string }

// measure is an event as it must count in the end.
type measure struct {
	customer, meter string
	at              time.Time
	quantity        decimal.Decimal
	dimensions      map[string]string
	retracted       bool
}

// request is one call: a batch of events, or corrections of events sent before.
type request struct {
	events      []wireEvent
	corrections []wireCorrection
}

// wireEvent is a CloudEvent. Broken ones must be refused by name, whatever else is in their batch.
type wireEvent struct {
	SpecVersion string    `json:"specversion"`
	Source      string    `json:"source"`
	ID          string    `json:"id"`
	Type        string    `json:"type"`
	Subject     string    `json:"subject"`
	Time        string    `json:"time"`
	Data        eventData `json:"data"`

	broken bool
}

type eventData struct {
	Quantity   string            `json:"quantity"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
}

type wireCorrection struct {
	Customer string  `json:"customer"`
	Source   string  `json:"source"`
	ID       string  `json:"id"`
	Action   string  `json:"action"`
	Quantity *string `json:"quantity,omitempty"`
	Time     *string `json:"occurred_at,omitempty"`
	Reason   string  `json:"reason"`
}

// What the stream draws from. Ghosts are customers and gpu.hours a meter that nobody knows while it runs; of the ghosts
// the first are met afterwards, and so is the meter.
var (
	streamCustomers = []string{"acme", "lone", "rhein", "gracht", "harbor", "summit"}
	streamMeters    = []string{"api.calls", "storage.gb", "requests", "peak", "level", "people"}
	streamGhosts    = []string{"ghost-1", "ghost-2"}
	streamRegions   = []string{"eu", "us", "ap"}
)

const (
	metLater      = "ghost-1"
	unknownMeter  = "gpu.hours" // added before the replay
	unknownMeter2 = "typo.meter"
)

// planner makes one writer's requests.
type planner struct {
	*plan
	writer int
	rand   *rand.Rand
	now    time.Time
	batch  int
	all    []eventID
	own    []eventID // those of a known customer and meter: they can be corrected
	next   int
}

// newPlan spreads n events over the writers. The same seed makes the same plan.
func newPlan(seed uint64, n, writers, batch int, now time.Time) *plan {
	p := &plan{events: make(map[eventID]*measure, n), first: make(map[eventID]wireEvent, n)}
	all := make([]*planner, writers)
	for w := range all {
		all[w] = &planner{plan: p, writer: w, rand: rand.New(rand.NewPCG(seed, uint64(w))), now: now, batch: batch}
		p.requests = append(p.requests, nil)
	}
	for p.sent < n {
		for _, w := range all {
			w.request(all[w.rand.IntN(writers)])
		}
	}
	return p
}

// request adds a batch, now and then with corrections behind it.
func (w *planner) request(other *planner) {
	var r request
	known := len(w.own)
	for range 1 + w.rand.IntN(2*w.batch) {
		r.events = append(r.events, w.event(known, other))
	}
	w.sent += len(r.events)
	w.plan.requests[w.writer] = append(w.plan.requests[w.writer], r)
	if w.rand.IntN(3) == 0 && known > 0 {
		w.plan.requests[w.writer] = append(w.plan.requests[w.writer], w.corrections(known))
	}
}

// event is mostly new; else a repeat of one of anybody's, other content under an own id, or broken. Only events of
// earlier requests are repeated with other content or corrected: those stand already.
func (w *planner) event(known int, other *planner) wireEvent {
	switch dice := w.rand.IntN(100); {
	case dice < 8 && len(other.all) > 0:
		return w.first[pick(w.rand, other.all)]
	case dice < 10 && known > 0:
		again := w.first[w.own[w.rand.IntN(known)]]
		again.Data.Quantity = "987654." + strconv.Itoa(w.next) // never the same twice
		w.next++
		w.conflicts++
		return again
	case dice < 11:
		return w.brokenEvent()
	}
	return w.fresh()
}

func (w *planner) fresh() wireEvent {
	id := eventID{fmt.Sprintf("/edge/%d", w.writer), fmt.Sprintf("e%d", w.next)}
	w.next++
	t := measure{customer: pick(w.rand, streamCustomers), meter: pick(w.rand, streamMeters), at: w.time(),
		quantity: decimal.New(w.rand.Int64N(1_000_000), -int32(w.rand.IntN(4)))}
	if t.meter == "requests" || t.meter == "people" || w.rand.IntN(10) == 0 {
		t.dimensions = map[string]string{"region": pick(w.rand, streamRegions), "user": fmt.Sprintf("u%d", w.rand.IntN(50))}
	}
	stray := true
	switch w.rand.IntN(60) {
	case 0:
		t.customer = pick(w.rand, streamGhosts)
	case 1:
		t.meter = unknownMeter
	case 2:
		t.meter = unknownMeter2
	default:
		stray = false
	}
	w.events[id] = &t
	e := wireEvent{SpecVersion: "1.0", Source: id.source, ID: id.id, Type: t.meter, Subject: t.customer, Time: t.at.Format(time.RFC3339Nano),
		Data: eventData{Quantity: t.quantity.String(), Dimensions: t.dimensions}}
	w.first[id] = e
	w.all = append(w.all, id)
	if !stray {
		w.own = append(w.own, id)
	}
	return e
}

// time is as a rule the last hours; some come late by days and up to a year, some from a clock that runs up to a day
// ahead. Zones differ in how they write the same instant.
func (w *planner) time() time.Time {
	at := w.now.Add(-time.Duration(w.rand.Int64N(int64(6 * time.Hour))))
	switch w.rand.IntN(20) {
	case 0:
		at = at.AddDate(0, 0, -w.rand.IntN(365))
	case 1:
		at = at.AddDate(0, 0, -w.rand.IntN(10))
	case 2:
		at = w.now.Add(time.Duration(w.rand.Int64N(int64(20 * time.Hour))))
	}
	at = at.Truncate(time.Microsecond)
	if w.rand.IntN(4) == 0 {
		return at.In(time.FixedZone("", 5*3600+2700))
	}
	return at
}

func (w *planner) brokenEvent() wireEvent {
	all, own := len(w.all), len(w.own)
	e := w.fresh()
	w.all, w.own = w.all[:all], w.own[:own]
	id := eventID{e.Source, e.ID}
	delete(w.events, id)
	delete(w.first, id)
	e.broken = true
	w.broken++
	switch w.rand.IntN(6) {
	case 0:
		e.Time = w.now.AddDate(0, 0, 3).Format(time.RFC3339) // a clock that runs too far ahead
	case 1:
		e.Time = "1970-01-01T00:00:07Z" // a clock that lost its battery
	case 2:
		e.Data.Quantity = "-1"
	case 3:
		e.Data.Quantity = "NaN"
	case 4:
		e.Subject = ""
	case 5:
		e.ID = "a\u0000b"
	}
	return e
}

// corrections amend and retract own events of earlier requests, each event once in a request.
func (w *planner) corrections(known int) (r request) {
	seen := map[eventID]bool{}
	for range 1 + w.rand.IntN(5) {
		id := w.own[w.rand.IntN(known)]
		if seen[id] {
			continue
		}
		seen[id] = true
		t := w.events[id]
		c := wireCorrection{Customer: t.customer, Source: id.source, ID: id.id, Reason: "counted wrong by the sender"}
		switch {
		case t.retracted:
			c.Action, t.retracted = "restore", false
		case w.rand.IntN(3) == 0:
			c.Action, t.retracted = "retract", true
		default:
			c.Action = "amend"
			t.quantity = decimal.New(w.rand.Int64N(1_000_000), -2)
			text := t.quantity.String()
			c.Quantity = &text
			if w.rand.IntN(2) == 0 {
				t.at = w.time()
				at := t.at.Format(time.RFC3339Nano)
				c.Time = &at
			}
		}
		r.corrections = append(r.corrections, c)
	}
	return r
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// body is a request as it is sent, without the events that were refused by name.
func (r request) body() []byte {
	var v any = r.events
	if r.corrections != nil {
		v = map[string]any{"corrections": r.corrections}
	}
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return out
}
