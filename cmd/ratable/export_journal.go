package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/exports"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/ledger"
	"ratable/revrec"
)

type exportJournal struct {
	selection `embed:""`
	Format    revrec.Format `enum:"csv,hledger" default:"csv" help:"Without a target: csv or hledger, our accounts as they are."`
	Target    string        `help:"Mapped to another ledger's accounts: quickbooks, xero, netsuite, intacct, sap, csv, jsonl, xlsx, hledger, ledger or beancount." placeholder:"TARGET"`
	Currency  string        `help:"With a target: one currency. Default: each that the month has." placeholder:"USD"`
	Level     string        `help:"With a target: detailed or summarized." default:"detailed"`
	Dates     string        `help:"With a target: mdy, dmy or iso. Default: as the entity's country writes them." placeholder:"ORDER"`
	Out       string        `help:"With a target: the folder for its files." default:"." placeholder:"FOLDER"`
	Preview   bool          `help:"With a target: say what it would trip over, and record nothing."`
}

// Help shows examples below the flags.
func (exportJournal) Help() string {
	return `Examples:
  ratable export journal --month 2026-03 --format hledger | hledger -f - check -s
  ratable export journal --as-known nlus/2026-03 --format hledger            as it was known when March was closed
  ratable export journal --target netsuite --entity nlus --month 2026-03 --preview
  ratable export journal --target netsuite --entity nlus --month 2026-03 --out /tmp
  ratable export journal --format hledger --book ifrs --functional           the second book, in its entities' currencies
  ratable export journal --target beancount --entity nlus > book.beancount   the whole book, as the mapping stands`
}

// Run writes the journal to standard output, or batches for a target as files.
func (e *exportJournal) Run(ctx context.Context, c *Config) error {
	return c.read(ctx, func(db *database) error {
		f, err := e.filter(ctx, db)
		if err != nil {
			return err
		}
		if e.Target == "" {
			return revrec.Export(ctx, db.DB, os.Stdout, e.Format, f)
		}
		if f.Known != 0 {
			return fault.InvalidFields(fault.Field{Path: "--as-known", Message: "is of our own accounts: a mapping to another ledger's is as it stands; leave --target out"})
		}
		target, err := exports.ParseTarget(e.Target)
		if err != nil {
			return err
		}
		if e.Month == "" {
			f.Currency = money.Currency(e.Currency)
			content, err := exports.Whole(ctx, db.DB, target, f, exports.Options{})
			if err == nil {
				_, err = os.Stdout.Write(content)
			}
			return err
		}
		// A batch says what has gone to another ledger: one book goes there, in the currencies it was booked in.
		if f.Book != ledger.Primary || f.Functional {
			return fault.InvalidFields(fault.Field{Path: "--month", Message: "makes batches, of the primary book in its own currencies: leave it out for another book or for functional amounts"})
		}
		return e.batches(ctx, db, target, f)
	})
}

// batches prepares a batch for each currency of the month and writes its files beside each other.
func (e *exportJournal) batches(ctx context.Context, db *database, target exports.Target, f ledger.Filter) error {
	level, err := exports.ParseLevel(e.Level)
	if err != nil {
		return err
	}
	if f.Entity == 0 {
		return fault.InvalidFields(fault.Field{Path: "entity", Message: "is missing: a batch is of one legal entity"})
	}
	directory, err := entities.Load(ctx, db)
	if err != nil {
		return err
	}
	currencies, err := e.currencies(ctx, db, f)
	if err != nil {
		return err
	}
	for _, currency := range currencies {
		s := exports.Scope{Entity: f.Entity, Currency: currency, Month: f.From.MonthOf(), Target: target}
		if e.Preview {
			err = e.preview(ctx, db, s, level)
		} else {
			err = e.write(ctx, db, s, level)
		}
		if err != nil {
			return err
		}
	}
	if seller, _ := directory.ByID(f.Entity); len(currencies) == 0 {
		fmt.Fprintf(os.Stderr, "nothing is posted in %s of %s\n", seller.Code, e.Month)
	}
	return nil
}

// currencies are those posted in the month, or the one asked for.
func (e *exportJournal) currencies(ctx context.Context, db *database, f ledger.Filter) ([]money.Currency, error) {
	if e.Currency != "" {
		c, err := money.ParseCurrency(e.Currency)
		return []money.Currency{c}, err
	}
	return ledger.CurrenciesBooked(ctx, db, f)
}

func (e *exportJournal) preview(ctx context.Context, db *database, s exports.Scope, level exports.Level) error {
	d, err := exports.Preview(ctx, db, s, level, exports.Options{Dates: exports.Dates(e.Dates)})
	if err != nil {
		return err
	}
	fmt.Printf("%s %s %s: %d entries, debits and credits %s\n", s.Target, s.Month, s.Currency, d.Entries, d.Debit)
	for _, f := range d.Findings {
		fmt.Printf("  %s: %s (%d) %s\n", f.Severity, f.Text, f.Count, strings.Join(f.Journals, ", "))
	}
	for _, f := range d.Files {
		fmt.Printf("  %s: %d journals, %d lines\n", f.Name, f.Journals, f.Lines)
	}
	return nil
}

func (e *exportJournal) write(ctx context.Context, db *database, s exports.Scope, level exports.Level) error {
	by := access.System("command line")
	b, isNew, err := exports.Prepare(ctx, db.DB, s, level, exports.Options{Dates: exports.Dates(e.Dates)}, by)
	if err != nil {
		return err
	}
	err = db.Tx(ctx, func(tx pgx.Tx) (err error) { b, err = exports.HandOver(ctx, tx, b.ID, by); return err })
	if err != nil {
		return err
	}
	for _, f := range append(b.Files, exports.ControlFile(b)) {
		if err := os.WriteFile(filepath.Join(e.Out, f.Name), f.Content, 0o600); err != nil {
			return err
		}
		fmt.Println(filepath.Join(e.Out, f.Name))
	}
	if !isNew {
		fmt.Fprintf(os.Stderr, "nothing new is posted: batch %d again\n", b.ID)
	}
	return nil
}
