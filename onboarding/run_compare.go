package onboarding

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/usage"
)

// Comparison sets the other system's invoices beside ours, line by line.
type Comparison struct {
	Cohort    string
	Pairs     []Pair
	Totals    []Totals
	Without   []string // customers without a contract, or whose contracts have no invoice of the other system
	Customers map[string]Compared
}

// Compared is the result for one customer.
type Compared struct{ Contracts, Lines, Differ int }

// accountsTogether is how many paying families are looked at at once.
const accountsTogether = 100

// Compare computes the comparison for some customers of a cohort, none named: for all. It changes nothing.
func Compare(ctx context.Context, db *postgres.DB, cohort string, names []string, today period.Date) (Comparison, error) {
	out := Comparison{Cohort: cohort, Customers: map[string]Compared{}}
	members, err := chosen(ctx, db, cohort, names)
	if err != nil {
		return out, err
	}
	all := make([]string, 0, len(members))
	for _, m := range members {
		if m.State != Planned {
			all = append(all, m.Customer)
		}
	}
	placed, err := customers.Resolve(ctx, db, all)
	if err != nil {
		return out, err
	}
	w, err := invoicing.LoadWorld(ctx, db, today)
	if err != nil {
		return out, err
	}
	for batch := range slices.Chunk(all, accountsTogether) {
		err := db.Snapshot(ctx, func(tx pgx.Tx) error { return out.batch(ctx, tx, w, placed, batch, today) })
		if err != nil {
			return out, fmt.Errorf("compare cohort %s: %w", cohort, err)
		}
	}
	out.Totals = added(out.Pairs)
	return out, nil
}

// chosen are the members of a cohort with some names; none: all.
func chosen(ctx context.Context, q postgres.Querier, cohort string, names []string) ([]Step, error) {
	members, err := Members(ctx, q, cohort)
	if err != nil {
		return nil, err
	}
	if len(members) == 0 {
		return nil, fault.New(fault.NotFound, "there is no cohort %s, or nobody is in it", fault.Shown(cohort))
	}
	if len(names) == 0 {
		return members, nil
	}
	var out []Step
	for _, name := range names {
		i := slices.IndexFunc(members, func(m Step) bool { return m.Customer == name })
		if i < 0 {
			return nil, fault.New(fault.NotFound, "customer %s is not in cohort %s", fault.Shown(name), cohort)
		}
		out = append(out, members[i])
	}
	return out, nil
}

func (c *Comparison) batch(ctx context.Context, tx pgx.Tx, w invoicing.World, placed map[string]customers.Placement, names []string, today period.Date) error {
	var accounts []customers.AccountID
	for _, name := range names {
		if a := placed[name].Account; !slices.Contains(accounts, a) {
			accounts = append(accounts, a)
		}
	}
	history, err := toldOf(ctx, tx, accounts)
	if err != nil {
		return err
	}
	agreed, err := contractsOf(ctx, tx, accounts)
	if err != nil {
		return err
	}
	facts, err := shadowFacts(ctx, tx, accounts, agreed, today)
	if err != nil {
		return err
	}
	for _, name := range names {
		p := placed[name]
		before, result := len(c.Pairs), Compared{}
		for _, k := range agreed[p.Account] {
			if k.Customer != p.ID {
				continue
			}
			result.Contracts++
			pairs, err := compareContract(w, facts[p.Account], name, k, history[p.Account], today)
			if err != nil {
				return fmt.Errorf("contract %s: %w", k.Number, err)
			}
			c.Pairs = append(c.Pairs, pairs...)
		}
		result.Lines = len(c.Pairs) - before
		for _, pair := range c.Pairs[before:] {
			if !pair.Class.Agrees() {
				result.Differ++
			}
		}
		if c.Customers[name] = result; result.Lines == 0 {
			c.Without = append(c.Without, name)
		}
	}
	return nil
}

// contractsOf loads all contracts of accounts, drafts too.
func contractsOf(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID][]contracts.Contract, error) {
	out := map[customers.AccountID][]contracts.Contract{}
	for _, a := range accounts {
		list, err := contracts.List(ctx, q, contracts.Filter{Account: a, Sort: contracts.ByNumber, Limit: 1000})
		if err != nil {
			return nil, err
		}
		out[a] = list
	}
	return out, nil
}

