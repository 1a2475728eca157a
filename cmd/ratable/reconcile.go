package main

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/reconcile"
)

type reconcileCommand struct {
	Entity string       `help:"Code of one legal entity. Default: all." placeholder:"CODE"`
	Month  period.Month `help:"The month, such as 2026-03. Default: the last that is over." placeholder:"MONTH"`
	Format string       `enum:"text,json" default:"text" help:"What to write: text for people, json for programs."`
}

// Help is shown by ratable reconcile --help.
func (reconcileCommand) Help() string {
	return `Compares the two sides of 14 figures of a month, and the reports with each other, item by item.
The exit code is 1 when anything differs; what has no file to compare with is not loaded, and no difference.

Examples:
  ratable reconcile --month 2026-03
  ratable reconcile --entity nlus --format json | jq '.[] | select(.state == "difference")'`
}

// Run compares in one snapshot, so that both sides are of the same moment.
func (x *reconcileCommand) Run(ctx context.Context, c *Config) error {
	if x.Month.IsZero() {
		x.Month = today().MonthOf().Prev()
	}
	return c.read(ctx, func(db *database) error {
		var found []reconcile.Result
		names := map[entities.ID]string{}
		err := db.Snapshot(ctx, func(tx pgx.Tx) error {
			directory, err := entities.Load(ctx, tx)
			if err != nil {
				return err
			}
			if _, ok := directory.ByCode(x.Entity); x.Entity != "" && !ok {
				return fault.InvalidFields(fault.Field{Path: "entity", Value: x.Entity, Message: "is not one of our legal entities"})
			}
			for _, e := range directory.All() {
				if names[e.ID] = e.Code; x.Entity != "" && x.Entity != e.Code {
					continue
				}
				some, err := reconcile.All(ctx, tx, e.ID, x.Month)
				if err != nil {
					return err
				}
				found = append(found, some...)
			}
			return nil
		})
		if err != nil {
			return err
		}
		write := reconcile.WriteText
		if x.Format == "json" {
			write = reconcile.WriteJSON
		}
		if err := write(os.Stdout, func(id entities.ID) string { return names[id] }, found); err != nil {
			return fmt.Errorf("write the reconciliations: %w", err)
		}
		if n := reconcile.Differing(found); n > 0 {
			return fmt.Errorf("%d of %d reconciliations differ", n, len(found))
		}
		return nil
	})
}
