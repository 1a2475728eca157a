package revrec

import (
	"context"
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Position is everything the reports of a month say, from one reading of the schedule: what reconciliations compare with
// the book.
type Position struct {
	Scheduled   []Scheduled
	Lines       []LineBalance  // Deferred
	Waterfall   WaterfallTable // one column: the month
	Obligations []Obligation   // Remaining
	Leaving     map[contracts.ID]bool
}

// LastRecognized is the latest month that any revenue belongs to which is booked.
func (p Position) LastRecognized() (last period.Month) {
	for _, s := range p.Scheduled {
		if s.Recognized && s.Month.After(last) {
			last = s.Month
		}
	}
	return last
}

// PositionOf reads where revenue stands at the end of a month.
func PositionOf(ctx context.Context, q postgres.Querier, f Filter) (p Position, err error) {
	scheduled, billed, err := f.load(ctx, q)
	if err != nil {
		return p, fmt.Errorf("read where revenue stands at the end of %s: %w", f.AsOf, err)
	}
	if p.Leaving, err = contracts.PeriodEnders(ctx, q); err != nil {
		return p, fmt.Errorf("read where revenue stands at the end of %s: %w", f.AsOf, err)
	}
	var shares []share
	for _, c := range cuts(scheduled, billed, f.AsOf) {
		shares = append(shares, allot(c.billed, c.earned)...)
	}
	p.Scheduled, p.Lines = scheduled, balances(scheduled, billed, f.AsOf, f.Currency)
	p.Waterfall = waterfall(shares, f.AsOf, 1, f.Currency)
	staying := slices.DeleteFunc(slices.Clone(scheduled), func(s Scheduled) bool { return p.Leaving[s.Contract] && !s.Span.Start.Before(f.AsOf.End()) })
	p.Obligations = obligations(staying, f.AsOf, f.Currency)
	return p, nil
}
