package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// contract is where a contract stands, in a list.
type contract struct {
	Number   string      `json:"number" example:"C-2026-001"`
	Title    string      `json:"title,omitempty" example:"Analytics for Northwind"`
	Customer string      `json:"customer" doc:"External id of who uses it" example:"northwind"`
	Payer    string      `json:"payer" doc:"External id of who pays today" example:"northwind"`
	Entity   string      `json:"entity" doc:"Code of who sells" example:"nlus"`
	Currency string      `json:"currency" example:"USD"`
	Status   string      `json:"status" enum:"draft,in approval,approved,active,renewed,expired,terminated,rejected"`
	From     period.Date `json:"from" format:"date" doc:"First day of the term of the latest version" example:"2026-01-01"`
	Through  period.Date `json:"through" format:"date" doc:"Its last day" example:"2026-12-31"`
	Versions int         `json:"versions" example:"1"`
	Waiting  bool        `json:"waiting" doc:"A version waits for a decision"`
	Href     string      `json:"href" example:"/v1/contracts/C-2026-001"`
}

var exampleContract = contract{Number: "C-2026-001", Title: "Analytics for Northwind", Customer: "northwind", Payer: "northwind", Entity: "nlus", Currency: "USD", Status: "active",
	From: period.NewDate(2026, 1, 1), Through: period.NewDate(2026, 12, 31), Versions: 1, Href: "/v1/contracts/C-2026-001"}

type contractQuery struct {
	Paged
	Search   string `query:"search" maxLength:"200" doc:"The beginning of a number, or any name of a party" example:"C-2026"`
	Customer string `query:"customer" maxLength:"200" doc:"External id of who uses or pays" example:"northwind"`
	Entity   string `query:"entity" maxLength:"20" doc:"Code of who sells" example:"nlus"`
	Currency string `query:"currency" maxLength:"3" example:"USD"`
	Waiting  bool   `query:"waiting" doc:"Only those with a version that waits for a decision"`
}

// VersionAt names a version by its address.
type VersionAt struct {
	ContractAt
	Version int `path:"version" minimum:"1" doc:"1, 2, ... in the order of entry" example:"1"`
}

type versions struct {
	Contract string    `json:"contract" example:"C-2026-001"`
	Versions []version `json:"versions"`
}

type version struct {
	Number      int         `json:"number" example:"1"`
	EffectiveOn period.Date `json:"effective_on" format:"date" doc:"It governs from this day" example:"2026-01-01"`
	EnteredOn   period.Date `json:"entered_on" format:"date" example:"2025-12-12"`
	Reason      string      `json:"reason,omitempty" doc:"Why it amends the one before"`
	Approved    bool        `json:"approved"`
	Waiting     bool        `json:"waiting"`
	Missing     []string    `json:"missing,omitempty" doc:"Roles whose approval is still asked for"`
	Decisions   []decision  `json:"decisions"`
	Href        string      `json:"href" example:"/v1/contracts/C-2026-001/versions/1"`
}

