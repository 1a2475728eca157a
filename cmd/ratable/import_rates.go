package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"ratable/entities"
	"ratable/internal/access"
)

type importRates struct {
	File   string `arg:"" help:"CSV file as the European Central Bank publishes it, unzipped; - is standard input."`
	DryRun bool   `help:"Say what would happen and change nothing."`
}

// Run records each rate once; one that differs from what is recorded is a correction, and both stay.
func (i *importRates) Run(ctx context.Context, c *Config) error {
	return c.with(ctx, i.File, func(file io.Reader, db *database) error {
		r, err := entities.ImportRates(ctx, db.DB, file, i.DryRun, today(), access.System("command line"))
		if err != nil {
			return fmt.Errorf("%s:\n%w", named(i.File), err)
		}
		verb := "recorded"
		if i.DryRun {
			verb = "would be recorded"
		}
		fmt.Printf("%s to %s: %d rates %s, %d of them corrections, %d known already.\n", r.First, r.Last, r.New+r.Changed, verb, r.Changed, r.Known)
		for _, c := range r.Corrections {
			fmt.Printf("  %s %s/%s %s instead of %s\n", c.On, c.Base, c.Quote, c.Rate.Rate, c.Was.Rate)
		}
		if len(r.LeftOut) > 0 {
			fmt.Printf("Left out, as no currencies any more: %s.\n", strings.Join(r.LeftOut, ", "))
		}
		return nil
	})
}
