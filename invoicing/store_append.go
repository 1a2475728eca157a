package invoicing

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
	"ratable/ledger"
)

// appendDocuments writes issued documents and their entries in a handful of
// COPYs. A place that is taken fails with fault.Conflict: somebody else billed
// the account since it was loaded.
func appendDocuments(ctx context.Context, tx pgx.Tx, run int64, documents []Document, entries []ledger.Entry) error {
	for _, copying := range []func(context.Context, pgx.Tx, int64, []Document) error{copyDocuments, copyNumbers, copyLines, copyTaxLines} {
		if err := copying(ctx, tx, run, documents); err != nil {
			return fmt.Errorf("append %d documents: %w", len(documents), postgres.Fault(err))
		}
	}
	return ledger.Append(ctx, tx, entries)
}

func copyDocuments(ctx context.Context, tx pgx.Tx, run int64, documents []Document) error {
	rows := make([][]any, len(documents))
	for i, d := range documents {
		frozen, err := json.Marshal(d)
		if err != nil {
			return err
		}
		var byRun any
		if run != 0 {
			byRun = run
		}
		rows[i] = []any{d.Account, d.Seq, d.Number, string(d.Kind), d.Entity, d.Payer, string(d.Currency), d.IssuedOn, d.TaxPoint,
			d.DueOn, d.PONumber, d.Net.Minor(), d.Tax.Minor(), d.Total.Minor(), byRun, string(frozen), d.Fee.Minor()}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"invoicing", "documents"},
		[]string{"account_id", "seq", "number", "kind", "entity_id", "payer_id", "currency", "issued_on", "tax_point",
			"due_on", "po_number", "net", "tax", "total", "run_id", "frozen", "fee"}, pgx.CopyFromRows(rows))
	return err
}

func copyNumbers(ctx context.Context, tx pgx.Tx, _ int64, documents []Document) error {
	rows := make([][]any, len(documents))
	for i, d := range documents {
		rows[i] = []any{d.Number, d.Entity, d.Account, d.Seq}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"invoicing", "numbers"},
		[]string{"number", "entity_id", "account_id", "seq"}, pgx.CopyFromRows(rows))
	return err
}

func copyLines(ctx context.Context, tx pgx.Tx, _ int64, documents []Document) error {
	var rows [][]any
	for _, d := range documents {
		for i, l := range d.Lines {
			var document, line any
			if l.Corrects != nil {
				document, line = l.Corrects.Document, int32(l.Corrects.Line)
			}
			rows = append(rows, []any{d.Account, d.Seq, int32(i + 1), l.Contract, l.Customer, l.Line, string(l.Kind),
				l.Span.Start, l.Span.End, l.Product, l.Amount.Minor(), document, line})
		}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"invoicing", "lines"},
		[]string{"account_id", "seq", "n", "contract_id", "customer_id", "line", "kind", "starts_on", "ends_on",
			"product", "amount", "corrects_document", "corrects_line"}, pgx.CopyFromRows(rows))
	return err
}

func copyTaxLines(ctx context.Context, tx pgx.Tx, _ int64, documents []Document) error {
	var rows [][]any
	for _, d := range documents {
		for i, r := range d.TaxRows {
			rows = append(rows, []any{d.Account, d.Seq, int32(i + 1), int32(r.Line), r.Place, string(r.Level), r.Name,
				r.Rate, r.Taxable.Minor(), r.Tax.Minor(), string(r.Reason)})
		}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"invoicing", "tax_lines"},
		[]string{"account_id", "seq", "n", "line", "place", "level", "name", "rate", "taxable", "tax", "reason"}, pgx.CopyFromRows(rows))
	return err
}

func scanFrozen(row pgx.CollectableRow) (Document, error) {
	var frozen []byte
	if err := row.Scan(&frozen); err != nil {
		return Document{}, err
	}
	var d Document
	return d, json.Unmarshal(frozen, &d)
}
