package api

import (
	"net/http"
	"time"

	"ratable/internal/access"
	"ratable/internal/webhook"
)

var exampleEndpoint = endpoint{ID: 3, URL: "https://example.com/hooks", Description: "Data warehouse", Types: []string{"invoice.issued", "invoice.paid"}, Status: "enabled",
	CreatedAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}

var exampleDelivery = delivery{ID: 41, Endpoint: 3, Event: "evt_0f3a9d51c4b7e2866a1d5b0c9e8f7a34", Type: "invoice.issued", Object: "NLUS-2026-000001", State: "delivered", Attempts: 1, LastCode: 200,
	RecordedAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), DeliveredAt: time.Date(2026, 3, 1, 10, 0, 1, 0, time.UTC)}

var exampleTold = told{ID: exampleDelivery.Event, Type: "invoice.issued", OccurredAt: exampleDelivery.RecordedAt, APIVersion: webhook.APIVersion,
	Object: toldObject{"invoice", "NLUS-2026-000001", "/v1/invoices/NLUS-2026-000001"}, Sequence: "48213", Customer: "northwind",
	Data: map[string]any{"entity": "nlus", "total": "1040.00", "currency": "USD", "issued_on": "2026-03-01", "due_on": "2026-03-31"}}

// ofWebhooks completes what every operation about webhooks has in common: only administrators' tokens may.
func ofWebhooks(a about) about {
	a.path, a.tag, a.roles, a.scope = "/v1/webhooks"+a.path, tagWebhooks, []access.Role{access.Admin}, access.WebhookWrite
	if a.method == http.MethodGet {
		a.scope = access.WebhookRead
	}
	return a
}

func (s *server) webhookOperations() []operation {
	secretive := exampleEndpoint
	secretive.Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	asked := newEndpoint{URL: exampleEndpoint.URL, Description: exampleEndpoint.Description, Types: exampleEndpoint.Types}
	one, log := "/endpoints/{endpoint}", "/deliveries"
	return []operation{
		read(ofWebhooks(about{id: "list-webhook-endpoints", method: http.MethodGet, path: "/endpoints", summary: "Where events go",
			answer: endpoints{[]endpoint{exampleEndpoint}}}), s.listEndpoints),
		write(ofWebhooks(about{id: "add-webhook-endpoint", method: http.MethodPost, path: "/endpoints", status: http.StatusCreated, summary: "Say where events go",
			details: "Requests are signed by Standard Webhooks: verify `webhook-signature` with the `secret` of this answer, which is not given again, under the same Idempotency-Key neither: rotate it if this answer was lost. Events of one object come in order, each at least once, with a `webhook-id` that stays the same.",
			request: asked, answer: secretive}), s.addEndpoint),
		read(ofWebhooks(about{id: "get-webhook-endpoint", method: http.MethodGet, path: one, summary: "One endpoint", answer: exampleEndpoint}),
			func(c *call, in *EndpointAt) (endpoint, error) { return giveEndpoint(c, c.DB, in.ID) }),
		write(ofWebhooks(about{id: "change-webhook-endpoint", method: http.MethodPut, path: one, summary: "Change an endpoint", request: asked, answer: exampleEndpoint}), s.changeEndpoint),
		write(ofWebhooks(about{id: "remove-webhook-endpoint", method: http.MethodDelete, path: one, status: http.StatusNoContent, summary: "Remove an endpoint", details: "What still waits is dropped; its log stays."}), s.removeEndpoint),
		write(ofWebhooks(about{id: "set-webhook-status", method: http.MethodPost, path: one + "/status", summary: "Enable or disable an endpoint",
			details: "What waits goes out when it is enabled. What happens while it is disabled is not sent unless it is replayed.", request: endpointSwitch{Status: "enabled", Reason: "The receiver is back"}, answer: exampleEndpoint}), s.setEndpointStatus),
		write(ofWebhooks(about{id: "rotate-webhook-secret", method: http.MethodPost, path: one + "/rotate", summary: "Make a new secret", details: "For 24 hours requests carry a signature by each of both.", answer: secretive}), s.rotateSecret),
		write(ofWebhooks(about{id: "test-webhook-endpoint", method: http.MethodPost, path: one + "/test", status: http.StatusNoContent, summary: "Send a test", details: "An event of the type `webhook.test`, to this endpoint alone."}), s.testEndpoint),
		write(ofWebhooks(about{id: "replay-webhook-endpoint", method: http.MethodPost, path: one + "/replay", summary: "Send events again", details: "All since an instant, or all that were given up. Each keeps its webhook-id.",
			request: replayWish{Since: exampleDelivery.RecordedAt}, answer: replayed{12}}), s.replayEndpoint),
		list(ofWebhooks(about{id: "list-webhook-deliveries", method: http.MethodGet, path: log, summary: "Deliveries, the newest first", answer: page[delivery]{Items: []delivery{exampleDelivery}}}),
			func(d webhook.Delivery) int64 { return d.ID }, s.listDeliveries, each(deliveryOf)),
		read(ofWebhooks(about{id: "get-webhook-delivery", method: http.MethodGet, path: log + "/{delivery}", summary: "One delivery with every request and answer",
			answer: tried{Delivery: exampleDelivery, Payload: exampleTold, Requests: []request{{Number: 1, Outcome: "delivered", SentAt: exampleDelivery.RecordedAt, LatencyMS: 84, URL: exampleEndpoint.URL, Code: 200,
				Headers: map[string]string{"webhook-id": exampleDelivery.Event}, Answer: map[string]string{"content-length": "2"}, Body: "ok"}}}}), s.giveDelivery),
		write(ofWebhooks(about{id: "replay-webhook-delivery", method: http.MethodPost, path: log + "/{delivery}/replay", summary: "Send one delivery again", answer: exampleDelivery}), s.replayDelivery),
		list(ofWebhooks(about{id: "list-webhook-events", method: http.MethodGet, path: "/events", summary: "Everything that happened, the oldest first",
			details: "What endpoints are told, for whoever would rather ask. An event shows only when none can come before it any more: go on with `after`, the sequence of the last one you read, and you miss nothing.", answer: page[told]{Items: []told{exampleTold}}}),
			func(e webhook.Envelope) string { return e.Sequence }, s.listTold, each(toldOf)),
	}
}
