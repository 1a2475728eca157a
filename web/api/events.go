package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"ratable/internal/access"
	"ratable/usage"
)

// cloudEvent is a usage event as the document describes it; usage.ParseCloudEvents reads it, more strictly than a decoder.
type cloudEvent struct {
	SpecVersion string    `json:"specversion" enum:"1.0" example:"1.0"`
	Source      string    `json:"source" minLength:"1" doc:"Who measured it: together with id it names the event for ever" example:"/edge/fra1"`
	ID          string    `json:"id" minLength:"1" example:"a-1"`
	Type        string    `json:"type" minLength:"1" doc:"The meter's code" example:"api.calls"`
	Subject     string    `json:"subject" minLength:"1" doc:"The customer's external id" example:"northwind"`
	Time        string    `json:"time" format:"date-time" doc:"When it was used, with a zone" example:"2026-03-01T10:00:00Z"`
	Data        eventData `json:"data"`
	_           struct{}  `additionalProperties:"true"`
}

type eventData struct {
	Quantity   any               `json:"quantity" doc:"A text or a number, never negative: what was too much is corrected" example:"12.5"`
	Dimensions map[string]string `json:"dimensions,omitempty" doc:"By which prices and pages tell usage apart"`
}

var exampleEvent = cloudEvent{SpecVersion: "1.0", Source: "/edge/fra1", ID: "a-1", Type: "api.calls", Subject: "northwind",
	Time: "2026-03-01T10:00:00Z", Data: eventData{Quantity: "12.5", Dimensions: map[string]string{"region": "eu"}}}

// receipt says what became of every event.
type receipt struct {
	Accepted    int        `json:"accepted" doc:"Events that are new"`
	Repeated    int        `json:"repeated" doc:"The same content again: counted once"`
	Quarantined int        `json:"quarantined" doc:"Customer or meter unknown: kept, and counted when they are known"`
	Conflicts   []conflict `json:"conflicts,omitempty" doc:"Ids that came again with other content: the first stands"`
}

// conflict is an id that came again with other content: the first stands.
type conflict struct {
	Source   string `json:"source"`
	ID       string `json:"id"`
	Kept     string `json:"kept_quantity,omitempty" doc:"What the event said when it came first, which stands unless finance corrected it since. Left out where the event is archived: archived names the file that says it" example:"12.5"`
	Offered  string `json:"offered_quantity" doc:"What it said this time: kept beside, for finance to accept or dismiss, and not counted" example:"13"`
	Customer string `json:"customer" doc:"As it was written this time" example:"northwind"`
	Archived string `json:"archived,omitempty" doc:"The archive file of a past month that holds the event; its quantity is no longer in the database" example:"usage-2024-01.1.ndjson.gz"`
}

func conflictOf(c usage.Conflict) conflict {
	return conflict{c.Offered.Source, c.Offered.ID, c.KeptQuantity(), c.Offered.Quantity.String(), c.Offered.Customer, c.Archived}
}

// The media types of CloudEvents in structured mode (CloudEvents 1.0.2, HTTP binding 3.2 and 3.3).
const (
	oneEvent   = "application/cloudevents+json"
	manyEvents = "application/cloudevents-batch+json"
)

func (s *server) eventOperations() []operation {
	return []operation{
		bare[struct{ Body []cloudEvent }, receipt](about{
			id: "send-events", method: http.MethodPost, path: "/v1/events", tag: tagUsage, scope: access.UsageWrite, roles: meterDesks, status: http.StatusAccepted,
			summary: "Send usage events, one or a batch",
			details: `CloudEvents 1.0 in JSON: one object or an array, at most 16 MB. Source and id name an event for ever: sending it again is safe and counts once, so no Idempotency-Key is needed. An id that comes again with other content is reported with 409, although the rest of the batch counts: a sender that reuses an id must notice.`,
			also:    map[int]any{http.StatusConflict: receipt{Accepted: 0, Conflicts: []conflict{{"/edge/fra1", "a-1", "12.5", "13", "northwind", ""}}}},
			request: []cloudEvent{exampleEvent}, answer: receipt{Accepted: 1}, consumes: []string{"application/json", oneEvent, manyEvents},
			limit: maxBody, streams: true, keyless: true, describe: describeEvents,
		}, s.takeEvents),
	}
}

// describeEvents says which media type has one event and which has a list; plain JSON has either.
func describeEvents(op *huma.Operation, _ huma.Registry) {
	content := op.RequestBody.Content
	many := content[manyEvents].Schema
	one := many.Items
	content[oneEvent] = &huma.MediaType{Schema: one, Example: exampleEvent}
	content["application/json"].Schema = &huma.Schema{OneOf: []*huma.Schema{one, many}}
	conflict := op.Responses["409"]
	conflict.Description = "An id came again with other content; the rest counts"
}

// takeEvents accepts CloudEvents, one or a batch. Sending a batch again is safe. A conflict is 409, although the rest
// of the batch counts: a sender that reuses an id must notice.
func (s *server) takeEvents(c *call) error {
	if err := c.about.takes(c.echo.Request().Header.Get("Content-Type")); err != nil {
		return err
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	events, err := usage.ParseCloudEvents(body)
	if err != nil {
		return err
	}
	got, err := usage.Ingest(c.ctx, s.DB, events, s.Now(), c.by)
	if err != nil {
		return err
	}
	out := receipt{Accepted: got.Accepted, Repeated: got.Repeated, Quarantined: got.Quarantined}
	for _, x := range got.Conflicts {
		out.Conflicts = append(out.Conflicts, conflictOf(x))
	}
	status := http.StatusAccepted
	if len(out.Conflicts) > 0 {
		status = http.StatusConflict
	}
	return c.echo.JSON(status, out)
}
