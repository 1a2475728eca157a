package usage

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

// maxBatch is how many events one transaction takes. More only make it longer:
// the rate is flat from a thousand on, and writers of a busy customer queue.
const maxBatch = 10_000

// Ingest takes events in. All are checked before any is written: one bad event
// refuses the call (fault.Invalid, each named). Up to 10,000 events are one
// transaction; a longer list is several, and after a failure the whole list may
// be sent again, as what was accepted is then a repeat.
//
// Any number of callers may ingest at once, also the same events.
func Ingest(ctx context.Context, db *postgres.DB, events []Event, now time.Time, by access.Actor) (Receipt, error) {
	if err := Check(events, now); err != nil {
		return Receipt{}, fmt.Errorf("ingest usage: %w", err)
	}
	var total Receipt
	for len(events) > 0 {
		n := min(len(events), maxBatch)
		receipt, err := prepare(ctx, db, events[:n]).write(ctx, db, now, by)
		if err != nil {
			return total, fmt.Errorf("ingest usage: %w", err)
		}
		total.add(receipt)
		events = events[n:]
	}
	return total, nil
}

// intake is a batch ready to be written, or why it is not.
type intake struct {
	directory directory
	known     []staged
	strays    []stray
	err       error
}

// prepare finds where checked events belong.
func prepare(ctx context.Context, db *postgres.DB, events []Event) (in intake) {
	if in.directory, in.err = loadDirectory(ctx, db, events); in.err == nil {
		in.known, in.strays = stage(events, in.directory)
	}
	return in
}

// write appends a batch in one transaction.
func (in intake) write(ctx context.Context, db *postgres.DB, now time.Time, by access.Actor) (receipt Receipt, err error) {
	if in.err != nil {
		return receipt, in.err
	}
	err = amongRivals(ctx, db, in.known, func(tx pgx.Tx) error {
		w := writer{tx: tx, directory: in.directory, by: by, action: "usage.ingest", received: func(*staged) time.Time { return now }}
		if err := w.write(ctx, in.known); err != nil {
			return err
		}
		if err := w.quarantine(ctx, slices.Concat(in.strays, w.late), now); err != nil {
			return err
		}
		receipt = w.receipt
		if err := w.audit(); err != nil {
			return err
		}
		if err := w.send(ctx); err != nil {
			return fmt.Errorf("append %d events: %w", receipt.Accepted, err)
		}
		return nil
	})
	return receipt, err
}

// amongRivals runs a transaction again when another writer committed one of its
// events in between, and when a month of it was not open. Each time the rival's
// event is found stored at the next attempt, so there are at most as many
// attempts as events, and one more; of months likewise, which are retired far
// more slowly than they are opened.
func amongRivals(ctx context.Context, db *postgres.DB, known []staged, fn func(tx pgx.Tx) error) error {
	for range 2 * len(known) {
		err := db.Tx(ctx, fn)
		switch {
		case noMonth(err):
			if err := openMonths(ctx, db, monthsOf(known)); err != nil {
				return err
			}
		case postgres.Constraint(err) != "keys_pkey":
			return err
		}
	}
	return db.Tx(ctx, fn)
}

// writer is one transaction's work on a batch.
type writer struct {
	tx        pgx.Tx
	directory directory
	by        access.Actor
	action    string

	received func(*staged) time.Time // when each event came; nil: somebody takes them however late they are

	waiting pgx.Batch // statements to be sent together
	order   int64     // 0 until something may have to be written
	wrote   bool
	late    []stray
	verdict verdict
	receipt Receipt
}

// write judges staged events and appends what is new, some of it with the next
// send. The order of tables is the same in every transaction: keys, events,
// conflicts, quarter hours, days, days by dimension, quarantine.
func (w *writer) write(ctx context.Context, known []staged) error {
	if len(known) == 0 {
		return nil
	}
	stored, deadlines, err := w.look(ctx, known)
	if err != nil {
		return err
	}
	if deadlines && w.received != nil {
		l, err := loadLateness(ctx, w.tx, known)
		if err != nil {
			return err
		}
		known, w.late = l.split(known, stored, w.received)
	}
	v := judge(known, stored)
	if err := w.append(ctx, v); err != nil {
		return err
	}
	w.verdict = v
	w.receipt.Accepted, w.receipt.Repeated = len(v.fresh), len(v.repeated)
	for _, c := range v.conflicts {
		w.receipt.Conflicts = append(w.receipt.Conflicts, Conflict{Kept: *c.kept, Offered: *c.offered.Event, Archived: c.archived})
	}
	return nil
}

func (w *writer) append(ctx context.Context, v verdict) error {
	if err := w.appendEvents(ctx, v.fresh); err != nil {
		return fmt.Errorf("append %d events: %w", len(v.fresh), err)
	}
	w.wrote = w.wrote || len(v.fresh) > 0
	if len(v.conflicts) > 0 {
		if err := w.send(ctx); err != nil {
			return fmt.Errorf("append %d events: %w", len(v.fresh), err)
		}
		if err := fillKept(ctx, w.tx, v.conflicts); err != nil {
			return err
		}
		kept, err := insertConflicts(ctx, w.tx, v.conflicts, w.order)
		if err != nil {
			return err
		}
		w.wrote = w.wrote || kept > 0
	}
	queueRollups(&w.waiting, rollUp(v.fresh))
	return nil
}

func (w *writer) quarantine(ctx context.Context, strays []stray, now time.Time) error {
	if len(strays) == 0 {
		return nil
	}
	if err := w.send(ctx); err != nil {
		return fmt.Errorf("append %d events: %w", w.receipt.Accepted, err)
	}
	if err := w.takeOrder(ctx); err != nil {
		return err
	}
	causes, err := insertStrays(ctx, w.tx, strays, w.order, now)
	if err != nil {
		return err
	}
	for _, c := range causes {
		w.receipt.Quarantined += int(c.Events)
	}
	w.wrote = w.wrote || len(causes) > 0
	w.receipt.Repeated += len(strays) - w.receipt.Quarantined
	return webhook.Emit(ctx, w.tx, toldStrays(w.order, causes)...)
}

func (w *writer) takeOrder(ctx context.Context) (err error) {
	if w.order == 0 {
		w.order, err = nextOrder(ctx, w.tx)
	}
	return err
}

// audit says who brought a batch, unless it left no trace: events carry the
// batch's known_order, and so each leads to its sender.
func (w *writer) audit() error {
	if !w.wrote {
		return nil
	}
	subject := access.Subject{Kind: "usage batch", Key: strconv.FormatInt(w.order, 10)}
	counts := struct {
		Accepted, Repeated, Quarantined, Conflicts int
	}{w.receipt.Accepted, w.receipt.Repeated, w.receipt.Quarantined, len(w.receipt.Conflicts)}
	return access.QueueAudit(&w.waiting, w.by, w.action, subject, nil, counts, "")
}
