package web

import (
	"net/http"

	"ratable/internal/access"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Desks: who may open a door. The verbs behind it check again.
var (
	anybody  []access.Role // nobody needs to be signed in
	staff    = []access.Role{access.Sales, access.Finance, access.Accountant, access.Support, access.Product, access.Admin}
	sellers  = []access.Role{access.Sales, access.Finance}
	deciders = []access.Role{access.Finance, access.Accountant}
	admins   = []access.Role{access.Admin}
)

// route is an address, who may open it and what answers.
type route struct {
	method, path string
	roles        []access.Role
	handle       handler
}

// routes is every page and every form there is.
func (s *Server) routes() []route {
	return []route{
		{get, "/login", anybody, (*visit).loginForm},
		{post, "/login", anybody, (*visit).login},
		{post, "/logout", anybody, (*visit).logout},

		{get, "/", staff, (*visit).home},
		{get, "/search", staff, (*visit).search},
		{get, "/approvals", staff, (*visit).approvals},
		{get, "/customers", staff, (*visit).customers},
		{get, "/customers/:id", staff, (*visit).customer},
		{get, "/contracts", staff, (*visit).contracts},
		{get, "/contracts/new", sellers, (*visit).contractForm},
		{post, "/contracts/new", sellers, (*visit).enterContract},
		{get, "/contracts/:number", staff, (*visit).contract},
		{get, "/contracts/:number/outlook", staff, (*visit).contractOutlook},
		{get, "/contracts/:number/document", staff, (*visit).contractDocument},
		{post, "/contracts/:number/submit", sellers, (*visit).submitContract},
		{post, "/contracts/:number/approve", deciders, (*visit).approveContract},
		{post, "/contracts/:number/reject", deciders, (*visit).rejectContract},

		{get, "/users", admins, (*visit).users},
		{post, "/users", admins, (*visit).addUser},
		{post, "/users/:id/disable", admins, (*visit).disableUser},
		{post, "/users/:id/enable", admins, (*visit).enableUser},
	}
}
