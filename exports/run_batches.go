package exports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Draft is a batch as it would be: its files, and what the target would trip over. Nothing is recorded.
type Draft struct {
	Scope
	Level          Level
	Options        Options
	Seq            int
	MappingVersion int
	Seller         entities.Entity
	Entries        int
	Debit          money.Amount // of the entries
	Journals       []Journal
	Findings       []Finding
	Files          []File // none while something blocks

	entries []ledger.Entry
	sent    sent
}

// Preview says what the next batch of a scope would hold: the posted entries that the target has not got yet, or that went
// with a batch it refused.
func Preview(ctx context.Context, q postgres.Querier, s Scope, level Level, o Options) (Draft, error) {
	d := Draft{Scope: s, Level: level}
	doing := fmt.Sprintf("export %s of %s for %s", s.Currency, s.Month, s.Target)
	if found := o.validate(); len(found) > 0 {
		return d, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	if err := d.load(ctx, q, o); err != nil {
		return d, fmt.Errorf("%s: %w", doing, err)
	}
	if Blocked(d.Findings) || len(d.Journals) == 0 {
		return d, nil
	}
	var err error
	if d.Files, err = Files(d.Journals, s, level, d.Seq, d.Options); err != nil {
		return d, fmt.Errorf("%s: %w", doing, err)
	}
	return d, nil
}

func (d *Draft) load(ctx context.Context, q postgres.Querier, o Options) error {
	directory, err := entities.Load(ctx, q)
	if err != nil {
		return err
	}
	entity, known := directory.ByID(d.Scope.Entity)
	if !known {
		return fault.InvalidFields(fault.Field{Path: "entity", Message: "is not one of our legal entities"})
	}
	d.Seller, d.Options = entity, o.Defaults(d.Target, entity)
	if d.sent, err = loadSent(ctx, q, d.Scope); err != nil {
		return err
	}
	d.Seq = d.sent.next
	f := ledger.Filter{Entity: d.Scope.Entity, Currency: d.Currency, From: d.Month.First(), Through: d.Month.Last()}
	if d.entries, err = collect(ctx, q, f, d.sent.wants); err != nil {
		return err
	}
	m, err := LoadMapping(ctx, q, 0)
	if err != nil {
		return err
	}
	d.MappingVersion, d.Entries = m.Version, len(d.entries)
	b, err := loadBook(ctx, q, d.entries, d.Target, m, d.Month.Last())
	if err != nil {
		return err
	}
	d.Debit = money.Zero(d.Currency)
	for _, e := range d.entries {
		d.Debit = d.Debit.Add(e.Total())
	}
	d.Journals = b.Journals(d.entries)
	if err := nameReversed(ctx, q, d.Journals, d.entries); err != nil {
		return err
	}
	if d.Level == Summarized {
		d.Journals = Summarize(d.Journals, d.Scope, d.Seq)
	}
	// What receivables of one customer cancel out in books nothing where they are one line.
	d.Journals = slices.DeleteFunc(d.Journals, func(j Journal) bool { return len(j.Lines) == 0 })
	d.Findings = Check(d.Journals, d.Target, d.Options)
	return nil
}

// Prepare writes the next batch of a scope and keeps its bytes. When every entry has gone it gives the last batch again
// and false; when something blocks, fault.Invalid says what.
func Prepare(ctx context.Context, db *postgres.DB, s Scope, level Level, o Options, by access.Actor) (Batch, bool, error) {
	doing := fmt.Sprintf("prepare the export of %s %s for %s", s.Month, s.Currency, s.Target)
	if err := by.Require(Roles...); err != nil {
		return Batch{}, false, fmt.Errorf("%s: %w", doing, err)
	}
	for try := 1; ; try++ {
		b, isNew, err := prepare(ctx, db, s, level, o, by)
		// Somebody else took the place: what they left is looked at anew.
		if errors.Is(err, fault.Conflict) && try < 5 {
			continue
		}
		if err != nil {
			return Batch{}, false, fmt.Errorf("%s: %w", doing, err)
		}
		return b, isNew, nil
	}
}

func prepare(ctx context.Context, db *postgres.DB, s Scope, level Level, o Options, by access.Actor) (b Batch, isNew bool, err error) {
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		isNew = false
		d, err := Preview(ctx, tx, s, level, o)
		if err != nil {
			return err
		}
		if d.Entries == 0 {
			b, err = last(ctx, tx, s)
			return err
		}
		if err := d.refused(); err != nil {
			return err
		}
		id, err := insertBatch(ctx, tx, d, by)
		if err != nil {
			return err
		}
		if err := insertEvent(ctx, tx, Batch{ID: id}, Prepared, "", "", by); err != nil {
			return err
		}
		if b, err = Get(ctx, tx, id); err != nil {
			return err
		}
		isNew = true
		return access.Audit(ctx, tx, by, "export.prepare", b.subject(), nil, b.said(), "")
	})
	return b, isNew, err
}

