package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/opening"
)

type importOpening struct {
	File   string `arg:"" optional:"" help:"YAML or JSON file; - is standard input."`
	DryRun bool   `help:"Say what would be brought over, what differs from what we compute, and how it ties; change nothing."`
	Proof  bool   `help:"Show how the openings that were brought over tie to the old general ledger; no file is read."`
}

// Help shows what a file looks like.
func (importOpening) Help() string {
	return `A company comes from another system: its contracts are entered and approved, the usage of periods that are not over is
imported, and this file says where everything stood on the eve of the cut-over day. It is taken whole or refused whole.
  entity: nlus
  currency: USD
  cut_over: 2026-07-01               # the first day that is kept here
  treatment: keep                    # of figures that differ from what we compute: keep or correct; none: they are refused
  contracts:
    - contract: C-1
      lines: [{line: platform, recognized: 595.07}]
  invoices:                          # all of these contracts, as they stood after credits
    - {document: A-17, on: 2026-01-01, due: 2026-01-31, tax: 0, open: 200.00,
       lines: [{contract: C-1, line: platform, from: 2026-01-01, through: 2026-12-31, amount: 1200.00}]}
  balances: [{customer: acme, amount: 25.00}]
  tax_payable: 0
  control: {AccountsReceivable: 200.00, DeferredRevenue: -604.93, CustomerBalance: -25.00}
Another person looks at the proof in the web app (Opening balances) and seals it.`
}

// Run tries a file out, brings it over, or shows the proof.
func (i *importOpening) Run(ctx context.Context, c *Config) error {
	if i.Proof {
		return c.read(ctx, func(db *database) error { return showProofs(ctx, db) })
	}
	if i.File == "" {
		return fault.New(fault.Invalid, "no file is given: name one, or ask for --proof")
	}
	return c.with(ctx, i.File, func(file io.Reader, db *database) error {
		source, err := io.ReadAll(file)
		if err != nil {
			return err
		}
		do := opening.Import
		if i.DryRun {
			do = opening.Preview
		}
		r, err := do(ctx, db.DB, source, access.System("command line"))
		for _, d := range r.Differences {
			fmt.Fprintf(os.Stderr, "%s %s: %s by the old system %s, as we compute it %s, difference %s: %s\n", d.Contract, d.Line, d.What, d.Old.Display(), d.Ours.Display(), d.By().Display(), treated(d))
		}
		if err != nil {
			return fmt.Errorf("%s:\n%w", named(i.File), err)
		}
		verb := "brought over"
		if i.DryRun {
			verb = "to be brought over"
		}
		fmt.Printf("%s %s, %d there already: %s, %s, %s\n", counted(r.Accounts, "account", "accounts"), verb, r.Repeated,
			counted(r.Invoices, "invoice", "invoices"), counted(r.Receipts, "receipt", "receipts"), counted(r.Entries, "entry", "entries"))
		for _, row := range r.Rows {
			fmt.Printf("  %-20s %15s in the old general ledger, %15s in the file\n", row.Account, row.Control.Display(), row.Rows.Display())
		}
		return nil
	})
}

func treated(d opening.Difference) string {
	if d.Refused != "" {
		return d.Refused
	}
	return string(d.Treatment)
}

// showProofs prints every opening; what does not tie is an error.
func showProofs(ctx context.Context, db *database) error {
	open := 0
	err := db.Snapshot(ctx, func(tx pgx.Tx) error {
		all, err := opening.List(ctx, tx, 0)
		for _, k := range all {
			p, err := opening.Prove(ctx, tx, k)
			if err != nil {
				return err
			}
			showProof(p)
			if !p.Ties() {
				open++
			}
		}
		if len(all) == 0 {
			fmt.Println("no opening was brought over")
		}
		return err
	})
	if err == nil && open > 0 {
		err = errors.New("something does not tie; see above")
	}
	return err
}

func showProof(p opening.Proof) {
	sealed := "not sealed"
	if p.Sealed() {
		sealed = fmt.Sprintf("sealed on %s, %x", p.SealedAt.Format("2006-01-02"), p.Kept.Digest)
	}
	fmt.Printf("%s in %s from %s on: %s\n", p.File.Entity, p.Currency, p.CutOver, sealed)
	fmt.Printf("  %-20s %18s %18s %18s\n", "", "old general ledger", "rows", "booked")
	for _, r := range p.Rows {
		fmt.Printf("  %-20s %18s %18s %18s\n", r.Account, r.Control.Display(), r.Rows.Display(), r.Booked.Display())
	}
	fmt.Printf("  left of OpeningBalance: %s; %s against their schedule, %d wrong\n", p.Left.Display(), counted(p.Lines, "contract line", "contract lines"), len(p.Wrong))
	for _, w := range p.Wrong {
		fmt.Printf("  %s %s: %s deferred, %s still to be earned\n", w.Contract, w.Line, w.Deferred.Display(), w.Remaining.Display())
	}
	if p.Missing > 0 {
		fmt.Printf("  %s missing: send the file again\n", counted(p.Missing, "account is", "accounts are"))
	}
	for _, number := range p.Unmatched {
		fmt.Printf("  contract %s ran before that day and is not in the file\n", number)
	}
}
