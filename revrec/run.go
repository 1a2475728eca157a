package revrec

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Options of a run. The zero value of each field but AsOf is a good default.
type Options struct {
	AsOf     period.Date           // every month that ended on or before it is recognized
	Accounts []customers.AccountID // nil: all with contracts
	Batch    int                   // accounts per transaction; default 250
	Workers  int                   // batches at once, and deciding in each; default one per processor
	Progress func(done, total int64, note string)

	// Adjusting is a legal entity whose soft-closed months take what is due of them, as an accountant's adjustments; 0: they
	// are passed over like closed ones.
	Adjusting entities.ID
}

func (o Options) withDefaults() Options {
	if o.Batch <= 0 {
		o.Batch = 250
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Progress == nil {
		o.Progress = func(int64, int64, string) {}
	}
	return o
}

// through is the last month that is over at the end of AsOf: 31 March includes
// March.
func (o Options) through() period.Month { return o.AsOf.AddDays(1).MonthOf().Prev() }

// Result is what a run did.
type Result struct {
	Through  period.Month
	Rows     int // schedule rows appended
	Entries  int
	Revenue  map[money.Currency]money.Amount // recognized by this run
	Failures []Failure
}

// Failure is an account whose revenue could not be recognized; the others' was.
type Failure struct {
	Account customers.AccountID
	Err     error
}

// attempts bounds how often an account is loaded again after somebody else
// appended to it in between.
const attempts = 5

// Run schedules and recognizes revenue of every month that ended on or before a
// day. It may be killed and run again, run twice, or run by two processes at
// once: each schedule row is recognized once, because places are taken once. A
// fact that arrives between load and append is left to the next run.
func Run(ctx context.Context, db *postgres.DB, o Options, by access.Actor) (Result, error) {
	r := &running{db: db, options: o.withDefaults(), by: by}
	r.result = Result{Through: o.through(), Revenue: map[money.Currency]money.Amount{}}
	doing := fmt.Sprintf("recognize revenue through %s", r.result.Through)
	if err := by.Require(access.Accountant, access.Finance); err != nil {
		return r.result, fmt.Errorf("%s: %w", doing, err)
	}
	if err := r.run(ctx); err != nil {
		return r.result, fmt.Errorf("%s: %w", doing, err)
	}
	return r.result, nil
}

// running is one run under way.
type running struct {
	db      *postgres.DB
	options Options
	by      access.Actor
	catalog *catalog.Catalog
	mu      sync.Mutex // guards what follows, and calls of Progress
	result  Result
}

func (r *running) run(ctx context.Context) (err error) {
	if r.catalog, err = catalog.Load(ctx, r.db); err != nil {
		return err
	}
	accounts := r.options.Accounts
	if accounts == nil {
		if accounts, err = everyAccount(ctx, r.db); err != nil {
			return err
		}
	}
	return r.sideBySide(ctx, accounts)
}

// together bounds the batches under way at once: each has a connection, and whoever shares the pool needs some too.
const together = 4

// sideBySide works on batches side by side: accounts do not touch each other.
func (r *running) sideBySide(ctx context.Context, accounts []customers.AccountID) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(min(r.options.Workers, together))
	done := 0
	for batch := range slices.Chunk(accounts, r.options.Batch) {
		g.Go(func() error {
			if err := r.insist(ctx, batch); err != nil {
				return err
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			done += len(batch)
			r.options.Progress(int64(done), int64(len(accounts)), "recognizing")
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	slices.SortFunc(r.result.Failures, func(a, b Failure) int { return cmp.Compare(a.Account, b.Account) })
	return nil
}

func everyAccount(ctx context.Context, q postgres.Querier) ([]customers.AccountID, error) {
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

// insist books a batch; when something in it stands in the way of the others, it
// goes on one by one and records what fails. Only the run's own end is an error.
func (r *running) insist(ctx context.Context, accounts []customers.AccountID) error {
	err := r.batch(ctx, accounts)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	for _, account := range accounts {
		for n := range attempts {
			if err = r.batch(ctx, []customers.AccountID{account}); err == nil || !overtaken(err) || n == attempts-1 {
				break
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.mu.Lock()
			r.result.Failures = append(r.result.Failures, Failure{account, err})
			r.mu.Unlock()
		}
	}
	return nil
}

// overtaken says that loading again may help: a place was taken, or a month
// closed, since the account was loaded.
func overtaken(err error) bool {
	return errors.Is(err, fault.Conflict) || errors.Is(err, fault.Closed)
}
