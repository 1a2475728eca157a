package exports

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

type place struct {
	account customers.AccountID
	seq     int64
}

// sent is what a target got of a scope: by entry how often, and whether the last time was refused there.
type sent struct {
	rounds   map[place]int
	rejected map[place]bool
	next     int // place of the next batch
}

func loadSent(ctx context.Context, q postgres.Querier, s Scope) (sent, error) {
	out := sent{rounds: map[place]int{}, rejected: map[place]bool{}, next: 1}
	args := s.args()
	err := q.QueryRow(ctx, `
		select coalesce(max(seq), 0) + 1 from exports.batches
		where entity_id = @entity and currency = @currency and month = @month and target = @target`, args).Scan(&out.next)
	if err != nil {
		return out, postgres.Fault(err)
	}
	rows, err := q.Query(ctx, `
		select m.account_id, m.entry_seq, m.round, exists (select from exports.batch_events e where e.batch_id = b.id and e.event = 'rejected')
		from exports.batches b join exports.batch_entries m on m.batch_id = b.id
		where b.entity_id = @entity and b.currency = @currency and b.month = @month and b.target = @target
		order by m.round`, args)
	if err != nil {
		return out, postgres.Fault(err)
	}
	var p place
	var round int
	var rejected bool
	_, err = pgx.ForEachRow(rows, []any{&p.account, &p.seq, &round, &rejected}, func() error {
		out.rounds[p], out.rejected[p] = round+1, rejected // the last round says
		return nil
	})
	return out, postgres.Fault(err)
}

// wants says whether an entry has still to go.
func (s sent) wants(e ledger.Entry) bool {
	p := place{e.Account, e.Seq}
	return s.rounds[p] == 0 || s.rejected[p]
}

func (s Scope) args() pgx.NamedArgs {
	return pgx.NamedArgs{"entity": s.Entity, "currency": string(s.Currency), "month": s.Month.First(), "target": string(s.Target)}
}

func insertBatch(ctx context.Context, tx pgx.Tx, d Draft, by access.Actor) (id int64, err error) {
	options, err := json.Marshal(d.Options)
	if err != nil {
		return 0, err
	}
	args := d.args()
	args["level"], args["seq"], args["version"], args["options"] = string(d.Level), d.Seq, d.MappingVersion, options
	args["entries"], args["debit"], args["by"] = len(d.entries), d.Debit.Minor(), by.UserID
	err = tx.QueryRow(ctx, `
		insert into exports.batches (entity_id, currency, month, target, level, seq, mapping_version, options, entries, debit, by_user)
		values (@entity, @currency, @month, @target, @level, @seq, @version, @options, @entries, @debit, @by) returning id`, args).Scan(&id)
	if err != nil {
		return 0, postgres.Fault(err)
	}
	members := make([][]any, len(d.entries))
	for i, e := range d.entries {
		members[i] = []any{int64(e.Account), e.Seq, string(d.Target), d.sent.rounds[place{e.Account, e.Seq}], id}
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"exports", "batch_entries"}, []string{"account_id", "entry_seq", "target", "round", "batch_id"}, pgx.CopyFromRows(members)); err != nil {
		return 0, postgres.Fault(err)
	}
	for i, f := range d.Files {
		_, err := tx.Exec(ctx, `
			insert into exports.batch_files (batch_id, n, name, journals, lines, debit, credit, digest, content)
			values (@id, @n, @name, @journals, @lines, @debit, @credit, @digest, @content)`, pgx.NamedArgs{"id": id, "n": i + 1, "name": f.Name,
			"journals": f.Journals, "lines": f.Lines, "debit": f.Debit.Minor(), "credit": f.Credit.Minor(), "digest": f.Digest[:], "content": f.Content})
		if err != nil {
			return 0, postgres.Fault(err)
		}
	}
	return id, nil
}

// insertEvent brings a batch to a state; one that does not follow is refused by the table.
func insertEvent(ctx context.Context, tx pgx.Tx, b Batch, s State, reference, reason string, by access.Actor) error {
	args := pgx.NamedArgs{"id": b.ID, "seq": len(b.Events) + 1, "event": string(s), "after": nil, "by": by.UserID, "reference": reference, "reason": reason}
	if len(b.Events) > 0 {
		args["after"] = string(b.State())
	}
	_, err := tx.Exec(ctx, `
		insert into exports.batch_events (batch_id, seq, event, after, by_user, reference, reason)
		values (@id, @seq, @event, @after, @by, @reference, @reason)`, args)
	return postgres.Fault(err)
}

// Filter narrows a list of batches; a zero field does not narrow.
type Filter struct {
	Entity entities.ID
	Target Target
	Month  period.Month
	State  State
	ID     int64
	scope  *Scope
	Before int64 // the last batch of the page before
	Limit  int   // 0: 50; at most 500
}

