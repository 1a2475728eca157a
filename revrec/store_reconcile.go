package revrec

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
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
	Held        map[contracts.ID]map[string]bool // lines that an assessment holds back: nothing of them is scheduled until it is lifted; "" is all
	Patterned   map[contracts.ID]map[string]bool // lines whose stated price an assessment spreads otherwise than the contract
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
	if p.Patterned, err = patterned(ctx, q, f); err != nil {
		return p, fmt.Errorf("read where revenue stands at the end of %s: %w", f.AsOf, err)
	}
	if p.Held, err = heldBack(ctx, q, scheduled); err != nil {
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

// LastRecognized is the day after the last month of an entity that any booked revenue belongs to; no day without one.
func LastRecognized(ctx context.Context, q postgres.Querier, entity entities.ID) (end period.Date, err error) {
	var last period.Date
	err = q.QueryRow(ctx, `
		select max(s.month)
		from revrec.recognitions r
		join revrec.schedule s on s.account_id = r.account_id and s.id = r.schedule_id
		where s.entity_id = @entity`, pgx.NamedArgs{"entity": entity}).Scan(&last)
	if err != nil || last.IsZero() {
		return last, postgres.Fault(err)
	}
	return last.MonthOf().End(), nil
}

// patterned finds the lines that an assessment earns in a pattern of its own.
func patterned(ctx context.Context, q postgres.Querier, f Filter) (map[contracts.ID]map[string]bool, error) {
	rows, err := q.Query(ctx, `
		select distinct contract_id, line
		from revrec.schedule
		where entity_id = @entity and currency = @currency and assessment > 0 and book in ('', @book) and not kind = any(@adjusting::text[])`,
		pgx.NamedArgs{"entity": f.Entity, "currency": string(f.Currency), "book": f.book(), "adjusting": adjusting()})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out := map[contracts.ID]map[string]bool{}
	var contract contracts.ID
	var line string
	_, err = pgx.ForEachRow(rows, []any{&contract, &line}, func() error {
		if out[contract] == nil {
			out[contract] = map[string]bool{}
		}
		out[contract][line] = true
		return nil
	})
	return out, postgres.Fault(err)
}

// adjusting are the kinds of rows that stand beside what is stated.
func adjusting() []string {
	var out []string
	for kind := range adjustments {
		out = append(out, string(kind))
	}
	return out
}

// heldBack finds what the assessments approved last hold.
func heldBack(ctx context.Context, q postgres.Querier, scheduled []Scheduled) (map[contracts.ID]map[string]bool, error) {
	var accounts []customers.AccountID
	for _, s := range scheduled {
		if n := len(accounts); n == 0 || accounts[n-1] != s.Account { // they come in order
			accounts = append(accounts, s.Account)
		}
	}
	assessed, err := loadAssessed(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	out := map[contracts.ID]map[string]bool{}
	for _, all := range assessed {
		for _, x := range all { // in the order of approval: a later one replaces what was held before
			out[x.Lead] = map[string]bool{}
			for _, h := range x.Holds {
				out[x.Lead][h.Line] = true
			}
		}
	}
	return out, nil
}
