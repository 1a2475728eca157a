package ledger

import (
	"ratable/entities"
	"ratable/internal/period"
)

// Policies answers by which policy an entity books on a day; it never changes.
type Policies struct{ approved []PolicyVersion }

// NewPolicies builds the lookup: only what was approved counts.
func NewPolicies(all []PolicyVersion) *Policies {
	p := &Policies{}
	for _, v := range all {
		if v.Event == "approved" {
			p.approved = append(p.approved, v)
		}
	}
	return p
}

// Chosen says whether anybody has chosen anything.
func (p *Policies) Chosen() bool { return p != nil && len(p.approved) > 0 }

// With adds a policy as if it had been approved last: what a proposal would change.
func (p *Policies) With(v PolicyVersion) *Policies {
	out := &Policies{}
	if p != nil {
		out.approved = append(out.approved, p.approved...)
	}
	v.Event = "approved"
	for _, known := range out.approved {
		v.Order = max(v.Order, known.Order+1)
	}
	out.approved = append(out.approved, v)
	return out
}

// Of is the policy of an entity's book on a day: of those effective by then the one from the latest day, of two for one day the
// one approved last. A book without a policy of its own goes by that of the primary book, and where nobody has chosen by the
// default.
func (p *Policies) Of(entity entities.ID, book Book, day period.Date) Policy {
	if p == nil {
		return DefaultPolicy()
	}
	var found *PolicyVersion
	for i, v := range p.approved {
		if v.Entity != entity || v.Book != book || v.Effective.After(day) {
			continue
		}
		if found == nil || v.Effective.After(found.Effective) || v.Effective == found.Effective && v.Order > found.Order {
			found = &p.approved[i]
		}
	}
	switch {
	case found != nil:
		return found.Policy
	case book != USGAAP:
		return p.Of(entity, USGAAP, day)
	}
	return DefaultPolicy()
}
