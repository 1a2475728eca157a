package revrec

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/usage"
)

// LoadFacts reads what decides the revenue of some accounts through a month, in
// a fixed number of set-based queries. Call it inside one snapshot.
func LoadFacts(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, through period.Month) ([]Facts, error) {
	agreements, err := contracts.LoadAgreements(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	standings, err := ledger.LoadStandings(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	months, err := ledger.LoadMonths(ctx, q)
	if err != nil {
		return nil, err
	}
	policies, err := ledger.LoadPolicies(ctx, q)
	if err != nil {
		return nil, err
	}
	stored, err := loadStored(ctx, q, accounts)
	if err != nil {
		return nil, fmt.Errorf("load revenue schedules: %w", postgres.Fault(err))
	}
	assessed, err := loadAssessed(ctx, q, accounts)
	if err != nil {
		return nil, fmt.Errorf("load assessments: %w", postgres.Fault(err))
	}
	carried, err := loadCarried(ctx, q, accounts)
	if err != nil {
		return nil, fmt.Errorf("load what was brought over: %w", postgres.Fault(err))
	}
	until := through // and what a later run has looked at: see Decide
	for _, x := range stored {
		until = later(until, x.lastRecognized())
	}
	days, err := usage.LoadDays(ctx, q, accounts, earliest(agreements, through), until.End(), contracts.SingleEvents(slices.Collect(maps.Values(agreements))...)...)
	if err != nil {
		return nil, err
	}
	out := make([]Facts, len(accounts))
	for i, a := range accounts {
		out[i] = Facts{
			Account: a, Agreements: agreements[a], Usage: days[a], Standing: standings[a], Stored: stored[a],
			Assessed: assessed[a], Policies: policies, Carried: carried[a], FirstOpen: months.FirstOpen,
		}
	}
	return out, nil
}

// earliest is the first day of service of any contract; nothing that was used
// before it is priced.
func earliest(agreements map[customers.AccountID][]contracts.Agreement, through period.Month) period.Date {
	first := through.End()
	for _, list := range agreements {
		for _, a := range list {
			first = period.MinDate(first, a.Term().Start)
		}
	}
	return first
}

// loadStored reads the schedules of accounts with what is recognized of them.
func loadStored(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID]*Stored, error) {
	out := make(map[customers.AccountID]*Stored, len(accounts))
	for _, a := range accounts {
		out[a] = NewStored()
	}
	rows, err := q.Query(ctx, `
		select s.account_id, s.id, s.contract_id, s.line, s.kind, s.starts_on, s.ends_on, s.month, s.amount, s.passed_on, s.currency,
			s.recognition, s.version, s.assessment, s.book, r.schedule_id is not null, coalesce(r.entry_seq, 0)
		from revrec.schedule s
		left join revrec.recognitions r on r.account_id = s.account_id and r.schedule_id = s.id
		where s.account_id = any(@accounts)
		order by s.account_id, s.id`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return nil, err
	}
	var account customers.AccountID
	var r Row
	var start, end period.Date
	var minor, passed, entry int64
	var currency money.Currency
	var recognized bool
	_, err = pgx.ForEachRow(rows, []any{&account, &r.ID, &r.Contract, &r.Line, &r.Kind, &start, &end, &r.Month, &minor, &passed, &currency,
		&r.Recognition, &r.Version, &r.Assessment, &r.Book, &recognized, &entry}, func() error {
		r.Span, r.Amount, r.PassedOn = period.NewSpan(start, end), money.Of(minor, currency), money.Of(passed, currency)
		out[account].load(r, recognized, entry)
		return nil
	})
	return out, err
}
