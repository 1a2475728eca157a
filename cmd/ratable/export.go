package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"ratable/closing"
	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

type exportCommand struct {
	Journal  exportJournal  `cmd:"" help:"The journal as CSV, for hledger, or for another ledger's import."`
	Trial    exportTrial    `cmd:"" help:"The trial balance as text."`
	Contract exportContract `cmd:"" help:"A contract's document, as it would be imported."`
}

// selection is what the exports of the ledger have in common.
type selection struct {
	Month  string `help:"One month, such as 2026-03. Default: everything." placeholder:"MONTH"`
	Entity string `help:"Code of one legal entity. Default: all." placeholder:"CODE"`

	AsKnown string `help:"As it was known at a close, such as nlus/2026-03, or at a place in the known order. The same bytes whenever asked." placeholder:"CLOSE"`
	Book    string `help:"us_gaap, the primary book, or ifrs: what is in every book and what is in it alone." default:"us_gaap"`

	Functional bool `help:"Amounts in the currency of each entity, whatever they were billed in."`
}

func (s selection) filter(ctx context.Context, q postgres.Querier) (ledger.Filter, error) {
	f := ledger.Filter{Book: ledger.Book(s.Book), Functional: s.Functional}
	if f.Book != ledger.USGAAP && f.Book != ledger.IFRS {
		return f, fault.InvalidFields(fault.Field{Path: "--book", Value: s.Book, Message: "is us_gaap or ifrs"})
	}
	if s.Month != "" {
		month, err := period.ParseMonth(s.Month)
		if err != nil {
			return f, err
		}
		f.From, f.Through = month.First(), month.End().AddDays(-1)
	}
	if s.Entity != "" {
		directory, err := entities.Load(ctx, q)
		if err != nil {
			return f, err
		}
		entity, ok := directory.ByCode(s.Entity)
		if !ok {
			return f, fault.InvalidFields(fault.Field{Path: "entity", Value: s.Entity, Message: "is not one of our legal entities"})
		}
		f.Entity = entity.ID
	}
	if s.AsKnown != "" {
		known, err := closing.Watermark(ctx, q, f.Entity, s.AsKnown)
		if err != nil {
			return f, err
		}
		f.Known = known
		return f, ledger.Final(ctx, q, known)
	}
	return f, nil
}

type exportTrial struct {
	selection `embed:""`
}

// Run prints accounts with opening, debits, credits and closing.
func (e *exportTrial) Run(ctx context.Context, c *Config) error {
	return c.read(ctx, func(db *database) error {
		f, err := e.filter(ctx, db)
		if err != nil {
			return err
		}
		trial, err := ledger.TrialBalance(ctx, db, f)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(out, "account\t\tcurrency\topening\tdebit\tcredit\tclosing\t")
		for _, r := range trial.Rows {
			fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t\n", int(r.Account), r.Account, r.Currency, r.Opening, r.Debit, r.Credit, r.Closing)
		}
		for _, r := range trial.Totals() {
			fmt.Fprintf(out, "\ttotal\t%s\t%s\t%s\t%s\t%s\t\n", r.Currency, r.Opening, r.Debit, r.Credit, r.Closing)
		}
		return out.Flush()
	})
}

type exportContract struct {
	Number  string `arg:"" help:"The contract's number."`
	Version int    `help:"Which version. Default: the latest."`
}

// Run prints the document; importing it again changes nothing.
func (e *exportContract) Run(ctx context.Context, c *Config) error {
	return c.read(ctx, func(db *database) error {
		contract, err := contracts.Get(ctx, db, e.Number)
		if err != nil {
			return err
		}
		revision := contract.Latest()
		if e.Version != 0 {
			if e.Version < 1 || e.Version > len(contract.History) {
				return fault.InvalidFields(fault.Field{Path: "version", Value: fmt.Sprint(e.Version), Message: fmt.Sprintf("contract %s has versions 1 to %d", e.Number, len(contract.History))})
			}
			revision = contract.History[e.Version-1]
		}
		document, err := contracts.Export(revision.Document)
		if err != nil {
			return err
		}
		_, err = os.Stdout.Write(document)
		return err
	})
}

// read opens the database around a command that only reads.
func (c *Config) read(ctx context.Context, do func(*database) error) error {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	return do(db)
}
