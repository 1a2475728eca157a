package usage

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// insertStrays puts events in quarantine, each content once. It gives why those wait that were not there yet, most first.
func insertStrays(ctx context.Context, tx pgx.Tx, strays []stray, order int64, received time.Time) ([]Cause, error) {
	if len(strays) == 0 {
		return nil, nil
	}
	var a eventArrays
	var reasons, contracts []string
	var positions []int32
	var deadlines []period.Date
	for i := range strays {
		a.add(&strays[i].staged)
		reasons, contracts = append(reasons, strays[i].reason), append(contracts, strays[i].refusal.Contract)
		positions, deadlines = append(positions, int32(strays[i].position)), append(deadlines, strays[i].refusal.Last)
	}
	// What is in quarantine already stays as it is there, also when it was released or discarded.
	rows, err := tx.Query(ctx, `
		with kept as (
			insert into usage.quarantine
				(key, content, customer, meter, occurred_at, quantity, dimensions, source, event_id, reason, position, deadline, contract, known_order)
			select key, content, customer, meter, occurred_at, quantity, dimensions, source, event_id, reason, position, deadline, nullif(contract, ''), @order
			from unnest(@keys::uuid[], @contents::uuid[], @customers::text[], @meters::text[], @occurred::timestamptz[],
			            @quantities::numeric[], @dimensions::jsonb[], @sources::text[], @ids::text[], @reasons::text[], @positions::integer[],
			            @deadlines::date[], @contracts::text[])
			     as o (key, content, customer, meter, occurred_at, quantity, dimensions, source, event_id, reason, position, deadline, contract)
			order by key, content, position
			on conflict (key, content) do nothing
			returning key, content, reason, customer, meter, deadline, contract, known_order, position
		), waits as (
			insert into usage.waiting (key, content, state, reason, customer, meter, deadline, contract, first_on, queue_order, position)
			select key, content, 'waiting', reason, customer, meter, deadline, contract, @received, known_order, position from kept
		)
		select reason, case when reason <> 'unknown meter' then customer else '' end,
		       case when reason <> 'unknown customer' then meter else '' end, coalesce(contract, ''), count(*), @received::timestamptz
		from kept
		group by 1, 2, 3, 4
		order by 5 desc, 1, 2, 3, 4`,
		a.args(pgx.NamedArgs{"reasons": reasons, "positions": positions, "deadlines": deadlines, "contracts": contracts, "order": order, "received": received}))
	if err != nil {
		return nil, fmt.Errorf("quarantine %d events: %w", len(strays), postgres.Fault(err))
	}
	causes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Cause])
	if err != nil {
		return nil, fmt.Errorf("quarantine %d events: %w", len(strays), postgres.Fault(err))
	}
	return causes, nil
}

// Cursor is a place in a list ordered by when things became known; the zero
// value is its beginning.
type Cursor struct {
	KnownOrder int64
	Position   int32
}

// StrayID names a quarantined event: one content under one source and id.
type StrayID struct{ key, content digest }

func (id StrayID) String() string { return hex.EncodeToString(append(id.key[:], id.content[:]...)) }

// ParseStrayID reads what String wrote.
func ParseStrayID(s string) (id StrayID, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 32 {
		return id, fault.New(fault.Invalid, "%s names no quarantined event", fault.Quote(s))
	}
	copy(id.key[:], b)
	copy(id.content[:], b[16:])
	return id, nil
}

// Quarantined is an event that waits for its customer or meter to be known, or
// for somebody to take it though it came late.
type Quarantined struct {
	Event
	Stray      StrayID
	Reason     string // "unknown customer", "unknown meter", "unknown customer and meter" or Late
	Discarded  bool
	RecordedAt time.Time // when it was received
	At         Cursor

	Deadline period.Date // of a late one: the last day on which Contract would have taken it
	Contract string
	Decision Disposition // the last one, if any
}

// Disposition is what somebody decided about a quarantined event.
type Disposition struct {
	Action     string // accept, discard, return, late
	Reason, By string
	At         time.Time
}

// QuarantineFilter narrows a page of quarantined events. Empty texts are any.
type QuarantineFilter struct {
	Discarded bool // those that were discarded, instead of those that wait
	Reason    string
	Customer  string // as the sender wrote it
	Meter     string
	Unknown   bool // leave out late ones, whose customer and meter are known
	After     Cursor
	Limit     int // 0: 100; at most maxBatch
}

