package partners

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Settle records that a partner or supplier was paid, and books it in the party's own account. It refuses more than is
// owed (fault.Invalid, field "amount"); of two payments at once the second sees the first.
func Settle(ctx context.Context, tx pgx.Tx, s Settlement, by access.Actor) (Settlement, error) {
	doing := fmt.Sprintf("settle %s %s with party %d", s.Amount.Display(), s.Amount.Currency(), s.Party)
	if err := by.Require(desks...); err != nil {
		return s, fmt.Errorf("%s: %w", doing, err)
	}
	placed, err := customers.Placements(ctx, tx, []customers.ID{s.Party})
	if err != nil {
		return s, fmt.Errorf("%s: %w", doing, err)
	}
	party, ok := placed[s.Party]
	if !ok {
		return s, fmt.Errorf("%s: %w", doing, fault.New(fault.NotFound, "there is no customer %d", s.Party))
	}
	s.Account, s.By = party.Account, by.UserID
	var out Settlement
	for range attempts {
		err = postgres.Fault(pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
			out, err = settle(ctx, tx, s, by)
			return err
		}))
		if !errors.Is(err, fault.Conflict) || postgres.Constraint(err) == "" {
			break
		}
	}
	if err != nil {
		return s, fmt.Errorf("%s: %w", doing, err)
	}
	return out, nil
}

// settle is one attempt. The place in the book is read before the balance: who pays in between takes the place.
func settle(ctx context.Context, tx pgx.Tx, s Settlement, by access.Actor) (Settlement, error) {
	standings, err := ledger.LoadStandings(ctx, tx, []customers.AccountID{s.Account})
	if err != nil {
		return s, err
	}
	s.Entry = standings[s.Account].Next
	months, err := ledger.LoadMonths(ctx, tx)
	if err != nil {
		return s, err
	}
	balances, err := ledger.PartyBalances(ctx, tx, s.Party, forever)
	if err != nil {
		return s, err
	}
	if s, err = DecideSettlement(s, balances, months.FirstOpen); err != nil {
		return s, err
	}
	if s.ID, err = takeID(ctx, tx); err != nil {
		return s, err
	}
	if err := ledger.Append(ctx, tx, []ledger.Entry{s.Book()}); err != nil {
		return s, err
	}
	if err := insertSettlement(ctx, tx, s); err != nil {
		return s, err
	}
	subject := access.Subject{Kind: "settlement", Key: s.Number(), Account: int64(s.Account)}
	return s, access.Audit(ctx, tx, by, "partner.settle", subject, nil, map[string]string{
		"party": fmt.Sprint(s.Party), "owed": string(s.Owed), "amount": s.Amount.String() + " " + string(s.Amount.Currency()), "on": s.On.String(),
	}, s.Reference)
}
