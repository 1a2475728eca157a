package contracts

import (
	"slices"
	"time"

	"ratable/customers"
	"ratable/entities"
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
	Expired    Status = "expired"
	Rejected   Status = "rejected" // and nothing approved before
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
	Users    map[string]customers.ID // by external id: every user that a line names

	History     []Revision // oldest first
	Concessions []Granted
	Deliveries  []Delivery
}

// Revision is one version with its way through approval.
type Revision struct {
	Version
	Reason     string
	PreparedBy int64
	RecordedAt time.Time
	Decisions  []Decided
}

// Decided is one step of a version's approval.
type Decided struct {
	Event  string // submitted, approved, rejected
	By     int64
	Reason string
	At     time.Time
}

// Last is the event that decides the revision's state; empty for a draft.
func (r Revision) Last() string {
	if len(r.Decisions) == 0 {
		return ""
	}
	return r.Decisions[len(r.Decisions)-1].Event
}

// Approved says whether the revision counts.
func (r Revision) Approved() bool { return r.Last() == "approved" }

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
	case !agreed && c.Latest().Last() == "submitted":
		return InApproval
	case !agreed && c.Latest().Last() == "rejected":
		return Rejected
	case !agreed:
		return Draft
	case on.Before(a.Term().Start):
		return Approved
	case on.Before(a.Term().End):
		return Active
	}
	return Expired
}

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
		f.add("customer", d.Customer, "entity, customer and payer cannot change in an amendment; they are %s, %s and %s. Sign a new contract instead", was.Entity, was.Customer, was.Paying())
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
	if slices.ContainsFunc(c.History, Revision.Approved) && d.Reason == "" {
		f.add("reason", "", "is missing: say why the contract is amended")
	}
	return f
}