type decision struct {
	Event  string    `json:"event" doc:"submitted, endorsed, approved, rejected, renewed or signed" example:"approved"`
	By     int64     `json:"by" doc:"Key of the user; 0: the program" example:"4"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

var exampleVersion = version{Number: 1, EffectiveOn: period.NewDate(2026, 1, 1), EnteredOn: period.NewDate(2025, 12, 12), Approved: true,
	Decisions: []decision{{Event: "approved", By: 4, At: time.Date(2025, 12, 13, 9, 30, 0, 0, time.UTC)}}, Href: "/v1/contracts/C-2026-001/versions/1"}

func (s *server) listContracts(c *call, in *contractQuery, after *contracts.ID, limit int) ([]contracts.Contract, error) {
	f := contracts.Filter{Search: in.Search, Currency: money.Currency(in.Currency), Waiting: in.Waiting, Limit: limit}
	var err error
	if f.Entity, err = c.entityCalled(c.DB, "entity", in.Entity); err != nil {
		return nil, err
	}
	if in.Customer != "" {
		party, err := c.customerCalled(c.DB, "customer", in.Customer)
		if err != nil {
			return nil, err
		}
		f.Party = party.ID
	}
	if in.Search != "" {
		if f.Parties, err = customers.Matching(c.ctx, c.DB, customers.Filter{Search: in.Search, Duplicates: true}, c.Today()); err != nil {
			return nil, err
		}
	}
	if after != nil {
		f.Before = *after
	}
	return contracts.List(c.ctx, c.DB, f)
}

func (s *server) giveContractSummary(c *call, in *ContractAt) (contract, error) {
	found, err := contracts.Get(c.ctx, c.DB, in.Number)
	if err != nil {
		return contract{}, err
	}
	views, err := c.contracts(c.DB, []contracts.Contract{found})
	if err != nil {
		return contract{}, err
	}
	return views[0], nil
}

// contracts are views of contracts, with the names of their parties.
func (c *call) contracts(q postgres.Querier, found []contracts.Contract) ([]contract, error) {
	directory, err := entities.Load(c.ctx, q)
	if err != nil {
		return nil, err
	}
	var parties []customers.ID
	for _, x := range found {
		parties = append(parties, x.Customer, x.PayerOn(c.Today()))
	}
	named, err := customers.Placements(c.ctx, q, parties)
	if err != nil {
		return nil, err
	}
	out := make([]contract, len(found))
	for i, x := range found {
		seller, _ := directory.ByID(x.Entity)
		d := x.Latest().Document
		_, waiting := x.Pending()
		out[i] = contract{Number: x.Number, Title: d.Title, Customer: named[x.Customer].ExternalID, Payer: named[x.PayerOn(c.Today())].ExternalID, Entity: seller.Code,
			Currency: string(x.Currency), Status: string(x.Status(c.Today())), From: d.Term.From, Through: d.Term.Through, Versions: len(x.History),
			Waiting: waiting && x.Latest().Waiting(), Href: contractHref(x.Number)}
	}
	return out, nil
}

func contractHref(number string) string { return "/v1/contracts/" + url.PathEscape(number) }

func (s *server) listVersions(c *call, in *ContractAt) (versions, error) {
	found, err := contracts.Get(c.ctx, c.DB, in.Number)
	if err != nil {
		return versions{}, err
	}
	out := versions{Contract: found.Number, Versions: make([]version, len(found.History))}
	for i, r := range found.History {
		v := version{Number: r.Number, EffectiveOn: r.EffectiveOn, EnteredOn: r.EnteredOn, Reason: r.Reason, Approved: r.Approved(), Waiting: r.Waiting(),
			Missing: roleNames(r.Missing()), Decisions: []decision{}, Href: contractHref(found.Number) + "/versions/" + itoa(r.Number)}
		for _, d := range r.Decisions {
			v.Decisions = append(v.Decisions, decision{Event: d.Event, By: d.By, Reason: d.Reason, At: d.At})
		}
		out.Versions[i] = v
	}
	return out, nil
}

// said is the body of a decision.
type said struct {
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"For the record, and for who reads it later" example:"Checked against the order form"`
}

// decide is an operation that moves the latest version of a contract on.
func decide(id, verb string, roles []access.Role, summary, details string, do func(ctx context.Context, tx pgx.Tx, number, reason string, by access.Actor) error) operation {
	return write(about{
		id: id, method: http.MethodPost, path: "/v1/contracts/{number}/" + verb, tag: tagContracts, scope: access.ContractWrite, roles: roles,
		summary: summary, details: details, request: said{"Checked against the order form"}, answer: exampleContract,
	}, func(c *call, tx pgx.Tx, in *struct {
		ContractAt
		Body said
	}) (contract, error) {
		if err := do(c.ctx, tx, in.Number, in.Body.Reason, c.by); err != nil {
			return contract{}, err
		}
		found, err := contracts.Get(c.ctx, tx, in.Number)
		if err != nil {
			return contract{}, err
		}
		views, err := c.contracts(tx, []contracts.Contract{found})
		if err != nil {
			return contract{}, err
		}
		return views[0], nil
	})
}
