package webhook

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Retention is how long what was sent and answered is kept, and so how far back events can be sent again.
const Retention = 30 * 24 * time.Hour

// Replay sends one delivery again, from the first try, with the webhook-id it always had. One that waits to be tried again is due at once.
func Replay(ctx context.Context, tx pgx.Tx, delivery int64, by access.Actor) error {
	doing := fmt.Sprintf("replay webhook delivery %d", delivery)
	d, err := GetDelivery(ctx, tx, delivery)
	if err != nil {
		return err
	}
	if _, err := lockReplayed(ctx, tx, d.Endpoint, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if d.Swept {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "what the event says was kept for %d days; fetch %s instead", int(Retention.Hours()/24), d.Object.href()))
	}
	done, err := tx.Exec(ctx, `
		update webhook.deliveries set state = 'waiting', tries = 0, next_attempt_at = 'epoch', replayed_at = now()
		where id = @id and state in ('delivered', 'failed', 'waiting')`, pgx.NamedArgs{"id": delivery})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	if done.RowsAffected() == 0 {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it is on its way already"))
	}
	return audit(ctx, tx, by, "webhook.replay", d.Endpoint, nil, map[string]string{"event": d.Event}, "")
}

// ReplayFailed sends all that was given up of an endpoint again, and says how many that are.
func ReplayFailed(ctx context.Context, tx pgx.Tx, endpoint int64, by access.Actor) (int, error) {
	doing := fmt.Sprintf("replay what failed of webhook endpoint %d", endpoint)
	if _, err := lockReplayed(ctx, tx, endpoint, by); err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	done, err := tx.Exec(ctx, `
		update webhook.deliveries d set state = 'waiting', tries = 0, next_attempt_at = 'epoch', replayed_at = now()
		from webhook.events v
		where d.endpoint_id = @endpoint and d.state = 'failed' and v.sequence = d.sequence and v.data is not null`, pgx.NamedArgs{"endpoint": endpoint})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	n := int(done.RowsAffected())
	return n, audit(ctx, tx, by, "webhook.replay", endpoint, nil, map[string]int{"failed": n}, "")
}

// ReplaySince sends an endpoint every event since an instant again, also those that were never meant for it because it did not exist or
// was disabled; of the types it wants. It says how many that are.
func ReplaySince(ctx context.Context, tx pgx.Tx, endpoint int64, since, now time.Time, by access.Actor) (int, error) {
	doing := fmt.Sprintf("replay events to webhook endpoint %d", endpoint)
	if _, err := lockReplayed(ctx, tx, endpoint, by); err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	if since.IsZero() || since.After(now) || now.Sub(since) > Retention {
		return 0, fmt.Errorf("%s: %w", doing, fault.InvalidFields(fault.Field{Path: "since", Value: since.UTC().Format(time.RFC3339),
			Message: fmt.Sprintf("must be in the last %d days: that is how long what events say is kept", int(Retention.Hours()/24))}))
	}
	// An object's lane is what its deliveries have; one that has none yet is given it by the same hash (Object.lane).
	done, err := tx.Exec(ctx, `
		insert into webhook.deliveries as d (endpoint_id, sequence, lane, replayed_at)
		select e.id, v.sequence, ('x' || left(encode(sha256(convert_to(v.object_kind || ':' || v.object_id, 'UTF8')), 'hex'), 16))::bit(64)::bigint, now()
		from webhook.events v
		join webhook.endpoints e on e.id = @endpoint and (e.types = '{}' or v.type = any(e.types))
		where v.recorded_at >= @since and v.data is not null and v.type <> 'webhook.test'
		order by v.sequence
		on conflict (endpoint_id, sequence) do update set state = 'waiting', tries = 0, next_attempt_at = 'epoch', replayed_at = now()
			where d.state in ('delivered', 'failed')`, pgx.NamedArgs{"endpoint": endpoint, "since": since})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	n := int(done.RowsAffected())
	return n, audit(ctx, tx, by, "webhook.replay", endpoint, nil, map[string]string{"events": fmt.Sprint(n), "since": since.UTC().Format(time.RFC3339)}, "")
}

// Ping sends one endpoint a test event.
func Ping(ctx context.Context, tx pgx.Tx, endpoint int64, by access.Actor) error {
	doing := fmt.Sprintf("test webhook endpoint %d", endpoint)
	if _, err := lockReplayed(ctx, tx, endpoint, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	b, err := batchOf([]Event{{Key: "webhook.test:" + rand.Text(), Type: Test, Object: Object{endpointKind, fmt.Sprint(endpoint)},
		Data: map[string]string{"message": "This is a test. Answer with any 2xx code to say that it arrived."}}})
	if err == nil {
		err = b.insert(ctx, tx, endpoint)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return audit(ctx, tx, by, "webhook.test", endpoint, nil, nil, "")
}

// lockReplayed refuses to send again where nothing is sent.
func lockReplayed(ctx context.Context, tx pgx.Tx, endpoint int64, by access.Actor) (Endpoint, error) {
	e, err := lockEndpoint(ctx, tx, endpoint, by)
	if err == nil && e.Status != Enabled {
		err = fault.New(fault.Conflict, "the endpoint is %s: enable it first", e.Status)
	}
	return e, err
}

// Sweep takes away what is older than the retention: what events said, and what was sent and answered. Keys stay, so that no fact is told
// twice, and so does what became of every try. It says how many rows it emptied. What still waits keeps what it says.
func Sweep(ctx context.Context, tx pgx.Tx, now time.Time) (int64, error) {
	args := pgx.NamedArgs{"before": now.Add(-Retention)}
	events, err := tx.Exec(ctx, `
		update webhook.events v set data = null
		where v.recorded_at < @before and v.data is not null and not exists (
			select from webhook.deliveries d where d.sequence = v.sequence and d.state in ('waiting', 'sending'))`, args)
	if err != nil {
		return 0, fmt.Errorf("sweep webhook events: %w", postgres.Fault(err))
	}
	attempts, err := tx.Exec(ctx, `
		update webhook.attempts set request_headers = null, response_headers = null, response_body = null
		where recorded_at < @before and request_headers is not null`, args)
	if err != nil {
		return 0, fmt.Errorf("sweep webhook attempts: %w", postgres.Fault(err))
	}
	return events.RowsAffected() + attempts.RowsAffected(), nil
}
