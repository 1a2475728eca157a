package usage

import "ratable/internal/fault"

// Resolution is what somebody decided about a conflict.
type Resolution string

const (
	Accepted  Resolution = "accepted"  // the event says what was offered, by an amendment
	Dismissed Resolution = "dismissed" // what stands stays
)

// offering is the amendment that makes an event say what was offered.
func (c KeptConflict) offering(reason string) Correction {
	o := c.Offered
	dimensions := o.Dimensions
	if dimensions == nil {
		dimensions = map[string]string{}
	}
	return Correction{
		Customer: o.Customer, Source: o.Source, ID: o.ID, Action: Amend,
		Quantity: &o.Quantity, OccurredAt: o.OccurredAt, Dimensions: dimensions, Meter: o.Meter, User: o.Customer,
		Reason: reason,
	}
}

func (r Resolution) check() error {
	if r != Accepted && r != Dismissed {
		return fault.InvalidFields(fault.Field{Path: "resolution", Value: fault.Shown(string(r)), Message: "must be accepted or dismissed"})
	}
	return nil
}
