package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/closing"
	"ratable/closing/checklist"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/reconcile"
	"ratable/usage"
)

// scene is something that happens on a day. Scenes of one day keep the order in
// which they were written down.
type scene struct {
	on   period.Date
	what string
	do   func(context.Context) error
}

// live plays the year in order. Every scene finds out by itself whether it was
// played before.
func (f *filling) live(ctx context.Context) error {
	billed, err := f.lastBilled(ctx)
	if err != nil {
		return err
	}
	scenes := f.scenes(billed)
	f.steps = int64(len(scenes))
	for _, s := range scenes {
		f.tick(s.on, s.what)
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s, %s: %w", s.on, s.what, err)
		}
	}
	return nil
}

func (f *filling) scenes(billed period.Date) (out []scene) {
	at := func(on period.Date, what string, do func(context.Context) error) {
		if !on.After(f.Today) {
			out = append(out, scene{on, what, do})
		}
	}
	for on, documents := range f.story.signings() {
		at(on, "contracts", func(ctx context.Context) error { return f.sign(ctx, on, documents) })
	}
	for i := range tardy {
		at(f.story.move(tardy[i].arrives), "usage that comes late", func(ctx context.Context) error {
			_, err := usage.Ingest(ctx, f.db, f.tardy[i], f.Now, narrator)
			return err
		})
	}
	f.subscriptions(at)
	f.deals(at)
	f.bookings(at)
	f.judge(at)
	f.controls(at)
	f.looks(at)
	for _, day := range f.story.billingDays() {
		at(day, "renewals", func(ctx context.Context) error { return f.renew(ctx, day) })
		at(day, "receipts", func(ctx context.Context) error { return f.receive(ctx, day) })
		at(day, "billing", func(ctx context.Context) error { return f.bill(ctx, day, day.Before(billed)) })
	}
	for _, c := range credits {
		on := f.story.move(c.issued).AddDays(5)
		at(on, "a credit", func(ctx context.Context) error { return f.credit(ctx, c, on) })
	}
	voided := f.story.move(mistaken.issued).AddDays(3)
	at(voided, "a void", func(ctx context.Context) error { return f.void(ctx, voided) })
	for _, day := range f.closings() {
		at(day, "close of the month before", func(ctx context.Context) error { return f.close(ctx, day.MonthOf().Prev(), day) })
	}
	at(f.Today, "receipts", func(ctx context.Context) error { return f.receive(ctx, f.Today) })
	slices.SortStableFunc(out, func(a, b scene) int { return a.on.Compare(b.on) })
	return out
}

// lastBilled is the latest billing day that was begun. An earlier one must not
// be run again: as of then, what was billed since is not due.
func (f *filling) lastBilled(ctx context.Context) (period.Date, error) {
	runs, err := invoicing.Runs(ctx, f.db, period.Date{}, 1)
	if err != nil || len(runs) == 0 {
		return period.Date{}, err
	}
	return runs[0].AsOf, nil
}

// bill runs a billing day, as a night's job does, and notes what will be paid. A
// run held for its totals is released by a person, who says why.
func (f *filling) bill(ctx context.Context, day period.Date, done bool) error {
	if !done {
		if err := f.billingDay(ctx, day); err != nil {
			return err
		}
	}
	rows, err := invoicing.List(ctx, f.db, invoicing.Filter{From: day, Through: day, Kind: "invoice", Limit: 500})
	if err != nil {
		return err
	}
	f.expect(rows)
	return nil
}

func (f *filling) billingDay(ctx context.Context, day period.Date) error {
	failed := f.BillingDay(ctx, day)
	if failed == nil {
		return nil
	}
	run, err := invoicing.RunOf(ctx, f.db, day)
	if err != nil || run.State() != "held" {
		return failed
	}
	err = f.db.Tx(ctx, func(tx pgx.Tx) error {
		return invoicing.Release(ctx, tx, day, "Checked against the contracts: yearly fees fall due on other days of the year", f.people["felix"])
	})
	if err != nil {
		return err
	}
	f.summary.Released = append(f.summary.Released, day.String())
	return f.BillingDay(ctx, day)
}

