package demo

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/payments"
	"ratable/usage"
)

// narrator is who tells the story where nobody in it acts.
var narrator = access.System("demo")

// Two lines of the audit trail say how far a fill got, and for which day.
const (
	begun    = "demo.begin"
	finished = "demo.finish"
)

var marker = access.Subject{Kind: "demo", Key: "northlight"}

// Fill makes the company and lives its year up to Options.Today. A filled
// database is left as it is; one where a fill stopped is completed, for the day
// that one began on. A database with another company in it is fault.Conflict.
func Fill(ctx context.Context, db *postgres.DB, o Options) (Summary, error) {
	if s, found, err := marked[Summary](ctx, db, finished); err != nil || found {
		return s, err
	}
	f, err := begin(ctx, db, o)
	if err != nil {
		return Summary{}, err
	}
	for _, step := range []func(context.Context) error{f.consumeAll, f.live, f.oddNames, f.openMonth, f.handOver, f.finish} {
		if err := step(ctx); err != nil {
			return f.summary, err
		}
	}
	return f.summary, nil
}

// filling is one fill under way.
type filling struct {
	Options
	db        *postgres.DB
	story     story
	entities  *entities.Directory
	customers map[string]customers.Customer // by external id
	people    map[string]access.Actor       // by first name, as in their e-mail
	numbers   map[string]string             // of the contract a subscriber signed up for
	summary   Summary

	tardy [len(tardy)][]usage.Event // sent late
	due   []transfer                // bank transfers to come
	done  int64
	steps int64
}

// begin makes the company in one transaction, or finds it made.
func begin(ctx context.Context, db *postgres.DB, o Options) (*filling, error) {
	f := &filling{Options: o, db: db, customers: map[string]customers.Customer{}, people: map[string]access.Actor{}, numbers: map[string]string{}}
	if f.Progress == nil {
		f.Progress = func(int64, int64, string) {}
	}
	began, found, err := marked[Summary](ctx, db, begun)
	if err != nil {
		return nil, err
	}
	if found {
		f.Today = began.Today
	}
	if f.story, err = tell(f.Today); err != nil {
		return nil, err
	}
	f.summary = Summary{Filled: true, Today: f.Today}
	if !found {
		f.Progress(0, 1, "the company, its people, customers and catalog")
		if err := db.Tx(ctx, f.make); err != nil {
			return nil, fmt.Errorf("make the company: %w", err)
		}
	}
	return f, f.meet(ctx)
}

// meet loads who there is.
func (f *filling) meet(ctx context.Context) (err error) {
	if f.entities, err = entities.Load(ctx, f.db); err != nil {
		return err
	}
	for _, c := range f.story.customers {
		if f.customers[c.ID], err = customers.ByExternalID(ctx, f.db, c.ID, f.Today); err != nil {
			return err
		}
	}
	users, err := access.ListUsers(ctx, f.db)
	if err != nil {
		return err
	}
	for _, u := range users {
		if f.people[firstName(u.Email)], err = access.ActorByID(ctx, f.db, u.ID); err != nil {
			return err
		}
	}
	return nil
}

// finish counts what there is and marks the database as filled.
func (f *filling) finish(ctx context.Context) error {
	if err := f.count(ctx); err != nil {
		return err
	}
	return f.db.Tx(ctx, func(tx pgx.Tx) error {
		return access.Audit(ctx, tx, narrator, finished, marker, nil, f.summary, "")
	})
}

func (f *filling) count(ctx context.Context) error {
	numbers := map[string]bool{}
	for _, d := range f.story.documents {
		numbers[d.Contract] = true
	}
	for _, number := range f.numbers {
		if number != "" { // of whoever is held
			numbers[number] = true
		}
	}
	f.summary.Customers, f.summary.Contracts = len(f.customers), len(numbers)
	issued, err := invoicing.Sums(ctx, f.db, invoicing.Filter{})
	if err != nil {
		return err
	}
	for _, s := range issued {
		f.summary.Documents += s.Documents
	}
	received, err := payments.Sums(ctx, f.db, payments.Filter{})
	if err != nil {
		return err
	}
	for _, s := range received {
		f.summary.Receipts += s.Receipts
	}
	f.summary.describe()
	return nil
}

// marked reads back what one of the two lines says.
func marked[T any](ctx context.Context, db *postgres.DB, action string) (out T, found bool, err error) {
	rows, err := access.AuditPage(ctx, db, access.AuditFilter{Subject: marker, Action: action, Limit: 1})
	if err != nil || len(rows) == 0 {
		return out, false, err
	}
	if err := json.Unmarshal(rows[0].After, &out); err != nil {
		return out, false, fmt.Errorf("read the line %s of the audit trail: %w", action, err)
	}
	return out, true, nil
}

// empty refuses to move in with another company.
func empty(ctx context.Context, tx pgx.Tx) error {
	d, err := entities.Load(ctx, tx)
	if err == nil && len(d.All()) > 0 {
		err = fault.New(fault.Conflict, "the database holds the company of %s already; give the demo a database of its own", d.All()[0].Name)
	}
	return err
}

// tick reports one step of the year.
func (f *filling) tick(on period.Date, what string) {
	f.done++
	f.Progress(f.done, f.steps, on.String()+" "+what)
}
