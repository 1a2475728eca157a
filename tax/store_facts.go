package tax

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Register records that an entity collects in a place from a day on. A registration already live there is fault.Invalid.
func Register(ctx context.Context, tx pgx.Tx, r Registration, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into tax.registrations (entity, place, scheme, number, starts_on, ends_on)
		values (@entity, @place, @scheme, @number, @starts_on, @ends_on)`,
		pgx.NamedArgs{"entity": r.Entity, "place": r.Place, "scheme": r.Scheme, "number": r.Number, "starts_on": r.StartsOn, "ends_on": r.EndsOn})
	if err != nil {
		return fmt.Errorf("register %s in %s: %w", r.Entity, r.Place, postgres.Fault(err))
	}
	subject := access.Subject{Kind: "tax_registration", Key: r.Entity + " " + r.Place}
	return access.Audit(ctx, tx, by, "tax.register", subject, nil, r, "")
}

// RecordExemption keeps a certificate a customer sent. It counts only once Decide has verified it.
func RecordExemption(ctx context.Context, tx pgx.Tx, e Exemption, by access.Actor) (Exemption, error) {
	err := tx.QueryRow(ctx, `
		insert into tax.exemptions (account_id, customer_id, place, product, form, reason, number, starts_on, ends_on)
		values (@account, @customer, @place, @product, @form, @reason, @number, @starts_on, @ends_on)
		returning id`,
		pgx.NamedArgs{"account": int64(e.Account), "customer": int64(e.Customer), "place": e.Place, "product": e.Product, "form": e.Form,
			"reason": e.Reason, "number": e.Number, "starts_on": e.StartsOn, "ends_on": e.EndsOn}).Scan(&e.ID)
	if err != nil {
		return Exemption{}, fmt.Errorf("record exemption of customer %d in %s: %w", e.Customer, e.Place, postgres.Fault(err))
	}
	return e, access.Audit(ctx, tx, by, "tax.exemption.record", e.subject(), nil, e, "")
}

func (e Exemption) subject() access.Subject {
	return access.Subject{Kind: "tax_exemption", Key: fmt.Sprint(e.ID), Account: int64(e.Account)}
}

// Verdict is what somebody decided about a certificate.
type Verdict string

const (
	Verified Verdict = "verified" // counts from its first day on
	Rejected Verdict = "rejected" // never counts
	Revoked  Verdict = "revoked"  // a verified one stops counting on the day of the decision
)

// Decide records a verdict. The latest one holds.
func Decide(ctx context.Context, tx pgx.Tx, account customers.AccountID, exemption int64, v Verdict, on period.Date, by access.Actor) error {
	if by.Name == "" {
		return fault.New(fault.Denied, "decide on exemption %d: nobody is signed in", exemption)
	}
	_, err := tx.Exec(ctx, `
		insert into tax.exemption_decisions (account_id, exemption_id, verdict, decided_on, decided_by)
		values (@account, @exemption, @verdict, @decided_on, @decided_by)`,
		pgx.NamedArgs{"account": int64(account), "exemption": exemption, "verdict": string(v), "decided_on": on, "decided_by": by.Name})
	if err != nil {
		return fmt.Errorf("decide on exemption %d: %w", exemption, postgres.Fault(err))
	}
	subject := Exemption{ID: exemption, Account: account}.subject()
	return access.Audit(ctx, tx, by, "tax.exemption."+string(v), subject, nil, v, "")
}
