package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/web"
)

type catalogCommand struct {
	Plan   catalogPlan   `cmd:"" help:"Show what a catalog file would change, and which contracts that is about."`
	Apply  catalogApply  `cmd:"" help:"Record what a catalog file changes, to be approved in the web app."`
	Export catalogExport `cmd:"" help:"Write the catalog out as a file."`
}

// Help shows the round trip below the commands.
func (catalogCommand) Help() string {
	return `Examples:
  ratable catalog export > catalog.yaml     the newest version of everything
  ratable catalog plan catalog.yaml         nothing to do; after an edit, what it would change
  ratable catalog apply catalog.yaml        recorded; it counts once another person approved it`
}

// catalogFile is what plan and apply are about.
type catalogFile struct {
	File string `arg:"" help:"Catalog document, YAML or JSON; - is standard input."`
}

// compare reads the file and holds it against the catalog. Findings name the file's lines.
func (f catalogFile) compare(ctx context.Context, file io.Reader, db *database, asOf period.Date) (comparison, error) {
	c := comparison{asOf: asOf}
	source, err := io.ReadAll(io.LimitReader(file, catalog.MaxDocument+1))
	if err != nil {
		return c, err
	}
	c.checks, err = web.CatalogChecks(ctx, db)
	if err != nil {
		return c, err
	}
	if c.document, err = catalog.Parse(source, c.checks); err == nil {
		c.changes, c.touched, err = web.CompareCatalog(ctx, db, c.document, c.asOf, c.checks)
	}
	if err != nil {
		return c, fmt.Errorf("%s:\n%w", named(f.File), catalog.Placed(source, err))
	}
	return c, nil
}

// comparison is a file beside the catalog.
type comparison struct {
	asOf     period.Date
	checks   catalog.Checks
	document catalog.Document
	changes  catalog.Changes
	touched  []contracts.Touch
}

type catalogPlan struct {
	catalogFile `embed:""`
	AsOf        period.Date `help:"The day to compare on, such as 2026-03-01. Default today." placeholder:"DAY"`
}

// Run prints the difference and changes nothing.
func (p *catalogPlan) Run(ctx context.Context, c *Config) error {
	return c.with(ctx, p.File, func(file io.Reader, db *database) error {
		if p.AsOf.IsZero() {
			p.AsOf = today()
		}
		compared, err := p.compare(ctx, file, db, p.AsOf)
		if err != nil {
			return err
		}
		compared.print(os.Stdout)
		return nil
	})
}

func (c comparison) print(out io.Writer) {
	for i, x := range c.changes.List {
		printChange(out, x, c.touched[i].Says(x))
	}
	if len(c.changes.List) == 0 {
		fmt.Fprintln(out, "Nothing to do: the catalog says all of it already.")
		return
	}
	fmt.Fprintf(out, "%d to change, %d unchanged, nothing removed.\n", len(c.changes.List), c.changes.Unchanged)
}

// printChange writes one change the way people read a difference: + is new, ~ changes, - retires.
func printChange(out io.Writer, c catalog.Change, contracts []string) {
	mark, what := "+", "is new"
	switch {
	case c.Retires:
		mark, what = "-", fmt.Sprintf("retires from %s", c.StartsOn)
	case c.Base > 0:
		mark, what = "~", fmt.Sprintf("version %d from %s", c.Base+1, c.StartsOn)
	case !c.StartsOn.IsZero():
		what = fmt.Sprintf("is new, from %s", c.StartsOn)
	}
	fmt.Fprintf(out, "%s %s (%s) %s\n", mark, c.Key(), c.Name, what)
	for _, f := range c.Fields {
		switch {
		case c.Base == 0 || f.Old == "":
			fmt.Fprintf(out, "    %s: %s\n", f.Path, f.New)
		case f.New == "":
			fmt.Fprintf(out, "    %s: %s -> nothing\n", f.Path, f.Old)
		default:
			fmt.Fprintf(out, "    %s: %s -> %s\n", f.Path, f.Old, f.New)
		}
	}
	if !c.Instead.IsZero() {
		contracts = append([]string{fmt.Sprintf("version %d, which would have counted from %s, never does", c.Base, c.Instead)}, contracts...)
	}
	for _, text := range contracts {
		fmt.Fprintf(out, "    %s.\n", strings.ToUpper(text[:1])+text[1:])
	}
}

type catalogApply struct {
	catalogFile `embed:""`
	Reason      string `help:"Why, for those who approve it."`
}

// Run records the change. Nobody approves it here: on a command line nobody is signed in.
func (a *catalogApply) Run(ctx context.Context, c *Config) error {
	return c.with(ctx, a.File, func(file io.Reader, db *database) error {
		compared, err := a.compare(ctx, file, db, today())
		if err != nil {
			return err
		}
		compared.print(os.Stdout)
		var p catalog.Proposal
		err = db.Tx(ctx, func(tx pgx.Tx) (err error) {
			p, err = catalog.Propose(ctx, tx, compared.document, a.Reason, compared.asOf, compared.checks, access.System("command line"))
			return err
		})
		if err != nil || p.ID == 0 {
			return err
		}
		next := "Submit it in the web app"
		if p.State() == catalog.Submitted {
			next = "It was submitted already"
		}
		fmt.Printf("Recorded as change %d. %s, at /catalog/changes/%d; it counts once another person of product or finance has approved it there.\n", p.ID, next, p.ID)
		return nil
	})
}

type catalogExport struct{}

// Run prints the newest version of everything; planning the output shows no change.
func (catalogExport) Run(ctx context.Context, c *Config) error {
	return c.read(ctx, func(db *database) error {
		sold, err := catalog.Load(ctx, db)
		if err != nil {
			return err
		}
		text, err := catalog.Export(sold.Newest())
		if err != nil {
			return err
		}
		_, err = os.Stdout.Write(text)
		return err
	})
}
