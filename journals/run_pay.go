package journals

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Payment is money that the seller of a pair has sent to who serves.
type Payment struct {
	Pair
	Amount    money.Amount
	On        period.Date
	Reference string // of the bank transfer
}

// Pay books a payment between entities on both sides at once. It refuses more than is owed, and a reference that was used.
func Pay(ctx context.Context, tx pgx.Tx, p Payment, by access.Actor) error {
	doing := fmt.Sprintf("pay %s %s between entities", p.Amount.Display(), p.Amount.Currency())
	if err := by.Require(Roles...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	var err error
	for range attempts {
		err = postgres.Fault(pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { return pay(ctx, tx, p, by) }))
		if !errors.Is(err, fault.Conflict) || postgres.Constraint(err) == "" {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func pay(ctx context.Context, tx pgx.Tx, p Payment, by access.Actor) error {
	if err := lockCharges(ctx, tx); err != nil {
		return err
	}
	var t Trade
	var err error
	if t.Entities, err = entities.Load(ctx, tx); err != nil {
		return err
	}
	months, err := ledger.LoadMonths(ctx, tx)
	if err != nil {
		return err
	}
	t.FirstOpen = months.FirstOpen
	document := t.document(p.Pair)
	if err := p.check(ctx, tx, document, months); err != nil {
		return err
	}
	var entries []ledger.Entry
	for _, side := range []struct {
		entity        entities.ID
		debit, credit ledger.Account
	}{{p.Seller, ledger.IntercompanyPayable, ledger.Cash}, {p.Serving, ledger.Cash, ledger.IntercompanyReceivable}} {
		account, err := customers.OpenHouseAccount(ctx, tx, side.entity, by)
		if err != nil {
			return err
		}
		standings, err := ledger.LoadStandings(ctx, tx, []customers.AccountID{account})
		if err != nil {
			return err
		}
		e := ledger.Entry{Account: account, Seq: standings[account].Next, Entity: side.entity, Source: "intercompany-payment:" + document + ":" + p.Reference, BookedOn: p.On, Currency: p.Amount.Currency(),
			Memo: fmt.Sprintf("Payment %s, %s", p.Reference, document), Postings: []ledger.Posting{ledger.Debit(side.debit, p.Amount), ledger.Credit(side.credit, p.Amount)}}
		for i := range e.Postings {
			e.Postings[i].Document = document
		}
		entries = append(entries, e)
	}
	if err := ledger.Append(ctx, tx, entries); err != nil {
		return err
	}
	return access.Audit(ctx, tx, by, "intercompany.pay", access.Subject{Kind: "intercompany", Key: document}, nil,
		map[string]string{"amount": p.Amount.String() + " " + string(p.Amount.Currency()), "on": p.On.String()}, p.Reference)
}

// check refuses what is not owed, a reference that was used and a day on which one of the two cannot book.
func (p Payment) check(ctx context.Context, q postgres.Querier, document string, months *ledger.Months) error {
	r := &reading{}
	if p.Reference = strings.TrimSpace(p.Reference); p.Reference == "" {
		r.add("reference", "", "is missing: write what the bank transfer says")
	}
	r.found = append(r.found, fault.Printable("reference", p.Reference, 80)...)
	for _, id := range []entities.ID{p.Seller, p.Serving} {
		if m := p.On.MonthOf(); months.FirstOpen(id, m) != m {
			r.add("on", p.On.String(), "is in a month that is closed; book it on %s or later", months.FirstOpen(id, m).First())
			break
		}
	}
	sums, err := ledger.DocumentSums(ctx, q, []ledger.Account{ledger.IntercompanyPayable}, ledger.Filter{Entity: p.Seller, Currency: p.Amount.Currency()})
	if err != nil {
		return err
	}
	owed := money.Zero(p.Amount.Currency())
	for _, s := range sums {
		if s.Document == document {
			owed = owed.Sub(s.Amount)
		}
	}
	if p.Amount.Sign() <= 0 || p.Amount.Cmp(owed) > 0 {
		r.add("amount", p.Amount.String(), "must be more than zero and at most the %s %s that are owed", owed.Display(), owed.Currency())
	}
	if used, err := ledger.EntriesPage(ctx, q, ledger.EntryFilter{Entity: p.Seller, Source: "intercompany-payment:" + document + ":" + p.Reference, Limit: 1}); err != nil {
		return err
	} else if len(used) > 0 {
		r.add("reference", p.Reference, "is booked already, on %s", used[0].BookedOn)
	}
	if len(r.found) > 0 {
		return fault.InvalidFields(r.found...)
	}
	return nil
}
