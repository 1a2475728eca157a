package usage

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Replay tries every event again that waits for its customer or meter, oldest
// first. Those whose customer and meter are known by now count as if they had
// just been taken in, with all the rules of Ingest; the receipt's Quarantined are
// those that wait on. When an event came is when it was received first: one that
// came in time counts however late its customer was entered, and one that did not
// waits on as late.
func Replay(ctx context.Context, db *postgres.DB, by access.Actor) (Receipt, error) {
	return ReplayMatching(ctx, db, QuarantineFilter{}, by)
}

// ReplayMatching is Replay of what a filter lists. Late events are never among
// them: somebody accepts them, with a reason (AcceptLate).
func ReplayMatching(ctx context.Context, db *postgres.DB, f QuarantineFilter, by access.Actor) (Receipt, error) {
	var total Receipt
	f.Unknown, f.Discarded, f.Limit = true, false, maxBatch
	for {
		waiting, err := QuarantinePage(ctx, db, f)
		if err != nil {
			return total, fmt.Errorf("replay usage: %w", err)
		}
		if len(waiting) == 0 {
			return total, nil
		}
		f.After = waiting[len(waiting)-1].At
		receipt, err := replayBatch(ctx, db, waiting, replaying{by: by, action: "usage.replay"})
		if err != nil {
			return total, fmt.Errorf("replay usage: %w", err)
		}
		total.add(receipt)
	}
}

// ReplayIn tries a page of what a filter lists again, in a transaction of the
// caller's: at most ten thousand events, the oldest.
func ReplayIn(ctx context.Context, tx pgx.Tx, f QuarantineFilter, by access.Actor) (Receipt, error) {
	f.Unknown, f.Discarded, f.Limit = true, false, maxBatch
	waiting, err := QuarantinePage(ctx, tx, f)
	if err != nil || len(waiting) == 0 {
		return Receipt{}, err
	}
	events, ids := make([]Event, len(waiting)), make([]StrayID, len(waiting))
	for i := range waiting {
		events[i], ids[i] = waiting[i].Event, waiting[i].Stray
	}
	d, err := loadDirectory(ctx, tx, events)
	if err != nil {
		return Receipt{}, fmt.Errorf("replay usage: %w", err)
	}
	known, _ := stage(events, d)
	if err := openMonths(ctx, tx, monthsOf(known)); err != nil {
		return Receipt{}, fmt.Errorf("replay usage: %w", err)
	}
	held, err := holdStrays(ctx, tx, ids, "waiting")
	if err != nil {
		return Receipt{}, fmt.Errorf("replay usage: %w", err)
	}
	receipt, err := replaying{by: by, action: "usage.replay"}.replay(ctx, tx, held, d)
	if err != nil {
		return receipt, fmt.Errorf("replay usage: %w", err)
	}
	return receipt, nil
}

// ReplaySelected is Replay of some events. What was discarded among them is
// returned first. What somebody released in between is passed over.
func ReplaySelected(ctx context.Context, db *postgres.DB, ids []StrayID, by access.Actor) (Receipt, error) {
	var total Receipt
	err := db.Tx(ctx, func(tx pgx.Tx) error {
		return restate(ctx, tx, ids, "discarded", "return", "replayed", by)
	})
	if err != nil && !isNothing(err) {
		return total, fmt.Errorf("replay usage: %w", err)
	}
	for len(ids) > 0 {
		n := min(len(ids), maxBatch)
		waiting, err := strays(ctx, db, ids[:n])
		if err != nil {
			return total, fmt.Errorf("replay usage: %w", err)
		}
		receipt, err := replayBatch(ctx, db, waiting, replaying{by: by, action: "usage.replay"})
		if err != nil {
			return total, fmt.Errorf("replay usage: %w", err)
		}
		total.add(receipt)
		ids = ids[n:]
	}
	return total, nil
}

// AcceptLate takes events though their contract refuses them: a decision of
// finance, with a reason. They count from now on, for the days they were used on.
func AcceptLate(ctx context.Context, db *postgres.DB, ids []StrayID, reason string, by access.Actor) (Receipt, error) {
	const doing = "accept late usage"
	if err := by.Require(access.Finance); err != nil {
		return Receipt{}, fmt.Errorf("%s: %w", doing, err)
	}
	if err := checkReason(reason); err != nil {
		return Receipt{}, fmt.Errorf("%s: %w", doing, err)
	}
	if len(ids) > maxBatch {
		return Receipt{}, fault.New(fault.Invalid, "%s: %d events are too many at once; at most %d", doing, len(ids), maxBatch)
	}
	waiting, err := strays(ctx, db, ids)
	if err != nil {
		return Receipt{}, fmt.Errorf("%s: %w", doing, err)
	}
	for _, w := range waiting {
		if w.Reason != Late {
			return Receipt{}, fault.New(fault.Conflict, "%s: event %q of source %q does not wait because it is late, but for: %s", doing, w.ID, w.Source, w.Reason)
		}
	}
	receipt, err := replayBatch(ctx, db, waiting, replaying{by: by, action: "usage.accept_late", accept: strings.TrimSpace(reason)})
	if err != nil {
		return receipt, fmt.Errorf("%s: %w", doing, err)
	}
	return receipt, nil
}

// replaying says how quarantined events are tried again.
type replaying struct {
	by     access.Actor
	action string
	accept string // the reason to take late ones; "": they are not taken
}

