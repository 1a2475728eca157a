package access

import (
	"fmt"
	"slices"

	"ratable/internal/fault"
)

// conflicts lists the roles one person may not hold together, and why.
// PostgreSQL refuses the same pairs (access.roles_conflict); a test walks every
// pair and holds the two equal.
var conflicts = []struct {
	role  Role
	other []Role
	why   string
}{
	{Admin, []Role{Sales, Finance, Accountant}, "who hands out rights must not book or sell"},
	{Sales, []Role{Finance, Accountant}, "who is paid for a deal must not approve or book it"},
	{Auditor, []Role{Sales, Finance, Accountant, Support, Product, Admin}, "who looks at the work must have no part in it"},
	{Customer, []Role{Auditor, Sales, Finance, Accountant, Support, Product, Admin}, "a customer sees their own papers only"},
}

// checkRoles returns a field per unknown role, repeated role and conflicting pair.
func checkRoles(roles []Role) []fault.Field {
	var fields []fault.Field
	refuse := func(value Role, format string, args ...any) {
		fields = append(fields, fault.Field{Path: "roles", Value: string(value), Message: fmt.Sprintf(format, args...)})
	}
	for i, r := range roles {
		if !slices.Contains(Roles, r) {
			refuse(r, "is not a role")
		}
		if slices.Contains(roles[:i], r) {
			refuse(r, "is given twice")
		}
	}
	for _, c := range conflicts {
		for _, other := range c.other {
			if slices.Contains(roles, c.role) && slices.Contains(roles, other) {
				refuse(other, "cannot be held together with %s: %s", c.role, c.why)
			}
		}
	}
	return fields
}

// deciders says which roles answer a request about a kind of subject. The roles
// are written into the request, so changing this table does not change history.
var deciders = map[string][]Role{
	"erasure":     {Finance, Admin},
	"contract":    {Finance},
	"amendment":   {Finance},
	"concession":  {Finance},
	"plan":        {Finance},
	"catalog":     {Product, Finance},
	"invoice_run": {Finance},
	"credit_note": {Finance, Accountant},
	"write_off":   {Accountant},
	"refund":      {Accountant},
	"policy":      {Accountant},
	"estimate":    {Accountant},
	"journal":     {Accountant},
	"close":       {Accountant},
}

// decidersOf falls back to the two desks that answer for the books, so that a new
// kind of subject is guarded before somebody thinks of adding it to the table.
func decidersOf(kind string) []Role {
	if roles, ok := deciders[kind]; ok {
		return roles
	}
	return []Role{Finance, Accountant}
}
