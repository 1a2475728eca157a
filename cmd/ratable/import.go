package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/payments"
	"ratable/usage"
)

type importCommand struct {
	Usage     importUsage     `cmd:"" help:"Usage events from CSV: source,id,customer,meter,occurred_at,quantity[,dim.*]."`
	Billing   importBilling   `cmd:"" help:"What another system billed: invoices, payments, credits, usage, opening balances; JSON lines or CSV."`
	Customers importCustomers `cmd:"" help:"Customers who come from another billing system, for a cohort: CSV, YAML or JSON; refused rows come back in a file."`
	Contracts importContracts `cmd:"" help:"Their contracts, as drafts: CSV, documents, a folder or zip of them."`
	Invoices  importInvoices  `cmd:"" help:"What the other system invoiced them, with payments and credits: CSV."`
	Balances  importBalances  `cmd:"" help:"What else stands open with them, and what was earned: CSV."`
	Opening   importOpening   `cmd:"" help:"Where a company stood when it came from another system: balances of contracts in mid-life, with a proof that they tie."`
	Contract  importContract  `cmd:"" help:"A contract document (YAML or JSON), as a draft to be approved in the web app."`
	Rates     importRates     `cmd:"" help:"Exchange rates of the European Central Bank: eurofxref.csv or eurofxref-hist.csv."`
	Screening importScreening `cmd:"" help:"A list of sanctioned parties from a folder, OFAC's CSV files; every customer is screened against it."`
	Statement importStatement `cmd:"" help:"A bank statement from CSV: date,amount,currency,payer,reference."`
}

// open reads a file, or standard input for "-".
func open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	file, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		err = fault.New(fault.NotFound, "there is no file %s", name)
	}
	return file, err
}

// named is what a message calls a file.
func named(name string) string {
	if name == "-" {
		return "standard input"
	}
	return name
}

// with opens the file and the database around a command.
func (c *Config) with(ctx context.Context, name string, do func(io.Reader, *database) error) error {
	file, err := open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	return do(file, db)
}

type importUsage struct {
	File string `arg:"" help:"CSV file; - is standard input."`
}

// Run counts each event once, however often the file is sent.
func (i *importUsage) Run(ctx context.Context, c *Config) error {
	return c.with(ctx, i.File, func(file io.Reader, db *database) error {
		draw := progress("usage")
		receipt, err := usage.ImportCSV(ctx, db.DB, file, time.Now(), access.System("command line"), func(r usage.Receipt) {
			draw(int64(r.Accepted+r.Repeated+r.Quarantined), 0, "events read")
		})
		fmt.Printf("%d accepted, %d known already, %d in quarantine, %d in conflict\n",
			receipt.Accepted, receipt.Repeated, receipt.Quarantined, len(receipt.Conflicts))
		for _, conflict := range receipt.Conflicts {
			known := "with quantity " + conflict.KeptQuantity()
			if conflict.Archived != "" {
				known = "with what the archive " + conflict.Archived + " says"
			}
			fmt.Fprintf(os.Stderr, "event %s of %s is known %s, not %s: the first stays\n",
				conflict.Kept.ID, conflict.Kept.Source, known, conflict.Offered.Quantity)
		}
		if err == nil && len(receipt.Conflicts) > 0 {
			err = errors.New("some events are known with other content; see above")
		}
		return err
	})
}

type importContract struct {
	File string `arg:"" help:"YAML or JSON file; - is standard input."`
}

// Run records the document as a draft. It is submitted and approved by people.
func (i *importContract) Run(ctx context.Context, c *Config) error {
	return c.with(ctx, i.File, func(file io.Reader, db *database) error {
		source, err := io.ReadAll(io.LimitReader(file, contracts.MaxDocument+1))
		if err != nil {
			return err
		}
		document, err := contracts.Parse(source)
		if err != nil {
			return fmt.Errorf("%s:\n%w", named(i.File), err)
		}
		return db.Tx(ctx, func(tx pgx.Tx) error {
			contract, err := contracts.Prepare(ctx, tx, document, today(), access.System("command line"))
			if err != nil {
				return fmt.Errorf("%s:\n%w", named(i.File), contracts.Placed(source, err))
			}
			fmt.Printf("Contract %s version %d is a draft.\n", contract.Number, contract.Latest().Number)
			return nil
		})
	})
}

type importStatement struct {
	File   string `arg:"" help:"CSV file; - is standard input."`
	DryRun bool   `help:"Say what would happen and change nothing."`
}

// Run records transfers and applies those that name an invoice.
func (i *importStatement) Run(ctx context.Context, c *Config) error {
	return c.with(ctx, i.File, func(file io.Reader, db *database) error {
		result, err := payments.ImportStatement(ctx, db.DB, file, i.DryRun, today(), access.System("command line"))
		for _, row := range result.Rows {
			fmt.Println(row)
		}
		return err
	})
}
