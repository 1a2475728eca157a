package contracts

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
)

// Deliver records that the milestone of a line was reached on a day: what the
// line asks for once may be billed from then on, at the price in force on that
// day. It refuses with fault.Invalid what is no milestone of the contract or a
// day outside its life, and with fault.Conflict a second delivery.
func Deliver(ctx context.Context, tx pgx.Tx, number string, d Delivery, by access.Actor) error {
	doing := fmt.Sprintf("record a delivery under contract %s", number)
	if err := by.Require(access.Sales, access.Finance); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	c, found, err := lockByNumber(ctx, tx, number)
	if err != nil || !found {
		return fmt.Errorf("%s: %w", doing, orMissing(err, number))
	}
	d.Note = strings.TrimSpace(d.Note)
	if err := c.deliverable(d); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := insertDelivery(ctx, tx, c, d, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: "contract", Key: number, Account: int64(c.Account)}
	return access.Audit(ctx, tx, by, "contract.deliver", subject, nil, map[string]string{"line": d.Line, "on": d.On.String()}, d.Note)
}

// lateDelivery is for how many days after the end a milestone may still be
// reached: projects slip; a later day is a slip of the pen.
const lateDelivery = 366

func (c Contract) deliverable(d Delivery) error {
	a, agreed := c.Agreement()
	if !agreed {
		return fault.New(fault.Conflict, "no version of the contract is approved yet; have it approved before anything is delivered")
	}
	if on, done := a.delivered(d.Line); done {
		return fault.New(fault.Conflict, "line %s was delivered on %s; a milestone is reached once", d.Line, on)
	}
	var f findings
	term := a.Term()
	l, ok := a.lastLine(d.Line)
	switch {
	case !ok:
		f.add("line", fault.Shown(d.Line), "is not a line of the contract")
	case l.Once == nil || l.Once.Milestone == "":
		f.add("line", fault.Shown(d.Line), "has no milestone: only what is asked for on delivery is delivered")
	}
	switch {
	case d.On.IsZero():
		f.add("on", "", "is missing: the day of delivery, such as %s", term.Start)
	case d.On.Before(term.Start):
		f.add("on", d.On.String(), "is before the contract's first day %s", term.Start)
	case !d.On.Before(term.End.AddDays(lateDelivery)):
		f.add("on", d.On.String(), "is more than a year after the contract's last day %s; check the year", term.Last())
	}
	f.prose("note", d.Note, 1000)
	if len(f) > 0 {
		return fault.InvalidFields(f...)
	}
	return nil
}

// lastLine is a line as the version agreed last that has it says.
func (a Agreement) lastLine(id string) (Line, bool) {
	for i := len(a.Versions) - 1; i >= 0; i-- {
		if l, ok := a.Versions[i].Document.line(id); ok {
			return l, true
		}
	}
	return Line{}, false
}
