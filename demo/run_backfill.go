package demo

import (
	"context"

	"ratable/internal/period"
	"ratable/usage"
)

// reread prepares a backfill that nobody has applied yet: ember's gateway read the log of the last week again, found one day
// counted too high and the last one counted twice. It waits for a person, and changes nothing.
func (f *filling) reread(ctx context.Context, all []usage.Event, yesterday period.Date) error {
	if there, err := usage.Backfills(ctx, f.db, 0, 1); err != nil || len(there) > 0 {
		return err // a fill that was interrupted goes on
	}
	seller, _ := f.entities.ByCode("nlus")
	b := usage.Backfill{Reason: "The gateway's log was read again", Stretch: usage.Stretch{Customer: "ember-ai", Meter: "api.calls",
		From: yesterday.AddDays(-6).Time(seller.Location()), Until: yesterday.AddDays(1).Time(seller.Location())}}
	for _, e := range all {
		if e.Customer == b.Customer && e.Meter == b.Meter && !e.OccurredAt.Before(b.From) && e.OccurredAt.Before(b.Until) {
			b.Events = append(b.Events, e)
		}
	}
	if n := len(b.Events); n > 1 {
		b.Events[0].Quantity = b.Events[0].Quantity.Sub(b.Events[0].Quantity.Div(dec(4)).Truncate(0))
		b.Events = b.Events[:n-1]
	}
	_, _, err := usage.PrepareBackfill(ctx, f.db, b, f.Now, f.people["sven"])
	return err
}