// List reads batches, the newest first, with their events and files without content.
func List(ctx context.Context, q postgres.Querier, f Filter) ([]Batch, error) {
	args := pgx.NamedArgs{"entity": f.Entity, "target": string(f.Target), "month": nil, "state": string(f.State), "id": f.ID, "before": f.Before, "currency": "", "limit": 50}
	if f.Limit > 0 {
		args["limit"] = min(f.Limit, 500)
	}
	if !f.Month.IsZero() {
		args["month"] = f.Month.First()
	}
	if f.scope != nil {
		args["entity"], args["target"], args["month"], args["currency"] = f.scope.Entity, string(f.scope.Target), f.scope.Month.First(), string(f.scope.Currency)
	}
	rows, err := q.Query(ctx, `
		select b.id, b.entity_id, b.currency, b.month, b.target, b.level, b.seq, b.mapping_version, b.options, b.entries, b.debit, b.by_user, b.recorded_at
		from exports.batches b
		where (@entity::bigint = 0 or b.entity_id = @entity) and (@target = '' or b.target = @target) and (@month::date is null or b.month = @month)
		  and (@currency = '' or b.currency = @currency) and (@id::bigint = 0 or b.id = @id) and (@before::bigint = 0 or b.id < @before)
		  and (@state = '' or @state = (select e.event from exports.batch_events e where e.batch_id = b.id order by e.seq desc limit 1))
		order by b.id desc limit @limit`, args)
	if err != nil {
		return nil, fmt.Errorf("list exports: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Batch, err error) {
		var month period.Date
		var options []byte
		var debit int64
		err = row.Scan(&b.ID, &b.Entity, &b.Currency, &month, &b.Target, &b.Level, &b.Seq, &b.MappingVersion, &options, &b.Entries, &debit, &b.PreparedBy, &b.RecordedAt)
		if err != nil {
			return b, err
		}
		b.Month, b.Debit = month.MonthOf(), money.Of(debit, b.Currency)
		return b, json.Unmarshal(options, &b.Options)
	})
	if err != nil {
		return nil, fmt.Errorf("list exports: %w", postgres.Fault(err))
	}
	return out, fillBatches(ctx, q, out)
}

func fillBatches(ctx context.Context, q postgres.Querier, out []Batch) error {
	directory, err := entities.Load(ctx, q)
	if err != nil {
		return err
	}
	at, ids := map[int64]*Batch{}, []int64{}
	for i := range out {
		e, _ := directory.ByID(out[i].Entity)
		out[i].EntityCode = e.Code
		at[out[i].ID], ids = &out[i], append(ids, out[i].ID)
	}
	rows, err := q.Query(ctx, `
		select batch_id, event, by_user, reference, reason, recorded_at from exports.batch_events where batch_id = any(@ids::bigint[]) order by batch_id, seq`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return postgres.Fault(err)
	}
	var id int64
	var e BatchEvent
	_, err = pgx.ForEachRow(rows, []any{&id, &e.State, &e.By, &e.Reference, &e.Reason, &e.At}, func() error {
		at[id].Events = append(at[id].Events, e)
		return nil
	})
	if err != nil {
		return postgres.Fault(err)
	}
	rows, err = q.Query(ctx, `
		select batch_id, name, journals, lines, debit, credit, digest from exports.batch_files where batch_id = any(@ids::bigint[]) order by batch_id, n`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return postgres.Fault(err)
	}
	var f File
	var debit, credit int64
	var digest []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &f.Name, &f.Journals, &f.Lines, &debit, &credit, &digest}, func() error {
		f.Debit, f.Credit = money.Of(debit, at[id].Currency), money.Of(credit, at[id].Currency)
		copy(f.Digest[:], digest)
		at[id].Files = append(at[id].Files, f)
		return nil
	})
	return postgres.Fault(err)
}

// Get reads a batch without the content of its files; fault.NotFound when there is none.
func Get(ctx context.Context, q postgres.Querier, id int64) (Batch, error) {
	if id < 1 {
		return Batch{}, fault.New(fault.NotFound, "there is no export %d", id)
	}
	found, err := List(ctx, q, Filter{ID: id, Limit: 1})
	if err != nil {
		return Batch{}, err
	}
	if len(found) == 0 {
		return Batch{}, fault.New(fault.NotFound, "there is no export %d", id)
	}
	return found[0], nil
}

// fillContent reads the files' bytes.
func fillContent(ctx context.Context, q postgres.Querier, b *Batch) error {
	rows, err := q.Query(ctx, `select content from exports.batch_files where batch_id = @id order by n`, pgx.NamedArgs{"id": b.ID})
	if err != nil {
		return postgres.Fault(err)
	}
	contents, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	for i := range contents {
		b.Files[i].Content = contents[i]
	}
	return postgres.Fault(err)
}

// lockBatch makes the second of two people who answer for a batch at once wait.
func lockBatch(ctx context.Context, tx pgx.Tx, id int64) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('exports.batches', @id))`, pgx.NamedArgs{"id": id})
	return postgres.Fault(err)
}

// Left is what is posted in a scope and stands in no batch that was not rejected: zero when everything has gone.
func Left(ctx context.Context, q postgres.Querier, s Scope) (money.Amount, error) {
	var gone int64
	err := q.QueryRow(ctx, `
		select coalesce(sum(b.debit), 0)::bigint from exports.batches b
		where b.entity_id = @entity and b.currency = @currency and b.month = @month and b.target = @target
		  and not exists (select from exports.batch_events e where e.batch_id = b.id and e.event = 'rejected')`, s.args()).Scan(&gone)
	if err != nil {
		return money.Amount{}, fmt.Errorf("compare exports with what is posted: %w", postgres.Fault(err))
	}
	trial, err := ledger.TrialBalance(ctx, q, ledger.Filter{Entity: s.Entity, Currency: s.Currency, From: s.Month.First(), Through: s.Month.Last()})
	if err != nil {
		return money.Amount{}, err
	}
	posted := money.Zero(s.Currency)
	for _, sum := range trial.Totals() {
		posted = posted.Add(sum.Debit)
	}
	return posted.Sub(money.Of(gone, s.Currency)), nil
}
