package contracts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/usage"
)

// LoadProgrammes returns every programme as it stands, by code.
func LoadProgrammes(ctx context.Context, q postgres.Querier) (Programmes, error) {
	rows, err := q.Query(ctx, `
		select distinct on (code) code, version, name, owner_id, budget, currency, starts_on, ends_on, reason, by_user, recorded_at
		from contracts.programmes
		order by code, version desc`)
	if err != nil {
		return nil, fmt.Errorf("load programmes: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scanProgramme)
	if err != nil {
		return nil, fmt.Errorf("load programmes: %w", postgres.Fault(err))
	}
	return found, nil
}

// ProgrammeHistory returns the versions of one programme, oldest first.
func ProgrammeHistory(ctx context.Context, q postgres.Querier, code string) (Programmes, error) {
	rows, err := q.Query(ctx, `
		select code, version, name, owner_id, budget, currency, starts_on, ends_on, reason, by_user, recorded_at
		from contracts.programmes
		where code = @code
		order by version`, pgx.NamedArgs{"code": code})
	if err != nil {
		return nil, fmt.Errorf("load programme %s: %w", code, postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scanProgramme)
	if err != nil {
		return nil, fmt.Errorf("load programme %s: %w", code, postgres.Fault(err))
	}
	return found, nil
}

func scanProgramme(row pgx.CollectableRow) (Programme, error) {
	var p Programme
	var minor int64
	var currency money.Currency
	err := row.Scan(&p.Code, &p.Version, &p.Name, &p.Owner, &minor, &currency, &p.Days.Start, &p.Days.End, &p.Reason, &p.By, &p.RecordedAt)
	p.Budget = money.Of(minor, currency)
	return p, err
}

func insertProgramme(ctx context.Context, tx pgx.Tx, p Programme, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into contracts.programmes (code, version, name, owner_id, budget, currency, starts_on, ends_on, reason, by_user)
		values (@code, @version, @name, @owner, @budget, @currency, @starts, @ends, @reason, @by)`, pgx.NamedArgs{
		"code": p.Code, "version": p.Version, "name": p.Name, "owner": p.Owner, "budget": p.Budget.Minor(),
		"currency": string(p.Budget.Currency()), "starts": p.Days.Start, "ends": p.Days.End, "reason": p.Reason, "by": by.UserID,
	})
	return postgres.Fault(err)
}

// ProgrammeReport says how every programme stands on a day, over all accounts whose
// approved contracts give something under one. Call it inside one snapshot.
func ProgrammeReport(ctx context.Context, q postgres.Querier, asOf period.Date) ([]Spending, error) {
	all, err := LoadProgrammes(ctx, q)
	if err != nil {
		return nil, err
	}
	out, by := make([]Spending, len(all)), spendings{}
	for i, p := range all {
		out[i].Programme = p
		by[p.Code] = &out[i]
	}
	agreements, err := givingAgreements(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("report programmes: %w", err)
	}
	if err := by.load(ctx, q, agreements, asOf); err != nil {
		return nil, fmt.Errorf("report programmes: %w", err)
	}
	rates, err := entities.LoadRates(ctx, q, asOf)
	if err != nil {
		return nil, fmt.Errorf("report programmes: %w", err)
	}
	for i := range out {
		out[i].value(rates, asOf)
	}
	return out, nil
}

// givingAgreements are those of accounts that have a document which names a
// programme.
func givingAgreements(ctx context.Context, q postgres.Querier) (map[customers.AccountID][]Agreement, error) {
	rows, err := q.Query(ctx, `
		select distinct account_id
		from contracts.versions
		where jsonb_path_exists(document, '$.discounts[*].programme') or jsonb_path_exists(document, '$.credits[*].programme')`)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	accounts, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	if err != nil || len(accounts) == 0 {
		return nil, postgres.Fault(err)
	}
	return LoadAgreements(ctx, q, accounts)
}

func (s spendings) load(ctx context.Context, q postgres.Querier, agreements map[customers.AccountID][]Agreement, asOf period.Date) error {
	if len(agreements) == 0 {
		return nil
	}
	sold, err := catalog.Load(ctx, q)
	if err != nil {
		return err
	}
	var accounts []customers.AccountID
	var list []Agreement
	var from period.Date
	for account, of := range agreements {
		accounts, list = append(accounts, account), append(list, of...)
		for _, a := range of {
			from = period.MinDate(from, a.Term().Start)
		}
	}
	days, err := usage.LoadDays(ctx, q, accounts, from, asOf.AddDays(1), SingleEvents(list)...)
	if err != nil {
		return err
	}
	for _, a := range list {
		if err := s.add(a, sold, days[a.Account], asOf); err != nil {
			return err
		}
	}
	return nil
}
