package invoicing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/webhook"
)

// emitIssued tells of a batch of documents in the transaction that issues them: one statement, whatever their number.
func emitIssued(ctx context.Context, tx pgx.Tx, w World, batch []decided, documents []Document) error {
	events := make([]webhook.Event, 0, len(documents))
	for _, d := range batch {
		for range d.Drafts {
			document := documents[len(events)]
			events = append(events, toldIssued(document, d.facts.Customers[document.Payer].ExternalID, w.Entities))
		}
	}
	return webhook.Emit(ctx, tx, events...)
}

// emitVoided tells that an invoice was taken back.
func emitVoided(ctx context.Context, tx pgx.Tx, d Document, on period.Date) error {
	payer, err := payerOf(ctx, tx, d.Payer)
	if err != nil {
		return err
	}
	return webhook.Emit(ctx, tx, d.toldOf(webhook.InvoiceVoided, d.Number, payer, map[string]any{"voided_on": on, "total": amountOf(d.Total)}))
}

// EmitSent tells that a mail server took the message that carries a document: what package mail calls in the transaction in which it
// notes so. A message that carries none tells nothing.
func EmitSent(ctx context.Context, tx pgx.Tx, key string) error {
	number, ok := mailed(key)
	if !ok {
		return nil
	}
	d, err := Get(ctx, tx, number)
	if err != nil {
		return fmt.Errorf("tell that %s was sent: %w", number, err)
	}
	payer, err := payerOf(ctx, tx, d.Payer)
	if err != nil {
		return err
	}
	return webhook.Emit(ctx, tx, d.toldOf(webhook.InvoiceSent, key, payer, map[string]any{"total": amountOf(d.Total)}))
}

func payerOf(ctx context.Context, q postgres.Querier, id customers.ID) (string, error) {
	placed, err := customers.Placements(ctx, q, []customers.ID{id})
	return placed[id].ExternalID, err
}
