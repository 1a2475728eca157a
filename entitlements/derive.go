package entitlements

import (
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/usage"
)

// Facts are what entitlements follow from.
type Facts struct {
	Contracts []contracts.Serving // those that may serve the customers asked about
	Catalog   *catalog.Catalog
	Days      map[customers.AccountID]*usage.Days // of the contracts' accounts, today included, from contracts.MeteredFrom on
	Mergers   customers.Mergers                   // a duplicate is served as whom it was merged into
	Today     func(entities.ID) period.Date       // in the seller's zone
}

// Derive says what a customer may use: whatever lines that it uses give, whoever pays. A contract that cannot be priced is an
// error, as it is to the invoice run.
func Derive(f Facts, customer customers.ID) (Entitlements, error) {
	all, failed := f.grants()
	return combine(all[customer]), failed[customer]
}

// grant is one feature that one line gives its users.
type grant struct {
	code     string
	feature  catalog.Feature
	because  Because
	quantity decimal.Decimal // sold on the line
	taps     []*tap          // of a metered feature: what counts it in the contract
}

// grants lists what each customer is given, and whose contracts cannot be told.
func (f Facts) grants() (map[customers.ID][]grant, map[customers.ID]error) {
	all, failed := map[customers.ID][]grant{}, map[customers.ID]error{}
	for _, s := range f.Contracts {
		on := f.Today(s.Entity)
		lines, err := f.lines(s, on)
		if err != nil {
			for _, user := range usersOf(s.Agreement) {
				failed[f.counted(s.Account, user, on)] = err
			}
			continue
		}
		for _, l := range lines {
			for _, user := range l.users {
				at := f.counted(s.Account, user, on)
				all[at] = append(all[at], l.grants...)
			}
		}
	}
	return all, failed
}

// counted is who a user is: the customer a duplicate was merged into.
func (f Facts) counted(account customers.AccountID, user customers.ID, on period.Date) customers.ID {
	_, user = f.Mergers.CountsFor(account, user, on)
	return user
}

// usersOf are all customers that any version of an agreement serves.
func usersOf(a contracts.Agreement) []customers.ID {
	users := map[customers.ID]bool{a.Customer: true}
	for _, v := range a.Versions {
		for _, l := range v.Document.Lines {
			for _, name := range l.Users {
				if id, ok := a.Users[name]; ok {
					users[id] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(users))
}

// line is what one line gives, and to whom.
type line struct {
	contracts.Served
	users  []customers.ID
	grants []grant
}

// lines says what one contract gives on a day.
func (f Facts) lines(s contracts.Serving, on period.Date) ([]line, error) {
	a, grace := s.GoesOn(f.Catalog, on)
	served := a.ServedOn(on)
	meters, err := f.taps(a, served, on)
	if err != nil {
		return nil, err
	}
	out := make([]line, 0, len(served))
	for _, x := range served {
		product, ok := f.Catalog.Product(x.Product, x.On)
		if !ok {
			return nil, fmt.Errorf("entitlements of contract %s: product %q is not in the catalog on %s", a.Number, x.Product, x.On)
		}
		l := line{Served: x, users: users(a, x)}
		why := because(s, x, grace, len(l.users))
		for _, code := range product.FeatureCodes() {
			feature := product.Features[code]
			g := grant{code: code, feature: feature, because: why, quantity: x.Quantity}
			g.count(x, meters)
			if feature.Unit == "" && feature.Kind() == catalog.MeteredFeature {
				g.feature.Unit = product.Unit
			}
			l.grants = append(l.grants, g)
		}
		out = append(out, l)
	}
	return out, nil
}

func users(a contracts.Agreement, x contracts.Served) []customers.ID {
	if len(x.Users) == 0 {
		return []customers.ID{a.Customer}
	}
	var out []customers.ID
	for _, name := range x.Users {
		if id, ok := a.Users[name]; ok {
			out = append(out, id)
		}
	}
	return out
}

// because says why a line's features may be used, as far as all of them have it in common.
func because(s contracts.Serving, x contracts.Served, grace bool, users int) Because {
	b := Because{
		Contract: s.Number, Version: x.Version, Line: x.ID, Clause: x.Clause, Product: x.Product,
		State: State(x.State), Since: x.Since, Until: x.Until, Why: string(x.Why), TrialUntil: x.FreeUntil,
	}
	if x.Plan != nil {
		b.Plan = x.Plan.Code
	}
	if grace && b.State == Active {
		b.State = Grace
	}
	if _, renews := s.Latest().Document.LastNotice(); renews && !s.Lapses && x.Why == contracts.TermOver {
		b.Renews, b.Until, b.Why = b.Until, period.Date{}, ""
	}
	if len(x.Programmes) > 0 {
		b.Programme, b.Programmed = x.Programmes[0].Code, x.Programmes[0].Until
	}
	if users > 1 {
		b.Shared = users
	}
	return b
}

// count finds what counts a metered feature: the line itself, or every line of the contract that counts by the same meter.
// A cap that stops or slows a usage line does so to all that the line gives: it is use that fills the cap, so what does not
// grow by use goes on.
func (g *grant) count(x contracts.Served, meters map[string]*tap) {
	own := meters[x.ID]
	metered := g.feature.Kind() == catalog.MeteredFeature
	switch {
	case metered && own != nil && own.meter == g.feature.Meter:
		g.taps = []*tap{own}
	case metered:
		for _, id := range slices.Sorted(maps.Keys(meters)) {
			if t := meters[id]; t.meter == g.feature.Meter {
				g.taps = append(g.taps, t)
			}
		}
	case own != nil:
		g.because.fill(own)
		return
	}
	if best := bestOf(g.taps); best != nil {
		g.because.fill(best)
	}
}

// fill says what caps do to a line that would be served.
func (b *Because) fill(t *tap) {
	if b.State.Allows() && t.state.rank() > b.State.rank() {
		b.State, b.Cap = t.state, t.cap
	}
}
