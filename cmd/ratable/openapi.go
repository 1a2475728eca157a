package main

import (
	"os"

	"ratable/web/api"
)

// openAPICommand prints the description of the API.
type openAPICommand struct {
	Older bool `help:"As OpenAPI 3.0.3, for generators that need it, instead of 3.1."`
}

// Run implements the command.
func (c openAPICommand) Run() error {
	path := "/v1/openapi.json"
	if c.Older {
		path = "/v1/openapi-3.0.json"
	}
	_, err := os.Stdout.Write(append(api.Document(path), '\n'))
	return err
}
