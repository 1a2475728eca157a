package contracts

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// ChangeSubscription changes, pauses or ends a contract that is on a plan, as its plan allows everybody: the version
// counts at once, from its own day on. Staff may, and the customer who pays for it. A change that waits to take effect
// is replaced.
func ChangeSubscription(ctx context.Context, tx pgx.Tx, number string, x PlanChange, today period.Date, by access.Actor) (Contract, error) {
	return changeSubscription(ctx, tx, number, x, today, by, func(c Contract) error { return c.changeableBy(by, today) })
}

func changeSubscription(ctx context.Context, tx pgx.Tx, number string, x PlanChange, today period.Date, by access.Actor, may func(Contract) error) (Contract, error) {
	doing := fmt.Sprintf("change subscription %s", number)
	c, found, err := lockByNumber(ctx, tx, number)
	if err != nil || !found {
		return c, fmt.Errorf("%s: %w", doing, orMissing(err, number))
	}
	if err := may(c); err != nil {
		return c, fmt.Errorf("%s: %w", doing, err)
	}
	var f findings
	x.Reason = strings.TrimSpace(x.Reason)
	if f.prose("reason", x.Reason, 1000); len(f) > 0 {
		return c, fmt.Errorf("%s: %w", doing, fault.InvalidFields(f...))
	}
	sold, err := catalog.Load(ctx, tx)
	if err != nil {
		return c, err
	}
	d, err := c.Planned(sold, x, today)
	if err != nil {
		return c, fmt.Errorf("%s: %w", doing, err)
	}
	if x.Kind != ToCancel { // whoever is held may still leave
		if err := c.unlisted(ctx, tx); err != nil {
			return c, fmt.Errorf("%s: %w", doing, err)
		}
	}
	if err := c.mayFollow(d); err != nil {
		return c, fmt.Errorf("%s: %w", doing, err)
	}
	if bad := d.CheckCatalog(sold); len(bad) > 0 {
		return c, fmt.Errorf("%s: %w", doing, fault.InvalidFields(bad...))
	}
	if err := c.sign(ctx, tx, d, "subscription."+string(x.Kind), d.Reason+", as plan "+d.Plan.PlanLabel()+" allows", today, by); err != nil {
		return c, fmt.Errorf("%s: %w", doing, err)
	}
	return Get(ctx, tx, number)
}

// changeableBy says who may: sales, finance and support, and the payer themselves.
func (c Contract) changeableBy(by access.Actor, today period.Date) error {
	if by.CustomerID != 0 && by.Has(access.Customer) {
		a, agreed := c.Agreement()
		if agreed && a.PayerOn(today) == customers.ID(by.CustomerID) {
			return nil
		}
		return fault.New(fault.NotFound, "no contract has the number %s", c.Number) // nothing about others
	}
	return by.Require(access.Sales, access.Finance, access.Support)
}

// Migrate moves contracts to the newest version of the plan they are on, each from the first day of its next billing
// period, and keeps when they were told. One that cannot move keeps no other from moving.
func Migrate(ctx context.Context, tx pgx.Tx, numbers []string, toldOn period.Date, today period.Date, by access.Actor) (moved []string, failed map[string]error, err error) {
	if err := by.Require(access.Finance, access.Product); err != nil {
		return nil, nil, fmt.Errorf("migrate subscriptions: %w", err)
	}
	if toldOn.IsZero() || today.Before(toldOn) {
		return nil, nil, fmt.Errorf("migrate subscriptions: %w", fault.InvalidFields(fault.Field{Path: "told_on", Value: toldOn.String(), Message: "must be the day the customers were told, today at the latest"}))
	}
	failed = map[string]error{}
	for _, number := range numbers {
		err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
			c, err := Get(ctx, tx, number)
			if err != nil {
				return err
			}
			now, _, ok := c.Subscription(today)
			if !ok {
				return fault.New(fault.Conflict, "is not on a plan")
			}
			_, err = changeSubscription(ctx, tx, number, PlanChange{Kind: ToPlan, Plan: now.Plan.Code, When: AtPeriodEnd,
				Reason: fmt.Sprintf("Moved to the present version of plan %s; notice was given on %s", now.Plan.Code, toldOn)}, today, by, func(Contract) error { return nil })
			return err
		})
		if err != nil {
			failed[number] = err
			continue
		}
		moved = append(moved, number)
	}
	return moved, failed, nil
}
