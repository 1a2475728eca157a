package contracts

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// GiveNotice records that a party said, on a day, that the contract shall not renew. On or before the last day for
// notice it stops the renewal; later it is refused as fault.Invalid, naming that day. A contract that does not renew by
// itself needs none: fault.Conflict.
func GiveNotice(ctx context.Context, tx pgx.Tx, number string, party Party, on period.Date, reason string, today period.Date, by access.Actor) error {
	doing := fmt.Sprintf("give notice on contract %s", number)
	c, err := noticing(ctx, tx, number, by)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	n := Notice{Event: "given", Party: party, On: on, Reason: strings.TrimSpace(reason)}
	if err := c.noticeable(n, today); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := c.record(ctx, tx, n, "contract.notice", by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// WithdrawNotice takes notice back while the term runs: the contract renews again as it was agreed.
func WithdrawNotice(ctx context.Context, tx pgx.Tx, number, reason string, today period.Date, by access.Actor) error {
	doing := fmt.Sprintf("withdraw the notice on contract %s", number)
	c, err := noticing(ctx, tx, number, by)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	standing, given := c.Notice()
	if !given {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "no notice stands"))
	}
	if !today.Before(standing.EndsOn) {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "the contract ended on %s", standing.EndsOn.AddDays(-1)))
	}
	n := Notice{Event: "withdrawn", Party: standing.Party, On: today, Reason: strings.TrimSpace(reason)}
	var f findings
	if f.reason(n.Reason, "why it is taken back"); len(f) > 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(f...))
	}
	if err := c.record(ctx, tx, n, "contract.withdraw_notice", by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func noticing(ctx context.Context, tx pgx.Tx, number string, by access.Actor) (Contract, error) {
	if err := by.Require(access.Sales, access.Finance, access.Support); err != nil {
		return Contract{}, err
	}
	c, found, err := lockByNumber(ctx, tx, number)
	if err != nil || !found {
		return Contract{}, orMissing(err, number)
	}
	return c, nil
}

// record appends a notice fact about the present end of the term, and its audit line.
func (c Contract) record(ctx context.Context, tx pgx.Tx, n Notice, action string, by access.Actor) error {
	a, _ := c.Agreement()
	n.EndsOn = a.Term().End
	seq := 1
	for _, before := range c.Notices {
		if before.EndsOn == n.EndsOn {
			seq++
		}
	}
	if err := insertNotice(ctx, tx, c, n, seq, by); err != nil {
		return err
	}
	subject := access.Subject{Kind: "contract", Key: c.Number, Account: int64(c.Account)}
	return access.Audit(ctx, tx, by, action, subject, nil, map[string]string{
		"party": string(n.Party), "on": n.On.String(), "term_ends": n.EndsOn.AddDays(-1).String(),
	}, n.Reason)
}
