package api

import (
	"io"
	"log/slog"

	"github.com/labstack/echo/v4"
)

// Document is the OpenAPI document as it is served at an address such as /v1/openapi-3.0.json, for whoever generates a
// client or a page from it without a server.
func Document(path string) []byte {
	s := &server{Config: Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Rate: Usual}}
	s.mount(echo.New())
	return s.document.text(path)
}
