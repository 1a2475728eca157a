package contracts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
)

// Submit asks that others approve the latest version: finance, and every role that the approval rules of the day it was
// entered name for it.
func Submit(ctx context.Context, tx pgx.Tx, number, reason string, by access.Actor) error {
	if err := by.Require(access.Sales, access.Finance); err != nil {
		return fmt.Errorf("submit contract %s: %w", number, err)
	}
	return decide(ctx, tx, number, Decided{Event: "submitted", Reason: reason}, by)
}

// Approve gives the approval of the roles that its giver holds. The latest version counts once every role that must
// approve it has. Whoever prepared or submitted it cannot, nor can a role that is not asked.
func Approve(ctx context.Context, tx pgx.Tx, number, reason string, by access.Actor) error {
	return decide(ctx, tx, number, Decided{Event: "approved", Reason: reason}, by)
}

// Reject sends the latest version back, with a reason. Any role that is asked can.
func Reject(ctx context.Context, tx pgx.Tx, number, reason string, by access.Actor) error {
	return decide(ctx, tx, number, Decided{Event: "rejected", Reason: reason}, by)
}

func decide(ctx context.Context, tx pgx.Tx, number string, d Decided, by access.Actor) error {
	doing := fmt.Sprintf("record contract %s as %s", number, d.Event)
	c, found, err := lockByNumber(ctx, tx, number)
	if err != nil || !found {
		return fmt.Errorf("%s: %w", doing, orMissing(err, number))
	}
	r := c.Latest()
	if submitting := d.Event == "submitted"; submitting && r.Last() != "" || !submitting && !r.Waiting() {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "version %d is %s", r.Number, describe(r)))
	}
	d.By = by.UserID
	switch d.Event {
	case "submitted":
		d, err = c.ask(ctx, tx, r, d, by)
	case "approved":
		d, err = c.approve(ctx, tx, r, d, by)
	case "rejected":
		d.Required, d.Covered = r.asked().Required, r.asked().Covered
		err = access.Decide(ctx, tx, c.subject(r.Number), access.Reject, d.Reason, by)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := insertDecision(ctx, tx, c, r, d); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if d.Event == "approved" {
		if err := settleDeadlines(ctx, tx, c.Account, r.Document); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	return c.emitDecided(ctx, tx, r.Number, r.Document, d.Event)
}

// asked is the step of a revision that waits: who must approve, and who has.
func (r Revision) asked() Decided { return r.Decisions[len(r.Decisions)-1] }

// ask finds out who must approve, and asks them.
func (c Contract) ask(ctx context.Context, tx pgx.Tx, r Revision, d Decided, by access.Actor) (Decided, error) {
	rules, err := LoadRules(ctx, tx)
	if err != nil {
		return d, err
	}
	d.Required = Required(r.Document.Review(c.inForceBefore(), rules, r.EnteredOn))
	return d, access.RequestApprovalOf(ctx, tx, c.subject(r.Number), d.Required, d.Reason, by, r.PreparedBy)
}

// inForceBefore is the document agreed last, nil when there is none.
func (c Contract) inForceBefore() *Document {
	a, agreed := c.Agreement()
	if !agreed {
		return nil
	}
	d := a.Latest().Document
	return &d
}

// approve adds the approver's roles to those that have approved. While one is missing, it is asked anew: nobody who has
// had a hand in the version, or has approved already, answers for it.
func (c Contract) approve(ctx context.Context, tx pgx.Tx, r Revision, d Decided, by access.Actor) (Decided, error) {
	asked := r.asked()
	if len(asked.Required) == 0 { // submitted before rules were data
		asked.Required = []access.Role{access.Finance}
	}
	subject := c.subject(r.Number)
	if err := access.Decide(ctx, tx, subject, access.Approve, d.Reason, by); err != nil {
		return d, err
	}
	d.Required, d.Covered = asked.Required, slices.Clone(asked.Covered)
	for _, role := range d.Required {
		if slices.Contains(by.Roles, role) && !slices.Contains(d.Covered, role) {
			d.Covered = append(d.Covered, role)
		}
	}
	r.Decisions = append(slices.Clone(r.Decisions), d)
	missing := r.Missing()
	if len(missing) == 0 {
		return d, nil
	}
	d.Event = "endorsed"
	hands := []int64{r.PreparedBy}
	for _, before := range r.Decisions {
		hands = append(hands, before.By)
	}
	return d, access.RequestApprovalOf(ctx, tx, subject, missing, r.Decisions[0].Reason, by, hands...)
}

func describe(r Revision) string {
	switch r.Last() {
	case "":
		return "a draft"
	case "endorsed":
		var missing []string
		for _, role := range r.Missing() {
			missing = append(missing, string(role))
		}
		return "waiting for " + strings.Join(missing, " and ")
	}
	return r.Last() + " already"
}
