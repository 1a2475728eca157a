package demo

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/spend"
)

// watched are alerts that people set; those of caps and balances come with their contracts.
var watched = []struct {
	customer   string
	by         string // first name of ours; empty: the customer's own login
	kind       spend.Kind
	meter      string
	thresholds []int64
	addresses  []string
}{
	{"maple-works", "sofia", spend.Amount, "", []int64{2000, 3000}, []string{"floor-lead@maple-works.example"}},
	{customerOfLogin, "", spend.Units, "api.calls", []int64{3_000_000, 5_000_000}, []string{"platform@helios-robotics.example"}},
}

// looks are the days on which the year looked for alerts: late in the month before, so that some fired, and today.
func (f *filling) looks(at func(period.Date, string, func(context.Context) error)) {
	late := f.Today.MonthOf().Prev().First().AddDays(24)
	at(late, "alerts are set", func(ctx context.Context) error { return f.watch(ctx, late) })
	for _, on := range []period.Date{late, f.Today} {
		at(on, "alerts", func(ctx context.Context) error {
			_, err := spend.Alerts(ctx, f.db, on, narrator)
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
		r := spend.Rule{Customer: c.ID, Kind: w.kind, Meter: w.meter, Roles: []customers.ContactRole{customers.Payable}, Addresses: w.addresses}
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
