package payments

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
)

// WriteOff gives up what is open of an invoice, or a part of it (zero: all), by the policy of its entity: as a credit loss, or as
// a price nobody expected whole (606-10-32-7). It returns what was written off.
func WriteOff(ctx context.Context, tx pgx.Tx, invoice string, amount money.Amount, on period.Date, reason string, by access.Actor) (money.Amount, error) {
	return giveUpOf(ctx, tx, "write off invoice "+invoice, invoice, amount, on, reason, by, func(open, written money.Amount) (most, sign int64) {
		return open.Minor(), 1
	})
}

// Reinstate takes a write-off back, or a part of it: the invoice is open again, and what came in after all pays it.
func Reinstate(ctx context.Context, tx pgx.Tx, invoice string, amount money.Amount, on period.Date, reason string, by access.Actor) (money.Amount, error) {
	return giveUpOf(ctx, tx, "reinstate invoice "+invoice, invoice, amount, on, reason, by, func(open, written money.Amount) (most, sign int64) {
		return written.Minor(), -1
	})
}

func giveUpOf(ctx context.Context, tx pgx.Tx, doing, invoice string, amount money.Amount, on period.Date, reason string, by access.Actor,
	bound func(open, written money.Amount) (most, sign int64)) (out money.Amount, err error) {
	if err := asked(on, reason, by); err != nil {
		return out, fmt.Errorf("%s: %w", doing, err)
	}
	err = retry(ctx, tx, func(tx pgx.Tx) error {
		d, err := invoicing.Get(ctx, tx, invoice)
		if err != nil {
			return err
		}
		at, err := lossStanding(ctx, tx, d.Account, "writeoff:"+d.Number)
		if err != nil {
			return err
		}
		open, err := ledger.OpenOf(ctx, tx, d.Account, d.Number)
		if err != nil {
			return err
		}
		most, sign := bound(open, lossOn(at.entries, ledger.AccountsReceivable, d.Currency).Neg())
		if out = amount; out.IsZero() {
			out = money.Of(most, d.Currency)
		}
		if out.Sign() <= 0 || out.Currency() != d.Currency || out.Minor() > most {
			return fault.InvalidFields(fault.Field{Path: "amount", Value: out.String(), Message: fmt.Sprintf("must be more than zero and at most %s %s", money.Of(max(most, 0), d.Currency).Display(), d.Currency)})
		}
		policyDay := on
		if sign < 0 { // as it was given up
			policyDay = at.entries[len(at.entries)-1].BookedOn
		}
		list := giveUp(d, money.Of(sign*out.Minor(), d.Currency), at.policies.Of(d.Entity, ledger.USGAAP, policyDay))
		r := Receipt{Account: d.Account, Entity: d.Entity, Payer: d.Payer, Amount: d.Total}
		memo := fmt.Sprintf("%s%s: %s", strings.ToUpper(doing[:1]), doing[1:], reason)
		e := lossEntry(r, at.next, fmt.Sprintf("writeoff:%s:%d", d.Number, len(at.entries)+1), memo, on, at.months, list)
		subject := access.Subject{Kind: string(d.Kind), Key: d.Number, Account: int64(d.Account)}
		return bookLoss(ctx, tx, e, "invoice.write_off", subject, out, reason, by)
	})
	if err != nil {
		return out, fmt.Errorf("%s: %w", doing, err)
	}
	return out, nil
}

// RecordFee records what a processor kept of a receipt: an expense, and not less revenue. The receipt stays at what was paid.
func RecordFee(ctx context.Context, tx pgx.Tx, receipt int64, fee money.Amount, on period.Date, reason string, by access.Actor) error {
	return lossOf(ctx, tx, "record a fee on receipt "+number(receipt), "fee", receipt, on, reason, by, func(r Receipt, at lossesAt) (string, []ledger.Posting, error) {
		if fee.Sign() <= 0 || fee.Currency() != r.Currency() || fee.Cmp(r.Amount) > 0 {
			return "", nil, fault.InvalidFields(fault.Field{Path: "fee", Value: fee.String(), Message: fmt.Sprintf("must be more than zero and at most the %s %s received", r.Amount.Display(), r.Currency())})
		}
		return "", []ledger.Posting{ledger.Debit(ledger.Fees, fee), ledger.Credit(ledger.Cash, fee)}, nil
	})
}

