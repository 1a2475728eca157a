package api

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/shopspring/decimal"

	"ratable/internal/access"
)

// Tags are the headings of the reference, in its order.
const (
	tagCustomers     = "Customers"
	tagContracts     = "Contracts"
	tagSubscriptions = "Subscriptions"
	tagUsage         = "Usage"
	tagEntitlements  = "Entitlements"
	tagInvoices      = "Invoices"
	tagPayments      = "Payments"
	tagCatalog       = "Catalog"
	tagBooks         = "Books"
	tagWebhooks      = "Webhooks"
	tagImports       = "Imports"
	tagState         = "State"
)

var tags = []*huma.Tag{
	{Name: tagCustomers, Description: "Who buys: the parties, by the external id that your system knows them by."},
	{Name: tagContracts, Description: "What was agreed: documents, their versions, and the approval by another person."},
	{Name: tagSubscriptions, Description: "Sign-ups on a plan and their changes, without an approval each."},
	{Name: tagUsage, Description: "What was consumed: events in, readings, corrections, the running bill."},
	{Name: tagEntitlements, Description: "What a customer may use at this moment."},
	{Name: tagInvoices, Description: "What was asked for: invoices and credit notes, line by line."},
	{Name: tagPayments, Description: "What was paid, and what is open."},
	{Name: tagCatalog, Description: "What is sold: products, plans, meters."},
	{Name: tagBooks, Description: "What is booked and earned: journal, trial balance, revenue by month, periods."},
	{Name: tagWebhooks, Description: "What we tell your system when something happens."},
	{Name: tagImports, Description: "Bringing customers over from another system, cohort by cohort."},
	{Name: tagState, Description: "Whether the server works, and this document."},
}

const introduction = `The back office between a signed contract and the general ledger.

**Tokens.** Every call carries ` + "`Authorization: Bearer <token>`" + `. A token has scopes and acts with the roles of its user, never with more: who entered a contract cannot approve it, by the API as little as in the browser.

**Errors** are problems (RFC 9457) with everything that is wrong at once: the key, its line, what was sent and the way out. Keys and parameters that are not known here are refused, not ignored. A failure of ours carries a reference.

**Idempotency.** Send ` + "`Idempotency-Key`" + ` with whatever changes something: the answer is kept for 35 days in the same transaction as the effect. The same request, byte for byte, under the same key gets the first answer again, with ` + "`Idempotency-Replayed: true`" + `; another request under it is refused with 422, and one that is being answered at this moment with 409. What was refused changed nothing and is judged anew. Usage events need no key: source and id count once, for ever.

**Pages.** Lists take ` + "`limit`" + ` (1 to 200) and ` + "`cursor`" + ` (` + "`next_cursor`" + ` of the page before, with the same filters), and send a Link header.

**Money and quantities** are texts such as "1250.00", so that no reader makes a binary fraction of them. Days are 2026-03-31; in answers ` + "`from`" + ` and ` + "`through`" + ` include both ends.`

// refusals are the problems that operations answer with, once for all.
var refusals = map[int]struct {
	name, says string
	example    problem
}{
	http.StatusUnauthorized:          {"UnauthorizedProblem", "No token was sent", *newProblem(http.StatusUnauthorized, errNoToken.Error())},
	http.StatusForbidden:             {"ForbiddenProblem", "The token is unknown, expired or revoked, does not open the scope, or its user may not do this", *newProblem(http.StatusForbidden, `the API token "nightly" does not open invoices:read`)},
	http.StatusNotFound:              {"NotFoundProblem", "There is no such thing", *newProblem(http.StatusNotFound, "there is nothing at this address")},
	http.StatusNotAcceptable:         {"NotAcceptableProblem", "The header Accept names nothing that is answered here", *newProblem(http.StatusNotAcceptable, "Accept: names nothing that is answered here; there is application/json (text/html)")},
	http.StatusConflict:              {"ConflictProblem", "It contradicts what stands, came too late, or its Idempotency-Key is in use at this moment", *newProblem(http.StatusConflict, "no request waits for a decision")},
	http.StatusRequestEntityTooLarge: {"TooLargeProblem", "The body is larger than this operation takes", *newProblem(http.StatusRequestEntityTooLarge, "send at most 1 MB at once")},
	http.StatusUnsupportedMediaType:  {"UnsupportedMediaTypeProblem", "The Content-Type is one that this operation does not read", *newProblem(http.StatusUnsupportedMediaType, "Content-Type: cannot be read here; send application/json (text/plain)")},
	http.StatusUnprocessableEntity: {"InvalidProblem", "What was sent cannot be accepted: each finding names its key", problem{Type: "about:blank", Title: titles[http.StatusUnprocessableEntity], Status: http.StatusUnprocessableEntity,
		Detail: "line 9: lines[0].fixed.quantity: must be more than zero (-25)",
		Errors: []field{{"lines[0].fixed.quantity", 9, "-25", "must be more than zero"}}}},
	http.StatusTooManyRequests: {"TooManyRequestsProblem", "This token calls too often; wait as long as Retry-After says", *newProblem(http.StatusTooManyRequests, "this token called more than 1000 times at once and 200 times a second; wait a second")},
	http.StatusInternalServerError: {"BrokenProblem", "A failure of ours; quote the reference when you ask about it", problem{Type: "about:blank", Title: titles[http.StatusInternalServerError],
		Status: http.StatusInternalServerError, Reference: "5f3a9c0b11d2"}},
	http.StatusServiceUnavailable: {"UnavailableProblem", "The database cannot be reached at this moment; try again", *newProblem(http.StatusServiceUnavailable, "waiting for the database")},
}

