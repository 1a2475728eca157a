package journals

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// attempts bounds how often a house account is looked at again after somebody else booked in it.
const attempts = 5

// Decide approves a journal, which posts it, or sends it back. Who prepared or submitted it cannot.
func Decide(ctx context.Context, tx pgx.Tx, id ID, decision access.Decision, reason string, by access.Actor) (Journal, error) {
	doing := fmt.Sprintf("%s journal %d", decision, id)
	reason = strings.TrimSpace(reason)
	j, err := Get(ctx, tx, id)
	if err != nil {
		return j, fmt.Errorf("%s: %w", doing, err)
	}
	if j.State() != Submitted {
		return j, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it is %s, nothing waits for a decision", j.State()))
	}
	if err := access.Decide(ctx, tx, j.Subject(), decision, reason, by); err != nil {
		return j, fmt.Errorf("%s: %w", doing, err)
	}
	event := map[access.Decision]string{access.Approve: "approved", access.Reject: "rejected"}[decision]
	if err := insertEvent(ctx, tx, j, event, by.UserID, reason); err != nil {
		return j, fmt.Errorf("%s: %w", doing, err)
	}
	j.Events = append(j.Events, Event{Event: event, By: by.UserID, Reason: reason})
	if decision == access.Reject {
		return j, nil
	}
	// The month may have closed since it was submitted.
	if err := open(ctx, tx, j); err != nil {
		return j, fmt.Errorf("%s: %w", doing, err)
	}
	if j.Posted, err = postAgain(ctx, tx, j, j.occurrences(j.On)[:1], by); err != nil {
		return j, fmt.Errorf("%s: %w", doing, err)
	}
	return j, nil
}

// postAgain posts, and looks again where somebody took the place in the book in between.
func postAgain(ctx context.Context, tx pgx.Tx, j Journal, due []occurrence, by access.Actor) (posted []Posted, err error) {
	for range attempts {
		err = postgres.Fault(pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
			posted, err = post(ctx, tx, j, due, by)
			return err
		}))
		if !errors.Is(err, fault.Conflict) {
			break
		}
	}
	return posted, err
}

func post(ctx context.Context, tx pgx.Tx, j Journal, due []occurrence, by access.Actor) ([]Posted, error) {
	account, err := customers.OpenHouseAccount(ctx, tx, j.Entity, by)
	if err != nil {
		return nil, err
	}
	months, err := ledger.LoadMonths(ctx, tx)
	if err != nil {
		return nil, err
	}
	standings, err := ledger.LoadStandings(ctx, tx, []customers.AccountID{account})
	if err != nil {
		return nil, err
	}
	at := place{account: account, seq: standings[account].Next, day: func(d period.Date) period.Date {
		return period.MaxDate(d, months.FirstAdjustable(j.Entity, d.MonthOf()).First())
	}}
	var entries []ledger.Entry
	var posted []Posted
	var failed error
	for _, o := range due {
		some, rows := j.post(o, at, func(on period.Date) string {
			number, err := entities.TakeNumbers(ctx, tx, j.Entity, entities.Journal, on.Year(), 1)
			if err != nil {
				failed = err
				return "none"
			}
			return number.Number(0)
		})
		at.seq += int64(len(some))
		entries, posted = append(entries, some...), append(posted, rows...)
	}
	if failed != nil {
		return nil, failed
	}
	if err := ledger.Append(ctx, tx, entries); err != nil {
		return nil, err
	}
	if err := insertPosted(ctx, tx, posted); err != nil {
		return nil, err
	}
	var trail []access.Entry
	for _, p := range posted {
		trail = append(trail, access.Entry{Action: "journal.post", Subject: j.Subject(), After: map[string]string{"number": p.Number, "on": p.On.String(), "part": string(p.Part)}, Reason: j.Reason})
	}
	return posted, access.AuditMany(ctx, tx, by, trail)
}

// Result is what a run of repeating journals did.
type Result struct {
	Entries  int
	Failures []Failure
}

// Failure is a journal that could not be posted; the others were.
type Failure struct {
	Journal ID
	Err     error
}

// PostDue posts what repeats and has come round by the end of a day. What is due is what the journal says less what stands
// posted: it may be killed and run again, or run twice at once.
func PostDue(ctx context.Context, db *postgres.DB, asOf period.Date, by access.Actor) (Result, error) {
	var r Result
	doing := fmt.Sprintf("post repeating journals as of %s", asOf)
	if err := by.Require(Roles...); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	all, err := List(ctx, db, Filter{State: Posting})
	if err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	for _, j := range all {
		if j.Every == "" || len(j.due(asOf)) == 0 {
			continue
		}
		var n int
		for range attempts {
			if n, err = postOne(ctx, db, j.ID, asOf, by); !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.Closed) {
				break
			}
		}
		if ctx.Err() != nil {
			return r, fmt.Errorf("%s: %w", doing, ctx.Err())
		}
		if err != nil {
			r.Failures = append(r.Failures, Failure{j.ID, err})
		}
		r.Entries += n
	}
	return r, nil
}

// due are the occurrences by a day that are not posted yet.
func (j Journal) due(asOf period.Date) []occurrence {
	done := map[int]bool{}
	for _, p := range j.Posted {
		done[p.Occurrence] = true
	}
	var out []occurrence
	for _, o := range j.occurrences(asOf) {
		if !done[o.n] {
			out = append(out, o)
		}
	}
	return out
}

func postOne(ctx context.Context, db *postgres.DB, id ID, asOf period.Date, by access.Actor) (n int, err error) {
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		n = 0
		j, err := Get(ctx, tx, id)
		if err != nil || j.State() != Posting {
			return err
		}
		due := j.due(asOf)
		if len(due) == 0 {
			return nil
		}
		posted, err := post(ctx, tx, j, due, by)
		n = len(posted)
		return err
	})
	if err != nil {
		n = 0
	}
	return n, err
}

// Pending are the journals that stand in the way of closing a month of an entity: drafts and those that wait for approval,
// dated in it or before, and repeating ones that have come round and are not posted.
func Pending(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) ([]Journal, error) {
	var out []Journal
	for _, s := range []State{Drafted, Submitted, Posting} {
		found, err := List(ctx, q, Filter{Entity: entity, State: s, Before: month.End()})
		if err != nil {
			return nil, err
		}
		for _, j := range found {
			if s != Posting || j.Every != "" && len(j.due(month.Last())) > 0 {
				out = append(out, j)
			}
		}
	}
	return out, nil
}
