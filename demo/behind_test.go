package demo_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/usage"
)

// What a line opens is what it billed: for every usage line of every document, events recounted here by another way come
// to what the page shows, and those known by then to what is printed.
func TestEveryUsageLineOpensTheEventsItCounted(t *testing.T) {
	t.Parallel()
	db := company.Clone(t)
	ctx := context.Background()
	facts := loadFacts(t, db)
	found, err := invoicing.List(ctx, db, invoicing.Filter{Limit: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	lines, grown := 0, 0
	for _, row := range found {
		d, err := invoicing.Get(ctx, db, row.Number)
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range d.Lines {
			what := fmt.Sprintf("%s line %d, %s %s", d.Number, i+1, l.Line, l.Span)
			b, err := invoicing.Behind(ctx, db, d, i+1)
			if err != nil {
				t.Errorf("%s: %v", what, err)
				continue
			}
			if usageKind := l.Kind == contracts.Metered || l.Kind == contracts.OverCap; b.Counted != usageKind || b.Counted == (b.Made != "") {
				t.Errorf("%s: counted %v, made of %q", what, b.Counted, b.Made)
			}
			if !b.Counted {
				continue
			}
			days, err := usage.BehindDays(ctx, db, b.Usage)
			if err != nil {
				t.Fatal(err)
			}
			if _, now := usage.Sum(days); !now.Equal(facts.recount(b, 1<<62)) {
				t.Errorf("%s shows %s, a recount of what counts now gives %s", what, now, facts.recount(b, 1<<62))
			} else if !now.Equal(b.Billed) {
				grown++
			}
			if then := facts.recount(b, b.Known); l.Kind == contracts.Metered && !then.Equal(b.Billed) {
				t.Errorf("%s printed %s, a recount of what was known then gives %s", what, b.Billed, then)
			}
			if _, known, err := usage.BehindKnown(ctx, db, b.Usage, b.Known); err != nil || !known.Equal(facts.recount(b, b.Known)) {
				t.Errorf("%s: %s was known, a recount gives %s (%v)", what, known, facts.recount(b, b.Known), err)
			}
			lines++
		}
	}
	if lines < 400 || grown == 0 {
		t.Errorf("only %d lines were opened, %d of them with more known since", lines, grown)
	}
}

// fact is what an event said from a place in the order of knowing on.
type fact struct {
	known, customer, meter int64
	at                     time.Time
	quantity               decimal.Decimal
	dimensions             map[string]string
	gone                   bool
}

// allFacts are events with their corrections, by key and in order; none is summed here by SQL.
type allFacts struct {
	of    map[[2]int64][][]fact // what each event said over time, under each customer and meter that it named
	zones map[int64]*time.Location
}

func loadFacts(t *testing.T, db *postgres.DB) allFacts {
	t.Helper()
	out, by := allFacts{map[[2]int64][][]fact{}, map[int64]*time.Location{}}, map[pgtype.UUID][]fact{}
	found, err := db.Query(context.Background(), `
		select key, known_order, customer_id, meter_id, occurred_at, quantity, coalesce(dimensions, '{}'), false from usage.events
		union all
		select key, known_order, customer_id, meter_id, occurred_at, quantity, coalesce(dimensions, '{}'), action = 'retract' from usage.corrections
		order by 2`)
	if err != nil {
		t.Fatal(err)
	}
	var key pgtype.UUID
	var f fact
	if _, err := pgx.ForEachRow(found, []any{&key, &f.known, &f.customer, &f.meter, &f.at, &f.quantity, &f.dimensions, &f.gone}, func() error {
		by[key] = append(by[key], f)
		f.dimensions = nil
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, said := range by {
		named := map[[2]int64]bool{}
		for _, f := range said {
			if at := [2]int64{f.customer, f.meter}; !named[at] {
				named[at], out.of[at] = true, append(out.of[at], said)
			}
		}
	}
	zones, err := db.Query(context.Background(), `select c.id, e.time_zone from customers.customers c join entities.entities e on e.id = c.entity_id`)
	if err != nil {
		t.Fatal(err)
	}
	var id int64
	var zone string
	if _, err := pgx.ForEachRow(zones, []any{&id, &zone}, func() (err error) { out.zones[id], err = time.LoadLocation(zone); return err }); err != nil {
		t.Fatal(err)
	}
	return out
}

// recount adds up the events of a line as they were known; every meter of the demo adds up.
func (all allFacts) recount(b invoicing.UsageBehind, known int64) decimal.Decimal {
	sum := decimal.Zero
	for _, id := range b.Usage.Reading.Customers {
		for _, said := range all.of[[2]int64{int64(id), b.Usage.Reading.Meter.ID}] {
			last := -1
			for i, f := range said {
				if f.known <= known {
					last = i
				}
			}
			if last >= 0 && !said[last].gone && said[last].customer == int64(id) && all.counts(b, said[last]) {
				sum = sum.Add(said[last].quantity)
			}
		}
	}
	return sum
}

func (all allFacts) counts(b invoicing.UsageBehind, f fact) bool {
	r := b.Usage.Reading
	if f.meter != r.Meter.ID || !b.Line.Span.Contains(period.DateOf(f.at, all.zones[f.customer])) {
		return false
	}
	for name, value := range r.Where {
		if f.dimensions[name] != value {
			return false
		}
	}
	return true
}
