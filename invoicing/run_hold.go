package invoicing

import (
	"context"
	"fmt"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// holds says why a plan must wait for a person: it strays from the run a month
// before and nobody has released it, or a run of an earlier day waits. Without
// the second rule the next day's run would issue what the first was stopped for.
func holds(ctx context.Context, q postgres.Querier, r RunRecord, plan Totals, rates *entities.Rates) (string, error) {
	earlier, err := heldBefore(ctx, q, r.AsOf)
	if err != nil {
		return "", err
	}
	if !earlier.IsZero() {
		return fmt.Sprintf("%s the run of %s, which is held; release or look into that one first", waits, earlier), nil
	}
	if r.Released() || r.Finished() {
		return "", nil
	}
	_, why, err := stray(ctx, q, r.AsOf, plan, rates)
	return why, err
}

// waits begins the reason of a run that is held for an earlier one's sake only.
const waits = "waits for"

// stray compares a plan with what the run a month before issued. Without such a
// run there is no measure.
func stray(ctx context.Context, q postgres.Querier, asOf period.Date, plan Totals, rates *entities.Rates) (Totals, string, error) {
	before, err := RunOf(ctx, q, asOf.AddMonths(-1))
	if fault.Kind(err) == fault.NotFound || err == nil && !before.Finished() {
		return Totals{}, "", nil
	}
	if err != nil {
		return Totals{}, "", err
	}
	return before.Issued(), Tolerance.Strays(plan, before.Issued(), rates, asOf), nil
}
