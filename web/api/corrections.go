package api

import (
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/usage"
)

// meterDesks may put usage right; the verbs check again.
var meterDesks = []access.Role{access.Finance, access.Product, access.Support}

// correction is a new fact about an accepted event.
type correction struct {
	Customer   string            `json:"customer" minLength:"1" maxLength:"255" doc:"External id of anybody in the paying family that the event counts in" example:"northwind"`
	Source     string            `json:"source" minLength:"1" maxLength:"255" doc:"Of the event" example:"/edge/fra1"`
	ID         string            `json:"id" minLength:"1" maxLength:"255" doc:"Of the event" example:"a-1"`
	Action     string            `json:"action" enum:"amend,retract,restore" doc:"amend: it says something else from here on; retract: it counts no longer; restore: it counts again" example:"amend"`
	Quantity   string            `json:"quantity,omitempty" maxLength:"60" doc:"What is not sent stays" example:"12.5"`
	OccurredAt time.Time         `json:"occurred_at,omitzero" doc:"With a zone" example:"2026-03-01T10:00:00Z"`
	Dimensions map[string]string `json:"dimensions,omitempty" doc:"Instead of all it had; an empty object takes them away"`
	Meter      string            `json:"meter,omitempty" maxLength:"255" doc:"Code" example:"api.calls"`
	User       string            `json:"user,omitempty" maxLength:"255" doc:"External id of who used it, in the same paying family" example:"northwind"`
	Reason     string            `json:"reason" minLength:"1" maxLength:"1000" example:"counted twice"`
	Request    string            `json:"request,omitempty" maxLength:"255" doc:"An id of yours: the same one again is the same correction" example:"fix-2026-03-1"`
	Revision   *int              `json:"revision,omitempty" minimum:"0" doc:"The revision you have seen, 0 for the event as it came: refused when somebody corrected it since" example:"0"`
}

type newCorrections struct {
	Corrections []correction `json:"corrections" minItems:"1" maxItems:"10000"`
}

type corrected struct {
	Revision int  `json:"revision" doc:"Of the event, after it" example:"1"`
	Changed  bool `json:"changed" doc:"False: it said nothing new" example:"true"`
}

type correctionsMade struct {
	Corrections []corrected `json:"corrections" doc:"In the order of what was sent"`
}

// newBackfill replaces a stretch of usage.
type newBackfill struct {
	Customer string          `json:"customer" minLength:"1" maxLength:"255" doc:"External id" example:"northwind"`
	Meter    string          `json:"meter" minLength:"1" maxLength:"255" doc:"Code" example:"api.calls"`
	Source   string          `json:"source,omitempty" maxLength:"255" doc:"Replace only what this source sent" example:"/edge/fra1"`
	From     time.Time       `json:"from" doc:"The first instant that is replaced" example:"2026-03-01T00:00:00Z"`
	Until    time.Time       `json:"until" doc:"The first instant that is not" example:"2026-04-01T00:00:00Z"`
	Reason   string          `json:"reason" minLength:"1" maxLength:"1000" example:"the gateway's log was read again"`
	Events   []backfillEvent `json:"events" maxItems:"200000" doc:"All events of the stretch as they should count"`
	DryRun   bool            `json:"dry_run,omitempty" doc:"Say what would happen and change nothing"`
}

