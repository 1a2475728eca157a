package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/closing"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// verifyCommand computes the seals of closed months again.
type verifyCommand struct {
	Entity string `help:"Code of one legal entity. Default: all." placeholder:"CODE"`
	Month  string `help:"One month, such as 2026-03. Default: every closed month." placeholder:"MONTH"`
}

// Help shows examples below the flags.
func (verifyCommand) Help() string {
	return `Computes the hash of every closed month again, from the books and the facts as they stand, and says the first month
and entry that differ. Exit code 0: nothing differs; 1: something does.

Examples:
  ratable verify
  ratable verify --entity nlus --month 2026-03`
}

// Run prints what holds and what does not.
func (v *verifyCommand) Run(ctx context.Context, c *Config) error {
	return c.read(ctx, func(db *database) error {
		var entity entities.ID
		var month period.Month
		if v.Entity != "" {
			directory, err := entities.Load(ctx, db)
			if err != nil {
				return err
			}
			e, ok := directory.ByCode(v.Entity)
			if !ok {
				return fault.InvalidFields(fault.Field{Path: "--entity", Value: v.Entity, Message: "is not one of our legal entities"})
			}
			entity = e.ID
		}
		if v.Month != "" {
			var err error
			if month, err = period.ParseMonth(v.Month); err != nil {
				return err
			}
		}
		var found closing.Verified
		err := db.Snapshot(ctx, func(tx pgx.Tx) (err error) {
			found, err = closing.Verify(ctx, tx, entity, month)
			return err
		})
		if err != nil {
			return err
		}
		return told(found)
	})
}

// told prints what was found; what differs is an error, so that scripts see it.
func told(v closing.Verified) error {
	fmt.Printf("As sealed: %s with %s\n", counted(v.Months, "closed month", "closed months"), counted(v.Entries, "entry", "entries"))
	for _, name := range v.Unsealed {
		fmt.Printf("%s was closed without a seal\n", name)
	}
	for _, b := range v.Broken {
		fmt.Println(b)
	}
	if len(v.Broken) > 0 {
		return fault.New(fault.Conflict, "%s differ from what was closed", counted(len(v.Broken), "legal entity's books", "legal entities' books"))
	}
	return nil
}
