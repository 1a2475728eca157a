package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// Propose records what a document changes in the catalog, to be submitted and approved by people. When it changes nothing there
// is no proposal, and its ID is 0; what an open proposal says already is that proposal. Findings are fault.Invalid and name the
// document's paths.
func Propose(ctx context.Context, tx pgx.Tx, d Document, reason string, asOf period.Date, checks Checks, by access.Actor) (Proposal, error) {
	const doing = "propose a change of the catalog"
	if err := by.Require(access.Product, access.Finance); err != nil {
		return Proposal{}, fmt.Errorf("%s: %w", doing, err)
	}
	if err := lockProposals(ctx, tx); err != nil {
		return Proposal{}, fmt.Errorf("%s: %w", doing, err)
	}
	sold, err := Load(ctx, tx)
	if err != nil {
		return Proposal{}, fmt.Errorf("%s: %w", doing, err)
	}
	d.normalize() // it may not have come through Parse
	found := append(d.validate(), fault.Printable("reason", strings.ReplaceAll(reason, "\n", " "), 1000)...)
	if len(found) > 0 {
		return Proposal{}, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	changes, found := sold.Compare(d, asOf, checks)
	if len(found) > 0 {
		return Proposal{}, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	if len(changes.List) == 0 {
		return Proposal{}, nil
	}
	if p, ok, err := standing(ctx, tx, changes.Document); ok || err != nil {
		return p, err
	}
	id, err := insertProposal(ctx, tx, changes.Document, sold.versions(changes.Document), reason, by)
	if err != nil {
		return Proposal{}, fmt.Errorf("%s: %w", doing, err)
	}
	p, err := GetProposal(ctx, tx, id)
	if err != nil {
		return Proposal{}, err
	}
	return p, access.Audit(ctx, tx, by, "catalog.propose", p.Subject(), nil, p.Document, reason)
}

// standing is the open proposal that says the same, if there is one: a file sent twice is one change.
func standing(ctx context.Context, tx pgx.Tx, d Document) (Proposal, bool, error) {
	wanted, err := json.Marshal(d)
	if err != nil {
		return Proposal{}, false, err
	}
	all, err := Proposals(ctx, tx, 200)
	if err != nil {
		return Proposal{}, false, err
	}
	for _, p := range all {
		said, err := json.Marshal(p.Document)
		if err != nil {
			return Proposal{}, false, err
		}
		if p.Open() && bytes.Equal(said, wanted) {
			return p, true, nil
		}
	}
	return Proposal{}, false, nil
}

// SubmitProposal asks another person to approve.
func SubmitProposal(ctx context.Context, tx pgx.Tx, id int64, reason string, by access.Actor) error {
	if err := by.Require(access.Product, access.Finance); err != nil {
		return fmt.Errorf("submit catalog change %d: %w", id, err)
	}
	return decideProposal(ctx, tx, id, Submitted, reason, by)
}

// ApproveProposal makes the change count: all its versions are added, or none. Whoever prepared or submitted it cannot approve
// it; fault.Conflict when one of its things has changed since.
func ApproveProposal(ctx context.Context, tx pgx.Tx, id int64, reason string, by access.Actor) error {
	return decideProposal(ctx, tx, id, Approved, reason, by)
}

// RejectProposal sends the change back, with a reason.
func RejectProposal(ctx context.Context, tx pgx.Tx, id int64, reason string, by access.Actor) error {
	return decideProposal(ctx, tx, id, Rejected, reason, by)
}

// before is the state each step starts from.
var before = map[string]string{Submitted: Draft, Approved: Submitted, Rejected: Submitted}

func decideProposal(ctx context.Context, tx pgx.Tx, id int64, event, reason string, by access.Actor) error {
	doing := fmt.Sprintf("record catalog change %d as %s", id, event)
	if err := lockProposals(ctx, tx); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	p, err := GetProposal(ctx, tx, id)
	if err != nil {
		return err
	}
	if p.State() != before[event] {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it is %s already", p.State()))
	}
	switch event {
	case Submitted:
		err = access.RequestApproval(ctx, tx, p.Subject(), reason, by, p.PreparedBy)
	case Approved:
		if err = access.Decide(ctx, tx, p.Subject(), access.Approve, reason, by); err == nil {
			err = p.apply(ctx, tx, by)
		}
	case Rejected:
		err = access.Decide(ctx, tx, p.Subject(), access.Reject, reason, by)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := insertProposalDecision(ctx, tx, p, event, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// apply adds the versions that the proposal holds to the catalog that it was compared with.
func (p Proposal) apply(ctx context.Context, tx pgx.Tx, by access.Actor) error {
	sold, err := Load(ctx, tx)
	if err != nil {
		return err
	}
	if err := p.Overtaken(sold); err != nil {
		return err
	}
	return Add(ctx, tx, p.Document, by)
}

// Add adds everything that a document names and that is not there yet, without asking anybody: for a company that is being set
// up. Changes of a catalog in use are proposed.
func Add(ctx context.Context, tx pgx.Tx, d Document, by access.Actor) error {
	for _, m := range d.Meters {
		if _, err := AddMeter(ctx, tx, m, by); err != nil {
			return err
		}
	}
	for _, x := range d.Products {
		if _, err := AddProductVersion(ctx, tx, x, by); err != nil {
			return err
		}
	}
	for _, x := range d.Plans {
		if _, err := AddPlanVersion(ctx, tx, x, by); err != nil {
			return err
		}
	}
	return nil
}
