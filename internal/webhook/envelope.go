package webhook

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"ratable/internal/fault"
)

// Envelope is what a receiver gets, and what the feed of events lists.
type Envelope struct {
	ID         string          `json:"id"` // the webhook-id: drop what you have seen
	Type       Type            `json:"type"`
	OccurredAt time.Time       `json:"occurred_at"`
	APIVersion string          `json:"api_version"`
	Object     EnvelopeObject  `json:"object"`
	Sequence   string          `json:"sequence"` // greater is later, within an object; gaps mean nothing
	Customer   string          `json:"customer,omitempty"`
	Data       json.RawMessage `json:"data"` // null once the event is older than the retention
}

// EnvelopeObject names the object of an event and where the rest of it is fetched.
type EnvelopeObject struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"`
	Href string `json:"href"`
}

// written is an event as it stands in its row.
type written struct {
	sequence   int64
	key        [16]byte
	occurredAt time.Time
	typ        Type
	object     Object
	customer   string
	data       []byte
}

// envelope puts a row in the form that is sent. The same row always gives the same bytes: a try that is repeated is signed over them.
func (w written) envelope() Envelope {
	e := Envelope{
		ID: eventID(w.key), Type: w.typ, OccurredAt: w.occurredAt.UTC().Truncate(time.Millisecond), APIVersion: APIVersion,
		Object: EnvelopeObject{w.object.Kind, w.object.ID, w.object.href()}, Sequence: fmt.Sprint(w.sequence), Customer: w.customer, Data: w.data,
	}
	if w.data == nil {
		e.Data = json.RawMessage("null")
	}
	return e
}

func (w written) payload() []byte {
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if err := to.Encode(w.envelope()); err != nil {
		panic(err) // strings, a time, and JSON that was JSON when it was stored
	}
	return bytes.TrimRight(out.Bytes(), "\n")
}

// href is where the API shows an object, for whoever wants more than the event says.
func (o Object) href() string {
	id := o.ID
	switch o.Kind {
	case UsageBatch:
		return paths[o.Kind] // shown together, and gone from there once settled
	case Period:
		entity, _, _ := strings.Cut(id, "/")
		return paths[o.Kind] + url.QueryEscape(entity)
	case Payment:
		id = strings.TrimLeft(strings.TrimPrefix(id, "R-"), "0") // R-000123 is payment 123
	}
	return paths[o.Kind] + url.PathEscape(id)
}

// lane is where the events of an object queue up behind each other.
func (o Object) lane() int64 {
	sum := sha256.Sum256([]byte(string(o.Kind) + ":" + o.ID))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// eventID is the webhook-id of an event: known from its key alone, the same in every database that tells the same fact.
func eventID(key [16]byte) string { return "evt_" + hex.EncodeToString(key[:]) }

// keyOf is the key in a webhook-id.
func keyOf(id string) (key [16]byte, ok bool) {
	if len(id) != 36 || id[:4] != "evt_" {
		return key, false
	}
	_, err := hex.Decode(key[:], []byte(id[4:]))
	return key, err == nil
}

// half is the first half of SHA-256: enough that two keys never meet.
func half(b []byte) (out [16]byte) {
	sum := sha256.Sum256(b)
	copy(out[:], sum[:])
	return out
}

// ready checks an event and works out what its row needs.
func (e Event) ready() (key, content [16]byte, data []byte, err error) {
	d, known := described[e.Type]
	switch {
	case !known:
		return key, content, nil, fault.New(fault.Invalid, "emit %q: %q is no type of event", e.Key, e.Type)
	case e.Key == "":
		return key, content, nil, fault.New(fault.Invalid, "emit %s: the key is missing", e.Type)
	case e.Object.ID == "" || e.Object.Kind == "":
		return key, content, nil, fault.New(fault.Invalid, "emit %q: it says of no object that it happened to", e.Key)
	case e.Object.Kind != d.Kind && !(e.Type == InvoiceSent && e.Object.Kind == CreditNote):
		return key, content, nil, fault.New(fault.Invalid, "emit %q: %s is about a %s, not a %s", e.Key, e.Type, d.Kind, e.Object.Kind)
	}
	if e.Data == nil {
		e.Data = struct{}{}
	}
	if data, err = json.Marshal(e.Data); err != nil {
		return key, content, nil, fmt.Errorf("emit %q: %w", e.Key, err)
	}
	if len(data) < 2 || data[0] != '{' {
		return key, content, nil, fault.New(fault.Invalid, "emit %q: the data is no JSON object", e.Key)
	}
	at := "" // the instant of the transaction is not what an event says: a run that is repeated says the same
	if !e.At.IsZero() {
		at = e.At.UTC().Format(time.RFC3339Nano)
	}
	said, err := json.Marshal([]any{e.Type, e.Object.Kind, e.Object.ID, e.Account, e.Customer, at, json.RawMessage(data)})
	return half([]byte(e.Key)), half(said), data, err
}
