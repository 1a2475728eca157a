package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
)

// The media types of documents that people keep as files.
var documentKinds = []string{"application/yaml", "application/x-yaml", "text/yaml", "application/json"}

// ContractAt names a contract by its address.
type ContractAt struct {
	Number string `path:"number" maxLength:"64" doc:"The contract's number" example:"C-2026-001"`
}

// entered says as what a document was recorded.
type entered struct {
	Contract string `json:"contract" example:"C-2026-001"`
	Version  int    `json:"version" example:"1"`
	Status   string `json:"status" doc:"Where the contract stands now" example:"draft"`
	Href     string `json:"href" doc:"Where it stands in this API" example:"/v1/contracts/C-2026-001"`
}

const exampleDocument = `contract: C-2026-001
title: Analytics for Northwind
customer: northwind
entity: nlus
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30}
lines:
  - {id: seats, product: platform, fixed: {quantity: 25, unit_price: 40.00, every: month}}
`

func (s *server) contractOperations() []operation {
	return []operation{
		list(about{
			id: "list-contracts", method: http.MethodGet, path: "/v1/contracts", tag: tagContracts, scope: access.ContractRead,
			summary: "Contracts, the one entered last first", answer: page[contract]{Items: []contract{exampleContract}},
		}, func(c contracts.Contract) contracts.ID { return c.ID }, s.listContracts, (*call).contracts),
		bare[struct{ Body contracts.Document }, entered](about{
			id: "enter-contract", method: http.MethodPost, path: "/v1/contracts", tag: tagContracts, scope: access.ContractWrite, roles: writers, status: http.StatusCreated,
			summary: "Enter a contract or its next version as a draft",
			details: `The document, YAML or JSON, becomes the next version of its contract: a draft, until somebody submits it and another person approves. Uploading the document that is the latest version already changes nothing. A document is read strictly: every finding has its line.`,
			request: exampleDocument, answer: entered{"C-2026-001", 1, "draft", "/v1/contracts/C-2026-001"},
			consumes: documentKinds, limit: maxBody, document: true,
		}, s.takeContract),
		bare[ContractAt, contracts.Document](about{
			id: "get-contract", method: http.MethodGet, path: "/v1/contracts/{number}", tag: tagContracts, scope: access.ContractRead,
			summary: "The latest version as its document",
			details: "Normalized: JSON when the header Accept asks for it, else YAML. Sent back as it is, it changes nothing.",
			answer:  exampleDocument, produces: []string{"application/yaml", "application/json"},
		}, s.giveContract),
		read(about{
			id: "get-contract-summary", method: http.MethodGet, path: "/v1/contracts/{number}/summary", tag: tagContracts, scope: access.ContractRead,
			summary: "Where a contract stands", answer: exampleContract,
		}, s.giveContractSummary),
		read(about{
			id: "list-contract-versions", method: http.MethodGet, path: "/v1/contracts/{number}/versions", tag: tagContracts, scope: access.ContractRead,
			summary: "Every version with its way through approval", details: "All of them at once, the oldest first: a contract has a handful.", answer: versions{"C-2026-001", []version{exampleVersion}},
		}, s.listVersions),
		bare[VersionAt, contracts.Document](about{
			id: "get-contract-version", method: http.MethodGet, path: "/v1/contracts/{number}/versions/{version}", tag: tagContracts, scope: access.ContractRead,
			summary: "A version as its document", details: "JSON when the header Accept asks for it, else YAML.", answer: exampleDocument, produces: []string{"application/yaml", "application/json"},
		}, s.giveVersion),
		decide("submit-contract", "submit", writers, "Submit the latest draft for approval", "By the approval rules another person, or several, must approve it.", contracts.Submit),
		decide("approve-contract", "approve", deciders, "Approve what waits", "Nobody approves what they prepared or submitted: the token's user must be another person with a role that the rules ask for.", contracts.Approve),
		decide("reject-contract", "reject", deciders, "Reject what waits, with a reason", "The reason must be said, so that it can be put right.", contracts.Reject),
		bare[previewQuery, preview](about{
			id: "preview-contract", method: http.MethodPost, path: "/v1/contracts/preview", tag: tagContracts, scope: access.ContractRead, roles: writers,
			summary: "What a document would bill and earn, without keeping it",
			details: "The very functions of the invoice run and of the revenue run over the rest of the term: every invoice with its tax, and what each month earns. Expected usage is said by meter and month; what was really used counts besides.",
			request: exampleDocument, answer: examplePreview, consumes: documentKinds, limit: maxBody, document: true, keyless: true,
		}, s.previewContract),
	}
}

var deciders = []access.Role{access.Finance, access.Accountant}

// takeContract enters a document, YAML or JSON, as the next version of its contract: a draft, until a person submits
// it and another approves. The same document again changes nothing.
func (s *server) takeContract(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	d, err := contracts.Parse(body)
	if err != nil {
		return err
	}
	got, err := c.once(func(tx pgx.Tx) (answer, error) {
		kept, err := contracts.Prepare(c.ctx, tx, d, s.Today(), c.by)
		if err != nil {
			return answer{}, err
		}
		at := "/v1/contracts/" + url.PathEscape(kept.Number)
		a, err := c.encode(entered{kept.Number, kept.Latest().Number, string(kept.Status(s.Today())), at})
		a.location = at
		return a, err
	})
	if err != nil {
		return contracts.Placed(body, err)
	}
	return c.reply(got)
}

// giveContract hands the latest version back, normalized: JSON when asked for, else YAML.
func (s *server) giveContract(c *call) error {
	found, err := contracts.Get(c.ctx, s.DB, c.echo.Param("number"))
	if err != nil {
		return err
	}
	return c.giveDocument(found.Latest().Document)
}

func (s *server) giveVersion(c *call) error {
	found, err := contracts.Get(c.ctx, s.DB, c.echo.Param("number"))
	if err != nil {
		return err
	}
	nth, err := strconv.Atoi(c.echo.Param("version"))
	if err != nil || nth < 1 || nth > len(found.History) {
		return fault.New(fault.NotFound, "contract %s has no version %s; it has %d", found.Number, fault.Shown(c.echo.Param("version")), len(found.History))
	}
	return c.giveDocument(found.History[nth-1].Document)
}

func (c *call) giveDocument(d contracts.Document) error {
	if strings.Contains(c.echo.Request().Header.Get("Accept"), "json") {
		text, err := json.Marshal(d)
		if err != nil {
			return err
		}
		return c.reply(answer{status: http.StatusOK, kind: "application/json", body: text})
	}
	text, err := contracts.Export(d)
	if err != nil {
		return err
	}
	return c.reply(answer{status: http.StatusOK, kind: "application/yaml", body: text})
}