// shadowFacts loads what decides what we would have invoiced.
func shadowFacts(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, agreed map[customers.AccountID][]contracts.Contract, today period.Date) (map[customers.AccountID]invoicing.Facts, error) {
	var drafts []contracts.Agreement
	var parties []customers.ID
	for _, a := range accounts {
		for _, c := range agreed[a] {
			d := drafted(c)
			drafts, parties = append(drafts, d), append(parties, d.Parties()...)
		}
	}
	facts, err := invoicing.LoadFacts(ctx, q, accounts, today, drafts...)
	if err != nil {
		return nil, err
	}
	known, err := customers.LoadMany(ctx, q, parties, today)
	if err != nil {
		return nil, err
	}
	// Facts hold the usage since the first contract that is agreed; here none may be.
	days, err := usage.LoadDays(ctx, q, accounts, firstDay(drafts), today, contracts.SingleEvents(drafts)...)
	if err != nil {
		return nil, err
	}
	out := make(map[customers.AccountID]invoicing.Facts, len(facts))
	for _, f := range facts {
		f.Customers, f.Usage = known, days[f.Account]
		out[f.Account] = f
	}
	return out, nil
}

// firstDay is the first day of any of some agreements.
func firstDay(all []contracts.Agreement) period.Date {
	var first period.Date
	for i, a := range all {
		if first = period.MinDate(first, a.Term().Start); i == 0 {
			first = a.Term().Start
		}
	}
	return first
}

// compareContract sets one contract's invoices side by side, from the first day of service the other system told to the last day it
// invoiced on.
func compareContract(w invoicing.World, f invoicing.Facts, customer string, k contracts.Contract, history []Told, today period.Date) ([]Pair, error) {
	d := k.Latest().Document
	if a, agreed := k.Agreement(); agreed {
		d = a.Latest().Document
	}
	old := oldSides(history, d, period.Span{})
	if len(old) == 0 {
		return nil, nil
	}
	first, last, end := old[0].Span.Start, old[0].IssuedOn, old[0].Span.End
	for _, s := range old {
		first, last, end = period.MinDate(first, s.Span.Start), period.MaxDate(last, s.IssuedOn), period.MaxDate(end, s.Span.End)
	}
	ours, err := shadow(w, f, drafted(k), first, period.MinDate(last, today))
	if err != nil {
		return nil, err
	}
	return paired(customer, k.Number, old, ourSides(ours, period.NewSpan(first, period.MaxDate(end, last.AddDays(1))))), nil
}

// RecordComparison compares and notes for each customer what came out: a customer who was imported is compared from then on.
func RecordComparison(ctx context.Context, db *postgres.DB, cohort string, names []string, reason string, today period.Date, by access.Actor) (Comparison, error) {
	if err := by.Require(access.Finance, access.Accountant, access.Sales); err != nil {
		return Comparison{}, fmt.Errorf("compare cohort %s: %w", cohort, err)
	}
	c, err := Compare(ctx, db, cohort, names, today)
	if err != nil {
		return c, err
	}
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		members, err := chosen(ctx, tx, cohort, names)
		if err != nil {
			return err
		}
		var steps []Step
		for _, m := range members {
			result, looked := c.Customers[m.Customer]
			if again := m.State == Shown && m.Detail.Lines == result.Lines && m.Detail.Differ == result.Differ; !looked || result.Contracts == 0 || !m.State.Shadow() || m.State == Asked || again {
				continue
			}
			steps = append(steps, Step{Cohort: cohort, Customer: m.Customer, State: Shown, On: today, Reason: reason, Detail: Detail{Lines: result.Lines, Differ: result.Differ}})
		}
		if err := insertSteps(ctx, tx, steps, by); err != nil {
			return err
		}
		return access.Audit(ctx, tx, by, "onboarding.compare", access.Subject{Kind: "cohort", Key: cohort}, nil, map[string]int{"lines": len(c.Pairs), "customers": len(c.Customers)}, reason)
	})
	return c, err
}
