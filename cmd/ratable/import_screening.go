package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
)

type importScreening struct {
	Dir string `arg:"" help:"Folder with sdn.csv, add.csv, alt.csv and sdn_comments.csv as OFAC publishes them." type:"path"`
}

// Run keeps the list as a new version and screens every customer against it.
func (i *importScreening) Run(ctx context.Context, c *Config) error {
	list, err := readScreening(i.Dir)
	if err != nil {
		return err
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	by := access.System("command line")
	var kept customers.ScreenVersion
	var isNew bool
	if err := db.Tx(ctx, func(tx pgx.Tx) (err error) {
		kept, isNew, err = customers.ImportScreening(ctx, tx, list, today(), by)
		return err
	}); err != nil {
		return err
	}
	word := "is the list that counts already"
	if isNew {
		word = "counts from now on"
	}
	fmt.Printf("%s, list %d with %d entries and %d names, %s.\n", kept.Source, kept.ID, kept.Entries, kept.Names, word)
	draw := progress("screening")
	done, err := customers.ScreenAll(ctx, db.DB, today(), by, func(n int) { draw(int64(n), 0, "customers screened") })
	fmt.Printf("%d customers screened, %d possible matches wait at /screening.\n", done.Compared, done.Possible)
	return err
}

// readScreening reads the files of a folder, whichever spelling of their names it has. Only sdn.csv must be there.
func readScreening(dir string) (customers.ScreenList, error) {
	var files customers.OFAC
	for name, into := range map[string]*[]byte{"sdn.csv": &files.SDN, "add.csv": &files.Addresses, "alt.csv": &files.Aliases, "sdn_comments.csv": &files.Comments} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			content, err = os.ReadFile(filepath.Join(dir, strings.ToUpper(name)))
		}
		switch {
		case errors.Is(err, os.ErrNotExist) && name == "sdn.csv":
			return customers.ScreenList{}, fault.New(fault.NotFound, "there is no file sdn.csv in %s", dir)
		case err != nil && !errors.Is(err, os.ErrNotExist):
			return customers.ScreenList{}, err
		}
		*into = content
	}
	return customers.ParseOFAC(files)
}
