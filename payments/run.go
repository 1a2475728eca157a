package payments

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// attempts bounds how often an account is loaded again after somebody else
// booked in it.
const attempts = 5

// Record books money that came in and applies it: to r.Wishes, else to what
// Match finds, else to nothing; what is left over is the customer's balance.
//
// A movement of the bank account is recorded once. It is known by Transaction
// where the bank gives one, else by payer, day, amount and reference together
// with Nth: two transfers alike in all of these are Nth 1 and 2. Recording it
// again returns it as it stands, Repeated; another movement under the same
// Transaction is fault.Conflict.
//
// In a closed month it is booked on the first open day after it.
func Record(ctx context.Context, tx pgx.Tx, r Receipt, by access.Actor) (Receipt, error) {
	if err := by.Require(desks...); err != nil {
		return Receipt{}, fmt.Errorf("record a receipt: %w", err)
	}
	r, err := prepare(ctx, tx, r)
	if err != nil {
		return Receipt{}, fmt.Errorf("record a receipt: %w", err)
	}
	var out Receipt
	err = retry(ctx, tx, func(tx pgx.Tx) error {
		out, err = record(ctx, tx, r, by)
		return err
	})
	if err != nil {
		return Receipt{}, fmt.Errorf("record %s %s received on %s: %w", r.Amount.Display(), r.Currency(), r.ReceivedOn, err)
	}
	return out, nil
}

// prepare checks a receipt and completes it: masked, with account and entity.
func prepare(ctx context.Context, q postgres.Querier, r Receipt) (Receipt, error) {
	r.Reference, r.Transaction = maskCards(r.Reference), maskCards(r.Transaction)
	r.Nth = max(r.Nth, 1)
	if found := r.check(); len(found) > 0 {
		return r, fault.InvalidFields(found...)
	}
	placed, err := customers.Placements(ctx, q, []customers.ID{r.Payer})
	if err != nil {
		return r, err
	}
	payer, ok := placed[r.Payer]
	if !ok {
		return r, fault.New(fault.NotFound, "there is no customer %d", r.Payer)
	}
	r.Account = payer.Account
	if r.Entity == 0 {
		r.Entity = payer.Entity
	}
	if r.Entity == payer.Entity {
		return r, nil
	}
	return r, ours(ctx, q, r.Entity)
}

func (r Receipt) check() []fault.Field {
	found := fault.Printable("reference", r.Reference, 300)
	found = append(found, fault.Printable("transaction", r.Transaction, 100)...)
	if r.Amount.Sign() <= 0 || r.Currency() == "" {
		found = append(found, fault.Field{Path: "amount", Value: r.Amount.String(), Message: "must be more than zero, in a currency"})
	}
	if r.ReceivedOn.IsZero() {
		found = append(found, fault.Field{Path: "received_on", Message: "is missing: write the day of the bank statement"})
	}
	if r.Payer == 0 {
		found = append(found, fault.Field{Path: "payer", Message: "is missing: choose the customer who paid"})
	}
	if r.Unmatched && len(r.Wishes) > 0 {
		found = append(found, fault.Field{Path: "wishes", Message: "and unmatched cannot both be asked for"})
	}
	return found
}

// record is one attempt. The place in the book is read before the balances: who
// books in between takes the place, and this attempt fails.
func record(ctx context.Context, tx pgx.Tx, r Receipt, by access.Actor) (Receipt, error) {
	if earlier, found, err := recorded(ctx, tx, r); err != nil || found {
		return earlier, err
	}
	next, err := nextPlace(ctx, tx, r.Account)
	if err != nil {
		return r, err
	}
	months, err := ledger.LoadMonths(ctx, tx)
	if err != nil {
		return r, err
	}
	open, err := OpenInvoices(ctx, tx, Scope{Account: r.Account})
	if err != nil {
		return r, err
	}
	if r.ID, err = takeID(ctx, tx); err != nil {
		return r, err
	}
	r.BookedOn, r.By = openDay(months, r.Entity, r.ReceivedOn), by.UserID
	if r.Applications, err = r.allot(open, months); err != nil {
		return r, err
	}
	r, entries := Book(r, next)
	if err := ledger.Append(ctx, tx, entries); err != nil {
		return r, err
	}
	if err := insertReceipt(ctx, tx, r); err != nil {
		return r, err
	}
	if err := insertApplications(ctx, tx, r.Account, r.Applications, by); err != nil {
		return r, err
	}
	if err := access.Audit(ctx, tx, by, "receipt.record", r.subject(), nil, r.facts(), r.Reference); err != nil {
		return r, err
	}
	if err := emitReceived(ctx, tx, r, open); err != nil {
		return r, err
	}
	return ReceiptByID(ctx, tx, r.ID)
}

// recorded finds the movement when it is recorded already, and refuses another
// one that goes by the same name.
func recorded(ctx context.Context, q postgres.Querier, r Receipt) (Receipt, bool, error) {
	earlier, found, err := movement(ctx, q, r)
	if err == nil && found && !earlier.same(r) {
		err = fault.New(fault.Conflict, "bank transaction %s is recorded as %s, %s %s received on %s",
			r.Transaction, earlier.Number(), earlier.Amount.Display(), earlier.Currency(), earlier.ReceivedOn)
	}
	if err != nil || !found {
		return Receipt{}, false, err
	}
	earlier.Repeated = true
	return earlier, true, nil
}

// same says whether two receipts are of the same movement of a bank account.
func (r Receipt) same(o Receipt) bool {
	return r.Payer == o.Payer && r.Amount == o.Amount && r.ReceivedOn == o.ReceivedOn && r.Reference == o.Reference
}

// retry does a verb's work in a savepoint, and again when somebody else took the
// place in the book first. What the work refuses by itself is final.
func retry(ctx context.Context, tx pgx.Tx, do func(tx pgx.Tx) error) (err error) {
	for range attempts {
		err = postgres.Fault(pgx.BeginFunc(ctx, tx, do))
		if !errors.Is(err, fault.Conflict) || postgres.Constraint(err) == "" {
			return err
		}
	}
	return err
}

func nextPlace(ctx context.Context, q postgres.Querier, account customers.AccountID) (int64, error) {
	standings, err := ledger.LoadStandings(ctx, q, []customers.AccountID{account})
	if err != nil {
		return 0, err
	}
	return standings[account].Next, nil
}

// subject and facts are what the audit trail says of a receipt.
func (r Receipt) subject() access.Subject {
	return access.Subject{Kind: "receipt", Key: r.Number(), Account: int64(r.Account)}
}

func (r Receipt) facts() map[string]string {
	out := map[string]string{"amount": r.Amount.String() + " " + string(r.Currency()), "received_on": r.ReceivedOn.String()}
	for _, a := range r.Applications {
		out[a.Document] = a.Amount.String()
	}
	return out
}

// latest is the last of some days; days that are not there do not count.
func latest(days ...period.Date) period.Date {
	var out period.Date
	for _, d := range days {
		if out.IsZero() || d.After(out) {
			out = d
		}
	}
	return out
}
