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
	return giveUpOf(ctx, tx, WrittenOff, "write off invoice "+invoice, invoice, amount, on, reason, by)
}

// Reinstate takes a write-off back, or a part of it: the invoice is open again, and what came in after all pays it.
func Reinstate(ctx context.Context, tx pgx.Tx, invoice string, amount money.Amount, on period.Date, reason string, by access.Actor) (money.Amount, error) {
	return giveUpOf(ctx, tx, Reinstated, "reinstate invoice "+invoice, invoice, amount, on, reason, by)
}

func giveUpOf(ctx context.Context, tx pgx.Tx, kind LossKind, doing, invoice string, amount money.Amount, on period.Date, reason string, by access.Actor) (out money.Amount, err error) {
	if err := asked(on, reason, by); err != nil {
		return out, fmt.Errorf("%s: %w", doing, err)
	}
	err = retry(ctx, tx, func(tx pgx.Tx) error {
		d, err := invoicing.Get(ctx, tx, invoice)
		if err != nil {
			return err
		}
		at, err := loadLosing(ctx, tx, d.Account, d.Number)
		if err != nil {
			return err
		}
		policy := at.policies.Of(d.Entity, ledger.USGAAP, on)
		l := Loss{Account: d.Account, Kind: kind, Entity: d.Entity, Customer: d.Payer, Document: d.Number, Fee: money.Zero(d.Currency), Policy: badDebtWord(policy), On: on, Reason: reason}
		most, err := ledger.OpenOf(ctx, tx, d.Account, d.Number)
		if err != nil {
			return err
		}
		if kind == Reinstated {
			most, l.Policy = givenUp(at.losses, money.Zero(d.Currency))
		}
		if out = amount; out.IsZero() {
			out = most
		}
		if out.Sign() <= 0 || out.Currency() != d.Currency || out.Cmp(most) > 0 {
			return fault.InvalidFields(fault.Field{Path: "amount", Value: out.String(), Message: fmt.Sprintf("must be more than zero and at most %s %s", most.Display(), d.Currency)})
		}
		l.Amount = out
		moved := out
		if kind == Reinstated {
			moved = out.Neg()
		}
		return at.book(ctx, tx, l, doing, giveUp(d, moved, badDebtBy(l.Policy)), by)
	})
	if err != nil {
		return out, fmt.Errorf("%s: %w", doing, err)
	}
	return out, nil
}

// RecordFee records what a processor kept of a receipt: an expense, and not less revenue. The receipt stays at what was paid.
func RecordFee(ctx context.Context, tx pgx.Tx, receipt int64, fee money.Amount, on period.Date, reason string, by access.Actor) error {
	return lossOf(ctx, tx, "record a fee on receipt "+number(receipt), receipt, on, reason, by, func(r Receipt, at losing, l *Loss) ([]ledger.Posting, error) {
		if fee.Sign() <= 0 || fee.Currency() != r.Currency() || fee.Cmp(r.Amount) > 0 {
			return nil, fault.InvalidFields(fault.Field{Path: "fee", Value: fee.String(), Message: fmt.Sprintf("must be more than zero and at most the %s %s received", r.Amount.Display(), r.Currency())})
		}
		l.Kind, l.Amount = Fee, fee
		return []ledger.Posting{ledger.Debit(ledger.Fees, fee), ledger.Credit(ledger.Cash, fee)}, nil
	})
}

// OpenDispute records that a card network withdrew a payment, with its fee. By policy it is a receivable until it is decided, or
// taken back like a refund at once.
func OpenDispute(ctx context.Context, tx pgx.Tx, receipt int64, amount, fee money.Amount, on period.Date, reason string, by access.Actor) error {
	return lossOf(ctx, tx, "record a dispute about receipt "+number(receipt), receipt, on, reason, by, func(r Receipt, at losing, l *Loss) ([]ledger.Posting, error) {
		zero, policy := money.Zero(r.Currency()), at.policies.Of(r.Entity, ledger.USGAAP, on)
		if err := withdrawn(r, at.losses, amount, fee); err != nil {
			return nil, err
		}
		l.Kind, l.Amount, l.Fee, l.Policy = Disputed, amount, zero.Add(fee), string(policy.Disputes)
		return policy.Dispute(ledger.Share{Recognized: amount, Deferred: zero, Tax: zero}, zero, l.Fee), nil
	})
}

