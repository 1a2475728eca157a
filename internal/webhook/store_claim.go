package webhook

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// claim is a delivery leased to this sender. attempt is also the fence: a sender whose lease ran out cannot overwrite its successor.
type claim struct {
	id, endpoint   int64
	attempt, tries int
	url            string
	event          written
	givenUp        *[16]byte // key of the latest event of the object that never arrived
	secrets        [][]byte
}

// take leases up to limit deliveries that are due at now, the first open one of each object, and at most each of one endpoint at a time.
// The lease is measured by the later of the database's clock and now, so that a long pass does not lease into the past.
func take(ctx context.Context, db *postgres.DB, now time.Time, limit, each int) (claims []claim, err error) {
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		if err := takeBack(ctx, tx, now); err != nil {
			return err
		}
		claims, err = leaseDue(ctx, tx, now, limit, each)
		if err != nil || len(claims) == 0 {
			return err
		}
		return loadSecrets(ctx, tx, now, claims)
	})
	if err != nil {
		return nil, fmt.Errorf("take deliveries: %w", err)
	}
	return claims, nil
}

// takeBack puts back what a sender leased that never reported.
func takeBack(ctx context.Context, tx pgx.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `
		with lost as (
			select id from webhook.deliveries
			where state = 'sending' and lease_until < greatest(clock_timestamp(), @now)
			for update skip locked
		), back as (
			update webhook.deliveries d set state = 'waiting', lease_until = null, next_attempt_at = 'epoch'
			from lost
			where d.id = lost.id and d.state = 'sending'
			returning d.id, d.attempts, d.endpoint_id
		)
		insert into webhook.attempts (delivery_id, attempt, outcome, sent_at, latency_ms, url, error)
		select b.id, b.attempts, 'lost', @now, 0, e.url, 'the sender stopped before it could say what became of it'
		from back b join webhook.endpoints e on e.id = b.endpoint_id`, pgx.NamedArgs{"now": now})
	return postgres.Fault(err)
}

// leaseDue locks the endpoints, so that two senders do not both fill one: the other looks at the others meanwhile. A delivery is due when
// none before it in its lane is open. An endpoint at which nothing arrives is tried with one request at a time, and behind those that are
// well: each of its requests may take as long as requestTime allows, and with many the dead ones would hold every place there is.
func leaseDue(ctx context.Context, tx pgx.Tx, now time.Time, limit, each int) ([]claim, error) {
	rows, err := tx.Query(ctx, `
		with free as materialized (
			select e.id, e.url, e.failing_since is not null as failing from webhook.endpoints e
			where e.status = 'enabled' and exists (
				select from webhook.deliveries d where d.endpoint_id = e.id and d.state = 'waiting' and d.next_attempt_at <= @now)
			order by e.id
			for no key update skip locked
		), due as materialized (
			select d.id, f.url, f.failing
			from free f
			cross join lateral (
				select w.id, w.next_attempt_at from webhook.deliveries w
				where w.endpoint_id = f.id and w.state = 'waiting' and w.next_attempt_at <= @now
					and w.sequence = (
						select b.sequence from webhook.deliveries b
						where b.endpoint_id = w.endpoint_id and b.lane = w.lane and b.state in ('waiting', 'sending')
						order by b.sequence limit 1)
				order by w.next_attempt_at, w.sequence
				limit greatest(0, case when f.failing then 1 else @each::int end - (select count(*) from webhook.deliveries s where s.endpoint_id = f.id and s.state = 'sending'))
			) d
			order by f.failing, d.next_attempt_at, d.id
			limit @limit
		), leased as (
			update webhook.deliveries d set state = 'sending', attempts = d.attempts + 1, tries = d.tries + 1,
				lease_until = greatest(clock_timestamp(), @now) + @lease::interval,
				after_failed = (
					select max(b.sequence) from webhook.deliveries b
					where b.endpoint_id = d.endpoint_id and b.lane = d.lane and b.sequence < d.sequence and b.state = 'failed')
			from due
			where d.id = due.id and d.state = 'waiting'
			returning d.id, d.endpoint_id, d.attempts, d.tries, due.url, d.sequence, d.after_failed
		)
		select l.id, l.endpoint_id, l.attempts, l.tries, l.url, v.sequence, v.key, v.occurred_at, v.type, v.object_kind, v.object_id,
			coalesce(v.customer, ''), v.data, g.key
		from leased l
		join webhook.events v on v.sequence = l.sequence
		left join webhook.events g on g.sequence = l.after_failed
		order by v.sequence`, pgx.NamedArgs{"now": now, "each": each, "limit": limit, "lease": lease})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c claim, err error) {
		v := &c.event
		err = row.Scan(&c.id, &c.endpoint, &c.attempt, &c.tries, &c.url, &v.sequence, &v.key, &v.occurredAt, &v.typ, &v.object.Kind, &v.object.ID,
			&v.customer, &v.data, &c.givenUp)
		return c, err
	})
	return out, postgres.Fault(err)
}

// loadSecrets gives each claim what its endpoint signs with at now, the newest first.
func loadSecrets(ctx context.Context, tx pgx.Tx, now time.Time, claims []claim) error {
	endpoints := make([]int64, len(claims))
	for i, c := range claims {
		endpoints[i] = c.endpoint
	}
	rows, err := tx.Query(ctx, `
		select endpoint_id, secret from webhook.secrets
		where endpoint_id = any(@endpoints) and (expires_at is null or expires_at > @now)
		order by endpoint_id, id desc`, pgx.NamedArgs{"endpoints": endpoints, "now": now})
	if err != nil {
		return postgres.Fault(err)
	}
	of := map[int64][][]byte{}
	var endpoint int64
	var secret []byte
	_, err = pgx.ForEachRow(rows, []any{&endpoint, &secret}, func() error {
		of[endpoint] = append(of[endpoint], append([]byte(nil), secret...))
		return nil
	})
	for i, c := range claims {
		claims[i].secrets = of[c.endpoint]
	}
	return postgres.Fault(err)
}
