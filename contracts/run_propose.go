package contracts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// Propose holds a document against everything that Prepare holds it against, and writes nothing: the contract comes
// back as it would be with this version, under the key 0 when it is new. It is what a preview asks while somebody
// types, so it takes no lock; call it in a snapshot.
func Propose(ctx context.Context, tx pgx.Tx, d Document, asOf period.Date) (Contract, error) {
	doing := fmt.Sprintf("look at contract %s", d.Contract)
	d.normalize()
	if found := d.Validate(); len(found) > 0 {
		return Contract{}, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	p, err := check(ctx, tx, d, asOf)
	if err != nil {
		return Contract{}, fmt.Errorf("%s: %w", doing, err)
	}
	c, err := Get(ctx, tx, d.Contract)
	switch {
	case errors.Is(err, fault.NotFound):
		c = Contract{
			Account: p.payer.Account, Number: d.Contract, Entity: p.entity.ID,
			Customer: p.customer.ID, Payer: p.payer.ID, Currency: d.Money(),
		}
	case err != nil:
		return Contract{}, fmt.Errorf("%s: %w", doing, err)
	case c.Latest().Document.Equal(d) && c.Latest().Last() != "rejected":
		return c, nil
	default:
		if err := c.mayFollow(d); err != nil {
			return Contract{}, fmt.Errorf("%s: %w", doing, err)
		}
	}
	c.History = append(slices.Clone(c.History), Revision{Version: Version{len(c.History) + 1, d.Start(), d}, Reason: d.Reason, EnteredOn: asOf})
	if err := loadUsers(ctx, tx, nil, map[ID]*Contract{c.ID: &c}); err != nil {
		return Contract{}, fmt.Errorf("%s: %w", doing, err)
	}
	return c, nil
}

// mayFollow says whether a document can be the contract's next version.
func (c Contract) mayFollow(d Document) error {
	if c.Latest().Waiting() {
		return fault.New(fault.Conflict, "version %d waits for a decision; have it rejected first", c.Latest().Number)
	}
	if f := c.amendable(d); len(f) > 0 {
		return fault.InvalidFields(f...)
	}
	return nil
}
