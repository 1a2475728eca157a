package contracts

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// SignUp makes a customer and its contract on a plan that is on sale. Before anything is agreed the customer is
// screened: with a possible match it is kept and held, and gets its contract when a person has cleared it
// (ReleaseSignUps). The same key again gives what became of it the first time; with another request it is
// fault.Conflict. What is wrong is fault.Invalid by the request's own paths.
func SignUp(ctx context.Context, tx pgx.Tx, r SignUpRequest, today period.Date, by access.Actor) (SignedUp, error) {
	doing := "sign up on plan " + fault.Shown(r.Plan)
	if err := by.Require(access.Sales, access.Finance, access.Support); err != nil {
		return SignedUp{}, fmt.Errorf("%s: %w", doing, err)
	}
	var absurd findings
	if !absurd.figure("quantity", r.Quantity) { // is not written out: its digits may be endless
		return SignedUp{}, fmt.Errorf("%s: %w", doing, fault.InvalidFields(absurd...))
	}
	r.Plan, r.Existing, r.Currency = strings.TrimSpace(r.Plan), strings.TrimSpace(r.Existing), strings.ToUpper(strings.TrimSpace(r.Currency))
	kept, found, err := lockSignUp(ctx, tx, r.Key)
	if err != nil {
		return SignedUp{}, fmt.Errorf("%s: %w", doing, err)
	}
	if _, digest := r.digest(); found && !bytes.Equal(kept.digest, digest[:]) {
		return SignedUp{}, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "the key %s was used for another sign-up; send a new one", fault.Shown(r.Key)))
	}
	if found {
		c, err := customers.Get(ctx, tx, kept.customer, today)
		return SignedUp{r.Key, c, kept.number, true}, err
	}
	out, err := signUp(ctx, tx, r, today, by)
	if err != nil {
		return SignedUp{}, fmt.Errorf("%s: %w", doing, err)
	}
	return out, nil
}

func signUp(ctx context.Context, tx pgx.Tx, r SignUpRequest, today period.Date, by access.Actor) (SignedUp, error) {
	asked := r // is kept letter by letter
	if r.StartsOn.IsZero() {
		r.StartsOn = today
	}
	sold, err := catalog.Load(ctx, tx)
	if err != nil {
		return SignedUp{}, err
	}
	p, wrong := r.check(sold, today)
	seller, found, err := r.seller(ctx, tx)
	if err != nil {
		return SignedUp{}, err
	}
	if wrong = append(wrong, found...); len(wrong) > 0 {
		return SignedUp{}, fault.InvalidFields(wrong...)
	}
	number, err := nextSubscription(ctx, tx)
	if err != nil {
		return SignedUp{}, err
	}
	c, err := r.party(ctx, tx, number, seller, p, today, by)
	if err != nil {
		return SignedUp{}, err
	}
	out := SignedUp{Key: r.Key, Customer: c}
	s, err := customers.Screen(ctx, tx, c.ID, today, by)
	if err != nil {
		return out, err
	}
	if !s.Held() {
		out.Number = number
		if err := r.open(ctx, tx, number, c, seller, p, today, by); err != nil {
			return out, err
		}
	}
	return out, insertSignUp(ctx, tx, asked, c, out.Number, by)
}

// seller is the entity the request names, or the only one.
func (r SignUpRequest) seller(ctx context.Context, tx pgx.Tx) (entities.Entity, []fault.Field, error) {
	all, err := entities.Load(ctx, tx)
	if err != nil {
		return entities.Entity{}, nil, err
	}
	if e, ok := all.ByCode(r.Entity); ok {
		return e, nil, nil
	}
	if r.Entity == "" && len(all.All()) == 1 {
		return all.All()[0], nil, nil
	}
	return entities.Entity{}, []fault.Field{{Path: "entity", Value: fault.Shown(r.Entity), Message: "must be the code of the legal entity that sells"}}, nil
}

// party finds the customer or makes it.
func (r SignUpRequest) party(ctx context.Context, tx pgx.Tx, number string, seller entities.Entity, p catalog.Plan, today period.Date, by access.Actor) (customers.Customer, error) {
	if r.Existing != "" {
		c, err := customers.Called(ctx, tx, r.Existing, today)
		if fault.Kind(err) == fault.NotFound {
			err = fault.InvalidFields(fault.Field{Path: "existing_customer", Value: fault.Shown(r.Existing), Message: "is not the external id of a customer"})
		}
		return c, err
	}
	n := r.Customer.customer(customers.New{Entity: seller.ID, Currency: (Document{Currency: cmp.Or(p.Currency, r.Currency)}).Money(), SignedUpOn: today})
	n.ExternalID = cmp.Or(n.ExternalID, strings.ToLower(number))
	c, err := customers.Create(ctx, tx, n, by)
	return c, ofSigner(err)
}

