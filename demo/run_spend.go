package demo

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/spend"
)

// watched are alerts that people set; those of caps and balances come with their contracts.
var watched = []struct {
	customer   string
	by         string // first name of ours; empty: the customer's own login
	rule       spend.Rule
	thresholds []int64
	addresses  []string
}{
	{"maple-works", "sofia", spend.Rule{Kind: spend.Percent, Limit: contracts.CapLimit, LimitID: "budget"}, []int64{25, 50, 80, 100}, []string{"floor-lead@maple-works.example"}},
	{customerOfLogin, "", spend.Rule{Kind: spend.Units, Meter: "api.calls"}, []int64{3_000_000, 5_000_000}, []string{"platform@helios-robotics.example"}},
}

// looks are the days on which the year looked for alerts: the last twelfth of a month, when Maple's billing period is
// nearly over and its budget all but spent, and today.
func (f *filling) looks(at func(period.Date, string, func(context.Context) error)) {
	late := f.Today.MonthOf().First().AddDays(11)
	if late.After(f.Today) {
		late = f.Today.MonthOf().Prev().First().AddDays(11)
	}
	at(late, "alerts are set", func(ctx context.Context) error { return f.watch(ctx, late) })
	for _, on := range []period.Date{late, f.Today} {
		at(on, "alerts", func(ctx context.Context) error {
			_, err := spend.Alerts(ctx, f.db, on, "", narrator)
			return err
		})
	}
}

// watch sets the alerts, once.
func (f *filling) watch(ctx context.Context, on period.Date) error {
	for _, w := range watched {
		c := f.customers[w.customer]
		set, err := spend.Rules(ctx, f.db, c.Account)
		if err != nil || len(set) > 0 {
			return err
		}
		by := f.people[w.by]
		if w.by == "" {
			by = access.Actor{UserID: f.people["dana"].UserID, Name: f.people["dana"].Name, Roles: []access.Role{access.Customer}, CustomerID: int64(c.ID)}
		}
		r := w.rule
		r.Customer, r.Roles, r.Addresses = c.ID, []customers.ContactRole{customers.Payable}, w.addresses
		if r.Kind == spend.Percent {
			if r.Contract, err = f.onlyContract(ctx, c); err != nil {
				return err
			}
		}
		for _, t := range w.thresholds {
			r.Thresholds = append(r.Thresholds, decimal.NewFromInt(t))
		}
		if err := f.db.Tx(ctx, func(tx pgx.Tx) error {
			_, err := spend.Set(ctx, tx, r, on, by)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// onlyContract is the one that a customer has.
func (f *filling) onlyContract(ctx context.Context, c customers.Customer) (contracts.ID, error) {
	all, err := contracts.LoadAgreements(ctx, f.db, []customers.AccountID{c.Account})
	if err != nil {
		return 0, err
	}
	for _, a := range all[c.Account] {
		if a.Customer == c.ID {
			return a.Contract, nil
		}
	}
	return 0, fault.New(fault.NotFound, "customer %s has no contract to watch", c.ExternalID)
}
