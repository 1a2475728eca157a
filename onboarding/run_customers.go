package onboarding

import (
	"context"
	"strings"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// customers reads rows of customers and bundles them by family.
func (i *importing) customers(ctx context.Context) error {
	lists, err := customers.ScreenVersions(ctx, i.db, 1)
	if err != nil {
		return err
	}
	i.screened = len(lists) > 0
	i.units = i.sheet.units("external_id")
	parties := make(map[string]party, len(i.units))
	var names []string
	for _, u := range i.units {
		u.column = customerColumn
		for _, g := range u.rows {
			parties[u.key] = g.party(i.entities, i.options.Today)
			if len(u.rows) > 1 && u.key != "" { // neither is taken: which one is meant?
				g.blame("external_id", "stands in %d rows of the file, on lines %s: one row a customer", len(u.rows), lines(u.rows))
			}
		}
		names = append(names, u.key, parties[u.key].parent)
	}
	has, err := i.known(ctx, names, parties)
	if err != nil {
		return err
	}
	steps, err := lastSteps(ctx, i.db, names)
	if err != nil {
		return err
	}
	called := make(map[customers.ID]string, len(has))
	for name, c := range has {
		called[c.ID] = name
	}
	for _, u := range i.units {
		if at, there := steps[u.key]; there && at.Cohort != i.options.Cohort && at.State != Planned {
			u.rows[0].blame("external_id", "is in cohort %s: a customer moves with one cohort; send it there", at.Cohort)
		}
		if p := parties[u.key]; len(u.rows) == 1 && !wrong(u.rows) {
			i.customer(u, p, has, called)
		}
	}
	i.bundles = families(i.units, parties)
	return nil
}

func lines(rows []*given) string {
	var out []string
	for _, g := range rows {
		out = append(out, itoa(g.line))
	}
	return strings.Join(out, ", ")
}

// known loads customers as they stand on the day from which their row's changes would hold.
func (i *importing) known(ctx context.Context, names []string, parties map[string]party) (map[string]customers.Customer, error) {
	placed, err := customers.Resolve(ctx, i.db, names)
	if err != nil {
		return nil, err
	}
	days := map[period.Date][]customers.ID{}
	for name, p := range placed {
		on := parties[name].startsOn
		if on.IsZero() {
			on = i.options.Today
		}
		days[on] = append(days[on], p.ID)
	}
	out := make(map[string]customers.Customer, len(placed))
	for on, ids := range days {
		found, err := customers.LoadMany(ctx, i.db, ids, on)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			out[c.ExternalID] = c
		}
	}
	return out, nil
}

// customer decides what a row makes of a customer.
func (i *importing) customer(u *unit, p party, has map[string]customers.Customer, called map[customers.ID]string) {
	g := u.rows[0]
	c, there := has[p.ExternalID]
	if !there {
		u.apply = func(at place) (Outcome, string, error) { return i.make(at, p) }
		return
	}
	if c.DuplicateOf != 0 {
		g.blame("external_id", "was merged into another customer: send the other one")
		return
	}
	parent := called[c.Parent]
	if c.Parent != 0 && parent == "" && p.parent != "" {
		parent = "another customer"
	}
	a, changes := g.amendment(p, c, parent)
	if len(g.found) > 0 {
		return
	}
	if len(changes) == 0 {
		u.outcome = Unchanged
		return
	}
	note := toldChanges(changes, p)
	u.apply = func(at place) (Outcome, string, error) {
		return Changed, note, customers.Amend(at.ctx, at.tx, c.ID, a, at.by)
	}
}

// make creates a customer, under its parent where it has one, and screens it as a sign-up does.
func (i *importing) make(at place, p party) (Outcome, string, error) {
	if p.parent != "" {
		parent, err := customers.ByExternalID(at.ctx, at.tx, p.parent, i.options.Today)
		if fault.Kind(err) == fault.NotFound {
			err = fault.InvalidFields(fault.Field{Path: "parent", Value: fault.Shown(p.parent), Message: "is not here, and its own row is not in the file or is refused: import the parent first"})
		}
		if err != nil {
			return "", "", err
		}
		p.Parent = parent.ID
	}
	c, err := customers.Create(at.ctx, at.tx, p.New, at.by)
	if err != nil || !i.screened {
		return Made, "", err
	}
	found, err := customers.Screen(at.ctx, at.tx, c.ID, i.options.Today, at.by)
	if err == nil && found.Held() {
		return Made, "held: it may be a listed party, somebody decides at /screening", nil
	}
	return Made, "", err
}

// families bundles customers with their parents of the same file, parents first. A circle of parents is refused.
func families(all []*unit, parties map[string]party) []bundle {
	byKey := map[string]*unit{}
	for _, u := range all {
		byKey[u.key] = u
	}
	depths := map[*unit]int{}
	roots := map[*unit]*unit{}
	for _, u := range all {
		at, depth := u, 0
		for depth <= len(all) {
			up, inFile := byKey[parties[at.key].parent]
			if !inFile || parties[at.key].parent == "" || up == at {
				break
			}
			at, depth = up, depth+1
		}
		if depth > len(all) {
			u.rows[0].blame("parent", "leads back to the customer itself")
			at = u
		}
		depths[u], roots[u] = depth, at
	}
	var out []bundle
	place := map[*unit]int{}
	for _, u := range all {
		n, seen := place[roots[u]]
		if !seen {
			n = len(out)
			place[roots[u]], out = n, append(out, nil)
		}
		out[n] = append(out[n], u)
	}
	for _, b := range out {
		stable(b, depths)
	}
	return out
}

func stable(b bundle, depths map[*unit]int) {
	for i := 1; i < len(b); i++ { // families are small
		for j := i; j > 0 && depths[b[j]] < depths[b[j-1]]; j-- {
			b[j], b[j-1] = b[j-1], b[j]
		}
	}
}
