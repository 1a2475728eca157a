// Command ratable is the contract-to-revenue back office in one binary: server,
// worker, migrations, jobs by hand, simulation, import and export.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"ratable/internal/fault"
)

// Exit codes: scripts tell bad input, which a person must mend, from a failure,
// which may go away.
const (
	exitFailure  = 1
	exitBadInput = 2
)

// cli is the command line; kong prints its help from the tags.
type cli struct {
	Config `embed:""`

	Serve     serveCommand     `cmd:"" help:"Serve the web app and the API, and run the scheduler."`
	Worker    workerCommand    `cmd:"" help:"Run only the scheduler: jobs and outgoing mail."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database up to this version."`
	Demo      demoCommand      `cmd:"" help:"Fill an empty database with a demo company, then serve it."`
	Run       runCommand       `cmd:"" help:"Run a job by hand for a day."`
	Simulate  simulateCommand  `cmd:"" help:"Play a contract and dated facts in memory: invoices, revenue, journal."`
	Examples  examplesCommand  `cmd:"" help:"Put worked cases of revenue recognition to the engine and compare."`
	Import    importCommand    `cmd:"" help:"Bring facts in: usage, contracts, bank statements."`
	Cohort    cohortCommand    `cmd:"" help:"Customers who come from another billing system: how far they are, side by side, move, take back."`
	Verify    verifyCommand    `cmd:"" help:"Compute the hashes of closed months again and say what differs."`
	Export    exportCommand    `cmd:"" help:"Write out a ledger, a contract or a trial balance."`
	Reconcile reconcileCommand `cmd:"" help:"Compare what must agree in a month: 14 reconciliations and the reports among each other."`
	Report    reportCommand    `cmd:"" help:"Write a report of finance as text, CSV or workbook; without a name, list them."`
	Usage     usageCommand     `cmd:"" help:"Correct usage: amend and retract events, replace a stretch."`
	Catalog   catalogCommand   `cmd:"" help:"Compare, change and write out the catalog: products, meters, plans."`
	OpenAPI   openAPICommand   `cmd:"" name:"openapi" help:"Print the description of the API as OpenAPI, for generators of clients."`
	Schema    schemaCommand    `cmd:"" help:"Print the database schema." hidden:""`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

const description = `Ratable: from signed contract to revenue ledger.

Examples:
  ratable demo                                          a demo company on an embedded PostgreSQL
  ratable simulate deal.yaml --format text              every invoice and month of revenue, nothing stored
  ratable run invoices --as-of 2026-03-01               what is due on a day, issued once
  ratable export journal --month 2026-03 --format hledger > march.journal`

func main() { os.Exit(run(os.Args[1:])) }

// run is main that can be tested: it returns the exit code.
func run(args []string) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("ratable"), kong.Description(description),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		panic(err) // the tags above are wrong
	}
	// Ctrl-C asks for a clean stop; a second one, after stop is called, kills.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ratable:", err)
		return exitBadInput
	}
	command.BindTo(ctx, (*context.Context)(nil))
	if err := command.Run(&c.Config); err != nil {
		return report(err)
	}
	return 0
}

// report prints an error for people and picks the exit code.
func report(err error) int {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "ratable: stopped")
		return exitFailure
	}
	fmt.Fprintln(os.Stderr, "ratable:", err)
	if kind := fault.Kind(err); kind == fault.Invalid || kind == fault.NotFound {
		return exitBadInput
	}
	return exitFailure
}
