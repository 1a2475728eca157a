// Package reports answers finance's questions about the books: what was earned, what is owed, what is open, what is odd.
//
// It owns which reports there are, their definitions (one declarative description each: the question, the parameters, the
// columns, where every figure leads, what must agree with what) and how a report is written as CSV, as a workbook and as
// plain text. It does not own the figures: the ledger, the schedule, the documents and the receipts are added up by the
// packages that keep them, in the database, and only arranged here. How a report looks on a page is web's.
//
// Times: a report is as booked through the end of Scope.Month; one over a stretch begins with Scope.From. What was known
// when (as at an earlier close) is the ledger's known order. Nothing here knows a clock.
//
// Invariants, each with a test: a report is the same to the cent on the page, in the file and in the workbook; a total is
// the sum of the rows it stands under; a figure that two reports show is the same in both; every check of a report holds
// on books that the engines made.
package reports

import (
	"context"
	"fmt"
	"slices"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/revrec"
)

// Group is the kind of question a report answers.
type Group string

// Groups, in the order of the list.
const (
	OfRevenue     Group = "Revenue"
	OfBalances    Group = "Balances"
	OfReceivables Group = "Receivables and tax"
	OfControl     Group = "Control"
)

// Groups lists them in order.
var Groups = []Group{OfRevenue, OfBalances, OfReceivables, OfControl}

// Choice is one of a few words a parameter may be.
type Choice struct{ Value, Label string }

// Report describes one report.
type Report struct {
	Code     string // in its address and file name: "income-statement"
	Title    string
	Question string // what it answers, in a sentence
	Group    Group

	From    int      // > 0: covers a stretch; so many months when no first month is asked for
	Columns bool     // its months are columns, so that the stretch has a limit
	Since   bool     // may be compared with what was known when an earlier month was closed
	ByName  string   // label of By; empty: it has none
	By      []Choice // the first is the default

	draw func(d *drawing) error
}

// Scope is what a report is asked for: the books of one legal entity in one currency, never added up.
type Scope struct {
	Entity   entities.Entity
	Currency money.Currency
	Month    period.Month // as booked through its end
	From     period.Month // first month of a report over a stretch; none: the report's own length
	Since    period.Month // a closed month, to see what was known then; none: not asked for
	By       string
	Of       string      // one of what By lays out; empty: all
	Book     ledger.Book // empty: the primary one
}

// Drawn is a report with its figures.
type Drawn struct {
	Report Report
	Scope  Scope
	Tables []Table
	Chart  *Chart
	Checks []Check
	Notes  []string // how things are defined and what is left out
}

// Check holds two figures against each other that must be equal, each added up on its own way.
type Check struct {
	Name        string
	Left, Right money.Amount
	LeftName    string
	RightName   string
	Pending     string // why they may differ for now: the month is not over
}

// OK says that they agree.
func (c Check) OK() bool { return c.Left.Cmp(c.Right) == 0 }

// MostColumns is how many months stand side by side; more is no table that anybody reads.
const MostColumns = 24

// Find looks a report up by its code.
func Find(code string) (Report, error) {
	i := slices.IndexFunc(All, func(r Report) bool { return r.Code == code })
	if i < 0 {
		return Report{}, fault.New(fault.NotFound, "there is no report %q", code)
	}
	return All[i], nil
}

// Complete fills in what a scope leaves open and refuses what the report cannot show, field by field.
func (r Report) Complete(s Scope) (Scope, error) {
	var found []fault.Field
	switch {
	case r.From == 0:
		s.From = s.Month
	case s.From.IsZero():
		s.From = s.Month.Add(1 - r.From)
	case s.From.After(s.Month):
		found = append(found, fault.Field{Path: "from", Value: s.From.String(), Message: "is after the last month, " + s.Month.String()})
	case r.Columns && s.Month.Sub(s.From) >= MostColumns:
		found = append(found, fault.Field{Path: "from", Value: s.From.String(), Message: fmt.Sprintf("leaves more than %d months side by side; begin later", MostColumns)})
	}
	if !r.Since {
		s.Since = period.Month{}
	}
	switch {
	case len(r.By) == 0:
		s.By = ""
	case s.By == "":
		s.By = r.By[0].Value
	case !slices.ContainsFunc(r.By, func(c Choice) bool { return c.Value == s.By }):
		found = append(found, fault.Field{Path: "by", Value: fault.Shown(s.By), Message: "is no way this report can be laid out"})
	}
	if len(found) > 0 {
		return s, fault.InvalidFields(found...)
	}
	return s, nil
}

// Draw fills a report with its figures. Call it inside one snapshot, so that all of them are of one moment.
func Draw(ctx context.Context, q postgres.Querier, r Report, s Scope) (Drawn, error) {
	s, err := r.Complete(s)
	if err != nil {
		return Drawn{}, err
	}
	d := &drawing{ctx: ctx, q: q, Scope: s, out: Drawn{Report: r, Scope: s}}
	if err := r.draw(d); err != nil {
		return Drawn{}, fmt.Errorf("draw up the report %s of %s: %w", r.Code, s.Month, err)
	}
	if err := d.name(); err != nil {
		return Drawn{}, fmt.Errorf("draw up the report %s of %s: %w", r.Code, s.Month, err)
	}
	return d.out, nil
}

// drawing is one report being drawn up.
type drawing struct {
	ctx context.Context
	q   postgres.Querier
	Scope
	out   Drawn
	trial *ledger.Trial // of the stretch, once it was asked for
}

// balances is the trial balance of the stretch: a look at every posting, so it is taken once.
func (d *drawing) balances() (ledger.Trial, error) {
	if d.trial == nil {
		t, err := ledger.TrialBalance(d.ctx, d.q, d.stretch())
		if err != nil {
			return t, err
		}
		d.trial = &t
	}
	return *d.trial, nil
}

func (d *drawing) zero() money.Amount { return money.Zero(d.Currency) }

// stretch is the ledger's filter of the months asked for.
func (d *drawing) stretch() ledger.Filter {
	return ledger.Filter{Entity: d.Entity.ID, Currency: d.Currency, Book: d.Book, From: d.From.First(), Through: d.Month.Last()}
}

// revenue is the schedule's filter.
func (d *drawing) revenue() revrec.Filter {
	return revrec.Filter{Entity: d.Entity.ID, Currency: d.Currency, AsOf: d.Month, Book: d.Book}
}

// months are those of the stretch, in order.
func (d *drawing) months() []period.Month {
	out := make([]period.Month, d.Month.Sub(d.From)+1)
	for i := range out {
		out[i] = d.From.Add(i)
	}
	return out
}

func (d *drawing) note(text string) { d.out.Notes = append(d.out.Notes, text) }

func (d *drawing) add(t *Table) { d.out.Tables = append(d.out.Tables, *t) }

func (d *drawing) check(name, leftName string, left money.Amount, rightName string, right money.Amount) {
	d.out.Checks = append(d.out.Checks, Check{Name: name, Left: d.zero().Add(left), Right: d.zero().Add(right), LeftName: leftName, RightName: rightName})
}

// booked is the balance of an account at the end of the month, debit positive.
func (d *drawing) booked(accounts ...ledger.Account) (money.Amount, error) {
	sum := d.zero()
	found, err := ledger.MonthSums(d.ctx, d.q, ledger.Filter{Entity: d.Entity.ID, Currency: d.Currency, Book: d.Book, Through: d.Month.Last()}, accounts)
	for _, s := range found {
		sum = sum.Add(s.Amount)
	}
	return sum, err
}
