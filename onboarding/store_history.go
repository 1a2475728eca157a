package onboarding

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/postgres"
)

// kept is an invoice as it was told last.
type kept struct {
	Told
	Account  customers.AccountID
	Cohort   string
	Revision int
}

// lastTold finds invoices of the other system by number, as they were told last.
func lastTold(ctx context.Context, q postgres.Querier, numbers []string) (map[string]kept, error) {
	rows, err := q.Query(ctx, `
		select distinct on (account_id, number) account_id, cohort, revision, content
		from onboarding.invoices
		where number = any(@numbers::text[])
		order by account_id, number, revision desc`, pgx.NamedArgs{"numbers": numbers})
	if err != nil {
		return nil, fmt.Errorf("find imported invoices: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, scanKept)
	if err != nil {
		return nil, fmt.Errorf("find imported invoices: %w", postgres.Fault(err))
	}
	out := make(map[string]kept, len(all))
	for _, k := range all {
		out[k.Number] = k
	}
	return out, nil
}

// toldOf lists the invoices of some accounts as they were told last, by day and number.
func toldOf(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID][]Told, error) {
	rows, err := q.Query(ctx, `
		select account_id, cohort, revision, content
		from (
			select distinct on (account_id, number) account_id, number, cohort, revision, issued_on, content
			from onboarding.invoices
			where account_id = any(@accounts::bigint[])
			order by account_id, number, revision desc
		) as last
		order by account_id, issued_on, number`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return nil, fmt.Errorf("list imported invoices: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, scanKept)
	if err != nil {
		return nil, fmt.Errorf("list imported invoices: %w", postgres.Fault(err))
	}
	out := map[customers.AccountID][]Told{}
	for _, k := range all {
		out[k.Account] = append(out[k.Account], k.Told)
	}
	return out, nil
}

func scanKept(row pgx.CollectableRow) (k kept, err error) {
	var content []byte
	if err = row.Scan(&k.Account, &k.Cohort, &k.Revision, &content); err != nil {
		return k, err
	}
	return k, json.Unmarshal(content, &k.Told)
}

func insertTold(ctx context.Context, tx pgx.Tx, k kept, customer customers.ID, by access.Actor) error {
	content, err := json.Marshal(k.Told)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into onboarding.invoices (account_id, number, revision, cohort, customer_id, currency, issued_on, content, by_user)
		values (@account, @number, @revision, @cohort, @customer, @currency, @issued, @content, @by)`, pgx.NamedArgs{
		"account": k.Account, "number": k.Number, "revision": k.Revision, "cohort": k.Cohort, "customer": customer,
		"currency": string(k.Currency), "issued": k.IssuedOn, "content": string(content), "by": by.UserID,
	})
	return postgres.Fault(err)
}

// standings lists the balances of some accounts as they were told last, with their revisions.
func standings(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID]map[string]told, error) {
	rows, err := q.Query(ctx, `
		select distinct on (account_id, key) account_id, key, revision, content
		from onboarding.balances
		where account_id = any(@accounts::bigint[])
		order by account_id, key, revision desc`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return nil, fmt.Errorf("list imported balances: %w", postgres.Fault(err))
	}
	out := map[customers.AccountID]map[string]told{}
	var account customers.AccountID
	var key string
	var revision int
	var content []byte
	_, err = pgx.ForEachRow(rows, []any{&account, &key, &revision, &content}, func() error {
		if out[account] == nil {
			out[account] = map[string]told{}
		}
		x := told{Revision: revision}
		out[account][key] = x
		if err := json.Unmarshal(content, &x.Standing); err != nil {
			return err
		}
		out[account][key] = x
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list imported balances: %w", postgres.Fault(err))
	}
	return out, nil
}

// told is a balance as it was told last.
type told struct {
	Standing
	Revision int
}

func insertStanding(ctx context.Context, tx pgx.Tx, account customers.AccountID, customer customers.ID, cohort string, s Standing, revision int, by access.Actor) error {
	content, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into onboarding.balances (account_id, key, revision, cohort, customer_id, content, by_user)
		values (@account, @key, @revision, @cohort, @customer, @content, @by)`, pgx.NamedArgs{
		"account": account, "key": s.key(), "revision": revision, "cohort": cohort, "customer": customer, "content": string(content), "by": by.UserID,
	})
	return postgres.Fault(err)
}

// insertFile notes a file that was taken.
func insertFile(ctx context.Context, tx pgx.Tx, r Report, name string, digest []byte, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into onboarding.files (cohort, kind, name, sha256, made, changed, unchanged, refused, by_user)
		values (@cohort, @kind, @name, @digest, @made, @changed, @unchanged, @refused, @by)`, pgx.NamedArgs{
		"cohort": r.Cohort, "kind": string(r.Kind), "name": name, "digest": digest, "made": r.Count(Made), "changed": r.Count(Changed),
		"unchanged": r.Count(Unchanged), "refused": r.Count(Refused), "by": by.UserID,
	})
	return postgres.Fault(err)
}

// File is a file that was taken, or as much of it as could be.
type File struct {
	Kind                              Kind
	Name                              string
	Made, Changed, Unchanged, Refused int
	By                                int64
	At                                string
}

// Files lists what was sent for a cohort, the last first.
func Files(ctx context.Context, q postgres.Querier, cohort string) ([]File, error) {
	rows, err := q.Query(ctx, `
		select kind, name, made, changed, unchanged, refused, by_user, to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
		from onboarding.files
		where cohort = @cohort
		order by id desc
		limit 200`, pgx.NamedArgs{"cohort": cohort})
	if err != nil {
		return nil, fmt.Errorf("list files of cohort %s: %w", cohort, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[File])
	if err != nil {
		return nil, fmt.Errorf("list files of cohort %s: %w", cohort, postgres.Fault(err))
	}
	return out, nil
}
