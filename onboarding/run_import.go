package onboarding

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"ratable/catalog"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Options of an import.
type Options struct {
	Cohort   string
	Name     string // of the file, for the record
	DryRun   bool   // everything is checked as it would be, and nothing stays
	Partial  bool   // rows that are refused do not keep the others back
	Today    period.Date
	Owner    int64 // who looks into the holds on contracts; default who imports
	Progress func(done, total int)
}

// place is where a unit is applied.
type place struct {
	ctx context.Context
	tx  pgx.Tx
	by  access.Actor
}

// importing is one import under way.
type importing struct {
	db       *postgres.DB
	by       access.Actor
	options  Options
	sheet    *sheet
	entities *entities.Directory
	catalog  *catalog.Catalog
	screened bool // there is a screening list
	units    []*unit
	bundles  []bundle
}

// together is how many units share a transaction, and side how many transactions go side by side.
const together, side = 50, 4

// errRehearsed takes a rehearsal back.
var errRehearsed = errors.New("rehearsed")

// mayImport says whose work each kind is.
func mayImport(k Kind, by access.Actor) error {
	if k == Customers || k == Contracts {
		return by.Require(access.Sales, access.Finance)
	}
	return by.Require(access.Finance, access.Accountant)
}

// Import takes a file up. Each row is checked by the very verb that writes it, in a transaction that is taken back; then, unless a row is
// refused and Partial does not allow for that, the rows are written, some at a time, each of them whole or not at all. Killed in the
// middle, the same file again does the rest. Invalid: the file cannot be read, or its header is wrong; rows are refused in the report.
func Import(ctx context.Context, db *postgres.DB, k Kind, source []byte, o Options, by access.Actor) (Report, error) {
	doing := "import " + string(k)
	r := Report{Kind: k, Cohort: o.Cohort, DryRun: o.DryRun}
	if !slices.Contains(Kinds, k) {
		return r, fault.New(fault.NotFound, "there is no import of %s: there is one of customers, contracts, invoices and balances", k)
	}
	if err := mayImport(k, by); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	if err := cohortName(o.Cohort); err != nil {
		return r, err
	}
	text, err := Unpacked(source)
	if err != nil {
		return r, err
	}
	s, err := read(k, text)
	if err != nil {
		return r, err
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	i := &importing{db: db, by: by, options: o, sheet: s}
	r.Format, r.sheet = s.format, s
	for _, step := range []func(context.Context) error{i.load, i.prepare, i.rehearse} {
		if err := step(ctx); err != nil {
			return r, fmt.Errorf("%s: %w", doing, err)
		}
	}
	if r.Rows = report(s, i.units); o.DryRun || r.Count(Refused) > 0 && !o.Partial {
		return r, nil
	}
	if err := i.write(ctx); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	r.Rows, r.Written = report(s, i.units), true
	digest := sha256.Sum256(source)
	err = db.Tx(ctx, func(tx pgx.Tx) error { return i.record(ctx, tx, r, digest[:]) })
	if err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	return r, nil
}

func (i *importing) load(ctx context.Context) (err error) {
	if i.entities, err = entities.Load(ctx, i.db); err != nil {
		return err
	}
	i.catalog, err = catalog.Load(ctx, i.db)
	return err
}

// prepare reads the rows and decides as far as no verb is needed for it.
func (i *importing) prepare(ctx context.Context) error {
	switch i.sheet.kind {
	case Customers:
		return i.customers(ctx)
	case Contracts:
		return i.contracts(ctx)
	case Invoices:
		return i.invoices(ctx)
	}
	return i.balances(ctx)
}

// rehearse applies everything in transactions that are taken back.
func (i *importing) rehearse(ctx context.Context) error {
	for _, u := range i.units {
		u.settle()
	}
	return i.through(ctx, false)
}

func (i *importing) write(ctx context.Context) error { return i.through(ctx, true) }

// through goes through all bundles, some side by side.
func (i *importing) through(ctx context.Context, keep bool) error {
	var todo []bundle
	for _, b := range i.bundles {
		if slices.ContainsFunc(b, func(u *unit) bool { return u.apply != nil && !u.refused && (keep || u.outcome != Unchanged) }) {
			todo = append(todo, b)
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(side)
	var mu sync.Mutex
	done := 0
	for batch := range slices.Chunk(todo, together) {
		g.Go(func() error {
			err := i.db.Tx(ctx, func(tx pgx.Tx) error {
				for _, b := range batch {
					if err := i.one(ctx, tx, b, keep); err != nil {
						return err
					}
				}
				if !keep {
					return errRehearsed
				}
				return nil
			})
			if errors.Is(err, errRehearsed) {
				err = nil
			}
			mu.Lock()
			defer mu.Unlock()
			done += len(batch)
			i.options.Progress(done, len(todo))
			return err
		})
	}
	return g.Wait()
}

// one applies the units of a bundle, each in a savepoint of its own: what a verb refuses takes nothing else along.
func (i *importing) one(ctx context.Context, tx pgx.Tx, b bundle, keep bool) error {
	for _, u := range b {
		if u.refused || u.apply == nil {
			continue
		}
		sub, err := tx.Begin(ctx)
		if err != nil {
			return err
		}
		outcome, note, err := u.apply(place{ctx, sub, i.by})
		if err == nil {
			err = sub.Commit(ctx)
		} else if undo := sub.Rollback(ctx); undo != nil {
			return undo
		}
		switch {
		case err != nil && refusal(err):
			u.blame(err)
			u.settle()
		case err != nil:
			return fmt.Errorf("line %d: %w", u.rows[0].line, err)
		case keep && u.outcome != "": // what it was found to be when it was tried, unless somebody was faster
			u.note = note
		default:
			u.outcome, u.note = outcome, note
		}
	}
	return nil
}

// refusal says that a verb refused the row, rather than failed.
func refusal(err error) bool {
	kind := fault.Kind(err)
	return kind == fault.Invalid || kind == fault.Conflict || kind == fault.NotFound || kind == fault.Closed
}

// record keeps the file and where it brought its customers.
func (i *importing) record(ctx context.Context, tx pgx.Tx, r Report, digest []byte) error {
	if err := insertFile(ctx, tx, r, i.options.Name, digest, i.by); err != nil {
		return err
	}
	if i.sheet.kind == Customers {
		if err := i.enrol(ctx, tx); err != nil {
			return err
		}
	}
	return access.Audit(ctx, tx, i.by, "onboarding.import", access.Subject{Kind: "cohort", Key: r.Cohort}, nil, map[string]any{
		"kind": r.Kind, "file": i.options.Name, "new": r.Count(Made), "changed": r.Count(Changed), "unchanged": r.Count(Unchanged), "refused": r.Count(Refused),
	}, "")
}

// enrol takes customers into the cohort: those who came, and by name those whose rows are still refused.
func (i *importing) enrol(ctx context.Context, tx pgx.Tx) error {
	var names []string
	for _, u := range i.units {
		names = append(names, u.key)
	}
	at, err := lastSteps(ctx, tx, names)
	if err != nil {
		return err
	}
	var steps []Step
	seen := map[string]bool{}
	for _, u := range i.units {
		was, is := at[u.key], Imported
		if u.refused {
			is = Planned
		}
		fresh := was.State == "" || was.State == Planned && is == Imported
		if u.key == "" || seen[u.key] || !fresh || len(u.key) > 100 {
			continue
		}
		seen[u.key] = true
		steps = append(steps, Step{Cohort: i.options.Cohort, Customer: u.key, State: is, On: i.options.Today})
	}
	return insertSteps(ctx, tx, steps, i.by)
}

func itoa(n int) string { return strconv.Itoa(n) }
