package invoicing

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/mail"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Mails lists the messages that carry a document, the latest first.
func Mails(ctx context.Context, q postgres.Querier, number string) ([]mail.Entry, error) {
	prefix := "invoice:" + number + ":"
	found, err := mail.List(ctx, q, mail.Filter{Search: prefix, Limit: 200})
	if err != nil {
		return nil, fmt.Errorf("find the mail of %s: %w", number, err)
	}
	kept := found[:0]
	for _, m := range found {
		if strings.HasPrefix(m.Key, prefix) {
			kept = append(kept, m)
		}
	}
	return kept, nil
}

// Resend puts the document into the outbox once more, to who is the payer's
// contact for payables on a day. A message of it that is still to be sent is
// fault.Conflict: there is nothing to repeat yet.
func Resend(ctx context.Context, tx pgx.Tx, number string, on period.Date, by access.Actor) (int64, error) {
	doing := "send " + number + " again"
	if err := by.Require(access.Finance, access.Accountant, access.Support); err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	d, err := Get(ctx, tx, number)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	if d.Voided != nil {
		return 0, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it was voided on %s", d.Voided.On))
	}
	before, err := Mails(ctx, tx, number)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	for _, m := range before {
		if m.State != mail.Sent {
			return 0, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "message %d of it is %s; look at it in the outbox", m.ID, m.State))
		}
	}
	id, err := resend(ctx, tx, d.Document, len(before)+1, on, by)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	return id, nil
}

func resend(ctx context.Context, tx pgx.Tx, d Document, n int, on period.Date, by access.Actor) (int64, error) {
	payer, err := customers.Get(ctx, tx, d.Payer, on)
	if err != nil {
		return 0, err
	}
	directory, err := entities.Load(ctx, tx)
	if err != nil {
		return 0, err
	}
	message, ok := Email(d, payer, directory)
	if !ok {
		return 0, fault.New(fault.Conflict, "%s has no contact to send it to", payer.Name)
	}
	// The number in the key: two presses at once are one message, not two.
	message.Key = fmt.Sprintf("invoice:%s:v%d", d.Number, n)
	id, err := mail.Enqueue(ctx, tx, message, by)
	if err != nil {
		return 0, err
	}
	subject := access.Subject{Kind: string(d.Kind), Key: d.Number, Account: int64(d.Account)}
	return id, access.Audit(ctx, tx, by, string(d.Kind)+".resend", subject, nil, nil, "")
}
