// Package webhook tells other systems what happened here.
//
// It owns events (schema webhook), the endpoints they are sent to with their secrets, the deliveries and every try to make one. An event
// is written in the transaction of the fact it tells about, like a message of package mail; a Sender takes it to the endpoints. It does
// not own what happened, nor what an event says about it: the package that owns the fact calls Emit in its own transaction.
//
// Times: occurred_at is when the fact became known here; business days stand in the data. next_attempt_at is when a try is due,
// delivered_at when an endpoint took it.
//
// Invariants: a key is emitted once for ever. What an event says never changes, and every try carries the same webhook-id, so that a
// receiver drops what it has seen. Events of one object reach one endpoint in the order of their sequence, each at least once: a later
// one waits until the earlier one has arrived or was given up, and says when it was. Other objects overtake. A delivery arrives, fails
// where a person sees it, or is still to be tried: never lost.
package webhook

import (
	"time"
)

// APIVersion names the form of the envelope and of the data in it. Fields may be added under the same version; nothing else changes.
const APIVersion = "2026-11-21"

// Event is something that happened to an object. Key, Type and Object are required.
type Event struct {
	Key      string // natural key of the fact, such as "invoice.issued:NLUS-2026-000123": one key, one event, for ever
	Type     Type
	Object   Object
	Account  int64     // the paying family; 0 = none
	Customer string    // external id of the customer it concerns; empty = none
	At       time.Time // zero = the instant of the transaction
	Data     any       // what a receiver decides by, as a JSON object: ids and amounts as strings, no secrets, no names of persons
}

// Object is what an event is about. The events of one object are delivered in order.
type Object struct {
	Kind Kind
	ID   string // as the API's addresses spell it
}

// Kind is a noun of the API.
type Kind string

// The kinds of object that events are about.
const (
	Customer     Kind = "customer"
	Contract     Kind = "contract"
	Invoice      Kind = "invoice"
	CreditNote   Kind = "credit_note"
	Payment      Kind = "payment"      // ID is a receipt's number, R-000123
	UsageAlert   Kind = "usage_alert"  // an alert that fired; ID of the alert
	UsageBatch   Kind = "usage_batch"  // events that came together
	Period       Kind = "period"       // a month of a legal entity, "nlus/2026-03"
	Entitlements Kind = "entitlements" // what a customer may use; ID is the customer's
	endpointKind Kind = "webhook_endpoint"
)

// paths are where the API shows an object; a receiver fetches the rest there.
var paths = map[Kind]string{
	Customer: "/v1/customers/", Contract: "/v1/contracts/", Invoice: "/v1/invoices/", CreditNote: "/v1/invoices/", Payment: "/v1/payments/",
	UsageAlert: "/v1/usage/alerts/", UsageBatch: "/v1/usage/quarantine", Period: "/v1/periods?entity=", Entitlements: "/v1/entitlements/",
	endpointKind: "/v1/webhooks/endpoints/",
}

// Money is an amount as events spell it.
type Money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// State is where a delivery stands.
type State string

// A delivery goes from waiting through sending to delivered, back to waiting after a failed try, to failed when it is given up. It is
// dropped when its endpoint is removed.
const (
	Waiting   State = "waiting"
	Sending   State = "sending"
	Delivered State = "delivered"
	Failed    State = "failed"
	Dropped   State = "dropped"
)

// States lists every state in the order pages show them.
var States = []State{Waiting, Sending, Delivered, Failed, Dropped}
