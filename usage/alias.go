package usage

import "ratable/internal/fault"

// NameKind is what a name stands for.
type NameKind string

const (
	CustomerName NameKind = "customer"
	MeterName    NameKind = "meter"
)

// Alias says that senders call a customer or meter of ours by another name. What
// they sent keeps the name they gave: only where it counts is decided by it.
type Alias struct {
	Kind   NameKind
	Alias  string // as senders write it
	Means  string // external id or meter code; "" takes the alias back
	Reason string
}

func (a Alias) check() error {
	var problems []fault.Field
	if a.Kind != CustomerName && a.Kind != MeterName {
		problems = append(problems, fault.Field{Path: "kind", Value: fault.Shown(string(a.Kind)), Message: "must be customer or meter"})
	}
	if message := textProblem(a.Alias); message != "" {
		problems = append(problems, fault.Field{Path: "alias", Value: fault.Shown(a.Alias), Message: message})
	}
	if message := textProblem(a.Means); message != "" && a.Means != "" {
		problems = append(problems, fault.Field{Path: "means", Value: fault.Shown(a.Means), Message: message})
	}
	if err := checkReason(a.Reason); err != nil {
		problems = append(problems, fault.Fields(err)...)
	}
	if len(problems) > 0 {
		return fault.InvalidFields(problems...)
	}
	return nil
}
