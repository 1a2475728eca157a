package usage

import (
	"context"
	"errors"
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
		receipt, err := send(ctx, db, prepare(ctx, db, events[:n]), now, by)
		if err != nil {
			return total, fmt.Errorf("ingest usage: %w", err)
		}
		total.add(receipt)
		events = events[n:]
	}
	return total, nil
}

// send writes a batch, a small one together with others that come at the same time.
func send(ctx context.Context, db *postgres.DB, in intake, now time.Time, by access.Actor) (Receipt, error) {
	if in.err != nil || len(in.strays) > 0 || len(in.known) == 0 || len(in.known) > smallRequest {
		return in.write(ctx, db, now, by)
	}
	return postgres.Keep[gathering](db).add(db, &sending{intake: in, ctx: ctx, now: now, by: by})
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
		w := writer{tx: tx, by: by, action: ingested, received: func(*staged) time.Time { return now }}
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

// writeTogether writes requests in one transaction. It gives up when one of them needs
// more than to be counted: a conflict, usage that comes late.
func writeTogether(ctx context.Context, db *postgres.DB, group []*sending) error {
	known := allKnown(group)
	receipts := make([]Receipt, len(group))
	err := amongRivals(ctx, db, known, func(tx pgx.Tx) error {
		w := writer{tx: tx, action: ingested, parts: len(group), received: func(s *staged) time.Time { return group[s.part].now }}
		stored, err := w.judge(ctx, known)
		if err != nil {
			return err
		}
		if len(stored.conflicts) > 0 || len(w.late) > 0 {
			return errApart
		}
		if err := w.append(ctx, stored); err != nil {
			return err
		}
		clear(receipts)
		for _, e := range stored.fresh {
			receipts[e.part].Accepted++
		}
		for _, e := range stored.repeated {
			receipts[e.part].Repeated++
		}
		for part, s := range group {
			if receipts[part].Accepted > 0 {
				if err := auditBatch(&w.waiting, s.by, w.action, w.orders[part], receipts[part]); err != nil {
					return err
				}
			}
		}
		return w.send(ctx)
	})
	if err == nil {
		for part, s := range group {
			s.receipt = receipts[part]
		}
	}
	return err
}

var errApart = errors.New("to be written one by one")

const ingested = "usage.ingest"

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
	tx     pgx.Tx
	by     access.Actor
	action string
	parts  int // requests that are written together; 0: one

	received func(*staged) time.Time // when each event came; nil: somebody takes them however late they are

	waiting pgx.Batch // statements to be sent together
	orders  []int64   // of each part; none until something may have to be written
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
	v, err := w.judge(ctx, known)
	if err != nil {
		return err
	}
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

// judge says what is to be done with staged events; late ones it puts aside.
func (w *writer) judge(ctx context.Context, known []staged) (v verdict, err error) {
	stored, deadlines, err := w.look(ctx, known)
	if err != nil {
		return v, err
	}
	if deadlines && w.received != nil {
		l, err := loadLateness(ctx, w.tx, known)
		if err != nil {
			return v, err
		}
		known, w.late = l.split(known, stored, w.received)
	}
	v = judge(known, stored)
	return v, v.settle(ctx, w.tx)
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
		kept, err := insertConflicts(ctx, w.tx, v.conflicts, w.order())
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
	causes, err := insertStrays(ctx, w.tx, strays, w.order(), now)
	if err != nil {
		return err
	}
	for _, c := range causes {
		w.receipt.Quarantined += int(c.Events)
	}
	w.wrote = w.wrote || len(causes) > 0
	w.receipt.Repeated += len(strays) - w.receipt.Quarantined
	return webhook.Emit(ctx, w.tx, toldStrays(w.order(), causes)...)
}

func (w *writer) takeOrder(ctx context.Context) error {
	if w.orders != nil {
		return nil
	}
	order, err := nextOrder(ctx, w.tx)
	w.orders = []int64{order}
	return err
}

// order is the place of a batch that is one request.
func (w *writer) order() int64 { return w.orders[0] }

// audit says who brought a batch, unless it left no trace.
func (w *writer) audit() error {
	if !w.wrote {
		return nil
	}
	return auditBatch(&w.waiting, w.by, w.action, w.order(), w.receipt)
}

// auditBatch says who brought a batch: events carry the batch's known_order, and so
// each leads to its sender.
func auditBatch(to *pgx.Batch, by access.Actor, action string, order int64, r Receipt) error {
	subject := access.Subject{Kind: "usage batch", Key: strconv.FormatInt(order, 10)}
	counts := struct {
		Accepted, Repeated, Quarantined, Conflicts int
	}{r.Accepted, r.Repeated, r.Quarantined, len(r.Conflicts)}
	return access.QueueAudit(to, by, action, subject, nil, counts, "")
}
