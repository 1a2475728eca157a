package demo

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/invoicing"
)

//go:embed order-form.pdf
var orderForm []byte

// deals are the days on which a contract or a customer changes by a verb of its
// own, apart from documents.
func (f *filling) deals(at func(period.Date, string, func(context.Context) error)) {
	move := f.story.move
	each := func(on period.Date, what string, do func(context.Context, pgx.Tx, period.Date) error) {
		at(on, what, func(ctx context.Context) error {
			return f.db.Tx(ctx, func(tx pgx.Tx) error { return do(ctx, tx, on) })
		})
	}
	each(f.story.begins(), "the signed paper", f.attach)
	each(move(reached.on), "a milestone", f.deliver)
	each(move(successor.asked), "another payer", f.succeed)
	each(move(twice.on), "a duplicate", f.merge)
	each(f.Today.MonthOf().First(), "a hold", f.hold)
	each(f.Today.MonthOf().First(), "a change of the catalog", f.proposePrice)
}

func (f *filling) attach(ctx context.Context, tx pgx.Tx, _ period.Date) error {
	_, err := contracts.Attach(ctx, tx, paper.contract, 1, paper.file, paper.about, orderForm, f.people["sofia"])
	return once(err)
}

func (f *filling) deliver(ctx context.Context, tx pgx.Tx, on period.Date) error {
	return once(contracts.Deliver(ctx, tx, reached.contract, contracts.Delivery{Line: reached.line, On: on, Note: reached.note}, f.people["tomas"]))
}

func (f *filling) succeed(ctx context.Context, tx pgx.Tx, on period.Date) error {
	payer, from := f.customers[successor.payer].ID, f.story.move(successor.from)
	c, err := contracts.Get(ctx, tx, successor.contract)
	if err != nil || c.PayerOn(from) == payer {
		return err
	}
	return contracts.ChangePayer(ctx, tx, successor.contract, payer, from, successor.reason, on, f.people["farah"])
}

func (f *filling) merge(ctx context.Context, tx pgx.Tx, on period.Date) error {
	if c := f.customers[twice.duplicate]; c.DuplicateOf != 0 {
		return nil
	}
	return contracts.MergeCustomers(ctx, tx, f.customers[twice.duplicate].ID, f.customers[twice.into].ID, twice.reason, on, f.people["farah"])
}

func (f *filling) hold(ctx context.Context, tx pgx.Tx, on period.Date) error {
	c, err := contracts.Get(ctx, tx, disputed.contract)
	if err != nil {
		return err
	}
	standing, err := invoicing.Holds(ctx, tx, invoicing.HoldFilter{Accounts: []customers.AccountID{c.Account}})
	if err != nil || len(standing) > 0 {
		return err
	}
	_, err = invoicing.PlaceHold(ctx, tx, invoicing.Hold{
		Account: c.Account, Contract: c.ID, StartsOn: on, Reason: disputed.reason, Owner: f.people["felix"].UserID,
	}, f.people["sven"])
	return err
}

// proposePrice asks finance for a price from next month on.
func (f *filling) proposePrice(ctx context.Context, tx pgx.Tx, on period.Date) error {
	source, err := files.ReadFile("catalog-change.yaml")
	if err != nil {
		return err
	}
	d, err := catalog.Parse(source, catalog.Checks{Terms: contracts.ReadTemplate})
	if err != nil {
		return fmt.Errorf("read catalog-change.yaml: %w", err)
	}
	for i := range d.Products {
		d.Products[i].StartsOn = f.Today.MonthOf().Next().First()
	}
	const reason = "Support answers at night since this summer"
	p, err := catalog.Propose(ctx, tx, d, reason, on, catalog.Checks{Terms: contracts.ReadTemplate}, f.people["paula"])
	if err != nil || p.State() != catalog.Draft {
		return err
	}
	return catalog.SubmitProposal(ctx, tx, p.ID, reason, f.people["paula"])
}

// renew begins the further terms that are due, as the night's job does.
func (f *filling) renew(ctx context.Context, on period.Date) error {
	r, err := contracts.RenewDue(ctx, f.db, on)
	if err != nil {
		return err
	}
	for _, failed := range r.Failures {
		return fmt.Errorf("renew contract %s: %w", failed.Contract, failed.Err)
	}
	return nil
}

// once forgives what an interrupted fill had done already.
func once(err error) error {
	if fault.Kind(err) == fault.Conflict {
		return nil
	}
	return err
}
