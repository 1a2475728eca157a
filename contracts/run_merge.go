package contracts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// MergeCustomers records that a customer was entered twice. Usage that arrives under the duplicate's number counts for
// the other from today on; where no contract bills the duplicate's usage, what was counted before does as well. A
// duplicate with contracts that run on in another paying family is refused: its books cannot move, and what they bill
// would be taken from under them.
func MergeCustomers(ctx context.Context, tx pgx.Tx, duplicate, into customers.ID, reason string, today period.Date, by access.Actor) error {
	doing := fmt.Sprintf("merge customer %d into %d", duplicate, into)
	if err := by.Require(access.Finance); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	// Nobody signs for it while we look whether it has contracts.
	if err := customers.Alone(ctx, tx, duplicate); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	twice, err := customers.Get(ctx, tx, duplicate, today)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	stays, err := customers.Get(ctx, tx, into, today)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	party, uses, err := concerning(ctx, tx, twice, today)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if len(party) > 0 && twice.Account != stays.Account {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(fault.Field{Path: "duplicate", Value: twice.ExternalID, Message: fmt.Sprintf(
			"has contracts of its own (%s) and belongs to another paying family than %s. End them, sign them for %s and merge when they are over; or merge the other way round",
			strings.Join(party, ", "), stays.ExternalID, stays.ExternalID)}))
	}
	return customers.Merge(ctx, tx, customers.Merger{
		Duplicate: duplicate, Into: into, On: today, TakesUsage: !uses, Reason: strings.TrimSpace(reason),
	}, by)
}

// concerning lists the contracts a customer is party to that are not over, and says whether any, past or present, bills
// its usage.
func concerning(ctx context.Context, tx pgx.Tx, c customers.Customer, today period.Date) (party []string, uses bool, err error) {
	found, err := load(ctx, tx, []customers.AccountID{c.Account})
	for _, k := range found {
		a, agreed := k.Agreement()
		over := agreed && !today.Before(a.Term().End)
		if !over && slices.Contains(k.parties(), c.ID) {
			party = append(party, k.Number)
		}
		uses = uses || k.Customer == c.ID || slices.ContainsFunc(k.History, func(r Revision) bool { return r.Document.names(c.ExternalID) })
	}
	return party, uses, err
}

// names says whether a line counts the usage of a member of the family by its number.
func (d Document) names(user string) bool {
	return slices.ContainsFunc(d.Lines, func(l Line) bool { return slices.Contains(l.Users, user) })
}

// users are all the members of the family that lines name.
func (d Document) users() []string {
	var out []string
	for _, l := range d.Lines {
		out = append(out, l.Users...)
	}
	return out
}

func (c Contract) parties() []customers.ID {
	return Agreement{Customer: c.Customer, Payer: c.Payer, Payers: c.Payers}.Parties()
}
