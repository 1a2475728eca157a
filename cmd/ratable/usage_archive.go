package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/usage"
)

type usageArchive struct {
	Before period.Month `help:"Archive every month before this one, such as 2024-01." placeholder:"MONTH" xor:"what" required:""`
	Verify string       `help:"Read an archive again and hold it to its manifest and to the rollups." placeholder:"FILE" xor:"what" required:""`
	Folder string       `help:"Where archives are kept. Default: HOME/archive." placeholder:"DIR"`
}

// Help is shown by ratable usage archive --help.
func (usageArchive) Help() string {
	return `Each month becomes a gzip file of CloudEvents, one a line, with a manifest beside it: sums by account, customer, meter
and day, corrections, SHA-256. It is read back and recounted with the rollups before the month is dropped, in one
transaction. Rollups, ids and corrections stay: an archived event that comes again is still known.

Examples:
  ratable usage archive --before 2024-01
  ratable usage archive --verify usage-2023-12.1.ndjson.gz`
}

// Run archives or verifies.
func (x *usageArchive) Run(ctx context.Context, c *Config) error {
	if !x.Before.IsZero() && x.Before.After(today().MonthOf()) {
		return fault.InvalidFields(fault.Field{Path: "--before", Value: x.Before.String(), Message: "would archive a month that is not over"})
	}
	folder, err := c.archives(x.Folder)
	if err != nil {
		return err
	}
	return c.read(ctx, func(db *database) error {
		if x.Verify != "" {
			return verifyArchive(ctx, db, inFolder(folder, x.Verify))
		}
		all, err := archiveBefore(ctx, db.DB, x.Before, folder, access.System("command line"))
		if err == nil && len(all) == 0 {
			fmt.Printf("No events before %s are left to archive\n", x.Before)
		}
		for _, a := range all {
			fmt.Printf("%s: %s, SHA-256 %x\n", filepath.Join(folder, a.File), counted(int(a.Events), "event", "events"), a.SHA256)
		}
		return err
	})
}

func verifyArchive(ctx context.Context, db *database, path string) error {
	v, err := usage.VerifyArchive(ctx, db.DB, path)
	if err != nil {
		return err
	}
	for _, d := range v.Differences {
		fmt.Println(d)
	}
	if len(v.Differences) > 0 {
		return fault.New(fault.Conflict, "%s is not what the database has of %s", path, v.Month)
	}
	fmt.Printf("%s: %s of %s, as archived; the rollups equal a recount\n", path, counted(int(v.Events), "event", "events"), v.Month)
	return nil
}

// archiveBefore keeps single events of the meters that some contract prices by event.
func archiveBefore(ctx context.Context, db *postgres.DB, before period.Month, folder string, by access.Actor) ([]usage.Archive, error) {
	accounts, err := customers.Accounts(ctx, db)
	if err != nil {
		return nil, err
	}
	ids := make([]customers.AccountID, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	agreed, err := contracts.LoadAgreements(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	var single []string
	for _, all := range agreed {
		single = append(single, contracts.SingleEvents(all)...)
	}
	return usage.ArchiveBefore(ctx, db, before, folder, single, by, nil)
}

// archives is the folder of archives of usage.
func (c *Config) archives(folder string) (string, error) {
	if folder != "" {
		return folder, nil
	}
	home, err := c.home()
	return filepath.Join(home, "archive"), err
}

// inFolder finds an archive by its path, or by its name among the others.
func inFolder(folder, file string) string {
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) && filepath.Base(file) == file {
		return filepath.Join(folder, file)
	}
	return file
}

type usageHold struct {
	File   string   `arg:"" help:"The archive, such as usage-2024-01.1.ndjson.gz."`
	Meter  []string `help:"Code of a meter; may be given several times." required:"" placeholder:"CODE"`
	Folder string   `help:"Where archives are kept. Default: HOME/archive." placeholder:"DIR"`
}

// Run brings events back.
func (x *usageHold) Run(ctx context.Context, c *Config) error {
	folder, err := c.archives(x.Folder)
	if err != nil {
		return err
	}
	return c.read(ctx, func(db *database) error {
		n, err := usage.Hold(ctx, db.DB, inFolder(folder, x.File), x.Meter, access.System("command line"))
		if err == nil {
			fmt.Printf("%s brought back\n", counted(int(n), "event", "events"))
		}
		return err
	})
}
