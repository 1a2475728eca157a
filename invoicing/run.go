package invoicing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Options of a run. The zero value of each field but AsOf is a good default.
type Options struct {
	AsOf     period.Date
	Accounts []customers.AccountID // nil: all with contracts
	Batch    int                   // accounts per transaction; default 250
	Workers  int                   // deciding in parallel; default one per processor
	Progress func(done, total int64, note string)
}

func (o Options) withDefaults() Options {
	if o.Batch == 0 {
		o.Batch = 250
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Progress == nil {
		o.Progress = func(int64, int64, string) {}
	}
	return o
}

// Result is what a run did. Held is why it stopped before issuing anything;
// Overtaken is the later day whose run has issued what was due by then; LeftOut
// is what holds of single payers and contracts kept back while the others were
// billed.
type Result struct {
	Run       int64
	AsOf      period.Date
	Issued    Totals
	LeftOut   []RunHold
	Failures  []Failure
	Held      string
	Overtaken period.Date
}

// Failure is an account that could not be billed; the others were.
type Failure struct {
	Account customers.AccountID
	Err     error
}

// attempts bounds how often an account is loaded again after somebody else
// appended to it in between.
const attempts = 5

// Run issues everything due on a day: plan, compare with the last comparable
// run, and unless it strays append, batch by batch. It may be killed and run
// again, run twice, or run by two processes at once: each document is issued
// once, because its place in the account is taken once.
func Run(ctx context.Context, db *postgres.DB, o Options, by access.Actor) (Result, error) {
	o = o.withDefaults()
	doing := fmt.Sprintf("invoice run of %s", o.AsOf)
	// What a later run billed is not due on this day, and must not be taken back.
	last, err := latestFinished(ctx, db)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", doing, err)
	}
	if last.After(o.AsOf) {
		return Result{AsOf: o.AsOf, Overtaken: last}, nil
	}
	run, err := openRun(ctx, db, o.AsOf)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", doing, err)
	}
	r := &running{db: db, options: o, by: by, run: run, result: Result{Run: run.ID, AsOf: o.AsOf}}
	for _, step := range []func(context.Context) error{r.prepare, r.plan, r.issue, r.finish} {
		if err := step(ctx); err != nil {
			return r.result, fmt.Errorf("%s: %w", doing, err)
		}
		if r.result.Held != "" {
			break
		}
	}
	return r.result, nil
}

// running is one run under way.
type running struct {
	db       *postgres.DB
	options  Options
	by       access.Actor
	run      RunRecord
	world    World
	accounts []customers.AccountID
	planned  Totals
	withheld map[customers.AccountID][]Withheld
	troubled bool // some account could not be decided: issuing will say which
	result   Result
}

func (r *running) prepare(ctx context.Context) (err error) {
	if r.world, err = LoadWorld(ctx, r.db, r.options.AsOf); err != nil {
		return err
	}
	r.accounts = r.options.Accounts
	if r.accounts == nil {
		r.accounts, err = allAccounts(ctx, r.db)
	}
	return err
}

func allAccounts(ctx context.Context, q postgres.Querier) ([]customers.AccountID, error) {
	var out []customers.AccountID
	var after customers.AccountID
	for {
		page, err := contracts.Accounts(ctx, q, after, 10_000)
		if err != nil || len(page) == 0 {
			return out, err
		}
		out, after = append(out, page...), page[len(page)-1]
	}
}

// batches calls do with a few accounts at a time, reporting progress.
func (r *running) batches(note string, do func([]customers.AccountID) error) error {
	total := int64(len(r.accounts))
	for from := 0; from < len(r.accounts); from += r.options.Batch {
		if err := do(r.accounts[from:min(from+r.options.Batch, len(r.accounts))]); err != nil {
			return err
		}
		r.options.Progress(int64(min(from+r.options.Batch, len(r.accounts))), total, note)
	}
	return nil
}

// together bounds the batches that are looked at at once: each has a connection, and whoever shares the pool needs some too.
const together = 4

// sideBySide decides every account and changes nothing, some batches at once; note is called for one account at a time, in
// any order. Issuing goes batch by batch: numbers follow each other.
func (r *running) sideBySide(ctx context.Context, what string, note func(decided)) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(min(r.options.Workers, together), 1))
	var mu sync.Mutex
	done, total := int64(0), int64(len(r.accounts))
	for accounts := range slices.Chunk(r.accounts, r.options.Batch) {
		g.Go(func() error {
			decided, err := loadAndDecide(ctx, r.db, r.world, accounts, r.options)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, d := range decided {
				note(d)
			}
			done += int64(len(accounts))
			r.options.Progress(done, total, what)
			return nil
		})
	}
	return g.Wait()
}

