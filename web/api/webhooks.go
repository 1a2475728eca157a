package api

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

// endpoint is where events go.
type endpoint struct {
	ID           int64     `json:"id" example:"3"`
	URL          string    `json:"url" example:"https://example.com/hooks"`
	Description  string    `json:"description" example:"Data warehouse"`
	Types        []string  `json:"types" doc:"Empty: every type there is, and those to come"`
	Status       string    `json:"status" enum:"enabled,disabled,removed" example:"enabled"`
	Reason       string    `json:"reason,omitempty" doc:"Why it is disabled" example:"The endpoint answered 410 Gone: it wants no more events."`
	FailingSince time.Time `json:"failing_since,omitzero" doc:"The first failure since something last arrived" example:"2026-03-01T10:00:00Z"`
	Waiting      int       `json:"waiting" doc:"Deliveries to be made" example:"0"`
	Failed       int       `json:"failed" doc:"Deliveries given up" example:"0"`
	CreatedAt    time.Time `json:"created_at" example:"2026-03-01T09:00:00Z"`
	Secret       string    `json:"secret,omitempty" doc:"What requests are signed with. Answered once, when it is made" example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
}

func (e endpoint) location() string { return fmt.Sprintf("/v1/webhooks/endpoints/%d", e.ID) }

// withoutSecret is what an Idempotency-Key keeps: whoever never got the secret rotates it.
func (e endpoint) withoutSecret() any {
	e.Secret = ""
	return e
}

func endpointOf(e webhook.Endpoint, secret string) endpoint {
	out := endpoint{ID: e.ID, URL: e.URL, Description: e.Description, Types: []string{}, Status: string(e.Status), Reason: e.Reason, FailingSince: e.FailingSince,
		Waiting: e.Waiting, Failed: e.Failed, CreatedAt: e.CreatedAt, Secret: secret}
	for _, t := range e.Types {
		out.Types = append(out.Types, string(t))
	}
	return out
}

// newEndpoint is what is sent to say where events go.
type newEndpoint struct {
	URL         string   `json:"url" minLength:"1" maxLength:"2000" doc:"https, on the public Internet" example:"https://example.com/hooks"`
	Description string   `json:"description,omitempty" maxLength:"200" example:"Data warehouse"`
	Types       []string `json:"types,omitempty" maxItems:"100" doc:"Default: every type there is"`
}

func (n newEndpoint) given() webhook.NewEndpoint {
	out := webhook.NewEndpoint{URL: n.URL, Description: n.Description}
	for _, t := range n.Types {
		out.Types = append(out.Types, webhook.Type(t))
	}
	return out
}

type endpointSwitch struct {
	Status string `json:"status" enum:"enabled,disabled" example:"enabled"`
	Reason string `json:"reason,omitempty" maxLength:"200" example:"The receiver is back"`
}

// EndpointAt names one endpoint.
type EndpointAt struct {
	ID int64 `path:"endpoint" minimum:"1" example:"3"`
}

// delivery is an event on its way to one endpoint.
type delivery struct {
	ID          int64     `json:"id" example:"41"`
	Endpoint    int64     `json:"endpoint" example:"3"`
	Event       string    `json:"event" doc:"The webhook-id" example:"evt_0f3a9d51c4b7e2866a1d5b0c9e8f7a34"`
	Type        string    `json:"type" example:"invoice.issued"`
	Object      string    `json:"object" example:"NLUS-2026-000001"`
	State       string    `json:"state" enum:"waiting,sending,delivered,failed,dropped" example:"delivered"`
	Attempts    int       `json:"attempts" example:"1"`
	LastCode    int       `json:"last_code,omitempty" doc:"The last answer's code" example:"200"`
	LastError   string    `json:"last_error,omitempty" example:"503 Service Unavailable"`
	RecordedAt  time.Time `json:"recorded_at" example:"2026-03-01T10:00:00Z"`
	NextTryAt   time.Time `json:"next_try_at,omitzero" example:"2026-03-01T10:05:00Z"`
	DeliveredAt time.Time `json:"delivered_at,omitzero" example:"2026-03-01T10:00:01Z"`
}

func deliveryOf(d webhook.Delivery) delivery {
	out := delivery{ID: d.ID, Endpoint: d.Endpoint, Event: d.Event, Type: string(d.Type), Object: d.Object.ID, State: string(d.State), Attempts: d.Attempts,
		LastCode: d.LastCode, LastError: d.LastError, RecordedAt: d.RecordedAt, DeliveredAt: d.DeliveredAt}
	if d.State == webhook.Waiting && d.NextAttemptAt.Unix() > 0 {
		out.NextTryAt = d.NextAttemptAt
	}
	return out
}

// tried is a delivery with every request and answer.
type tried struct {
	Delivery delivery  `json:"delivery"`
	Payload  told      `json:"payload" doc:"What is sent"`
	Requests []request `json:"requests"`
}

type request struct {
	Number    int               `json:"number" example:"1"`
	Outcome   string            `json:"outcome" enum:"delivered,failed,lost" example:"delivered"`
	SentAt    time.Time         `json:"sent_at" example:"2026-03-01T10:00:00Z"`
	LatencyMS int64             `json:"latency_ms" example:"84"`
	URL       string            `json:"url" example:"https://example.com/hooks"`
	Code      int               `json:"code,omitempty" doc:"Absent: it never came to an answer" example:"200"`
	Error     string            `json:"error,omitempty" example:"context deadline exceeded"`
	Headers   map[string]string `json:"headers" doc:"As sent, without the signature; empty after 30 days"`
	Answer    map[string]string `json:"answer_headers"`
	Body      string            `json:"answer_body,omitempty" doc:"The first 4 KB" example:"ok"`
}

type deliveryQuery struct {
	Paged
	Endpoint int64  `query:"endpoint" minimum:"0" example:"3"`
	State    string `query:"state" enum:"waiting,sending,delivered,failed,dropped" example:"failed"`
	Type     string `query:"type" maxLength:"60" example:"invoice.issued"`
	Object   string `query:"object" maxLength:"200" doc:"Id of what the event is about" example:"NLUS-2026-000001"`
}

type feedQuery struct {
	Paged
	After  string `query:"after" maxLength:"20" pattern:"^[0-9]*$" doc:"Only events behind this sequence: that of the last one you read" example:"48213"`
	Type   string `query:"type" maxLength:"60" example:"invoice.issued"`
	Object string `query:"object" maxLength:"200" doc:"Id of what the event is about" example:"NLUS-2026-000001"`
}

// told is an event as endpoints get it.
type told struct {
	ID         string         `json:"id" doc:"The webhook-id: drop what you have seen" example:"evt_0f3a9d51c4b7e2866a1d5b0c9e8f7a34"`
	Type       string         `json:"type" example:"invoice.issued"`
	OccurredAt time.Time      `json:"occurred_at" example:"2026-03-01T10:00:00Z"`
	APIVersion string         `json:"api_version" example:"2026-11-21"`
	Object     toldObject     `json:"object"`
	Sequence   string         `json:"sequence" doc:"Greater is later, within an object; gaps mean nothing" example:"48213"`
	Customer   string         `json:"customer,omitempty" doc:"External id" example:"northwind"`
	Data       map[string]any `json:"data,omitempty" doc:"What to decide by; absent after 30 days"`
}

type toldObject struct {
	Kind string `json:"kind" example:"invoice"`
	ID   string `json:"id" example:"NLUS-2026-000001"`
	Href string `json:"href" example:"/v1/invoices/NLUS-2026-000001"`
}

func toldOf(e webhook.Envelope) told {
	out := told{ID: e.ID, Type: string(e.Type), OccurredAt: e.OccurredAt, APIVersion: e.APIVersion,
		Object: toldObject{string(e.Object.Kind), e.Object.ID, e.Object.Href}, Sequence: e.Sequence, Customer: e.Customer}
	_ = json.Unmarshal(e.Data, &out.Data) // an object when it was emitted, or null
	return out
}

type replayWish struct {
	Since time.Time `json:"since,omitzero" doc:"Every event since then, at most 30 days ago; absent: what was given up" example:"2026-03-01T00:00:00Z"`
}

type replayed struct {
	Deliveries int `json:"deliveries" example:"12"`
}

func (s *server) addEndpoint(c *call, tx pgx.Tx, in *struct{ Body newEndpoint }) (endpoint, error) {
	e, secret, err := webhook.AddEndpoint(c.ctx, tx, in.Body.given(), s.Webhooks, c.by)
	return endpointOf(e, secret), err
}

type changedEndpoint struct {
	EndpointAt
	Body newEndpoint
}

func (s *server) changeEndpoint(c *call, tx pgx.Tx, in *changedEndpoint) (endpoint, error) {
	if err := webhook.ChangeEndpoint(c.ctx, tx, in.ID, in.Body.given(), s.Webhooks, c.by); err != nil {
		return endpoint{}, err
	}
	return giveEndpoint(c, tx, in.ID)
}

func giveEndpoint(c *call, q postgres.Querier, id int64) (endpoint, error) {
	e, err := webhook.GetEndpoint(c.ctx, q, id)
	return endpointOf(e, ""), err
}

type statusOfEndpoint struct {
	EndpointAt
	Body endpointSwitch
}

func (s *server) setEndpointStatus(c *call, tx pgx.Tx, in *statusOfEndpoint) (endpoint, error) {
	if err := webhook.SetStatus(c.ctx, tx, in.ID, webhook.Status(in.Body.Status), in.Body.Reason, c.by); err != nil {
		return endpoint{}, err
	}
	return giveEndpoint(c, tx, in.ID)
}

func (s *server) rotateSecret(c *call, tx pgx.Tx, in *EndpointAt) (endpoint, error) {
	secret, err := webhook.RotateSecret(c.ctx, tx, in.ID, c.Now(), c.by)
	if err != nil {
		return endpoint{}, err
	}
	e, err := giveEndpoint(c, tx, in.ID)
	e.Secret = secret
	return e, err
}

type replayOfEndpoint struct {
	EndpointAt
	Body replayWish
}

func (s *server) replayEndpoint(c *call, tx pgx.Tx, in *replayOfEndpoint) (replayed, error) {
	if in.Body.Since.IsZero() {
		n, err := webhook.ReplayFailed(c.ctx, tx, in.ID, c.by)
		return replayed{n}, err
	}
	n, err := webhook.ReplaySince(c.ctx, tx, in.ID, in.Body.Since, c.Now(), c.by)
	return replayed{n}, err
}

func (s *server) listDeliveries(c *call, in *deliveryQuery, after *int64, limit int) ([]webhook.Delivery, error) {
	f := webhook.Filter{Endpoint: in.Endpoint, State: webhook.State(in.State), Type: webhook.Type(in.Type), Object: in.Object, Limit: limit}
	if after != nil {
		f.Before = *after
	}
	return webhook.Deliveries(c.ctx, c.DB, f)
}

func (s *server) giveDelivery(c *call, in *DeliveryAt) (tried, error) {
	d, err := webhook.GetDelivery(c.ctx, c.DB, in.ID)
	out := tried{Delivery: deliveryOf(d.Delivery), Requests: []request{}}
	if err == nil {
		var sent webhook.Envelope
		err = json.Unmarshal(d.Payload, &sent)
		out.Payload = toldOf(sent)
	}
	for _, a := range d.Tried {
		out.Requests = append(out.Requests, request{a.Number, a.Outcome, a.SentAt, a.Latency.Milliseconds(), a.URL, a.Code, a.Error, orEmpty(a.Request), orEmpty(a.Answer), a.Body})
	}
	return out, err
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func (s *server) listTold(c *call, in *feedQuery, after *string, limit int) ([]webhook.Envelope, error) {
	if after != nil {
		in.After = *after
	}
	f := webhook.FeedFilter{Object: in.Object, Limit: limit}
	if in.Type != "" {
		f.Types = []webhook.Type{webhook.Type(in.Type)}
	}
	var err error
	if in.After != "" {
		if f.After, err = strconv.ParseInt(in.After, 10, 64); err != nil {
			return nil, fault.InvalidFields(fault.Field{Path: "after", Value: fault.Shown(in.After), Message: "is no sequence of an event"})
		}
	}
	return webhook.Feed(c.ctx, s.DB, f)
}

// DeliveryAt names one delivery.
type DeliveryAt struct {
	ID int64 `path:"delivery" minimum:"1" example:"41"`
}

func (s *server) listEndpoints(c *call, _ *struct{}) (endpoints, error) {
	all, err := webhook.Endpoints(c.ctx, c.DB)
	out := endpoints{[]endpoint{}}
	for _, e := range all {
		out.Items = append(out.Items, endpointOf(e, ""))
	}
	return out, err
}

type endpoints struct {
	Items []endpoint `json:"items"`
}

func (s *server) removeEndpoint(c *call, tx pgx.Tx, in *EndpointAt) (none, error) {
	return none{}, webhook.SetStatus(c.ctx, tx, in.ID, webhook.Removed, "", c.by)
}

func (s *server) testEndpoint(c *call, tx pgx.Tx, in *EndpointAt) (none, error) {
	return none{}, webhook.Ping(c.ctx, tx, in.ID, c.by)
}

func (s *server) replayDelivery(c *call, tx pgx.Tx, in *DeliveryAt) (delivery, error) {
	if err := webhook.Replay(c.ctx, tx, in.ID, c.by); err != nil {
		return delivery{}, err
	}
	d, err := webhook.GetDelivery(c.ctx, tx, in.ID)
	return deliveryOf(d.Delivery), err
}
