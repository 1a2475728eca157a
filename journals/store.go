package journals

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Filter narrows a list of journals; a zero field does not narrow.
type Filter struct {
	ID     ID
	Entity entities.ID
	State  State
	From   period.Date // of the journal's own day
	Before period.Date
	Book   ledger.Book
	After  ID // the last journal of the page before
	Limit  int
}

// Get reads one journal; fault.NotFound when there is none.
func Get(ctx context.Context, q postgres.Querier, id ID) (Journal, error) {
	found, err := List(ctx, q, Filter{ID: id, Limit: 1})
	if err != nil {
		return Journal{}, err
	}
	if len(found) == 0 {
		return Journal{}, fault.New(fault.NotFound, "there is no journal %d", id)
	}
	return found[0], nil
}

// List reads journals, the latest first, in four queries.
func List(ctx context.Context, q postgres.Querier, f Filter) ([]Journal, error) {
	found, err := loadJournals(ctx, q, f)
	if err == nil && len(found) > 0 {
		at := make(map[ID]*Journal, len(found))
		ids := make([]int64, len(found))
		for i := range found {
			at[found[i].ID], ids[i] = &found[i], int64(found[i].ID)
		}
		for _, load := range []func(context.Context, postgres.Querier, []int64, map[ID]*Journal) error{loadLines, loadEvents, loadPosted} {
			if err = load(ctx, q, ids, at); err != nil {
				break
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list journals: %w", postgres.Fault(err))
	}
	return found, nil
}

// lastEvent is the event that a state is known by.
func lastEvent(s State) string {
	for event, state := range stateOf {
		if state == s {
			return event
		}
	}
	return ""
}

func loadJournals(ctx context.Context, q postgres.Querier, f Filter) ([]Journal, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 1000
	}
	rows, err := q.Query(ctx, `
		select j.id, j.entity_id, j.currency, j.book, j.booked_on, j.reason, j.reverses_on, j.every, j.repeats_through, j.template,
		       coalesce(j.corrects, 0), coalesce(j.reverses, 0), j.prepared_by, j.recorded_at
		from journals.journals j
		join lateral (select e.event from journals.events e where e.journal_id = j.id order by e.seq desc limit 1) last on true
		where (@id::bigint = 0 or j.id = @id)
		  and (@entity::bigint = 0 or j.entity_id = @entity)
		  and (@event = '' or last.event = @event)
		  and (@book = '' or j.book = @book)
		  and (@after::bigint = 0 or j.id < @after)
		  and (@from::date is null or j.booked_on >= @from)
		  and (@before::date is null or j.booked_on < @before)
		order by j.id desc
		limit @limit`, pgx.NamedArgs{"id": f.ID, "entity": f.Entity, "event": lastEvent(f.State), "book": string(f.Book), "after": f.After, "from": f.From, "before": f.Before, "limit": limit})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (j Journal, err error) {
		err = row.Scan(&j.ID, &j.Entity, &j.Currency, &j.Book, &j.On, &j.Reason, &j.ReversesOn, &j.Every, &j.Through, &j.Template,
			&j.Corrects, &j.Reverses, &j.PreparedBy, &j.At)
		return j, err
	})
}

func loadLines(ctx context.Context, q postgres.Querier, ids []int64, into map[ID]*Journal) error {
	rows, err := q.Query(ctx, `
		select journal_id, account, amount, coalesce(customer_id, 0), coalesce(contract_id, 0), coalesce(line, ''), coalesce(document, ''), month
		from journals.lines where journal_id = any(@ids) order by journal_id, n`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return err
	}
	var id ID
	var minor int64
	var l Line
	_, err = pgx.ForEachRow(rows, []any{&id, &l.Account, &minor, &l.Customer, &l.Contract, &l.Line, &l.Document, &l.Month}, func() error {
		j := into[id]
		l.Amount = money.Of(minor, j.Currency)
		j.Lines = append(j.Lines, l)
		return nil
	})
	return err
}

func loadEvents(ctx context.Context, q postgres.Querier, ids []int64, into map[ID]*Journal) error {
	rows, err := q.Query(ctx, `
		select journal_id, event, by_user, reason, recorded_at from journals.events where journal_id = any(@ids) order by journal_id, seq`,
		pgx.NamedArgs{"ids": ids})
	if err != nil {
		return err
	}
	var id ID
	var e Event
	_, err = pgx.ForEachRow(rows, []any{&id, &e.Event, &e.By, &e.Reason, &e.At}, func() error {
		into[id].Events = append(into[id].Events, e)
		return nil
	})
	return err
}

func loadPosted(ctx context.Context, q postgres.Querier, ids []int64, into map[ID]*Journal) error {
	rows, err := q.Query(ctx, `
		select account_id, journal_id, occurrence, part, number, booked_on, entry_seq, coalesce(reverses, 0)
		from journals.posted where journal_id = any(@ids) order by journal_id, occurrence, part`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return err
	}
	var p Posted
	_, err = pgx.ForEachRow(rows, []any{&p.Account, &p.Journal, &p.Occurrence, &p.Part, &p.Number, &p.On, &p.Seq, &p.Reverses}, func() error {
		into[p.Journal].Posted = append(into[p.Journal].Posted, p)
		return nil
	})
	return err
}

