package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/reports"
)

type reportCommand struct {
	Name     string `arg:"" optional:"" help:"Code of the report. Without one, the reports there are."`
	Entity   string `help:"Code of the legal entity. Default: the only one." placeholder:"CODE"`
	Currency string `help:"Default: the entity's own." placeholder:"CODE"`
	Month    string `help:"As booked through the end of this month. Default: the last that is over." placeholder:"MONTH"`
	From     string `help:"First month of a report over a stretch." placeholder:"MONTH"`
	Since    string `help:"Compare with what was known when this month was closed." placeholder:"MONTH"`
	By       string `help:"How it is laid out: product, customer, country."`
	Book     string `enum:"us_gaap,ifrs" default:"us_gaap" help:"us_gaap or ifrs."`
	Table    string `help:"Which table a CSV is of. Default: the first."`
	Format   string `enum:"text,csv,xlsx" default:"text" help:"text, csv or xlsx."`
}

// Run writes a report to the output, with the cents of its page.
func (r *reportCommand) Run(ctx context.Context, c *Config) error {
	if r.Name == "" {
		return listReports()
	}
	chosen, err := reports.Find(r.Name)
	if err != nil {
		return err
	}
	return c.read(ctx, func(db *database) error {
		return db.Snapshot(ctx, func(tx pgx.Tx) error {
			s, err := r.scope(ctx, tx)
			if err != nil {
				return err
			}
			d, err := reports.Draw(ctx, tx, chosen, s)
			if err != nil {
				return err
			}
			switch r.Format {
			case "csv":
				t, ok := d.Table(r.Table)
				if !ok {
					return fault.InvalidFields(fault.Field{Path: "table", Value: r.Table, Message: "is none of the report's: " + strings.Join(tableNames(d), ", ")})
				}
				return reports.WriteCSV(os.Stdout, d, t)
			case "xlsx":
				return reports.WriteXLSX(os.Stdout, d)
			}
			return reports.WriteText(os.Stdout, d)
		})
	})
}

func listReports() error {
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	for _, r := range reports.All {
		fmt.Fprintf(w, "%s\t%s\n", r.Code, r.Question)
	}
	return w.Flush()
}

func tableNames(d reports.Drawn) (out []string) {
	for _, t := range d.Tables {
		out = append(out, t.Name)
	}
	return out
}

// scope reads what was asked for; what is left out has the meaning it has on the page.
func (r *reportCommand) scope(ctx context.Context, tx pgx.Tx) (reports.Scope, error) {
	directory, err := entities.Load(ctx, tx)
	if err != nil {
		return reports.Scope{}, err
	}
	s := reports.Scope{By: r.By, Month: today().AddDays(1).MonthOf().Prev()}
	if ledger.Book(r.Book) != ledger.Primary {
		s.Book = ledger.Book(r.Book)
	}
	found := false
	if s.Entity, found = directory.ByCode(r.Entity); r.Entity == "" && len(directory.All()) == 1 {
		s.Entity, found = directory.All()[0], true
	}
	if !found {
		var codes []string
		for _, e := range directory.All() {
			codes = append(codes, e.Code)
		}
		return s, fault.InvalidFields(fault.Field{Path: "entity", Value: r.Entity, Message: "must be one of our legal entities: " + strings.Join(codes, ", ")})
	}
	if s.Currency = s.Entity.Currency; r.Currency != "" {
		if s.Currency, err = money.ParseCurrency(r.Currency); err != nil {
			return s, fault.InvalidFields(fault.Field{Path: "currency", Value: r.Currency, Message: "is not an ISO 4217 currency code such as USD or EUR"})
		}
	}
	for _, m := range []struct {
		name, text string
		into       *period.Month
	}{{"month", r.Month, &s.Month}, {"from", r.From, &s.From}, {"since", r.Since, &s.Since}} {
		if m.text == "" {
			continue
		}
		if *m.into, err = period.ParseMonth(m.text); err != nil {
			return s, fault.InvalidFields(fault.Field{Path: m.name, Value: m.text, Message: "is not a month such as 2026-03"})
		}
	}
	return s, nil
}
