package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Remeasured is what a remeasurement did.
type Remeasured struct {
	Entries    int
	Gain, Loss money.Amount // in the entity's currency, both positive
}

// remeasureBatch is how many accounts a transaction holds; remeasureAttempts how often it is tried again after somebody
// else booked in one of them.
const (
	remeasureBatch    = 250
	remeasureAttempts = 5
)

// RemeasureMonth brings what an entity is owed and owes in foreign currencies to the closing rate of a month. It appends what
// is missing (Remeasuring.Entries): once more it changes nothing. A closed month is fault.Closed when something is; what
// a rate corrected later makes of it is then booked with the next month.
func RemeasureMonth(ctx context.Context, db *postgres.DB, entity entities.ID, month period.Month, by access.Actor) (Remeasured, error) {
	doing := fmt.Sprintf("remeasure at the end of %s", month)
	if err := by.Require(access.Accountant, access.Finance); err != nil {
		return Remeasured{}, fmt.Errorf("%s: %w", doing, err)
	}
	r, err := newRemeasuring(ctx, db, entity, month)
	if err != nil {
		return Remeasured{}, fmt.Errorf("%s: %w", doing, err)
	}
	done := Remeasured{Gain: money.Zero(r.entity.Currency), Loss: money.Zero(r.entity.Currency)}
	for accounts := range slices.Chunk(r.accounts, remeasureBatch) {
		var entries []Entry
		for n := range remeasureAttempts {
			entries, err = r.append(ctx, db, accounts, by)
			if !errors.Is(err, fault.Conflict) || n == remeasureAttempts-1 {
				break
			}
		}
		if err != nil {
			return done, fmt.Errorf("%s of %s: %w", doing, r.entity.Code, err)
		}
		done = done.with(entries)
	}
	return done, nil
}

// Unremeasured is what RemeasureMonth would append now: nothing, before a month may close.
func Unremeasured(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) ([]Entry, error) {
	r, err := newRemeasuring(ctx, q, entity, month)
	if err != nil {
		return nil, fmt.Errorf("look for what is not remeasured at the end of %s: %w", month, err)
	}
	var out []Entry
	for accounts := range slices.Chunk(r.accounts, remeasureBatch) {
		entries, err := r.decide(ctx, q, accounts)
		if err != nil {
			return nil, fmt.Errorf("look for what is not remeasured at the end of %s: %w", month, err)
		}
		out = append(out, entries...)
	}
	return out, nil
}

// remeasuring is a remeasurement under way.
type remeasuring struct {
	entity   entities.Entity
	month    period.Month
	home     map[entities.ID]money.Currency
	rates    *entities.Rates
	accounts []customers.AccountID
}

func newRemeasuring(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) (*remeasuring, error) {
	directory, err := entities.Load(ctx, q)
	if err != nil {
		return nil, err
	}
	r := &remeasuring{month: month, home: map[entities.ID]money.Currency{}}
	for _, e := range directory.All() {
		r.home[e.ID] = e.Currency
	}
	var ok bool
	if r.entity, ok = directory.ByID(entity); !ok {
		return nil, fault.New(fault.NotFound, "there is no legal entity %d", entity)
	}
	var currencies []money.Currency
	if r.accounts, currencies, err = foreignAccounts(ctx, q, r.entity, month.Last()); err != nil || len(r.accounts) == 0 {
		return r, err
	}
	r.rates, err = entities.LoadRatesOf(ctx, q, append(currencies, r.entity.Currency), period.Through(month.Last(), month.Last()))
	return r, err
}

// append is one attempt at some accounts.
func (r *remeasuring) append(ctx context.Context, db *postgres.DB, accounts []customers.AccountID, by access.Actor) (entries []Entry, err error) {
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		if entries, err = r.decide(ctx, tx, accounts); err != nil || len(entries) == 0 {
			return err
		}
		if err := appendConverted(ctx, tx, entries); err != nil {
			return err
		}
		var trail []access.Entry
		for _, e := range entries {
			trail = append(trail, access.Entry{Action: "ledger.remeasure", Subject: access.Subject{Kind: "entry", Key: e.Number(), Account: int64(e.Account)},
				After: map[string]string{"month": r.month.String(), "currency": string(e.Currency), "rate": e.Rate.String()}})
		}
		return access.AuditMany(ctx, tx, by, trail)
	})
	return entries, err
}

// decide loads some accounts as of the end of the month. The places are read before the balances: who books in between
// takes the place, and the attempt fails.
func (r *remeasuring) decide(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) ([]Entry, error) {
	places := make(map[customers.AccountID]*Standing, len(accounts))
	for _, a := range accounts {
		places[a] = NewStanding()
	}
	if err := loadPlaces(ctx, q, accounts, places); err != nil {
		return nil, postgres.Fault(err)
	}
	carrying, err := loadCarrying(ctx, q, accounts, r.home, r.month.Last())
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, a := range accounts {
		entries, err := Remeasuring{Account: a, Entity: r.entity, Month: r.month, Next: places[a].Next, At: carrying[a]}.Entries(r.rates)
		if err != nil {
			return nil, err
		}
		out = append(out, entries...)
	}
	return out, nil
}

// with adds up what entries of remeasurement bring.
func (d Remeasured) with(entries []Entry) Remeasured {
	d.Entries += len(entries)
	for _, e := range entries {
		for _, p := range e.Postings {
			switch p.Account {
			case FxGain:
				d.Gain = d.Gain.Sub(p.Functional)
			case FxLoss:
				d.Loss = d.Loss.Add(p.Functional)
			}
		}
	}
	return d
}
