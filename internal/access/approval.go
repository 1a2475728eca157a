package access

import (
	"slices"
	"strings"
	"time"

	"ratable/internal/fault"
)

// Decision is the answer to a request for approval.
type Decision string

const (
	Approve Decision = "approve"
	Reject  Decision = "reject"
)

// Fact is what one line of a subject's approval history says.
type Fact string

const (
	Requested Fact = "requested"
	Approved  Fact = "approved"
	Rejected  Fact = "rejected"
)

// fact is the line a decision appends.
func (d Decision) fact() (Fact, error) {
	switch d {
	case Approve:
		return Approved, nil
	case Reject:
		return Rejected, nil
	}
	return "", fault.InvalidFields(fault.Field{Path: "decision", Value: string(d), Message: "must be approve or reject"})
}

// Approval is one fact in the approval history of a subject. A decision repeats
// who requested and prepared what it answers.
type Approval struct {
	Subject     Subject
	Seq         int // 1 requested, 2 decided, 3 requested again, ...
	Fact        Fact
	RequestedBy Person
	PreparedBy  []int64 // others who had a hand in it; they cannot decide either
	DecideRoles []Role  // who may answer, as ruled when it was requested
	DecidedBy   Person  // zero in a request
	Reason      string
	At          time.Time
}

// Person is a user as a page names them.
type Person struct {
	ID   int64
	Name string
}

// MayDecide returns nil when the actor may answer this request, else a
// fault.Denied that says why not. Pages use it to show or hide the button.
func (a Approval) MayDecide(by Actor) error {
	subject := a.Subject.Kind + " " + a.Subject.Key
	switch {
	case by.UserID == 0:
		// Has() lets the system pass everywhere; here it must not: an approval is a person's word.
		return fault.New(fault.Denied, "%s needs a person's decision, and %s is not a signed-in person", subject, orNobody(by.Name))
	case by.UserID == a.RequestedBy.ID:
		return fault.New(fault.Denied, "%s requested the approval of %s: another person must decide", by.Name, subject)
	case slices.Contains(a.PreparedBy, by.UserID):
		return fault.New(fault.Denied, "%s prepared %s: another person must decide", by.Name, subject)
	}
	return by.Require(a.DecideRoles...)
}

func orNobody(name string) string {
	if strings.TrimSpace(name) == "" {
		return "nobody"
	}
	return name
}
