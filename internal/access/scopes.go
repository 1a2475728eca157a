package access

import (
	"slices"
	"strings"
	"time"

	"ratable/internal/fault"
)

// Scope is what an API token opens. A token never opens more than its user's roles.
type Scope string

// The scopes go by noun, read and write apart: who writes does not read by that.
const (
	Read            Scope = "read" // every scope that ends in :read
	UsageRead       Scope = "usage:read"
	UsageWrite      Scope = "usage:write"
	ContractRead    Scope = "contracts:read"
	ContractWrite   Scope = "contracts:write"
	CustomerRead    Scope = "customers:read"
	CustomerWrite   Scope = "customers:write"
	InvoiceRead     Scope = "invoices:read"
	InvoiceWrite    Scope = "invoices:write"
	PaymentRead     Scope = "payments:read"
	PaymentWrite    Scope = "payments:write"
	CatalogRead     Scope = "catalog:read"
	CatalogWrite    Scope = "catalog:write"
	EntitlementRead Scope = "entitlements:read"
	RevenueRead     Scope = "revenue:read"
	WebhookRead     Scope = "webhooks:read"
	WebhookWrite    Scope = "webhooks:write"
	ImportRead      Scope = "imports:read"
	ImportWrite     Scope = "imports:write"
)

// Scopes lists every scope in the order pages show them.
var Scopes = []Scope{Read, UsageRead, UsageWrite, ContractRead, ContractWrite, CustomerRead, CustomerWrite, InvoiceRead, InvoiceWrite,
	PaymentRead, PaymentWrite, CatalogRead, CatalogWrite, EntitlementRead, RevenueRead, WebhookRead, WebhookWrite, ImportRead, ImportWrite}

var scopeSays = map[Scope]string{
	Read:            "Read everything that the scopes ending in :read open",
	UsageRead:       "Read usage, the estimate of the running bill and alerts",
	UsageWrite:      "Send, correct and replay usage",
	ContractRead:    "Read contracts, their versions and previews",
	ContractWrite:   "Enter, amend, submit and decide contracts; sign customers up",
	CustomerRead:    "Read customers, their balances and ageing",
	CustomerWrite:   "Create and amend customers",
	InvoiceRead:     "Read invoices and credit notes, their lines and PDF",
	InvoiceWrite:    "Request credits",
	PaymentRead:     "Read payments",
	PaymentWrite:    "Record payments",
	CatalogRead:     "Read products, plans and meters",
	CatalogWrite:    "Propose changes of the catalog",
	EntitlementRead: "Ask what a customer may use now",
	RevenueRead:     "Read journal entries, the trial balance, revenue schedules and periods",
	WebhookRead:     "Read webhook endpoints and the log of deliveries",
	WebhookWrite:    "Manage webhook endpoints and send deliveries again",
	ImportRead:      "Read imports and their findings",
	ImportWrite:     "Bring customers over from another system",
}

// Says is what the scope opens, in a few words.
func (s Scope) Says() string { return scopeSays[s] }

// opens reports whether the scope opens what another asks for.
func (s Scope) opens(want Scope) bool {
	return s == want || s == Read && strings.HasSuffix(string(want), ":read")
}

// Bearer is what a live API token stands for.
type Bearer struct {
	Actor     Actor
	Token     int64
	ExpiresAt *time.Time
	UsedAt    *time.Time // to the hour
	name      string
	scopes    []Scope
}

// Require returns nil when the token opens the scope, else fault.Denied.
func (b Bearer) Require(want Scope) error {
	if slices.ContainsFunc(b.scopes, func(s Scope) bool { return s.opens(want) }) {
		return nil
	}
	return fault.New(fault.Denied, "the API token %q does not open %s", b.name, want)
}
