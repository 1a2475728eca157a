package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// Filter narrows the log of deliveries; zero fields do not. Before is the last id of the page before.
type Filter struct {
	Endpoint int64
	State    State
	Type     Type
	Object   string // its id, whatever its kind
	Before   int64
	Limit    int // zero = 50
}

// Delivery is an event on its way to an endpoint as a list shows it.
type Delivery struct {
	ID, Endpoint  int64
	URL           string
	Event         string // its webhook-id
	Type          Type
	Object        Object
	Sequence      int64
	State         State
	Attempts      int
	NextAttemptAt time.Time // the Unix epoch = at once; meaningful while waiting
	LastCode      int
	LastError     string
	OccurredAt    time.Time
	RecordedAt    time.Time
	DeliveredAt   time.Time // zero = not delivered
	ReplayedAt    time.Time // zero = never sent again by hand
}

const selectDeliveries = `
	select d.id, d.endpoint_id, e.url, v.key, v.type, v.object_kind, v.object_id, d.sequence, d.state, d.attempts, d.next_attempt_at,
		coalesce(d.last_code, 0), d.last_error, v.occurred_at, v.recorded_at, d.delivered_at, d.replayed_at, v.customer, v.data
	from webhook.deliveries d
	join webhook.events v on v.sequence = d.sequence
	join webhook.endpoints e on e.id = d.endpoint_id`

// Deliveries returns a page of the log, the latest first.
func Deliveries(ctx context.Context, q postgres.Querier, f Filter) ([]Delivery, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	rows, err := q.Query(ctx, selectDeliveries+`
		where (@endpoint::bigint = 0 or d.endpoint_id = @endpoint)
			and (@state = '' or d.state = @state)
			and (@type = '' or v.type = @type)
			and (@object = '' or v.object_id = @object)
			and (@before::bigint = 0 or d.id < @before)
		order by d.id desc limit @limit`, pgx.NamedArgs{"endpoint": f.Endpoint, "state": string(f.State), "type": string(f.Type), "object": f.Object,
		"before": f.Before, "limit": f.Limit})
	if err != nil {
		return nil, fmt.Errorf("list webhook deliveries: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Delivery, error) {
		d, _, err := scanDelivery(row)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("list webhook deliveries: %w", postgres.Fault(err))
	}
	return all, nil
}

func scanDelivery(row pgx.Row) (d Delivery, w written, err error) {
	var delivered, replayed *time.Time
	var customer *string
	err = row.Scan(&d.ID, &d.Endpoint, &d.URL, &w.key, &d.Type, &d.Object.Kind, &d.Object.ID, &d.Sequence, &d.State, &d.Attempts, &d.NextAttemptAt,
		&d.LastCode, &d.LastError, &d.OccurredAt, &d.RecordedAt, &delivered, &replayed, &customer, &w.data)
	if delivered != nil {
		d.DeliveredAt = *delivered
	}
	if replayed != nil {
		d.ReplayedAt = *replayed
	}
	if customer != nil {
		w.customer = *customer
	}
	d.Event = eventID(w.key)
	w.sequence, w.occurredAt, w.typ, w.object = d.Sequence, d.OccurredAt, d.Type, d.Object
	return d, w, err
}

// Attempt is one try to deliver.
type Attempt struct {
	Number           int
	Outcome          string // delivered, failed, lost
	SentAt           time.Time
	Latency          time.Duration
	URL              string
	Code             int // 0: it never came to an answer
	Error            string
	Request, Answer  map[string]string // headers; nil once swept
	Body             string            // what of the answer was read
	ExchangeWasSwept bool
}

// Detail is everything about one delivery.
type Detail struct {
	Delivery
	Payload []byte // what is sent, letter by letter; its data is null once swept
	Swept   bool
	Tried   []Attempt
}

// GetDelivery returns one delivery with its tries; fault.NotFound when there is none.
func GetDelivery(ctx context.Context, q postgres.Querier, id int64) (Detail, error) {
	d, w, err := scanDelivery(q.QueryRow(ctx, selectDeliveries+`
		where d.id = @id`, pgx.NamedArgs{"id": id}))
	if err != nil {
		return Detail{}, fmt.Errorf("webhook delivery %d: %w", id, postgres.Fault(err))
	}
	out := Detail{Delivery: d, Payload: w.payload(), Swept: w.data == nil}
	rows, err := q.Query(ctx, `
		select attempt, outcome, sent_at, latency_ms, url, coalesce(code, 0), error, request_headers, response_headers, coalesce(response_body, '')
		from webhook.attempts where delivery_id = @id order by id`, pgx.NamedArgs{"id": id})
	if err == nil {
		out.Tried, err = pgx.CollectRows(rows, scanAttempt)
	}
	if err != nil {
		return Detail{}, fmt.Errorf("tries of webhook delivery %d: %w", id, postgres.Fault(err))
	}
	return out, nil
}

func scanAttempt(row pgx.CollectableRow) (a Attempt, err error) {
	var ms int64
	var request, answer []byte
	if err = row.Scan(&a.Number, &a.Outcome, &a.SentAt, &ms, &a.URL, &a.Code, &a.Error, &request, &answer, &a.Body); err != nil {
		return a, err
	}
	a.Latency, a.ExchangeWasSwept = time.Duration(ms)*time.Millisecond, request == nil && a.Outcome != "lost"
	for from, to := range map[*[]byte]*map[string]string{&request: &a.Request, &answer: &a.Answer} {
		if *from != nil {
			if err := json.Unmarshal(*from, to); err != nil {
				return a, err
			}
		}
	}
	return a, nil
}

// Troubled are the endpoints that want a person's look: failing, disabled by the program, or with deliveries that were given up.
func Troubled(ctx context.Context, q postgres.Querier) ([]Endpoint, error) {
	all, err := Endpoints(ctx, q)
	var out []Endpoint
	for _, e := range all {
		if !e.FailingSince.IsZero() || e.Failed > 0 {
			out = append(out, e)
		}
	}
	return out, err
}