// last is the newest batch of a scope that stands.
func last(ctx context.Context, q postgres.Querier, s Scope) (Batch, error) {
	found, err := List(ctx, q, Filter{scope: &s, Limit: 500})
	if err != nil {
		return Batch{}, err
	}
	for _, b := range found {
		if b.State() != Rejected {
			return b, nil
		}
	}
	return Batch{}, fault.New(fault.NotFound, "nothing is posted there")
}

func (d Draft) refused() error {
	var fields []fault.Field
	for _, f := range d.Findings {
		if f.Severity == Blocking {
			text := f.Text
			if len(f.Journals) > 0 {
				text += fmt.Sprintf(" (%d; %s)", f.Count, strings.Join(f.Journals, ", "))
			}
			fields = append(fields, fault.Field{Path: f.Code, Message: text})
		}
	}
	return fault.InvalidFields(fields...)
}

// HandOver gives a batch with its files and says that somebody has them now. Once it was handed over it is given again
// for ever, the same bytes, whatever became of it.
func HandOver(ctx context.Context, tx pgx.Tx, id int64, by access.Actor) (Batch, error) {
	doing := fmt.Sprintf("hand over export %d", id)
	b, err := answering(ctx, tx, id, by)
	if err != nil {
		return b, fmt.Errorf("%s: %w", doing, err)
	}
	if b.State() == Prepared {
		if b, err = b.to(ctx, tx, Exported, "", "", by); err != nil {
			return b, fmt.Errorf("%s: %w", doing, err)
		}
	}
	if err := fillContent(ctx, tx, &b); err != nil {
		return b, fmt.Errorf("%s: %w", doing, err)
	}
	return b, nil
}

// Acknowledge records that the other ledger booked a batch, and what it calls it there.
func Acknowledge(ctx context.Context, tx pgx.Tx, id int64, reference string, by access.Actor) error {
	doing := fmt.Sprintf("acknowledge export %d", id)
	b, err := answering(ctx, tx, id, by)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	reference = strings.TrimSpace(reference)
	if found := fault.Printable("reference", reference, 100); len(found) > 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	if b.State() != Exported {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it is %s: what was downloaded and not answered for can be acknowledged", b.State()))
	}
	if _, err = b.to(ctx, tx, Acknowledged, reference, "", by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// Reject records that the other ledger did not book a batch. Its entries go with the next one.
func Reject(ctx context.Context, tx pgx.Tx, id int64, reason string, by access.Actor) error {
	doing := fmt.Sprintf("reject export %d", id)
	b, err := answering(ctx, tx, id, by)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	reason = strings.TrimSpace(reason)
	found := fault.Printable("reason", reason, 500)
	if reason == "" {
		found = append(found, fault.Field{Path: "reason", Message: "is missing: say what the other ledger objected to"})
	}
	if len(found) > 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	if b.State() != Prepared && b.State() != Exported {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it is %s already", b.State()))
	}
	if _, err = b.to(ctx, tx, Rejected, "", reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func answering(ctx context.Context, tx pgx.Tx, id int64, by access.Actor) (Batch, error) {
	if err := by.Require(Roles...); err != nil {
		return Batch{}, err
	}
	if err := lockBatch(ctx, tx, id); err != nil {
		return Batch{}, err
	}
	return Get(ctx, tx, id)
}

func (b Batch) to(ctx context.Context, tx pgx.Tx, s State, reference, reason string, by access.Actor) (Batch, error) {
	if err := insertEvent(ctx, tx, b, s, reference, reason, by); err != nil {
		return b, err
	}
	action := map[State]string{Exported: "export.hand_over", Acknowledged: "export.acknowledge", Rejected: "export.reject"}[s]
	if err := access.Audit(ctx, tx, by, action, b.subject(), map[string]any{"state": b.State()}, map[string]any{"state": s, "reference": reference}, reason); err != nil {
		return b, err
	}
	return Get(ctx, tx, b.ID)
}

func (b Batch) subject() access.Subject {
	return access.Subject{Kind: "export", Key: fmt.Sprint(b.ID)}
}

func (b Batch) said() map[string]any {
	return map[string]any{"entity": b.EntityCode, "currency": b.Currency, "month": b.Month.String(), "target": b.Target, "level": b.Level, "seq": b.Seq,
		"entries": b.Entries, "debit": b.Debit.String(), "mapping_version": b.MappingVersion}
}
