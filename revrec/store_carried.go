package revrec

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// ScheduleOf is what the contracts of an account earn, month by month, as Decide would schedule it.
func (f Facts) ScheduleOf(c *catalog.Catalog, through period.Month) (map[contracts.ID][]Row, error) {
	earning, err := f.earning(c, through)
	if err != nil {
		return nil, err
	}
	out := make(map[contracts.ID][]Row, len(f.Agreements))
	for _, a := range f.Agreements {
		out[a.Contract] = carry(earning.schedule(a.Contract), a.Contract, f.Carried)
	}
	return out, nil
}

// Begun says that revenue of a contract has been scheduled: it is no longer one to bring over.
func (f Facts) Begun(contract contracts.ID) bool {
	for key := range f.Stored.cells {
		if key.Contract == contract {
			return true
		}
	}
	return false
}

// AppendBrought writes the schedule of an account that comes from another system, with its entries: what stands earned on the
// eve, and what is carried beside the schedule. Places that are taken fail with fault.Conflict.
func AppendBrought(ctx context.Context, tx pgx.Tx, account customers.AccountID, p Plan, carried []Carried) error {
	if err := copyCarried(ctx, tx, account, carried); err != nil {
		return fmt.Errorf("append what is carried beside the schedule: %w", postgres.Fault(err))
	}
	return appendPlans(ctx, tx, []accountPlan{{account, p}})
}

func copyCarried(ctx context.Context, tx pgx.Tx, account customers.AccountID, carried []Carried) error {
	rows := make([][]any, len(carried))
	for i, c := range carried {
		rows[i] = []any{account, c.Contract, c.Line, string(c.Kind), c.Span.Start, c.Span.End, c.Month.First(), c.Amount.Minor(), string(c.Amount.Currency())}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"revrec", "carried"},
		[]string{"account_id", "contract_id", "line", "kind", "starts_on", "ends_on", "month", "amount", "currency"}, pgx.CopyFromRows(rows))
	return err
}

func loadCarried(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID][]Carried, error) {
	rows, err := q.Query(ctx, `
		select account_id, contract_id, line, kind, starts_on, ends_on, month, amount, currency
		from revrec.carried
		where account_id = any(@accounts)
		order by account_id, contract_id, line, kind, starts_on, ends_on, month`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return nil, err
	}
	out := map[customers.AccountID][]Carried{}
	var account customers.AccountID
	var c Carried
	var start, end period.Date
	var minor int64
	var currency money.Currency
	_, err = pgx.ForEachRow(rows, []any{&account, &c.Contract, &c.Line, &c.Kind, &start, &end, &c.Month, &minor, &currency}, func() error {
		c.Span, c.Amount = period.NewSpan(start, end), money.Of(minor, currency)
		out[account] = append(out[account], c)
		return nil
	})
	return out, err
}
