package webhook

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// AddEndpoint enters where events go from now on. The secret comes back once and is not shown again.
func AddEndpoint(ctx context.Context, tx pgx.Tx, n NewEndpoint, g Guard, by access.Actor) (e Endpoint, secret string, err error) {
	n = n.normal()
	if err := by.Require(access.Admin); err != nil {
		return e, "", fmt.Errorf("add a webhook endpoint: %w", err)
	}
	if found := n.check(g); len(found) > 0 {
		return e, "", fmt.Errorf("add a webhook endpoint: %w", fault.InvalidFields(found...))
	}
	var id int64
	err = tx.QueryRow(ctx, `
		insert into webhook.endpoints (url, description, types, status, owner_email, created_by)
		values (@url, @description, @types, 'enabled', @email, @by)
		returning id`, pgx.NamedArgs{"url": n.URL, "description": n.Description, "types": n.kinds(), "email": by.Email, "by": by.Name}).Scan(&id)
	if err != nil {
		return e, "", fmt.Errorf("add a webhook endpoint: %w", postgres.Fault(err))
	}
	fresh, err := insertSecret(ctx, tx, id)
	if err != nil {
		return e, "", fmt.Errorf("add a webhook endpoint: %w", err)
	}
	if e, err = GetEndpoint(ctx, tx, id); err != nil {
		return e, "", err
	}
	return e, fresh, audit(ctx, tx, by, "webhook.add", id, nil, n, "")
}

func audit(ctx context.Context, tx pgx.Tx, by access.Actor, action string, endpoint int64, before, after any, reason string) error {
	return access.Audit(ctx, tx, by, action, access.Subject{Kind: "webhook", Key: fmt.Sprint(endpoint)}, before, after, reason)
}

func insertSecret(ctx context.Context, tx pgx.Tx, endpoint int64) (string, error) {
	secret := newSecret()
	_, err := tx.Exec(ctx, `insert into webhook.secrets (endpoint_id, secret) values (@endpoint, @secret)`,
		pgx.NamedArgs{"endpoint": endpoint, "secret": secret})
	return spelled(secret), postgres.Fault(err)
}

// ChangeEndpoint says anew where events go and which.
func ChangeEndpoint(ctx context.Context, tx pgx.Tx, id int64, n NewEndpoint, g Guard, by access.Actor) error {
	n = n.normal()
	doing := fmt.Sprintf("change webhook endpoint %d", id)
	before, err := lockEndpoint(ctx, tx, id, by)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if found := n.check(g); len(found) > 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	_, err = tx.Exec(ctx, `update webhook.endpoints set url = @url, description = @description, types = @types where id = @id`,
		pgx.NamedArgs{"id": id, "url": n.URL, "description": n.Description, "types": n.kinds()})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	return audit(ctx, tx, by, "webhook.change", id, NewEndpoint{before.URL, before.Description, before.Types}, n, "")
}

// SetStatus enables an endpoint, disables it, or removes it for good. What waits for it goes on when it is enabled again, from the first
// try; what happens while it is disabled is not sent to it unless it is replayed. Removing it drops what waits, and its secrets.
func SetStatus(ctx context.Context, tx pgx.Tx, id int64, to Status, reason string, by access.Actor) error {
	doing := fmt.Sprintf("set webhook endpoint %d to %s", id, to)
	before, err := lockEndpoint(ctx, tx, id, by)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if before.Status == to {
		return nil
	}
	if err := setStatus(ctx, tx, id, to, reason, by.Email); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return audit(ctx, tx, by, "webhook."+string(to), id, map[string]Status{"status": before.Status}, map[string]Status{"status": to}, reason)
}

func setStatus(ctx context.Context, tx pgx.Tx, id int64, to Status, reason, owner string) error {
	var q pgx.Batch
	args := pgx.NamedArgs{"id": id, "status": string(to), "reason": printable(reason), "owner": owner}
	// Whoever enables it answers for it from now on.
	q.Queue(`update webhook.endpoints set status = @status, reason = @reason, status_at = now(),
			failing_since = case when @status = 'enabled' then null else failing_since end,
			owner_email = case when @status = 'enabled' and @owner <> '' then @owner else owner_email end
		where id = @id`, args)
	switch to {
	case Enabled:
		q.Queue(`update webhook.deliveries set tries = 0, next_attempt_at = 'epoch' where endpoint_id = @id and state = 'waiting'`, args)
	case Removed:
		q.Queue(`update webhook.deliveries set state = 'dropped' where endpoint_id = @id and state = 'waiting'`, args)
		q.Queue(`delete from webhook.secrets where endpoint_id = @id`, args)
	}
	return postgres.Fault(tx.SendBatch(ctx, &q).Close())
}

