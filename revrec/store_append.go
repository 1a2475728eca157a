package revrec

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// accountPlan is what a run appends for one account.
type accountPlan struct {
	account customers.AccountID
	plan    Plan
}

// appendPlans writes the plans of a batch in a handful of COPYs. A place that is
// taken, of a row or of an entry, fails with fault.Conflict: somebody else
// planned or booked for the account since it was loaded.
func appendPlans(ctx context.Context, tx pgx.Tx, plans []accountPlan) error {
	var entries []ledger.Entry
	for _, p := range plans {
		entries = append(entries, p.plan.Entries...)
	}
	if err := copySchedule(ctx, tx, plans); err != nil {
		return fmt.Errorf("append schedules of %d accounts: %w", len(plans), postgres.Fault(err))
	}
	if len(entries) > 0 {
		if err := ledger.Append(ctx, tx, entries); err != nil {
			return err
		}
	}
	if err := copyRecognitions(ctx, tx, plans); err != nil {
		return fmt.Errorf("append recognitions of %d accounts: %w", len(plans), postgres.Fault(err))
	}
	return nil
}

func copySchedule(ctx context.Context, tx pgx.Tx, plans []accountPlan) error {
	line := make([]any, 16)
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"revrec", "schedule"},
		[]string{"account_id", "id", "entity_id", "contract_id", "line", "kind", "starts_on", "ends_on", "month",
			"amount", "currency", "recognition", "version", "passed_on", "assessment", "book"},
		rowsOf(plans, func(p Plan) []Row { return p.Rows }, func(account customers.AccountID, r Row) []any {
			return append(line[:0], account, r.ID, r.Entity, r.Contract, r.Line, string(r.Kind), r.Span.Start, r.Span.End, r.Month.First(),
				r.Amount.Minor(), string(r.Amount.Currency()), string(r.Recognition), int32(r.Version), r.PassedOn.Minor(), int32(r.Assessment), string(r.Book))
		}))
	return err
}

func copyRecognitions(ctx context.Context, tx pgx.Tx, plans []accountPlan) error {
	line := make([]any, 5)
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"revrec", "recognitions"},
		[]string{"account_id", "schedule_id", "entry_seq", "month", "late"},
		rowsOf(plans, func(p Plan) []Recognition { return p.Recognized }, func(account customers.AccountID, r Recognition) []any {
			var entry any
			if r.Entry != 0 {
				entry = r.Entry
			}
			return append(line[:0], account, r.Row, entry, r.Month.First(), r.Late)
		}))
	return err
}

// rowsOf hands a COPY what the plans of a batch append to one table, row by row. A row may share its memory with the one
// before: it has been written by then.
func rowsOf[T any](plans []accountPlan, parts func(Plan) []T, row func(customers.AccountID, T) []any) pgx.CopyFromSource {
	at, n := 0, 0
	return pgx.CopyFromFunc(func() ([]any, error) {
		for at < len(plans) && n == len(parts(plans[at].plan)) {
			at, n = at+1, 0
		}
		if at == len(plans) {
			return nil, nil
		}
		n++
		return row(plans[at].account, parts(plans[at].plan)[n-1]), nil
	})
}
