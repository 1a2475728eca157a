package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
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
entity: NLUS
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - product: platform
    fixed: {quantity: 25, price: 40, per: unit, every: month}
`

func (s *server) contractOperations() []operation {
	return []operation{
		bare[struct{ Body any }, entered](about{
			id: "enter-contract", method: http.MethodPost, path: "/v1/contracts", tag: tagContracts, scope: access.ContractWrite, roles: writers, status: http.StatusCreated,
			summary: "Enter a contract or its next version as a draft",
			details: `The document, YAML or JSON, becomes the next version of its contract: a draft, until somebody submits it and another person approves. Uploading the document that is the latest version already changes nothing. A document is read strictly: every finding has its line.`,
			request: exampleDocument, answer: entered{"C-2026-001", 1, "draft", "/v1/contracts/C-2026-001"},
			consumes: documentKinds, limit: maxBody, document: true,
		}, s.takeContract),
		bare[ContractAt, json.RawMessage](about{
			id: "get-contract", method: http.MethodGet, path: "/v1/contracts/{number}", tag: tagContracts, scope: access.ContractRead,
			summary: "The latest version as its document",
			details: "Normalized: JSON when the header Accept asks for it, else YAML. Sent back as it is, it changes nothing.",
			answer:  exampleDocument, produces: []string{"application/yaml", "application/json"},
		}, s.giveContract),
	}
}

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
	d := found.Latest().Document
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
