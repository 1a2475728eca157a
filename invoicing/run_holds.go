package invoicing

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

// PlaceHold keeps the next bills of a payer, or of one contract, back until the hold is released or ends by itself. It
// waits for documents of the account that are being issued at this moment; those that are decided and not issued yet are
// decided again.
func PlaceHold(ctx context.Context, tx pgx.Tx, h Hold, by access.Actor) (Hold, error) {
	doing := "hold bills"
	if err := by.Require(access.Finance, access.Support, access.Sales); err != nil {
		return h, fmt.Errorf("%s: %w", doing, err)
	}
	h.Reason = strings.TrimSpace(h.Reason)
	if found := h.problems(); len(found) > 0 {
		return h, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	owner, err := access.GetUser(ctx, tx, h.Owner)
	if fault.Kind(err) == fault.NotFound || err == nil && owner.DisabledAt != nil {
		err = fault.InvalidFields(fault.Field{Path: "owner", Value: fmt.Sprint(h.Owner), Message: "must be somebody who works here: the one who looks into it"})
	}
	if err != nil {
		return h, fmt.Errorf("%s: %w", doing, err)
	}
	if err := lockOutBills(ctx, tx, h.Account); err != nil {
		return h, fmt.Errorf("%s: %w", doing, err)
	}
	if h.ID, err = insertHold(ctx, tx, h, by); err != nil {
		return h, fmt.Errorf("%s: %w", doing, err)
	}
	h.By = by.UserID
	return h, access.Audit(ctx, tx, by, "hold.place", h.subject(), nil, map[string]string{
		"payer": fmt.Sprint(h.Payer), "contract": fmt.Sprint(h.Contract), "owner": owner.Name, "from": h.StartsOn.String(), "until": h.EndsOn.String(),
	}, h.Reason)
}

func (h Hold) subject() access.Subject {
	return access.Subject{Kind: "hold", Key: fmt.Sprintf("%d/%d", h.Account, h.ID), Account: int64(h.Account)}
}

func (h Hold) problems() []fault.Field {
	var found []fault.Field
	add := func(path, value, message string) {
		found = append(found, fault.Field{Path: path, Value: value, Message: message})
	}
	if (h.Payer == 0) == (h.Contract == 0) || h.Account == 0 {
		add("payer", fmt.Sprint(h.Payer), "name either whose bills wait or which contract's")
	}
	if h.Reason == "" {
		add("reason", "", "is missing: say what has to be looked into")
	}
	found = append(found, fault.Printable("reason", strings.ReplaceAll(h.Reason, "\n", " "), 1000)...)
	switch {
	case h.StartsOn.IsZero():
		add("starts_on", "", "must be a day")
	case !h.EndsOn.IsZero() && !h.EndsOn.After(h.StartsOn):
		add("ends_on", h.EndsOn.String(), fmt.Sprintf("must be after %s, or left out: then somebody releases it", h.StartsOn))
	}
	return found
}

// ReleaseHold lets the bills of a hold go out: the next run bills all that is due. Of two people who release it, the
// second is told that it is done.
func ReleaseHold(ctx context.Context, tx pgx.Tx, account customers.AccountID, id HoldID, on period.Date, reason string, by access.Actor) error {
	doing := fmt.Sprintf("release hold %d/%d", account, id)
	if err := by.Require(access.Finance); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	found, err := loadHolds(ctx, tx, []customers.AccountID{account}, true)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	i := slices.IndexFunc(found, func(h Hold) bool { return h.ID == id })
	switch {
	case i < 0:
		return fmt.Errorf("%s: %w", doing, fault.New(fault.NotFound, "there is no such hold"))
	case found[i].Released != nil:
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it was released on %s", found[i].Released.On))
	case !found[i].EndsOn.IsZero() && !on.Before(found[i].EndsOn):
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it ended by itself on %s", found[i].EndsOn))
	}
	h := found[i]
	if err := insertRelease(ctx, tx, h, Released{On: period.MaxDate(on, h.StartsOn), Reason: strings.TrimSpace(reason), By: by.UserID}); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return access.Audit(ctx, tx, by, "hold.release", h.subject(), nil, map[string]string{"on": on.String()}, reason)
}

// heldSince refuses, with fault.Conflict, to append documents that a hold placed after they were decided keeps back. Its
// lock lasts until tx ends.
func heldSince(ctx context.Context, tx pgx.Tx, batch []decided) error {
	var accounts []customers.AccountID
	loaded := map[customers.AccountID][]Hold{}
	for _, d := range batch {
		if len(d.Drafts) > 0 {
			accounts = append(accounts, d.facts.Account)
			loaded[d.facts.Account] = d.facts.Holds
		}
	}
	if len(accounts) == 0 {
		return nil
	}
	if err := lockBills(ctx, tx, accounts); err != nil {
		return err
	}
	now, err := loadHolds(ctx, tx, accounts, false)
	if err != nil {
		return err
	}
	for _, h := range now {
		if !slices.ContainsFunc(loaded[h.Account], func(known Hold) bool { return known.ID == h.ID }) {
			return fault.New(fault.Conflict, "a hold was placed on account %d since it was looked at", h.Account)
		}
	}
	return nil
}

// leftOut adds up what holds keep back, by hold, payer and currency.
func leftOut(all []Withheld) []RunHold {
	var out []RunHold
	for _, w := range all {
		i := slices.IndexFunc(out, func(l RunHold) bool {
			return l.Hold.Account == w.Hold.Account && l.Hold.ID == w.Hold.ID && l.Payer == w.Draft.Payer && l.Net.Currency() == w.Draft.Currency
		})
		if i < 0 {
			out = append(out, RunHold{Hold: w.Hold, Payer: w.Draft.Payer, Documents: 1, Net: w.Draft.Net})
			continue
		}
		out[i].Documents++
		out[i].Net = out[i].Net.Add(w.Draft.Net)
	}
	return out
}