// plan adds up what would be issued and holds the run when that strays: nothing
// has a number yet, so nothing wrong can be sent.
func (r *running) plan(ctx context.Context) error {
	r.planned, r.withheld = Totals{}, map[customers.AccountID][]Withheld{}
	err := r.sideBySide(ctx, "planning", func(d decided) {
		r.planned.add(d.Drafts)
		r.withhold(d)
		r.troubled = r.troubled || d.err != nil
	})
	if err != nil || r.planned.Documents == 0 {
		return err
	}
	return r.db.Tx(ctx, func(tx pgx.Tx) error {
		if r.run, err = lockRun(ctx, tx, r.options.AsOf); err != nil {
			return err
		}
		if r.result.Held, err = holds(ctx, tx, r.run, r.planned, r.world.Rates); err != nil {
			return err
		}
		event := "planned"
		if r.result.Held != "" {
			event = "held"
		}
		if r.run.State() == event { // looked at again, and nothing has changed
			return nil
		}
		return recordEvent(ctx, tx, r.run.ID, RunEvent{Event: event, Totals: r.planned, Reason: r.result.Held}, r.by)
	})
}

func (r *running) issue(ctx context.Context) error {
	if r.planned.Documents == 0 && !r.troubled {
		return nil
	}
	return r.batches("issuing", func(accounts []customers.AccountID) error {
		err := r.issueBatch(ctx, accounts)
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		// Something in the batch stands in the way of the others: go on one by one.
		for _, a := range accounts {
			r.issueAlone(ctx, a)
		}
		return ctx.Err()
	})
}

// issueAlone loads one account until nobody else is appending to it.
func (r *running) issueAlone(ctx context.Context, account customers.AccountID) {
	var err error
	for range attempts {
		if err = r.issueBatch(ctx, []customers.AccountID{account}); err == nil || !errors.Is(err, fault.Conflict) {
			break
		}
	}
	if err != nil && ctx.Err() == nil {
		r.result.Failures = append(r.result.Failures, Failure{account, err})
	}
}

// issueBatch loads, decides and appends some accounts in one transaction: either
// all their documents stand with numbers, entries, audit and e-mail, or none.
func (r *running) issueBatch(ctx context.Context, accounts []customers.AccountID) error {
	decided, err := loadAndDecide(ctx, r.db, r.world, accounts, r.options)
	if err != nil {
		return err
	}
	var issued Totals
	err = r.db.Tx(ctx, func(tx pgx.Tx) error {
		issued = Totals{}
		for _, d := range decided {
			if d.err != nil && len(accounts) > 1 {
				return d.err
			}
			issued.add(d.Drafts)
		}
		if err := heldSince(ctx, tx, decided); err != nil {
			return err
		}
		return appendDrafts(ctx, tx, r.run.ID, r.world, decided, r.by)
	})
	if err == nil && len(decided) == 1 && decided[0].err != nil {
		err = decided[0].err
	}
	if err == nil {
		r.result.Issued.merge(issued)
		for _, d := range decided {
			r.withhold(d)
		}
	}
	return err
}

// withhold notes what holds keep back in an account, as it was last looked at.
func (r *running) withhold(d decided) {
	if len(d.Withheld) > 0 {
		r.withheld[d.facts.Account] = d.Withheld
	} else {
		delete(r.withheld, d.facts.Account)
	}
}

// finish records the outcome, unless there was nothing to do and that is known
// already: running twice changes nothing.
func (r *running) finish(ctx context.Context) error {
	var withheld []Withheld
	for _, account := range slices.Sorted(maps.Keys(r.withheld)) {
		withheld = append(withheld, r.withheld[account]...)
	}
	if r.result.LeftOut = leftOut(withheld); len(withheld) > 0 {
		if err := r.db.Tx(ctx, func(tx pgx.Tx) error { return recordHolds(ctx, tx, r.run.ID, r.result.LeftOut) }); err != nil {
			return err
		}
	}
	if r.result.Issued.Documents == 0 && len(r.result.Failures) == 0 && r.run.Finished() && !r.run.Failing() {
		return nil
	}
	return r.db.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := lockRun(ctx, tx, r.options.AsOf); err != nil {
			return err
		}
		if err := recordFailures(ctx, tx, r.run.ID, r.result.Failures); err != nil {
			return err
		}
		return recordEvent(ctx, tx, r.run.ID, RunEvent{Event: "finished", Totals: r.result.Issued, Failures: len(r.result.Failures)}, r.by)
	})
}