// reversalOf finds the journal that takes another back: one that waits or is posted.
func reversalOf(ctx context.Context, q postgres.Querier, id ID) (ID, error) {
	var by ID
	err := q.QueryRow(ctx, `
		select coalesce(max(j.id), 0) from journals.journals j
		join lateral (select e.event from journals.events e where e.journal_id = j.id order by e.seq desc limit 1) last on true
		where j.reverses = @id and last.event not in ('rejected', 'withdrawn')`, pgx.NamedArgs{"id": id}).Scan(&by)
	return by, postgres.Fault(err)
}

// ReversedBy is the journal that takes another back, 0 when none does.
func ReversedBy(ctx context.Context, q postgres.Querier, id ID) (ID, error) {
	return reversalOf(ctx, q, id)
}

func insertJournal(ctx context.Context, tx pgx.Tx, j Journal) (id ID, err error) {
	err = tx.QueryRow(ctx, `
		insert into journals.journals (entity_id, currency, book, booked_on, reason, reverses_on, every, repeats_through, template, corrects, reverses, prepared_by)
		values (@entity, @currency, @book, @on, @reason, @reverses_on, @every, @through, @template, nullif(@corrects::bigint, 0), nullif(@reverses::bigint, 0), @by)
		returning id`, pgx.NamedArgs{
		"entity": j.Entity, "currency": string(j.Currency), "book": string(j.Book), "on": j.On, "reason": j.Reason, "reverses_on": j.ReversesOn, "every": string(j.Every),
		"through": j.Through, "template": j.Template, "corrects": j.Corrects, "reverses": j.Reverses, "by": j.PreparedBy,
	}).Scan(&id)
	if err != nil {
		return 0, postgres.Fault(err)
	}
	rows := make([][]any, len(j.Lines))
	for i, l := range j.Lines {
		rows[i] = []any{id, i + 1, l.Account, l.Amount.Minor(), orNull(l.Customer), orNull(l.Contract), orNull(l.Line), orNull(l.Document), monthOrNull(l.Month)}
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"journals", "lines"}, []string{"journal_id", "n", "account", "amount", "customer_id", "contract_id", "line", "document", "month"}, pgx.CopyFromRows(rows))
	return id, postgres.Fault(err)
}

// insertEvent appends the next step of a journal's way: of two at the same moment one takes the place.
func insertEvent(ctx context.Context, tx pgx.Tx, j Journal, event string, by int64, reason string) error {
	var after any
	if n := len(j.Events); n > 0 {
		after = j.Events[n-1].Event
	}
	_, err := tx.Exec(ctx, `
		insert into journals.events (journal_id, seq, event, after, prepared_by, by_user, reason)
		values (@id, @seq, @event, @after, @prepared, @by, @reason)`, pgx.NamedArgs{
		"id": j.ID, "seq": len(j.Events) + 1, "event": event, "after": after, "prepared": j.PreparedBy, "by": by, "reason": reason,
	})
	return postgres.Fault(err)
}

func insertPosted(ctx context.Context, tx pgx.Tx, posted []Posted) error {
	rows := make([][]any, len(posted))
	for i, p := range posted {
		rows[i] = []any{p.Account, p.Journal, p.Occurrence, string(p.Part), p.Number, p.On, p.Seq, orNull(p.Reverses)}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"journals", "posted"}, []string{"account_id", "journal_id", "occurrence", "part", "number", "booked_on", "entry_seq", "reverses"}, pgx.CopyFromRows(rows))
	return postgres.Fault(err)
}

func orNull[T comparable](v T) any {
	var none T
	if v == none {
		return nil
	}
	return v
}

func monthOrNull(m period.Month) any {
	if m.IsZero() {
		return nil
	}
	return m.First()
}

// placements resolves the customers that lines name.
func placements(ctx context.Context, q postgres.Querier, lines []WrittenLine) (map[string]customers.Placement, error) {
	var ids []string
	for _, l := range lines {
		if l.Customer != "" {
			ids = append(ids, l.Customer)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return customers.Resolve(ctx, q, ids)
}

// ByNumber reads the journal that was posted under a number; fault.NotFound when none was.
func ByNumber(ctx context.Context, q postgres.Querier, number string) (Journal, error) {
	var id ID
	err := q.QueryRow(ctx, `select coalesce(max(journal_id), 0) from journals.posted where number = @number`, pgx.NamedArgs{"number": number}).Scan(&id)
	if err != nil {
		return Journal{}, fmt.Errorf("find journal %s: %w", fault.Quote(number), postgres.Fault(err))
	}
	if id == 0 {
		return Journal{}, fault.New(fault.NotFound, "there is no journal %s", fault.Quote(number))
	}
	return Get(ctx, q, id)
}
