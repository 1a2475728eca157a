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

	"ratable/contracts"
	"ratable/internal/fault"
)

// takeSignUp signs a customer up on a plan, once for each Idempotency-Key: 201 with its contract, 202 while it is held
// because it may be a listed party, 200 when the same was sent before.
func (s *server) takeSignUp(c *call) error {
	var r contracts.SignUpRequest
	if err := c.read(&r); err != nil {
		return err
	}
	r.Key = strings.TrimSpace(c.echo.Request().Header.Get("Idempotency-Key"))
	if r.Key == "" {
		return fault.InvalidFields(fault.Field{Path: "Idempotency-Key", Message: "is a header that must be sent: a text that names this sign-up, the same whenever it is sent again"})
	}
	out, err := s.signUp(c, r)
	if err != nil {
		return err
	}
	answer := map[string]any{"customer": out.Customer.ExternalID, "status": "active"}
	status := http.StatusCreated
	switch {
	case out.Held():
		answer["status"], answer["detail"] = "held", "The customer may be a listed party. A person looks at it; the contract begins when the match is cleared."
		status = http.StatusAccepted
	default:
		at := "/v1/contracts/" + url.PathEscape(out.Number)
		answer["contract"], answer["href"] = out.Number, at
		c.echo.Response().Header().Set("Location", at)
	}
	if out.Repeated {
		status = http.StatusOK
	}
	return c.echo.JSON(status, answer)
}

// takeChange changes, pauses, resumes or cancels a subscription.
func (s *server) takeChange(c *call) error {
	number, err := url.PathUnescape(c.echo.Param("number"))
	if err != nil {
		return err
	}
	var x contracts.PlanChange
	if err := c.read(&x); err != nil {
		return err
	}
	changed, err := s.change(c, number, x)
	if err != nil {
		return err
	}
	d := changed.Latest().Document
	answer := map[string]any{"contract": changed.Number, "version": changed.Latest().Number, "effective": d.Start().String(), "through": d.Term.Through.String(), "paused": d.Paused}
	if d.Plan != nil {
		answer["plan"], answer["plan_version"] = d.Plan.Code, d.Plan.Version
	}
	return c.echo.JSON(http.StatusCreated, answer)
}

// maxRequest bounds what is no document and no batch.
const maxRequest = 64 << 10

// read takes one JSON object, strictly: an unknown key, another type or something behind it is refused.
func (c *call) read(into any) error {
	body, err := io.ReadAll(io.LimitReader(c.echo.Request().Body, maxRequest+1))
	if err != nil {
		return err
	}
	if len(body) > maxRequest {
		return fault.New(fault.Invalid, "send at most %d KB", maxRequest>>10)
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