func replayBatch(ctx context.Context, db *postgres.DB, waiting []Quarantined, r replaying) (Receipt, error) {
	if len(waiting) == 0 {
		return Receipt{}, nil
	}
	events := make([]Event, len(waiting))
	ids := make([]StrayID, len(waiting))
	for i := range waiting {
		events[i], ids[i] = waiting[i].Event, waiting[i].Stray
	}
	d, err := loadDirectory(ctx, db, events)
	if err != nil {
		return Receipt{}, err
	}
	var receipt Receipt
	known, _ := stage(events, d)
	err = amongRivals(ctx, db, known, func(tx pgx.Tx) error {
		held, err := holdStrays(ctx, tx, ids, "waiting")
		if err != nil {
			return err
		}
		receipt, err = r.replay(ctx, tx, held, d)
		return err
	})
	return receipt, err
}

// replay tries events that are held.
func (r replaying) replay(ctx context.Context, tx pgx.Tx, held []Quarantined, d directory) (Receipt, error) {
	events := make([]Event, 0, len(held))
	came := make(map[StrayID]time.Time, len(held))
	for i := range held {
		if held[i].Reason == Late && r.accept == "" {
			continue
		}
		events, came[held[i].Stray] = append(events, held[i].Event), held[i].RecordedAt
	}
	known, missing := stage(events, d)
	w := writer{tx: tx, by: r.by, action: r.action, wrote: true}
	if r.accept == "" {
		w.received = func(s *staged) time.Time { return came[StrayID{s.key, s.content}] }
	}
	if len(known) == 0 {
		return Receipt{Quarantined: len(missing)}, setReasons(ctx, tx, missing)
	}
	if err := w.takeOrder(ctx); err != nil {
		return Receipt{}, err
	}
	if err := w.write(ctx, known); err != nil {
		return Receipt{}, err
	}
	if err := w.send(ctx); err != nil {
		return Receipt{}, err
	}
	outcomes := w.verdict.outcomes()
	if err := release(ctx, tx, outcomes, w.order()); err != nil {
		return Receipt{}, err
	}
	if err := r.note(ctx, tx, outcomes, w.late, w.order()); err != nil {
		return Receipt{}, err
	}
	if err := setReasons(ctx, tx, append(missing, w.late...)); err != nil {
		return Receipt{}, err
	}
	receipt := w.receipt
	receipt.Quarantined = len(missing) + len(w.late)
	if err := w.audit(); err != nil {
		return Receipt{}, err
	}
	return receipt, w.send(ctx)
}

// note records why late events were taken, and which were found late.
func (r replaying) note(ctx context.Context, tx pgx.Tx, taken []outcome, late []stray, order int64) error {
	var ids []StrayID
	var reasons []string
	if r.accept != "" {
		for _, o := range taken {
			ids, reasons = append(ids, StrayID{o.key, o.content}), append(reasons, r.accept)
		}
		return dispose(ctx, tx, ids, "accept", reasons, order, r.by)
	}
	for _, s := range late {
		ids, reasons = append(ids, StrayID{s.key, s.content}), append(reasons, s.refusal.String())
	}
	return dispose(ctx, tx, ids, "late", reasons, order, r.by)
}

// Discard takes events off the list of what waits, for a reason. They stay, and
// may be returned or replayed.
func Discard(ctx context.Context, db *postgres.DB, ids []StrayID, reason string, by access.Actor) error {
	return decideStrays(ctx, db, ids, "waiting", "discard", reason, by)
}

// Return puts discarded events back on the list.
func Return(ctx context.Context, db *postgres.DB, ids []StrayID, reason string, by access.Actor) error {
	return decideStrays(ctx, db, ids, "discarded", "return", reason, by)
}

func decideStrays(ctx context.Context, db *postgres.DB, ids []StrayID, from, action, reason string, by access.Actor) error {
	doing := action + " quarantined usage"
	if err := by.Require(correctors...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := checkReason(reason); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	err := db.Tx(ctx, func(tx pgx.Tx) error { return restate(ctx, tx, ids, from, action, strings.TrimSpace(reason), by) })
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// errNothing says that none of the events is where it was thought to be.
var errNothing = fault.New(fault.Conflict, "none of these events is there any more: somebody decided about them in between")

func isNothing(err error) bool { return errors.Is(err, errNothing) }

// restate moves events that are in a state to the other one.
func restate(ctx context.Context, tx pgx.Tx, ids []StrayID, from, action, reason string, by access.Actor) error {
	held, err := holdStrays(ctx, tx, ids, from)
	if err != nil {
		return err
	}
	if len(held) == 0 {
		return errNothing
	}
	order, err := nextOrder(ctx, tx)
	if err != nil {
		return err
	}
	found, reasons := make([]StrayID, len(held)), make([]string, len(held))
	for i, w := range held {
		found[i], reasons[i] = w.Stray, reason
	}
	if err := dispose(ctx, tx, found, action, reasons, order, by); err != nil {
		return err
	}
	if err := setState(ctx, tx, found, map[string]string{"discard": "discarded", "return": "waiting"}[action]); err != nil {
		return err
	}
	subject := access.Subject{Kind: "usage batch", Key: strconv.FormatInt(order, 10)}
	return access.Audit(ctx, tx, by, "usage."+action, subject, nil, struct{ Events int }{len(held)}, reason)
}

// checkReason refuses a decision that nobody could understand later.
func checkReason(reason string) error {
	field := fault.Field{Path: "reason", Message: "is missing: say why"}
	if len(reason) > maxReason {
		field.Message = fmt.Sprintf("is longer than %d bytes", maxReason)
	} else if strings.TrimSpace(reason) != "" {
		return nil
	}
	return fault.InvalidFields(field)
}