// wish is a credit to grant: of the first line with a price on the invoice that a
// customer got on a day of the story's calendar.
type wish struct {
	customer string
	issued   period.Date
	percent  int64
	reason   string
}

var credits = []wish{
	{"brightwater", period.NewDate(2026, 2, 1), 25, "Service credit for the outage of 14 January"},
	{"van-der-meer", period.NewDate(2026, 5, 1), 10, "Service credit: support answered after the agreed time"},
	{"camden-labs", period.NewDate(2026, 8, 22), 50, "Goodwill: migration took longer than promised"},
}

// mistaken is the invoice that is voided and issued again.
var mistaken = wish{customer: "cobalt-studio", issued: period.NewDate(2026, 6, 22), reason: "Sent before the customer's new purchase order arrived"}

// invoiceOf finds what a wish is about.
func (f *filling) invoiceOf(ctx context.Context, w wish) (invoicing.Issued, error) {
	day := f.story.move(w.issued)
	rows, err := invoicing.List(ctx, f.db, invoicing.Filter{Payer: f.customers[w.customer].ID, Kind: "invoice", From: day, Through: day})
	if err != nil {
		return invoicing.Issued{}, err
	}
	if len(rows) == 0 {
		return invoicing.Issued{}, fault.New(fault.NotFound, "%s got no invoice on %s", w.customer, day)
	}
	return invoicing.Get(ctx, f.db, rows[0].Number)
}

func (f *filling) credit(ctx context.Context, w wish, on period.Date) error {
	invoice, err := f.invoiceOf(ctx, w)
	if err != nil {
		return err
	}
	notes, err := invoicing.List(ctx, f.db, invoicing.Filter{Payer: invoice.Payer, Kind: "credit_note", From: on, Through: on})
	if err != nil || len(notes) > 0 {
		return err // granted before this fill was interrupted
	}
	line := slices.IndexFunc(invoice.Lines, func(l invoicing.Line) bool { return l.Amount.Sign() > 0 })
	_, err = invoicing.GrantCredit(ctx, f.db, invoicing.Credit{
		Invoice: invoice.Number, Line: line + 1, Amount: money.SpreadTo(invoice.Lines[line].Amount, w.percent, 100), Reason: w.reason, On: on,
	}, f.people["felix"])
	return err
}

func (f *filling) void(ctx context.Context, on period.Date) error {
	invoice, err := f.invoiceOf(ctx, mistaken)
	if err != nil || invoice.Voided != nil {
		return err
	}
	return invoicing.Void(ctx, f.db, invoice.Number, on, mistaken.reason, f.people["farah"])
}

// closings are the days on which the month before is closed: the second billing
// day of a month, or in a story that ends before that, its first day.
func (f *filling) closings() (out []period.Date) {
	for month := f.story.begins().MonthOf().Next(); !month.After(f.Today.MonthOf()); month = month.Next() {
		day := month.First().AddDays(7)
		if day.After(f.Today) {
			day = month.First()
		}
		out = append(out, day)
	}
	return out
}

// close ends a month the way an accountant does: foreign balances are remeasured, then the checklist is gone through.
func (f *filling) close(ctx context.Context, month period.Month, on period.Date) error {
	months, err := ledger.LoadMonths(ctx, f.db)
	if err != nil {
		return err
	}
	for _, e := range f.entities.All() {
		if months.State(e.ID, month) == ledger.MonthClosed {
			continue
		}
		if _, err := ledger.RemeasureMonth(ctx, f.db, e.ID, month, f.people["alma"]); err != nil {
			return err
		}
		err := f.db.Tx(ctx, func(tx pgx.Tx) error {
			at := closing.At{Entity: e, Month: month, AsOf: on}
			notes := closing.Notes{"": "Gone through with Farah: it is followed up in the month after"}
			if _, err := closing.Close(ctx, tx, at, checklist.All(), notes, f.people["alma"]); err != nil {
				return err
			}
			return reconcile.KeepClosing(ctx, tx, e.ID, month)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
