package webhook

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/mail"
	"ratable/internal/postgres"
)

// Summary counts what became of the deliveries of one pass.
type Summary struct {
	Delivered int
	Later     int // to be tried again
	Failed    int // given up, for a person to look at
}

// exchange is one request and what came back.
type exchange struct {
	sent    http.Header
	at      time.Time
	took    time.Duration
	stopped bool // we were told to stop before it ended: nobody's failure
	answer
}

// record appends what became of a try, moves the delivery on, and with it what is known of its endpoint.
func (s *Sender) record(ctx context.Context, c claim, x exchange, now time.Time) (State, error) {
	state := Waiting
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		state = Waiting
		if err := appendAttempt(ctx, tx, c, x); err != nil {
			return err
		}
		switch {
		case x.delivered():
			state = Delivered
			return markDelivered(ctx, tx, c, x, now)
		case x.stopped:
			return putBack(ctx, tx, c, x, Waiting, now, c.tries-1)
		}
		pause := max(jittered(wait(c.tries)), x.retryAfter)
		if x.gone() || c.tries >= patience {
			state = Failed
		}
		if err := putBack(ctx, tx, c, x, state, now.Add(pause), c.tries); err != nil {
			return err
		}
		return s.failing(ctx, tx, c, x, now)
	})
	return state, err
}

func appendAttempt(ctx context.Context, tx pgx.Tx, c claim, x exchange) error {
	outcome := "failed"
	switch {
	case x.delivered():
		outcome = "delivered"
	case x.stopped:
		outcome = "lost"
	}
	_, err := tx.Exec(ctx, `
		insert into webhook.attempts (delivery_id, attempt, outcome, sent_at, latency_ms, url, code, error, request_headers, response_headers, response_body)
		values (@delivery, @attempt, @outcome, @at, @latency, @url, nullif(@code::int, 0), @error, @sent, @headers, @body)`, pgx.NamedArgs{
		"delivery": c.id, "attempt": c.attempt, "outcome": outcome, "at": x.at, "latency": x.took.Milliseconds(), "url": c.url, "code": x.code,
		"error": x.err, "sent": logged(x.sent), "headers": logged(x.headers), "body": x.body})
	return postgres.Fault(err)
}

// markDelivered holds whoever has the lease by now: that the endpoint took the event is true and final.
func markDelivered(ctx context.Context, tx pgx.Tx, c claim, x exchange, now time.Time) error {
	var q pgx.Batch
	q.Queue(`update webhook.deliveries set state = 'delivered', delivered_at = greatest(clock_timestamp(), @now), lease_until = null,
			last_code = @code, last_error = ''
		where id = @id and state in ('waiting', 'sending')`, pgx.NamedArgs{"id": c.id, "now": now, "code": x.code})
	q.Queue(`update webhook.endpoints set failing_since = null where id = @endpoint and failing_since is not null`, pgx.NamedArgs{"endpoint": c.endpoint})
	return postgres.Fault(tx.SendBatch(ctx, &q).Close())
}

// putBack releases the lease, if it is still this sender's. What waits behind it in its lane is not looked at before it is due itself.
func putBack(ctx context.Context, tx pgx.Tx, c claim, x exchange, state State, next time.Time, tries int) error {
	var q pgx.Batch
	args := pgx.NamedArgs{"id": c.id, "attempt": c.attempt, "state": string(state), "next": next, "tries": tries, "why": x.why(), "code": x.code,
		"endpoint": c.endpoint, "lane": c.event.object.lane(), "sequence": c.event.sequence}
	q.Queue(`update webhook.deliveries set state = @state, lease_until = null, next_attempt_at = @next, tries = @tries,
			last_code = nullif(@code::int, 0), last_error = @why
		where id = @id and state = 'sending' and attempts = @attempt`, args)
	if state == Waiting {
		q.Queue(`update webhook.deliveries set next_attempt_at = @next
			where endpoint_id = @endpoint and lane = @lane and sequence > @sequence and state = 'waiting' and next_attempt_at < @next`, args)
	} else {
		q.Queue(`update webhook.deliveries set next_attempt_at = 'epoch'
			where endpoint_id = @endpoint and lane = @lane and sequence > @sequence and state = 'waiting'`, args)
	}
	return postgres.Fault(tx.SendBatch(ctx, &q).Close())
}

// failing notes since when nothing arrives at an endpoint. One that says it is gone, or at which nothing arrived for days, is disabled,
// and its owner is told.
func (s *Sender) failing(ctx context.Context, tx pgx.Tx, c claim, x exchange, now time.Time) error {
	var since time.Time
	var owner string
	err := tx.QueryRow(ctx, `update webhook.endpoints set failing_since = coalesce(failing_since, @now) where id = @id and status = 'enabled'
		returning failing_since, owner_email`, pgx.NamedArgs{"id": c.endpoint, "now": now}).Scan(&since, &owner)
	if err != nil {
		return noRows(err) // somebody disabled it meanwhile
	}
	reason := ""
	switch {
	case x.gone():
		reason = "The endpoint answered 410 Gone: it wants no more events."
	case now.Sub(since) >= endurance:
		reason = fmt.Sprintf("Nothing arrived since %s. The last answer: %s", since.UTC().Format("2 January 2006 15:04 UTC"), x.why())
	default:
		return nil
	}
	if err := setStatus(ctx, tx, c.endpoint, Disabled, reason, ""); err != nil {
		return err
	}
	by := access.System("webhooks")
	if err := audit(ctx, tx, by, "webhook.disabled", c.endpoint, nil, nil, reason); err != nil {
		return err
	}
	from, err := s.From(ctx, tx)
	if err != nil || owner == "" || from.Email == "" {
		return err
	}
	_, err = mail.Enqueue(ctx, tx, disabledMail(c, from, s.Site, owner, reason, now), by)
	return err
}

func noRows(err error) error {
	if err == pgx.ErrNoRows {
		return nil
	}
	return postgres.Fault(err)
}

func disabledMail(c claim, from mail.Address, site mail.Site, owner, reason string, now time.Time) mail.Message {
	page := fmt.Sprintf("/settings/webhooks/%d", c.endpoint)
	if link := site.Link(page); link != "" {
		page = link
	}
	return mail.Message{
		Key: fmt.Sprintf("webhook:%d:disabled:%d", c.endpoint, now.Unix()), From: from, To: []mail.Address{{Email: owner}},
		Subject: fmt.Sprintf("Webhook endpoint %d is disabled", c.endpoint),
		Text: fmt.Sprintf(`Events are no longer sent to

    %s

%s

What waits is kept. When the receiver is well again, enable the endpoint there; what happened meanwhile can be replayed:

    %s
`, c.url, reason, page),
	}
}
