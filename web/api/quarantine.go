package api

import (
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/usage"
)

// quarantineQuery narrows what waits.
type quarantineQuery struct {
	Paged
	Reason    string `query:"reason" enum:"unknown customer,unknown meter,unknown customer and meter,late" doc:"For what they wait" example:"unknown customer"`
	Customer  string `query:"customer" maxLength:"255" doc:"As it was sent" example:"northwind"`
	Meter     string `query:"meter" maxLength:"255" doc:"As it was sent" example:"api.calls"`
	Discarded bool   `query:"discarded" doc:"Those that were discarded, instead of those that wait"`
}

// quarantined is an event that waits.
type quarantined struct {
	Stray      string            `json:"stray" doc:"Names the event while it waits" example:"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"`
	Reason     string            `json:"reason" doc:"unknown customer, unknown meter, unknown customer and meter, or late" example:"unknown customer"`
	Source     string            `json:"source" example:"/edge/fra1"`
	ID         string            `json:"id" example:"a-1"`
	Customer   string            `json:"customer" doc:"As it was sent" example:"northwind"`
	Meter      string            `json:"meter" doc:"As it was sent" example:"api.calls"`
	OccurredAt time.Time         `json:"occurred_at" example:"2026-03-01T10:00:00Z"`
	ReceivedAt time.Time         `json:"received_at" example:"2026-03-01T10:00:01Z"`
	Quantity   string            `json:"quantity" example:"12.5"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	Contract   string            `json:"contract,omitempty" doc:"That refuses a late one" example:"C-100"`
	LastDay    period.Date       `json:"last_day,omitzero" format:"date" doc:"On which that contract would have taken it"`
	Discarded  string            `json:"discarded,omitempty" doc:"Why it was discarded" example:"a test system"`
}

func quarantinedOf(q usage.Quarantined) quarantined {
	out := quarantined{Stray: q.Stray.String(), Reason: q.Reason, Source: q.Source, ID: q.ID, Customer: q.Customer, Meter: q.Meter, OccurredAt: q.OccurredAt, ReceivedAt: q.RecordedAt.UTC(),
		Quantity: q.Quantity.String(), Dimensions: q.Dimensions, Contract: q.Contract, LastDay: q.Deadline}
	if q.Discarded {
		out.Discarded = q.Decision.Reason
	}
	return out
}

// replayOrder says which of the waiting events are tried again.
type replayOrder struct {
	Reason   string `json:"reason,omitempty" enum:"unknown customer,unknown meter,unknown customer and meter" doc:"For what they wait; default: any of them" example:"unknown customer"`
	Customer string `json:"customer,omitempty" maxLength:"255" doc:"As it was sent" example:"northwind"`
	Meter    string `json:"meter,omitempty" maxLength:"255" doc:"As it was sent" example:"api.calls"`
}

// conflictQuery narrows conflicts.
type conflictQuery struct {
	Paged
	State string `query:"state" enum:"open,decided" doc:"Default: both" example:"open"`
}

// usageConflict is an event that came again with other content.
type usageConflict struct {
	ID         int64     `json:"id" example:"7"`
	Stands     heldEvent `json:"stands" doc:"What counts, after its corrections"`
	Retracted  bool      `json:"retracted,omitempty" doc:"What stands counts no longer"`
	Offered    heldEvent `json:"offered" doc:"What was refused"`
	ReceivedAt time.Time `json:"received_at" example:"2026-03-01T10:00:01Z"`
	Resolution string    `json:"resolution,omitempty" doc:"accepted or dismissed; absent: open" example:"accepted"`
	Reason     string    `json:"reason,omitempty" doc:"Of the decision"`
}

// heldEvent is an event as it counts.
type heldEvent struct {
	Source     string            `json:"source" example:"/edge/fra1"`
	ID         string            `json:"id" example:"a-1"`
	Customer   string            `json:"customer" doc:"External id" example:"northwind"`
	Meter      string            `json:"meter" doc:"Code" example:"api.calls"`
	OccurredAt time.Time         `json:"occurred_at" example:"2026-03-01T10:00:00Z"`
	Quantity   string            `json:"quantity" example:"12.5"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
}

func heldEventOf(e usage.Event) heldEvent {
	return heldEvent{e.Source, e.ID, e.Customer, e.Meter, e.OccurredAt, e.Quantity.String(), e.Dimensions}
}

func usageConflictOf(c usage.KeptConflict) usageConflict {
	stands := c.Kept
	if c.Now != nil {
		stands = *c.Now
	}
	return usageConflict{ID: c.ID, Stands: heldEventOf(stands), Retracted: c.Retracted, Offered: heldEventOf(c.Offered), ReceivedAt: c.RecordedAt.UTC(), Resolution: string(c.Resolution), Reason: c.Reason}
}

// eventQuery asks for a customer's events of some time.
type eventQuery struct {
	Paged
	Customer string    `query:"customer" required:"true" minLength:"1" maxLength:"255" doc:"External id" example:"northwind"`
	Meter    string    `query:"meter" maxLength:"255" doc:"Code; default: all" example:"api.calls"`
	From     time.Time `query:"from" required:"true" doc:"The first instant" example:"2026-03-01T00:00:00Z"`
	Until    time.Time `query:"until" required:"true" doc:"The first instant after" example:"2026-04-01T00:00:00Z"`
	All      bool      `query:"all" doc:"Also those that stood here and count no longer: retracted, or amended to count elsewhere"`
}

