package contracts

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// ChangePayer records that documents issued from a day on go to another member of the paying family. What was issued
// before stays with whom it was issued to, and its corrections go there: a day that has passed is refused.
func ChangePayer(ctx context.Context, tx pgx.Tx, number string, to customers.ID, from period.Date, reason string, today period.Date, by access.Actor) error {
	doing := fmt.Sprintf("change the payer of contract %s", number)
	if err := by.Require(access.Finance); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	// The lock makes a second change wait, so that what it is compared with is what stands.
	c, found, err := lockByNumber(ctx, tx, number)
	if err != nil || !found {
		return fmt.Errorf("%s: %w", doing, orMissing(err, number))
	}
	payer, err := customers.Get(ctx, tx, to, today)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	change := PayerChange{From: from, Payer: to, Reason: strings.TrimSpace(reason), By: by.UserID}
	if found := c.payable(change, payer, today); len(found) > 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	if err := insertPayer(ctx, tx, c, change, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: "contract", Key: number, Account: int64(c.Account)}
	was := map[string]string{"payer": fmt.Sprint(c.PayerOn(from))}
	is := map[string]string{"payer": fmt.Sprint(to), "from": from.String()}
	return access.Audit(ctx, tx, by, "contract.change_payer", subject, was, is, change.Reason)
}

// payable says why a customer cannot take over a contract's documents on a day.
func (c Contract) payable(p PayerChange, payer customers.Customer, today period.Date) []fault.Field {
	var f findings
	latest := c.Latest().Document
	switch {
	case payer.Account != c.Account:
		f.add("payer", payer.ExternalID, "belongs to another paying family. Books are kept by family: end this contract and sign a new one with the other payer")
	case payer.DuplicateOf != 0:
		f.add("payer", payer.ExternalID, "is a duplicate; name the customer it was merged into")
	case payer.ID == c.PayerOn(p.From):
		f.add("payer", payer.ExternalID, "is who pays on %s already", p.From)
	case latest.Reseller != nil && latest.Reseller.Kind != Referral:
		f.add("payer", payer.ExternalID, "cannot take over from the partner: its terms hang on who pays. End this contract and sign a new one")
	case payer.PORequired && latest.Billing.PONumber == "":
		f.add("payer", payer.ExternalID, "accepts no invoice without a purchase order number; amend the contract with one first")
	}
	if p.From.IsZero() || p.From.Before(today) {
		f.add("from", p.From.String(), "must be today, %s, or later. What was issued stays with its payer: void it or credit it, and it is billed anew", today)
	}
	if p.Reason == "" {
		f.add("reason", "", "is missing: say why somebody else pays")
	}
	f.prose("reason", p.Reason, 1000)
	return f
}
