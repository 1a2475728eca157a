package ui

import (
	"slices"
	"strings"
)

// NavGroup is a heading of the sidebar; the first has none.
type NavGroup struct {
	Label string
	Items []NavItem
}

// NavItem is a room. Count is shown beside it; Due makes it stand out as work waiting.
type NavItem struct {
	Key   string
	Label string
	Href  string
	Icon  string
	Count int
	Due   bool
	Roles []string // who sees it; empty: everyone who works here. Hiding is a courtesy: the handler checks the role.
}

// rooms is the whole house in the order of the work: agree, ask, book, look after.
var rooms = []NavGroup{
	{"", []NavItem{
		{Key: "home", Label: "Home", Href: "/", Icon: "home"},
		{Key: "approvals", Label: "Approvals", Href: "/approvals", Icon: "approvals", Roles: []string{"sales", "finance", "accountant"}},
	}},
	{"Sell", []NavItem{
		{Key: "customers", Label: "Customers", Href: "/customers", Icon: "customers"},
		{Key: "contracts", Label: "Contracts", Href: "/contracts", Icon: "contracts"},
		{Key: "subscriptions", Label: "Subscriptions", Href: "/subscriptions", Icon: "runs"},
		{Key: "catalog", Label: "Catalog", Href: "/catalog", Icon: "catalog"},
		{Key: "partners", Label: "Partners", Href: "/partners", Icon: "partners", Roles: []string{"sales", "finance", "accountant"}},
		{Key: "usage", Label: "Usage", Href: "/usage", Icon: "usage"},
		{Key: "programmes", Label: "Programmes", Href: "/programmes", Icon: "gift"},
	}},
	{"Bill", []NavItem{
		{Key: "invoices", Label: "Invoices", Href: "/invoices", Icon: "invoices"},
		{Key: "payments", Label: "Payments", Href: "/payments", Icon: "payments", Roles: []string{"finance", "accountant", "support"}},
		{Key: "imports", Label: "Imported documents", Href: "/imports", Icon: "download", Roles: []string{"finance", "accountant"}},
		{Key: "outbox", Label: "Outbox", Href: "/outbox", Icon: "outbox", Roles: []string{"finance", "accountant", "support"}},
	}},
	{"Account", []NavItem{
		{Key: "revenue", Label: "Revenue", Href: "/revenue", Icon: "revenue", Roles: []string{"finance", "accountant"}},
		{Key: "reports", Label: "Reports", Href: "/reports", Icon: "reports", Roles: []string{"finance", "accountant", "auditor"}},
		{Key: "ledger", Label: "Ledger", Href: "/ledger", Icon: "ledger", Roles: []string{"finance", "accountant"}},
		{Key: "journals", Label: "Journals", Href: "/journals", Icon: "journal", Roles: []string{"finance", "accountant", "auditor"}},
		{Key: "close", Label: "Close", Href: "/close", Icon: "close", Roles: []string{"finance", "accountant"}},
		{Key: "reconciliations", Label: "Reconciliations", Href: "/reconciliations", Icon: "scales", Roles: []string{"finance", "accountant", "auditor"}},
		{Key: "evidence", Label: "Evidence", Href: "/evidence", Icon: "search", Roles: []string{"finance", "accountant", "auditor"}},
		{Key: "exports", Label: "Exports", Href: "/exports", Icon: "download", Roles: []string{"finance", "accountant"}},
	}},
	{"Operate", []NavItem{
		{Key: "runs", Label: "Runs", Href: "/runs", Icon: "runs", Roles: []string{"finance", "accountant"}},
		{Key: "audit", Label: "Audit", Href: "/audit", Icon: "audit", Roles: []string{"finance", "accountant"}},
		{Key: "entities", Label: "Entities", Href: "/entities", Icon: "entities", Roles: []string{"accountant"}},
		{Key: "rules", Label: "Approval rules", Href: "/settings/approval-rules", Icon: "approvals", Roles: []string{"finance", "accountant", "admin"}},
		{Key: "policies", Label: "Accounting policies", Href: "/settings/accounting-policies", Icon: "close", Roles: []string{"finance", "accountant"}},
		{Key: "privacy", Label: "Privacy", Href: "/privacy", Icon: "users", Roles: []string{"support", "finance", "admin"}},
		{Key: "developers", Label: "API reference", Href: "/developers", Icon: "journal", Roles: []string{"product", "support", "admin"}},
		{Key: "webhooks", Label: "Webhooks", Href: "/settings/webhooks", Icon: "outbox", Roles: []string{"admin"}},
		{Key: "users", Label: "Users", Href: "/users", Icon: "users", Roles: []string{"admin"}},
	}},
}

// Nav is the sidebar of someone with these roles; "admin" sees every room. Given keys keep only those rooms
// (a page that does not exist yet has no link); none given means all.
func Nav(roles []string, keys ...string) []NavGroup {
	var groups []NavGroup
	for _, group := range rooms {
		var items []NavItem
		for _, item := range group.Items {
			if seen(item, roles) && (len(keys) == 0 || slices.Contains(keys, item.Key)) {
				items = append(items, item)
			}
		}
		if len(items) > 0 {
			groups = append(groups, NavGroup{group.Label, items})
		}
	}
	return groups
}

// WithCount sets the number beside a room, in a copy: the sidebar is built once per request.
func WithCount(groups []NavGroup, key string, count int, due bool) []NavGroup {
	counted := make([]NavGroup, len(groups))
	for i, group := range groups {
		counted[i] = NavGroup{group.Label, slices.Clone(group.Items)}
		for j := range counted[i].Items {
			if counted[i].Items[j].Key == key {
				counted[i].Items[j].Count, counted[i].Items[j].Due = count, due
			}
		}
	}
	return counted
}

func seen(item NavItem, roles []string) bool {
	if len(item.Roles) == 0 || slices.Contains(roles, "admin") {
		return true
	}
	if slices.Contains(roles, "auditor") && (slices.Contains(item.Roles, "finance") || slices.Contains(item.Roles, "accountant")) {
		return true // an auditor reads what the books' desks read
	}
	return slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(item.Roles, role) })
}

// initials are the first letters of the first and last word of a name.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	first := func(word string) string { return strings.ToUpper(string([]rune(word)[:1])) }
	if len(words) == 1 {
		return first(words[0])
	}
	return first(words[0]) + first(words[len(words)-1])
}
