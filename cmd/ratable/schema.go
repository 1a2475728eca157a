package main

import (
	"context"
	"fmt"

	"ratable/internal/postgres"
)

type schemaCommand struct{}

// Run prints the schema of the migrated database on one page, for reading and for
// comparing (`make schema` keeps migrations/schema.sql).
func (schemaCommand) Run(ctx context.Context, c *Config) error {
	return c.read(ctx, func(db *database) error {
		dump, err := postgres.Dump(ctx, db.url)
		if err != nil {
			return err
		}
		fmt.Print(dump)
		return nil
	})
}
