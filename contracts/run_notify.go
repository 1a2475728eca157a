package contracts

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

// emitDecided tells of a decision in its transaction.
func (c Contract) emitDecided(ctx context.Context, tx pgx.Tx, version int, d Document, event string) error {
	e, told := c.toldDecided(version, d, event)
	if !told {
		return nil
	}
	return webhook.Emit(ctx, tx, e)
}

// tellBack is how many days back ends are looked for: a job that did not run for longer tells of no older ones.
const tellBack = 31

// TellEnded tells of terms and trials that are over by a day. Each is told once, however often this is called; call it after RenewDue,
// so that what renews does not expire first. It returns how many contracts it looked at.
func TellEnded(ctx context.Context, db *postgres.DB, asOf period.Date) (int, error) {
	found, err := overBy(ctx, db, asOf)
	if err != nil {
		return 0, fmt.Errorf("find contracts whose term or trial is over: %w", err)
	}
	for some := range slices.Chunk(found, renewalsTogether) {
		err := db.Tx(ctx, func(tx pgx.Tx) error {
			var events []webhook.Event
			for _, number := range some {
				c, err := Get(ctx, tx, number)
				if err != nil {
					return err
				}
				events = append(events, c.toldBy(asOf)...)
			}
			return webhook.Emit(ctx, tx, events...)
		})
		if err != nil {
			return 0, fmt.Errorf("tell of terms and trials that are over: %w", err)
		}
	}
	return len(found), nil
}

// overBy lists contracts with a version in which a term or trial was over at most so many days before; whether that version still
// counts, toldBy looks.
func overBy(ctx context.Context, q postgres.Querier, asOf period.Date) ([]string, error) {
	rows, err := q.Query(ctx, `
		select distinct c.number
		from contracts.versions v
		join contracts.contracts c on c.account_id = v.account_id and c.id = v.contract_id
		where v.ends_on between @from::date and @as_of::date
			or (v.document -> 'trial' ->> 'through')::date between @from::date and @as_of::date
		order by c.number`, pgx.NamedArgs{"as_of": asOf, "from": asOf.AddDays(-tellBack)})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return numbers, postgres.Fault(err)
}
