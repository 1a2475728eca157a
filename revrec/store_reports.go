package revrec

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Filter says what a report covers: one legal entity and currency, as booked
// through the end of a month.
type Filter struct {
	Entity   entities.ID
	Currency money.Currency
	AsOf     period.Month
	Contract contracts.ID // 0: all
	Book     ledger.Book  // empty: the primary one
	Known    int64        // as known at this place in the known order; 0 is all that is known
}

// known is the last place in the known order that the report looks at.
func (f Filter) known() int64 {
	if f.Known == 0 {
		return ledger.Now
	}
	return f.Known
}

// book is the one the report shows: what is in every book, and in it alone.
func (f Filter) book() string { return string(cmp.Or(f.Book, ledger.USGAAP)) }

// Part is what one contract line adds to a cell of the waterfall.
type Part struct {
	Contract contracts.ID
	Line     string
	Kind     contracts.Kind
	Amount   money.Amount
}

// Cell lists what a cell of the waterfall is made of: what was billed in one month (no month: not billed) and is earned
// in another, line by line. The parts add up to the cell.
func Cell(ctx context.Context, q postgres.Querier, f Filter, billed, earned period.Month) ([]Part, error) {
	scheduled, asked, err := f.load(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("open %s of the waterfall of %s: %w", earned, f.AsOf, err)
	}
	var out []Part
	for _, c := range cuts(scheduled, asked, f.AsOf) {
		sum := money.Zero(f.Currency)
		for _, s := range allot(c.billed, c.earned) {
			if s.billed == billed && s.earned == earned {
				sum = sum.Add(s.amount)
			}
		}
		if sum.IsZero() {
			continue
		}
		// A line has a cut for each stretch of its service: one part says them all.
		if n := len(out); n > 0 && out[n-1].Contract == c.contract && out[n-1].Line == c.line && out[n-1].Kind == c.kind {
			out[n-1].Amount = out[n-1].Amount.Add(sum)
			continue
		}
		out = append(out, Part{c.contract, c.line, c.kind, sum})
	}
	return out, nil
}

// Deferred lists where contract lines stand, from the schedule.
func Deferred(ctx context.Context, q postgres.Querier, f Filter) ([]LineBalance, error) {
	scheduled, billed, err := f.load(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list deferred revenue of %s: %w", f.AsOf, err)
	}
	return balances(scheduled, billed, f.AsOf, f.Currency), nil
}

// ContractSchedule lays out a contract's revenue schedule as it is known now.
// A contract has one currency, so that an unknown one has an empty table.
func ContractSchedule(ctx context.Context, q postgres.Querier, entity entities.ID, currency money.Currency, contract contracts.ID) (ScheduleTable, error) {
	return ScheduleKnown(ctx, q, Filter{Entity: entity, Currency: currency, Contract: contract})
}

// ScheduleKnown lays out the schedule of the filter's contract as it was known at its place in the known order.
func ScheduleKnown(ctx context.Context, q postgres.Querier, f Filter) (ScheduleTable, error) {
	currency, contract := f.Currency, f.Contract
	scheduled, err := loadScheduled(ctx, q, f)
	if err != nil {
		return ScheduleTable{}, fmt.Errorf("lay out the schedule of contract %d: %w", contract, postgres.Fault(err))
	}
	return table(scheduled, currency), nil
}

