package web

import (
	"fmt"
	"strings"

	"ratable/usage"
)

// This file hands the lists of usage over as files: exactly what is shown, all pages of it.

// overviewFile is every SKU that the search leaves, in the order of the page. Amounts stand where they are for the one SKU.
func (v *visit) overviewFile(o *overview, name string) error {
	head := []string{"group", "customer", "meter", "name", "dimensions", "unit", "from", "through", "quantity", "quantity_before", "currency", "amount", "amount_before"}
	return v.csvFile(strings.Map(plainName, fmt.Sprintf("usage-%s-%s.csv", name, o.whole.Start)), head, func(write func(cells ...string) error) error {
		for _, b := range o.singles(o.total()) {
			x := o.skus[b.skus[0]]
			_, place := o.place(x, o.by)
			currency, amount, before := "", "", ""
			if len(b.amounts) == 1 {
				currency, amount = string(b.amounts[0].Currency()), b.amounts[0].String()
			}
			if len(b.earlier) == 1 && currency != "" {
				before = b.earlier[0].String()
			}
			if err := write(place, o.who[x.Customer].ExternalID, x.Meter.Code, x.name(), dimensions(x.Dimensions), x.Meter.Unit,
				o.now.Start.String(), o.now.Last().String(), x.now.String(), x.before.String(), currency, amount, before); err != nil {
				return err
			}
		}
		return nil
	})
}

func (v *visit) quarantineFile() error {
	head := []string{"reason", "customer", "meter", "source", "id", "occurred_at", "quantity"}
	return v.csvFile("quarantine.csv", head, func(write func(cells ...string) error) error {
		var after usage.Cursor
		for {
			found, err := usage.Quarantine(v.ctx, v.DB, after, 500)
			if err != nil || len(found) == 0 {
				return err
			}
			for _, q := range found {
				if err := write(q.Reason, q.Customer, q.Meter, q.Source, q.ID, instant(&q.OccurredAt), q.Quantity.String()); err != nil {
					return err
				}
			}
			after = found[len(found)-1].At
		}
	})
}

func (v *visit) conflictsFile() error {
	head := []string{"id", "source", "event", "stands", "stands_for", "refused", "refused_for", "recorded_at"}
	return v.csvFile("conflicts.csv", head, func(write func(cells ...string) error) error {
		var after int64
		for {
			found, err := usage.Conflicts(v.ctx, v.DB, after, 500)
			if err != nil || len(found) == 0 {
				return err
			}
			for _, c := range found {
				if err := write(fmt.Sprint(c.ID), c.Kept.Source, c.Kept.ID, c.Kept.Quantity.String(), c.Kept.Customer+" "+c.Kept.Meter, c.Offered.Quantity.String(), c.Offered.Customer+" "+c.Offered.Meter, instant(&c.RecordedAt)); err != nil {
					return err
				}
			}
			after = found[len(found)-1].ID
		}
	})
}
