package mail

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Filter narrows a list; zero fields do not. Before is the last id of the page before.
type Filter struct {
	State       State
	Account     int64
	Search      string      // in key, subject and recipients
	From, Until period.Date // queued on days [From, Until), UTC
	Sort        Sort
	Before      int64
	Limit       int // zero = 50
}

// Sort is an order of the list; "-" before it turns it round. Equals stand by id.
type Sort string

// The orders there are.
const (
	Newest    Sort = "" // the message queued last first
	ByQueued  Sort = "queued"
	BySent    Sort = "sent" // those not sent come last
	ByTries   Sort = "tries"
	BySubject Sort = "subject"
)

// List returns a page of the outbox.
func List(ctx context.Context, q postgres.Querier, f Filter) ([]Entry, error) {
	rows, err := f.query(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list outbox: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entry, error) {
		var e Entry
		return e, scanEntry(row, &e)
	})
	if err != nil {
		return nil, fmt.Errorf("list outbox: %w", postgres.Fault(err))
	}
	return out, nil
}

// query picks the statement of the filter's order. Each is static text: the database plans it once, and a test prepares
// every one.
func (f Filter) query(ctx context.Context, q postgres.Querier) (pgx.Rows, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	args := pgx.NamedArgs{"state": string(f.State), "account": f.Account, "search": f.Search, "from": f.From, "until": f.Until, "before": f.Before, "limit": f.Limit}
	switch f.Sort {
	case ByQueued:
		return q.Query(ctx, selectOutbox+`
			and (last.id is null or (o.id) > (last.id))
			order by o.id limit @limit`, args)
	case "-" + ByQueued:
		return q.Query(ctx, selectOutbox+`
			and (last.id is null or (o.id) < (last.id))
			order by o.id desc limit @limit`, args)
	case BySent:
		return q.Query(ctx, selectOutbox+`
			and (last.id is null or (coalesce(o.sent_at, 'infinity'), o.id) > (coalesce(last.sent_at, 'infinity'), last.id))
			order by coalesce(o.sent_at, 'infinity'), o.id limit @limit`, args)
	case "-" + BySent:
		return q.Query(ctx, selectOutbox+`
			and (last.id is null or (coalesce(o.sent_at, 'infinity'), o.id) < (coalesce(last.sent_at, 'infinity'), last.id))
			order by coalesce(o.sent_at, 'infinity') desc, o.id desc limit @limit`, args)
	case ByTries:
		return q.Query(ctx, selectOutbox+`
			and (last.id is null or (o.attempts, o.id) > (last.attempts, last.id))
			order by o.attempts, o.id limit @limit`, args)
	case "-" + ByTries:
		return q.Query(ctx, selectOutbox+`
			and (last.id is null or (o.attempts, o.id) < (last.attempts, last.id))
			order by o.attempts desc, o.id desc limit @limit`, args)
	case BySubject:
		return q.Query(ctx, selectOutbox+`
			and (last.id is null or (lower(o.subject), o.id) > (lower(last.subject), last.id))
			order by lower(o.subject), o.id limit @limit`, args)
	case "-" + BySubject:
		return q.Query(ctx, selectOutbox+`
			and (last.id is null or (lower(o.subject), o.id) < (lower(last.subject), last.id))
			order by lower(o.subject) desc, o.id desc limit @limit`, args)
	}
	return q.Query(ctx, selectOutbox+`
			and (@before::bigint = 0 or o.id < @before)
			order by o.id desc limit @limit`, args)
}

// selectOutbox is what the orders have in common. `last` is the message that ended the page before, as it stands now.
const selectOutbox = `
		select o.id, coalesce(o.account_id, 0), o.message_key, o.message_id, o.sender, o.recipients, o.copies, o.subject, o.state, o.attempts,
			o.next_attempt_at, o.last_error, o.queued_by, o.queued_at, o.sent_at
		from mail.outbox o
		left join (
			select x.id, x.sent_at, x.attempts, x.subject from mail.outbox x where x.id = @before) last on true
		where (@state = '' or o.state = @state)
			and (@account::bigint = 0 or o.account_id = @account)
			and (@search = '' or position(lower(@search) in lower(o.message_key || ' ' || o.subject || ' ' || o.recipients::text)) > 0)
			and (@from::date is null or o.queued_at >= @from::date at time zone 'UTC')
			and (@until::date is null or o.queued_at < @until::date at time zone 'UTC')`
