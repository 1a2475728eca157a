package web

import (
	"cmp"
	"slices"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// customerMovers are the customers whose use went up or down the most since the same day of the month before. Each is ranked
// by the part of all use of the meter that it moved: units of meters cannot be compared, parts can.
func (v *visit) customerMovers(t tx, month period.Month, sold *catalog.Catalog) (templ.Component, error) {
	now, before := soFar(month.Span(), v.Today())
	if now.Empty() || v.query("q") != "" || v.query("meter") != "" || v.query("after") != "" {
		return nil, nil
	}
	type key struct {
		customer customers.ID
		meter    int64
	}
	by, whole := map[key][2]decimal.Decimal{}, map[int64]decimal.Decimal{}
	for side, days := range []period.Span{now, before} {
		totals, err := usage.Totals(v.ctx, t, days)
		if err != nil {
			return nil, err
		}
		for _, x := range totals {
			k := key{x.Customer, x.Meter}
			pair := by[k]
			pair[side] = x.Quantity
			by[k], whole[x.Meter] = pair, whole[x.Meter].Add(x.Quantity)
		}
	}
	if len(by) <= few {
		return nil, nil // a short list is read
	}
	var who []customers.ID
	for k := range by {
		who = append(who, k.customer)
	}
	called, err := customers.NamesOf(v.ctx, t, unique(who))
	if err != nil {
		return nil, err
	}
	var all []mover
	for k, pair := range by {
		meter, _ := sold.MeterByID(k.meter)
		moved := pair[0].Sub(pair[1])
		if moved.IsZero() {
			continue
		}
		all = append(all, mover{name: called[k.customer], below: meter.Name, href: narrowed(usageAddress(k.customer), "month", month, "group", "meter", "open", meter.Code),
			now: ui.Text(digits(pair[0]) + " " + meter.Unit), by: page.Moved(digits(moved.Abs()), moved.Sign()), size: moved.DivRound(whole[k.meter], 9)})
	}
	slices.SortFunc(all, func(a, b mover) int {
		return cmp.Or(b.size.Cmp(a.size), cmp.Compare(a.name, b.name), cmp.Compare(a.below, b.below))
	})
	up, down := moverTables(all, "Customer")
	return page.Movers(up, down), nil
}
