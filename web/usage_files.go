package web

import (
	"fmt"

	"ratable/usage"
)

// This file hands the lists of usage over as files: exactly what is shown, all pages of it.

func (v *visit) eventsFile(t tx, m metered, f usage.EventFilter) error {
	head := []string{"customer", "meter", "source", "id", "occurred_at", "quantity", "dimensions", "recorded_at"}
	return v.csvFile("events.csv", head, func(write func(cells ...string) error) error {
		f.After, f.Limit = usage.EventCursor{}, 1000
		for {
			found, err := usage.EventsPage(v.ctx, t, f)
			if err != nil || len(found) == 0 {
				return err
			}
			for _, r := range found {
				if err := write(m.customer.ExternalID, m.meter.Code, r.Source, r.ID, instant(&r.OccurredAt), r.Quantity.String(), dimensions(r.Dimensions), instant(&r.RecordedAt)); err != nil {
					return err
				}
			}
			f.After = found[len(found)-1].At
		}
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
