// Package closing closes a month: it looks whether everything is done, says what is not, and seals what was closed.
//
// It owns the checklist (checks that are computed, never ticked), by which day each should be settled, what was found when
// a month was closed and what the closer said to it, seals, and their verification. It does not own the state of months
// (ledger) nor what a check looks at: each package offers its own checks as functions, and closing/checklist lists them.
//
// Times: a seal is taken at a place in the known order; closed_on is the business day of the closing. Facts that become
// known later change neither.
//
// Invariants: a month is closed while no blocking check finds anything and every warning has a note; what a seal covers is
// never changed, and Verify says the first entry that differs; seals are chained, so that no month can be sealed anew alone.
package closing

import (
	"context"
	"fmt"
	"time"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// At says what a checklist is about: the month of one legal entity, looked at on a day.
type At struct {
	Entity entities.Entity
	Month  period.Month
	AsOf   period.Date // the business day of the look

	shared map[string]any
}

// Once computes something that several checks of one checklist look at.
func Once[T any](at *At, name string, compute func() (T, error)) (T, error) {
	if found, ok := at.shared[name]; ok {
		return found.(T), nil
	}
	value, err := compute()
	if err == nil && at.shared != nil {
		at.shared[name] = value
	}
	return value, err
}

// Check is one task of the close, computed from the books: it is done when it finds nothing.
type Check struct {
	Code     string      // "recognized": never changes, results are kept by it
	Name     string      // "Everything due is recognized"
	Owner    access.Role // the desk that settles what is found
	Blocking bool        // a finding keeps the month open; else the closer says why it may be closed all the same
	Due      int         // days after the month's end, where nobody said otherwise
	Page     string      // where to settle it, "/usage/quarantine"; empty: nowhere in particular
	Run      func(ctx context.Context, q postgres.Querier, at *At) ([]Finding, error)
}

// Finding is one thing that is not as it should be.
type Finding struct {
	Subject string       // what it is about: a contract, a document, an account
	Page    string       // where it is looked at
	Text    string       // what is wrong
	Amount  money.Amount // by how much; no currency: not a matter of amount
}

func (f Finding) String() string {
	if f.Subject == "" {
		return f.Text
	}
	return f.Subject + ": " + f.Text
}

// Result is what a check found.
type Result struct {
	Check
	Findings []Finding
	DueOn    period.Date
	Took     time.Duration
}

// Done says that nothing was found.
func (r Result) Done() bool { return len(r.Findings) == 0 }

// Variance adds up what was found, by currency: amounts of either sign count.
func (r Result) Variance() map[money.Currency]money.Amount {
	out := map[money.Currency]money.Amount{}
	for _, f := range r.Findings {
		if c := f.Amount.Currency(); c != "" && !f.Amount.IsZero() {
			out[c] = out[c].Add(f.Amount.Abs())
		}
	}
	return out
}

// Overdue says that the check still finds something after the day it should be settled by.
func (r Result) Overdue(on period.Date) bool { return !r.Done() && on.After(r.DueOn) }

func (r Result) String() string {
	if r.Done() {
		return r.Name
	}
	return fmt.Sprintf("%s: %s (found in all: %d)", r.Name, r.Findings[0], len(r.Findings))
}

// Blocked are the results that keep a month open, and Warned those that want a note.
func Blocked(results []Result) (out []Result) { return pick(results, true) }
func Warned(results []Result) (out []Result)  { return pick(results, false) }

func pick(results []Result, blocking bool) (out []Result) {
	for _, r := range results {
		if !r.Done() && r.Blocking == blocking {
			out = append(out, r)
		}
	}
	return out
}

// MonthEnd is the instant at which the month ends for the entity.
func (at *At) MonthEnd() (time.Time, error) {
	zone, err := time.LoadLocation(at.Entity.TimeZone)
	if err != nil {
		return time.Time{}, fmt.Errorf("time zone of %s: %w", at.Entity.Code, err)
	}
	return at.Month.End().Time(zone), nil
}