// RotateSecret makes a new secret, which comes back once. The one before signs too for 24 hours; one before that no more.
func RotateSecret(ctx context.Context, tx pgx.Tx, id int64, now time.Time, by access.Actor) (secret string, err error) {
	doing := fmt.Sprintf("rotate the secret of webhook endpoint %d", id)
	if _, err := lockEndpoint(ctx, tx, id, by); err != nil {
		return "", fmt.Errorf("%s: %w", doing, err)
	}
	args := pgx.NamedArgs{"id": id, "until": now.Add(overlap)}
	var q pgx.Batch
	q.Queue(`delete from webhook.secrets where endpoint_id = @id and expires_at is not null`, args)
	q.Queue(`update webhook.secrets set expires_at = @until where endpoint_id = @id`, args)
	if err := tx.SendBatch(ctx, &q).Close(); err != nil {
		return "", fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	if secret, err = insertSecret(ctx, tx, id); err != nil {
		return "", fmt.Errorf("%s: %w", doing, err)
	}
	return secret, audit(ctx, tx, by, "webhook.rotate", id, nil, nil, "")
}

// lockEndpoint finds an endpoint that may be changed, and holds it.
func lockEndpoint(ctx context.Context, tx pgx.Tx, id int64, by access.Actor) (Endpoint, error) {
	if err := by.Require(access.Admin); err != nil {
		return Endpoint{}, err
	}
	if _, err := tx.Exec(ctx, `select id from webhook.endpoints where id = @id for update`, pgx.NamedArgs{"id": id}); err != nil {
		return Endpoint{}, postgres.Fault(err)
	}
	e, err := GetEndpoint(ctx, tx, id)
	if err == nil && e.Status == Removed {
		err = fault.New(fault.Conflict, "it was removed")
	}
	return e, err
}

const selectEndpoints = `
	select e.id, e.url, e.description, e.types, e.status, e.reason, e.status_at, e.failing_since, e.owner_email, e.created_by, e.created_at,
		(select count(*) from webhook.deliveries d where d.endpoint_id = e.id and d.state in ('waiting', 'sending')),
		(select count(*) from webhook.deliveries d where d.endpoint_id = e.id and d.state = 'failed'),
		(select max(s.expires_at) from webhook.secrets s where s.endpoint_id = e.id and s.expires_at > now())
	from webhook.endpoints e`

// Endpoints lists those that are not removed, the oldest first.
func Endpoints(ctx context.Context, q postgres.Querier) ([]Endpoint, error) {
	rows, err := q.Query(ctx, selectEndpoints+`
		where e.status <> 'removed' order by e.id`)
	if err != nil {
		return nil, fmt.Errorf("list webhook endpoints: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Endpoint, error) { return scanEndpoint(row) })
	if err != nil {
		return nil, fmt.Errorf("list webhook endpoints: %w", postgres.Fault(err))
	}
	return all, nil
}

// GetEndpoint returns one, also when it was removed.
func GetEndpoint(ctx context.Context, q postgres.Querier, id int64) (Endpoint, error) {
	e, err := scanEndpoint(q.QueryRow(ctx, selectEndpoints+`
		where e.id = @id`, pgx.NamedArgs{"id": id}))
	if err != nil {
		return e, fmt.Errorf("webhook endpoint %d: %w", id, postgres.Fault(err))
	}
	return e, nil
}

func scanEndpoint(row pgx.Row) (e Endpoint, err error) {
	var types []string
	var failing, rotates *time.Time
	err = row.Scan(&e.ID, &e.URL, &e.Description, &types, &e.Status, &e.Reason, &e.StatusAt, &failing, &e.OwnerEmail, &e.CreatedBy, &e.CreatedAt,
		&e.Waiting, &e.Failed, &rotates)
	for _, t := range types {
		e.Types = append(e.Types, Type(t))
	}
	if failing != nil {
		e.FailingSince = *failing
	}
	if rotates != nil {
		e.RotatesUntil = *rotates
	}
	return e, err
}