// DecideDispute records how the pending dispute about a receipt ended.
func DecideDispute(ctx context.Context, tx pgx.Tx, receipt int64, won bool, on period.Date, reason string, by access.Actor) error {
	return lossOf(ctx, tx, "decide the dispute about receipt "+number(receipt), receipt, on, reason, by, func(r Receipt, at losing, l *Loss) ([]ledger.Posting, error) {
		open, pending := pendingDispute(at.losses)
		if !pending {
			return nil, fault.New(fault.Conflict, "no dispute about it waits for a decision")
		}
		policy := ledger.DefaultPolicy()
		policy.Disputes = ledger.DisputePolicy(open.Policy)
		l.Kind, l.Amount, l.Policy = DisputeLost, open.Amount, open.Policy
		if won {
			l.Kind = DisputeWon
			return policy.WinDispute(open.Amount), nil
		}
		return policy.LoseDispute(open.Amount), nil
	})
}

// lossOf books a loss of a receipt.
func lossOf(ctx context.Context, tx pgx.Tx, doing string, receipt int64, on period.Date, reason string, by access.Actor,
	decide func(Receipt, losing, *Loss) ([]ledger.Posting, error)) error {
	if err := asked(on, reason, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	err := retry(ctx, tx, func(tx pgx.Tx) error {
		from, err := loadReceipt(ctx, tx, receipt)
		if err != nil {
			return err
		}
		r := from.receipt
		at, err := loadLosing(ctx, tx, r.Account, r.Number())
		if err != nil {
			return err
		}
		l := Loss{Account: r.Account, Entity: r.Entity, Customer: r.Payer, Document: r.Number(), Fee: money.Zero(r.Currency()), On: latest(on, r.BookedOn), Reason: reason}
		list, err := decide(r, at, &l)
		if err != nil {
			return err
		}
		return at.book(ctx, tx, l, doing, list, by)
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

// losing is what a loss is decided on: the place in the book, the policies, and what was lost of the document before.
type losing struct {
	next     int64
	months   *ledger.Months
	policies *ledger.Policies
	losses   []Loss
}

func loadLosing(ctx context.Context, q postgres.Querier, account customers.AccountID, document string) (at losing, err error) {
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
	at.losses, err = LossesOf(ctx, q, account, document)
	return at, err
}

// book keeps the fact and its entry, on the first open day. What was taken back already when it was withdrawn has no entry.
func (at losing) book(ctx context.Context, tx pgx.Tx, l Loss, doing string, list []ledger.Posting, by access.Actor) error {
	l.BookedOn = openDay(at.months, l.Entity, l.On)
	source := fmt.Sprintf("loss:%s:%d", l.Document, len(at.losses)+1)
	if len(list) > 0 {
		l.Entry = at.next
		e := ledger.Entry{Account: l.Account, Seq: l.Entry, Entity: l.Entity, Source: source, BookedOn: l.BookedOn, Currency: l.Amount.Currency(),
			Memo: fmt.Sprintf("%s%s: %s", strings.ToUpper(doing[:1]), doing[1:], l.Reason)}
		for _, p := range list {
			p.Customer, p.Document = l.Customer, l.Document
			e.Postings = append(e.Postings, p)
		}
		if err := ledger.Append(ctx, tx, []ledger.Entry{e}); err != nil {
			return err
		}
	}
	if err := insertLoss(ctx, tx, l, by); err != nil {
		return err
	}
	subject := access.Subject{Kind: "receipt", Key: l.Document, Account: int64(l.Account)}
	if l.Kind == WrittenOff || l.Kind == Reinstated {
		subject.Kind = "invoice"
	}
	if err := access.Audit(ctx, tx, by, subject.Kind+"."+string(l.Kind), subject, nil, map[string]string{"amount": l.Amount.String(), "entry": source}, l.Reason); err != nil {
		return err
	}
	return emitLoss(ctx, tx, l, source)
}