// newOpenAPI is the document before its operations.
func newOpenAPI() *huma.OpenAPI {
	schemas := huma.NewMapRegistry("#/components/schemas/", schemaName)
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{Title: "Ratable", Version: "1", Description: introduction},
		Tags:    tags,
		Components: &huma.Components{
			Schemas:   schemas,
			Responses: map[string]*huma.Response{},
			SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer",
				Description: "An API token, issued under Settings › API keys. Its scopes: " + scopeList()}},
			Parameters: map[string]*huma.Param{"IdempotencyKey": {
				Name: keyHeader, In: "header", Description: "Names this request, the same whenever it is sent again: the effect happens once, and the first answer is sent again. 1 to 200 letters, digits and signs, such as a UUID",
				Schema: &huma.Schema{Type: "string", MinLength: ptr(1), MaxLength: ptr(200)}, Example: "6f1c2d8e-3f4b-4f0e-9a51-2b7f5a0f7d11"}},
			Headers: map[string]*huma.Header{
				"IdempotencyReplayed": {Description: "true: this answer was given before, under the same key", Schema: &huma.Schema{Type: "string", Enum: []any{"true"}}},
				"Link":                {Description: `Where the next page stands: rel="next"`, Schema: &huma.Schema{Type: "string"}},
			},
		},
	}
	schemas.RegisterTypeAlias(reflect.TypeFor[decimal.Decimal](), reflect.TypeFor[figure]())
	of := schemas.Schema(reflect.TypeFor[problem](), true, "Problem")
	for _, r := range refusals {
		doc.Components.Responses[r.name] = &huma.Response{Description: r.says, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: of, Example: r.example}}}
	}
	retry := &huma.Header{Description: "Seconds to wait", Schema: &huma.Schema{Type: "string"}}
	doc.Components.Responses["TooManyRequestsProblem"].Headers = map[string]*huma.Param{"Retry-After": retry}
	return doc
}

// schemaName names a page of invoices InvoicePage and everything else by its type.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.PkgPath() {
	case "ratable/contracts":
		if !strings.HasPrefix(name, "Sign") && name != "PlanChange" {
			name = "Contract" + name
		}
	case "ratable/catalog":
		name = "Catalog" + name
	}
	if of, isPage := strings.CutPrefix(name, "Page"); isPage && of != "" {
		return of + "Page"
	}
	return name
}

func scopeList() string {
	says := make([]string, len(access.Scopes))
	for i, s := range access.Scopes {
		says[i] = fmt.Sprintf("`%s` (%s)", s, s.Says())
	}
	return strings.Join(says, ", ") + "."
}

func roleNames(roles []access.Role) []string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return names
}

func ptr[T any](v T) *T { return &v }

// figure is a number of a document that people write: as a number, or as a text, which every reader takes exactly.
type figure struct{}

// Schema implements huma.SchemaProvider.
func (figure) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Description: "A number such as 1250.50, as a number or as a text", Examples: []any{"1250.50"}}
}
