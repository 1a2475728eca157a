package closing

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Look computes a checklist. A check that cannot be computed is an error, not a pass.
func Look(ctx context.Context, q postgres.Querier, at At, checks []Check) ([]Result, error) {
	at.shared = map[string]any{}
	due, err := dueDays(ctx, q, at.Entity.ID)
	if err != nil {
		return nil, err
	}
	out := make([]Result, 0, len(checks))
	for _, c := range checks {
		began, err := instant(ctx, q)
		if err != nil {
			return nil, err
		}
		found, err := c.Run(ctx, q, &at)
		if err != nil {
			return nil, fmt.Errorf("check %q of %s: %w", c.Name, at.Month, err)
		}
		ended, err := instant(ctx, q)
		if err != nil {
			return nil, err
		}
		out = append(out, Result{Check: c, Findings: found, DueOn: at.Month.Last().AddDays(due.of(c.Code, c.Due)), Took: ended.Sub(began)})
	}
	return out, nil
}

// Notes are what the closer says to warnings, by the check's code; "" is said to all of them.
type Notes map[string]string

func (n Notes) of(code string) string {
	if note := strings.TrimSpace(n[code]); note != "" {
		return note
	}
	return strings.TrimSpace(n[""])
}

// SoftClose lets a month take adjustments only from now on. It refuses while a blocking check finds something (fault.Conflict
// names it) or a warning has no note.
func SoftClose(ctx context.Context, tx pgx.Tx, at At, checks []Check, notes Notes, by access.Actor) error {
	if err := ledger.SoftCloseMonth(ctx, tx, at.Entity.ID, at.Month, by); err != nil {
		return err
	}
	results, err := insist(ctx, tx, at, checks, notes)
	if err != nil {
		return fmt.Errorf("soft-close month %s of %s: %w", at.Month, at.Entity.Code, err)
	}
	return keep(ctx, tx, at, ledger.SoftClosed, results, notes)
}

// Close closes a month and seals it. It refuses like SoftClose. Bookings under way finish first and later ones wait for
// tx, so what is checked is what is closed and sealed.
func Close(ctx context.Context, tx pgx.Tx, at At, checks []Check, notes Notes, by access.Actor) (Seal, error) {
	doing := fmt.Sprintf("close month %s of %s", at.Month, at.Entity.Code)
	// Before the lock: whoever books now holds a place in the order, and would wait for us while we wait for it.
	inputs, err := finalOrder(ctx, tx)
	if err != nil {
		return Seal{}, fmt.Errorf("%s: %w", doing, err)
	}
	if err := ledger.LockMonths(ctx, tx, at.Entity.ID); err != nil {
		return Seal{}, fmt.Errorf("%s: %w", doing, err)
	}
	if err := ledger.CloseMonth(ctx, tx, at.Entity.ID, at.Month, by); err != nil {
		return Seal{}, err
	}
	results, err := insist(ctx, tx, at, checks, notes)
	if err != nil {
		return Seal{}, fmt.Errorf("%s: %w", doing, err)
	}
	if err := keep(ctx, tx, at, ledger.MonthIsClosed, results, notes); err != nil {
		return Seal{}, fmt.Errorf("%s: %w", doing, err)
	}
	s, err := seal(ctx, tx, at, inputs)
	if err != nil {
		return Seal{}, fmt.Errorf("%s: %w", doing, err)
	}
	return s, nil
}

// insist looks and refuses what may not be closed.
func insist(ctx context.Context, tx pgx.Tx, at At, checks []Check, notes Notes) ([]Result, error) {
	results, err := Look(ctx, tx, at, checks)
	if err != nil {
		return nil, err
	}
	var said []string
	for _, r := range Blocked(results) {
		said = append(said, r.String())
	}
	if len(said) > 0 {
		return nil, fault.New(fault.Conflict, "%s", strings.Join(said, "; "))
	}
	var missing []fault.Field
	for _, r := range Warned(results) {
		if notes.of(r.Code) == "" {
			missing = append(missing, fault.Field{Path: "note." + r.Code, Message: "is missing: say why the month may be closed with " + r.String()})
		}
	}
	if len(missing) > 0 {
		return nil, fault.InvalidFields(missing...)
	}
	return results, nil
}

// SetDue says by how many days after a month's end a check should be settled; the code "close" is the month itself.
func SetDue(ctx context.Context, tx pgx.Tx, at At, code string, days int, by access.Actor) error {
	if err := by.Require(access.Accountant); err != nil {
		return fmt.Errorf("set the due day of %s: %w", code, err)
	}
	if days < 0 || days > 90 {
		return fault.InvalidFields(fault.Field{Path: "days", Value: fmt.Sprint(days), Message: "is from 0 to 90 days after the month's end"})
	}
	return insertDue(ctx, tx, at.Entity.ID, code, days, by.UserID)
}

// dueList is by how many days after a month's end things are due, where somebody said so.
type dueList map[string]int

func (d dueList) of(code string, otherwise int) int {
	if days, ok := d[code]; ok {
		return days
	}
	return otherwise
}

// closeDue is by how many days after its end a month should be closed, where nobody said otherwise.
const closeDue = 10

// DueOn is the day by which a month should be closed.
func DueOn(ctx context.Context, q postgres.Querier, at At) (period.Date, error) {
	due, err := dueDays(ctx, q, at.Entity.ID)
	return at.Month.Last().AddDays(due.of("close", closeDue)), err
}
