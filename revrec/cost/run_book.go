package cost

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// attempts bounds how often an account is loaded again after somebody else booked in it.
const attempts = 5

// Result is what a run did.
type Result struct {
	Entries  int
	Failures []Failure
}

// Failure is an account whose costs could not be booked; the others' were.
type Failure struct {
	Account customers.AccountID
	Err     error
}

// Run books what contract costs come to by the end of a day. It may be killed and run again, run twice, or run by two
// processes at once.
func Run(ctx context.Context, db *postgres.DB, asOf period.Date, by access.Actor) (Result, error) {
	var r Result
	doing := fmt.Sprintf("book contract costs as of %s", asOf)
	if err := by.Require(Roles...); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	accounts, err := accountsWith(ctx, db)
	if err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	policies, err := List(ctx, db, Filter{Kind: PolicyFact})
	if err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	if slices.ContainsFunc(policies, func(f Fact) bool { return f.Counts() && f.Policy.Referral }) {
		referred, err := contracts.AccountsWith(ctx, db, contracts.Referral)
		if err != nil {
			return r, fmt.Errorf("%s: %w", doing, err)
		}
		accounts = slices.Compact(slices.Sorted(slices.Values(append(accounts, referred...))))
	}
	for _, account := range accounts {
		var n int
		for range attempts {
			if n, err = bookOne(ctx, db, account, asOf, by); !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.Closed) {
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
		r.Entries += n
	}
	return r, nil
}

// bookOne loads, decides and appends one account in one transaction, under the account's lock.
func bookOne(ctx context.Context, db *postgres.DB, account customers.AccountID, asOf period.Date, by access.Actor) (n int, err error) {
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		if err := lock(ctx, tx, account); err != nil {
			return err
		}
		f, err := Load(ctx, tx, account)
		if err != nil {
			return err
		}
		if err := f.refer(ctx, tx, asOf, by); err != nil {
			return err
		}
		plan := Decide(f, asOf)
		if n = len(plan.Entries); n == 0 {
			return nil
		}
		if err := ledger.Append(ctx, tx, plan.Entries); err != nil {
			return err
		}
		if err := insertMovements(ctx, tx, account, plan.Movements); err != nil {
			return err
		}
		var trail []access.Entry
		for _, e := range plan.Entries {
			trail = append(trail, access.Entry{Action: "contract_cost.book", Subject: access.Subject{Kind: "cost", Key: e.Source, Account: int64(account)},
				After: map[string]string{"amount": e.Total().String() + " " + string(e.Currency), "on": e.BookedOn.String()}})
		}
		return access.AuditMany(ctx, tx, by, trail)
	})
	return n, err
}

// Load reads what decides the costs of an account.
func Load(ctx context.Context, q postgres.Querier, account customers.AccountID) (Facts, error) {
	f := Facts{Account: account}
	accounts := []customers.AccountID{account}
	agreements, err := contracts.LoadAgreements(ctx, q, accounts)
	if err != nil {
		return f, err
	}
	f.Agreements = agreements[account]
	all, err := List(ctx, q, Filter{Account: account})
	if err != nil {
		return f, err
	}
	slices.Reverse(all)
	f.Facts = slices.DeleteFunc(all, func(x Fact) bool { return !x.Counts() })
	if slices.ContainsFunc(f.Facts, func(x Fact) bool { return x.Cost.By == Transfer }) {
		if f.Earned, err = ledger.EarnedLines(ctx, q, 0, accounts, forever); err != nil {
			return f, err
		}
	}
	if f.Booked, err = Movements(ctx, q, account, 0); err != nil {
		return f, err
	}
	standings, err := ledger.LoadStandings(ctx, q, accounts)
	if err != nil {
		return f, err
	}
	months, err := ledger.LoadMonths(ctx, q)
	f.Next, f.FirstOpen = standings[account].Next, months.FirstOpen
	return f, err
}

var forever = period.NewMonth(9999, 12)

// refer makes what partners earned since an entity capitalizes commissions facts of their own: what is accrued to a partner
// for a contract, less the facts there are. What is accrued later is used up over what is left of the time.
func (f *Facts) refer(ctx context.Context, tx pgx.Tx, asOf period.Date, by access.Actor) error {
	for _, x := range f.Facts { // a run for an earlier day takes nothing back
		if x.Kind == ReferralFact {
			asOf = period.MaxDate(asOf, x.Cost.IncurredOn)
		}
	}
	accrued, err := ledger.AccruedOn(ctx, tx, []customers.AccountID{f.Account}, asOf)
	if err != nil {
		return err
	}
	before := map[entities.ID][]ledger.Accrued{}
	for _, x := range accrued {
		a, ok := f.agreement(x.Contract)
		if !ok {
			continue
		}
		p, err := PolicyOn(ctx, tx, a.Entity, asOf)
		if err != nil || !p.Referral {
			if err != nil {
				return err
			}
			continue
		}
		if _, loaded := before[a.Entity]; !loaded {
			if before[a.Entity], err = ledger.AccruedOn(ctx, tx, []customers.AccountID{f.Account}, p.StartsOn.AddDays(-1)); err != nil {
				return err
			}
		}
		due := x.Amount.Sub(standing(before[a.Entity], x)).Sub(f.referred(x, p.StartsOn))
		if due.IsZero() {
			continue
		}
		fact := referral(a, x, due, p, period.MinDate(asOf, x.Last))
		fact.PreparedBy = by.UserID
		if fact.ID, err = insertFact(ctx, tx, fact); err != nil {
			return err
		}
		f.Facts = append(f.Facts, fact)
	}
	return nil
}

func standing(all []ledger.Accrued, of ledger.Accrued) money.Amount {
	for _, x := range all {
		if x.Contract == of.Contract && x.Partner == of.Partner && x.Amount.Currency() == of.Amount.Currency() {
			return x.Amount
		}
	}
	return money.Zero(of.Amount.Currency())
}

func (f *Facts) referred(of ledger.Accrued, since period.Date) money.Amount {
	sum := money.Zero(of.Amount.Currency())
	for _, x := range f.Facts {
		if x.Kind == ReferralFact && x.Cost.Contract == of.Contract && x.Cost.Party == of.Partner && x.Cost.Currency == sum.Currency() && !x.Cost.IncurredOn.Before(since) {
			sum = sum.Add(x.Cost.Amount())
		}
	}
	return sum
}

func referral(a contracts.Agreement, x ledger.Accrued, due money.Amount, p Policy, on period.Date) Fact {
	c := Cost{Contract: x.Contract, Number: a.Number, Purpose: Obtain, Nature: commissionCost, Payee: "Referral partner", Party: x.Partner,
		Minor: due.Minor(), Currency: due.Currency(), IncurredOn: period.MaxDate(on, p.StartsOn), Benefit: p.Benefit, By: Daily}
	return Fact{Kind: ReferralFact, Account: a.Account, Entity: a.Entity, Cost: c.decided(a, p), Reason: "Policy: commissions of referral partners are costs to obtain"}
}
