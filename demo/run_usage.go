package demo

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"ratable/internal/period"
	"ratable/usage"
)

// tardy is usage that a customer's gateway reports after the month was billed:
// the customer, the days (of the story's calendar) and the day it arrives. The
// first was billed with the next invoice; the second waits for it.
var tardy = [...]struct {
	customer    string
	from, until period.Date
	arrives     period.Date
}{
	{"helios-robotics", period.NewDate(2026, 7, 20), period.NewDate(2026, 7, 23), period.NewDate(2026, 8, 11)},
	{"van-der-meer", period.NewDate(2026, 10, 27), period.NewDate(2026, 10, 30), period.NewDate(2026, 11, 3)},
}

// senders is how many send usage at once, as gateways do.
const senders = 4

// consumeAll sends the year's usage up to yesterday. What had arrived before a
// fill was interrupted is a repeat.
func (f *filling) consumeAll(ctx context.Context) error {
	var all []usage.Event
	for _, c := range f.story.customers {
		if len(c.Uses) == 0 {
			continue
		}
		seller, _ := f.entities.ByCode(c.Entity)
		end := f.Today
		if !c.Until.IsZero() {
			end = period.MinDate(end, c.Until.AddDays(1))
		}
		all = append(all, c.consume(f.story.served(c.ID), end, seller.Location())...)
	}
	seller, _ := f.entities.ByCode(f.story.customer(cloudCustomer).Entity)
	all = append(all, f.story.consumeCloud(f.Today, seller.Location())...)
	f.summary.Events = len(all)
	for i, t := range tardy {
		seller, _ := f.entities.ByCode(f.story.customer(t.customer).Entity)
		late := period.NewSpan(f.story.move(t.from), f.story.move(t.until))
		all, f.tardy[i] = divide(all, func(e usage.Event) bool {
			return e.Customer == t.customer && late.Contains(period.DateOf(e.OccurredAt, seller.Location()))
		})
	}
	g, sending := errgroup.WithContext(ctx)
	g.SetLimit(senders)
	// In order of customer: two senders rarely meet in the sums of one.
	for batch := range slices.Chunk(all, 10_000) {
		g.Go(func() error {
			_, err := usage.Ingest(sending, f.db, batch, f.Now, narrator)
			return err
		})
	}
	f.Progress(0, 1, "usage of the year")
	if err := g.Wait(); err != nil {
		return err
	}
	return f.misfits(ctx, all)
}

// misfits sends what cannot be counted: quarantine and a conflict.
func (f *filling) misfits(ctx context.Context, all []usage.Event) error {
	seller, _ := f.entities.ByCode("nlus")
	yesterday := f.Today.AddDays(-1)
	events := strays(yesterday, seller.Location())
	if again, ok := contradiction(all, yesterday); ok {
		events = append(events, again)
	}
	if _, err := usage.Ingest(ctx, f.db, events, f.Now, narrator); err != nil {
		return err
	}
	return f.reread(ctx, all, yesterday)
}

// divide parts events into those that are not and those that are.
func divide(all []usage.Event, is func(usage.Event) bool) (no, yes []usage.Event) {
	for _, e := range all {
		if is(e) {
			yes = append(yes, e)
		} else {
			no = append(no, e)
		}
	}
	return no, yes
}
