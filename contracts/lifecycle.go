package contracts

import (
	"slices"
	"time"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Status is where a contract stands, derived from its versions and decisions.
type Status string

const (
	Draft      Status = "draft"
	InApproval Status = "in approval"
	Approved   Status = "approved" // its term has not begun
	Active     Status = "active"
	Renewed    Status = "renewed"    // active, in a further term
	Expired    Status = "expired"    // its term ran out
	Terminated Status = "terminated" // it ended before its term did
	Rejected   Status = "rejected"   // and nothing approved before
)

// Contract is a contract for people: every version with what was decided.
type Contract struct {
	Account  customers.AccountID
	ID       ID
	Number   string
	Entity   entities.ID
	Customer customers.ID
	Payer    customers.ID  // as signed; see PayerOn
	Payers   []PayerChange // since, in the order of days
	Currency money.Currency
	Users    map[string]customers.ID // by external id: every user that a line names, the partner and suppliers

	History     []Revision // oldest first
	Concessions []Granted
	Notices     []Notice // in the order they became known
	Deliveries  []Delivery
}

// Revision is one version with its way through approval.
type Revision struct {
	Version
	Reason     string
	EnteredOn  period.Date // as of which it was prepared: the rules of this day decide who approves it
	PreparedBy int64
	RecordedAt time.Time
	Decisions  []Decided
}

// Decided is one step of a version's approval.
type Decided struct {
	Event  string // submitted, endorsed (by one of several roles), approved, rejected, renewed, signed (it is what a published plan says)
	By     int64
	Reason string
	At     time.Time

	Required []access.Role // who must approve, as ruled when it was submitted
	Covered  []access.Role // who of them has, with this decision
	Under    int           // of a renewal: the version whose approval agreed to it
	Plan     *Plan         // of a version that was signed: the published plan whose approval is its own
}

// Last is the event that decides the revision's state; empty for a draft.
func (r Revision) Last() string {
	if len(r.Decisions) == 0 {
		return ""
	}
	return r.Decisions[len(r.Decisions)-1].Event
}

// Approved says whether the revision counts: another person approved it, the contract renewed by itself as an approved
// version says, or it is what a published plan says.
func (r Revision) Approved() bool {
	return r.Last() == "approved" || r.Last() == "renewed" || r.Last() == "signed"
}

// Waiting says whether somebody has yet to decide about the revision.
func (r Revision) Waiting() bool { return r.Last() == "submitted" || r.Last() == "endorsed" }

// Missing are the roles that must still approve a revision that waits.
func (r Revision) Missing() []access.Role {
	if len(r.Decisions) == 0 {
		return nil
	}
	last := r.Decisions[len(r.Decisions)-1]
	return slices.DeleteFunc(slices.Clone(last.Required), func(role access.Role) bool { return slices.Contains(last.Covered, role) })
}

// Agreement is what Charges needs: approved versions only. False when there are
// none yet.
func (c Contract) Agreement() (Agreement, bool) {
	a := Agreement{
		Account: c.Account, Contract: c.ID, Number: c.Number, Entity: c.Entity,
		Customer: c.Customer, Payer: c.Payer, Payers: c.Payers, Currency: c.Currency, Users: c.Users, Concessions: c.Concessions, Deliveries: c.Deliveries,
	}
	for _, r := range c.History {
		if r.Approved() {
			a.Versions = append(a.Versions, r.Version)
		}
	}
	return a, len(a.Versions) > 0
}

// Latest is the revision entered last.
func (c Contract) Latest() Revision { return c.History[len(c.History)-1] }

// Status derives where the contract stands on a day.
func (c Contract) Status(on period.Date) Status {
	a, agreed := c.Agreement()
	switch {
	case !agreed && c.Latest().Waiting():
		return InApproval
	case !agreed && c.Latest().Last() == "rejected":
		return Rejected
	case !agreed:
		return Draft
	case on.Before(a.Term().Start):
		return Approved
	case on.Before(a.Term().End) && slices.ContainsFunc(a.Latest().Document.Term.Renewed, func(day period.Date) bool { return !on.Before(day) }):
		return Renewed
	case on.Before(a.Term().End):
		return Active
	case a.Latest().Document.Ending != nil:
		return Terminated
	}
	return Expired
}

// Running says whether the contract is in force.
func (s Status) Running() bool { return s == Active || s == Renewed }

// Pending is the version that waits for a decision or is being drafted, if any.
func (c Contract) Pending() (Revision, bool) {
	last := c.Latest()
	return last, !last.Approved() && last.Last() != "rejected"
}

// amendable refuses a new version that could not follow the ones before it: the
// parties, the currency and the first day of the term are the contract itself.
func (c Contract) amendable(d Document) []fault.Field {
	var f findings
	was := c.History[0].Document
	if d.Entity != was.Entity || d.Customer != was.Customer || d.Paying() != was.Paying() {
		f.add("customer", d.Customer, "entity, customer and payer cannot change in an amendment; they are %s, %s and %s. Who pays from a day on is changed on the contract's page; for the others sign a new contract", was.Entity, was.Customer, was.Paying())
	}
	if d.Currency != was.Currency {
		f.add("currency", d.Currency, "cannot change in an amendment; it is %s", was.Currency)
	}
	if d.Term.From != was.Term.From {
		f.add("term.from", d.Term.From.String(), "cannot change in an amendment; the contract began on %s. Say from which day the change counts in effective", was.Term.From)
	}
	if d.Billing.Align != was.Billing.Align {
		f.add("billing.align", string(d.Billing.Align), "cannot change in an amendment; it is %s", was.Billing.Align)
	}
	if a, agreed := c.Agreement(); agreed {
		a.Latest().Document.keepsRenewals(&f, d)
	}
	// Without this the days between would be nobody's.
	if a, ok := c.Agreement(); ok && a.Term().End.Before(d.Start()) {
		f.add("effective", d.Start().String(), "comes after the contract ended, on %s; an amendment counts from the day after that at the latest. Sign a new contract instead", a.Term().Last())
	}
	if slices.ContainsFunc(c.History, Revision.Approved) && d.Reason == "" {
		f.add("reason", "", "is missing: say why the contract is amended")
	}
	return f
}

// keepsRenewals refuses a document that forgets a further term that has begun: billing periods are counted from it.
func (d Document) keepsRenewals(f *findings, next Document) {
	for _, day := range d.Term.Renewed {
		if !next.Term.Through.Before(day) && !slices.Contains(next.Term.Renewed, day) {
			f.add("term.renewed", "", "must keep %s, the day a further term began", day)
		}
	}
	// What an end without refund keeps was paid for days that a further term would charge again.
	for _, day := range next.Term.Renewed {
		if d.Ending != nil && !slices.Contains(d.Term.Renewed, day) {
			f.add("term.renewed", day.String(), "would renew a contract that was ended on %s; take the end back first, or sign a new contract", d.Term.Through)
		}
	}
}
