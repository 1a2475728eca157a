package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/onboarding"
	"ratable/opening"
)

type cohortCommand struct {
	Name      string   `arg:"" help:"Name of the cohort."`
	Do        string   `arg:"" optional:"" default:"show" enum:"show,compare,move,take-back" help:"show, compare, move (asks for it: a person approves it in the web app) or take-back."`
	Customers []string `name:"customer" help:"Only these, by external id."`
	CutOver   string   `help:"Of a move: the first day that we bill, the first of a month." placeholder:"DAY"`
	Treatment string   `help:"Of a move: what becomes of what the other system billed or earned otherwise: keep or correct; none: it is refused."`
	Reason    string   `help:"Why, for who looks at it later."`
	Void      bool     `help:"Of take-back: void what we issued since the move."`
	CSV       string   `name:"csv" help:"Of compare: write every pair of lines here." placeholder:"OUT"`
}

// Run shows a cohort, or takes its next step.
func (c *cohortCommand) Run(ctx context.Context, config *Config) error {
	by := access.System("command line")
	return config.read(ctx, func(db *database) error {
		switch c.Do {
		case "compare":
			found, err := onboarding.RecordComparison(ctx, db.DB, c.Name, c.Customers, c.Reason, today(), by)
			if err != nil {
				return err
			}
			return c.compared(found)
		case "move":
			return c.ask(ctx, db, by)
		case "take-back":
			moved, err := onboarding.TakeBack(ctx, db.DB, c.Name, c.Customers, c.Reason, c.Void, today(), by)
			if err != nil {
				return err
			}
			return tellMoved(moved)
		}
		return c.show(ctx, db)
	})
}

func (c *cohortCommand) show(ctx context.Context, db *database) error {
	members, err := onboarding.Members(ctx, db.DB, c.Name)
	if err != nil {
		return err
	}
	for _, m := range members {
		since := m.On.String()
		if !m.CutOver.IsZero() {
			since += ", cut-over " + m.CutOver.String()
		}
		fmt.Printf("%-30s %-12s %s\n", m.Customer, strings.ReplaceAll(string(m.State), "_", " "), since)
	}
	if len(members) == 0 {
		fmt.Println("nobody is in this cohort")
	}
	return nil
}

func (c *cohortCommand) compared(found onboarding.Comparison) error {
	for _, p := range found.Pairs {
		if !p.Class.Agrees() {
			fmt.Printf("%s %s %s: %s, %s with tax: %s\n", p.Customer, p.Contract, p.Span(), p.Class, p.Gross().Display(), p.Why)
		}
	}
	for _, t := range found.Totals {
		fmt.Printf("%s: %s there, %s here, %d of %d lines to look at\n", t.Currency, t.Old.Display(), t.Ours.Display(), t.Differ(), lines(t))
	}
	for _, name := range found.Without {
		fmt.Fprintf(os.Stderr, "%s: nothing to compare: no contract, or no invoice of the other system\n", name)
	}
	if c.CSV == "" {
		return nil
	}
	file, err := os.Create(c.CSV)
	if err != nil {
		return err
	}
	err = found.WriteCSV(file)
	if closing := file.Close(); err == nil {
		err = closing
	}
	return err
}

func lines(t onboarding.Totals) int {
	n := 0
	for _, lines := range t.Lines {
		n += lines
	}
	return n
}

func (c *cohortCommand) ask(ctx context.Context, db *database, by access.Actor) error {
	day, err := period.ParseDate(c.CutOver)
	if err != nil {
		return fmt.Errorf("--cut-over: %w", err)
	}
	return db.Tx(ctx, func(tx pgx.Tx) error {
		asked, err := onboarding.AskMove(ctx, tx, onboarding.Ask{Cohort: c.Name, Customers: c.Customers, CutOver: day, Treatment: opening.Treatment(c.Treatment), Reason: c.Reason}, today(), by)
		if err == nil {
			fmt.Printf("asked for the move of %s on %s: a person with the role finance approves it at /imports/cohorts/%s\n", counted(len(asked), "customer", "customers"), day, c.Name)
		}
		return err
	})
}

func tellMoved(all []onboarding.Moving) error {
	var failed error
	for _, m := range all {
		if m.Err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", strings.Join(m.Customers, ", "), m.Err)
			failed = errors.New("some were not taken back; see above")
			continue
		}
		fmt.Printf("%s: the other system bills again", strings.Join(m.Customers, ", "))
		if len(m.Voided) > 0 {
			fmt.Printf("; voided %s", strings.Join(m.Voided, ", "))
		}
		fmt.Println()
	}
	return failed
}
