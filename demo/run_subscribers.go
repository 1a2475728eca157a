package demo

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/usage"
)

// screened imports the list before anybody signs up: without one nobody can.
func (m *making) screened(ctx context.Context) error {
	list, err := listed()
	if err != nil {
		return err
	}
	_, _, err = customers.ImportScreening(ctx, m.tx, list, m.story.begins(), narrator)
	return err
}

// subscriptions are the days on which somebody signs up on a plan, or changes what they have.
func (f *filling) subscriptions(at func(period.Date, string, func(context.Context) error)) {
	for _, s := range subscribers {
		at(f.story.move(s.from), "a sign-up", func(ctx context.Context) error { return f.subscribe(ctx, s) })
		for i, c := range s.changes {
			on := f.story.move(c.on)
			at(on, "a change of a subscription", func(ctx context.Context) error { return f.changePlan(ctx, s, i, on) })
		}
	}
	at(f.Today, "screening", func(ctx context.Context) error {
		_, err := customers.ScreenAll(ctx, f.db, f.Today, narrator, func(int) {})
		return err
	})
}

// subscribe signs somebody up and sends what they use up to yesterday. Both count once, however often they are sent.
func (f *filling) subscribe(ctx context.Context, s subscriber) error {
	on := f.story.move(s.from)
	r := contracts.SignUpRequest{Key: "demo/" + s.id(), Existing: s.existing, Entity: "nlus", Plan: s.plan, Quantity: dec(s.quantity), StartsOn: on, Currency: "USD"}
	if s.existing == "" {
		r.Customer = &s.signer
	}
	err := f.db.Tx(ctx, func(tx pgx.Tx) error {
		out, err := contracts.SignUp(ctx, tx, r, on, f.people[s.by])
		if err != nil {
			return err
		}
		f.customers[s.id()], f.numbers[s.id()] = out.Customer, out.Number
		return nil
	})
	if err != nil || s.calls == 0 {
		return err
	}
	seller, _ := f.entities.ByCode("nlus")
	end := f.Today
	if paused := f.story.move(s.pausedFrom()); !paused.IsZero() {
		end = period.MinDate(end, paused)
	}
	events := customer{ID: s.id(), Growth: 3, Uses: map[string]int64{"api.calls": s.calls}}.consume(on, end, seller.Location())
	f.summary.Events += len(events)
	_, err = usage.Ingest(ctx, f.db, events, f.Now, narrator)
	return err
}

// changePlan makes a subscriber's change of that place, once.
func (f *filling) changePlan(ctx context.Context, s subscriber, place int, on period.Date) error {
	return f.db.Tx(ctx, func(tx pgx.Tx) error {
		c, err := contracts.Get(ctx, tx, f.numbers[s.id()])
		if err != nil || len(c.History) > place+1 {
			return err
		}
		_, err = contracts.ChangeSubscription(ctx, tx, c.Number, s.changes[place].change, on, f.people[s.changes[place].by])
		return err
	})
}
