package access

import (
	"slices"
	"strings"

	"ratable/internal/fault"
)

// Role is what a user may do, named after the desk they sit at.
type Role string

const (
	Sales      Role = "sales"      // drafts contracts and quotes
	Finance    Role = "finance"    // approves contracts, issues invoices, applies cash
	Accountant Role = "accountant" // recognizes revenue, closes months
	Support    Role = "support"    // reads, answers customers
	Product    Role = "product"    // catalog, meters, plans
	Admin      Role = "admin"      // users and roles; nothing that books money
	Auditor    Role = "auditor"    // reads what the books rest on, draws samples; changes nothing
	Customer   Role = "customer"   // sees one customer's own papers
)

// Roles lists every role in the order pages show them.
var Roles = []Role{Sales, Finance, Accountant, Support, Product, Admin, Auditor, Customer}

// Actor is who acts, as the audit trail will name them.
//
// UserID is 0 for the system itself. CustomerID is set for the role customer
// only and limits what such a user sees to that customer.
type Actor struct {
	UserID      int64
	Name, Email string
	Roles       []Role
	RequestID   string // of the HTTP request or job run, to find the log lines
	IP          string
	CustomerID  int64

	// Only System sets it: an Actor somebody forgot to fill in is nobody, and
	// never the program itself.
	system bool
}

// System is the actor of work nobody asked for by hand: jobs, imports, the demo.
// It passes every role check, but it can never decide an approval.
func System(name string) Actor { return Actor{Name: name, system: true} }

// IsSystem reports whether the actor is the program itself.
func (a Actor) IsSystem() bool { return a.system }

// Has reports whether the actor holds any of the roles.
func (a Actor) Has(roles ...Role) bool {
	if a.IsSystem() {
		return true
	}
	return slices.ContainsFunc(a.Roles, func(r Role) bool { return slices.Contains(roles, r) })
}

// Require returns nil when the actor holds any of the roles, else a
// fault.Denied that says who would be allowed.
func (a Actor) Require(roles ...Role) error {
	if a.Has(roles...) {
		return nil
	}
	who := a.Name
	if who == "" {
		who = "somebody not signed in"
	}
	return fault.New(fault.Denied, "%s may not do this: it takes the role %s", who, orList(roles))
}

// orList writes "finance", "finance or accountant", "sales, finance or admin".
func orList(roles []Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
