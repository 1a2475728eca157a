package spend

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/mail"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
	"ratable/invoicing"
	"ratable/usage"
)

// Looked is what one look at alerts came to.
type Looked struct {
	Accounts int // that were priced
	Fired    int // thresholds
	Mails    int
}

// together is how many accounts one snapshot loads.
const together = 50

// Alerts judges every account whose usage or rules changed since the last look, and on the first look of a day all of
// them: time alone moves a balance's period or a commitment's. Accounts that fail do not keep the others from being
// told. Any number of processes may look at once.
func Alerts(ctx context.Context, db *postgres.DB, asOf period.Date, site mail.Site, by access.Actor) (Looked, error) {
	var out Looked
	last, err := lastLook(ctx, db)
	if err != nil {
		return out, fmt.Errorf("look for alerts: %w", err)
	}
	now := looked{through: asOf}
	if now.known, err = finalOrder(ctx, db); err != nil {
		return out, fmt.Errorf("look for alerts: %w", err)
	}
	accounts, err := toLookAt(ctx, db, last, now)
	if err != nil || len(accounts) == 0 && !last.through.Before(asOf) {
		return out, err // the next look asks again from where the last one wrote: nothing happened, nothing is written
	}
	var stuck error
	for batch := range slices.Chunk(accounts, together) {
		failed, err := judgeMany(ctx, db, batch, asOf, site, by, &out)
		if err != nil {
			return out, err // the database: looked at again with the next tick, from the same place
		}
		stuck = errors.Join(stuck, failed) // an account: waiting for it would look at all others again every minute
	}
	return out, errors.Join(stuck, db.Tx(ctx, func(tx pgx.Tx) error { return saveLook(ctx, tx, now) }))
}

