// Package api is the door for machines: usage events in, contract documents in and out, and whether we are up.
//
// It owns the JSON of requests and answers, bearer tokens with a scope, and errors as problem+json (RFC 9457) that name
// the field. It does not own the verbs behind them. It knows no cookie, so no other site can borrow one.
package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Config is what the API stands on.
type Config struct {
	DB    *postgres.DB
	Now   func() time.Time
	Today func() period.Date
	Log   *slog.Logger
}

// Prefixes are the addresses that New answers.
var Prefixes = []string{"/v1/", "/healthz", "/readyz"}

// New returns the handler of all Prefixes.
func New(c Config) http.Handler {
	e := echo.New()
	e.HideBanner = true
	e.IPExtractor = echo.ExtractIPDirect()
	e.GET("/healthz", func(c echo.Context) error { return c.JSON(http.StatusOK, map[string]string{"status": "up"}) })
	return e
}
