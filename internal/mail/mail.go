// Package mail sends messages that were decided on inside a transaction.
//
// It owns the outbox (schema mail), the tries to deliver what is in it, and the transports: a real SMTP server, or a folder of .eml
// files when none is configured. It does not own what a message says, nor the documents attached to it: a message may name a document
// by kind and reference, and a Renderer of the package that owns it gives the bytes when the message is sent.
//
// Times: queued_at is when the fact was recorded and the Date the reader sees; next_attempt_at is when a try is due; sent_at is when a
// server took it. None of them is a business date.
//
// Invariants: a key is enqueued once for ever. What a message says never changes after that. Every try carries the same Message-ID, so
// that the one thing that cannot be excluded, a server taking a message whose acceptance we did not live to record, shows as one message
// in the reader's mailbox. A message is sent, failed where a person sees it, or still to be tried: never lost.
package mail

import (
	"context"
	"time"

	"ratable/internal/postgres"
)

// State is where a message stands.
type State string

// A message goes from queued through sending to sent; back to queued after a temporary refusal; to failed after a permanent one.
// Held waits for a person from the beginning.
const (
	Queued  State = "queued"
	Sending State = "sending"
	Sent    State = "sent"
	Failed  State = "failed"
	Held    State = "held"
)

// States lists every state in the order pages show them.
var States = []State{Queued, Sending, Sent, Failed, Held}

// Address is a mailbox with the name of who reads it, which may be empty.
type Address struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email"`
}

// Attachment is a file sent along.
type Attachment struct {
	Name, ContentType string
	Content           []byte
}

// Document names a file that its Renderer makes when the message is sent, such as {"invoice", "RUS-2026-000123"}.
type Document struct{ Kind, Ref string }

// Message is what is enqueued. Everything but Cc, ReplyTo, HTML, Attachments, Documents and Account is required.
type Message struct {
	Key         string // natural key, such as "invoice:RUS-2026-000123:v1"
	Account     int64  // the paying family it concerns; 0 = none
	From        Address
	ReplyTo     Address // zero = From
	To, Cc      []Address
	Subject     string
	Text, HTML  string
	Attachments []Attachment
	Documents   []Document // attached after Attachments, in this order
	Hold        bool       // wait until a person lets it go with Requeue
}

// Renderer makes the document named by ref. The same ref must always give the same bytes.
type Renderer func(ctx context.Context, q postgres.Querier, ref string) (Attachment, error)

// Email is a message complete with its attachments, as a Transport sends it.
type Email struct {
	Key, MessageID string
	Date           time.Time
	From, ReplyTo  Address
	To, Cc         []Address
	Subject        string
	Text, HTML     string
	Attachments    []Attachment
}

// Transport hands a message over. It is safe for concurrent use and keeps connections between messages until Close.
type Transport interface {
	// Name is shown beside each try: "smtp.example.com:587", "folder /var/lib/ratable/mail".
	Name() string
	// Send returns the server's answer. An error is a *Refusal when the server refused this message, ErrUnreachable when it cannot be
	// used for any message now; every other error is temporary.
	Send(ctx context.Context, e Email) (reply string, err error)
	Close() error
}