// Remaining lists the transaction price that is promised and not earned at the
// end of a month (ASC 606-10-50-13), contract by contract, as far as it is known
// in advance: fixed fees and payments for caps, not usage.
func Remaining(ctx context.Context, q postgres.Querier, f Filter) ([]Obligation, error) {
	enders, err := contracts.PeriodEnders(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list remaining obligations of %s: %w", f.AsOf, err)
	}
	leaving := make([]int64, 0, len(enders)) // who may leave with the present period has promised no later one
	for contract, leaves := range enders {
		if leaves {
			leaving = append(leaving, int64(contract))
		}
	}
	rows, err := q.Query(ctx, `
		select s.account_id, s.contract_id,
			coalesce(sum(s.amount - s.passed_on) filter (where s.month <= @year1::date), 0)::bigint,
			coalesce(sum(s.amount - s.passed_on) filter (where s.month > @year1::date and s.month <= @year2::date), 0)::bigint,
			coalesce(sum(s.amount - s.passed_on) filter (where s.month > @year2::date), 0)::bigint
		from revrec.schedule s
		left join unnest(@leaving::bigint[]) as l (contract_id) on l.contract_id = s.contract_id and s.starts_on >= @end::date
		where s.entity_id = @entity and s.currency = @currency and (@contract::bigint = 0 or s.contract_id = @contract) and s.book in ('', @book)
		  and s.known_order <= @known and s.month >= @end::date and s.recognition <> @used and l.contract_id is null
		group by s.account_id, s.contract_id
		order by s.account_id, s.contract_id`,
		pgx.NamedArgs{"entity": f.Entity, "currency": string(f.Currency), "contract": f.Contract, "book": f.book(), "known": f.known(),
			"leaving": leaving, "used": string(catalog.AsUsed), "end": f.AsOf.End(), "year1": f.AsOf.Add(12), "year2": f.AsOf.Add(24)})
	if err != nil {
		return nil, fmt.Errorf("list remaining obligations of %s: %w", f.AsOf, postgres.Fault(err))
	}
	var out []Obligation
	var o Obligation
	var year1, year2, later int64
	_, err = pgx.ForEachRow(rows, []any{&o.Account, &o.Contract, &year1, &year2, &later}, func() error {
		o.Year1, o.Year2, o.Later = money.Of(year1, f.Currency), money.Of(year2, f.Currency), money.Of(later, f.Currency)
		if !o.nothing() {
			out = append(out, o)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list remaining obligations of %s: %w", f.AsOf, postgres.Fault(err))
	}
	held, err := loadHeld(ctx, q, f)
	if err != nil {
		return nil, fmt.Errorf("list remaining obligations of %s: %w", f.AsOf, err)
	}
	return withHeld(out, held, f.AsOf, f.Currency, enders), nil
}

func (f Filter) load(ctx context.Context, q postgres.Querier) ([]Scheduled, []ledger.BilledSum, error) {
	scheduled, err := loadScheduled(ctx, q, f)
	if err != nil {
		return nil, nil, postgres.Fault(err)
	}
	billed, err := ledger.BilledKnown(ctx, q, f.Entity, f.Currency, int64(f.Contract), f.AsOf, f.known())
	return scheduled, billed, err
}

// loadScheduled adds up the schedule by piece, attribution and column. What was
// recognized after the month of the report was still to come then.
func loadScheduled(ctx context.Context, q postgres.Querier, f Filter) ([]Scheduled, error) {
	rows, err := q.Query(ctx, `
		select s.account_id, s.contract_id, s.line, s.kind, s.starts_on, s.ends_on, s.month,
			s.recognition,
			coalesce(r.month, s.month) as earned_in, r.schedule_id is not null as recognized, sum(s.amount)::bigint, sum(s.passed_on)::bigint
		from revrec.schedule s
		left join revrec.recognitions r on r.account_id = s.account_id and r.schedule_id = s.id and r.known_order <= @known
		where s.entity_id = @entity and s.currency = @currency and (@contract::bigint = 0 or s.contract_id = @contract) and s.book in ('', @book)
		  and s.known_order <= @known
		group by s.account_id, s.contract_id, s.line, s.kind, s.starts_on, s.ends_on, s.month, s.recognition, earned_in, recognized
		having sum(s.amount) <> 0 or sum(s.passed_on) <> 0
		order by s.account_id, s.contract_id, s.line, s.kind, s.starts_on, s.ends_on, s.month, earned_in`,
		pgx.NamedArgs{"entity": f.Entity, "currency": string(f.Currency), "contract": f.Contract, "book": f.book(), "known": f.known()})
	if err != nil {
		return nil, err
	}
	return f.collect(rows)
}

func (f Filter) collect(rows pgx.Rows) ([]Scheduled, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Scheduled, error) {
		var s Scheduled
		var start, end period.Date
		var minor, passed int64
		err := row.Scan(&s.Account, &s.Contract, &s.Line, &s.Kind, &start, &end, &s.Month, &s.Recognition, &s.Column, &s.Recognized, &minor, &passed)
		s.Span, s.Amount, s.PassedOn = period.NewSpan(start, end), money.Of(minor, f.Currency), money.Of(passed, f.Currency)
		return s.Reported(), err
	})
}

// ScheduledRow is one row of a contract's schedule as it was appended.
type ScheduledRow struct {
	Row
	Recognized bool
	Entry      int64        // 0: not recognized, or cancelled by another row
	BookedIn   period.Month // no month when not recognized
}

// ContractRows lists a contract's schedule row by row, as it became known: what
// lies behind the numbers of ContractSchedule.
func ContractRows(ctx context.Context, q postgres.Querier, account customers.AccountID, contract contracts.ID) ([]ScheduledRow, error) {
	rows, err := q.Query(ctx, `
		select s.id, s.entity_id, s.line, s.kind, s.starts_on, s.ends_on, s.month, s.amount, s.passed_on, s.currency, s.recognition, s.version,
			s.assessment, s.book, r.schedule_id is not null, coalesce(r.entry_seq, 0), r.month
		from revrec.schedule s
		left join revrec.recognitions r on r.account_id = s.account_id and r.schedule_id = s.id
		where s.account_id = @account and s.contract_id = @contract
		order by s.id`, pgx.NamedArgs{"account": account, "contract": contract})
	if err != nil {
		return nil, fmt.Errorf("list the schedule of contract %d: %w", contract, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ScheduledRow, error) {
		s := ScheduledRow{Row: Row{Key: Key{Contract: contract}}}
		var start, end period.Date
		var minor, passed int64
		var currency money.Currency
		err := row.Scan(&s.ID, &s.Entity, &s.Line, &s.Kind, &start, &end, &s.Month, &minor, &passed, &currency, &s.Recognition, &s.Version,
			&s.Assessment, &s.Book, &s.Recognized, &s.Entry, &s.BookedIn)
		s.Span, s.Amount, s.PassedOn = period.NewSpan(start, end), money.Of(minor, currency), money.Of(passed, currency)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the schedule of contract %d: %w", contract, postgres.Fault(err))
	}
	return out, nil
}
