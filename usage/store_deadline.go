package usage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// HoldDeadlines keeps everybody else from changing an account's deadlines until
// the transaction ends, and says whether there are any. Who holds them may read
// what is agreed, and write what follows from it.
func HoldDeadlines(ctx context.Context, tx pgx.Tx, account customers.AccountID) (held bool, err error) {
	_, err = tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended(@key, 0))`, pgx.NamedArgs{"key": fmt.Sprintf("usage deadlines %d", account)})
	if err == nil {
		err = tx.QueryRow(ctx, `select exists (select from usage.deadlines where account_id = @account)`, pgx.NamedArgs{"account": account}).Scan(&held)
	}
	if err != nil {
		return false, fmt.Errorf("hold the deadlines of account %d: %w", account, postgres.Fault(err))
	}
	return held, nil
}

// ReplaceDeadlines writes until when the usage of an account is taken, as its
// contracts say it together. What was received before stays as it was judged then.
func ReplaceDeadlines(ctx context.Context, tx pgx.Tx, account customers.AccountID, deadlines Deadlines) error {
	doing := fmt.Sprintf("replace the deadlines of account %d", account)
	if _, err := tx.Exec(ctx, `delete from usage.deadlines where account_id = @account`, pgx.NamedArgs{"account": account}); err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	deadlines = deadlines.Effective()
	if len(deadlines) == 0 {
		return nil
	}
	meters, err := catalog.LoadMeters(ctx, tx)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	columns := []string{"account_id", "position", "contract", "customer_id", "meter_id", "starts_on", "ends_on", "anchor", "cadence", "days"}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"usage", "deadlines"}, columns, pgx.CopyFromSlice(len(deadlines), func(i int) ([]any, error) {
		d := deadlines[i]
		meter, ok := meters.Meter(d.Meter)
		if !ok {
			return nil, fmt.Errorf("contract %s measures %q, which is not a meter of the catalog", d.Contract, d.Meter)
		}
		var days *int
		if !d.Open {
			days = &d.After
		}
		return []any{int64(account), i, d.Contract, int64(d.Customer), meter.ID, d.Days.Start, d.Days.End, d.Periods.Anchor, string(d.Periods.Cadence), days}, nil
	}))
	if err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	return nil
}

// lateness judges whether events come too late.
type lateness struct {
	deadlines map[customers.AccountID]Deadlines
	mergers   customers.Mergers
	meters    *catalog.Catalog
}

// loadLateness reads the deadlines of the accounts of a batch.
func loadLateness(ctx context.Context, q postgres.Querier, batch []staged) (l lateness, err error) {
	if l.meters, err = catalog.LoadMeters(ctx, q); err != nil { // a deadline may speak of a newer one than the batch
		return l, err
	}
	seen := make(map[customers.AccountID]bool)
	for i := range batch {
		seen[customers.AccountID(batch[i].account)] = true
	}
	// What a duplicate uses counts for whom it was merged into: so does their deadline.
	if l.mergers, err = customers.LoadMergers(ctx, q, slices.Sorted(maps.Keys(seen))); err != nil {
		return l, err
	}
	for i := range batch {
		e := &batch[i]
		account, _ := l.mergers.CountsFor(customers.AccountID(e.account), customers.ID(e.customer), e.day())
		seen[account] = true
	}
	l.deadlines, err = deadlinesOf(ctx, q, slices.Sorted(maps.Keys(seen)), l.meters)
	return l, err
}

func deadlinesOf(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, meters *catalog.Catalog) (map[customers.AccountID]Deadlines, error) {
	rows, err := q.Query(ctx, `
		select account_id, contract, customer_id, meter_id, starts_on, ends_on, anchor, cadence, coalesce(days, 0)
		from usage.deadlines where account_id = any (@accounts::bigint[])
		order by account_id, position`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return nil, fmt.Errorf("load deadlines of usage: %w", postgres.Fault(err))
	}
	out := make(map[customers.AccountID]Deadlines)
	var account customers.AccountID
	var meter int64
	var d Deadline
	_, err = pgx.ForEachRow(rows, []any{&account, &d.Contract, &d.Customer, &meter, &d.Days.Start, &d.Days.End, &d.Periods.Anchor, &d.Periods.Cadence, &d.After}, func() error {
		m, ok := meters.MeterByID(meter)
		if !ok {
			return fmt.Errorf("meter %d was added while loading", meter)
		}
		d.Meter, d.Open = m.Code, d.After == 0
		out[account] = append(out[account], d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load deadlines of usage: %w", postgres.Fault(err))
	}
	return out, nil
}

// LoadDeadlines reads until when the usage of an account is taken: nothing when
// it is taken whenever it comes.
func LoadDeadlines(ctx context.Context, q postgres.Querier, account customers.AccountID) (Deadlines, error) {
	meters, err := catalog.LoadMeters(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("load deadlines of usage: %w", err)
	}
	found, err := deadlinesOf(ctx, q, []customers.AccountID{account}, meters)
	return found[account], err
}

// day is the day an event belongs to.
func (s *staged) day() period.Date { return period.DateOf(s.OccurredAt, s.zone) }

// split takes out of a batch what comes too late: never what is stored already,
// for a repeat is a repeat however late it comes. The rest stays in order.
func (l lateness) split(batch []staged, stored map[eventKey]digest, received func(*staged) time.Time) (known []staged, late []stray) {
	if len(l.deadlines) == 0 {
		return batch, nil
	}
	for i := range batch {
		s := &batch[i]
		if _, repeat := stored[s.eventKey()]; !repeat {
			account, customer := l.mergers.CountsFor(customers.AccountID(s.account), customers.ID(s.customer), s.day())
			meter, _ := l.meters.MeterByID(s.meter) // the name that was sent may be an alias
			if why, refused := l.deadlines[account].Refused(Key{customer, meter.Code}, s.day(), period.DateOf(received(s), s.zone)); refused {
				late = append(late, stray{staged: *s, reason: Late, refusal: why})
				continue
			}
		}
		known = append(known, *s)
	}
	return known, late
}

// Late is the reason of events that came after their contract's last day for them.
const Late = "late"