// Quarantine lists events that wait for their customer or meter, oldest first.
// Those that a contract refuses as late are no errand of anybody: QuarantinePage
// has them.
func Quarantine(ctx context.Context, q postgres.Querier, after Cursor, limit int) ([]Quarantined, error) {
	return QuarantinePage(ctx, q, QuarantineFilter{Unknown: true, After: after, Limit: limit})
}

// QuarantinePage lists quarantined events, oldest first.
func QuarantinePage(ctx context.Context, q postgres.Querier, f QuarantineFilter) ([]Quarantined, error) {
	limit, state := f.Limit, "waiting"
	if limit <= 0 {
		limit = 100
	}
	if f.Discarded {
		state = "discarded"
	}
	rows, err := q.Query(ctx, `
		with page as (
			select key, content, state, reason, deadline, contract, first_on, queue_order, position
			from usage.waiting
			where state = @state and (queue_order, position) > (@order::bigint, @position::integer)
			  and (@reason::text = '' or reason = @reason) and (@customer::text = '' or customer = @customer)
			  and (@meter::text = '' or meter = @meter) and (not @unknown::boolean or reason <> 'late')
			order by queue_order, position
			limit @limit
		)
		select w.key, w.content, e.customer, e.meter, e.occurred_at, e.quantity, e.dimensions, e.source, e.event_id,
		       w.reason, w.state = 'discarded', w.first_on, w.queue_order, w.position, w.deadline, coalesce(w.contract, ''),
		       coalesce(d.action, ''), coalesce(d.reason, ''), coalesce(d.actor, ''), coalesce(d.recorded_at, w.first_on)
		from page w
		join usage.quarantine e on e.key = w.key and e.content = w.content
		left join lateral (
			select action, reason, actor, recorded_at from usage.dispositions
			where key = w.key and content = w.content
			order by revision desc limit 1
		) d on true
		order by w.queue_order, w.position`,
		pgx.NamedArgs{"state": state, "order": f.After.KnownOrder, "position": f.After.Position, "limit": min(limit, maxBatch),
			"reason": f.Reason, "customer": f.Customer, "meter": f.Meter, "unknown": f.Unknown})
	if err != nil {
		return nil, fmt.Errorf("list quarantined usage: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, scanQuarantined)
	if err != nil {
		return nil, fmt.Errorf("list quarantined usage: %w", postgres.Fault(err))
	}
	return list, nil
}

func scanQuarantined(row pgx.CollectableRow) (Quarantined, error) {
	var w Quarantined
	var key, content pgtype.UUID
	err := row.Scan(&key, &content, &w.Customer, &w.Meter, &w.OccurredAt, &w.Quantity, &w.Dimensions, &w.Source, &w.ID,
		&w.Reason, &w.Discarded, &w.RecordedAt, &w.At.KnownOrder, &w.At.Position, &w.Deadline, &w.Contract,
		&w.Decision.Action, &w.Decision.Reason, &w.Decision.By, &w.Decision.At)
	w.Stray, w.OccurredAt = StrayID{key.Bytes, content.Bytes}, w.OccurredAt.UTC()
	return w, err
}

// Cause is why some events wait, and how many.
type Cause struct {
	Reason          string
	Customer, Meter string // what is not known, as senders write it; of late ones who used what
	Contract        string // of late ones
	Events          int64
	Oldest          time.Time // when the first of them was received
}

// QuarantineCauses counts what waits by what would let it go, most first.
func QuarantineCauses(ctx context.Context, q postgres.Querier, limit int) ([]Cause, error) {
	rows, err := q.Query(ctx, `
		select reason, case when reason <> 'unknown meter' then customer else '' end,
		       case when reason <> 'unknown customer' then meter else '' end, coalesce(contract, ''), count(*), min(first_on)
		from usage.waiting
		where state = 'waiting'
		group by 1, 2, 3, 4
		order by 5 desc, 1, 2, 3, 4
		limit @limit`, pgx.NamedArgs{"limit": limit})
	if err != nil {
		return nil, fmt.Errorf("count quarantined usage: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Cause])
	if err != nil {
		return nil, fmt.Errorf("count quarantined usage: %w", postgres.Fault(err))
	}
	return list, nil
}

// strayArrays are quarantined events as SQL takes them.
func strayArrays(ids []StrayID) (keys, contents pgtype.FlatArray[pgtype.UUID]) {
	for _, id := range ids {
		keys, contents = append(keys, uuid(id.key)), append(contents, uuid(id.content))
	}
	return keys, contents
}

// holdStrays reads quarantined events that are in a state, and keeps them there
// until the transaction ends. What somebody released in between is not among them.
func holdStrays(ctx context.Context, tx pgx.Tx, ids []StrayID, state string) ([]Quarantined, error) {
	keys, contents := strayArrays(ids)
	rows, err := tx.Query(ctx, `
		with held as (
			select w.key, w.content, w.state, w.reason, w.deadline, w.contract, w.first_on, w.queue_order, w.position
			from usage.waiting w
			join (select distinct key, content from unnest(@keys::uuid[], @contents::uuid[]) as o (key, content)) o
			  on o.key = w.key and o.content = w.content
			where w.state = @state
			order by w.key, w.content
			for update of w
		)
		select w.key, w.content, e.customer, e.meter, e.occurred_at, e.quantity, e.dimensions, e.source, e.event_id,
		       w.reason, w.state = 'discarded', w.first_on, w.queue_order, w.position, w.deadline, coalesce(w.contract, ''), '', '', '', w.first_on
		from held w
		join usage.quarantine e on e.key = w.key and e.content = w.content
		order by w.queue_order, w.position`,
		pgx.NamedArgs{"keys": keys, "contents": contents, "state": state})
	if err != nil {
		return nil, fmt.Errorf("hold quarantined usage: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, scanQuarantined)
	if err != nil {
		return nil, fmt.Errorf("hold quarantined usage: %w", postgres.Fault(err))
	}
	return list, nil
}

// dispose records what was decided about events that are held.
func dispose(ctx context.Context, tx pgx.Tx, held []StrayID, action string, reasons []string, order int64, by access.Actor) error {
	if len(held) == 0 {
		return nil
	}
	keys, contents := strayArrays(held)
	_, err := tx.Exec(ctx, `
		insert into usage.dispositions (key, content, revision, action, reason, user_id, actor, known_order)
		select o.key, o.content, 1 + (select coalesce(max(d.revision), 0) from usage.dispositions d where d.key = o.key and d.content = o.content),
		       @action, o.reason, @user, @actor, @order
		from unnest(@keys::uuid[], @contents::uuid[], @reasons::text[]) as o (key, content, reason)
		order by o.key, o.content`,
		pgx.NamedArgs{"keys": keys, "contents": contents, "reasons": reasons, "action": action, "user": by.UserID, "actor": by.Name, "order": order})
	if err != nil {
		return fmt.Errorf("record what was decided about %d events: %w", len(held), postgres.Fault(err))
	}
	return nil
}

func setState(ctx context.Context, tx pgx.Tx, held []StrayID, state string) error {
	keys, contents := strayArrays(held)
	_, err := tx.Exec(ctx, `
		update usage.waiting w set state = @state
		from unnest(@keys::uuid[], @contents::uuid[]) as o (key, content)
		where w.key = o.key and w.content = o.content`, pgx.NamedArgs{"keys": keys, "contents": contents, "state": state})
	return postgres.Fault(err)
}

// setReasons writes for what held events wait now.
func setReasons(ctx context.Context, tx pgx.Tx, strays []stray) error {
	if len(strays) == 0 {
		return nil
	}
	var ids []StrayID
	var reasons, contracts []string
	var deadlines []period.Date
	for _, s := range strays {
		ids, reasons = append(ids, StrayID{s.key, s.content}), append(reasons, s.reason)
		contracts, deadlines = append(contracts, s.refusal.Contract), append(deadlines, s.refusal.Last)
	}
	keys, contents := strayArrays(ids)
	_, err := tx.Exec(ctx, `
		update usage.waiting w set reason = o.reason, contract = nullif(o.contract, ''), deadline = o.deadline
		from unnest(@keys::uuid[], @contents::uuid[], @reasons::text[], @contracts::text[], @deadlines::date[]) as o (key, content, reason, contract, deadline)
		where w.key = o.key and w.content = o.content and w.reason <> o.reason`,
		pgx.NamedArgs{"keys": keys, "contents": contents, "reasons": reasons, "contracts": contracts, "deadlines": deadlines})
	return postgres.Fault(err)
}

// release records what became of events that left the quarantine.
func release(ctx context.Context, tx pgx.Tx, outcomes []outcome, order int64) error {
	var keys, contents pgtype.FlatArray[pgtype.UUID]
	var accounts []int64
	var words []string
	for _, o := range outcomes {
		keys, contents = append(keys, uuid(o.key)), append(contents, uuid(o.content))
		accounts, words = append(accounts, o.account), append(words, o.word)
	}
	_, err := tx.Exec(ctx, `
		with released as (
			delete from usage.waiting w using unnest(@keys::uuid[], @contents::uuid[]) as o (key, content)
			where w.key = o.key and w.content = o.content
		)
		insert into usage.releases (key, content, account_id, outcome, known_order)
		select key, content, account_id, outcome, @order
		from unnest(@keys::uuid[], @contents::uuid[], @accounts::bigint[], @outcomes::text[])
		     as o (key, content, account_id, outcome)
		order by key, content
		on conflict (key, content) do nothing`,
		pgx.NamedArgs{"keys": keys, "contents": contents, "accounts": accounts, "outcomes": words, "order": order})
	if err != nil {
		return fmt.Errorf("release %d events from quarantine: %w", len(outcomes), postgres.Fault(err))
	}
	return nil
}

// outcome is the word a replay has for one event.
type outcome struct {
	staged
	word string
}

func (v *verdict) outcomes() []outcome {
	var all []outcome
	for _, e := range v.fresh {
		all = append(all, outcome{e, "accepted"})
	}
	for _, e := range v.repeated {
		all = append(all, outcome{e, "repeated"})
	}
	for _, c := range v.conflicts {
		all = append(all, outcome{c.offered, "conflict"})
	}
	return all
}

// strays reads some quarantined events, in any state.
func strays(ctx context.Context, q postgres.Querier, ids []StrayID) ([]Quarantined, error) {
	keys, contents := strayArrays(ids)
	rows, err := q.Query(ctx, `
		select w.key, w.content, e.customer, e.meter, e.occurred_at, e.quantity, e.dimensions, e.source, e.event_id,
		       w.reason, w.state = 'discarded', w.first_on, w.queue_order, w.position, w.deadline, coalesce(w.contract, ''), '', '', '', w.first_on
		from unnest(@keys::uuid[], @contents::uuid[]) as o (key, content)
		join usage.waiting w on w.key = o.key and w.content = o.content
		join usage.quarantine e on e.key = w.key and e.content = w.content
		order by w.queue_order, w.position`, pgx.NamedArgs{"keys": keys, "contents": contents})
	if err != nil {
		return nil, fmt.Errorf("read quarantined usage: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, scanQuarantined)
	if err != nil {
		return nil, fmt.Errorf("read quarantined usage: %w", postgres.Fault(err))
	}
	return list, nil
}

// QuarantinedEvent reads one, whether it waits or was discarded.
func QuarantinedEvent(ctx context.Context, q postgres.Querier, id StrayID) (Quarantined, error) {
	rows, err := q.Query(ctx, `
		select w.key, w.content, e.customer, e.meter, e.occurred_at, e.quantity, e.dimensions, e.source, e.event_id,
		       w.reason, w.state = 'discarded', w.first_on, w.queue_order, w.position, w.deadline, coalesce(w.contract, ''),
		       coalesce(d.action, ''), coalesce(d.reason, ''), coalesce(d.actor, ''), coalesce(d.recorded_at, w.first_on)
		from usage.waiting w
		join usage.quarantine e on e.key = w.key and e.content = w.content
		left join usage.dispositions d on d.key = w.key and d.content = w.content
		where w.key = @key and w.content = @content
		order by d.revision desc limit 1`, pgx.NamedArgs{"key": uuid(id.key), "content": uuid(id.content)})
	if err != nil {
		return Quarantined{}, fmt.Errorf("read quarantined event: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, scanQuarantined)
	if err != nil {
		return Quarantined{}, fmt.Errorf("read quarantined event: %w", postgres.Fault(err))
	}
	if len(list) == 0 {
		return Quarantined{}, fault.New(fault.NotFound, "no such event waits: it was counted, or it never came")
	}
	return list[0], nil
}