// OpenDispute records that a card network withdrew a payment, with its fee. By policy it is a receivable until it is decided, or
// taken back like a refund at once.
func OpenDispute(ctx context.Context, tx pgx.Tx, receipt int64, amount, fee money.Amount, on period.Date, reason string, by access.Actor) error {
	return lossOf(ctx, tx, "record a dispute about receipt "+number(receipt), "dispute", receipt, on, reason, by, func(r Receipt, at lossesAt) (string, []ledger.Posting, error) {
		list, err := disputeOf(at.entries, r.Currency()).withdraw(r, amount, fee, at.policies.Of(r.Entity, ledger.USGAAP, on))
		return ":open", list, err
	})
}

// DecideDispute records how the pending dispute about a receipt ended.
func DecideDispute(ctx context.Context, tx pgx.Tx, receipt int64, won bool, on period.Date, reason string, by access.Actor) error {
	return lossOf(ctx, tx, "decide the dispute about receipt "+number(receipt), "dispute", receipt, on, reason, by, func(r Receipt, at lossesAt) (string, []ledger.Posting, error) {
		list, err := disputeOf(at.entries, r.Currency()).decide(won)
		if won {
			return ":won", list, err
		}
		return ":lost", list, err
	})
}

// lossOf books a loss of a receipt under the next number of its kind.
func lossOf(ctx context.Context, tx pgx.Tx, doing, kind string, receipt int64, on period.Date, reason string, by access.Actor,
	decide func(Receipt, lossesAt) (string, []ledger.Posting, error)) error {
	if err := asked(on, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	err := retry(ctx, tx, func(tx pgx.Tx) error {
		from, err := loadReceipt(ctx, tx, receipt)
		if err != nil {
			return err
		}
		r := from.receipt
		at, err := lossStanding(ctx, tx, r.Account, kind+":"+r.Number())
		if err != nil {
			return err
		}
		suffix, list, err := decide(r, at)
		if err != nil {
			return err
		}
		subject := access.Subject{Kind: "receipt", Key: r.Number(), Account: int64(r.Account)}
		if len(list) == 0 { // taken back already when it was withdrawn
			return access.Audit(ctx, tx, by, "receipt."+kind, subject, nil, nil, reason)
		}
		memo := fmt.Sprintf("%s%s: %s", strings.ToUpper(doing[:1]), doing[1:], reason)
		e := lossEntry(r, at.next, fmt.Sprintf("%s:%s:%d%s", kind, r.Number(), len(at.entries)+1, suffix), memo, latest(on, r.BookedOn), at.months, list)
		return bookLoss(ctx, tx, e, "receipt."+kind, subject, e.Total(), reason, by)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func asked(on period.Date, reason string, by access.Actor) error {
	if err := allowed(on, by); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return fault.InvalidFields(fault.Field{Path: "reason", Message: "is missing: say why, for the audit trail"})
	}
	return nil
}

// lossesAt is what a loss is decided on: the place in the book, the policies, and what was booked of its kind before.
type lossesAt struct {
	next     int64
	months   *ledger.Months
	policies *ledger.Policies
	entries  []ledger.Recorded // the latest first
}

func lossStanding(ctx context.Context, q postgres.Querier, account customers.AccountID, source string) (at lossesAt, err error) {
	// The place first: what is booked in between takes it, and this is decided again.
	if at.next, err = nextPlace(ctx, q, account); err != nil {
		return at, err
	}
	if at.months, err = ledger.LoadMonths(ctx, q); err != nil {
		return at, err
	}
	if at.policies, err = ledger.LoadPolicies(ctx, q); err != nil {
		return at, err
	}
	at.entries, err = ledger.EntriesPage(ctx, q, ledger.EntryFilter{Account: account, Source: source, Limit: 500})
	return at, err
}

func bookLoss(ctx context.Context, tx pgx.Tx, e ledger.Entry, action string, subject access.Subject, amount money.Amount, reason string, by access.Actor) error {
	if err := ledger.Append(ctx, tx, []ledger.Entry{e}); err != nil {
		return err
	}
	return access.Audit(ctx, tx, by, action, subject, nil, map[string]string{"amount": amount.String(), "entry": e.Source}, reason)
}
