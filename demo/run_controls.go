package demo

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/evidence"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/payments"
	"ratable/privacy"
	"ratable/reconcile"
	"ratable/revrec/subledger"
)

// doubtful is the customer that pays nothing: its oldest invoice is given up.
const doubtful = "rivet-cad"

// withdrawn is a payment that the customer took back through its card network; nobody decided about it yet.
var withdrawn = struct{ customer, reason string }{"kite-and-key", "Cardholder does not recognize the charge; our answer is due in ten days"}

// leaver is the customer whose contact left.
const leaver = "brightwater"

// controls are what people do about money that does not come, and what those do who look over their shoulders: the bookings of
// the CRM beside the contracts, an auditor's sample of the month that was closed last, and what a marketplace billed for us.
func (f *filling) controls(at func(period.Date, string, func(context.Context) error)) {
	each := func(on period.Date, what string, do func(context.Context, pgx.Tx, entities.Entity, period.Date) error) {
		at(on, what, func(ctx context.Context) error {
			e, ok := f.entities.ByCode("nlus")
			if !ok {
				return fault.New(fault.NotFound, "the story has no American company")
			}
			return f.db.Tx(ctx, func(tx pgx.Tx) error { return do(ctx, tx, e, on) })
		})
	}
	opens := f.Today.MonthOf().First()
	each(opens.AddDays(10), "a debt that is given up", f.giveUp)
	each(opens.AddDays(11), "a payment in dispute", f.dispute)
	each(opens.AddDays(12), "the bookings of the CRM", f.loadBookings)
	each(opens.AddDays(13), "an auditor's sample", f.drawSample)
	each(opens.AddDays(13), "a person who wants to be forgotten", f.forget)
	each(opens.AddDays(13), "programs that read and listen", f.programs)
	at(opens.AddDays(13), "customers who come from another system", func(ctx context.Context) error { return f.takeOver(ctx, opens.AddDays(13)) })
	at(opens, "what a marketplace billed", func(ctx context.Context) error { return f.importBilled(ctx, opens) })
}

// lost says whether one of these was played before: given up or in dispute.
func (f *filling) lost(ctx context.Context, tx pgx.Tx, e entities.Entity, kind payments.LossKind) (bool, error) {
	all, err := payments.Losses(ctx, tx, e.ID, f.Today)
	return slices.ContainsFunc(all, func(l payments.Loss) bool { return l.Kind == kind }), err
}

func (f *filling) giveUp(ctx context.Context, tx pgx.Tx, e entities.Entity, on period.Date) error {
	if before, err := f.lost(ctx, tx, e, payments.WrittenOff); err != nil || before {
		return err
	}
	items, err := ledger.OpenOn(ctx, tx, nil, on)
	if err != nil {
		return err
	}
	for _, i := range items { // in the order of documents
		if i.Customer == f.customers[doubtful].ID && i.Entity == e.ID {
			_, err := payments.WriteOff(ctx, tx, i.Document, money.Amount{}, on, "The collector gave it back: the workshop is closed and nobody answers", f.people["felix"])
			return err
		}
	}
	return nil
}

func (f *filling) dispute(ctx context.Context, tx pgx.Tx, e entities.Entity, on period.Date) error {
	if before, err := f.lost(ctx, tx, e, payments.Disputed); err != nil || before {
		return err
	}
	received, err := payments.ListReceipts(ctx, tx, payments.Filter{Payer: f.customers[withdrawn.customer].ID, Entity: e.ID, Through: on, Limit: 1})
	if err != nil || len(received) == 0 {
		return err
	}
	r := received[0]
	return payments.OpenDispute(ctx, tx, r.ID, r.Amount, money.Of(1500, r.Amount.Currency()), on, withdrawn.reason, f.people["felix"])
}

//go:embed bookings.csv
var booked []byte

// loadBookings sets what the CRM says was signed this month beside the contracts: one deal was never entered, and one is worth
// something else there.
func (f *filling) loadBookings(ctx context.Context, tx pgx.Tx, e entities.Entity, on period.Date) error {
	_, err := reconcile.LoadFile(ctx, tx, reconcile.Bookings, e.ID, on.MonthOf().Span(), "crm-won.csv", f.story.moveDays(booked), false, f.people["farah"])
	return err
}

func (f *filling) drawSample(ctx context.Context, tx pgx.Tx, e entities.Entity, on period.Date) error {
	known, err := evidence.List(ctx, tx)
	if err != nil || len(known) > 0 {
		return err
	}
	_, err = evidence.Take(ctx, tx, evidence.Request{Entity: e.ID, Currency: e.Currency, Days: on.MonthOf().Prev().Span(), Method: evidence.MonetaryUnit, Size: 20,
		Seed: "northlight interim", Reason: "Interim audit: does what was booked last month have its papers?"}, f.people["astrid"])
	return err
}

// forget enters what somebody wrote who no longer works at a customer; it waits for another person.
func (f *filling) forget(ctx context.Context, tx pgx.Tx, _ entities.Entity, on period.Date) error {
	known, err := privacy.List(ctx, tx)
	if err != nil || len(known) > 0 {
		return err
	}
	_, err = privacy.Ask(ctx, tx, privacy.Asked{Email: f.customers[leaver].Contacts[0].Email, Reason: "Wrote that he left the company and wants his name out of our files; answered from the address we have"}, on, f.people["sven"])
	return err
}

//go:embed marketplace.jsonl
var sold []byte

// importBilled takes up the workshops that a marketplace sold and billed for us last month, and books them before that month is
// closed. Told again, each row is known.
func (f *filling) importBilled(ctx context.Context, on period.Date) error {
	r, err := subledger.Import(ctx, f.db, bytes.NewReader(f.story.moveDays(sold)), "marketplace", false, on, f.people["felix"])
	if err != nil {
		return err
	}
	for _, row := range r.Rows {
		if row.Outcome == subledger.Refused {
			return fmt.Errorf("line %d of what the marketplace billed: %w", row.Line, row.Err)
		}
	}
	_, err = subledger.Run(ctx, f.db, on, f.people["felix"])
	return err
}
