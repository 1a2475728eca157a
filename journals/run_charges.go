package journals

import (
	"context"
	"errors"
	"fmt"

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

// Traded is what a run of intercompany charges did.
type Traded struct {
	Through period.Month
	Charges int
	Amount  map[money.Currency]money.Amount
}

// ChargeEntities books what entities owe each other for revenue of every month that is over by the end of a day. What is
// booked is what is owed less what stands booked: it may be killed and run again, or run twice at once.
func ChargeEntities(ctx context.Context, db *postgres.DB, asOf period.Date, by access.Actor) (Traded, error) {
	r := Traded{Through: asOf.AddDays(1).MonthOf().Prev(), Amount: map[money.Currency]money.Amount{}}
	doing := fmt.Sprintf("charge between entities through %s", r.Through)
	if err := by.Require(Roles...); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	var charges []Charge
	var err error
	for range attempts {
		err = db.Tx(ctx, func(tx pgx.Tx) (err error) {
			charges, err = charge(ctx, tx, r.Through, by)
			return err
		})
		if !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.Closed) {
			break
		}
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	for _, c := range charges {
		r.Charges, r.Amount[c.Currency] = r.Charges+1, r.Amount[c.Currency].Add(c.Amount)
	}
	return r, nil
}

// charge is one attempt, under the lock of all charges: pairs are few.
func charge(ctx context.Context, tx pgx.Tx, through period.Month, by access.Actor) ([]Charge, error) {
	if err := lockCharges(ctx, tx); err != nil {
		return nil, err
	}
	t, err := loadTrade(ctx, tx, through)
	if err != nil {
		return nil, err
	}
	charges := t.Decide()
	if len(charges) == 0 {
		return nil, nil
	}
	var entries []ledger.Entry
	var trail []access.Entry
	next := map[entities.ID]int64{}
	house := map[entities.ID]customers.AccountID{}
	place := func(id entities.ID) (customers.AccountID, int64, error) {
		if _, known := next[id]; !known {
			account, err := customers.OpenHouseAccount(ctx, tx, id, by)
			if err != nil {
				return 0, 0, err
			}
			standings, err := ledger.LoadStandings(ctx, tx, []customers.AccountID{account})
			if err != nil {
				return 0, 0, err
			}
			house[id], next[id] = account, standings[account].Next
		}
		next[id]++
		return house[id], next[id] - 1, nil
	}
	for i := range charges {
		c := &charges[i]
		if c.SellerAccount, c.SellerSeq, err = place(c.Seller); err != nil {
			return nil, err
		}
		if c.ServingAccount, c.ServingSeq, err = place(c.Serving); err != nil {
			return nil, err
		}
		entries = append(entries, t.entries(*c)...)
		trail = append(trail, access.Entry{Action: "intercompany.charge", Subject: access.Subject{Kind: "intercompany", Key: c.Reference}, After: map[string]string{"amount": c.Amount.String() + " " + string(c.Currency), "on": c.BookedOn.String()}})
	}
	if err := ledger.Append(ctx, tx, entries); err != nil {
		return nil, err
	}
	if err := insertCharges(ctx, tx, charges); err != nil {
		return nil, err
	}
	return charges, access.AuditMany(ctx, tx, by, trail)
}

// loadTrade reads what decides charges through a month, or through the latest that was charged: a run for an earlier month
// takes nothing back.
func loadTrade(ctx context.Context, q postgres.Querier, through period.Month) (t Trade, err error) {
	if t.Entities, err = entities.Load(ctx, q); err != nil {
		return t, err
	}
	if t.Rules, err = Rules(ctx, q); err != nil {
		return t, err
	}
	var last period.Month
	if t.Bookings, last, err = bookings(ctx, q); err != nil {
		return t, err
	}
	if last.After(through) {
		through = last
	}
	if t.Booked, err = charged(ctx, q, through); err != nil {
		return t, err
	}
	if err = t.loadEarned(ctx, q, through); err != nil {
		return t, err
	}
	months, err := ledger.LoadMonths(ctx, q)
	t.FirstOpen = months.FirstOpen
	return t, err
}

// loadEarned reads the revenue of entities that a rule says are served by another, and what was agreed with whom.
func (t *Trade) loadEarned(ctx context.Context, q postgres.Querier, through period.Month) error {
	t.Agreements = map[int64]contracts.Agreement{}
	selling := map[string]bool{}
	for _, r := range t.Rules {
		if r.Kind == TransferRule && r.Event == "approved" {
			selling[r.Transfer.Seller] = true
		}
	}
	var accounts []customers.AccountID
	for _, e := range t.Entities.All() {
		if !selling[e.Code] {
			continue
		}
		earned, err := ledger.EarnedLines(ctx, q, e.ID, nil, through)
		if err != nil {
			return err
		}
		for _, x := range earned {
			accounts = append(accounts, x.Account)
		}
		t.Earned = append(t.Earned, earned...)
	}
	agreements, err := contracts.LoadAgreements(ctx, q, distinct(accounts))
	for _, list := range agreements {
		for _, a := range list {
			t.Agreements[int64(a.Contract)] = a
		}
	}
	return err
}

func distinct(all []customers.AccountID) []customers.AccountID {
	seen := map[customers.AccountID]bool{}
	out := []customers.AccountID{}
	for _, a := range all {
		if !seen[a] {
			seen[a], out = true, append(out, a)
		}
	}
	return out
}

// Eliminations sets both sides of every pair beside each other, by month of booking, from what the ledger says: what does
// not cancel out would be left in the accounts of the group.
func Eliminations(ctx context.Context, q postgres.Querier, days period.Span) ([]Eliminated, error) {
	sums, err := ledger.DocumentSums(ctx, q, []ledger.Account{ledger.IntercompanyCost, ledger.IntercompanyIncome, ledger.IntercompanyPayable, ledger.IntercompanyReceivable},
		ledger.Filter{From: days.Start, Through: days.End.AddDays(-1)})
	if err != nil {
		return nil, err
	}
	return eliminate(sums), nil
}
