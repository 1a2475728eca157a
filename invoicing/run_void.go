package invoicing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Void takes an unpaid invoice back: its entry is mirrored, its lines no longer
// stand billed, and the next run bills what is still owed under a new number.
// The number stays used. It refuses with fault.Conflict an invoice that was paid,
// credited or voided.
func Void(ctx context.Context, db *postgres.DB, number string, on period.Date, reason string, by access.Actor) error {
	return voiding(ctx, db, "void invoice "+number, number, on, reason, by, func(ctx context.Context, tx pgx.Tx, d Issued) (ledger.Entry, error) {
		// The place in the book before the open balance: a payment booked in
		// between takes the place, and the void fails.
		standings, err := ledger.LoadStandings(ctx, tx, []customers.AccountID{d.Account})
		if err != nil {
			return ledger.Entry{}, err
		}
		return Unissue(d.Document, on, standings[d.Account]), nil
	})
}

// Cancel takes an unpaid invoice back for good: what it asked for is not billed again. See DecideCancel.
func Cancel(ctx context.Context, db *postgres.DB, number string, on period.Date, reason string, by access.Actor) error {
	return voiding(ctx, db, "cancel invoice "+number, number, on, reason, by, func(ctx context.Context, tx pgx.Tx, d Issued) (ledger.Entry, error) {
		if err := d.Voidable(d.Total); err != nil { // what is open is looked at below
			return ledger.Entry{}, err
		}
		facts, err := LoadFacts(ctx, tx, []customers.AccountID{d.Account}, on)
		if err != nil {
			return ledger.Entry{}, err
		}
		w, err := LoadWorld(ctx, tx, on)
		if err != nil {
			return ledger.Entry{}, err
		}
		given, entry, err := DecideCancel(w, facts[0], d, on, reason)
		if err != nil {
			return ledger.Entry{}, err
		}
		for _, g := range given {
			if err := contracts.Grant(ctx, tx, g.Contract, g.Granted, by); err != nil {
				return ledger.Entry{}, err
			}
		}
		return entry, nil
	})
}

func voiding(ctx context.Context, db *postgres.DB, doing, number string, on period.Date, reason string, by access.Actor,
	decide func(context.Context, pgx.Tx, Issued) (ledger.Entry, error)) error {
	if err := by.Require(access.Finance); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if reason == "" {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(fault.Field{Path: "reason", Message: "say why, for the audit trail"}))
	}
	err := db.Tx(ctx, func(tx pgx.Tx) error {
		d, err := Get(ctx, tx, number)
		if err != nil {
			return err
		}
		entry, err := decide(ctx, tx, d)
		if err != nil {
			return err
		}
		if err := voidable(ctx, tx, d); err != nil {
			return err
		}
		if err := insertVoid(ctx, tx, d, on, reason, by); err != nil {
			return err
		}
		if err := ledger.Append(ctx, tx, []ledger.Entry{entry}); err != nil {
			return err
		}
		subject := access.Subject{Kind: string(d.Kind), Key: number, Account: int64(d.Account)}
		if err := access.Audit(ctx, tx, by, "invoice.void", subject, nil, nil, reason); err != nil {
			return err
		}
		return emitVoided(ctx, tx, d.Document, on)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func voidable(ctx context.Context, tx pgx.Tx, d Issued) error {
	open, err := ledger.OpenOf(ctx, tx, d.Account, d.Number)
	if err != nil {
		return err
	}
	if err := d.Voidable(open); err != nil {
		return err
	}
	standing, err := loadStanding(ctx, tx, d.Account)
	if err != nil {
		return err
	}
	return d.Free(standing)
}

// Unissue mirrors an invoice: receivable and tax back, each line's net out of
// deferred revenue or unbilled receivable as Settle decides. The standing stays.
func Unissue(d Document, on period.Date, s *ledger.Standing) ledger.Entry {
	mirror := d
	mirror.Net, mirror.Tax, mirror.Fee, mirror.Total = d.Net.Neg(), d.Tax.Neg(), d.Fee.Neg(), d.Total.Neg()
	mirror.Lines = make([]Line, len(d.Lines))
	entry := ledger.Entry{
		Account: d.Account, Seq: s.Next, Entity: d.Entity, Source: "void:" + d.Number,
		BookedOn: on, Currency: d.Currency, Memo: fmt.Sprintf("Void of invoice %s to %s", d.Number, d.Buyer.Name),
	}
	for i, l := range d.Lines {
		l.Amount, l.Fee = l.Amount.Neg(), l.Fee.Neg()
		mirror.Lines[i] = l
		b := mirror.billed(i+1, l)
		b.Event, b.BookedOn = ledger.Void, on
		entry.Billed = append(entry.Billed, b)
	}
	entry.Postings = mirror.open(ledger.Debit(ledger.AccountsReceivable, mirror.Total), d.Number)
	entry.Postings = append(append(entry.Postings, mirror.kept()...), mirror.taxes()...)
	entry.Postings = append(entry.Postings, mirror.settle(s)...)
	return entry
}

func insertVoid(ctx context.Context, tx pgx.Tx, d Issued, on period.Date, reason string, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into invoicing.voids (account_id, seq, voided_on, reason, by_user)
		values (@account, @seq, @on, @reason, @by)`, pgx.NamedArgs{
		"account": d.Account, "seq": d.Seq, "on": on, "reason": reason, "by": by.UserID,
	})
	return postgres.Fault(err)
}
