package journals

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Read says what a written journal means, or field by field why it means nothing. It stores nothing.
func Read(ctx context.Context, q postgres.Querier, w Written) (Journal, error) {
	k, err := know(ctx, q, w.Lines)
	if err != nil {
		return Journal{}, err
	}
	j, found := k.journal(w)
	if len(found) > 0 {
		return j, fault.InvalidFields(found...)
	}
	return j, open(ctx, q, j)
}

func know(ctx context.Context, q postgres.Querier, lines []WrittenLine) (k known, err error) {
	if k.entities, err = entities.Load(ctx, q); err != nil {
		return k, err
	}
	if k.customers, err = placements(ctx, q, lines); err != nil {
		return k, err
	}
	k.contracts = map[string]contracts.Contract{}
	for _, l := range lines {
		if _, seen := k.contracts[l.Contract]; seen || l.Contract == "" {
			continue
		}
		c, err := contracts.Get(ctx, q, l.Contract)
		if err == nil {
			k.contracts[l.Contract] = c
		} else if !errors.Is(err, fault.NotFound) {
			return k, err
		}
	}
	return k, nil
}

// open refuses a day in a closed month and says which day is the way out. A month that is closed for new documents only
// still takes journals: the ledger decides.
func open(ctx context.Context, q postgres.Querier, j Journal) error {
	month := j.On.MonthOf()
	first, err := ledger.FirstAdjustable(ctx, q, j.Entity, month)
	if err != nil || first == month {
		return err
	}
	return fault.InvalidFields(fault.Field{Path: "on", Value: j.On.String(),
		Message: fmt.Sprintf("is in %s, which is closed; book it on %s or later and give the lines the month %s, which they belong to", month, first.First(), month)})
}

// Enter keeps a journal as a draft. What it corrects, a draft or one that was sent back, is withdrawn.
func Enter(ctx context.Context, tx pgx.Tx, w Written, by access.Actor) (Journal, error) {
	const doing = "enter a journal"
	if err := by.Require(Roles...); err != nil {
		return Journal{}, fmt.Errorf("%s: %w", doing, err)
	}
	j, err := Read(ctx, tx, w)
	if err != nil {
		return j, fmt.Errorf("%s: %w", doing, err)
	}
	if j.Corrects != 0 {
		was, err := Get(ctx, tx, j.Corrects)
		if err == nil && was.State() != Drafted && was.State() != Rejected {
			err = fault.New(fault.Conflict, "%s is %s: only a draft, or what was sent back, is corrected; a posted journal is reversed", was.Number(), was.State())
		}
		if err == nil {
			err = insertEvent(ctx, tx, was, "withdrawn", by.UserID, "corrected")
		}
		if err != nil {
			return j, fmt.Errorf("%s: %w", doing, err)
		}
	}
	return enter(ctx, tx, j, by)
}

func enter(ctx context.Context, tx pgx.Tx, j Journal, by access.Actor) (_ Journal, err error) {
	j.PreparedBy = by.UserID
	if j.ID, err = insertJournal(ctx, tx, j); err != nil {
		return j, fmt.Errorf("enter a journal: %w", err)
	}
	if err := insertEvent(ctx, tx, j, "drafted", by.UserID, ""); err != nil {
		return j, fmt.Errorf("enter a journal: %w", err)
	}
	j.Events = []Event{{Event: "drafted", By: by.UserID}}
	return j, access.Audit(ctx, tx, by, "journal.enter", j.Subject(), nil, j.said(), j.Reason)
}

// said is a journal as the audit trail keeps it.
func (j Journal) said() map[string]any {
	lines := make([]map[string]any, len(j.Lines))
	for i, l := range j.Lines {
		lines[i] = map[string]any{"account": l.Account.String(), "amount": l.Amount.String()}
	}
	return map[string]any{"entity": int64(j.Entity), "currency": string(j.Currency), "on": j.On.String(), "total": j.Total().String(), "lines": lines}
}

// Submit asks another person to approve a draft. Only those whose limit reaches its total may.
func Submit(ctx context.Context, tx pgx.Tx, id ID, by access.Actor) error {
	doing := fmt.Sprintf("submit journal %d", id)
	if err := by.Require(Roles...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	j, err := Get(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if j.State() != Drafted {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "it is %s, not a draft", j.State()))
	}
	if err := open(ctx, tx, j); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	rules, err := Rules(ctx, tx)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	roles := Approvers(rules, j.Total(), j.On)
	if len(roles) == 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(fault.Field{Path: "lines", Value: j.Total().String(),
			Message: "move more than anybody may approve in " + string(j.Currency) + "; split the journal, or have a limit raised (Journals, Rules)"}))
	}
	if err := insertEvent(ctx, tx, j, "submitted", by.UserID, ""); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return access.RequestApprovalOf(ctx, tx, j.Subject(), roles, j.Reason, by, prepared(j.PreparedBy)...)
}

