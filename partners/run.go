package partners

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
)

// attempts bounds how often an account is loaded again after somebody else booked in it.
const attempts = 5

// Result is what a run did.
type Result struct {
	Entries  int
	Accrued  map[money.Currency]money.Amount // by this run, less what was taken back
	Failures []Failure
}

// Failure is an account whose commissions could not be booked; the others' were.
type Failure struct {
	Account customers.AccountID
	Err     error
}

// Run accrues what referral partners earned by the end of a day. It may be killed and run again, run twice, or run by two
// processes at once: an account's place in its book is taken once.
func Run(ctx context.Context, db *postgres.DB, asOf period.Date, by access.Actor) (Result, error) {
	r := Result{Accrued: map[money.Currency]money.Amount{}}
	doing := fmt.Sprintf("accrue commissions as of %s", asOf)
	if err := by.Require(desks...); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	accounts, err := contracts.AccountsWith(ctx, db, contracts.Referral)
	if err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	for _, account := range accounts {
		var entries []ledger.Entry
		for n := range attempts {
			if entries, err = accrue(ctx, db, account, asOf, by); err == nil || !overtaken(err) || n == attempts-1 {
				break
			}
		}
		if ctx.Err() != nil {
			return r, fmt.Errorf("%s: %w", doing, ctx.Err())
		}
		if err != nil {
			r.Failures = append(r.Failures, Failure{account, err})
			continue
		}
		for _, e := range entries {
			r.Entries, r.Accrued[e.Currency] = r.Entries+1, r.Accrued[e.Currency].Add(e.Postings[0].Amount)
		}
	}
	return r, nil
}

// overtaken says that loading again may help: a place was taken, or a month closed, since the account was loaded.
func overtaken(err error) bool {
	return errors.Is(err, fault.Conflict) || errors.Is(err, fault.Closed)
}

// accrue loads, decides and appends one account.
func accrue(ctx context.Context, db *postgres.DB, account customers.AccountID, asOf period.Date, by access.Actor) ([]ledger.Entry, error) {
	var f Facts
	err := db.Snapshot(ctx, func(tx pgx.Tx) error {
		months, err := ledger.LoadMonths(ctx, tx)
		if err != nil {
			return err
		}
		f, asOf, err = load(ctx, tx, account, asOf)
		f.FirstOpen = months.FirstOpen
		return err
	})
	if err != nil {
		return nil, err
	}
	entries := Decide(f, asOf)
	if len(entries) == 0 {
		return nil, nil
	}
	return entries, db.Tx(ctx, func(tx pgx.Tx) error {
		if err := ledger.Append(ctx, tx, entries); err != nil {
			return err
		}
		var trail []access.Entry
		for _, e := range entries {
			trail = append(trail, access.Entry{Action: "commission.accrue", Subject: access.Subject{Kind: "commission", Key: e.Source, Account: int64(account)},
				After: map[string]string{"amount": e.Postings[0].Amount.String() + " " + string(e.Currency), "as_of": asOf.String()}})
		}
		return access.AuditMany(ctx, tx, by, trail)
	})
}

// load reads one account as of the end of a day, or of the latest day on which something was accrued: a run for an earlier
// day must not take back what a later one found.
func load(ctx context.Context, q postgres.Querier, account customers.AccountID, asOf period.Date) (Facts, period.Date, error) {
	accounts := []customers.AccountID{account}
	accrued, err := ledger.AccruedOn(ctx, q, accounts, forever)
	if err != nil {
		return Facts{}, asOf, err
	}
	for _, a := range accrued {
		asOf = period.MaxDate(asOf, a.Last)
	}
	standings, err := ledger.LoadStandings(ctx, q, accounts)
	if err != nil {
		return Facts{}, asOf, err
	}
	f, err := facts(ctx, q, account, asOf)
	f.Accrued, f.Next = accrued, standings[account].Next
	return f, asOf, err
}

// facts are what an account's documents had brought by the end of a day.
func facts(ctx context.Context, q postgres.Querier, account customers.AccountID, asOf period.Date) (Facts, error) {
	f := Facts{Account: account}
	accounts := []customers.AccountID{account}
	agreements, err := contracts.LoadAgreements(ctx, q, accounts)
	if err != nil {
		return f, err
	}
	f.Agreements = agreements[account]
	if f.Nets, err = invoicing.NetsOn(ctx, q, accounts, asOf); err != nil {
		return f, err
	}
	f.Collected, err = ledger.CollectedOn(ctx, q, accounts, asOf)
	return f, err
}

// forever is a day after every entry.
var forever = period.NewDate(9999, 12, 31)
