package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/onboarding"
)

// importCohort is a file of customers who come from another billing system.
type importCohort struct {
	File     string `arg:"" optional:"" help:"CSV, YAML or JSON file; of contracts also a folder or zip archive of documents; - is standard input."`
	Cohort   string `help:"The customers who move together: small letters, digits, - and _."`
	DryRun   bool   `help:"Check everything as it would be and change nothing."`
	Partial  bool   `help:"Take the rows that are right up although others are refused."`
	Errors   string `help:"Write the refused rows here, with what is wrong: correct them there and send that file." placeholder:"OUT"`
	Template bool   `help:"Print a file to begin with, and what each column holds; no file is read."`
}

type (
	importCustomers struct{ importCohort }
	importContracts struct{ importCohort }
	importInvoices  struct{ importCohort }
	importBalances  struct{ importCohort }
)

// Run takes a file of customers up.
func (i *importCustomers) Run(ctx context.Context, c *Config) error {
	return i.take(ctx, c, onboarding.Customers)
}

// Run takes a file of contracts up, as drafts.
func (i *importContracts) Run(ctx context.Context, c *Config) error {
	return i.take(ctx, c, onboarding.Contracts)
}

// Run takes up what the other system invoiced.
func (i *importInvoices) Run(ctx context.Context, c *Config) error {
	return i.take(ctx, c, onboarding.Invoices)
}

// Run takes up what else stands open.
func (i *importBalances) Run(ctx context.Context, c *Config) error {
	return i.take(ctx, c, onboarding.Balances)
}

func (i *importCohort) take(ctx context.Context, c *Config, kind onboarding.Kind) error {
	if i.Template {
		fmt.Print(onboarding.Template(kind))
		for _, column := range onboarding.Columns(kind) {
			fmt.Fprintf(os.Stderr, "%-18s %s\n", column.Name, column.About)
		}
		return nil
	}
	if i.File == "" {
		return fault.New(fault.Invalid, "no file is given: name one, or ask for --template")
	}
	source, err := gathered(i.File)
	if err != nil {
		return err
	}
	return c.read(ctx, func(db *database) error {
		draw := progress(string(kind))
		r, err := onboarding.Import(ctx, db.DB, kind, source, onboarding.Options{
			Cohort: i.Cohort, Name: filepath.Base(i.File), DryRun: i.DryRun, Partial: i.Partial, Today: today(),
			Progress: func(done, total int) { draw(int64(done), int64(total), "rows") },
		}, access.System("command line"))
		if err != nil {
			return fmt.Errorf("%s:\n%w", named(i.File), err)
		}
		return i.tell(r)
	})
}

// gathered reads a file, or the documents of a folder one after another.
func gathered(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		file, err := open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return io.ReadAll(io.LimitReader(file, onboarding.MaxFile+1))
	}
	var all [][]byte
	err = filepath.WalkDir(name, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !onboarding.IsDocument(path) {
			return err
		}
		text, err := os.ReadFile(path)
		all = append(all, text)
		return err
	})
	if err == nil && len(all) == 0 {
		err = fault.New(fault.Invalid, "the folder %s holds no document that ends in .yaml, .yml or .json", name)
	}
	return onboarding.Joined(all), err
}

// tell prints what became of the rows, and writes the error file.
func (i *importCohort) tell(r onboarding.Report) error {
	refused := r.Count(onboarding.Refused)
	for _, row := range r.Rows {
		for _, f := range row.Fields {
			fmt.Fprintln(os.Stderr, f)
		}
	}
	if i.Errors != "" && refused > 0 {
		file, err := os.Create(i.Errors)
		if err != nil {
			return err
		}
		err = r.WriteErrors(file)
		if closing := file.Close(); err == nil {
			err = closing
		}
		if err != nil {
			return err
		}
	}
	fmt.Printf("%d new, %d changed, %d unchanged, %d refused%s\n", r.Count(onboarding.Made), r.Count(onboarding.Changed), r.Count(onboarding.Unchanged), refused, i.left(r))
	if refused > 0 && !r.Written && !r.DryRun {
		return fault.New(fault.Invalid, "nothing was taken up, because rows are refused: correct them, or take the others up with --partial")
	}
	if refused > 0 {
		return fault.New(fault.Invalid, "%s", strings.TrimSpace(counted(refused, "row is", "rows are")+" refused: correct them and send them again"+into(i.Errors)))
	}
	return nil
}

func (i *importCohort) left(r onboarding.Report) string {
	if r.DryRun {
		return " (tried out, nothing is changed)"
	}
	return ""
}

func into(errors string) string {
	if errors == "" {
		return " (--errors OUT writes them into a file)"
	}
	return ", they are in " + errors
}
