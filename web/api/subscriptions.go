package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
)

// signedUp is the answer to a sign-up.
type signedUp struct {
	Customer string `json:"customer" doc:"The customer's external id" example:"s-000001"`
	Status   string `json:"status" enum:"active,held" example:"active"`
	Detail   string `json:"detail,omitempty" doc:"Why it is held"`
	Contract string `json:"contract,omitempty" doc:"Missing while it is held" example:"S-000001"`
	Href     string `json:"href,omitempty" example:"/v1/contracts/S-000001"`
}

// changed is the answer to a change of a subscription.
type changed struct {
	Contract    string `json:"contract" example:"S-000001"`
	Version     int    `json:"version" example:"2"`
	Effective   string `json:"effective" format:"date" doc:"The first day of the change" example:"2026-05-01"`
	Through     string `json:"through" format:"date" doc:"The last day agreed, as it stands" example:"2027-04-14"`
	Paused      bool   `json:"paused"`
	Plan        string `json:"plan,omitempty" example:"pro"`
	PlanVersion int    `json:"plan_version,omitempty" example:"1"`
}

// subscribers sign up and change; the verbs check again.
var subscribers = []access.Role{access.Sales, access.Finance, access.Support}

func (s *server) subscriptionOperations() []operation {
	example := signedUp{Customer: "s-000001", Status: "active", Contract: "S-000001", Href: "/v1/contracts/S-000001"}
	held := signedUp{Customer: "s-000002", Status: "held", Detail: heldDetail}
	return []operation{
		bare[struct {
			Key  string `header:"Idempotency-Key" required:"true" maxLength:"200" doc:"Names this one sign-up, the same whenever it is sent again" example:"signup-4711"`
			Body contracts.SignUpRequest
		}, signedUp](about{
			id: "sign-up", method: http.MethodPost, path: "/v1/subscriptions", tag: tagSubscriptions, scope: access.ContractWrite, roles: subscribers, status: http.StatusCreated,
			summary: "Sign a customer up on a plan",
			details: `Once for each Idempotency-Key, which must be sent: 201 with its contract, 202 while it is held because the customer may be a listed party, 200 when the same was sent before, 409 when something else was. The plan was approved, so that nobody approves each sign-up.`,
			also:    map[int]any{http.StatusOK: example, http.StatusAccepted: held}, refuses: []int{http.StatusConflict},
			request: json.RawMessage(exampleSignUp), answer: example, limit: maxRequest, document: true, keyless: true,
		}, s.takeSignUp),
		bare[struct {
			ContractAt
			Body contracts.PlanChange
		}, changed](about{
			id: "change-subscription", method: http.MethodPost, path: "/v1/subscriptions/{number}/changes", tag: tagSubscriptions, scope: access.ContractWrite, roles: subscribers, status: http.StatusCreated,
			summary: "Change, pause, resume or cancel a subscription",
			details: "Plan and quantity change by the plan's own rules: at once or with the next billing period.",
			request: json.RawMessage(`{"change":"plan","plan":"pro"}`), limit: maxRequest, document: true,
			answer: changed{Contract: "S-000001", Version: 2, Effective: "2026-05-01", Through: "2027-04-14", Plan: "pro", PlanVersion: 1},
		}, s.takeChange),
	}
}

const (
	heldDetail    = "The customer may be a listed party. A person looks at it; the contract begins when the match is cleared."
	exampleSignUp = `{"plan":"starter","quantity":"2","customer":{"name":"Corner Shop","email":"ap@corner.example","country":"US","region":"NY","city":"New York","postcode":"10001","lines":["1 Main St"]}}`
)

// takeSignUp signs a customer up on a plan, once for each Idempotency-Key: 201 with its contract, 202 while it is held
// because it may be a listed party, 200 when the same was sent before.
func (s *server) takeSignUp(c *call) error {
	var r contracts.SignUpRequest
	if err := c.read(&r); err != nil {
		return err
	}
	r.Key = strings.TrimSpace(c.echo.Request().Header.Get(keyHeader))
	if r.Key == "" {
		return fault.InvalidFields(fault.Field{Path: keyHeader, Message: "is a header that must be sent: a text that names this sign-up, the same whenever it is sent again"})
	}
	var out contracts.SignedUp
	err := s.DB.Tx(c.ctx, func(tx pgx.Tx) (err error) {
		out, err = contracts.SignUp(c.ctx, tx, r, s.Today(), c.by)
		return err
	})
	if err != nil {
		return err
	}
	said := signedUp{Customer: out.Customer.ExternalID, Status: "active"}
	status := http.StatusCreated
	if out.Held() {
		said.Status, said.Detail, status = "held", heldDetail, http.StatusAccepted
	} else {
		said.Contract, said.Href = out.Number, "/v1/contracts/"+url.PathEscape(out.Number)
		c.echo.Response().Header().Set("Location", said.Href)
	}
	if out.Repeated {
		status = http.StatusOK
	}
	return c.echo.JSON(status, said)
}

// takeChange changes, pauses, resumes or cancels a subscription.
func (s *server) takeChange(c *call) error {
	var x contracts.PlanChange
	if err := c.read(&x); err != nil {
		return err
	}
	got, err := c.once(func(tx pgx.Tx) (answer, error) {
		kept, err := contracts.ChangeSubscription(c.ctx, tx, c.echo.Param("number"), x, s.Today(), c.by)
		if err != nil {
			return answer{}, err
		}
		d := kept.Latest().Document
		said := changed{Contract: kept.Number, Version: kept.Latest().Number, Effective: d.Start().String(), Through: d.Term.Through.String(), Paused: d.Paused}
		if d.Plan != nil {
			said.Plan, said.PlanVersion = d.Plan.Code, d.Plan.Version
		}
		return c.encode(said)
	})
	if err != nil {
		return err
	}
	return c.reply(got)
}

// maxRequest bounds what is no document and no batch.
const maxRequest = 64 << 10

// read takes one JSON object, strictly: an unknown key, another type or something behind it is refused.
func (c *call) read(into any) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err = d.Decode(into)
	if err == nil && d.Decode(new(any)) != io.EOF {
		err = errors.New("something stands behind the object")
	}
	if err == nil {
		return nil
	}
	var typed *json.UnmarshalTypeError
	switch name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); {
	case errors.As(err, &typed):
		return fault.InvalidFields(fault.Field{Path: typed.Field, Value: typed.Value, Message: fmt.Sprintf("must be a %s", typed.Type.Kind())})
	case unknown:
		return fault.InvalidFields(fault.Field{Path: strings.Trim(name, `"`), Message: "is not a key known here"})
	}
	return fault.New(fault.Invalid, "the body must be one JSON object: %v", err)
}
