package revrec

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// AssessmentKind is the kind of an assessment as a subject of approvals and the audit trail.
const AssessmentKind = "assessment"

// Subject names an assessment: "C-12/3" is the third of contract C-12.
func (j Judgment) Subject() access.Subject {
	return access.Subject{Kind: AssessmentKind, Key: fmt.Sprintf("%s/%d", j.Contract, j.Number), Account: int64(j.Account)}
}

// ProposeAssessment keeps what an accountant judged, with everything frozen that it rests on (Fill), and asks another person to
// approve it. Until then nothing is earned by it.
func ProposeAssessment(ctx context.Context, tx pgx.Tx, x Assessment, by access.Actor) (Judgment, error) {
	doing := fmt.Sprintf("assess contract %s", fault.Shown(x.Contract))
	if err := by.Require(access.Accountant, access.Finance); err != nil {
		return Judgment{}, fmt.Errorf("%s: %w", doing, err)
	}
	if found := x.Validate(); len(found) > 0 {
		return Judgment{}, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	contract, facts, sold, err := loadAssessable(ctx, tx, x)
	if err != nil {
		return Judgment{}, fmt.Errorf("%s: %w", doing, err)
	}
	if x, err = Fill(x, sold, facts); err != nil {
		return Judgment{}, fmt.Errorf("%s: %w", doing, err)
	}
	x = facts.ruled(x, sold, contract.ID)
	all, err := Assessments(ctx, tx, contract.Account, contract.ID)
	if err != nil {
		return Judgment{}, fmt.Errorf("%s: %w", doing, err)
	}
	for _, was := range all {
		if was.Waits() {
			return Judgment{}, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "assessment %d still waits for a decision: have it approved or rejected first", was.Number))
		}
	}
	j := Judgment{Assessed: Assessed{contract.ID, len(all) + 1, x}, Account: contract.Account, PreparedBy: by.UserID}
	if err := insertAssessment(ctx, tx, contract.Account, j.Assessed, x.Effective, by); err != nil {
		return Judgment{}, fmt.Errorf("%s: %w", doing, err)
	}
	// Who approves sees what was frozen: the audit trail keeps the document whole.
	if err := access.Audit(ctx, tx, by, "assessment.propose", j.Subject(), nil, j.Assessment, x.Reason); err != nil {
		return Judgment{}, fmt.Errorf("%s: %w", doing, err)
	}
	roles := []access.Role{access.Finance, access.Accountant}
	if err := access.RequestApprovalOf(ctx, tx, j.Subject(), roles, x.Reason, by, by.UserID); err != nil {
		return Judgment{}, fmt.Errorf("%s: %w", doing, err)
	}
	return getAssessment(ctx, tx, contract.Account, contract.ID, j.Number)
}

// ApproveAssessment makes a judgment count from its effective day on: the next run earns by it, and what differs in months
// before is caught up. Whoever proposed it cannot approve it; fault.Conflict when it was decided already.
func ApproveAssessment(ctx context.Context, tx pgx.Tx, number string, nth int, reason string, by access.Actor) error {
	return decideAssessment(ctx, tx, number, nth, access.Approve, reason, by)
}

// RejectAssessment sends a judgment back, with a reason.
func RejectAssessment(ctx context.Context, tx pgx.Tx, number string, nth int, reason string, by access.Actor) error {
	return decideAssessment(ctx, tx, number, nth, access.Reject, reason, by)
}

func decideAssessment(ctx context.Context, tx pgx.Tx, number string, nth int, d access.Decision, reason string, by access.Actor) error {
	doing := fmt.Sprintf("%s assessment %d of contract %s", d, nth, fault.Shown(number))
	c, err := contracts.Get(ctx, tx, number)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	j, err := getAssessment(ctx, tx, c.Account, c.ID, nth)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := access.Decide(ctx, tx, j.Subject(), d, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	event := "approved"
	if d == access.Reject {
		event = "rejected"
	}
	if err := insertAssessmentDecision(ctx, tx, j, event, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if d == access.Reject {
		return nil
	}
	if x := j.Changed; x != nil && !slices.ContainsFunc(c.History, func(r contracts.Revision) bool { return r.Number == x.Version && r.Approved() }) {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it treats version %d of the contract, which does not count: decide about the version first", x.Version))
	}
	// What another judgment, or an amendment, changed since may contradict it.
	_, facts, sold, err := loadAssessable(ctx, tx, j.Assessment)
	if err == nil {
		facts.Assessed = slices.DeleteFunc(facts.Assessed, func(x Assessed) bool { return x.Lead == j.Lead && x.Number == j.Number })
		_, err = Fill(j.Assessment, sold, facts)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// loadAssessable reads what an assessment is held against. A second person who judges a contract of the account waits.
func loadAssessable(ctx context.Context, tx pgx.Tx, x Assessment) (contracts.Contract, Facts, *catalog.Catalog, error) {
	contract, err := contracts.Get(ctx, tx, x.Contract)
	if err != nil {
		return contract, Facts{}, nil, err
	}
	if err := lockAssessments(ctx, tx, contract.Account); err != nil {
		return contract, Facts{}, nil, err
	}
	sold, err := catalog.Load(ctx, tx)
	if err != nil {
		return contract, Facts{}, nil, err
	}
	facts, err := LoadFacts(ctx, tx, []customers.AccountID{contract.Account}, x.Effective.MonthOf())
	if err != nil {
		return contract, Facts{}, nil, err
	}
	return contract, facts[0], sold, nil
}

// Previewed is what an assessment would change: the schedules of its contracts with and without it, and what the next run
// through the month would book.
type Previewed struct {
	Filled        Assessment
	Contracts     []PreviewedContract
	Without, With Plan

	HeldWithout, HeldWith money.Amount // of the contract itself: promised, and kept from being recognized
}

// PreviewedContract is one contract's schedule, as laid out without the assessment and with it.
type PreviewedContract struct {
	Number        string
	Without, With ScheduleTable
}

// Preview works an assessment out without keeping or booking anything. When it is approved and nothing else happens, a run
// through the same month books exactly With.
func Preview(ctx context.Context, q postgres.Querier, x Assessment, through period.Month) (Previewed, error) {
	doing := fmt.Sprintf("preview an assessment of contract %s", fault.Shown(x.Contract))
	contract, err := contracts.Get(ctx, q, x.Contract)
	if err != nil {
		return Previewed{}, fmt.Errorf("%s: %w", doing, err)
	}
	sold, err := catalog.Load(ctx, q)
	if err != nil {
		return Previewed{}, fmt.Errorf("%s: %w", doing, err)
	}
	facts, err := LoadFacts(ctx, q, []customers.AccountID{contract.Account}, later(through, x.Effective.MonthOf()))
	if err != nil {
		return Previewed{}, fmt.Errorf("%s: %w", doing, err)
	}
	out, err := facts[0].Preview(sold, x, through)
	if err != nil {
		return Previewed{}, fmt.Errorf("%s: %w", doing, err)
	}
	return out, nil
}
