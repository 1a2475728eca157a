package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"ratable/contracts"
	"ratable/internal/access"
)

// writers are the desks whose tokens may enter contracts; the verb checks again.
var writers = []access.Role{access.Sales, access.Finance}

// takeContract enters a document, YAML or JSON, as the next version of its contract: a draft, until a person submits
// it and another approves. The same document again changes nothing.
func (s *server) takeContract(c *call) error {
	if err := c.by.Require(writers...); err != nil {
		return err
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	d, err := contracts.Parse(body)
	if err != nil {
		return err
	}
	kept, err := s.prepare(c, d)
	if err != nil {
		return contracts.Placed(body, err)
	}
	at := "/v1/contracts/" + url.PathEscape(kept.Number)
	c.echo.Response().Header().Set("Location", at)
	return c.echo.JSON(http.StatusCreated, map[string]any{
		"contract": kept.Number, "version": kept.Latest().Number, "status": kept.Status(s.Today()), "href": at,
	})
}

// giveContract hands the latest version back, normalized: JSON when asked for, else YAML.
func (s *server) giveContract(c *call) error {
	number, err := url.PathUnescape(c.echo.Param("number"))
	if err != nil {
		return err
	}
	found, err := contracts.Get(c.ctx, s.DB, number)
	if err != nil {
		return err
	}
	d := found.Latest().Document
	if strings.Contains(c.echo.Request().Header.Get("Accept"), "json") {
		text, err := json.Marshal(d)
		if err != nil {
			return err
		}
		return c.echo.Blob(http.StatusOK, "application/json", text)
	}
	text, err := contracts.Export(d)
	if err != nil {
		return err
	}
	return c.echo.Blob(http.StatusOK, "application/yaml", text)
}
