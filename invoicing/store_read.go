package invoicing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Issued is a document with what happened to it since.
type Issued struct {
	Document
	Run        int64 // 0: issued by a person
	RecordedAt time.Time
	Voided     *Voided
}

// Voided is the fact that an invoice was taken back.
type Voided struct {
	On     period.Date
	Reason string
	By     int64
}

// Get returns a document by number.
func Get(ctx context.Context, q postgres.Querier, number string) (Issued, error) {
	var d Issued
	var frozen []byte
	var run, by *int64
	var on period.Date
	var reason *string
	err := q.QueryRow(ctx, `
		select d.frozen, d.run_id, d.recorded_at, v.voided_on, v.reason, v.by_user
		from invoicing.numbers n
		join invoicing.documents d on d.account_id = n.account_id and d.seq = n.seq
		left join invoicing.voids v on v.account_id = d.account_id and v.seq = d.seq
		where n.number = @number`, pgx.NamedArgs{"number": number}).Scan(&frozen, &run, &d.RecordedAt, &on, &reason, &by)
	if err != nil {
		return d, fmt.Errorf("find document %s: %w", number, postgres.Fault(err))
	}
	if run != nil {
		d.Run = *run
	}
	if reason != nil {
		d.Voided = &Voided{on, *reason, *by}
	}
	return d, json.Unmarshal(frozen, &d.Document)
}

// latestDocument is the document an account got last.
func latestDocument(ctx context.Context, q postgres.Querier, account customers.AccountID) (Document, error) {
	rows, err := q.Query(ctx, `
		select frozen
		from invoicing.documents
		where account_id = @account
		order by seq desc
		limit 1`, pgx.NamedArgs{"account": account})
	if err != nil {
		return Document{}, postgres.Fault(err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanFrozen)
	return d, postgres.Fault(err)
}