func (s *server) quarantineOperations() []operation {
	event := heldEvent{Source: "/edge/fra1", ID: "a-1", Customer: "northwind", Meter: "api.calls", OccurredAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), Quantity: "12.5"}
	came := event.OccurredAt.Add(time.Second)
	waiting := quarantined{Stray: "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", Reason: "unknown customer", Source: event.Source, ID: event.ID, Customer: event.Customer, Meter: event.Meter,
		OccurredAt: event.OccurredAt, ReceivedAt: came, Quantity: "12.5"}
	offered := event
	offered.Quantity = "13"
	return []operation{
		list(about{
			id: "list-quarantine", method: http.MethodGet, path: "/v1/usage/quarantine", tag: tagUsage, scope: access.UsageRead,
			summary: "Events that wait, the oldest first", details: "For their customer or meter to be known, or for finance to accept them though they came late.", answer: page[quarantined]{Items: []quarantined{waiting}},
		}, func(q usage.Quarantined) usage.Cursor { return q.At }, s.listQuarantine, each(quarantinedOf)),
		write(about{
			id: "replay-quarantine", method: http.MethodPost, path: "/v1/usage/quarantine/replay", tag: tagUsage, scope: access.UsageWrite, roles: meterDesks,
			summary: "Try waiting events again", details: "The oldest ten thousand of them; accepted are those whose customer and meter are known by now. What came late is never accepted here.",
			request: replayOrder{Customer: "northwind"}, answer: receipt{Accepted: 1},
		}, s.replayQuarantine),
		list(about{
			id: "list-usage-conflicts", method: http.MethodGet, path: "/v1/usage/conflicts", tag: tagUsage, scope: access.UsageRead,
			summary: "Events that came again with other content, the newest first",
			answer:  page[usageConflict]{Items: []usageConflict{{ID: 7, Stands: event, Offered: offered, ReceivedAt: came}}},
		}, func(c usage.KeptConflict) int64 { return c.ID }, s.listConflicts, each(usageConflictOf)),
		list(about{
			id: "list-usage-events", method: http.MethodGet, path: "/v1/usage/events", tag: tagUsage, scope: access.UsageRead,
			summary: "A customer's events, in the order they occurred", details: "As they count: an amended event says what it was amended to.",
			answer: page[usageEvent]{Items: []usageEvent{{Source: event.Source, ID: event.ID, Customer: event.Customer, Meter: event.Meter, OccurredAt: event.OccurredAt, Quantity: "12.5", State: "counts", RecordedAt: came}}},
		}, func(r usage.Recorded) usage.EventCursor { return r.At }, s.listEvents, each(usageEventOf)),
	}
}

// usageEvent is an event in a list.
type usageEvent struct {
	Source     string            `json:"source" example:"/edge/fra1"`
	ID         string            `json:"id" example:"a-1"`
	Customer   string            `json:"customer" doc:"External id" example:"northwind"`
	Meter      string            `json:"meter" doc:"Code" example:"api.calls"`
	OccurredAt time.Time         `json:"occurred_at" example:"2026-03-01T10:00:00Z"`
	Quantity   string            `json:"quantity" example:"12.5"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	Revision   int               `json:"revision" doc:"How often it was corrected" example:"0"`
	State      string            `json:"state" enum:"counts,retracted,moved" example:"counts"`
	RecordedAt time.Time         `json:"recorded_at" doc:"When it came, or was corrected last" example:"2026-03-01T10:00:01Z"`
}

func usageEventOf(r usage.Recorded) usageEvent {
	out := usageEvent{r.Source, r.ID, r.Customer, r.Meter, r.OccurredAt, r.Quantity.String(), r.Dimensions, r.Revision, "counts", r.RecordedAt.UTC()}
	if r.State != usage.Counts {
		out.State = string(r.State)
	}
	return out
}

func (s *server) listQuarantine(c *call, in *quarantineQuery, after *usage.Cursor, limit int) ([]usage.Quarantined, error) {
	f := usage.QuarantineFilter{Discarded: in.Discarded, Reason: in.Reason, Customer: in.Customer, Meter: in.Meter, Limit: limit}
	if after != nil {
		f.After = *after
	}
	return usage.QuarantinePage(c.ctx, c.DB, f)
}

func (s *server) replayQuarantine(c *call, tx pgx.Tx, in *struct{ Body replayOrder }) (receipt, error) {
	got, err := usage.ReplayIn(c.ctx, tx, usage.QuarantineFilter{Reason: in.Body.Reason, Customer: in.Body.Customer, Meter: in.Body.Meter}, c.by)
	out := receipt{Accepted: got.Accepted, Repeated: got.Repeated, Quarantined: got.Quarantined}
	for _, x := range got.Conflicts {
		out.Conflicts = append(out.Conflicts, conflictOf(x))
	}
	return out, err
}

func (s *server) listConflicts(c *call, in *conflictQuery, after *int64, limit int) ([]usage.KeptConflict, error) {
	f := usage.ConflictFilter{Open: in.State == "open", Decided: in.State == "decided", Limit: limit}
	if after != nil {
		f.Before = *after
	}
	return usage.ConflictsPage(c.ctx, c.DB, f)
}

func (s *server) listEvents(c *call, in *eventQuery, after *usage.EventCursor, limit int) ([]usage.Recorded, error) {
	who, err := c.customerCalled(c.DB, "customer", in.Customer)
	if err != nil {
		return nil, err
	}
	f := usage.EventFilter{Account: who.Account, Customer: who.ID, From: in.From, Until: in.Until, All: in.All, Limit: limit}
	if in.Meter != "" {
		meters, err := catalog.LoadMeters(c.ctx, c.DB)
		if err != nil {
			return nil, err
		}
		meter, ok := meters.Meter(in.Meter)
		if !ok {
			return nil, fault.InvalidFields(fault.Field{Path: "meter", Value: fault.Shown(in.Meter), Message: "is not a meter of the catalog"})
		}
		f.Meter = meter.ID
	}
	if after != nil {
		f.After = *after
	}
	return usage.EventsPage(c.ctx, c.DB, f)
}
