package privacy

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/payments"
)

// askers may enter what a person asks for; another of finance or administration decides (access: "erasure").
var askers = []access.Role{access.Support, access.Finance, access.Admin}

// Ask enters a request and asks another person to decide it. Invalid: it names nobody well. NotFound: nobody of that
// address is known here. Conflict: somebody still works here, or a consumer still has a contract or owes something.
func Ask(ctx context.Context, tx pgx.Tx, a Asked, asOf period.Date, by access.Actor) (Request, error) {
	if err := by.Require(askers...); err != nil {
		return Request{}, fmt.Errorf("ask for an erasure: %w", err)
	}
	a.Email, a.Customer = strings.ToLower(strings.TrimSpace(a.Email)), strings.TrimSpace(a.Customer)
	if err := a.check(); err != nil {
		return Request{}, fmt.Errorf("ask for an erasure: %w", err)
	}
	r := Request{Email: a.Email, UsageValue: a.UsageValue, Reason: a.Reason, By: by.UserID, State: Waiting}
	var err error
	if a.Customer != "" {
		err = r.consumer(ctx, tx, a.Customer, asOf)
	} else {
		err = r.person(ctx, tx)
	}
	if err != nil {
		return Request{}, fmt.Errorf("ask for an erasure: %w", err)
	}
	if err := insert(ctx, tx, &r); err != nil {
		return Request{}, fmt.Errorf("ask for an erasure: %w", err)
	}
	held, err := Held(ctx, tx, r.ID)
	if err != nil {
		return Request{}, err
	}
	if len(held) == 0 {
		return Request{}, fmt.Errorf("ask for an erasure: %w", fault.New(fault.NotFound, "nothing here names %s: ask the person for the address they had with us", a.Email))
	}
	// The reason stays out of the approval: it may name the person, and approvals are evidence.
	return r, access.RequestApproval(ctx, tx, r.Subject(), "A person asked to be forgotten.", by)
}

// person gathers under which names somebody stands here. Staff stay named in what they approved: it is evidence of
// control as long as the books are kept (GDPR Art. 17(3)(b) and (e)).
func (r *Request) person(ctx context.Context, tx pgx.Tx) error {
	known, err := customers.KnownByEmail(ctx, tx, r.Email)
	if err != nil {
		return err
	}
	r.Names, r.Customers, r.Accounts = known.Names, known.Customers, known.Accounts
	u, found, err := access.UserByEmail(ctx, tx, r.Email)
	if err != nil || !found {
		return err
	}
	if !(access.Actor{Roles: u.Roles}).Has(access.Customer) {
		return fault.New(fault.Conflict, "%s signs in as one of us. What our own people prepared and approved is evidence of the books and stays; disable the user under /users", r.Email)
	}
	r.Names = append(r.Names, u.Name)
	return nil
}

// consumer gathers a customer who is a natural person, and refuses while something is still between us.
func (r *Request) consumer(ctx context.Context, tx pgx.Tx, external string, asOf period.Date) error {
	c, err := customers.ByExternalID(ctx, tx, external, asOf)
	if err != nil {
		return err
	}
	if c.Kind != customers.Consumer {
		return fault.InvalidFields(fault.Field{Path: "customer", Value: external,
			Message: fmt.Sprintf("is a %s, and no person: ask for the addresses of the people who work there", c.Kind)})
	}
	found, err := contracts.List(ctx, tx, contracts.Filter{Party: c.ID, Limit: 200})
	if err != nil {
		return err
	}
	for _, k := range found {
		if k.Status(asOf).Running() {
			return fault.New(fault.Conflict, "%s has the contract %s, which runs: terminate it first", c.Name, k.Number)
		}
	}
	open, err := payments.OpenInvoices(ctx, tx, payments.Scope{Payer: c.ID})
	if err != nil {
		return err
	}
	if len(open) > 0 {
		return fault.New(fault.Conflict, "%s owes invoice %s: collect it, credit it or write it off first", c.Name, open[0].Number)
	}
	known, err := customers.KnownAs(ctx, tx, c.ID)
	r.Customer, r.Names, r.Customers, r.Accounts = c.ID, known.Names, known.Customers, known.Accounts
	return err
}

// Decide answers a request; approving it carries it out in this transaction. It refuses whoever asked.
func Decide(ctx context.Context, tx pgx.Tx, id int64, decision access.Decision, reason string, by access.Actor) (Request, error) {
	doing := fmt.Sprintf("%s request %d", decision, id)
	if err := access.Decide(ctx, tx, subject(id), decision, reason, by); err != nil {
		return Request{}, err
	}
	if decision == access.Approve {
		if err := erase(ctx, tx, id, by); err != nil {
			return Request{}, fmt.Errorf("%s: %w", doing, err)
		}
	}
	r, err := Get(ctx, tx, id)
	if err != nil {
		return r, err
	}
	rows := map[string]int64{}
	for _, p := range r.Result {
		if p.Kept == "" {
			rows[p.Table] += p.Rows
		}
	}
	return r, access.Audit(ctx, tx, by, "privacy."+string(r.State), r.Subject(), nil, rows, "")
}

// Give writes everything that names the person as JSON, for the person (GDPR Art. 15 and 20). A person of ours reads it
// first: what names one may name others too.
func Give(ctx context.Context, tx pgx.Tx, id int64, by access.Actor) ([]byte, error) {
	if err := by.Require(askers...); err != nil {
		return nil, fmt.Errorf("give out what is held: %w", err)
	}
	r, err := Get(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if r.State == Erased {
		return nil, fault.New(fault.Conflict, "request %d was carried out: nothing names the person any more", id)
	}
	held, err := places(ctx, tx, id, true)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(map[string]any{"person": r.Email, "names": r.Names, "held": held}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("give out what is held: %w", err)
	}
	return text, access.Audit(ctx, tx, by, "privacy.give", r.Subject(), nil, map[string]any{"tables": len(held)}, "")
}
