package demo

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/usage"
)

// punctual takes no usage that comes more than ten days after its month: see C-1021.
const punctual = "prairie-data"

// oddNames lets a sender go on calling a customer what it always did, and leaves one event that came too late for its contract: it waits for
// finance to take it or not.
func (f *filling) oddNames(ctx context.Context) error {
	known, err := usage.Aliases(ctx, f.db)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		err := f.db.Tx(ctx, func(tx pgx.Tx) error {
			return usage.SetAlias(ctx, tx, usage.Alias{Kind: usage.CustomerName, Alias: "prairie-coop", Means: punctual,
				Reason: "The co-op's elevators report under the name they had before"}, f.people["sven"])
		})
		if err != nil {
			return err
		}
	}
	c := f.story.customer(punctual)
	seller, _ := f.entities.ByCode(c.Entity)
	late := c.event("api.calls", f.Today.MonthOf().Add(-2).First().AddDays(9), 15, 1840, seller.Location())
	late.ID += "/late"
	_, err = usage.Ingest(ctx, f.db, []usage.Event{late}, f.Now, narrator)
	return err
}
