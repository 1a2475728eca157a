package web

import "ratable/internal/access"

// Address is a line of the route table, for the tests that walk it.
type Address struct {
	Method, Path string
	Roles        []access.Role
}

// Addresses is the whole table.
func Addresses() []Address {
	var out []Address
	for _, r := range (&Server{}).routes() {
		out = append(out, Address{r.method, r.path, r.roles})
	}
	return out
}
