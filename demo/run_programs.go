package demo

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/webhook"
)

// programs are those that talk with Ratable: a CRM that reads with a key of its own, and a data warehouse whose endpoint is entered
// but not there yet. The endpoint is disabled, so that a demo calls nobody; its test event waits.
func (f *filling) programs(ctx context.Context, tx pgx.Tx, _ entities.Entity, _ period.Date) error {
	known, err := webhook.Endpoints(ctx, tx)
	if err != nil || len(known) > 0 {
		return err
	}
	ada := f.people["ada"]
	if _, _, err := access.IssueToken(ctx, tx, access.NewToken{User: f.people["sofia"].UserID, Name: "CRM", Scopes: []access.Scope{access.CustomerRead, access.ContractRead, access.UsageRead}}, ada); err != nil {
		return err
	}
	e, _, err := webhook.AddEndpoint(ctx, tx, webhook.NewEndpoint{URL: "https://warehouse.northlight.example/ratable", Description: "Data warehouse",
		Types: []webhook.Type{webhook.InvoiceIssued, webhook.InvoicePaid, webhook.PaymentReceived}}, webhook.Guard{}, ada)
	if err != nil {
		return err
	}
	if err := webhook.Ping(ctx, tx, e.ID, ada); err != nil {
		return err
	}
	return webhook.SetStatus(ctx, tx, e.ID, webhook.Disabled, "The warehouse is not there yet", ada)
}
