package access

import (
	"net/mail"
	"strings"
	"time"

	"ratable/internal/fault"
)

// User is somebody who can sign in, or a machine that holds an API token.
type User struct {
	ID         int64
	Email      string // lower case; the name to sign in with
	Name       string
	Roles      []Role
	CustomerID int64      // for the role customer only
	DisabledAt *time.Time // nil: enabled
	CreatedAt  time.Time
}

// NewUser is what an admin fills in. An empty Password makes a user who cannot
// sign in, for API tokens.
type NewUser struct {
	Email, Name, Password string
	Roles                 []Role
	CustomerID            int64
}

// normalEmail is the one spelling of an address: trimmed and in lower case.
func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// check returns every problem with the form at once.
func (n NewUser) check() []fault.Field {
	var fields []fault.Field
	if a, err := mail.ParseAddress(n.Email); err != nil || a.Address != n.Email {
		fields = append(fields, fault.Field{Path: "email", Value: n.Email, Message: "is not an e-mail address"})
	}
	fields = append(fields, checkName(n.Name)...)
	fields = append(fields, checkRoles(n.Roles)...)
	if customer := (Actor{Roles: n.Roles}).Has(Customer); customer != (n.CustomerID != 0) {
		fields = append(fields, fault.Field{Path: "customer", Message: "goes with the role customer, and only with it"})
	}
	if n.Password != "" {
		fields = append(fields, checkPassword(n.Password, n.Email)...)
	}
	return fields
}

// checkName is for names of people and things that people read in lists.
func checkName(name string) []fault.Field {
	if strings.TrimSpace(name) == "" {
		return []fault.Field{{Path: "name", Message: "must not be empty"}}
	}
	return fault.Printable("name", name, 200)
}