// open makes the contract: what the plan says, counting by the plan's own approval.
func (r SignUpRequest) open(ctx context.Context, tx pgx.Tx, number string, c customers.Customer, seller entities.Entity, p catalog.Plan, today period.Date, by access.Actor) error {
	d, err := Subscribed(Document{
		Contract: number, Title: p.Name, Entity: seller.Code, Customer: c.ExternalID, Currency: cmp.Or(p.Currency, r.Currency),
		Term: Term{From: r.StartsOn}, Billing: Billing{PONumber: r.PO},
	}, Offer{p, r.Quantity})
	if err != nil {
		return err
	}
	parties, err := check(ctx, tx, d, today)
	if err != nil {
		return err
	}
	made, err := insertContract(ctx, tx, d, parties)
	if err != nil {
		return err
	}
	return made.sign(ctx, tx, d, "subscription.sign_up", fmt.Sprintf("Signed up on plan %s, as published", d.Plan.PlanLabel()), today, by)
}

// sign appends a version that counts at once: it is what a published plan says, and that was approved when the plan
// was. The decision names the plan; the database holds that it exists and is the document's.
func (c Contract) sign(ctx context.Context, tx pgx.Tx, d Document, action, reason string, today period.Date, by access.Actor) error {
	version := len(c.History) + 1
	if err := insertVersion(ctx, tx, c, version, d, today, by); err != nil {
		return err
	}
	r := Revision{Version: Version{Number: version}, PreparedBy: by.UserID}
	if err := insertDecision(ctx, tx, c, r, Decided{Event: "signed", Reason: reason, Plan: d.Plan}); err != nil {
		return err
	}
	if err := settleDeadlines(ctx, tx, c.Account, d); err != nil {
		return err
	}
	if err := access.Audit(ctx, tx, by, action, c.subject(version), nil, d, reason); err != nil {
		return err
	}
	return c.emitDecided(ctx, tx, version, d, "signed")
}

// ReleaseSignUps gives a customer whose match was cleared the contracts it signed up for while it was held. They begin
// on the day asked for, or today when that has passed: nobody pays for days on which nothing was sold.
func ReleaseSignUps(ctx context.Context, tx pgx.Tx, id customers.ID, today period.Date, by access.Actor) ([]string, error) {
	doing := fmt.Sprintf("release the sign-ups of customer %d", id)
	if err := by.Require(access.Finance, access.Admin); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	held, err := heldSignUps(ctx, tx, id)
	if err != nil || len(held) == 0 {
		return nil, err
	}
	s, _, err := customers.LastScreening(ctx, tx, id)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	if s.Held() {
		return nil, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "its match is not cleared"))
	}
	c, err := customers.Get(ctx, tx, id, today)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	sold, err := catalog.Load(ctx, tx)
	if err != nil {
		return nil, err
	}
	var numbers []string
	for _, k := range held {
		r := k.request
		r.StartsOn = period.MaxDate(r.StartsOn, today)
		p, wrong := r.check(sold, today)
		seller, found, err := r.seller(ctx, tx)
		if wrong = append(wrong, found...); err == nil && len(wrong) > 0 {
			err = fault.New(fault.Conflict, "what was asked for is not on sale any more: %v", fault.InvalidFields(wrong...))
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", doing, err)
		}
		number, err := nextSubscription(ctx, tx)
		if err != nil {
			return nil, err
		}
		if err := r.open(ctx, tx, number, c, seller, p, today, by); err != nil {
			return nil, fmt.Errorf("%s: %w", doing, err)
		}
		if err := insertRelease(ctx, tx, k.key, number, by); err != nil {
			return nil, err
		}
		numbers = append(numbers, number)
	}
	return numbers, nil
}

// unlisted refuses what is done with a customer or payer who may be a listed party.
func (c Contract) unlisted(ctx context.Context, tx pgx.Tx) error {
	d := c.Latest().Document
	held, err := customers.HeldByScreening(ctx, tx, []string{d.Customer, d.Paying()})
	if err != nil {
		return err
	}
	if held != "" {
		return fault.New(fault.Conflict, "%s is held: it may be a listed party, and nobody has cleared the match", held)
	}
	return nil
}