// prepared names who wrote it, when that was a person.
func prepared(user int64) []int64 {
	return slices.DeleteFunc([]int64{user}, func(u int64) bool { return u == 0 })
}

// Withdraw gives up a draft, or a journal that was sent back.
func Withdraw(ctx context.Context, tx pgx.Tx, id ID, reason string, by access.Actor) error {
	return step(ctx, tx, "withdraw", "withdrawn", id, reason, by, func(j Journal) error {
		if j.State() != Drafted && j.State() != Rejected {
			return fault.New(fault.Conflict, "it is %s: only a draft, or what was sent back, is withdrawn", j.State())
		}
		return nil
	})
}

// Stop ends the repetition of a journal; what it has posted stays.
func Stop(ctx context.Context, tx pgx.Tx, id ID, reason string, by access.Actor) error {
	return step(ctx, tx, "stop", "stopped", id, reason, by, func(j Journal) error {
		switch {
		case j.Every == "" || j.State() != Posting:
			return fault.New(fault.Conflict, "it does not repeat")
		case strings.TrimSpace(reason) == "":
			return fault.InvalidFields(fault.Field{Path: "reason", Message: "is missing: say why it repeats no longer"})
		}
		return nil
	})
}

func step(ctx context.Context, tx pgx.Tx, verb, event string, id ID, reason string, by access.Actor, may func(Journal) error) error {
	doing := fmt.Sprintf("%s journal %d", verb, id)
	if err := by.Require(Roles...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	j, err := Get(ctx, tx, id)
	if err == nil {
		err = may(j)
	}
	if err == nil {
		err = insertEvent(ctx, tx, j, event, by.UserID, reason)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return access.Audit(ctx, tx, by, "journal."+verb, j.Subject(), nil, nil, reason)
}

// Reverse writes the journal that takes a posted one back. It is submitted at once: the reversal takes another person's
// word as the journal did.
func Reverse(ctx context.Context, tx pgx.Tx, id ID, on period.Date, reason string, by access.Actor) (Journal, error) {
	doing := fmt.Sprintf("reverse journal %d", id)
	if err := by.Require(Roles...); err != nil {
		return Journal{}, fmt.Errorf("%s: %w", doing, err)
	}
	j, err := Get(ctx, tx, id)
	if err == nil {
		err = reversible(ctx, tx, j, on, reason)
	}
	if err != nil {
		return Journal{}, fmt.Errorf("%s: %w", doing, err)
	}
	back, err := enter(ctx, tx, j.back(on, strings.TrimSpace(reason)), by)
	if err != nil {
		return back, fmt.Errorf("%s: %w", doing, err)
	}
	return back, Submit(ctx, tx, back.ID, by)
}

// back is the journal with its sides changed. Amounts keep the month they belonged to.
func (j Journal) back(on period.Date, reason string) Journal {
	back := Journal{Entity: j.Entity, Currency: j.Currency, Book: j.Book, On: on, Reason: reason, Reverses: j.ID}
	for _, l := range j.Lines {
		l.Amount = l.Amount.Neg()
		back.Lines = append(back.Lines, l)
	}
	return back
}

func reversible(ctx context.Context, q postgres.Querier, j Journal, on period.Date, reason string) error {
	if j.State() != Posting && j.State() != Stopped {
		return fault.New(fault.Conflict, "it is %s: only what is posted is reversed", j.State())
	}
	if j.Reverses != 0 {
		return fault.New(fault.Conflict, "it takes another journal back; enter that one again instead")
	}
	if !j.ReversesOn.IsZero() {
		return fault.New(fault.Conflict, "it takes itself back already, on %s", j.Posted[len(j.Posted)-1].On)
	}
	if len(j.Posted) > 1 {
		return fault.New(fault.Conflict, "it repeats and was posted %d times: stop it, and enter what has to be taken back as a journal", len(j.Posted))
	}
	by, err := reversalOf(ctx, q, j.ID)
	if err != nil {
		return err
	}
	if by != 0 {
		return fault.New(fault.Conflict, "journal %d takes it back already", by)
	}
	var found []fault.Field
	if strings.TrimSpace(reason) == "" {
		found = append(found, fault.Field{Path: "reason", Message: "is missing: say what was wrong with it"})
	}
	found = append(found, fault.Printable("reason", reason, 300)...)
	if on.IsZero() || on.Before(j.Posted[0].On) {
		found = append(found, fault.Field{Path: "on", Value: on.String(), Message: fmt.Sprintf("must be a day from %s on, when it was posted", j.Posted[0].On)})
	}
	if len(found) > 0 {
		return fault.InvalidFields(found...)
	}
	return open(ctx, q, Journal{Entity: j.Entity, On: on})
}