type backfillEvent struct {
	Source     string            `json:"source" minLength:"1" maxLength:"255" example:"/edge/fra1"`
	ID         string            `json:"id" minLength:"1" maxLength:"255" example:"a-1"`
	OccurredAt time.Time         `json:"occurred_at" example:"2026-03-01T10:00:00Z"`
	Quantity   string            `json:"quantity" minLength:"1" maxLength:"60" example:"12.5"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
}

// backfill is what a backfill did, or would do.
type backfill struct {
	ID        int64      `json:"id,omitempty" doc:"Absent in a dry run" example:"7"`
	DryRun    bool       `json:"dry_run,omitempty"`
	Added     int        `json:"added" example:"12"`
	Amended   int        `json:"amended" example:"3"`
	Retracted int        `json:"retracted" example:"1"`
	Unchanged int        `json:"unchanged" example:"840"`
	Days      []dayShift `json:"days" doc:"That change, of all sources"`
}

type dayShift struct {
	Day          period.Date `json:"day" format:"date" doc:"Of the seller's zone" example:"2026-03-01"`
	Meter        string      `json:"meter" example:"api.calls"`
	Before       string      `json:"quantity_before" example:"840"`
	After        string      `json:"quantity_after" example:"852.5"`
	EventsBefore int64       `json:"events_before" example:"84"`
	EventsAfter  int64       `json:"events_after" example:"96"`
}

func (s *server) correctionOperations() []operation {
	quantity := "12.5"
	done := backfill{ID: 7, Added: 12, Amended: 3, Retracted: 1, Unchanged: 840, Days: []dayShift{{period.NewDate(2026, 3, 1), "api.calls", "840", "852.5", 84, 96}}}
	return []operation{
		write(about{
			id: "correct-usage", method: http.MethodPost, path: "/v1/usage/corrections", tag: tagUsage, scope: access.UsageWrite, roles: meterDesks,
			summary: "Amend, retract or restore accepted events",
			details: "All or none. The event stays as it came, and so does every correction before; what is booked follows by itself: the next runs bill the difference. The same correction again changes nothing.",
			refuses: []int{http.StatusNotFound, http.StatusConflict}, limit: maxBody,
			request: newCorrections{[]correction{{Customer: "northwind", Source: "/edge/fra1", ID: "a-1", Action: "amend", Quantity: quantity, Reason: "counted twice"}}},
			answer:  correctionsMade{[]corrected{{1, true}}},
		}, s.correctUsage),
		write(about{
			id: "backfill-usage", method: http.MethodPost, path: "/v1/usage/backfills", tag: tagUsage, scope: access.UsageWrite, roles: meterDesks,
			summary: "Replace a stretch of usage by a set of events",
			details: "What is in the set and not known is added, what says something else amended, what counts in the stretch and is not in the set retracted. All or nothing; dry_run says what would happen.",
			refuses: []int{http.StatusConflict}, limit: maxBody,
			request: newBackfill{Customer: "northwind", Meter: "api.calls", From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), Reason: "the gateway's log was read again",
				Events: []backfillEvent{{Source: "/edge/fra1", ID: "a-1", OccurredAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), Quantity: quantity}}, DryRun: true},
			answer: done,
		}, s.backfillUsage),
	}
}

func (s *server) correctUsage(c *call, tx pgx.Tx, in *struct{ Body newCorrections }) (correctionsMade, error) {
	out := correctionsMade{Corrections: []corrected{}}
	var sent []usage.Correction
	var found []fault.Field
	for i, x := range in.Body.Corrections {
		one := usage.Correction{Customer: x.Customer, Source: x.Source, ID: x.ID, Action: usage.Action(x.Action), OccurredAt: x.OccurredAt, Dimensions: x.Dimensions,
			Meter: x.Meter, User: x.User, Reason: x.Reason, Request: x.Request, Revision: x.Revision}
		if x.Quantity != "" {
			quantity, err := usage.ParseQuantity(x.Quantity)
			if err != nil {
				found = append(found, fault.Field{Path: fmt.Sprintf("corrections[%d].quantity", i), Value: fault.Shown(x.Quantity), Message: err.Error()})
			}
			one.Quantity = &quantity
		}
		sent = append(sent, one)
	}
	if len(found) > 0 {
		return out, fault.InvalidFields(found...)
	}
	made, err := usage.CorrectIn(c.ctx, tx, sent, c.Now(), c.by)
	for _, m := range made {
		out.Corrections = append(out.Corrections, corrected{m.Revision, m.Changed})
	}
	return out, err
}

func (s *server) backfillUsage(c *call, tx pgx.Tx, in *struct{ Body newBackfill }) (backfill, error) {
	x := in.Body
	b := usage.Backfill{Stretch: usage.Stretch{Customer: x.Customer, Meter: x.Meter, Source: x.Source, From: x.From, Until: x.Until}, Reason: x.Reason}
	var found []fault.Field
	for i, e := range x.Events {
		quantity, err := usage.ParseQuantity(e.Quantity)
		if err != nil {
			found = append(found, fault.Field{Path: fmt.Sprintf("events[%d].quantity", i), Value: fault.Shown(e.Quantity), Message: err.Error()})
		}
		b.Events = append(b.Events, usage.Event{Source: e.Source, ID: e.ID, Customer: x.Customer, Meter: x.Meter, OccurredAt: e.OccurredAt, Quantity: quantity, Dimensions: e.Dimensions})
	}
	if len(found) > 0 {
		return backfill{}, fault.InvalidFields(found...)
	}
	out := backfill{DryRun: x.DryRun, Days: []dayShift{}}
	var r usage.Replacement
	var err error
	if x.DryRun {
		r, err = usage.PlanBackfillIn(c.ctx, tx, b, c.Now())
	} else {
		out.ID, r, err = usage.ReplaceStretchIn(c.ctx, tx, b, c.Now(), c.by)
	}
	out.Added, out.Amended, out.Retracted, out.Unchanged = r.Added, r.Amended, r.Retracted, r.Unchanged
	for _, d := range r.Days {
		out.Days = append(out.Days, dayShift{d.Day, d.Meter, d.Before.String(), d.After.String(), d.EventsBefore, d.EventsAfter})
	}
	return out, err
}