// toLookAt lists the accounts that something happened to and that have anything to be told of.
func toLookAt(ctx context.Context, db *postgres.DB, last, now looked) ([]customers.AccountID, error) {
	var ids []customers.AccountID
	if last.through.Before(now.through) {
		all, err := customers.Accounts(ctx, db)
		if err != nil {
			return nil, fmt.Errorf("look for alerts: %w", err)
		}
		for _, a := range all {
			ids = append(ids, a.ID)
		}
		return ids, nil
	}
	used, err := usage.ChangedAccounts(ctx, db, last.known, now.known)
	if err != nil {
		return nil, fmt.Errorf("look for alerts: %w", err)
	}
	ruled, err := accountsWithRulesSince(ctx, db, last.known, now.known)
	if err != nil {
		return nil, fmt.Errorf("look for alerts: %w", err)
	}
	mergers, err := customers.LoadMergers(ctx, db, used)
	if err != nil {
		return nil, fmt.Errorf("look for alerts: %w", err)
	}
	ids = append(mergers.CountedIn(used), ruled...)
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// judgeMany prices those of a batch that have rules or agreed limits, and fires what passed. What cannot be priced is
// stuck, the others are told.
func judgeMany(ctx context.Context, db *postgres.DB, batch []customers.AccountID, asOf period.Date, site mail.Site, by access.Actor, out *Looked) (stuck, err error) {
	var accounts []*Account
	var rules map[customers.AccountID][]Rule
	err = db.Snapshot(ctx, func(tx pgx.Tx) (err error) {
		accounts, stuck = nil, nil
		if rules, err = loadRules(ctx, tx, batch); err != nil {
			return err
		}
		agreed, err := contracts.LoadAgreements(ctx, tx, batch)
		if err != nil {
			return err
		}
		watched := slices.DeleteFunc(slices.Clone(batch), func(id customers.AccountID) bool { return len(rules[id]) == 0 && !limited(agreed[id], asOf) })
		if len(watched) == 0 {
			return nil
		}
		accounts, stuck, err = loadMany(ctx, tx, watched, asOf)
		return err
	})
	if err != nil {
		return stuck, fmt.Errorf("look for alerts: %w", err)
	}
	for _, x := range accounts {
		out.Accounts++
		x.site = site
		if err := x.fire(ctx, db, rules[x.Facts.Account], by, out); err != nil {
			return stuck, fmt.Errorf("look for alerts of account %d: %w", x.Facts.Account, err)
		}
	}
	return stuck, nil
}

// limited says whether a running agreement has a cap or balance that is told of by itself.
func limited(all []contracts.Agreement, asOf period.Date) bool {
	return slices.ContainsFunc(all, func(a contracts.Agreement) bool {
		return a.Term().Contains(asOf) && slices.ContainsFunc(a.Versions, func(v contracts.Version) bool {
			return len(v.Document.Caps) > 0 || len(v.Document.Prepaid) > 0
		})
	})
}

func loadMany(ctx context.Context, q postgres.Querier, ids []customers.AccountID, asOf period.Date) (out []*Account, stuck, err error) {
	w, err := invoicing.LoadWorld(ctx, q, asOf)
	if err != nil {
		return nil, nil, err
	}
	facts, err := loadFacts(ctx, q, w, ids, asOf)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range facts {
		x, unpriced := Reckon(w, f, asOf)
		if unpriced != nil {
			stuck = errors.Join(stuck, fmt.Errorf("look for alerts of account %d: %w", f.Account, unpriced))
			continue
		}
		out = append(out, x)
	}
	return out, stuck, nil
}

// fire writes down and tells what passed a threshold for the first time. What fired, its message and its event are one
// transaction: they stand or fall together.
func (x *Account) fire(ctx context.Context, db *postgres.DB, set []Rule, by access.Actor, out *Looked) error {
	had, err := firedOf(ctx, db, x.Facts.Account, x.AsOf.AddDays(-history))
	if err != nil {
		return err
	}
	var fresh []Measured
	for _, m := range x.Measure(x.Rules(set)) {
		if m.Thresholds = slices.DeleteFunc(m.Passed(), func(t decimal.Decimal) bool { return had[m.fired(t, x.AsOf).key()] }); len(m.Thresholds) > 0 {
			fresh = append(fresh, m)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	forecast, err := x.Forecast()
	if err != nil {
		return err
	}
	people, err := customers.LoadMany(ctx, db, customersOf(fresh), x.AsOf)
	if err != nil {
		return err
	}
	for _, m := range fresh {
		if err := x.tell(ctx, db, m, people[m.Customer], forecast, by, out); err != nil {
			return err
		}
	}
	return nil
}

func customersOf(all []Measured) []customers.ID {
	var out []customers.ID
	for _, m := range all {
		if !slices.Contains(out, m.Customer) {
			out = append(out, m.Customer)
		}
	}
	return out
}

// tell fires the thresholds of one measure. One message speaks of the highest: whoever passes 80 and 100 % at once need
// not read two.
func (x *Account) tell(ctx context.Context, db *postgres.DB, m Measured, c customers.Customer, forecast Forecast, by access.Actor, out *Looked) error {
	var fired, mails int
	err := db.Tx(ctx, func(tx pgx.Tx) error {
		fired, mails = 0, 0
		var events []webhook.Event
		for i, t := range slices.Backward(m.Thresholds) {
			f := m.fired(t, x.AsOf)
			message, written := x.message(m, t, c, forecast)
			if written = written && fired == 0 && i == len(m.Thresholds)-1; written {
				f.Mailed = message.Key
			}
			fresh, err := insertFired(ctx, tx, f)
			if err != nil {
				return fmt.Errorf("fire %s at %s: %w", f.Rule, t, err)
			}
			if !fresh {
				continue // another process was first
			}
			fired++
			if written {
				if _, err := mail.Enqueue(ctx, tx, message, by); err != nil {
					return err
				}
				mails++
			}
			events = append(events, f.event(c, m))
			subject := access.Subject{Kind: "alert", Key: f.Rule, Account: int64(f.Account)}
			if err := access.Audit(ctx, tx, by, "alert.fire", subject, nil, f.summary(), ""); err != nil {
				return err
			}
		}
		slices.Reverse(events) // whoever listens hears of 80 % before 100 %
		return webhook.Emit(ctx, tx, events...)
	})
	out.Fired, out.Mails = out.Fired+fired, out.Mails+mails
	return err
}

func (m Measured) fired(t decimal.Decimal, on period.Date) Fired {
	f := Fired{
		Account: m.Account, Rule: m.Rule.Key(), Mark: m.Mark, Unit: m.Unit, Threshold: t, Period: m.Period, Customer: m.Customer, Contract: m.Contract,
		Kind: m.Kind, Subject: m.Subject, Value: m.Value, FiredOn: on,
	}
	if m.Limit != nil {
		size := m.Limit.SizeUnits
		if !m.Limit.InUnits {
			size = m.Limit.Size.Decimal()
		}
		f.Size = &size
	}
	return f
}

func (f Fired) summary() map[string]string {
	return map[string]string{"subject": f.Subject, "threshold": f.Says(f.Threshold), "value": f.Says(f.Value), "period": f.Period.String(), "mail": f.Mailed}
}
